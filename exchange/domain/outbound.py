"""What we ask of other Suppliers: the case of a gained device and its legs, one per Supplier asked.

A leg's clock starts when the recipient's server accepted the mail; a hard bounce voids it.
"overdue" and "escalated" stand beside the state: a late Supplier may still answer.
Source: SEC Appendix AC, clause 4.16(a) (MP121).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from exchange.errors import BadInput


class LegState(StrEnum):
    """Where the question to one Supplier about one device stands."""

    WAITING = "waiting"  # an earlier Supplier in the order has not answered yet
    QUEUED = "queued"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    PROVIDED = "provided"
    NOT_INSTALLER = "not_installer"
    REFUSED = "refused"
    BOUNCED = "bounced"
    WITHDRAWN = "withdrawn"


class LegEvent(StrEnum):
    """What can happen to a leg."""

    TURN = "turn"
    ACCEPT = "accept"
    ACKNOWLEDGE = "acknowledge"
    CODE = "code"
    NOT_OURS = "not_ours"
    REFUSE = "refuse"
    BOUNCE = "bounce"
    RESEND = "resend"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"


_L, _E = LegState, LegEvent

LEG_TRANSITIONS: dict[tuple[LegState, LegEvent], LegState] = {
    (_L.WAITING, _E.TURN): _L.QUEUED,
    (_L.WAITING, _E.WITHDRAW): _L.WITHDRAWN,
    (_L.QUEUED, _E.ACCEPT): _L.SENT,
    (_L.QUEUED, _E.BOUNCE): _L.BOUNCED,
    (_L.QUEUED, _E.WITHDRAW): _L.WITHDRAWN,
    # An answer may overtake our own record of the acceptance (a crash between the two).
    (_L.QUEUED, _E.CODE): _L.PROVIDED,
    (_L.QUEUED, _E.NOT_OURS): _L.NOT_INSTALLER,
    (_L.SENT, _E.ACKNOWLEDGE): _L.ACKNOWLEDGED,
    (_L.SENT, _E.CODE): _L.PROVIDED,
    (_L.SENT, _E.NOT_OURS): _L.NOT_INSTALLER,
    (_L.SENT, _E.REFUSE): _L.REFUSED,
    (_L.SENT, _E.BOUNCE): _L.BOUNCED,
    (_L.SENT, _E.WITHDRAW): _L.WITHDRAWN,
    # The same mail delivered twice after a crash: accepted once more, nothing changes.
    (_L.SENT, _E.ACCEPT): _L.SENT,
    (_L.ACKNOWLEDGED, _E.ACKNOWLEDGE): _L.ACKNOWLEDGED,
    (_L.ACKNOWLEDGED, _E.CODE): _L.PROVIDED,
    (_L.ACKNOWLEDGED, _E.NOT_OURS): _L.NOT_INSTALLER,
    (_L.ACKNOWLEDGED, _E.REFUSE): _L.REFUSED,
    (_L.ACKNOWLEDGED, _E.BOUNCE): _L.BOUNCED,
    (_L.ACKNOWLEDGED, _E.WITHDRAW): _L.WITHDRAWN,
    # They looked again and found it: a code is worth more than their first word.
    (_L.NOT_INSTALLER, _E.CODE): _L.PROVIDED,
    (_L.REFUSED, _E.CODE): _L.PROVIDED,
    (_L.REFUSED, _E.NOT_OURS): _L.NOT_INSTALLER,
    (_L.REFUSED, _E.WITHDRAW): _L.WITHDRAWN,
    (_L.BOUNCED, _E.RESEND): _L.QUEUED,
    (_L.BOUNCED, _E.WITHDRAW): _L.WITHDRAWN,
    # The bounce was one recipient's of several, or the mail came through after all.
    (_L.BOUNCED, _E.CODE): _L.PROVIDED,
    (_L.BOUNCED, _E.NOT_OURS): _L.NOT_INSTALLER,
    # We no longer need it, and they send it all the same: sealed, not thrown away.
    (_L.WITHDRAWN, _E.CODE): _L.PROVIDED,
    # A person ruled that the code is another device's: they are asked anew ...
    (_L.PROVIDED, _E.REOPEN): _L.QUEUED,
    # ... and who was never asked, because of that code, waits for a turn again.
    (_L.WITHDRAWN, _E.REOPEN): _L.WAITING,
}

OPEN_LEGS = frozenset({_L.QUEUED, _L.SENT, _L.ACKNOWLEDGED})
CHASED_LEGS = frozenset({_L.SENT, _L.ACKNOWLEDGED})


def move_leg(state: LegState, event: LegEvent) -> LegState:
    """The next state; raises BadInput for a pair that the table does not have."""
    try:
        return LEG_TRANSITIONS[state, event]
    except KeyError:
        raise BadInput(f"a leg that is {state} cannot take {event}") from None


def leg_takes(state: LegState, event: LegEvent) -> bool:
    """Whether the table has the pair."""
    return (state, event) in LEG_TRANSITIONS


class CaseState(StrEnum):
    """Where a gained device stands on its way to being commissioned."""

    SEEKING = "seeking"
    CODE_RECEIVED = "code_received"
    JOINED = "joined"
    COMMISSIONED = "commissioned"
    CLOSED = "closed"
    EXHAUSTED = "exhausted"  # every former Supplier said it was not the installer
    REFERRED = "referred"  # a code alone will not do
    DISPUTED = "disputed"  # its code came for another device too: not used until a person rules


class Ruling(StrEnum):
    """Whose an install code is that came for two devices; only a person says so."""

    NONE = ""
    FIRST = "first"  # the device for which it came first
    SECOND = "second"  # the one for which it came later, its rival
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Leg:
    """One Supplier asked about one device."""

    id: int
    case_id: int
    device: str
    device_type: str
    party: str
    position: int
    state: LegState
    request_id: int | None
    accepted_on: date | None
    due_on: date | None
    overdue: bool
    level: int


@dataclass(frozen=True, slots=True)
class OutboundRequest:
    """One mail that asked one Supplier about many devices."""

    id: int
    ref: str
    party: str
    message_id: str
    created_at: datetime
    accepted_at: datetime | None
    day_zero: date | None
    due_on: date | None
    rule: str
    calendar: str
    sla_days: int
    returns_on: date | None


@dataclass(frozen=True, slots=True)
class Gained:
    """One line of a list of gained devices: whom to ask, in order, losing Supplier first."""

    device: str
    suppliers: tuple[str, ...]
    device_type: str
    where: str
