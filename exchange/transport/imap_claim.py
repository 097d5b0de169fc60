"""Claim a mailbox: leave a mail in our own folder that says which daemon uses the mailbox.

Two working folders on one mailbox would answer requests twice. So a daemon appends a claim before
it lists the inbox, renews it every few minutes, and removes it when it stops. All times are the
server's (INTERNALDATE of a mail just appended), so no machine's clock matters.

Of several live claims the oldest one, by UID, holds the mailbox. A daemon appends its claim before
it looks, so of two that start at the same instant at least the later one sees the other and stops.
A holder keeps its first claim until it stops. Each renewal is a further mail, and only the last of
those is kept. A claim that was not renewed for LEASE is dead.

A daemon may be halted between any two commands, for any time. So a claim counts from before it was
appended; one that is due again when everything is judged, or that others have removed by then, is
made again; and what changes while it is read is read again.

A daemon whose mailbox a person takes over notices at its next renewal, and works until then. So a
take-over appends a claim that says so, and the new daemon starts once that time has passed.

The claims are never in the inbox, and no other mail of the account is touched.
"""

from __future__ import annotations

import contextlib
import email
import imaplib
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from itertools import starmap
from typing import Final

from exchange.errors import ExchangeError, MailboxClaimed, MailboxRefused, MailboxUnavailable
from exchange.later import Log
from exchange.transport.imap_fetch import Fields, arrival
from exchange.transport.imap_session import LEAVE_SECONDS, Session, error_text, is_passing, uid_sets

log = Log("exchange.claim")

LEASE: Final = timedelta(minutes=15)
RENEW_SECONDS: Final = 240.0
# By then a daemon whose claim was taken over has noticed it, or has ended.
_NOTICED: Final = timedelta(seconds=RENEW_SECONDS + 60.0)
# How the session in a claim begins that a take-over leaves: the first keeps the place, the second
# says since when the former holder can notice.
_TAKING: Final = "takes-over-"
_TAKEN: Final = "taken-over-"
_SKEW: Final = timedelta(minutes=1)  # between the clocks of a server's machines
_TRIES: Final = 3
_AT_ONCE: Final = 200
_HEADER: Final = "X-MP121-Claim"
_FIELD: Final = "BODY.PEEK[HEADER.FIELDS (X-MP121-CLAIM X-MP121-HOLDER)]"
_HOLDER: Final = "X-MP121-Holder"
_STILL: Final = (
    f"if it still runs, it notices within {_NOTICED // timedelta(minutes=1)} minutes, and this "
    "folder starts after that"
)
_WORDS: Final = """\
The MP121 install code exchange that runs in

    {holder}

uses this mailbox.  This mail keeps any other exchange away from it; it is
replaced every few minutes and removed when the exchange stops.  Please leave
this folder alone.
"""


def _seconds() -> float:
    """Return seconds that pass also while the machine sleeps, where the system counts those."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(clock)


@dataclass(frozen=True, slots=True)
class Claimant:
    """Who claims: ``instance`` is one working folder, ``session`` one process of it."""

    instance: str
    session: str
    words: str  # folder and host, for people

    def mail(self) -> bytes:
        """Return a claim as a mail."""
        found = EmailMessage()
        found["Subject"] = "In use by the MP121 exchange"
        found["From"] = found["To"] = "exchange@mp121.invalid"
        found[_HEADER] = f"{self.instance} {self.session} {secrets.token_hex(8)}"
        found[_HOLDER] = self.words
        found.set_content(_WORDS.format(holder=self.words))
        return found.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


@dataclass(frozen=True, slots=True)
class _Sign:
    """One claim mail as found."""

    uid: int
    at: datetime
    instance: str
    session: str
    mark: str
    words: str


class MailboxClaim:
    """Our claim on one mailbox; used by the thread that uses the connection.

    ``steady`` gives seconds that only grow, also while the machine sleeps.
    """

    def __init__(
        self, folder: str, holder: Claimant, steady: Callable[[], float] = _seconds
    ) -> None:
        self._folder, self._holder, self._steady = folder, holder, steady
        self._renewed: float | None = None
        self._held = False
        self._impossible = False
        self._first: int | None = None  # UID of the first claim that the server showed us

    @property
    def due(self) -> bool:
        """Return whether the claim must be made or renewed before mails are read or moved."""
        return self._renewed is None or not (0 <= self._steady() - self._renewed < RENEW_SECONDS)

    def hold(self, session: Session) -> datetime | None:
        """Make or renew the claim; return the server's time, None if the server allows no claim.

        Afterwards no inbox is selected.  Raises MailboxClaimed when another daemon holds it, and
        MailboxUnavailable when that cannot be found out in time.
        """
        rival = None
        for _ in range(_TRIES):
            began = self._steady()
            mark = ""
            try:
                full = session.ensure_folder(self._folder)
                raw = self._holder.mail()
                mark = _mark_of(raw)
                session.client.append(full, raw)
                signs = self._signs(session, full)
            except imaplib.IMAP4.abort:
                raise
            except (imaplib.IMAP4.error, MailboxRefused) as error:
                if isinstance(error, imaplib.IMAP4.error) and is_passing(error):
                    raise
                self._cannot(session, error)
                return None
            now = next((one.at for one in signs if one.mark == mark), None)
            if now is not None:
                self._judge(session, signs, mark, now)
            in_time = 0 <= self._steady() - began < RENEW_SECONDS
            if now is not None and in_time:
                self._renewed, self._held, self._impossible = began, True, False
                return now
            # Who removed our claim is there himself, unless we were halted for long.
            rival = next((one for one in signs if one.session != self._holder.session), None)
            if now is None and in_time and rival is None and self._first is None:
                self._cannot(session, None)  # the folder does not show our mail
                return None
        self._renewed = None
        if rival is not None:
            raise self._claimed(session, rival)
        raise MailboxUnavailable(
            "who uses this mailbox cannot be found out in time", place=session.place
        )

    def _judge(self, session: Session, signs: Sequence[_Sign], mark: str, now: datetime) -> None:
        """Remove outdated claims; raise MailboxClaimed if another daemon holds the mailbox."""
        ours = [one for one in signs if one.session == self._holder.session]
        if self._first is None:
            self._first = ours[0].uid
        self._wait_for_others(session, signs, now)
        before = [one for one in ours if one.mark != mark]
        # If we did not renew for so long, others may think us dead: we claim anew. Their time may
        # be later than ours, as a server may note the time before it gives the UID.
        latest = max(one.at for one in signs)
        alive = bool(before) and latest - max(one.at for one in before) <= LEASE - _SKEW
        place = min(one.uid for one in (ours if alive else ours[-1:]))
        sessions: dict[str, list[_Sign]] = {}
        for one in signs:
            if one.session != self._holder.session:
                sessions.setdefault(one.session, []).append(one)
        gone = [one.uid for one in ours if one.mark != mark and (one.uid != place or not alive)]
        rivals = []
        for theirs in sessions.values():
            if self._left_over(theirs) or now - max(one.at for one in theirs) > LEASE:
                gone += [one.uid for one in theirs]
            elif theirs[0].session.startswith((_TAKING, _TAKEN)):
                rivals.append(theirs[-1])  # who takes over does not see what we append now
            elif min(one.uid for one in theirs) < place:
                rivals.append(theirs[-1])
        if rivals:
            self._renewed, self._held = None, False
            _remove(session, [one.uid for one in ours])
            raise self._claimed(session, rivals[0])
        _remove(session, gone)

    def _left_over(self, theirs: Sequence[_Sign]) -> bool:
        """Return whether a former process of our folder left these, or a take-over for us."""
        if theirs[0].instance != self._holder.instance:
            return False
        if theirs[0].session.startswith((_TAKING, _TAKEN)):
            return True
        return self._first is not None and theirs[-1].uid < self._first

    def _wait_for_others(self, session: Session, signs: Sequence[_Sign], now: datetime) -> None:
        """Raise MailboxClaimed while the former holder may not have noticed our take-over."""
        taken = [
            one.at
            for one in signs
            if one.instance == self._holder.instance and one.session.startswith(_TAKEN)
        ]
        if self._held or not taken or now - max(taken) > _NOTICED:
            return
        self._renewed = None
        _remove(session, [one.uid for one in signs if one.session == self._holder.session])
        raise MailboxClaimed(
            f"taken over at {max(taken):%Y-%m-%d %H:%M} UTC from another exchange, which may work "
            f"there until {max(taken) + _NOTICED:%H:%M} UTC",
            place=session.place,
            hint="this folder then starts by itself",
        )

    def _claimed(self, session: Session, rival: _Sign) -> MailboxClaimed:
        return MailboxClaimed(
            f"another exchange uses this mailbox: {rival.words}, instance "
            f"{rival.instance[:8]}, last sign of life {rival.at:%Y-%m-%d %H:%M} UTC",
            place=session.place,
            hint="two would answer every request twice; stop one of them. To use the mailbox from "
            "this folder, stop the other one and run `exchange mailbox take-over "
            f"{session.settings.name}`",
        )

    def take_over(self, session: Session) -> Sequence[str]:
        """Claim the mailbox whoever holds it; return from whom it was taken, in words."""
        full = session.ensure_folder(self._folder)
        token = secrets.token_hex(4)
        raw = replace(self._holder, session=f"{_TAKING}{token}").mail()
        session.client.append(full, raw)
        signs = self._signs(session, full)
        foreign = [one for one in signs if one.instance != self._holder.instance]
        ours = [one for one in signs if one.mark == _mark_of(raw)]
        # One that did not renew for longer has ended, or will look before it does anything else.
        busy = [one for one in foreign if not ours or ours[0].at - one.at <= _NOTICED]
        taken = replace(self._holder, session=f"{_TAKEN}{token}")
        if busy:
            session.client.append(full, taken.mail())
        # If nobody else holds it, our daemon has its own claim, or makes one when it starts.
        _remove(session, [one.uid for one in foreign or ours])
        if busy:  # only from now on they can notice
            session.client.append(full, taken.mail())
        began = {one.instance for one in busy}
        return sorted(
            {
                f"{one.words}, instance {one.instance[:8]}"
                + (f"; {_STILL}" if one.instance in began else "")
                for one in foreign
            }
        )

    def release(self, session: Session) -> None:
        """Remove the claim, so that the next daemon need not wait; never raises."""
        if not self._held:
            return
        self._renewed, self._held = None, False
        with contextlib.suppress(OSError, imaplib.IMAP4.error, ValueError, ExchangeError):
            session.client.socket().settimeout(LEAVE_SECONDS)
            signs = self._signs(session, session.full_name(self._folder))
            _remove(session, [one.uid for one in signs if one.session == self._holder.session])

    def _signs(self, session: Session, full: str) -> list[_Sign]:
        """Select the folder and return every claim in it.

        A claim that is renewed between SEARCH and FETCH would seem to be gone: we look again.
        """
        session.selected = None
        lost: set[int] = set()
        for _ in range(_TRIES):
            exists = session.client.select_folder(full).get(b"EXISTS")
            uids = session.all_uids(exists) if isinstance(exists, int) and exists else []
            found: dict[int, Fields] = {}
            for first in range(0, len(uids), _AT_ONCE):
                found |= session.given(uids[first : first + _AT_ONCE], ("INTERNALDATE", _FIELD))[0]
            missing = set(uids) - found.keys()
            if missing <= lost:  # those that are missing again cannot be read
                signs = [one for one in starmap(_sign, found.items()) if one is not None]
                return sorted(signs, key=lambda one: one.uid)
            lost |= missing
        raise MailboxUnavailable("the claims in it change while they are read", place=session.place)

    def _cannot(self, session: Session, error: ExchangeError | imaplib.IMAP4.error | None) -> None:
        """Go on without a claim; log it once."""
        self._renewed = self._steady()
        if not self._impossible:
            why = "the folder does not show our mail" if error is None else error_text(error)
            log.warning(
                "no claim can be left in the mailbox: nothing keeps a second exchange away",
                mailbox=session.settings.name,
                folder=self._folder,
                why=why,
            )
        self._impossible = True


def _mark_of(raw: bytes) -> str:
    return str(email.message_from_bytes(raw)[_HEADER]).split()[-1]


def _sign(uid: int, fields: Fields) -> _Sign | None:
    """Return the claim in an answer to FETCH; None if it is another mail."""
    at = arrival(fields)
    raw = next((one for name, one in fields.items() if name.startswith(b"BODY[HEADER")), None)
    if at is None or not isinstance(raw, bytes):
        return None
    header = email.message_from_bytes(raw, policy=policy.default)
    words = str(header.get(_HEADER, "")).split()
    if len(words) != 3:
        return None
    holder = " ".join(str(header.get(_HOLDER, "")).split())
    instance, session, mark = words
    return _Sign(uid, at, instance, session, mark, holder[:300])


def _remove(session: Session, uids: Iterable[int]) -> None:
    """Remove claims from the selected folder; one that stays just expires."""
    for some in uid_sets(uids):
        with contextlib.suppress(imaplib.IMAP4.error):
            session.client.add_flags(some, [b"\\Deleted"], silent=True)
            if session.client.has_capability("UIDPLUS"):
                session.client.uid_expunge(some)
            else:
                session.client.expunge()  # of this folder, which is ours alone
