"""Our requests to other Suppliers: the case of a gained device and its legs, one per Supplier.

A leg's clock starts when the recipient's server accepts the mail; a hard bounce cancels it.
"overdue" and "escalated" are not states but recorded separately: a late Supplier may still answer.
Source: SEC Appendix AC, clause 4.16(a) (MP121).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from exchange.errors import BadInput


class LegState(StrEnum):
    """The state of our question to one Supplier about one device."""

    WAITING = "waiting"  # a Supplier before it in the order has not answered yet
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
    # The same mail sent twice after a crash: accepted again, nothing changes.
    (_L.SENT, _E.ACCEPT): _L.SENT,
    (_L.ACKNOWLEDGED, _E.ACKNOWLEDGE): _L.ACKNOWLEDGED,
    (_L.ACKNOWLEDGED, _E.CODE): _L.PROVIDED,
    (_L.ACKNOWLEDGED, _E.NOT_OURS): _L.NOT_INSTALLER,
    (_L.ACKNOWLEDGED, _E.REFUSE): _L.REFUSED,
    (_L.ACKNOWLEDGED, _E.BOUNCE): _L.BOUNCED,
    (_L.ACKNOWLEDGED, _E.WITHDRAW): _L.WITHDRAWN,
    # They looked again and found it: the code overrides their first answer.
    (_L.NOT_INSTALLER, _E.CODE): _L.PROVIDED,
    (_L.REFUSED, _E.CODE): _L.PROVIDED,
    (_L.REFUSED, _E.NOT_OURS): _L.NOT_INSTALLER,
    (_L.REFUSED, _E.WITHDRAW): _L.WITHDRAWN,
    (_L.BOUNCED, _E.RESEND): _L.QUEUED,
    (_L.BOUNCED, _E.WITHDRAW): _L.WITHDRAWN,
    # Only one of several recipients bounced, or the mail arrived after all.
    (_L.BOUNCED, _E.CODE): _L.PROVIDED,
    (_L.BOUNCED, _E.NOT_OURS): _L.NOT_INSTALLER,
    # We no longer need it but they send it anyway: sealed, not thrown away.
    (_L.WITHDRAWN, _E.CODE): _L.PROVIDED,
    # A person ruled that the code belongs to another device: ask them again ...
    (_L.PROVIDED, _E.REOPEN): _L.QUEUED,
    # ... and a Supplier not asked because of that code waits for its turn again.
    (_L.WITHDRAWN, _E.REOPEN): _L.WAITING,
}

OPEN_LEGS = frozenset({_L.QUEUED, _L.SENT, _L.ACKNOWLEDGED})
CHASED_LEGS = frozenset({_L.SENT, _L.ACKNOWLEDGED})


def move_leg(state: LegState, event: LegEvent) -> LegState:
    """Return the next state; raises BadInput for a pair that is not in the table."""
    try:
        return LEG_TRANSITIONS[state, event]
    except KeyError:
        raise BadInput(f"a leg that is {state} cannot take {event}") from None


def leg_takes(state: LegState, event: LegEvent) -> bool:
    """Return whether the pair is in the table."""
    return (state, event) in LEG_TRANSITIONS


class CaseState(StrEnum):
    """The state of a gained device on its way to being commissioned."""

    SEEKING = "seeking"
    CODE_RECEIVED = "code_received"
    JOINED = "joined"
    COMMISSIONED = "commissioned"
    CLOSED = "closed"
    EXHAUSTED = "exhausted"  # every former Supplier said that it was not the installer
    REFERRED = "referred"  # a code alone is not enough
    DISPUTED = "disputed"  # another device has the same code: not used until a person rules


class Ruling(StrEnum):
    """Which of two devices an install code belongs to; only a person decides."""

    NONE = ""
    FIRST = "first"  # the device that it was first sent for
    SECOND = "second"  # the rival, the device that it was sent for later
    NEITHER = "neither"


def letter_name(purpose: str) -> str:
    """Return what people call a letter of this purpose."""
    return {"breach": "breach notice", "evidence": "evidence file"}.get(purpose, purpose)


class ReportRuling(StrEnum):
    """What follows from a report that a letter did not arrive; only a person decides."""

    NONE = ""
    VOID = "void"  # it did not arrive: the clock that it started is void
    RUN_ON = "run_on"  # it did, or nobody knows: the clock runs on


@dataclass(frozen=True, slots=True)
class Leg:
    """The question to one Supplier about one device."""

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
    """One mail that asks one Supplier about many devices."""

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
