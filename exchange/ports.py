"""What the services need of the outside, as protocols: adapters implement them, tests may too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from exchange.domain.columnmap import ColumnMap
from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.mail import Understanding


class Clock(Protocol):
    """The one source of now."""

    @property
    def simulated(self) -> bool:
        """Whether a person or a test set this clock; servers' own times do not count then."""

    def now(self) -> datetime:
        """This instant, timezone-aware UTC."""


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
    arrived: datetime
    oversize: int = 0  # the mail's bytes when it is too large and ``raw`` is only its header


class Mailbox(Protocol):
    """A request mailbox.

    Every call may raise MailboxUnavailable (passing) or MailboxRefused (for good until somebody
    changes something).  Nothing is ever deleted and ``\\Seen`` is neither read nor set.
    """

    name: str

    @property
    def unreadable(self) -> Mapping[MailRef, str]:
        """Mails that the server itself could not give at the last fetch, and its words."""

    def list(self) -> Sequence[MailRef]:
        """Every mail now in the inbox, oldest first."""

    def fetch(self, refs: Sequence[MailRef]) -> Iterator[FetchedMail]:
        """The mails, in batches under the hood; one that has vanished meanwhile is left out."""

    def file(self, refs: Sequence[MailRef], folder: str) -> None:
        """Move mails out of the inbox into ``folder`` (created when missing).

        Repeatable: a mail that is no longer there is left out without an error.
        """

    def wait(self, seconds: float) -> bool:
        """Wait for new mail at most ``seconds``; True when the server hinted at some.

        A hint only: the caller lists after every wait.
        """

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


class Courier(Protocol):
    """Hands letters to a mail server."""

    def send_many(self, letters: Sequence[Letter]) -> Iterator[Sequence[Delivery]]:
        """Send each letter once, a few connections at a time; yields fates as they become known.

        Raises CourierUnavailable or CourierRefused when the server itself cannot be used; letters
        whose fate was not yielded by then are not known to be sent.
        """


@dataclass(frozen=True, slots=True)
class VaultRecord:
    """What the vault knows of one device."""

    device: DeviceId
    code: InstallCode | None  # None: known as installed, code not held
    installed_by_us: bool
    device_type: str = ""  # ESME, GSME, GPF, CHF, HCALCS, PPMID, IHD, CAD or empty
    source: str = ""  # up to 255 distinct names per vault
    imported_on: date = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class PutResult:
    """What put_many did: every record is counted in exactly one of these."""

    added: int
    updated: int  # a code for a device known without one, or other new facts
    unchanged: int
    conflicts: tuple[DeviceId, ...]  # another code is held for this device; the old one stays


class CodeVault(Protocol):
    """The sealed store of install codes."""

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


class Reader(Protocol):
    """Understands mails, bounded in time and memory."""

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

    def close(self) -> None:
        """Give up whatever it holds."""


class Sealer(Protocol):
    """Seals texts at rest (raw mail, outbox bodies, received codes)."""

    def seal(self, content: bytes, purpose: str) -> bytes:
        """Encrypt; ``purpose`` (``mail``, ``outbox``, ``code``) is bound to the result."""

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """Raises WrongKey or VaultDamaged."""

    def tag(self, content: bytes, purpose: str) -> str:
        """A keyed fingerprint (32 hex digits): tells equal contents without opening them."""
