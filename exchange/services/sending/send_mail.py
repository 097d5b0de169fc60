"""Send the outbox by SMTP within a rate limit, and record each letter's result.

If we crash between the server's acceptance and our record of it, the letter goes again with the
same Message-ID: at least once, and recognisable as the same.  If the database refuses the record
(the disk fails or is full), it is kept in memory and tried again, and nothing is sent until it is
recorded.  Accepted letters are first noted outside the database, so that they do not go again if
the process ends before they are recorded (``store/taken.py``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta

from exchange.domain.audit import AuditEvent
from exchange.domain.device import mask_codes
from exchange.domain.refusal import About
from exchange.errors import CourierRefused, CourierUnavailable, StoreError, VaultDamaged
from exchange.later import Log
from exchange.ports.mail import Courier, Delivery, Letter
from exchange.services.asking.leg_clocks import start_clocks, void
from exchange.services.context import Context
from exchange.services.letters import claiming, pauses, return_tags
from exchange.services.letters.letters import learn_limit
from exchange.services.letters.pauses import SendingState
from exchange.services.running.reach import describe_error
from exchange.services.sending import remake_letters
from exchange.store.db import Transaction
from exchange.store.mails.outbox import DEFERRED, FAILED, LONGEST_PAUSE, QUEUED, SENT, StoredLetter
from exchange.store.taken import TakenLetter, TakenLetters

log = Log("exchange.deliver")

_FIRST_RETRY = timedelta(minutes=5)


def deliver(ctx: Context, courier: Courier, fates: Counter[str]) -> None:
    """Send what is due, within the rate limit; ``fates`` counts the resulting states.

    While another process sends (such as one whose daemon was just killed), letters wait: both
    would send the same.  Raises CourierPaused after trouble with our account and during the
    pause; CourierUnavailable or CourierRefused if the server cannot be used.
    """
    with ctx.store.sole_sender() as ours:
        if ours and not ctx.clock.trouble:
            _deliver(ctx, courier, fates)


def _deliver(ctx: Context, courier: Courier, fates: Counter[str]) -> None:
    _catch_up(ctx, fates)
    while not ctx.clock.trouble:
        batch, state = claiming.claim(ctx)
        if not batch:
            return
        letters, known = _opened(ctx, batch, fates), 0
        by_key, large = {one.id: one for one in batch}, list[int]()
        taken = TakenLetters(ctx.folder)
        taken.make_room()
        trouble: CourierUnavailable | CourierRefused | None = None
        try:
            with _written_down(ctx, courier, by_key), closing(courier.send_many(letters)) as sent:
                for some in sent:
                    ctx.heart.moved()
                    ctx.unrecorded.extend(some)
                    taken.note(_accepted_of(some, by_key), lasting=False)
                    with ctx.store.transaction("delivered") as tx:
                        results = [(fate, by_key[fate.key]) for fate in some]
                        states = record_deliveries(ctx, tx, results, state)
                    ctx.unrecorded.clear()
                    taken.clear()
                    fates.update(states)
                    known += len(some)
                    large += [fate.key for fate in some if fate.about is About.SIZE]
        except (CourierUnavailable, CourierRefused) as error:
            trouble = error
        learn_limit(ctx, courier.size_limit)
        for number in large:
            remake_letters.split_letter(ctx, number)
        if trouble and trouble.letter is not None and trouble.about is About.ACCOUNT:
            return_tags.refused(ctx)  # perhaps over the tag; the letters wait in any case
        if _own_trouble(ctx, state, trouble):
            continue  # go on with the other letters
        if letters and not known:
            return  # the server gave no result for any letter: try later


@contextmanager
def _written_down(
    ctx: Context, courier: Courier, letters: Mapping[int, StoredLetter]
) -> Iterator[None]:
    """Note in a file, on any error, the accepted letters that the database has not recorded.

    The next sender reads it.  Letters being sent when the database refused are included.
    """
    try:
        yield
    except BaseException:
        ctx.unrecorded.extend(courier.left_over())
        accepted = _accepted_of(ctx.unrecorded, letters)
        TakenLetters(ctx.folder).note(accepted, lasting=True)
        raise


def _accepted_of(
    fates: Sequence[Delivery], letters: Mapping[int, StoredLetter]
) -> list[TakenLetter]:
    return [
        TakenLetter(fate.key, letters[fate.key].message_id, mask_codes(fate.reply))
        for fate in fates
        if fate.accepted and fate.key in letters
    ]


def _catch_up(ctx: Context, fates: Counter[str]) -> None:
    """Record results that the database refused before; raises StoreError if it still refuses."""
    taken = TakenLetters(ctx.folder)
    noted = {one.number: one for one in taken.noted()}
    known = {fate.key for fate in ctx.unrecorded}
    ctx.unrecorded.extend(
        Delivery(number, accepted=True, reply=one.reply)
        for number, one in noted.items()
        if number not in known
    )
    for fate in tuple(ctx.unrecorded):
        try:
            with ctx.store.transaction("delivered") as tx:
                letters = [  # empty if it was removed meanwhile, or recorded after all
                    one
                    for one in tx.outbox.letters([fate.key])
                    if fate.key not in noted
                    or (one.message_id == noted[fate.key].message_id and one.state != SENT)
                ]
                states = record_deliveries(ctx, tx, [(fate, letter) for letter in letters])
        except StoreError:
            raise
        except Exception as error:
            states = _held_instead(ctx, fate, error)
        ctx.unrecorded.remove(fate)
        fates.update(states)
    if noted:
        taken.clear()


def _held_instead(ctx: Context, fate: Delivery, error: Exception) -> list[str]:
    """Hold a letter whose result cannot be recorded, so that it does not go again or block others.

    A person sees it among the held letters.
    """
    word = "taken" if fate.accepted else "refused"
    why = f"the mail server has {word} it already, and that could not be recorded"
    log.error("a letter's result cannot be recorded", letter=fate.key, why=describe_error(error))
    with ctx.store.transaction("delivered") as tx:
        for letter in tx.outbox.heads(numbers=[fate.key]):
            claiming.hold_letter(ctx, tx, letter, why, "exchange")
    return []


def _own_trouble(
    ctx: Context, state: SendingState, trouble: CourierUnavailable | CourierRefused | None
) -> bool:
    """Return whether the error that ended sending concerns one letter only, which is deferred.

    Otherwise raise it, after a pause is stored if it is about our account.
    """
    if trouble is not None and not trouble.about:
        raise trouble
    for error in (state.tripped, trouble):
        if error is None:
            continue
        paused = pauses.begin_pause(ctx, state, error)
        if paused is not None:
            raise paused from None
        if error.letter is not None:
            with ctx.store.transaction("delivered") as tx:
                letter = tx.outbox.get(error.letter)
                fate = Delivery(error.letter, accepted=False, reply=error.message)
                record_deliveries(ctx, tx, [(fate, letter)], state)
                _put_off(tx, letter)
            return True
    return False


def _put_off(tx: Transaction, letter: StoredLetter) -> None:
    """Defer all letters to this one's domain until it is tried again."""
    (tried,) = tx.outbox.heads(numbers=[letter.id])
    waiting = tx.outbox.heads(states=(QUEUED, DEFERRED), domain=pauses.domain_of(letter.recipient))
    soon = [one.id for one in waiting if one.next_attempt_at < tried.next_attempt_at]
    tx.outbox.put_aside(soon, DEFERRED, next_attempt_at=tried.next_attempt_at)


def _opened(ctx: Context, batch: list[StoredLetter], fates: Counter[str]) -> list[Letter]:
    """Open the sealed letters; a damaged one fails and does not stop the others."""
    letters = []
    with ctx.store.reading() as tx:
        tagged = return_tags.in_use(ctx, tx)
    for one in batch:
        try:
            raw = ctx.sealer.open(one.sealed, "outbox")
        except VaultDamaged as error:
            with ctx.store.transaction("delivered") as tx:
                fate = Delivery(one.id, accepted=False, permanent=True, reply=f"not sent: {error}")
                fates.update(record_deliveries(ctx, tx, [(fate, one)]))
        else:
            sender = return_tags.sender_of(ctx, one) if tagged else ctx.settings.party.address
            letters.append(Letter(one.id, sender, one.recipient, raw))
    return letters


def record_deliveries(
    ctx: Context,
    tx: Transaction,
    known: Sequence[tuple[Delivery, StoredLetter]],
    state: SendingState | None = None,
) -> list[str]:
    """Record the result of each letter and its consequences; return the new states, in order.

    ``state`` has the refusals so far: a refusal that is about our account fails no letter.
    """
    now, state = ctx.now(), state or SendingState()
    accepted = [(letter.id, mask_codes(fate.reply)) for fate, letter in known if fate.accepted]
    tx.outbox.accepted(accepted, now)
    states = []
    for fate, letter in known:
        if fate.accepted:
            pauses.worked(tx, state, letter.recipient)
            states.append(_accepted(ctx, tx, letter, fate))
        else:
            _compare(tx, state, letter, fate)
            states.append(_refused(ctx, tx, letter, fate))
    return states


def _compare(tx: Transaction, state: SendingState, letter: StoredLetter, fate: Delivery) -> None:
    """Note in ``state`` if letters to several domains are refused in the same words."""
    same = pauses.refused(tx, state, letter.id, letter.recipient, fate.reply, fate.about)
    if same:
        state.tripped = CourierRefused(
            f"{len(same)} letters to different places were refused in the same words: "
            f"{mask_codes(fate.reply)}",
            hint="ask whoever runs the server: it is hardly the recipients",
            about=About.UNCLEAR,
            alike=same,
        )


def _accepted(ctx: Context, tx: Transaction, letter: StoredLetter, fate: Delivery) -> str:
    _audit(ctx, tx, "mail.accepted", letter, fate.reply)
    if letter.purpose == "request":
        start_clocks(ctx, tx, letter)
    return SENT


def _refused(ctx: Context, tx: Transaction, letter: StoredLetter, fate: Delivery) -> str:
    # A letter that is too large is split (``remake_letters``), or a person is called.
    state = FAILED if fate.permanent and fate.about is not About.SIZE else DEFERRED
    pause = min(_FIRST_RETRY * 2 ** min(letter.attempts, 10), LONGEST_PAUSE)
    reply = mask_codes(fate.reply)
    now = ctx.now()
    tx.outbox.record(letter.id, now, state=state, reply=reply, next_attempt_at=now + pause)
    _audit(ctx, tx, f"mail.{state}", letter, fate.reply)
    log.warning(
        "a letter was not accepted", ref=letter.ref, purpose=letter.purpose, state=state,
        reply=reply,
    )  # fmt: skip
    if state == FAILED:
        void(ctx, tx, letter, "refused by the recipient's server")
    return state


def _audit(ctx: Context, tx: Transaction, event: str, letter: StoredLetter, reply: str) -> None:
    tx.audit.append(
        ctx.now(),
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
