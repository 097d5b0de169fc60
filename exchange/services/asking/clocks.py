"""Move the due dates of open clocks when the calendar changes (a holiday announced late).

Every open clock has the version of its calendar.  Those of another version are recomputed: each
moved date is audited, and all get the new version.  The version used last is stored, so that a
round without a change looks at no clock at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from exchange.domain.audit import AuditEvent
from exchange.domain.inbound import InboundRequest
from exchange.domain.outbound import CHASED_LEGS, OutboundRequest
from exchange.domain.party import Party
from exchange.domain.time.sla import Due, SlaRule, due
from exchange.later import Log
from exchange.services.asking import ladder
from exchange.services.context import Context
from exchange.store.db import Transaction

log = Log("exchange.clocks")

_CALENDAR = "clocks.calendar"  # the fact with the version used last
_AT_ONCE = 200  # clocks in one commit
Clocked = TypeVar("Clocked", InboundRequest, OutboundRequest)


@dataclass(frozen=True, slots=True)
class MovedClock:
    """A due date that the new calendar moved."""

    ref: str
    before: date
    after: date


def recompute_clocks(ctx: Context) -> list[MovedClock]:
    """Recompute clocks of other calendar versions; costs one look-up if there are none."""
    version = ctx.calendar.version
    if ctx.clock.trouble:
        return []
    with ctx.store.reading() as tx:
        if tx.facts.get(_CALENDAR) == version:
            return []
        inbound = tx.inbound.of_other_calendar(version)
        outbound = tx.outbound.of_other_calendar(version)
        parties = {party.signifier: party for party in tx.parties.all()}
    moved: list[MovedClock] = []
    for some in _some(inbound):
        with ctx.store.transaction("replay clocks") as tx:
            for asked in some:
                rule = SlaRule.from_text(asked.clock.rule)
                when = due(asked.clock.received_at, rule, ctx.calendar)
                tx.inbound.set_due(asked.id, when)
                moved += _log_moved(ctx, tx, asked.ref, asked.party, asked.clock.due_on, when)
    for batch in _some(outbound):
        with ctx.store.transaction("replay clocks") as tx:
            for request in batch:
                moved += _move(ctx, tx, request, parties.get(request.party))
    # Store it last: if the process ends before, everything is recomputed.
    with ctx.store.transaction("replay clocks") as tx:
        tx.facts.put(_CALENDAR, version)
    return moved


def _some(clocks: Sequence[Clocked]) -> Iterator[Sequence[Clocked]]:
    return (clocks[start : start + _AT_ONCE] for start in range(0, len(clocks), _AT_ONCE))


def _move(
    ctx: Context, tx: Transaction, request: OutboundRequest, party: Party | None
) -> list[MovedClock]:
    if request.accepted_at is None or request.due_on is None:
        return []
    when = due(request.accepted_at, SlaRule.from_text(request.rule), ctx.calendar)
    tx.outbound.accept(
        request.id, when.received, when.day_zero, when.due_on, when.due_at,
        when.rule_text, when.calendar_version,
    )  # fmt: skip
    _move_legs(ctx, tx, request, party, when)
    return _log_moved(ctx, tx, request.ref, request.party, request.due_on, when)


def _log_moved(
    ctx: Context, tx: Transaction, ref: str, party: str, before: date, when: Due
) -> list[MovedClock]:
    if before == when.due_on:
        return []
    tx.audit.append(
        ctx.now(),
        AuditEvent(
            "clock.moved",
            ref,
            party,
            {
                "before": before.isoformat(),
                "after": when.due_on.isoformat(),
                "calendar": when.calendar_version,
            },
        ),
    )
    log.warning("a due date moved", ref=ref, before=str(before), after=str(when.due_on))
    return [MovedClock(ref, before, when.due_on)]


def _move_legs(
    ctx: Context, tx: Transaction, request: OutboundRequest, party: Party | None, when: Due
) -> None:
    """Update the legs: their due day, whether it has passed, and their next rung."""
    today = ctx.today()
    legs = tx.legs.legs(request_id=request.id, states=CHASED_LEGS)
    done = tx.legs.rungs_done([leg.id for leg in legs])
    for (taken, accepted_on), alike in ladder.alike(legs, done).items():
        numbers = [leg.id for leg in alike]
        step = ladder.step(ctx, party, dict(taken), accepted_on, request.sla_days, today)
        tx.legs.start_clocks(numbers, accepted_on, when.due_on, today if step.now else step.next_on)
    if today <= when.due_on:
        tx.legs.mark_overdue([leg.id for leg in legs if leg.overdue], overdue=False)
