"""Choose whom to ask next when a Supplier has answered that it did not install a device."""

from __future__ import annotations

from datetime import datetime

from exchange.domain.audit import AuditEvent
from exchange.domain.outbound import OPEN_LEGS, CaseState, Leg, LegEvent, LegState, move_leg
from exchange.store.db import Transaction


def next_turn(tx: Transaction, cases: dict[int, str], now: datetime) -> list[AuditEvent]:
    """Ask the next former Supplier of each case, or record that there is none left.

    A case is exhausted only if every Supplier has denied: one whose mail bounced may still have
    the code, and the case waits for a person.
    """
    by_case: dict[int, list[Leg]] = {number: [] for number in cases}
    for leg in tx.legs.of_cases(cases):
        by_case[leg.case_id].append(leg)
    turns: list[int] = []
    exhausted: list[int] = []
    withdrawn: list[int] = []
    events: list[AuditEvent] = []
    why = {"why": "withdrawn"}
    for number, legs in by_case.items():
        waiting = [leg for leg in legs if leg.state is LegState.WAITING]
        if any(leg.state in OPEN_LEGS for leg in legs):
            continue
        if waiting:
            turns.append(waiting[0].id)
            events.append(AuditEvent("leg.queued", cases[number], waiting[0].party))
        elif all(leg.state is LegState.NOT_INSTALLER for leg in legs):
            exhausted.append(number)
            events.append(AuditEvent("case.exhausted", cases[number]))
        elif all(leg.state in (LegState.NOT_INSTALLER, LegState.WITHDRAWN) for leg in legs):
            withdrawn.append(number)
            events.append(AuditEvent("case.closed", cases[number], detail=why))
    tx.outbound.move_cases(exhausted, CaseState.EXHAUSTED)
    tx.outbound.move_cases(withdrawn, CaseState.CLOSED, closed_at=now)
    tx.legs.move_legs(turns, move_leg(LegState.WAITING, LegEvent.TURN))
    return events
