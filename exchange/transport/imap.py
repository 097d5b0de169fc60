"""A request mailbox over IMAP (RFC 9051 and 3501, IDLE 2177, MOVE 6851, UIDPLUS 4315).

Connects at the first call, and again at the next call after the connection was lost. Every call
does its work without mails that are no longer there, or raises MailboxUnavailable (try again later)
or MailboxRefused (somebody has to change something).
"""

from __future__ import annotations

import contextlib
import imaplib
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final

from exchange.config import MailboxSettings
from exchange.errors import ExchangeError, MailboxUnavailable
from exchange.ports.mail import Fetched, MailRef, NotGiven, ServerTime
from exchange.transport.imap_claim import MailboxClaim
from exchange.transport.imap_fetch import (
    FEW_FIELDS,
    HEADER,
    SIZE_AND_DATE,
    WHOLE,
    Sized,
    arrival,
    checked,
    groups,
    is_old,
    not_given,
    outcome,
    sized,
    still_there,
)
from exchange.transport.imap_login import mailbox_label, open_session
from exchange.transport.imap_probe import MailboxProbe, probe_mailbox
from exchange.transport.imap_session import Session, as_our_error, nonsense, uid_sets
from exchange.transport.oauth import TokenProvider

MAX_BYTES: Final = 50_000_000
# 200 mails a command is near the best rate of Dovecot; the bytes limit the memory used.
_BATCH_MAILS: Final = 200
_BATCH_BYTES: Final = 16_000_000
_MOVE_MAILS: Final = 500
_BREAKS: Final = 3
# Servers may hang up after 30 minutes (RFC 2177), and some middle boxes and services go silent
# after a few: so renew within five minutes, and rely on polling.
_IDLE_SECONDS: Final = 240.0
_BUSY_SECONDS: Final = 1.0  # how long ``server_time`` waits for other work
_LOST: Final = (imaplib.IMAP4.abort, ConnectionError, ssl.SSLError)


class ImapMailbox:
    """One mailbox, used by one thread at a time; only ``close`` may be called from another.

    A mail above ``max_bytes`` is yielded with only the first 64 KiB of its header as ``raw`` and
    its size as ``oversize``; its body is never loaded.
    Whatever the server answers, every call ends in time with a result, MailboxUnavailable or
    MailboxRefused; a mail that it does not deliver does not stop the others.
    """

    def __init__(
        self,
        settings: MailboxSettings,
        password: str | Callable[[], str],
        folder: Path,
        *,
        max_bytes: int = MAX_BYTES,
        token: TokenProvider | None = None,
        claim: MailboxClaim | None = None,
    ) -> None:
        """Make an unconnected mailbox; ``folder`` is the working folder.

        ``password`` may be a function, which is asked at every connect.

        With a ``claim``, nothing is listed, fetched or filed while another exchange holds it.
        """
        self.name = settings.name
        self.uidnext = 0
        self._settings = settings
        self._password = password
        self._token = token
        self._claim = claim
        self._folder = folder
        self._max_bytes = max_bytes
        self._place = mailbox_label(settings)
        self._session: Session | None = None
        self._lock = threading.Lock()
        self._woken = threading.Event()
        self._idles = settings.idle
        self._listed = (0, 0)  # UIDVALIDITY, and the UID above all that ``list`` has returned

    # -- the port

    def list(self) -> Sequence[MailRef]:
        """Return every mail now in the inbox, oldest first."""
        with self._lock, self._explained("list the inbox"):
            session, exists = self._ours()
            uids = session.all_uids(exists)
            above = uids[-1] + 1 if uids else 0
            self.uidnext = session.uidnext
            self._listed = (session.selected or 0, max(session.uidnext, above))
            return [MailRef(session.selected or 0, uid) for uid in uids]

    def since(self, day: date) -> Sequence[MailRef]:
        """Return the mails of the inbox received on ``day`` or later, as the server counts days."""
        with self._lock, self._explained("search the inbox"):
            session, _ = self._selected()
            uids = session.uids_since(day)
            return [MailRef(session.selected or 0, uid) for uid in uids]

    def fetch(
        self, refs: Sequence[MailRef], not_before: datetime | None = None
    ) -> Iterator[Fetched]:
        """Yield what the server gives for each of ``refs``, in batches; never set ``\\Seen``.

        For mails received before ``not_before`` only a few header fields are fetched. Only mails
        of another UIDVALIDITY are left out.
        """
        for first in range(0, len(refs), _BATCH_MAILS):
            mails = self._sizes(refs[first : first + _BATCH_MAILS], anew=first == 0)
            yield from self._in_groups(mails, not_before)

    def file(self, refs: Sequence[MailRef], folder: str) -> None:
        """Move mails from the inbox into ``folder``, which is made and subscribed if missing.

        No mail is ever lost. Two readers that file the same mail at the same moment may each leave
        a copy: Dovecot's MOVE over Maildir is a copy and a removal.
        """
        if not refs:
            return
        with self._lock, self._explained(f"file mails into {folder}"):
            session, _ = self._ours()
            self._refuse_older(session)
            uids = sorted({ref.uid for ref in refs if ref.uidvalidity == session.selected})
            target = session.ensure_folder(folder) if uids else ""
            for first in range(0, len(uids), _MOVE_MAILS):
                for some in uid_sets(uids[first : first + _MOVE_MAILS]):
                    self._move(session, some, target, folder)

    def wait(self, seconds: float) -> bool:
        """Wait for new mail, with IDLE if the server offers it; return True when there is some.

        A ``close`` ends the wait, even one called shortly before.
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
        """Return when the server received our claim just now; without a claim, its newest mail."""
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
                newest, _ = session.given(uids[-1:], ("INTERNALDATE",))
                found = [at for one in newest.values() if (at := arrival(one)) is not None]
                return ServerTime(found[0], exact=False) if found else None
        finally:
            self._lock.release()

    def take_over(self) -> Sequence[str]:
        """Claim the mailbox from whoever holds it; return who did, in words."""
        with self._lock, self._explained("take the mailbox over"):
            session, _ = self._selected()
            return self._claim.take_over(session) if self._claim is not None else ()

    def close(self) -> None:
        """Close the connection and end a ``wait`` under way, or the next one. Never raises.

        A later ``list``, ``fetch`` or ``file`` connects again.
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
        """Examine the mailbox for ``exchange doctor`` on a separate connection; change nothing."""
        return probe_mailbox(self._settings, self._password, self._token, self._folder)

    # -- the connection

    @contextlib.contextmanager
    def _explained(self, doing: str) -> Iterator[None]:
        """Turn errors into ours, and drop a connection that can no longer be trusted."""
        try:
            yield
        except (OSError, imaplib.IMAP4.error) as error:
            # After a plain NO or BAD the connection can still be used.
            if isinstance(error, OSError | imaplib.IMAP4.abort):
                self._drop()
            raise as_our_error(error, self._place, doing) from None
        except ExchangeError:
            raise
        except Exception as error:
            # The library fails in many ways on malformed answers, and on a socket cut by close().
            self._drop()
            raise nonsense(error, self._place) from None

    def _selected(self) -> tuple[Session, int]:
        """Return the session with its inbox freshly selected, and the number of mails in it.

        Selecting again detects a changed UIDVALIDITY. A connection lost since the last call is
        replaced here at once, as nothing has been asked of it yet.
        """
        if self._session is not None:
            try:
                return self._session, self._session.select()
            except _LOST:
                self._drop()
        self._session = open_session(self._settings, self._password, self._token, self._folder)
        return self._session, self._session.select()

    @property
    def _claim_due(self) -> bool:
        return self._claim is not None and self._claim.due

    def _ours(self) -> tuple[Session, int]:
        """Do what ``_selected`` does; raise MailboxClaimed if another exchange holds the claim."""
        session, exists = self._selected()
        if self._claim is None or not self._claim.due:
            return session, exists
        self._claim.hold(session)
        return session, session.select()

    def _at(self, uidvalidity: int) -> Session | None:
        """Return the session if its inbox still has this UIDVALIDITY, else None."""
        session = self._session
        if session is None or session.selected is None:
            session, _ = self._selected()
        return session if session.selected == uidvalidity else None

    def _drop(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.abandon()

    def _refuse_older(self, session: Session) -> None:
        """Raise MailboxUnavailable if the listed UIDs are outdated (the server was restored)."""
        validity, above = self._listed
        if validity == session.selected and 0 < session.uidnext < above:
            raise MailboxUnavailable(
                "the server was restored to an earlier state; the inbox is listed again first",
                place=self._place,
            )

    # -- fetching

    def _sizes(self, refs: Sequence[MailRef], *, anew: bool) -> Sequence[Sized]:
        """Return size and arrival of ``refs`` in order, as far as the server gives them."""
        with self._lock, self._explained("fetch mails"):
            # Not for every batch: SELECT of a folder with 50,000 files is slow.
            session = self._session
            if anew or session is None or session.selected is None or self._claim_due:
                session, _ = self._ours()
            self._refuse_older(session)
            wanted = {ref.uid: ref for ref in refs if ref.uidvalidity == session.selected}
            given, _ = session.given(tuple(wanted), SIZE_AND_DATE)
        return [sized(ref, given.get(uid, {})) for uid, ref in wanted.items()]

    def _in_groups(self, mails: Sequence[Sized], not_before: datetime | None) -> Iterator[Fetched]:
        """Fetch mails of one UIDVALIDITY group by group.

        Some servers hang up on a damaged mail. Fetching each mail alone shows which one it is; and
        if later mails are delivered, the mail is to blame and not the server.
        """
        waiting = deque(groups(mails, _BATCH_BYTES, self._max_bytes, not_before))
        broken: list[NotGiven] = []  # the server hung up at these, and has delivered nothing since
        breaks = 0  # at the next mail
        while waiting:
            group = waiting.popleft()
            found = self._group(group, not_before)
            if not isinstance(found, MailboxUnavailable):
                yield from broken
                yield from found
                broken, breaks = [], 0
                continue
            if len(group) > 1:
                waiting.extendleft([one] for one in reversed(group))
                continue
            breaks += 1
            if breaks < _BREAKS:
                waiting.appendleft(group)
                continue
            if len(broken) + 1 == _BREAKS:
                raise found  # the mails are not to blame
            broken.append(not_given(group[0], f"whenever it is fetched: {found.message}"))
            breaks = 0
        yield from broken

    def _group(
        self, group: Sequence[Sized], not_before: datetime | None
    ) -> Sequence[Fetched] | MailboxUnavailable:
        """Return what the server gives for one group, or the error that ended the attempt."""
        old = is_old(group[0], not_before)
        large = (group[0].size or 0) > self._max_bytes
        field = FEW_FIELDS if old else HEADER if large else WHOLE
        with self._lock:
            with self._explained("fetch mails"):
                session = self._at(group[0].ref.uidvalidity)
                if session is None:
                    return []
            try:
                with self._explained("fetch mails"):
                    if field == WHOLE:
                        sizes = (one.size or self._max_bytes for one in group)
                        session.wire.expect(sum(sizes))
                    given, refused = session.given([one.ref.uid for one in group], (field,))
                    found = [
                        outcome(one, given.get(one.ref.uid), refused, field, self._max_bytes)
                        for one in group
                    ]
                    found = [
                        checked(mail, one, session.given)
                        for mail, one in zip(group, found, strict=True)
                    ]
                    return still_there(found, session.still_there)
            except MailboxUnavailable as error:
                return error

    # -- filing and waiting

    def _move(self, session: Session, uid_set: str, target: str, folder: str) -> None:
        try:
            session.move(uid_set, target)
        except (imaplib.IMAP4.abort, OSError, ExchangeError):
            raise
        except Exception as error:
            # Refused because somebody else has moved all these mails; or they were moved, and the
            # library failed on the answer.
            if not session.search(["UID", uid_set]):
                return
            if "[TRYCREATE]" not in str(error):
                raise
            # The folder existed before and has been removed since.
            session.ready.discard(target)
            session.move(uid_set, session.ensure_folder(folder))

    def _idle(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        try:
            with self._explained("wait for mail"):
                # Mail received since the last list may have been announced in the answers to other
                # commands; it is not announced again.
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
            if self._woken.is_set():  # our own close broke the connection
                return False
            raise
        return False

    def _idle_once(self, session: Session, left: float) -> bool:
        try:
            return session.idle(min(left, _IDLE_SECONDS))
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            # The library treats an answer before ``+ idling`` as an error and leaves the
            # connection half in IDLE: it cannot be used any more.
            self._drop()
            if "EXISTS" in str(error):
                return True
            self._idles = False  # the server refuses IDLE after all: only poll
            self._woken.wait(left)
            return False
