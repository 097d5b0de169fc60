"""Let a person hold, release, cancel or retry letters.

Holding and cancelling wait for a letter that is being sent (``claiming.turn``): afterwards it is
either sent or held, never both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from exchange.domain.audit import AuditEvent
from exchange.domain.device import mask_codes
from exchange.domain.inbound import DeviceEvent, DeviceState, move
from exchange.domain.outbound import LegEvent, LegState, leg_takes
from exchange.domain.release import goes_to_party, misdirected
from exchange.errors import BadInput, NotFound
from exchange.later import Later
from exchange.rendering.wording import counted
from exchange.services.asking.next_supplier import next_turn
from exchange.services.context import Context
from exchange.services.letters import claiming, letters, party_holds, pauses
from exchange.services.letters.party_holds import PartyHold
from exchange.services.letters.pauses import Pause
from exchange.store.db import Transaction
from exchange.store.mails.outbox import CANCELLED, DEFERRED, FAILED, HELD, QUEUED, SENT, LetterHead

# Who only lists letters writes none.
if TYPE_CHECKING:
    from exchange.services.asking import request
    from exchange.services.letters import claiming, letters
    from exchange.services.sending import remake_letters
else:
    claiming = Later("exchange.services.letters.claiming")
    letters = Later("exchange.services.letters.letters")
    remake_letters = Later("exchange.services.sending.remake_letters")
    request = Later("exchange.services.asking.request")

STATES: Final = (QUEUED, DEFERRED, SENT, FAILED, HELD, CANCELLED)
_WAITING: Final = (QUEUED, DEFERRED)
_REFUSED: Final = (FAILED, DEFERRED)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which letters are meant: by number, or by what they have in common."""

    numbers: tuple[int, ...] = ()
    ref: str = ""
    party: str = ""
    reason: str = ""  # part of the server's last reply
    everything: bool = False

    @property
    def whole_party(self) -> bool:
        """Whether a party is named and nothing else."""
        return bool(self.party) and not (self.numbers or self.ref or self.reason)

    def __bool__(self) -> bool:
        return bool(self.numbers or self.ref or self.party or self.reason or self.everything)


class Outgoing(NamedTuple):
    """Letters, oldest first, and what keeps letters from being sent."""

    letters: list[LetterHead]
    pause: Pause | None
    holds: tuple[PartyHold, ...]  # parties whose letters are all held


def listed(ctx: Context, choice: Choice, states: Collection[str] = ()) -> Outgoing:
    """Return the chosen letters, with the pause and the holds in force."""
    with ctx.store.reading() as tx:
        holds = tuple(party_holds.in_force(tx).values())
        return Outgoing(_heads(tx, choice, states), pauses.current(ctx, tx), holds)


def _heads(tx: Transaction, choice: Choice, states: Collection[str]) -> list[LetterHead]:
    tx.parties.expect(choice.party)
    return tx.outbox.heads(
        numbers=choice.numbers or None,
        ref=choice.ref,
        party=choice.party,
        states=states,
        reply=choice.reason,
    )


def get_letter(ctx: Context, number: int) -> LetterHead:
    """Return one letter; raises NotFound."""
    with ctx.store.reading() as tx:
        found = tx.outbox.heads(numbers=[number])
    if not found:
        raise NotFound(f"there is no letter {number}")
    return found[0]


def hold_letters(ctx: Context, choice: Choice, why: str, actor: str) -> list[LetterHead]:
    """Hold waiting letters back; return them.

    A whole party's letters are held until they are released, also those that are made later.
    """
    if choice.whole_party:
        return _hold_party(ctx, choice.party, why, actor)
    numbers = _chosen(ctx, choice, _WAITING, "waits to be sent")
    with claiming.turn(ctx, "hold", numbers) as tx:
        heads = tx.outbox.heads(numbers=numbers, states=_WAITING)
        _some(heads, "was still waiting: it was sent meanwhile")
        for one in heads:
            claiming.hold_letter(ctx, tx, one, mask_codes(why) or "by a person", actor)
    return heads


def _hold_party(ctx: Context, party: str, why: str, actor: str) -> list[LetterHead]:
    with ctx.store.reading() as tx:
        numbers = [one.id for one in _heads(tx, Choice(party=party), _WAITING)]
    with claiming.turn(ctx, "hold", numbers) as tx:
        return claiming.hold_party(ctx, tx, party, why or "by a person", actor)


@dataclass(frozen=True, slots=True)
class Freed:
    """A released letter and its address."""

    letter: LetterHead
    address: str


def release_letters(ctx: Context, choice: Choice, actor: str) -> list[Freed]:
    """Release held letters to the address on the register, rewriting those whose address changed.

    A whole party's letters that are held, as after a warning, are sent from now on; letters that
    are held for another reason stay.  Raises BadInput if the party is no longer active, or if all
    its letters are held and not all are to be released; then nothing was changed.
    """
    with ctx.store.reading() as tx:
        held_party = choice.whole_party and choice.party in party_holds.in_force(tx)
    numbers = [] if held_party else _chosen(ctx, choice, (HELD,), "is held")
    now, freed = ctx.now(), []
    with ctx.store.transaction("release letters") as tx:
        tx.outbox.take_turn()
        if held_party:
            party_holds.end(ctx, tx, choice.party, actor)
            heads: Sequence[LetterHead] = [
                one
                for one in tx.outbox.heads(party=choice.party, states=(HELD,))
                if party_holds.is_reason(one.reply, one.party)
            ]
        else:
            heads = _some(tx.outbox.heads(numbers=numbers, states=(HELD,)), "is held")
        _refuse_held_parties(tx, heads)
        parties = tx.parties.mail_addresses({one.party for one in heads})
        for one in heads:
            address = one.recipient
            if misdirected(one.purpose, address, one.party, parties.get(one.party)):
                address = remake_letters.readdressed(ctx, tx, tx.outbox.get(one.id))
            tx.outbox.put_aside([one.id], QUEUED, "", next_attempt_at=now)
            detail: dict[str, str | int | bool | None] = {
                "letter": one.id, "address": address, "before": one.recipient,
            }  # fmt: skip
            tx.audit.append(now, AuditEvent("mail.freed", one.ref, one.party, detail, actor))
            freed.append(Freed(one, address))
    return freed


def _refuse_held_parties(tx: Transaction, letters: Sequence[LetterHead]) -> None:
    holds = party_holds.in_force(tx)
    for one in letters:
        if one.party in holds and goes_to_party(one.purpose):
            hold = holds[one.party]
            raise BadInput(f"{hold.words}; nothing was changed", hint=f"{hold.advice} ends that")


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What ``cancel`` did."""

    letters: list[LetterHead]
    devices: int  # that the other party asked about: they wait for a person again
    withdrawn: int  # that we asked about: no longer asked of that Supplier


def cancel(ctx: Context, choice: Choice, why: str, actor: str) -> Cancelled:
    """Cancel letters that were not sent.

    The devices of an answer wait for a person again, their clock running; those of a request are
    withdrawn from that Supplier, and the next former one is asked.
    """
    states, why = (*_WAITING, HELD, FAILED), mask_codes(why)
    numbers = _chosen(ctx, choice, states, "can be cancelled")
    devices = withdrawn = 0
    with claiming.turn(ctx, "cancel", numbers) as tx:
        heads = tx.outbox.heads(numbers=numbers, states=states)
        _some(heads, "was still waiting: it was sent meanwhile")
        for one in heads:
            tx.outbox.put_aside([one.id], CANCELLED, f"cancelled: {why}")
            detail: dict[str, str | int | bool | None] = {
                "letter": one.id, "purpose": one.purpose, "address": one.recipient,
                "message_id": one.message_id, "codes": one.codes, "why": why,
            }  # fmt: skip
            event = AuditEvent("mail.cancelled", one.ref, one.party, detail, actor)
            tx.audit.append(ctx.now(), event)
            if one.purpose == "answer":
                devices += _take_back(ctx, tx, one, why, actor)
            elif one.purpose == "request":
                withdrawn += _give_up(ctx, tx, one, why, actor)
    return Cancelled(heads, devices, withdrawn)


def _take_back(ctx: Context, tx: Transaction, letter: LetterHead, why: str, actor: str) -> int:
    """Make the devices of a cancelled answer wait for a person again; return how many."""
    asked = tx.inbound.find(letter.ref)
    tx.inbound.claim(asked.id)
    decided = tx.inbound.rows_of_letter(asked.id, letter.id)
    for state in (DeviceState.PROVIDED, DeviceState.NOT_INSTALLER):
        move(state, DeviceEvent.TAKE_BACK)  # raises unless the state table allows it
    tx.inbound.hold_again([row for _, row in decided], f"the answer was cancelled: {why}")
    tx.inbound.mark_if_answered(asked.id)
    detail: dict[str, str | int | bool | None] = {
        "letter": letter.id, "devices": len(decided), "why": why,
    }  # fmt: skip
    event = AuditEvent("devices.taken_back", letter.ref, letter.party, detail, actor)
    tx.audit.append(ctx.now(), event)
    return len(decided)


def _give_up(ctx: Context, tx: Transaction, letter: LetterHead, why: str, actor: str) -> int:
    """Withdraw the devices of a cancelled request from that Supplier; return how many."""
    asked = tx.outbound.find(letter.ref)
    legs = [
        leg
        for leg in tx.legs.legs(request_id=asked.id, states=[LegState.QUEUED, LegState.BOUNCED])
        if leg_takes(leg.state, LegEvent.WITHDRAW)
    ]
    tx.legs.move_legs([leg.id for leg in legs], LegState.WITHDRAWN)
    detail: dict[str, str | int | bool | None] = {"ref": letter.ref, "why": why}
    events = [AuditEvent("leg.withdrawn", leg.device, leg.party, detail, actor) for leg in legs]
    events += next_turn(tx, {leg.case_id: leg.device for leg in legs}, ctx.now())
    tx.audit.append(ctx.now(), *events)
    return len(legs)


@dataclass(frozen=True, slots=True)
class Retried:
    """What ``retry`` did."""

    again: int  # letters tried again unchanged
    remade: int  # letters replaced by smaller ones that the server takes
    asked: tuple[str, ...]  # our requests that were sent again
    held: int  # letters that could not be made smaller


def retriable(ctx: Context, choice: Choice) -> list[LetterHead]:
    """Return the chosen letters that were refused; raises NotFound if there are none."""
    with ctx.store.reading() as tx:
        found = _heads(tx, choice, _REFUSED)
        held = [] if found else _heads(tx, choice, (HELD,))
    if choice.ref and found and all(one.purpose == "request" for one in found):
        hint = f"correct the contact, then `exchange request resend {choice.ref}`"
        raise NotFound(
            f"{choice.ref} is a request of ours: it is requested again instead", hint=hint
        )
    if not found:
        where = f" has the reference {choice.ref}" if choice.ref else " is meant"
        raise _only_held(held, where) if held else NotFound(f"no refused letter{where}")
    return found


def _only_held(held: Sequence[LetterHead], where: str) -> NotFound:
    """Say that letters wait for a person instead, why, and which command sends them."""
    reasons = Counter(one.reply or "by a person" for one in held)
    why = "; ".join(f"{number} of them: {reason}" for reason, number in reasons.most_common(3))
    some = " ".join(str(one.id) for one in held[:10])
    return NotFound(
        f"no refused letter{where}; {counted(len(held), 'letter')} held for a person"
        f" ({why if len(held) > 1 else held[0].reply or 'by a person'})",
        hint=f"`exchange letters release {some}` sends what is held once the cause is mended,"
        " `exchange letters cancel` drops it, `exchange letters list --state held` shows all",
    )


def retry(ctx: Context, choice: Choice, actor: str) -> Retried:
    """Try refused letters again, each with its own Message-ID; end any pause of outgoing mail.

    A letter that is now above the size limit is replaced by smaller ones.  A refused request of
    ours is sent again to the present contact, since its clock is void.  When sent, every letter
    must still have the address that the register has for its party.
    """
    found = retriable(ctx, choice)
    now = ctx.now()
    large: list[LetterHead] = []
    bounced = [one for one in found if one.purpose == "request" and one.state == FAILED]
    rest = [one for one in found if one not in bounced]
    if choice.ref:
        bounced = []
    with claiming.turn(ctx, "retry", [one.id for one in rest]) as tx:
        pauses.end(ctx, tx, actor)
        still = {
            one.id for one in tx.outbox.heads(numbers=[one.id for one in rest], states=_REFUSED)
        }
        rest = [one for one in rest if one.id in still]
        for one in rest:
            party = tx.parties.get(one.party)
            limit = letters.most_bytes(ctx, tx, party) if party else 0
            if one.purpose in ("answer", "request") and 0 < limit < one.size:
                large.append(one)
                tx.outbox.put_aside([one.id], FAILED)  # so that nobody sends it meanwhile
            else:
                tx.outbox.put_aside([one.id], QUEUED, next_attempt_at=now)
        by_ref: dict[str, list[LetterHead]] = {}
        for one in rest:
            by_ref.setdefault(one.ref, []).append(one)
        events = [
            AuditEvent("mail.retried", ref, some[0].party, {"letters": len(some)}, actor)
            for ref, some in by_ref.items()
        ]
        tx.audit.append(now, *events)
    remade = [remake_letters.split_letter(ctx, one.id, actor) for one in large]
    asked: list[str] = []
    for one in bounced:
        asked += request.resend(ctx, one.ref, actor)
    return Retried(len(rest) - len(large), sum(map(bool, remade)), tuple(asked), remade.count(0))


def resume(ctx: Context, actor: str) -> Pause:
    """End the pause of outgoing mail for a person; raises NotFound if there is none."""
    with ctx.store.transaction("resume") as tx:
        pause = pauses.end(ctx, tx, actor)
    if pause is None:
        raise NotFound("outgoing mail is not paused")
    return pause


def _chosen(ctx: Context, choice: Choice, states: Collection[str], what: str) -> list[int]:
    """Return the numbers of the chosen letters; raises NotFound, or BadInput for a wrong state."""
    if not choice:
        raise BadInput("name letters by number, party or reference")
    with ctx.store.reading() as tx:
        found = _heads(tx, choice, states)
        others = tx.outbox.heads(numbers=set(choice.numbers) - {one.id for one in found})
    if choice.numbers and len(found) < len(set(choice.numbers)):
        other = next((f"letter {one.id} is {one.state}" for one in others), "")
        raise BadInput(f"{other or 'there is no such letter'}; nothing was changed")
    _some(found, what)
    return [one.id for one in found]


def _some(found: Sequence[LetterHead], what: str) -> Sequence[LetterHead]:
    if not found:
        raise NotFound(f"no letter {what}")
    return found
