"""A request mailbox over IMAP (RFC 9051 and 3501, IDLE 2177, MOVE 6851, UIDPLUS 4315).

Connects at the first call and again at the next call after a drop.  Every call either does its
work, leaves out what is no longer there, or raises MailboxUnavailable (try again later) or
MailboxRefused (somebody has to change something).
"""

from __future__ import annotations

import contextlib
import imaplib
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from exchange.config import MailboxSettings
from exchange.errors import MailboxUnavailable
from exchange.ports import FetchedMail, MailRef, ServerTime
from exchange.transport.imap_claim import Claim
from exchange.transport.imap_login import open_session, place_of
from exchange.transport.imap_probe import MailboxProbe, probe_mailbox
from exchange.transport.imap_session import Session, explain, is_passing, uid_sets
from exchange.transport.oauth import TokenProvider
from exchange.transport.tls import said

MAX_BYTES: Final = 50_000_000
# 200 mails a command are near the best rate of Dovecot; the bytes bound what lies in memory.
_BATCH_MAILS: Final = 200
_BATCH_BYTES: Final = 16_000_000
_MOVE_MAILS: Final = 500
_BREAKS: Final = 3
# Servers may hang up after 30 minutes (RFC 2177), some middle boxes and services go silent
# after a few: five minutes are the ceiling, polling the truth.
_IDLE_SECONDS: Final = 240.0
_BUSY_SECONDS: Final = 1.0  # that whoever asks for the time waits for other work
_HEADER_FIELD: Final = "BODY.PEEK[HEADER]<0.65536>"
_LOST: Final = (imaplib.IMAP4.abort, ConnectionError, ssl.SSLError)


@dataclass(frozen=True, slots=True)
class _Sized:
    """What is known of a mail before its bytes are asked for."""

    ref: MailRef
    size: int
    arrived: datetime


class ImapMailbox:
    """One mailbox, used by one thread at a time; only ``close`` may come from another.

    A mail above ``max_bytes`` is yielded with the first 64 KiB of its header alone as ``raw`` and
    its size as ``oversize``; its body never enters memory.
    ``unreadable`` maps each mail that the server itself could not give to the server's words; it
    is left out of what ``fetch`` yields, so that one damaged mail does not stop the others.
    """

    def __init__(
        self,
        settings: MailboxSettings,
        password: str | Callable[[], str],
        folder: Path,
        *,
        max_bytes: int = MAX_BYTES,
        token: TokenProvider | None = None,
        claim: Claim | None = None,
    ) -> None:
        """``password`` may be a function, asked at every connect; ``folder`` is the working one.

        With a ``claim`` nothing is listed, fetched or filed where another exchange works.
        """
        self.name = settings.name
        self.unreadable: dict[MailRef, str] = {}
        self._settings = settings
        self._password = password
        self._token = token
        self._claim = claim
        self._folder = folder
        self._max_bytes = max_bytes
        self._place = place_of(settings)
        self._session: Session | None = None
        self._lock = threading.Lock()
        self._woken = threading.Event()
        self._idles = settings.idle
        self._breaks: dict[MailRef, int] = {}  # how often the line broke while it was fetched
        self._listed = (0, 0)  # UIDVALIDITY, and the UID above all that ``list`` has told of

    # -- the port

    def list(self) -> Sequence[MailRef]:
        """Every mail now in the inbox, oldest first."""
        with self._lock, self._explained("list the inbox"):
            session, exists = self._ours()
            uids = session.all_uids(exists)
            above = uids[-1] + 1 if uids else 0
            self._listed = (session.selected or 0, max(session.uidnext, above))
            return [MailRef(session.selected or 0, uid) for uid in uids]

    def fetch(self, refs: Sequence[MailRef]) -> Iterator[FetchedMail]:
        """The mails in the order of ``refs``, in batches; never sets ``\\Seen``.

        Left out are mails that have vanished, those of another UIDVALIDITY, and those in
        ``unreadable``.
        """
        for first in range(0, len(refs), _BATCH_MAILS):
            sized = self._sizes(refs[first : first + _BATCH_MAILS])
            for group in _groups(sized, self._max_bytes, self._breaks):
                if not self._passed_over(group):
                    yield from self._bodies(group)

    def file(self, refs: Sequence[MailRef], folder: str) -> None:
        """Move mails out of the inbox into ``folder``, made and subscribed when missing.

        None is ever lost.  Two readers that file the same mail in one moment may each leave a
        copy: Dovecot's MOVE over Maildir is a copy and a removal.
        """
        if not refs:
            return
        with self._lock, self._explained(f"file mails into {folder}"):
            session, _ = self._ours()
            uids = sorted({ref.uid for ref in refs if ref.uidvalidity == session.selected})
            target = session.ensure_folder(folder) if uids else ""
            for first in range(0, len(uids), _MOVE_MAILS):
                for some in uid_sets(uids[first : first + _MOVE_MAILS]):
                    self._move(session, some, target, folder)

    def wait(self, seconds: float) -> bool:
        """Wait for new mail with IDLE where it is offered, else just wait.

        A ``close`` wakes it, also one that came shortly before.
        """
        try:
            if self._idles:
                with self._lock:
                    return self._idle(seconds)
            self._woken.wait(seconds)
            return False
        finally:
            self._woken.clear()

    def server_time(self) -> ServerTime | None:
        """When the server received our claim, just now; without one, the newest mail."""
        if not self._lock.acquire(timeout=_BUSY_SECONDS):
            return None
        try:
            with self._explained("ask for the time"):
                session, exists = self._selected()
                if self._claim is not None:
                    if (now := self._claim.hold(session)) is not None:
                        return ServerTime(now, exact=True)
                    session, exists = self._selected()
                uids = session.all_uids(exists)
                told = session.client.fetch(uids[-1:], ("INTERNALDATE",)) if uids else {}
                at = told.get(uids[-1], {}).get(b"INTERNALDATE") if uids else None
                if not isinstance(at, datetime) or at.tzinfo is None:
                    return None
                return ServerTime(at.astimezone(UTC), exact=False)
        finally:
            self._lock.release()

    def take_over(self) -> Sequence[str]:
        """Claim the mailbox whoever holds it; returns who did, in words."""
        with self._lock, self._explained("take the mailbox over"):
            session, _ = self._selected()
            return self._claim.take_over(session) if self._claim is not None else ()

    def close(self) -> None:
        """Give the connection up; wakes a ``wait`` under way, or the next one. Never raises.

        A later ``list``, ``fetch`` or ``file`` connects anew.
        """
        self._woken.set()
        if self._lock.acquire(blocking=False):
            try:
                session, self._session = self._session, None
                if session is not None:
                    if self._claim is not None:
                        self._claim.release(session)
                    session.leave()
            finally:
                self._lock.release()
        elif (busy := self._session) is not None:
            busy.cut()

    def probe(self) -> MailboxProbe:
        """What ``exchange doctor`` wants to know, over a connection of its own; changes nothing."""
        return probe_mailbox(self._settings, self._password, self._token, self._folder)

    # -- the connection

    @contextlib.contextmanager
    def _explained(self, doing: str) -> Iterator[None]:
        """Turn failures into ours, and forget a connection that can no longer be trusted."""
        try:
            yield
        except (OSError, imaplib.IMAP4.error) as error:
            # After a plain NO or BAD the two sides still understand each other.
            if isinstance(error, OSError | imaplib.IMAP4.abort):
                self._drop()
            raise explain(error, self._place, doing) from None
        except ValueError:
            # The library's way to stumble over nonsense, and over a socket that close() cut.
            self._drop()
            raise MailboxUnavailable(
                "the server's answer makes no sense", place=self._place
            ) from None

    def _selected(self) -> tuple[Session, int]:
        """The session with its inbox freshly selected, and how many mails are there.

        Selecting anew is what notices a changed UIDVALIDITY.  A connection that was lost since
        the last call is replaced here at once: nothing has been asked of it yet.
        """
        if self._session is not None:
            try:
                return self._session, self._session.select()
            except _LOST:
                self._drop()
        self._session = open_session(self._settings, self._password, self._token, self._folder)
        return self._session, self._session.select()

    def _ours(self) -> tuple[Session, int]:
        """As ``_selected``; raises MailboxClaimed where another exchange works."""
        session, exists = self._selected()
        if self._claim is None or not self._claim.due:
            return session, exists
        self._claim.hold(session)
        return session, session.select()

    def _at(self, uidvalidity: int) -> Session | None:
        """The session if its inbox is still the one of ``uidvalidity``."""
        session = self._session
        if session is None or session.selected is None:
            session, _ = self._selected()
        return session if session.selected == uidvalidity else None

    def _drop(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.abandon()

    # -- fetching

    def _sizes(self, refs: Sequence[MailRef]) -> Sequence[_Sized]:
        """Size and arrival of those of ``refs`` that are there, in their order."""
        with self._lock, self._explained("fetch mails"):
            session, _ = self._ours()
            wanted = {ref.uid: ref for ref in refs if ref.uidvalidity == session.selected}
            told = self._fetch(session, tuple(wanted.values()), ("RFC822.SIZE", "INTERNALDATE"))
        sized = []
        for uid, ref in wanted.items():
            fields = told.get(uid)
            if fields is None:
                continue
            size, arrived = fields.get(b"RFC822.SIZE"), fields.get(b"INTERNALDATE")
            if not isinstance(arrived, datetime) or arrived.tzinfo is None:
                self.unreadable[ref] = "the server gives no INTERNALDATE"
                continue
            sized.append(_Sized(ref, size if isinstance(size, int) else 0, arrived.astimezone(UTC)))
        return sized

    def _bodies(self, group: Sequence[_Sized]) -> Sequence[FetchedMail]:
        """The mails of one group, of one UIDVALIDITY; header alone where a mail is too large."""
        large = group[0].size > self._max_bytes
        field = _HEADER_FIELD if large else "BODY.PEEK[]"
        with self._lock, self._explained("fetch mails"):
            session = self._at(group[0].ref.uidvalidity)
            if session is None:
                return []
            with self._breaks_noted([one.ref for one in group]):
                told = self._fetch(session, [one.ref for one in group], (field,))
        mails = []
        for one in group:
            fields = told.get(one.ref.uid, {})
            raw = fields.get(b"BODY[HEADER]<0>" if large else b"BODY[]")
            if not isinstance(raw, bytes):
                continue
            oversize = 0
            if large or len(raw) > self._max_bytes:
                # Some servers only estimate RFC822.SIZE, so the bytes themselves count too.
                oversize = max(one.size, len(raw))
                raw = raw if large else _header_of(raw)
            mails.append(FetchedMail(one.ref, raw, one.arrived, oversize))
        return mails

    def _fetch(
        self, session: Session, refs: Sequence[MailRef], fields: Sequence[str]
    ) -> dict[int, dict[bytes, object]]:
        """FETCH; where the server refuses a batch, one by one, noting whom it cannot give."""
        if not refs:
            return {}
        try:
            return session.client.fetch([ref.uid for ref in refs], fields)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            if len(refs) == 1:
                # Of one mail, SERVERBUG is how Dovecot says that its file is damaged.
                if is_passing(error) and "[SERVERBUG]" not in str(error):
                    raise
                if session.still_there([refs[0].uid]):
                    self.unreadable[refs[0]] = said(error)
                return {}
        told: dict[int, dict[bytes, object]] = {}
        for ref in refs:
            told.update(self._fetch(session, [ref], fields))
        return told

    @contextlib.contextmanager
    def _breaks_noted(self, refs: Sequence[MailRef]) -> Iterator[None]:
        """Remember at which mails the line broke: some servers hang up over a damaged one."""
        try:
            yield
        except (OSError, imaplib.IMAP4.abort):
            for ref in refs:
                self._breaks[ref] = self._breaks.get(ref, 0) + 1
            raise
        for ref in refs:
            self._breaks.pop(ref, None)

    def _passed_over(self, group: Sequence[_Sized]) -> bool:
        """Whether to leave a mail out this time because the line broke at it time and again."""
        ref = group[0].ref
        if self._breaks.get(ref, 0) < _BREAKS:
            return False
        self._breaks[ref] = 1  # the next time it gets another chance
        self.unreadable[ref] = "the server breaks the connection when it is fetched"
        return True

    # -- filing and waiting

    def _move(self, session: Session, uid_set: str, target: str, folder: str) -> None:
        try:
            session.move(uid_set, target)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            if not session.client.search(["UID", uid_set]):
                return  # refused because nothing of it is left: somebody else was faster
            if "[TRYCREATE]" not in str(error):
                raise
            # The folder was seen before and has been removed since.
            session.ready.discard(target)
            session.move(uid_set, session.ensure_folder(folder))

    def _idle(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        try:
            with self._explained("wait for mail"):
                # Mail that came since the last list was perhaps announced among the answers to
                # other commands, and is not announced again.
                session, _ = self._selected()
                if self._listed[0] == session.selected and session.uidnext > self._listed[1] > 0:
                    return True
                while not self._woken.is_set() and (left := deadline - time.monotonic()) > 0:
                    if not session.client.has_capability("IDLE"):
                        self._woken.wait(left)
                        return False
                    if not self._woken.is_set() and self._idle_once(session, left):
                        return True
        except MailboxUnavailable:
            if self._woken.is_set():  # it was our own close that broke the connection
                return False
            raise
        return False

    def _idle_once(self, session: Session, left: float) -> bool:
        try:
            return session.idle(min(left, _IDLE_SECONDS))
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            # The library takes an answer that comes before ``+ idling`` for a fault, and leaves
            # the connection half in IDLE: it is of no use any more.
            self._drop()
            if "EXISTS" in str(error):
                return True
            self._idles = False  # the server refuses IDLE after all: only polling is left
            self._woken.wait(left)
            return False


def _groups(
    sized: Sequence[_Sized], max_bytes: int, suspects: Mapping[MailRef, int]
) -> Iterator[Sequence[_Sized]]:
    """Groups to fetch in one command: bounded in bytes; too large and suspect mails alone."""
    group: list[_Sized] = []
    weight = 0
    for one in sized:
        # A size that is not told may be any: such a mail is fetched alone.
        large = one.size > max_bytes
        alone = large or one.size <= 0 or one.ref in suspects
        if group and (alone or weight + one.size > _BATCH_BYTES):
            yield group
            group, weight = [], 0
        if alone:
            yield [one]
        else:
            group.append(one)
            weight += one.size
    if group:
        yield group


def _header_of(raw: bytes) -> bytes:
    end = raw.find(b"\r\n\r\n")
    return raw[: end + 4] if end >= 0 else raw[:64_000]
