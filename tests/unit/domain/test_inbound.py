"""A requested Device: every pair of state and event, and the decision about it."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date

import pytest

from exchange.domain.device_type import OUT_OF_SCOPE, DeviceType
from exchange.domain.inbound import (
    DISCHARGED,
    TRANSITIONS,
    Before,
    DecisionTerms,
    DeviceEvent,
    DeviceState,
    Facts,
    InstalledRegister,
    Likeness,
    before_of,
    decide_device,
    move,
)
from exchange.errors import BadInput

TODAY = date(2026, 12, 14)
COMPLETE = InstalledRegister(complete_as_of=date(2026, 12, 1), max_age_days=92)
REFUSED = OUT_OF_SCOPE

DEVICE_PAIRS = {
    ("open", "code_found"): "provided",
    ("open", "not_ours"): "not_installer",
    ("open", "hold"): "held",
    ("open", "malformed"): "unreadable",
    ("open", "withdraw"): "withdrawn",
    ("held", "code_found"): "provided",
    ("held", "not_ours"): "not_installer",
    ("held", "hold"): "held",
    ("held", "withdraw"): "withdrawn",
    ("provided", "take_back"): "held",
    ("not_installer", "take_back"): "held",
    ("unreadable", "withdraw"): "withdrawn",
}


@pytest.mark.parametrize(
    ("state", "event"), list(itertools.product(DeviceState, DeviceEvent)), ids=str
)
def test_device_pairs(state: DeviceState, event: DeviceEvent) -> None:
    wanted = DEVICE_PAIRS.get((state.value, event.value))
    if wanted is None:
        with pytest.raises(BadInput, match=state.value):
            move(state, event)
    else:
        assert move(state, event).value == wanted


def test_an_answer_is_taken_back_only_with_its_letter() -> None:
    left = {event for state, event in TRANSITIONS if state in DISCHARGED}
    assert left == {DeviceEvent.TAKE_BACK}


@pytest.mark.parametrize(
    ("facts", "register", "event"),
    [
        (Facts(held=True, has_code=True, installed_by_us=True), COMPLETE, "code_found"),
        (Facts(held=True, has_code=True, installed_by_us=True), InstalledRegister(), "code_found"),
        # We installed it and lost the code: never "not the installer".
        (Facts(held=True, installed_by_us=True), COMPLETE, "hold"),
        # A code that we received as gaining Supplier is not ours to give.
        (Facts(held=True, has_code=True), COMPLETE, "not_ours"),
        (Facts(held=True, has_code=True), InstalledRegister(), "not_ours"),
        # A register that names it as another's needs no declaration.
        (Facts(held=True), COMPLETE, "not_ours"),
        (Facts(held=True), InstalledRegister(), "not_ours"),
        (Facts(), COMPLETE, "not_ours"),
        (Facts(), InstalledRegister(), "hold"),
        (Facts(), InstalledRegister(date(2026, 9, 12), 92), "hold"),
        (Facts(), InstalledRegister(date(2026, 9, 13), 92), "not_ours"),
        (Facts(), InstalledRegister(date(2020, 1, 1), 0), "not_ours"),
        # What may be a slip for one of ours is no denial, however complete the register is.
        (Facts(likeness=Likeness.REVERSED), COMPLETE, "hold"),
        (Facts(likeness=Likeness.ONE_DIGIT), COMPLETE, "hold"),
        (Facts(likeness=Likeness.TRANSPOSED), InstalledRegister(), "hold"),
        (Facts(True, True, True, DeviceType.CHF), COMPLETE, "hold"),
        (Facts(True, True, True, DeviceType.ESME), COMPLETE, "code_found"),
    ],
)
def test_decision(facts: Facts, register: InstalledRegister, event: str) -> None:
    decision = decide_device(facts, DecisionTerms(register, TODAY, REFUSED))
    assert decision.event.value == event
    assert bool(decision.reason) == (event == "hold")


_OURS = Facts(held=True, has_code=True, installed_by_us=True)


@pytest.mark.parametrize(
    ("facts", "asks", "event"),
    [
        (replace(_OURS, before=Before.PROVIDED), True, "code_found"),
        (replace(_OURS, before=Before.PROVIDED), False, "hold"),
        # Open or denied before: the code that came since goes out only where it is asked for.
        (replace(_OURS, before=Before.DENIED), True, "code_found"),
        (replace(_OURS, before=Before.DENIED), False, "hold"),
        (replace(_OURS, before=Before.OPEN), True, "hold"),
        (replace(_OURS, before=Before.OPEN), False, "hold"),
        # A machine denies once, and never what it has given a code of.
        (Facts(before=Before.DENIED), True, "hold"),
        (Facts(before=Before.DENIED), False, "hold"),
        (Facts(held=True, before=Before.DENIED), True, "hold"),
        (Facts(before=Before.PROVIDED), True, "hold"),
        (Facts(before=Before.OPEN), True, "hold"),
        (Facts(before=Before.NOTHING), True, "not_ours"),
    ],
)
def test_what_was_asked_before_needs_words_that_ask(facts: Facts, asks: bool, event: str) -> None:
    decision = decide_device(facts, DecisionTerms(COMPLETE, TODAY, REFUSED, asks))
    assert decision.event.value == event
    assert decision.repeated == (event == "hold")


def test_what_became_of_a_row_says_what_was_answered() -> None:
    found = {state.value: before_of(state).value for state in DeviceState}
    assert found == {
        "open": "open", "held": "open", "unreadable": "open", "provided": "provided",
        "not_installer": "denied", "withdrawn": "",
    }  # fmt: skip


def test_the_type_the_list_names_counts_where_the_register_knows_none() -> None:
    terms = DecisionTerms(COMPLETE, TODAY, REFUSED)
    hub = DeviceType.CHF
    assert decide_device(Facts(asked_type=hub), terms).event is DeviceEvent.HOLD
    ours = Facts(True, True, True, DeviceType.ESME, asked_type=hub)
    assert decide_device(ours, terms).event is DeviceEvent.CODE_FOUND


def test_every_state_can_be_reached_and_three_are_settled() -> None:
    assert set(TRANSITIONS.values()) | {DeviceState.OPEN} == set(DeviceState)
    assert {DeviceState.PROVIDED, DeviceState.NOT_INSTALLER, DeviceState.WITHDRAWN} == DISCHARGED


def test_a_register_is_current_up_to_its_last_day() -> None:
    for days, event in ((13, DeviceEvent.NOT_OURS), (12, DeviceEvent.HOLD)):
        register = InstalledRegister(date(2026, 12, 1), days)
        decision = decide_device(Facts(), DecisionTerms(register, TODAY, ()))
        assert decision.event is event
        assert ("2026-12-01" in decision.reason) == (event is DeviceEvent.HOLD)


def test_only_types_that_are_refused_are_held() -> None:
    ours = Facts(True, True, True, DeviceType.CHF)
    terms = DecisionTerms(COMPLETE, TODAY, ())
    assert decide_device(ours, terms).event is DeviceEvent.CODE_FOUND
    held = decide_device(ours, DecisionTerms(COMPLETE, TODAY, (DeviceType.CHF,)))
    assert held.reason == "a CHF is not a Device that clause 4.16 is for"
