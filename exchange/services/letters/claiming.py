"""Choose the letters to send next, under a lock; hold those whose address has changed.

A claim is a row that names the letters handed to the courier.  Holding and cancelling letters
takes the same lock, so a letter is either sent or held, never both.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from exchange.domain.audit import AuditEvent
from exchange.domain.outbound import LegEvent, leg_takes
from exchange.domain.release import goes_to_party, misdirected
from exchange.errors import BadInput
from exchange.services.context import Context
from exchange.services.letters import party_holds, pauses
from exchange.services.letters.party_holds import PartyHold
from exchange.services.letters.pauses import SendingState
from exchange.store.db import Transaction
from exchange.store.mails.outbox import (
    CANCELLED,
    DEFERRED,
    HELD,
    QUEUED,
    DueLetter,
    LetterHead,
    StoredLetter,
)

_BATCH: Final = 500
_BATCH_BYTES: Final = 64_000_000
_MINUTE: Final = timedelta(minutes=1)
_CLAIM: Final = "courier.claim"
_WAIT_SECONDS: Final = 45.0  # longer than a courier takes to begin all letters of a claim
_LOOK_SECONDS: Final = 0.2


def claim(ctx: Context) -> tuple[list[StoredLetter], SendingState]:
    """Return the letters to send now; hold those whose address the register has changed.

    Raises CourierPaused while sending is paused.
    """
    now = ctx.now()
    with ctx.store.reading() as tx:
        pause = pauses.current(ctx, tx)
        troubled = pauses.places(tx)
        if pause and not pauses.elsewhere_now(ctx, pause):
            raise pause.error()
        most = _most(ctx, tx, now)
        if most <= 0 or not tx.outbox.any_due(now):
            if pause:
                raise pause.error()
            return [], SendingState()
    without = troubled if pause else ()
    while True:
        with ctx.store.transaction("claim") as tx:
            tx.outbox.take_turn()
            heads = tx.outbox.due_letters(now, most, _BATCH_BYTES, last=troubled, without=without)
            wrong = _misdirected(ctx, tx, heads)
            wrong |= _of_held_parties(ctx, tx, [one for one in heads if one.id not in wrong])
            wrong |= _withdrawn(ctx, tx, [one for one in heads if one.id not in wrong])
            good = [one.id for one in heads if one.id not in wrong]
            tx.facts.put(_CLAIM, json.dumps(good))
        if good or not heads:
            break
    if pause and not good:
        raise pause.error()
    with ctx.store.reading() as tx:
        letters = {one.id: one for one in tx.outbox.letters(good)}
        return [letters[one] for one in good if one in letters], pauses.sending_state(tx)


def _most(ctx: Context, tx: Transaction, now: datetime) -> int:
    budget = ctx.settings.smtp.per_minute
    if not budget or ctx.clock.simulated:
        return _BATCH
    return min(_BATCH, budget - tx.outbox.tried_since(now - _MINUTE, now))


def _misdirected(ctx: Context, tx: Transaction, heads: Sequence[DueLetter]) -> set[int]:
    """Hold the letters that may not go to their recipient any more; return their numbers.

    That is step 7 of the release procedure (``domain/release.py``): the party is no longer
    active on the register, or has another address there.
    """
    parties = tx.parties.mail_addresses({one.party for one in heads})
    wrong = {
        one.id: why
        for one in heads
        if (why := misdirected(one.purpose, one.recipient, one.party, parties.get(one.party)))
    }
    for letter in tx.outbox.heads(numbers=wrong) if wrong else ():
        hold_letter(ctx, tx, letter, wrong[letter.id], "exchange")
    return set(wrong)


def _of_held_parties(ctx: Context, tx: Transaction, heads: Sequence[DueLetter]) -> set[int]:
    """Hold the letters to parties whose letters are all held."""
    holds = party_holds.in_force(tx) if heads else {}
    held = {one.id: holds[one.party] for one in heads if _stops(holds, one)}
    for letter in tx.outbox.heads(numbers=held) if held else ():
        hold_letter(ctx, tx, letter, held[letter.id].words, "exchange")
    return set(held)


def _stops(holds: Mapping[str, PartyHold], letter: DueLetter | LetterHead) -> bool:
    return letter.party in holds and goes_to_party(letter.purpose)


def hold_party(
    ctx: Context, tx: Transaction, party: str, why: str, actor: str, mail: int = 0
) -> list[LetterHead]:
    """Hold all letters to a party, now and later; return those that waited.

    A letter that is being sent at this moment is left alone.
    """
    tx.outbox.take_turn()
    begun = party_holds.begin(ctx, tx, party, why, actor, mail)
    return hold_waiting(ctx, tx, tx.outbox.heads(party=party), begun.words, actor)


def hold_waiting(
    ctx: Context, tx: Transaction, letters: Sequence[LetterHead], why: str, actor: str
) -> list[LetterHead]:
    """Hold those of ``letters`` to a party that wait and are not being sent; return them."""
    waiting = [one for one in letters if one.state in (QUEUED, DEFERRED)]
    waiting = [one for one in waiting if goes_to_party(one.purpose)]
    sent_now = _under_way(ctx, tx, [one.id for one in waiting]) if waiting else set()
    held = [one for one in waiting if one.id not in sent_now]
    for one in held:
        hold_letter(ctx, tx, one, why, actor)
    return held


def _withdrawn(ctx: Context, tx: Transaction, heads: Sequence[DueLetter]) -> set[int]:
    """Cancel our requests whose devices have all been withdrawn."""
    found = set()
    for one in heads:
        if one.purpose != "request":
            continue
        states = tx.legs.leg_counts(tx.outbound.find(one.ref).id)
        if states and not any(leg_takes(state, LegEvent.ACCEPT) for state in states):
            why = "everything it asks for was withdrawn before it was sent"
            tx.outbox.put_aside([one.id], CANCELLED, why)
            detail: dict[str, str | int | bool | None] = {"letter": one.id, "why": why}
            tx.audit.append(ctx.now(), AuditEvent("mail.cancelled", one.ref, one.party, detail))
            found.add(one.id)
    return found


def hold_letter(ctx: Context, tx: Transaction, letter: LetterHead, why: str, actor: str) -> None:
    """Keep a letter from being sent until a person releases or cancels it."""
    tx.outbox.put_aside([letter.id], HELD, f"held: {why}")
    detail: dict[str, str | int | bool | None] = {
        "letter": letter.id, "purpose": letter.purpose, "address": letter.recipient,
        "message_id": letter.message_id, "why": why,
    }  # fmt: skip
    tx.audit.append(ctx.now(), AuditEvent("mail.held", letter.ref, letter.party, detail, actor))


@contextmanager
def turn(ctx: Context, name: str, numbers: Collection[int]) -> Iterator[Transaction]:
    """Open a transaction in which none of these letters is being sent or claimed.

    Waits for those being sent; raises BadInput if that takes too long.
    """
    end = time.monotonic() + _WAIT_SECONDS
    while True:
        with ctx.store.transaction(name) as tx:
            tx.outbox.take_turn()
            under_way = _under_way(ctx, tx, numbers)
            if not under_way:
                yield tx
                return
        if time.monotonic() >= end:
            named = ", ".join(map(str, sorted(under_way)))
            raise BadInput(
                f"letter {named} is being sent right now; nothing was changed",
                hint="try again in a minute",
            )
        time.sleep(_LOOK_SECONDS)


def _under_way(ctx: Context, tx: Transaction, numbers: Collection[int]) -> set[int]:
    with ctx.store.sole_sender() as nobody_sends:
        if nobody_sends:
            return set()
    claimed = set(json.loads(tx.facts.get(_CLAIM) or "[]")) & set(numbers)
    waiting = tx.outbox.heads(numbers=claimed, states=(QUEUED, DEFERRED)) if claimed else []
    # Keep claimed letters that were not begun from being claimed again before we look again.
    for one in waiting:
        tx.outbox.put_aside([one.id], one.state, next_attempt_at=ctx.now() + _MINUTE)
    return {one.id for one in waiting}
