"""Outbox -> SMTP under a rate budget, every fate recorded per recipient.

A crash between the server's acceptance and our note of it sends the letter again, with the same
Message-ID: at least once, and recognisable as the same.  A database that does not take the record
(a disk that fails or is full) is no crash: the record is kept in memory and offered again, and
nothing is sent before it is taken.  What was accepted is noted outside the database first, so that
it does not go again where the process ends before it is recorded (``store/taken.py``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta

import structlog

from exchange.domain.audit import AuditEvent
from exchange.domain.device import mask_codes
from exchange.domain.outbound import LegEvent, LegState, leg_takes, move_leg
from exchange.domain.refusal import About
from exchange.domain.sla import due
from exchange.errors import CourierRefused, CourierUnavailable, StoreError, VaultDamaged
from exchange.ports import Courier, Delivery, Letter
from exchange.services import claiming, ladder, pauses, remaking
from exchange.services.desk import Desk
from exchange.services.letters import learn_limit
from exchange.services.pauses import Standing
from exchange.services.reach import words_of
from exchange.store.db import Transaction
from exchange.store.outbox import DEFERRED, FAILED, LONGEST_PAUSE, QUEUED, SENT, StoredLetter
from exchange.store.taken import TakenLetter, TakenLetters

log = structlog.get_logger("exchange.deliver")

_FIRST_RETRY = timedelta(minutes=5)


def deliver(desk: Desk, courier: Courier, fates: Counter[str]) -> None:
    """Send what is due, as far as the rate budget goes; ``fates`` counts what became of it.

    While another process sends (one whose daemon was just killed, say), the letters wait: both
    would send the same.  Raises CourierPaused after trouble with our account, and as long as the
    pause lasts; CourierUnavailable or CourierRefused where the server cannot be used.
    """
    with desk.store.sole_sender() as ours:
        if ours and not desk.clock.trouble:
            _deliver(desk, courier, fates)


def _deliver(desk: Desk, courier: Courier, fates: Counter[str]) -> None:
    _catch_up(desk, fates)
    while not desk.clock.trouble:
        batch, standing = claiming.claim(desk)
        if not batch:
            return
        letters, known = _opened(desk, batch, fates), 0
        by_key, large = {one.id: one for one in batch}, list[int]()
        taken = TakenLetters(desk.folder)
        taken.make_room()
        trouble: CourierUnavailable | CourierRefused | None = None
        try:
            with _written_down(desk, courier, by_key), closing(courier.send_many(letters)) as sent:
                for some in sent:
                    desk.heart.moved()
                    desk.unrecorded.extend(some)
                    taken.note(_accepted_of(some, by_key), lasting=False)
                    with desk.store.transaction("delivered") as tx:
                        told = [(fate, by_key[fate.key]) for fate in some]
                        states = record(desk, tx, told, standing)
                    desk.unrecorded.clear()
                    taken.clear()
                    fates.update(states)
                    known += len(some)
                    large += [fate.key for fate in some if fate.about is About.SIZE]
        except (CourierUnavailable, CourierRefused) as error:
            trouble = error
        learn_limit(desk, courier.size_limit)
        for number in large:
            remaking.in_parts(desk, number)
        if _own_trouble(desk, standing, trouble):
            continue  # the others go on
        if letters and not known:
            return  # a server that says nothing of any letter: another time


@contextmanager
def _written_down(
    desk: Desk, courier: Courier, letters: Mapping[int, StoredLetter]
) -> Iterator[None]:
    """Have accepted letters that the database does not record known to whoever comes next.

    Those that were under way when it refused are among them.
    """
    try:
        yield
    except BaseException:
        desk.unrecorded.extend(courier.left_over())
        accepted = _accepted_of(desk.unrecorded, letters)
        TakenLetters(desk.folder).note(accepted, lasting=True)
        raise


def _accepted_of(
    fates: Sequence[Delivery], letters: Mapping[int, StoredLetter]
) -> list[TakenLetter]:
    return [
        TakenLetter(fate.key, letters[fate.key].message_id, mask_codes(fate.reply))
        for fate in fates
        if fate.accepted and fate.key in letters
    ]


def _catch_up(desk: Desk, fates: Counter[str]) -> None:
    """Record what the database did not take before; raises StoreError where it still does not."""
    taken = TakenLetters(desk.folder)
    noted = {one.number: one for one in taken.noted()}
    known = {fate.key for fate in desk.unrecorded}
    desk.unrecorded.extend(
        Delivery(number, accepted=True, reply=one.reply)
        for number, one in noted.items()
        if number not in known
    )
    for fate in tuple(desk.unrecorded):
        try:
            with desk.store.transaction("delivered") as tx:
                letters = [  # none: it was removed meanwhile, or recorded after all
                    one
                    for one in tx.outbox.letters([fate.key])
                    if fate.key not in noted
                    or (one.message_id == noted[fate.key].message_id and one.state != SENT)
                ]
                states = record(desk, tx, [(fate, letter) for letter in letters])
        except StoreError:
            raise
        except Exception as error:
            states = _held_instead(desk, fate, error)
        desk.unrecorded.remove(fate)
        fates.update(states)
    if noted:
        taken.clear()


def _held_instead(desk: Desk, fate: Delivery, error: Exception) -> list[str]:
    """Hold a letter whose fate cannot be recorded, so that it neither goes again nor stops others.

    A person sees it among the letters that wait for somebody.
    """
    word = "taken" if fate.accepted else "refused"
    why = f"the mail server has {word} it already, and that could not be recorded"
    log.error("a letter's fate cannot be recorded", letter=fate.key, why=words_of(error))
    with desk.store.transaction("delivered") as tx:
        for letter in tx.outbox.heads(numbers=[fate.key]):
            claiming.hold(desk, tx, letter, why, "exchange")
    return []


def _own_trouble(
    desk: Desk, standing: Standing, trouble: CourierUnavailable | CourierRefused | None
) -> bool:
    """Whether what ended the sending is one letter's own trouble after all.

    Raises it where it is not, put on file where it is about our account.
    """
    if trouble is not None and not trouble.about:
        raise trouble
    for error in (standing.tripped, trouble):
        if error is None:
            continue
        paused = pauses.begin(desk, standing, error)
        if paused is not None:
            raise paused from None
        if error.letter is not None:
            with desk.store.transaction("delivered") as tx:
                letter = tx.outbox.get(error.letter)
                fate = Delivery(error.letter, accepted=False, reply=error.message)
                record(desk, tx, [(fate, letter)], standing)
                _put_off(tx, letter)
            return True
    return False


def _put_off(tx: Transaction, letter: StoredLetter) -> None:
    """Letters to where this one could not go wait as long as it does, and are not tried each."""
    (tried,) = tx.outbox.heads(numbers=[letter.id])
    waiting = tx.outbox.heads(states=(QUEUED, DEFERRED), domain=pauses.domain_of(letter.recipient))
    soon = [one.id for one in waiting if one.next_attempt_at < tried.next_attempt_at]
    tx.outbox.put_aside(soon, DEFERRED, next_attempt_at=tried.next_attempt_at)


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
    desk: Desk,
    tx: Transaction,
    known: Sequence[tuple[Delivery, StoredLetter]],
    standing: Standing | None = None,
) -> list[str]:
    """Record what became of each letter, and what follows from it; the states, in order.

    ``standing`` is what is known of our account: refusals that are about us fail no letter.
    """
    now, standing = desk.now(), standing or Standing()
    accepted = [(letter.id, mask_codes(fate.reply)) for fate, letter in known if fate.accepted]
    tx.outbox.accepted(accepted, now)
    states = []
    for fate, letter in known:
        if fate.accepted:
            pauses.worked(tx, standing, letter.recipient)
            states.append(_accepted(desk, tx, letter, fate))
        else:
            _compare(tx, standing, letter, fate)
            states.append(_refused(desk, tx, letter, fate))
    return states


def _compare(tx: Transaction, standing: Standing, letter: StoredLetter, fate: Delivery) -> None:
    """Find out whether everybody is refused in the same words."""
    same = pauses.refused(tx, standing, letter.id, letter.recipient, fate.reply, fate.about)
    if same:
        standing.tripped = CourierRefused(
            f"{len(same)} letters to different places were refused alike: {mask_codes(fate.reply)}",
            hint="ask whoever runs the server: it is hardly the recipients",
            about=About.UNCLEAR,
            alike=same,
        )


def _accepted(desk: Desk, tx: Transaction, letter: StoredLetter, fate: Delivery) -> str:
    _audit(desk, tx, "mail.accepted", letter, fate.reply)
    if letter.purpose == "request":
        start_clocks(desk, tx, letter)
    return SENT


def _refused(desk: Desk, tx: Transaction, letter: StoredLetter, fate: Delivery) -> str:
    # Of what is too large smaller letters are made (``remaking``), or a person is called.
    state = FAILED if fate.permanent and fate.about is not About.SIZE else DEFERRED
    pause = min(_FIRST_RETRY * 2 ** min(letter.attempts, 10), LONGEST_PAUSE)
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
