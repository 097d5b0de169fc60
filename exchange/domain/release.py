"""Who may be answered, and where to: the procedure before any install code leaves.

The threat is a convincing mail.  Nothing that the mail itself says decides where a code goes:

1. The mail is a request and not one of ours.
2. It has exactly one sender address.
3. That address stands, exactly, on the contacts register, at exactly one party.
4. That party is active and is not ourselves.
5. The party has not passed its ceilings of answers and devices for the day (loop and volume
   guard).
6. The answer goes to the party's reply address on the register, never to From or Reply-To.
7. When the letter is handed over, the register still has that party active at that address; so it
   is with every letter of ours.

What fails a step waits in Review with the step's reason; its clock runs from its receipt.  A
person may release such a mail as a certain party's: that stands in for steps 2, 3 and 5, never for
4, 6 and 7.  A letter that fails step 7 is held in the outbox until a person releases or cancels it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from exchange.domain.mail import Kind, MailHead
from exchange.domain.party import Party


@dataclass(frozen=True, slots=True)
class DayUsage:
    """What a party has had of us today, and what this mail would add."""

    answers: int
    devices: int
    asked: int


@dataclass(frozen=True, slots=True)
class Ceilings:
    """How much leaves unattended per party and day; 0 devices means no limit."""

    answers: int
    devices: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """Either the party and the one address it is answered at, or the reason why not."""

    party: Party | None = None
    address: str = ""
    reason: str = ""
    vouched: bool = False  # a person says whose mail it is


def identify(head: MailHead, candidates: Sequence[Party], ourselves: str) -> Verdict:
    """Steps 2 to 4: who sent this. ``candidates`` are the parties that the address stands at."""
    if not head.sender:
        return Verdict(reason="the mail has not exactly one sender address")  # 2
    matching = [
        one for one in candidates if head.sender in (one.request_address, one.reply_address)
    ]
    if not matching:
        return Verdict(reason=f"the sender {head.sender} is not on the contacts register")  # 3
    if len(matching) > 1:
        names = ", ".join(one.signifier for one in matching)
        return Verdict(reason=f"the sender {head.sender} stands at several parties: {names}")  # 3
    (party,) = matching
    if not party.active:
        return Verdict(reason=f"the party {party.signifier} is not active on the register")  # 4
    if party.signifier == ourselves:
        return Verdict(reason="the sender stands on the register as ourselves")  # 4
    return Verdict(party=party)


def may_answer(
    kind: Kind,
    head: MailHead,
    candidates: Sequence[Party],
    ourselves: str,
    usage: DayUsage,
    ceilings: Ceilings,
) -> Verdict:
    """The whole procedure."""
    if kind is not Kind.REQUEST:  # 1
        return Verdict(reason="the mail is not a request")
    found = identify(head, candidates, ourselves)  # 2 to 4
    if found.party is None:
        return found
    return within_ceilings(found.party, usage, ceilings)


def within_ceilings(party: Party, usage: DayUsage, ceilings: Ceilings) -> Verdict:
    """Steps 5 and 6."""
    if usage.answers >= ceilings.answers:  # 5
        return Verdict(
            reason=f"circuit-breaker: {party.signifier} has had {usage.answers} answers today"
        )
    if ceilings.devices and usage.devices + usage.asked > ceilings.devices:  # 5
        return Verdict(
            reason=f"volume guard: {usage.asked} devices would take {party.signifier} over "
            f"{ceilings.devices} a day"
        )
    return Verdict(party=party, address=party.reply_address)  # 6


@dataclass(frozen=True, slots=True)
class Standing:
    """Where mail to a party may go, by the register as it is now."""

    active: bool
    request_address: str
    reply_address: str
    contacts: tuple[str, ...]  # of escalation, in the order of their levels


# Which addresses of the party a letter may go to; what is not named here goes to ourselves.
_ADDRESSES: Final[Mapping[str, Callable[[Standing], tuple[str, ...]]]] = {
    "answer": lambda party: (party.reply_address,),
    "request": lambda party: (party.request_address,),
    "query": lambda party: (party.request_address,),
    "reminder": lambda party: (party.request_address,),
    "breach": lambda party: (*party.contacts, party.request_address),
    "escalation": lambda party: (*party.contacts, party.request_address),
}


def misdirected(purpose: str, recipient: str, signifier: str, party: Standing | None) -> str:
    """Step 7: why a letter must not go where it was to go, or an empty text."""
    if purpose not in _ADDRESSES:
        return ""
    if party is None:
        return f"{signifier} is not on the contacts register any more"
    if not party.active:
        return f"{signifier} is not active on the contacts register any more"
    if recipient not in _ADDRESSES[purpose](party):
        return f"{recipient} is not the address of {signifier} on the contacts register any more"
    return ""


def address_now(purpose: str, level: int, party: Standing) -> str:
    """The address that a letter would be written to today; ``level`` is that of an escalation."""
    addresses: tuple[str, ...] = _ADDRESSES[purpose](party)
    if purpose in ("breach", "escalation") and party.contacts:
        return addresses[min(max(level, 1), len(party.contacts)) - 1]
    return addresses[0]
