"""A calendar that changed (a holiday announced late) moves the due dates of open clocks.

Every open clock carries the version of the calendar that produced it.  Those of another version
are replayed: each moved date is audited, and the new version noted on all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import structlog

from exchange.domain.audit import AuditEvent
from exchange.domain.outbound import CHASED_LEGS, OutboundRequest
from exchange.domain.sla import Due, SlaRule, due
from exchange.services import ladder
from exchange.services.desk import Desk
from exchange.store.db import Transaction

log = structlog.get_logger("exchange.clocks")


@dataclass(frozen=True, slots=True)
class MovedClock:
    """A due date that the new calendar moved."""

    ref: str
    before: date
    after: date


def replay(desk: Desk) -> list[MovedClock]:
    """Replay what another calendar produced; costs two look-ups when there is nothing to do."""
    version = desk.calendar.version
    with desk.store.reading() as tx:
        inbound = tx.inbound.of_other_calendar(version)
        outbound = tx.outbound.of_other_calendar(version)
    moved: list[MovedClock] = []
    for asked in inbound:
        when = due(asked.clock.received_at, SlaRule.from_text(asked.clock.rule), desk.calendar)
        with desk.store.transaction("replay clocks") as tx:
            tx.inbound.set_due(asked.id, when)
            moved += _told(desk, tx, asked.ref, asked.party, asked.clock.due_on, when)
    for request in outbound:
        if request.accepted_at is None or request.due_on is None:
            continue
        when = due(request.accepted_at, SlaRule.from_text(request.rule), desk.calendar)
        with desk.store.transaction("replay clocks") as tx:
            tx.outbound.accept(
                request.id, when.received, when.day_zero, when.due_on, when.due_at,
                when.rule_text, when.calendar_version,
            )  # fmt: skip
            _move_legs(desk, tx, request, when)
            moved += _told(desk, tx, request.ref, request.party, request.due_on, when)
    return moved


def _told(
    desk: Desk, tx: Transaction, ref: str, party: str, before: date, when: Due
) -> list[MovedClock]:
    if before == when.due_on:
        return []
    tx.audit.append(
        desk.now(),
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


def _move_legs(desk: Desk, tx: Transaction, request: OutboundRequest, when: Due) -> None:
    """The legs' own dates follow: their due day, whether it has passed, and their next rung."""
    party, today = tx.parties.get(request.party), desk.today()
    legs = tx.legs.legs(request_id=request.id, states=CHASED_LEGS)
    done = tx.legs.rungs_done([leg.id for leg in legs])
    for leg in legs:
        if leg.accepted_on is None:
            continue
        step = ladder.step(desk, party, done[leg.id], leg.accepted_on, request.sla_days, today)
        tx.legs.start_clocks(
            [leg.id], leg.accepted_on, when.due_on, today if step.now else step.next_on
        )
        if leg.overdue and today <= when.due_on:
            tx.legs.mark_overdue([leg.id], overdue=False)
