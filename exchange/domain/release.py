"""Whom we may answer, and at which address: the procedure before any install code is sent.

The threat is a convincing mail.  Nothing in the mail itself decides where a code is sent:

1. The mail is a request and not one of ours.
2. It has exactly one sender address.
3. Exactly that address is on the contacts register, for exactly one party.
4. That party is active and is not us.
5. The party has not reached its limits of answers and devices for the day (loop and volume
   guard).
6. The answer goes to the party's reply address on the register, never to From or Reply-To.
7. When the letter is handed to the mail server, the register still has that party, active, at that
   address, and its letters are not held.  This is checked for every letter we send.

A mail that fails a step waits in Review with the reason; its clock runs from its receipt.  A
person may release it as a certain party's: that replaces steps 2, 3 and 5, never 4, 6 and 7.  A
letter that fails step 7 is held in the outbox until a person releases or cancels it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from exchange.domain.mail import Kind, MailHead
from exchange.domain.party import Party


@dataclass(frozen=True, slots=True)
class DayUsage:
    """What we sent a party today, and what this mail would add."""

    answers: int
    devices: int
    asked: int


@dataclass(frozen=True, slots=True)
class Ceilings:
    """How much we send unattended per party and day; 0 devices means no limit."""

    answers: int
    devices: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """Either the party and the one address for its answer, or the reason why there is none."""

    party: Party | None = None
    address: str = ""
    reason: str = ""
    vouched: bool = False  # a person said whose mail it is


def identify(head: MailHead, candidates: Sequence[Party], ourselves: str) -> Verdict:
    """Take steps 2 to 4: who sent this? ``candidates`` are the parties with that address."""
    if not head.sender:
        return Verdict(reason="the mail does not have exactly one sender address")  # 2
    matching = [
        one for one in candidates if head.sender in (one.request_address, one.reply_address)
    ]
    if not matching:
        return Verdict(reason=f"the sender {head.sender} is not on the contacts register")  # 3
    if len(matching) > 1:
        names = ", ".join(one.signifier for one in matching)
        return Verdict(
            reason=f"the sender {head.sender} is an address of several parties: {names}"
        )  # 3
    (party,) = matching
    if not party.active:
        return Verdict(reason=f"the party {party.signifier} is not active on the register")  # 4
    if party.signifier == ourselves:
        return Verdict(reason="the sender is on the register as ourselves")  # 4
    return Verdict(party=party)


def may_answer(
    kind: Kind,
    head: MailHead,
    candidates: Sequence[Party],
    ourselves: str,
    usage: DayUsage,
    ceilings: Ceilings,
) -> Verdict:
    """Take steps 1 to 6."""
    if kind is not Kind.REQUEST:  # 1
        return Verdict(reason="the mail is not a request")
    found = identify(head, candidates, ourselves)  # 2 to 4
    if found.party is None:
        return found
    return within_ceilings(found.party, usage, ceilings)


def within_ceilings(party: Party, usage: DayUsage, ceilings: Ceilings) -> Verdict:
    """Take steps 5 and 6."""
    if usage.answers >= ceilings.answers:  # 5
        return Verdict(
            reason=f"circuit-breaker: {party.signifier} has had {usage.answers}"
            f" {'answer' if usage.answers == 1 else 'answers'} today"
        )
    if ceilings.devices and usage.devices + usage.asked > ceilings.devices:  # 5
        devices = "device" if usage.asked == 1 else "devices"
        return Verdict(
            reason=f"volume guard: {usage.asked} {devices} would"
            f" take {party.signifier} over {ceilings.devices} a day"
        )
    return Verdict(party=party, address=party.reply_address)  # 6


@dataclass(frozen=True, slots=True)
class MailAddresses:
    """Where we may send mail to a party, according to the register as it is now."""

    active: bool
    request_address: str
    reply_address: str
    contacts: tuple[str, ...]  # for escalation, in the order of their levels


# Which addresses of the party a letter may go to; letters of other purposes go to ourselves.
_ADDRESSES: Final[Mapping[str, Callable[[MailAddresses], tuple[str, ...]]]] = {
    "answer": lambda party: (party.reply_address,),
    "list": lambda party: (party.reply_address,),
    "request": lambda party: (party.request_address,),
    "query": lambda party: (party.request_address,),
    "reminder": lambda party: (party.request_address,),
    "breach": lambda party: (*party.contacts, party.request_address),
    "escalation": lambda party: (*party.contacts, party.request_address),
}


def goes_to_party(purpose: str) -> bool:
    """Return whether letters of this purpose go to the other party, not to ourselves."""
    return purpose in _ADDRESSES


def misdirected(purpose: str, recipient: str, signifier: str, party: MailAddresses | None) -> str:
    """Take step 7: return why a letter must not go to its recipient, or an empty text."""
    if purpose not in _ADDRESSES:
        return ""
    if party is None:
        return f"{signifier} is not on the contacts register any more"
    if not party.active:
        return f"{signifier} is not active on the contacts register any more"
    if recipient not in _ADDRESSES[purpose](party):
        return f"{recipient} is not the address of {signifier} on the contacts register any more"
    return ""


def address_now(purpose: str, level: int, party: MailAddresses) -> str:
    """Return the address for a letter written today; ``level`` is that of an escalation."""
    addresses: tuple[str, ...] = _ADDRESSES[purpose](party)
    if purpose in ("breach", "escalation") and party.contacts:
        return addresses[min(max(level, 1), len(party.contacts)) - 1]
    return addresses[0]
