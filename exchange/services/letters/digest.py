"""Warn our own team by mail of answers that are nearly due, or late: one digest a day at most.

Which day it is sent on is decided in ``domain/time/warning_days.py``.  The digest and the fact that
it was written are committed together, so a restart or a kill neither repeats nor loses it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from exchange.config import OurParty
from exchange.domain.audit import AuditEvent
from exchange.domain.meaning.doubts import without_identifiers
from exchange.domain.time.sla import local_date
from exchange.domain.time.warning_days import (
    days_left,
    is_time_to_warn,
    nearness,
    warns_today,
)
from exchange.later import Log
from exchange.rendering.wording import one_line
from exchange.services.context import Context
from exchange.services.letters import letters
from exchange.services.letters.owed_answers import Owed, OwedAnswer, describe, owed_answers
from exchange.store.db import Transaction
from exchange.store.mails.outbox import DEFERRED, HELD, QUEUED

log = Log("exchange.digest")

_WARNED: Final = "team.warned"  # fact: the day of the last digest
_NOBODY: Final = "team.nobody_to_warn"  # fact: the day on which the log said so last
_MOST_ROWS: Final = 100  # of a digest; ``exchange inbox list`` has all
_MOST_TEXT: Final = 120  # characters of a subject or a reason


def warn_team(ctx: Context) -> int:
    """Queue today's digest if one is due; return how many letters were queued, 0 or 1."""
    if ctx.clock.trouble:
        return 0
    with ctx.store.reading() as tx:
        if not _may_warn(ctx, tx):
            return 0
        owed = owed_answers(tx, ctx.settings, ctx.calendar)
        if not warns_today((one.clock for one in owed), ctx.today(), _day(tx), ctx.calendar):
            return 0
    with ctx.store.transaction("digest") as tx:
        if not _may_warn(ctx, tx):  # another process was first
            return 0
        near = [
            one
            for one in owed_answers(tx, ctx.settings, ctx.calendar)
            if nearness(one.clock, ctx.today(), ctx.calendar)
        ]
        return _warn(ctx, tx, near) if near else 0


def team_address(party: OurParty) -> str:
    """Return whom of ours to warn; empty: nobody, as where only the daemon reads the mail."""
    to = party.alerts_to or party.compliance_address or ""
    return "" if to.lower() == party.address.lower() else to


def _may_warn(ctx: Context, tx: Transaction) -> bool:
    """Return whether it is time, and no digest was written or arrived today or is under way."""
    warned_on = _day(tx)
    if not is_time_to_warn(ctx.now(), warned_on, ctx.calendar):
        return False
    before = tx.outbox.by_ref(_ref(ctx, warned_on)) if warned_on else []
    return not any(
        one.state in (QUEUED, DEFERRED, HELD)
        or (one.accepted_at is not None and local_date(one.accepted_at) >= ctx.today())
        for one in before
    )


def _day(tx: Transaction) -> date | None:
    told = tx.facts.get(_WARNED)
    return date.fromisoformat(told) if told else None


def _ref(ctx: Context, day: date) -> str:
    return f"MP121-{ctx.signifier}-{day:%Y-%m-%d}"


def _warn(ctx: Context, tx: Transaction, near: Sequence[Owed]) -> int:
    today, address = ctx.today(), team_address(ctx.settings.party)
    past = sum(one.clock.due_on < today for one in near)
    if not address:
        if tx.facts.get(_NOBODY) != today.isoformat():
            tx.facts.put(_NOBODY, today.isoformat())
            log.warning(
                "answers of ours are nearly due or late; [party] alerts_to names nobody to warn",
                near=len(near) - past, past=past,
            )  # fmt: skip
        return 0
    ref = _ref(ctx, today)
    shown = describe(tx, near[:_MOST_ROWS])
    _, message_id = letters.queue(
        ctx,
        tx,
        letters.Draft(
            template="alert",
            ref=ref,
            recipient=address,
            context={
                "us": letters.us(ctx),
                "ref": ref,
                "near": len(near) - past,
                "past": past,
                "items": [_row(ctx, one) for one in shown],
                "more": len(near) - len(shown),
            },
        ),
    )
    tx.facts.put(_WARNED, today.isoformat())
    detail: dict[str, str | int | bool | None] = {
        "near": len(near) - past, "past": past, "address": address, "message_id": message_id,
    }  # fmt: skip
    tx.audit.append(ctx.now(), AuditEvent("team.warned", ref, detail=detail))
    log.info("warned our own team", ref=ref, near=len(near) - past, past=past)
    return 1


def _row(ctx: Context, one: OwedAnswer) -> Mapping[str, object]:
    today = ctx.today()
    late = today > one.due_on
    days = abs(days_left(one.due_on, today, ctx.calendar))
    return {
        "what": one.what,
        "party": one.party,
        "sender": one_line(one.sender, _MOST_TEXT),
        "subject": one_line(without_identifiers(one.subject), _MOST_TEXT),
        "arrived": one.arrived,
        "due": one.due_on,
        "days_left": 0 if late else days,
        "days_late": days if late else 0,
        "doubt": one.doubt,
        "reason": one_line(without_identifiers(one.reason), _MOST_TEXT),
        "command": one.command,
    }
