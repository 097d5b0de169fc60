"""Remind and escalate what is due, once per leg and rung.

The chase reads nothing but stored dates: requests with a leg whose ``next_due`` has come.  The
letter and "rung taken" commit together, so a rung is never sent twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

import structlog

from exchange.domain.audit import AuditEvent
from exchange.domain.escalation import Rung
from exchange.domain.outbound import Leg, OutboundRequest
from exchange.domain.party import Party
from exchange.domain.sla import local_date
from exchange.rendering.compose import TemplateName
from exchange.rendering.workbook import RequestRow
from exchange.services import ladder, letters
from exchange.services.desk import Desk
from exchange.services.request import request_files
from exchange.store.db import Transaction

log = structlog.get_logger("exchange.chase")

# What our mails call themselves: a breach notice is an escalation to whoever reads it.
_MARKERS = {
    "reminder": "reminder",
    "breach": "escalation",
    "escalation": "escalation",
    "evidence": "evidence",
}

_NAMES = {
    "request": "our request",
    "reminder": "a reminder",
    "breach": "a breach notice",
    "escalation": "an escalation",
    "evidence": "the evidence file",
}

Behind = tuple[tuple[tuple[str, datetime | None], ...], date]


def chase(desk: Desk) -> Counter[str]:
    """Take every rung that is due today; returns how many letters of which kind were queued."""
    today = desk.today()
    taken: Counter[str] = Counter()
    with desk.store.reading() as tx:
        requests = tx.legs.due_requests(today)
    for number in requests:
        with desk.store.transaction("chase") as tx:
            request = tx.outbound.request(number)
            legs = tx.legs.due_legs(number, today)
            for kind in _chase_request(desk, tx, request, legs, today):
                taken[kind] += 1
    return taken


def _chase_request(
    desk: Desk, tx: Transaction, request: OutboundRequest, legs: Sequence[Leg], today: date
) -> list[str]:
    party = tx.parties.get(request.party)
    if party is None:
        return []
    kinds: list[str] = []
    for (behind, accepted_on), group in _alike(tx, legs).items():
        step = ladder.step(desk, party, dict(behind), accepted_on, request.sla_days, today)
        numbers = [leg.id for leg in group]
        for rung in step.skipped:
            tx.legs.take_rung(numbers, rung.name, desk.now(), None)
        if step.now:
            _take(desk, tx, request, party, group, step.now, today)
            kinds.append(step.now.kind)
        tx.legs.set_next(numbers, step.next_on)
        _mark_overdue(desk, tx, group, today)
    return kinds


def _alike(tx: Transaction, legs: Sequence[Leg]) -> dict[Behind, list[Leg]]:
    """Legs with the same rungs behind them and the same day zero share one letter."""
    done = tx.legs.rungs_done([leg.id for leg in legs])
    groups: dict[Behind, list[Leg]] = {}
    for leg in legs:
        if leg.accepted_on is not None:
            key = (tuple(sorted(done[leg.id].items(), key=lambda rung: rung[0])), leg.accepted_on)
            groups.setdefault(key, []).append(leg)
    return groups


def _mark_overdue(desk: Desk, tx: Transaction, legs: Sequence[Leg], today: date) -> None:
    late = [leg for leg in legs if not leg.overdue and leg.due_on and today > leg.due_on]
    tx.legs.mark_overdue([leg.id for leg in late])
    tx.audit.append(
        desk.now(),
        *(
            AuditEvent("leg.overdue", leg.device, leg.party, {"due": str(leg.due_on)})
            for leg in late
        ),
    )


def _take(
    desk: Desk,
    tx: Transaction,
    request: OutboundRequest,
    party: Party,
    legs: Sequence[Leg],
    rung: Rung,
    today: date,
) -> None:
    now = desk.now()
    numbers = [leg.id for leg in legs]
    rows = [RequestRow(device_id=leg.device, device_type=leg.device_type) for leg in legs]
    template: TemplateName = rung.kind
    address = ladder.recipient(desk, party, rung)
    draft = letters.Draft(
        template=template,
        ref=request.ref,
        recipient=address,
        party=party.signifier,
        marker=_MARKERS[rung.kind],
        in_reply_to=request.message_id,
        context=_context(desk, tx, request, party, rung, rows, today),
        attachments=request_files(desk, request.ref, rows),
    )
    outbox_id, message_id = letters.queue(desk, tx, draft)
    tx.legs.take_rung(numbers, rung.name, now, outbox_id)
    if rung.kind in ("breach", "escalation"):
        tx.legs.mark_level(numbers, max(rung.level, 1))
    tx.audit.append(
        now,
        AuditEvent(
            f"request.{rung.kind}",
            request.ref,
            party.signifier,
            {
                "rung": rung.name,
                "devices": len(legs),
                "address": address,
                "message_id": message_id,
                "note": rung.note,
            },
        ),
    )
    log.info("chased", ref=request.ref, party=party.signifier, rung=rung.name, devices=len(legs))


def _context(
    desk: Desk,
    tx: Transaction,
    request: OutboundRequest,
    party: Party,
    rung: Rung,
    rows: Sequence[RequestRow],
    today: date,
) -> dict[str, object]:
    small = desk.settings.release.body_table_rows
    due_on = request.due_on or today
    before, behind = (today, due_on) if today <= due_on else (due_on, today)
    return {
        "us": letters.us(desk),
        "them": letters.them(party),
        "ref": request.ref,
        "sent": request.accepted_at or request.created_at,
        "due": due_on,
        "sla_days": request.sla_days,
        "outstanding": len(rows),
        "asked": sum(tx.legs.leg_counts(request.id).values()),
        "rows": rows if len(rows) <= small else (),
        "days_left": desk.calendar.working_days_between(before, behind) if today <= due_on else 0,
        "days_late": desk.calendar.working_days_between(before, behind) if today > due_on else 0,
        "level": rung.level,
        "note": rung.note,
        "history": history(tx, request),
    }


def history(tx: Transaction, request: OutboundRequest) -> list[tuple[date, str]]:
    """What was sent for a request and when the recipient's server took it."""
    return [
        (local_date(letter.accepted_at), f"{_NAMES[letter.purpose]} to {letter.recipient}")
        for letter in tx.outbox.by_ref(request.ref)
        if letter.accepted_at
    ]
