"""Compare a mailbox's list with the ledger: what to fetch, in which order.

A mail's place is its name on the server: mailbox, UIDVALIDITY and UID.  A server restored to an
earlier state reuses UIDs under the same UIDVALIDITY (RFC 9051, 2.3.1.1 forbids that, but backups
do it): then UIDNEXT has fallen, or a mail is listed at a place from which we filed one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from exchange.domain.audit import AuditEvent
from exchange.later import Log
from exchange.ports.mail import Mailbox, MailRef
from exchange.services.context import Context
from exchange.store.db import Transaction
from exchange.store.mails.mail import (
    DECIDED,
    FILED,
    KEPT,
    NOT_FETCHED,
    NOT_GIVEN,
    OLD,
    VANISHED,
    WANTED,
)
from exchange.store.mails.places import Pending

log = Log("exchange.intake")

_OLD_AT_ONCE: Final = 5000  # per round: today's requests do not wait for years of old mail
_WORTH_A_SEARCH: Final = 500
_TO_COMPARE: Final = (KEPT, DECIDED, FILED, VANISHED)
# A server counts days by an unknown clock and time zone.
_MARGIN: Final = timedelta(days=2)


def fresh(ctx: Context, mailbox: Mailbox) -> list[MailRef]:
    """Return what to fetch from the inbox, in order.

    These are mails whose place is in doubt, new mails, those that the server did not give before,
    and some of those older than ``not_before``.
    """
    listed = mailbox.list()
    _look_for_a_fall(ctx, mailbox, listed)
    with ctx.store.reading() as tx:
        states = tx.places.states(mailbox.name, listed)
        pending = tx.places.pending(mailbox.name)
    there = set(listed)
    _sweep(ctx, [one for one in pending if one.ref not in there])
    now = ctx.now()
    waits = {one.ref for one in pending}
    due = [one for one in pending if one.ref in there and one.at <= now]
    doubted = [one.ref for one in due if one.state not in NOT_FETCHED]
    # Decided mails are filed in the same round.  If one is listed all the same, it was not moved,
    # or its place holds another mail by now: fetching it shows which.
    doubted += [ref for ref, state in states.items() if state in _TO_COMPARE and ref not in waits]
    missing = [one.ref for one in due if one.state in (WANTED, NOT_GIVEN, VANISHED)]
    new, older = _by_age(ctx, mailbox, [ref for ref in listed if ref not in states])
    older += [one.ref for one in due if one.state == OLD]
    return [*doubted, *new, *missing, *older[:_OLD_AT_ONCE]]


def not_before_of(ctx: Context, mailbox: Mailbox) -> datetime | None:
    """Return the instant from which we answer a mailbox's mail; None for all mail."""
    found = (one.not_before for one in ctx.settings.mailbox if one.name == mailbox.name)
    return next(found, None)


def _by_age(
    ctx: Context, mailbox: Mailbox, new: list[MailRef]
) -> tuple[list[MailRef], list[MailRef]]:
    """Return new mails, and those certainly older than ``not_before``, newest first."""
    not_before = not_before_of(ctx, mailbox)
    if not_before is None or len(new) <= _WORTH_A_SEARCH:
        return new, []  # fetching shows the age of each
    recent = set(mailbox.since((not_before - _MARGIN).date()))
    return (
        [ref for ref in new if ref in recent],
        [ref for ref in reversed(new) if ref not in recent],
    )


def _uidnext_fact(mailbox: str, validity: int) -> str:
    return f"uidnext {mailbox} {validity}"


def note_uidnext(tx: Transaction, mailbox: Mailbox, listed: MailRef) -> None:
    """Store the highest UIDNEXT seen."""
    name = _uidnext_fact(mailbox.name, listed.uidvalidity)
    if mailbox.uidnext > int(tx.facts.get(name) or 0):
        tx.facts.put(name, str(mailbox.uidnext))


def _look_for_a_fall(ctx: Context, mailbox: Mailbox, listed: Sequence[MailRef]) -> None:
    """Doubt every known place if UIDNEXT has fallen."""
    uidnext = mailbox.uidnext
    if not listed or not uidnext:
        return
    validity = listed[0].uidvalidity
    name = _uidnext_fact(mailbox.name, validity)
    with ctx.store.reading() as tx:
        seen = int(tx.facts.get(name) or 0) or tx.places.highest(mailbox.name, validity) + 1
    if uidnext >= seen:
        return
    with ctx.store.transaction("doubt") as tx:
        tx.facts.put(name, str(uidnext))
        _doubt(ctx, tx, mailbox.name, listed, {"uidnext": uidnext, "before": seen})


def doubt_all(ctx: Context, mailbox: Mailbox) -> None:
    """Doubt every known place: one of them turned out to hold another mail."""
    listed = mailbox.list()
    with ctx.store.transaction("doubt") as tx:
        _doubt(ctx, tx, mailbox.name, listed, {})


def _doubt(
    ctx: Context, tx: Transaction, mailbox: str, listed: Sequence[MailRef], detail: dict[str, int]
) -> None:
    now = ctx.now()
    doubted = tx.places.doubt(mailbox, listed, now)
    log.warning(
        "the mail server was restored to an earlier state and reuses UIDs: "
        "what it lists is read again",
        mailbox=mailbox,
        mails=doubted,
    )
    event = AuditEvent(
        "mailbox.put_back", f"mailbox {mailbox}", detail={"mails": doubted, **detail}
    )
    tx.audit.append(now, event)


def _sweep(ctx: Context, gone: Sequence[Pending]) -> None:
    """Mark mails that were to be fetched and have left the inbox."""
    if not gone:
        return
    with ctx.store.transaction("vanished") as tx:
        for one in gone:
            if one.state in (WANTED, NOT_GIVEN):
                vanish(ctx, tx, one.number)
            else:
                tx.places.confirm_place(one.number)


def vanish(ctx: Context, tx: Transaction, number: int) -> None:
    """Mark a mail that left the inbox before the server gave it."""
    reason = "it left the inbox before the server gave it"
    tx.places.vanished(number, reason)
    tx.audit.append(
        ctx.now(), AuditEvent("mail.vanished", f"mail {number}", detail={"reason": reason})
    )
    log.warning(reason, mail=number)
