"""Start the clocks of our request when its letter is accepted, and void them if it bounces."""

from __future__ import annotations

from dataclasses import replace

from exchange.domain.audit import AuditEvent
from exchange.domain.outbound import LegEvent, LegState, leg_takes, move_leg
from exchange.domain.time.sla import due
from exchange.later import Log
from exchange.services.asking import ladder
from exchange.services.context import Context
from exchange.store.db import Transaction
from exchange.store.mails.outbox import StoredLetter

log = Log("exchange.deliver")


def start_clocks(ctx: Context, tx: Transaction, letter: StoredLetter) -> None:
    """Start the clock of each leg: the recipient's server has accepted our request."""
    request = tx.outbound.find(letter.ref)
    if request.accepted_at is not None:
        return  # the same letter, delivered again after a crash
    party = tx.parties.get(request.party)
    # The answer time written in the mail counts, even if another was agreed since.
    rule = replace(ctx.sla(party), days=request.sla_days)
    when = due(ctx.now(), rule, ctx.calendar)
    tx.outbound.accept(
        request.id, when.received, when.day_zero, when.due_on, when.due_at, when.rule_text,
        when.calendar_version,
    )  # fmt: skip
    legs = [
        leg for leg in tx.legs.legs(request_id=request.id) if leg_takes(leg.state, LegEvent.ACCEPT)
    ]
    if not legs:
        return
    numbers = [leg.id for leg in legs]
    first = ladder.first_look(ctx, party, when.day_zero, request.sla_days)
    sent = move_leg(LegState.QUEUED, LegEvent.ACCEPT)
    tx.legs.start_clocks(numbers, when.day_zero, when.due_on, first, sent)
    detail = {
        "ref": request.ref,
        "due": when.due_on.isoformat(),
        "calendar": when.calendar_version,
    }
    tx.audit.append(
        ctx.now(),
        *(AuditEvent("leg.sent", leg.device, leg.party, detail) for leg in legs),
    )


def void(ctx: Context, tx: Transaction, letter: StoredLetter, why: str) -> None:
    """Void the clocks of a request whose letter did not arrive, and warn."""
    if letter.purpose == "request":
        request = tx.outbound.find(letter.ref)
        legs = [
            leg
            for leg in tx.legs.legs(request_id=request.id)
            if leg_takes(leg.state, LegEvent.BOUNCE)
        ]
        numbers = [leg.id for leg in legs]
        tx.legs.move_legs(numbers, LegState.BOUNCED)
        tx.legs.stop_clocks(numbers)
        tx.outbound.void_clock(request.id)
        detail = {"ref": request.ref, "why": why}
        tx.audit.append(
            ctx.now(),
            *(AuditEvent("leg.bounced", leg.device, leg.party, detail) for leg in legs),
        )
    log.warning("a letter did not arrive", ref=letter.ref, purpose=letter.purpose, why=why)
