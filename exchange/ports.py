"""What the services need of the outside, as protocols: adapters implement them, tests may too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum
from typing import Final, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from exchange.domain.columns.column_map import ColumnMap
from exchange.domain.columns.device_ids import DeviceIds
from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.mail import Understanding
from exchange.domain.refusal import About


class Clock(Protocol):
    """The one source of now."""

    @property
    def simulated(self) -> bool:
        """Whether a person or a test set this clock; servers' own times do not count then."""

    @property
    def trouble(self) -> str:
        """Why it cannot be right, so that nothing may be sent by it; empty while it can."""

    def now(self) -> datetime:
        """This instant, timezone-aware UTC."""


@dataclass(frozen=True, slots=True)
class ServerTime:
    """What a mail server says of the time."""

    at: datetime
    exact: bool  # its present time; else the time of its newest mail, which is no later


@dataclass(frozen=True, slots=True)
class MailRef:
    """One mail in one folder, as IMAP names it for good: UIDVALIDITY and UID (RFC 9051, 2.3.1)."""

    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True)
class FetchedMail:
    """A mail's bytes and the instant the server received it (INTERNALDATE, UTC)."""

    ref: MailRef
    raw: bytes
    arrived: datetime | None  # None: the server does not say
    oversize: int = 0  # the mail's bytes when it is too large and ``raw`` is only its header


@dataclass(frozen=True, slots=True)
class OldMail:
    """A mail from before the day that the mailbox is answered from: not fetched."""

    ref: MailRef
    head: bytes  # From, Subject and Message-ID, where the server gave them
    arrived: datetime
    size: int


@dataclass(frozen=True, slots=True)
class NotGiven:
    """A mail that the server lists and does not hand over."""

    ref: MailRef
    reason: str  # in the server's words, where it has any
    size: int = 0  # as announced; 0: not known
    arrived: datetime | None = None
    vanished: bool = False  # it is not in the inbox any more


Fetched: TypeAlias = FetchedMail | OldMail | NotGiven


class Mailbox(Protocol):
    """A request mailbox.

    Every call may raise MailboxUnavailable (passing) or MailboxRefused (for good until somebody
    changes something).  Nothing is ever deleted and ``\\Seen`` is neither read nor set.
    """

    name: str

    @property
    def uidnext(self) -> int:
        """The least UID of a mail to come, as of the last ``list``; 0: the server does not say."""

    def list(self) -> Sequence[MailRef]:
        """Every mail now in the inbox, oldest first."""

    def since(self, day: date) -> Sequence[MailRef]:
        """Those of the inbox that came on ``day`` or later, as the server counts days."""

    def fetch(
        self, refs: Sequence[MailRef], not_before: datetime | None = None
    ) -> Iterator[Fetched]:
        """What the server gives for each of ``refs``, in batches under the hood.

        Of mails received before ``not_before`` only a few header fields are fetched.  Left out
        are those of another UIDVALIDITY alone.
        """

    def file(self, refs: Sequence[MailRef], folder: str) -> None:
        """Move mails out of the inbox into ``folder`` (created when missing).

        Repeatable: a mail that is no longer there is left out without an error.
        """

    def wait(self, seconds: float) -> bool:
        """Wait for new mail at most ``seconds``; True when the server hinted at some.

        A hint only: the caller lists after every wait.
        """

    def server_time(self) -> ServerTime | None:
        """What the server says of the time, if it says anything."""

    def close(self) -> None:
        """Give the connection up; wakes a ``wait`` that is under way. Never raises."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One outgoing mail to one recipient, as it will stand on the wire."""

    key: int  # the outbox row
    sender: str  # envelope MAIL FROM
    recipient: str  # envelope RCPT TO
    raw: bytes  # RFC 5322 with CRLF


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one letter: accepted, or refused for now, or refused for good."""

    key: int
    accepted: bool
    permanent: bool = False  # only when not accepted
    reply: str = ""  # the server's words, codes masked
    about: About = About.UNCLEAR  # of what a refusal speaks: never of our account


class Courier(Protocol):
    """Hands letters to a mail server."""

    @property
    def size_limit(self) -> int | None:
        """The largest mail, in bytes, that the server announced last; 0: it named none.

        None as long as it was not reached.
        """

    def send_many(self, letters: Sequence[Letter]) -> Generator[Sequence[Delivery], None, None]:
        """Send each letter once, a few connections at a time; yields fates as they become known.

        After some seconds no further letter is begun; those have no fate and are given again.
        Raises CourierUnavailable or CourierRefused when the server itself cannot be used; letters
        whose fate was not yielded by then are not known to be sent.
        """

    def left_over(self) -> Sequence[Delivery]:
        """What became of letters under way when the iteration was left early; tells it once."""


@dataclass(frozen=True, slots=True)
class VaultRecord:
    """What the vault knows of one device."""

    device: DeviceId
    code: InstallCode | None  # None: known as installed, code not held
    installed_by_us: bool
    device_type: str = ""  # a DeviceType
    source: str = ""  # up to 255 distinct names per vault
    imported_on: date = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class PutResult:
    """What put_many did: every record is counted in exactly one of these."""

    added: int
    updated: int  # a code for a device known without one, or other new facts
    unchanged: int
    conflicts: tuple[DeviceId, ...]  # another code is held for this device; the old one stays


Mask: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class CodeColumns:
    """Records side by side, one array a field and n long: bulk work has no object for each.

    A code that is not held is sixteen zero bytes.
    """

    devices: DeviceIds
    codes: npt.NDArray[np.uint8] = field(repr=False)  # (n, 16), without CRC
    has_code: Mask
    installed: Mask  # installed by us
    types: npt.NDArray[np.uint8]  # places in DEVICE_TYPES
    sources: npt.NDArray[np.uint8]  # places in ``source_names``
    days: npt.NDArray[np.uint16]  # of import, counted from 1970-01-01
    source_names: tuple[str, ...] = ("",)

    def __len__(self) -> int:
        return len(self.devices)

    def take(self, chosen: slice) -> CodeColumns:
        """Some of the records."""
        return CodeColumns(
            self.devices[chosen],
            self.codes[chosen],
            self.has_code[chosen],
            self.installed[chosen],
            self.types[chosen],
            self.sources[chosen],
            self.days[chosen],
            self.source_names,
        )


@dataclass(frozen=True, slots=True)
class FoundColumns:
    """A look-up's answer: one place for each device asked, in the order of asking.

    Where ``held`` is false the device is not known and the columns mean nothing.  ``unknown`` is
    true for devices in damaged buckets; it holds none unless the caller asked for the rest.
    """

    held: Mask
    unknown: Mask
    columns: CodeColumns

    def take(self, chosen: slice) -> FoundColumns:
        """Some of the places."""
        return FoundColumns(self.held[chosen], self.unknown[chosen], self.columns.take(chosen))


class Refusal(IntEnum):
    """Why a row of a delivery is not taken."""

    OTHER_CODE = 1  # the vault holds another code for the device
    INSTALLED = 2  # the vault says that we installed it, the row that we did not
    CODE_HELD = 3  # the vault holds the same code for another device
    CODE_TWICE = 4  # another row brings the same code for another device
    DEVICE_OTHER_CODE = 5  # another row for the device has another code ...
    DEVICE_NO_CODE = 6  # ... or only one of them has any
    DEVICE_INSTALLED = 7  # ... or only one says that we installed it
    DEVICE_TYPE = 8  # ... or another type


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row of an import that contradicts another row, or the vault."""

    row: int
    device: DeviceId
    refusal: Refusal
    other_row: int = 0  # the row that it contradicts, where there is one
    other_device: DeviceId | None = None  # where the code stands
    held_on: date | None = None  # when and from where the vault has what it holds
    held_from: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of an import; ``rows`` are their numbers in it, ascending over all batches."""

    columns: CodeColumns
    rows: npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The result of an import.

    Every row is counted once: added, updated, unchanged, repeated (equal to an earlier row) or
    refused.  ``kept`` is false when nothing was imported because rows were refused.
    """

    added: int
    updated: int
    unchanged: int
    repeated: int
    refused: Sequence[RefusedRow]
    kept: bool
    without_code: int = 0  # of those added, updated or unchanged
    resumed: bool = False  # an earlier attempt imported a part


@dataclass(frozen=True, slots=True)
class Removed:
    """What a removal takes out of the vault, or took."""

    known: int  # of the devices named; with ``removed`` those of another source
    removed: int
    with_code: int  # of those removed
    installed: int  # of those removed: installed by us


class CodeVault(Protocol):
    """The sealed store of install codes."""

    def find_columns(self, devices: DeviceIds, *, partial: bool = False) -> FoundColumns:
        """All at once, without an object a device; repeats are answered each time.

        Raises VaultDamaged when a bucket asked for does not open, unless ``partial``.
        """

    def put_columns(self, batches: Iterable[CodeColumns], *, replace: bool = False) -> PutResult:
        """As ``put_many``, by columns."""

    def import_codes(
        self,
        batches: Iterable[Batch],
        *,
        replace: bool = False,
        skip_bad: bool = False,
        resume: str = "",
        progress: Callable[[str, int, int], None] | None = None,
        confirm: Callable[[], bool] | None = None,
        record: Callable[[object, ImportResult], None] | None = None,
    ) -> ImportResult:
        """Import rows that contradict neither each other nor the vault, in one transaction.

        If any row is refused, nothing is imported; with ``skip_bad`` all other rows are.
        ``resume`` is a fingerprint of the import: the good rows are then committed in steps, and an
        import with the same fingerprint continues where an earlier one was interrupted.
        ``progress`` is called with (what, done, total).  ``confirm`` is called once after the last
        batch: if it returns False, all rows are compared and none is imported.  ``record`` is
        called before the last commit of an import that changed anything, with that transaction
        (for ``Store.joined``): what it writes is committed together with the codes.
        """

    def find_many(
        self, devices: Iterable[DeviceId]
    ) -> Iterator[tuple[DeviceId, VaultRecord | None]]:
        """Each device once, in no particular order, with its record or None."""

    def find(self, device: DeviceId) -> VaultRecord | None:
        """One device."""

    def put_many(self, records: Iterable[VaultRecord], *, replace: bool = False) -> PutResult:
        """All or nothing, in one transaction. ``replace`` lets a new code overwrite another."""

    def remove_many(self, devices: Iterable[DeviceId]) -> int:
        """Forget devices; returns how many there were."""

    def remove(
        self,
        devices: DeviceIds | None,
        *,
        source: str | None = None,
        dry: bool = False,
        progress: Callable[[str, int, int], None] | None = None,
        record: Callable[[object, Removed], None] | None = None,
    ) -> Removed:
        """Forget devices, None: all, in one transaction; memory stays flat.

        With ``source`` only records that came from there.  ``dry`` counts and changes nothing.
        ``progress`` is called with (what, done, total).  ``record`` is called before the commit of
        a removal that changes anything, with that transaction (for ``Store.joined``); if it
        raises, nothing was removed.  Raises NotFound for a source that the vault has no record of.
        """

    def iter_all(self) -> Iterator[VaultRecord]:
        """Every record, bucket by bucket."""

    def verify(self) -> VaultStats:
        """Check every bucket against the manifest; raises VaultDamaged naming all bad ones."""

    def stats(self) -> VaultStats:
        """Counts, from the authenticated manifest."""


@dataclass(frozen=True, slots=True)
class VaultStats:
    """Counts of a vault."""

    records: int
    with_code: int
    installed_by_us: int
    buckets: int
    key_id: str


@dataclass(frozen=True, slots=True)
class Question:
    """A mail to be understood, and what is on file for its sender."""

    raw: bytes = field(repr=False)
    passwords: tuple[str, ...] = field(default=(), repr=False)
    columns: tuple[ColumnMap, ...] = ()


class Reader(Protocol):
    """Understands mails, bounded in time and memory."""

    def start(self) -> None:
        """A hint that mails will be read soon: whatever that takes may be made ready."""

    def read(
        self,
        raw: bytes,
        passwords: Sequence[str] = (),
        file: str = "",
        *,
        columns: Sequence[ColumnMap] = (),
        look: bool = False,
    ) -> Understanding:
        """What a mail says; ``passwords`` are tried on its protected files.

        With ``file``, its name, ``raw`` may be any file and is read as what it is.  ``columns``
        are those on file for the sender; ``look`` tells table by table how they were read.  Raises
        Unreadable when it passes a ceiling or cannot be understood, ReaderEnded when that is
        because of its time or memory.
        """

    def ahead(self, mails: Sequence[Question]) -> None:
        """A hint that these will be read next, in this order: understanding may begin at once."""

    def close(self) -> None:
        """Give up whatever it holds."""


class KeyChange(Protocol):
    """The keys of a vault, changed. Every call may raise VaultError, WrongKey, StoreError."""

    @property
    def settle(self) -> float:
        """Seconds until everybody who seals has taken a new data key up."""

    def rewrap(self, note: Callable[[object, str, str], None]) -> tuple[str, str]:
        """Lock the data keys by a new wrapping key; the ids of the old and the new one.

        ``note`` is called inside the vault's transaction with both ids, and not at all where a
        change that was cut off is only finished.
        """

    def current_key(self) -> bytes:
        """The id of the data key that seals."""

    def new_data_key(self, note: Callable[[object, bytes], None] = ...) -> bytes:
        """Put a new data key in front; returns its id. The others go on opening.

        ``note`` is called inside the vault's transaction with that id.
        """

    def drop_data_keys(self, used: Collection[bytes]) -> None:
        """Delete the old data keys, except those in ``used``."""

    def reseal_buckets(self, progress: Callable[[int, int], None]) -> int:
        """Seal every bucket again that is not under the current data key, in many commits.

        Raises VaultDamaged naming those that do not open; all others are done by then.
        """

    def buckets_by_key(self) -> Counter[bytes]:
        """How many buckets name each data key."""

    def sealer(self) -> Sealer:
        """A sealer that knows the keys as they are now."""


class Sealer(Protocol):
    """Seals texts at rest (raw mail, outbox bodies, received codes)."""

    def seal(self, content: bytes, purpose: str) -> bytes:
        """Encrypt; ``purpose`` (``mail``, ``outbox``, ``code``) is bound to the result."""

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """Raises WrongKey or VaultDamaged."""

    def tag(self, content: bytes, purpose: str) -> str:
        """A keyed fingerprint (32 hex digits): tells equal contents without opening them."""


class Heart:
    """Hears how far the work is; this one ignores it, as a command or a test does."""

    def moved(self) -> None:
        """The work at hand has come further: some mails, one letter, one look at the clock."""

    def mailbox_good(self, name: str) -> None:
        """A mailbox was looked at, and what it handed over is kept."""

    def mailbox_failed(self, name: str, why: str) -> None:
        """A mailbox cannot be used."""

    def round_ended(self) -> None:
        """A whole round is done."""


SILENT: Final = Heart()
