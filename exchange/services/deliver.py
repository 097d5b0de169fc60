"""Outbox -> SMTP under a rate budget, every fate recorded per recipient.

A crash between the server's acceptance and our record sends the letter again, with the same
Message-ID: at least once, and recognisable as the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import structlog

from exchange.domain.audit import AuditEvent
from exchange.domain.device import mask_codes
from exchange.domain.outbound import LegEvent, LegState, leg_takes, move_leg
from exchange.domain.sla import due
from exchange.errors import VaultDamaged
from exchange.ports import Courier, Delivery, Letter
from exchange.services import ladder
from exchange.services.desk import Desk
from exchange.store.db import Transaction
from exchange.store.outbox import DEFERRED, FAILED, SENT, StoredLetter

log = structlog.get_logger("exchange.deliver")

_BATCH = 500
_BATCH_BYTES = 64_000_000
_FIRST_RETRY = timedelta(minutes=5)
_LONGEST_RETRY = timedelta(hours=4)
_MINUTE = timedelta(minutes=1)


def deliver(desk: Desk, courier: Courier, fates: Counter[str]) -> None:
    """Send what is due, as far as the rate budget goes; ``fates`` counts what became of it.

    While another process sends (one whose daemon was just killed, say), the letters wait: both
    would send the same.
    """
    with desk.store.sole_sender() as ours:
        if ours:
            _deliver(desk, courier, fates)


def _deliver(desk: Desk, courier: Courier, fates: Counter[str]) -> None:
    while batch := _next_batch(desk):
        letters, told = _opened(desk, batch, fates), 0
        by_key = {one.id: one for one in batch}
        for some in courier.send_many(letters):
            desk.heart.moved()
            with desk.store.transaction("delivered") as tx:
                fates.update(record(desk, tx, [(fate, by_key[fate.key]) for fate in some]))
            told += len(some)
        if letters and not told:
            return  # a server that says nothing of any letter: another time


def _next_batch(desk: Desk) -> list[StoredLetter]:
    now = desk.now()
    most = _BATCH
    with desk.store.reading() as tx:
        budget = desk.settings.smtp.per_minute
        if budget and not desk.clock.simulated:
            most = min(most, budget - tx.outbox.tried_since(now - _MINUTE))
        if most <= 0:
            return []
        return tx.outbox.due(now, most, _BATCH_BYTES)


def _opened(desk: Desk, batch: list[StoredLetter], fates: Counter[str]) -> list[Letter]:
    """The letters as they go out; a damaged one is set aside and does not hold the others up."""
    letters = []
    for one in batch:
        try:
            raw = desk.sealer.open(one.sealed, "outbox")
        except VaultDamaged as error:
            with desk.store.transaction("delivered") as tx:
                fate = Delivery(one.id, accepted=False, permanent=True, reply=f"not sent: {error}")
                fates.update(record(desk, tx, [(fate, one)]))
        else:
            letters.append(Letter(one.id, desk.settings.party.address, one.recipient, raw))
    return letters


def record(
    desk: Desk, tx: Transaction, known: Sequence[tuple[Delivery, StoredLetter]]
) -> list[str]:
    """Record what became of each letter, and what follows from it; the states, in order."""
    now = desk.now()
    accepted = [(letter.id, mask_codes(fate.reply)) for fate, letter in known if fate.accepted]
    tx.outbox.accepted(accepted, now)
    return [
        _accepted(desk, tx, letter, fate) if fate.accepted else _refused(desk, tx, letter, fate)
        for fate, letter in known
    ]


def _accepted(desk: Desk, tx: Transaction, letter: StoredLetter, fate: Delivery) -> str:
    _audit(desk, tx, "mail.accepted", letter, fate.reply)
    if letter.purpose == "request":
        start_clocks(desk, tx, letter)
    return SENT


def _refused(desk: Desk, tx: Transaction, letter: StoredLetter, fate: Delivery) -> str:
    state = FAILED if fate.permanent else DEFERRED
    pause = min(_FIRST_RETRY * 2 ** min(letter.attempts, 10), _LONGEST_RETRY)
    reply = mask_codes(fate.reply)
    now = desk.now()
    tx.outbox.record(letter.id, now, state=state, reply=reply, next_attempt_at=now + pause)
    _audit(desk, tx, f"mail.{state}", letter, fate.reply)
    log.warning(
        "a letter was not accepted", ref=letter.ref, purpose=letter.purpose, state=state,
        reply=reply,
    )  # fmt: skip
    if state == FAILED:
        void(desk, tx, letter, "refused by the recipient's server")
    return state


def _audit(desk: Desk, tx: Transaction, event: str, letter: StoredLetter, reply: str) -> None:
    tx.audit.append(
        desk.now(),
        AuditEvent(
            event,
            letter.ref,
            letter.party,
            {
                "purpose": letter.purpose,
                "address": letter.recipient,
                "message_id": letter.message_id,
                "codes": letter.codes,
                "reply": mask_codes(reply)[:200],
            },
        ),
    )


def start_clocks(desk: Desk, tx: Transaction, letter: StoredLetter) -> None:
    """The recipient's server took a request of ours: the clock of each of its legs runs."""
    request = tx.outbound.find(letter.ref)
    if request.accepted_at is not None:
        return  # the same letter, delivered again after a crash
    party = tx.parties.get(request.party)
    # What was asked for in the mail is what counts, whatever was agreed since.
    rule = replace(desk.sla(party), days=request.sla_days)
    when = due(desk.now(), rule, desk.calendar)
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
    first = ladder.first_look(desk, party, when.day_zero, request.sla_days)
    sent = move_leg(LegState.QUEUED, LegEvent.ACCEPT)
    tx.legs.start_clocks(numbers, when.day_zero, when.due_on, first, sent)
    detail = {
        "ref": request.ref,
        "due": when.due_on.isoformat(),
        "calendar": when.calendar_version,
    }
    tx.audit.append(
        desk.now(),
        *(AuditEvent("leg.sent", leg.device, leg.party, detail) for leg in legs),
    )


def void(desk: Desk, tx: Transaction, letter: StoredLetter, why: str) -> None:
    """A letter did not reach anybody: a request's clocks are void, a person must know."""
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
            desk.now(),
            *(AuditEvent("leg.bounced", leg.device, leg.party, detail) for leg in legs),
        )
    log.warning("a letter did not arrive", ref=letter.ref, purpose=letter.purpose, why=why)
