"""One logged-in IMAP connection and the commands that the mailbox uses.

Exceptions of the library and of the socket pass through unchanged, because the mailbox decides what
they mean; ``as_our_error`` turns them into ours.  ``exchange.transport.imap_login`` opens sessions.
"""

from __future__ import annotations

import contextlib
import imaplib
import re
import selectors
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Protocol

from exchange.config import MailboxSettings
from exchange.errors import ExchangeError, MailboxRefused, MailboxUnavailable
from exchange.transport.imap_fetch import fields_by_uid, is_number, uids_in
from exchange.transport.imap_wire import Wire
from exchange.transport.tls import connect_fault, shown_reply

LEAVE_SECONDS: Final = 2.0

# RFC 5530: these conditions may pass in a minute; every other refusal needs a person.
_PASSING_CODES: Final = frozenset({"UNAVAILABLE", "SERVERBUG", "INUSE", "LIMIT"})
_CODE = re.compile(r"\[([A-Z][A-Z0-9-]+)[\] ]")
# Exchange says this after a good login while the mailbox is being moved or throttled.
_PASSING_WORDS = re.compile(r"not connected|try again|temporar", re.IGNORECASE)

# The longest line that servers must take is 8,192 bytes (RFC 7162, section 4).
_UID_SET_BYTES: Final = 7000
# imaplib refuses answer lines over 1,000,000 bytes: a SEARCH answer must stay below.
_SEARCH_SPAN: Final = 50_000
# RFC 9051, 9: date-month, in English whatever the locale.
_MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip


class Connection(Protocol):
    """The part of imapclient.IMAPClient that we use, typed."""

    wire: Wire

    def capabilities(self) -> tuple[bytes, ...]: ...
    def has_capability(self, capability: str) -> bool: ...
    def starttls(self, ssl_context: ssl.SSLContext) -> object: ...
    def login(self, username: str, password: str) -> object: ...
    def plain_login(self, identity: str, password: str) -> object: ...
    def sasl_login(self, mech_name: str, mech_callable: Callable[[bytes], bytes]) -> object: ...
    def logout(self) -> object: ...
    def shutdown(self) -> None: ...
    def socket(self) -> socket.socket: ...
    def namespace(
        self,
    ) -> tuple[
        tuple[tuple[str, str | None], ...] | None,
        tuple[tuple[str, str | None], ...] | None,
        tuple[tuple[str, str | None], ...] | None,
    ]: ...
    def list_folders(
        self, directory: str, pattern: str
    ) -> list[tuple[tuple[bytes, ...], bytes | None, str]]: ...
    def create_folder(self, folder: str) -> object: ...
    def subscribe_folder(self, folder: str) -> object: ...
    def select_folder(self, folder: str, readonly: bool = False) -> dict[bytes, object]: ...
    def uid(self, command: str, *given: str) -> list[object]: ...
    def append(self, folder: str, msg: bytes) -> object: ...
    def expunge(self) -> object: ...
    def move(self, messages: str, folder: str) -> object: ...
    def copy(self, messages: str, folder: str) -> object: ...
    def add_flags(self, messages: str, flags: list[bytes], silent: bool = False) -> object: ...
    def uid_expunge(self, messages: str) -> object: ...
    def idle(self) -> None: ...
    def idle_done(self) -> tuple[object, list[tuple[object, ...]]]: ...


@dataclass
class Session:
    """A connection that is logged in, and what is known of its server and its folders."""

    client: Connection
    settings: MailboxSettings
    place: str  # for messages: the mailbox and its host
    prefix: str = ""  # of the personal namespace, such as ``INBOX.`` (RFC 2342)
    separator: str = "/"
    selected: int | None = None  # UIDVALIDITY of the inbox, once it is selected
    uidnext: int = 0  # the lowest UID that the next mail can get, as of the last SELECT
    ready: set[str] = field(default_factory=set)  # folders seen or made on this connection
    greeting: str = ""

    # -- the inbox

    def select(self, *, readonly: bool = False) -> int:
        """Select the inbox again; return how many mails it holds and set ``selected``."""
        self.selected = None
        name = self.full_name(self.settings.inbox)
        try:
            status = self.client.select_folder(name, readonly=readonly)
        except imaplib.IMAP4.readonly:
            raise MailboxRefused(
                f"the folder {name} is read-only: mails could not be filed", place=self.place
            ) from None
        validity, uidnext = status.get(b"UIDVALIDITY"), status.get(b"UIDNEXT")
        if not isinstance(validity, int) or not is_number(validity):
            raise MailboxRefused(
                f"the server gives no UIDVALIDITY for {name}: its mails have no stable numbers",
                place=self.place,
            )
        self.selected = validity
        self.uidnext = uidnext if isinstance(uidnext, int) and is_number(uidnext) else 0
        exists = status.get(b"EXISTS")
        return exists if isinstance(exists, int) else 0

    def all_uids(self, exists: int) -> list[int]:
        """Return every UID of the selected inbox, ascending."""
        if exists <= _SEARCH_SPAN:
            answers = self.client.uid("SEARCH", "ALL")
            if exists and not answers:
                raise imaplib.IMAP4.error(f"the server has {exists} mails but lists none")
            return sorted(uids_in(answers))
        uids: set[int] = set()
        for first in range(1, exists + 1, _SEARCH_SPAN):
            uids |= self.search([f"{first}:{min(first + _SEARCH_SPAN - 1, exists)}"])
        return sorted(uids)

    def uids_since(self, day: date) -> list[int]:
        """Return the UIDs received on ``day`` or later by the server's calendar, ascending."""
        return sorted(self.search(["SINCE", f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}"]))

    def still_there(self, uids: Sequence[int]) -> list[int]:
        """Return those of ``uids`` that the selected inbox still holds."""
        found: set[int] = set()
        for some in uid_sets(uids):
            found |= self.search(["UID", some])
        return sorted(found & set(uids))

    def search(self, criteria: Sequence[str]) -> set[int]:
        """Return the UIDs that match; raise imaplib's ``error`` if the answer is not a list."""
        return uids_in(self.client.uid("SEARCH", *criteria))

    def fetch(self, uids: Sequence[int], fields: Sequence[str]) -> dict[int, dict[bytes, object]]:
        """Return the fields of the mails that the server names by UID, ignoring all others."""
        found: dict[int, dict[bytes, object]] = {}
        wanted = set(uids)
        for some in uid_sets(uids):
            answers = self.client.uid("FETCH", some, f"({' '.join(fields)})")
            found.update(fields_by_uid(answers))
        return {uid: found[uid] for uid in found.keys() & wanted}

    def given(
        self, uids: Sequence[int], fields: Sequence[str]
    ) -> tuple[dict[int, dict[bytes, object]], dict[int, str]]:
        """Fetch mails, one by one where the server refuses a batch; return results and refusals."""
        given: dict[int, dict[bytes, object]] = {}
        refused: dict[int, str] = {}
        if not uids:
            return given, refused
        try:
            return self.fetch(uids, fields), refused
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            if len(uids) == 1:
                # For a single mail, Dovecot answers SERVERBUG when its file is damaged.
                if is_passing(error) and "[SERVERBUG]" not in str(error):
                    raise
                return given, {uids[0]: error_text(error)}
        for uid in uids:
            one, why = self.given([uid], fields)
            given.update(one)
            refused.update(why)
        return given, refused

    @property
    def wire(self) -> Wire:
        """Return the incoming side of the connection."""
        return self.client.wire

    # -- folders

    def full_name(self, name: str) -> str:
        """Return a configured folder name in the form that this server knows.

        ``/`` in the configuration means the server's separator; a name outside the personal
        namespace is put inside it, so that ``Processed`` becomes ``INBOX.Processed`` where needed.
        """
        if name.upper() == "INBOX":
            return "INBOX"
        name = name.replace("/", self.separator)
        inside = not self.prefix or name.upper().startswith(self.prefix.upper())
        return name if inside else self.prefix + name

    def folder_exists(self, full_name: str) -> bool:
        """Return whether the folder exists and can hold mails."""
        for flags, _, name in self.client.list_folders("", full_name):
            if name == full_name or full_name == name.upper() == "INBOX":
                return not {b"\\noselect", b"\\nonexistent"} & {flag.lower() for flag in flags}
        return False

    def ensure_folder(self, name: str) -> str:
        """Return the full name of a folder; make and subscribe it if it is missing."""
        full = self.full_name(name)
        if full in self.ready:
            return full
        if not self.folder_exists(full):
            try:
                self.client.create_folder(full)
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error as error:
                # Another process may have just made it.
                if not self.folder_exists(full):
                    raise self._folder_fault(full, error) from None
            # Only for people's mail clients; some servers have no subscriptions.
            try:
                self.client.subscribe_folder(full)
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error:
                pass
        self.ready.add(full)
        return full

    def _folder_fault(self, full: str, error: imaplib.IMAP4.error) -> ExchangeError:
        if is_passing(error):
            return MailboxUnavailable(
                f"the folder {full} cannot be made now: {error_text(error)}", place=self.place
            )
        return MailboxRefused(
            f"the folder {full} cannot be made: {error_text(error)}",
            place=self.place,
            hint="make it by hand, or configure another name",
        )

    # -- moving

    @property
    def moves_by(self) -> str:
        """Return ``MOVE``, ``COPY`` (copy, mark, expunge by UID), or "" when neither is safe."""
        if self.client.has_capability("MOVE"):
            return "MOVE"
        return "COPY" if self.client.has_capability("UIDPLUS") else ""

    def move(self, uid_set: str, full_name: str) -> None:
        """Move mails out of the selected inbox; ignore those that are gone."""
        way = self.moves_by
        if way == "MOVE":
            self.client.move(uid_set, full_name)
        elif way == "COPY":
            self.client.copy(uid_set, full_name)
            self.client.add_flags(uid_set, [b"\\Deleted"], silent=True)
            self.client.uid_expunge(uid_set)
        else:
            # EXPUNGE without UIDs would also delete what somebody else has marked.
            raise MailboxRefused(
                "the server supports neither MOVE nor UIDPLUS: mails cannot be filed safely",
                place=self.place,
                hint="another server or account is needed",
            )

    # -- waiting

    def idle(self, seconds: float) -> bool:
        """Wait for new mail by IDLE (RFC 2177), at most ``seconds``; return whether any came."""
        self.client.idle()
        # An answer that arrived together with ``+ idling`` has already been read from the socket.
        if not self.wire.something(self.client.socket()):
            with selectors.DefaultSelector() as selector:
                selector.register(self.client.socket(), selectors.EVENT_READ)
                selector.select(seconds)
        # Not the library's idle_check: it reads without blocking, and loses the first piece of a
        # line that arrives in two.  DONE also shows whether the connection is still open.
        self.wire.begin()
        _, answers = self.client.idle_done()
        return any(len(line) > 1 and line[1] == b"EXISTS" for line in answers)

    # -- leaving

    def leave(self) -> None:
        """Log out, waiting only briefly; never raises."""
        with contextlib.suppress(Exception):
            self.wire.hurry(LEAVE_SECONDS)
            self.client.logout()
        self.abandon()

    def abandon(self) -> None:
        """Close without logging out, in the thread that uses the connection; never raises."""
        self.cut()
        with contextlib.suppress(Exception):
            self.client.shutdown()

    def cut(self) -> None:
        """Break the connection from another thread, which wakes whoever reads from it."""
        with contextlib.suppress(OSError, AttributeError):
            self.client.socket().shutdown(socket.SHUT_RDWR)


def uid_sets(uids: Iterable[int]) -> Iterator[str]:
    """Yield UID sets (``1:7,9``), each short enough, that together name exactly ``uids``."""
    ranges: list[tuple[int, int]] = []
    for uid in sorted(set(uids)):
        if ranges and ranges[-1][1] == uid - 1:
            ranges[-1] = (ranges[-1][0], uid)
        else:
            ranges.append((uid, uid))
    line = ""
    for first, last in ranges:
        text = str(first) if first == last else f"{first}:{last}"
        if line and len(line) + len(text) + 1 > _UID_SET_BYTES:
            yield line
            line = ""
        line = f"{line},{text}" if line else text
    if line:
        yield line


def is_passing(error: imaplib.IMAP4.error) -> bool:
    """Return whether a refusal may be over soon, by response code (RFC 5530) or known words."""
    text = str(error)
    code = _CODE.search(text)
    if code and code.group(1) in _PASSING_CODES:
        return True
    return isinstance(error, imaplib.IMAP4.abort) or bool(_PASSING_WORDS.search(text))


# The libraries quote what they received, which may be part of a mail, as a Python literal.
_QUOTED: Final = re.compile(r"""(: )[(\[]*b['"].*""", re.DOTALL)


def error_text(error: Exception, secret: str = "") -> str:
    """Return an error's text without what the library quotes of an answer it cannot parse."""
    return shown_reply(_QUOTED.sub(r"\1(not shown)", str(error)), secret)


def as_our_error(error: OSError | imaplib.IMAP4.error, place: str, doing: str) -> ExchangeError:
    """Return our error for a failure on an open connection."""
    if isinstance(error, OSError):
        return connect_fault(error, MailboxUnavailable, MailboxRefused, place)
    if isinstance(error, imaplib.IMAP4.abort):
        return MailboxUnavailable(f"the connection was lost: {error_text(error)}", place=place)
    if is_passing(error):
        return MailboxUnavailable(f"cannot {doing} now: {error_text(error)}", place=place)
    return MailboxRefused(f"cannot {doing}: {error_text(error)}", place=place)


def nonsense(error: Exception, place: str) -> MailboxUnavailable:
    """Return our error for an answer that the library cannot read; its text may quote a mail."""
    return MailboxUnavailable(
        f"the server's answer is invalid ({type(error).__name__})", place=place
    )
