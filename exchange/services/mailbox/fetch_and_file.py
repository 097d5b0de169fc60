"""Fetch and keep new mails, and file decided ones: the first and the last step of every mail.

Commit 1 keeps the raw bytes, sealed; from then on nothing is lost.  Filing moves the mail on the
server and may be repeated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from typing import Final

from exchange.domain.audit import AuditEvent
from exchange.domain.device import mask_codes
from exchange.domain.foreign import clipped
from exchange.domain.mail import MailHead
from exchange.errors import StoreError, Unreadable, VaultError
from exchange.later import Log
from exchange.parsing.reading.head import received
from exchange.parsing.reading.understand import read_head
from exchange.ports.mail import Fetched, FetchedMail, Mailbox, MailRef, NotGiven, OldMail
from exchange.services.answering.mail_outcome import MailOutcome, record_outcome
from exchange.services.context import Context
from exchange.services.mailbox import listing
from exchange.store.db import Transaction
from exchange.store.mails.mail import (
    FILED,
    KEPT,
    NOT_FETCHED,
    NOT_GIVEN,
    OLD,
    SHUNTED,
    VANISHED,
    NewMail,
)
from exchange.store.mails.places import RowAtPlace

log = Log("exchange.intake")

_KEEP_BATCH = 200
_BATCH_BYTES = 64_000_000
_FILE_BATCH = 500
_PIECE_BYTES = 1 << 20
_SUBJECT_CHARS = 300
_HEAD_BEGUN: Final = 64_000
_FIRST_PAUSE: Final = timedelta(minutes=1)
_LONGEST_PAUSE: Final = timedelta(hours=4)
_LOOKED_AT: Final = timedelta(minutes=15)


fresh = listing.fresh


def content_hash(raw: bytes, message_id: str) -> str:
    """Hash a mail to recognise another copy of it: same Message-ID, same body.

    Transport headers differ from copy to copy, so they do not count.  Without a Message-ID every
    byte counts.
    """
    if not message_id:
        return sha256(raw).hexdigest()
    for blank in (b"\r\n\r\n", b"\n\n"):
        end = raw.find(blank)
        if end >= 0 and raw.find(b"\n\n", 0, end) < 0:
            found = sha256(message_id.encode() + b"\0")
            for piece in _pieces(raw, end + len(blank)):
                found.update(piece.replace(b"\r\n", b"\n"))
            return found.hexdigest()
    return sha256(raw).hexdigest()


def _pieces(raw: bytes, start: int) -> Iterator[bytes]:
    """Yield the bytes from ``start`` on in pieces that do not split a line end."""
    while start < len(raw):
        end = start + _PIECE_BYTES
        end += raw[end - 1 : end + 1] == b"\r\n"
        yield raw[start:end]
        start = end


@dataclass(frozen=True, slots=True)
class _Made:
    """What is to be written about a mail that the server listed."""

    mail: NewMail
    oversize: int = 0
    fault: str = ""  # type of the error when making or writing it
    arrived_from: str = ""  # if the server does not say when it arrived


def keep(ctx: Context, mailbox: Mailbox, refs: Sequence[MailRef]) -> int:
    """Seal and record the mails at ``refs`` (commit 1); return how many are to be decided.

    Each becomes a row of the ledger, or fills in the row that waits for it.
    """
    if refs:
        ctx.reader.start()  # starting takes half a second; meanwhile these are kept
    with ctx.store.reading() as tx:
        states = tx.places.states(mailbox.name, refs)
    asked = [ref for ref in refs if states.get(ref, OLD) != OLD]
    rest = [ref for ref in refs if states.get(ref, OLD) == OLD]
    work = _Keeping(ctx, mailbox, states)
    # A mail that the ledger knows or a person wants is fetched, however old it is.
    for some, not_before in ((asked, None), (rest, listing.not_before_of(ctx, mailbox))):
        if some:
            work.take(mailbox.fetch(some, not_before))
    if work.reused:
        # A known place may hold another mail by now, which must not be moved.
        listing.doubt_all(ctx, mailbox)
    return work.kept


class _Keeping:
    """Writes fetched mails, some hundreds per commit."""

    def __init__(self, ctx: Context, mailbox: Mailbox, states: Mapping[MailRef, str]) -> None:
        self._ctx, self._mailbox, self._states = ctx, mailbox, states
        self._batch: list[_Made] = []
        self._weight = 0
        self.kept = 0
        self.reused = False

    def take(self, given: Iterator[Fetched]) -> None:
        """Keep all the mails given."""
        try:
            for one in given:
                self._batch.append(_made(self._ctx, self._mailbox.name, one))
                self._weight += self._batch[-1].mail.size
                if len(self._batch) == _KEEP_BATCH or self._weight >= _BATCH_BYTES:
                    self._write()
        finally:
            # Mails fetched before the connection broke are not fetched again.
            self._write()

    def _write(self) -> None:
        batch, self._batch, self._weight = self._batch, [], 0
        if not batch:
            return
        try:
            self._commit(batch)
        except StoreError:
            raise  # the database refuses: no mail is at fault
        except Exception:
            # Nothing was written; writing each alone shows which one failed.
            for one in batch:
                self._alone(one)

    def _alone(self, one: _Made) -> None:
        """Write one mail; whatever error it causes, it becomes a row, and the others go on."""
        try:
            self._commit([one])
        except StoreError:
            raise
        except Exception as error:
            bare = replace(one.mail, message_id="", sender="", subject="", reason="")
            self._commit([replace(one, mail=bare, fault=type(error).__name__)])

    def _commit(self, batch: Sequence[_Made]) -> None:
        ctx, now, name = self._ctx, self._ctx.now(), self._mailbox.name
        ctx.heart.moved()
        known = [one.mail.ref for one in batch if one.mail.ref in self._states]
        reused, kept = False, 0
        with ctx.store.transaction("keep") as tx:
            holders = tx.places.holders(name, known) if known else {}
            fresh = list[_Made]()
            for one in batch:
                holder = holders.get(one.mail.ref)
                if holder is None:
                    fresh.append(one)
                elif holder.state in NOT_FETCHED:
                    kept += _fill(ctx, tx, holder, one)
                elif _is_another(one.mail, holder):
                    tx.places.free(holder.number)
                    _place_reused(ctx, tx, holder, name)
                    fresh.append(one)
                    reused = reused or not holder.doubted
                else:
                    _same_again(ctx, tx, holder)
            numbers = tx.mail.keep([one.mail for one in fresh], now)
            _audit(ctx, tx, name, list(zip(numbers, fresh, strict=True)))
            listing.note_uidnext(tx, self._mailbox, batch[0].mail.ref)
        self.kept += kept + sum(one.mail.state == KEPT for one in fresh)
        self.reused = self.reused or reused


def _audit(ctx: Context, tx: Transaction, mailbox: str, rows: Sequence[tuple[int, _Made]]) -> None:
    """Audit the new rows of the ledger, and shunt mails that cannot be decided."""
    now = ctx.now()
    tx.audit.append(
        now,
        *(_event(number, one) for number, one in rows if one.mail.state != OLD),
    )
    if old := [one.mail.arrived_at for _, one in rows if one.mail.state == OLD]:
        oldest = f"{min(old):%Y-%m-%d}"
        detail: dict[str, str | int | bool | None] = {"mails": len(old), "oldest": oldest}
        tx.audit.append(now, AuditEvent("mails.old", f"mailbox {mailbox}", detail=detail))
        words = "older than not_before: listed and left alone"
        tx.afterwards(lambda: log.info(words, mailbox=mailbox, mails=detail["mails"]))
    if withheld := [(number, one) for number, one in rows if one.mail.state == NOT_GIVEN]:
        first, mail, not_given = withheld[0][0], withheld[0][1].mail, len(withheld)
        tx.afterwards(
            lambda: log.warning(
                "the server does not give some mails; they are tried again",
                mailbox=mailbox,
                mails=not_given,
                first=first,
                why=mail.reason,
            )
        )
    for number, one in rows:
        _shunt_if_due(ctx, tx, number, one)


def _event(number: int, one: _Made) -> AuditEvent:
    detail = {"sender": one.mail.sender}
    if one.mail.state != KEPT:
        detail["reason"] = one.mail.reason
    elif one.arrived_from:
        detail["arrived_from"] = one.arrived_from
    return AuditEvent(f"mail.{one.mail.state}", f"mail {number}", detail=detail)


def _shunt_if_due(ctx: Context, tx: Transaction, number: int, one: _Made) -> None:
    reason = ""
    if one.oversize:
        reason = (
            f"{one.oversize:,} bytes, the ceiling is {ctx.settings.limits.mail_bytes:,}: "
            "only its header was fetched"
        )
    elif one.fault and one.mail.state == KEPT:
        reason = f"an internal fault ({one.fault})"
        tx.afterwards(lambda: log.error("internal fault at a mail", mail=number, fault=one.fault))
    if reason:
        record_outcome(ctx, tx, tx.mail.get(number), MailOutcome(SHUNTED, reason=reason))


def _fill(ctx: Context, tx: Transaction, holder: RowAtPlace, one: _Made) -> int:
    """Fill in a waiting row with what the server gave, or note that it still gives nothing."""
    now, mail = ctx.now(), one.mail
    if mail.state == NOT_GIVEN:
        again = now + _pause(holder.attempts + 1)
        tx.places.still_not_given(holder.number, mail.reason, again)
        if holder.state != NOT_GIVEN:
            _audit(ctx, tx, mail.mailbox, [(holder.number, one)])
    elif mail.state == VANISHED:
        listing.vanish(ctx, tx, holder.number)
    else:
        tx.places.fill(holder.number, mail, now)
        if holder.state == mail.state:
            return 0
        _audit(ctx, tx, mail.mailbox, [(holder.number, one)])
    return int(mail.state == KEPT)


def _is_another(mail: NewMail, holder: RowAtPlace) -> bool:
    """Return whether the server gave another mail than the ledger has for this place."""
    return mail.content_hash != holder.content_hash or mail.sender != holder.sender


def _place_reused(ctx: Context, tx: Transaction, holder: RowAtPlace, mailbox: str) -> None:
    detail = {"state": holder.state, "mailbox": mailbox}
    event = AuditEvent("mail.place_reused", f"mail {holder.number}", detail=detail)
    tx.audit.append(ctx.now(), event)


def _same_again(ctx: Context, tx: Transaction, holder: RowAtPlace) -> None:
    """Note that the place is still this mail's; if it was filed, file it again."""
    now = ctx.now()
    if holder.state == KEPT:  # from now on attempts count readings
        tx.places.confirm_place(holder.number, now + _LOOKED_AT)
        return
    tx.places.file_again(holder.number, now + _pause(holder.attempts + 1))
    if holder.state == FILED:
        tx.audit.append(now, AuditEvent("mail.listed_again", f"mail {holder.number}"))


def _pause(attempts: int) -> timedelta:
    """Return the time until the next attempt: a minute, doubling up to four hours."""
    return min(_FIRST_PAUSE * (1 << min(attempts - 1, 20)), _LONGEST_PAUSE)


def _made(ctx: Context, mailbox: str, given: Fetched) -> _Made:
    """Make the row of a mail, or a bare one if that fails."""
    try:
        return _row(ctx, mailbox, given, read=True)
    except (StoreError, VaultError):
        raise
    except Exception as error:
        return replace(_row(ctx, mailbox, given, read=False), fault=type(error).__name__)


def _row(ctx: Context, mailbox: str, given: Fetched, *, read: bool) -> _Made:
    now = ctx.now()
    raw = b"" if isinstance(given, NotGiven | OldMail) else given.raw
    shown = given.head if isinstance(given, OldMail) else raw
    head = _head(shown) if read and shown else MailHead()
    state, size, reason, again, arrived_from = KEPT, len(raw), "", None, ""
    arrived = given.arrived
    if isinstance(given, NotGiven):
        state, size, reason = (VANISHED if given.vanished else NOT_GIVEN), given.size, given.reason
        again = None if given.vanished else now + _FIRST_PAUSE
    elif isinstance(given, OldMail):
        state, size, reason = OLD, given.size, "older than not_before"
    elif arrived is None or arrived.date() < ctx.calendar.covers[0]:
        # A file restored without its date is often from 1970: no answer time could be counted.
        arrived = received(raw) if read else None
        arrived_from = "Received" if arrived else "the time of fetching"
    # With a simulated clock, or a server whose clock is ahead: never later than our now.
    if arrived is None or (ctx.clock.simulated and state != OLD):
        arrived = now
    # If our own clock must be wrong, trust the server's.
    latest = arrived if ctx.clock.trouble else now
    mail = NewMail(
        mailbox=mailbox,
        ref=given.ref,
        content_hash=_own_hash(mailbox, given.ref)
        if state != KEPT or not raw.strip()
        else content_hash(raw, head.message_id),
        message_id=clipped(head.message_id, 998),
        sender=mask_codes(head.sender)[:320],
        subject=mask_codes(head.subject)[:_SUBJECT_CHARS],
        size=size,
        arrived_at=min(arrived, latest),
        sealed=ctx.sealer.seal(raw, "mail"),
        state=state,
        reason=reason,
        next_fetch_at=again,
    )
    oversize = given.oversize if isinstance(given, FetchedMail) else 0
    return _Made(mail, oversize, arrived_from=arrived_from)


def _head(raw: bytes) -> MailHead:
    try:
        return read_head(raw)
    except Unreadable:  # too long to decide by, but show the apparent sender
        begun = read_head(raw[:_HEAD_BEGUN].rpartition(b"\n")[0])
        return MailHead(sender=begun.sender, subject=begun.subject)


def _own_hash(mailbox: str, ref: MailRef) -> str:
    """Return a unique hash for a mail without content: it is never a copy of another."""
    place = f"nothing at {mailbox} {ref.uidvalidity} {ref.uid}"
    return sha256(place.encode("utf-8", "replace")).hexdigest()


def file(ctx: Context, mailbox: Mailbox, folders: Mapping[str, str]) -> int:
    """Move decided mails to their folders; ``folders`` maps our folders to the server's."""
    filed = 0
    while True:
        with ctx.store.reading() as tx:
            numbers, places = tx.places.to_file(mailbox.name, ctx.now(), _FILE_BATCH)
        if not numbers:
            return filed
        by_folder: dict[str, list[MailRef]] = {}
        for ref, folder in places:
            by_folder.setdefault(folders[folder], []).append(ref)
        for folder, refs in by_folder.items():
            ctx.heart.moved()
            mailbox.file(refs, folder)
        with ctx.store.transaction("file") as tx:
            tx.mail.filed(numbers)
        filed += len(numbers)
