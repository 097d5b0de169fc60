"""Requests from other Suppliers: the states of a requested device, and the decision about it.

Source: SEC Appendix AC, clause 4.16(b) (MP121).  Exactly two answers settle a device: the install
code, or "we are not the installing Supplier".
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from exchange.domain.device_type import DeviceType
from exchange.errors import BadInput


class DeviceState(StrEnum):
    """The state of one requested device."""

    OPEN = "open"
    PROVIDED = "provided"
    NOT_INSTALLER = "not_installer"
    HELD = "held"  # waits for a person while its clock runs
    UNREADABLE = "unreadable"  # reported back; its clock runs until corrected or withdrawn
    WITHDRAWN = "withdrawn"


class DeviceEvent(StrEnum):
    """What can happen to a requested device."""

    CODE_FOUND = "code_found"
    NOT_OURS = "not_ours"
    HOLD = "hold"
    MALFORMED = "malformed"
    WITHDRAW = "withdraw"
    TAKE_BACK = "take_back"


_D, _E = DeviceState, DeviceEvent

TRANSITIONS: dict[tuple[DeviceState, DeviceEvent], DeviceState] = {
    (_D.OPEN, _E.CODE_FOUND): _D.PROVIDED,
    (_D.OPEN, _E.NOT_OURS): _D.NOT_INSTALLER,
    (_D.OPEN, _E.HOLD): _D.HELD,
    (_D.OPEN, _E.MALFORMED): _D.UNREADABLE,
    (_D.OPEN, _E.WITHDRAW): _D.WITHDRAWN,
    # A person released it, or a later import brought the code.
    (_D.HELD, _E.CODE_FOUND): _D.PROVIDED,
    (_D.HELD, _E.NOT_OURS): _D.NOT_INSTALLER,
    # Asked again and still doubtful: the reason may have changed.
    (_D.HELD, _E.HOLD): _D.HELD,
    (_D.HELD, _E.WITHDRAW): _D.WITHDRAWN,
    # A person cancelled the letter with the answer before it was sent.
    (_D.PROVIDED, _E.TAKE_BACK): _D.HELD,
    (_D.NOT_INSTALLER, _E.TAKE_BACK): _D.HELD,
    # The sender corrected the row in a later mail, or withdrew it.
    (_D.UNREADABLE, _E.WITHDRAW): _D.WITHDRAWN,
}

DISCHARGED = frozenset({_D.PROVIDED, _D.NOT_INSTALLER, _D.WITHDRAWN})


def move(state: DeviceState, event: DeviceEvent) -> DeviceState:
    """Return the next state; raises BadInput for a pair that is not in the table."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise BadInput(f"a device that is {state} cannot take {event}") from None


class Before(StrEnum):
    """What we last answered the same party about a device, in an earlier request."""

    NOTHING = ""
    OPEN = "open"  # it asked, and still waits
    PROVIDED = "provided"
    DENIED = "denied"


_BEFORE = {
    _D.PROVIDED: Before.PROVIDED,
    _D.NOT_INSTALLER: Before.DENIED,
    _D.WITHDRAWN: Before.NOTHING,
}


def before_of(state: DeviceState) -> Before:
    """Return what a row of an earlier request means for a later one."""
    return _BEFORE.get(state, Before.OPEN)


class Likeness(StrEnum):
    """How a Device that we do not know is like one that we installed; the words follow "is"."""

    NONE = ""
    REVERSED = "with its bytes in reverse order"
    TRANSPOSED = "with two digits transposed"
    ONE_DIGIT = "with one digit changed"


LIKENESSES = tuple(Likeness)  # the strongest first


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything about one requested device that the decision depends on.

    Long requests are grouped by all of these fields (``columns/group_facts.py``), so each is a flag
    or an enumeration.  For a device that is not held the vault's fields have their defaults.
    """

    held: bool = False  # the vault has a record of it
    has_code: bool = False
    installed_by_us: bool = False
    device_type: DeviceType = DeviceType.UNKNOWN  # in the vault
    asked_type: DeviceType = DeviceType.UNKNOWN  # in the request
    before: Before = Before.NOTHING
    likeness: Likeness = Likeness.NONE  # to a Device that we installed


@dataclass(frozen=True, slots=True)
class InstalledRegister:
    """The register of devices we installed, and the date as of which it was declared complete."""

    complete_as_of: date | None = None
    max_age_days: int = 0  # 0: a declaration never ages


@dataclass(frozen=True, slots=True)
class DecisionTerms:
    """What the decision depends on that is the same for all devices of one request."""

    register: InstalledRegister
    received_on: date  # in Europe/London
    refused_types: Collection[DeviceType]
    asks: bool = False  # a sentence asks for install codes: it is not a bare list


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do about one device, and why."""

    event: DeviceEvent
    reason: str
    repeated: bool = False  # because of an earlier request, whose reference belongs to the reason
    alike: bool = False  # because of another Device, which belongs to the reason


def decide_device(facts: Facts, terms: DecisionTerms) -> Decision:
    """Decide one device of a request.

    A missing row proves nothing: without a current declaration that the register is complete, the
    answer "not the installing Supplier" waits for a person; so does an ID that may be a slip for
    one of ours.  What this party has asked before is answered again only if the mail asks for it
    in words, and never with a denial.
    """
    device_type = facts.device_type or facts.asked_type
    if device_type in terms.refused_types:
        return Decision(
            DeviceEvent.HOLD, f"a {device_type} is not a Device that clause 4.16 is for"
        )
    if facts.before:
        return _decide_again(facts, terms)
    return _decide_once(facts, terms)


def _decide_again(facts: Facts, terms: DecisionTerms) -> Decision:
    """Decide a device that this party has asked about in an earlier request."""
    if facts.before is Before.OPEN:
        return _hold_again("this party asked before, and still waits")
    if terms.asks:
        decision = _decide_once(facts, terms)
        if decision.event is DeviceEvent.CODE_FOUND:
            return decision
    if facts.before is Before.DENIED:
        return _hold_again('we have answered "not the installing Supplier"')
    if terms.asks:
        return _hold_again("we have sent its install code, and would not send it now")
    return _hold_again("we have sent its install code, and no sentence asks for it again")


def _hold_again(reason: str) -> Decision:
    return Decision(DeviceEvent.HOLD, reason, repeated=True)


def _decide_once(facts: Facts, terms: DecisionTerms) -> Decision:
    """Decide a device that this party asks about for the first time."""
    if facts.held and facts.installed_by_us:
        if facts.has_code:
            return Decision(DeviceEvent.CODE_FOUND, "")
        return Decision(DeviceEvent.HOLD, "we installed this Device but hold no code for it")
    if facts.held:
        return Decision(DeviceEvent.NOT_OURS, "")
    if facts.likeness:
        return Decision(
            DeviceEvent.HOLD,
            f"we do not know this Device, but {facts.likeness} it is one that we installed",
            alike=True,
        )
    register = terms.register
    if register.complete_as_of is None:
        return Decision(
            DeviceEvent.HOLD,
            "not in our register of installed Devices, which nobody has declared complete",
        )
    if register.max_age_days and terms.received_on - register.complete_as_of > timedelta(
        days=register.max_age_days
    ):
        return Decision(
            DeviceEvent.HOLD,
            "not in our register of installed Devices, which was declared complete only as of "
            f"{register.complete_as_of.isoformat()}",
        )
    return Decision(DeviceEvent.NOT_OURS, "")


@dataclass(frozen=True, slots=True)
class RequestClock:
    """When a request was received and when its answer is due, with the reason."""

    received_at: datetime
    day_zero: date
    due_on: date
    due_at: datetime
    rule: str
    calendar: str


@dataclass(frozen=True, slots=True)
class RequestedDevice:
    """One row of a request to us."""

    id: int
    device: str  # canonical Device ID; empty for an unreadable row
    device_type: str
    where: str
    state: DeviceState
    reason: str
    outbox_id: int | None


@dataclass(frozen=True, slots=True)
class InboundRequest:
    """A request to us."""

    id: int
    ref: str
    party: str
    mail_id: int
    their_ref: str
    clock: RequestClock
    answered: bool
