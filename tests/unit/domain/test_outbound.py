"""Our question to one Supplier: every pair of state and event, and which states are open."""

from __future__ import annotations

import itertools

import pytest

from exchange.domain.outbound import (
    CHASED_LEGS,
    LEG_TRANSITIONS,
    OPEN_LEGS,
    LegEvent,
    LegState,
    leg_takes,
    move_leg,
)
from exchange.errors import BadInput

LEG_PAIRS = {
    ("waiting", "turn"): "queued",
    ("waiting", "withdraw"): "withdrawn",
    ("queued", "accept"): "sent",
    ("queued", "bounce"): "bounced",
    ("queued", "withdraw"): "withdrawn",
    ("queued", "code"): "provided",
    ("queued", "not_ours"): "not_installer",
    ("sent", "acknowledge"): "acknowledged",
    ("sent", "code"): "provided",
    ("sent", "not_ours"): "not_installer",
    ("sent", "refuse"): "refused",
    ("sent", "bounce"): "bounced",
    ("sent", "withdraw"): "withdrawn",
    ("sent", "accept"): "sent",
    ("acknowledged", "acknowledge"): "acknowledged",
    ("acknowledged", "code"): "provided",
    ("acknowledged", "not_ours"): "not_installer",
    ("acknowledged", "refuse"): "refused",
    ("acknowledged", "bounce"): "bounced",
    ("acknowledged", "withdraw"): "withdrawn",
    ("not_installer", "code"): "provided",
    ("refused", "code"): "provided",
    ("refused", "not_ours"): "not_installer",
    ("refused", "withdraw"): "withdrawn",
    ("bounced", "resend"): "queued",
    ("bounced", "withdraw"): "withdrawn",
    ("bounced", "code"): "provided",
    ("bounced", "not_ours"): "not_installer",
    ("withdrawn", "code"): "provided",
    ("provided", "reopen"): "queued",
    ("withdrawn", "reopen"): "waiting",
}


@pytest.mark.parametrize(("state", "event"), list(itertools.product(LegState, LegEvent)), ids=str)
def test_leg_pairs(state: LegState, event: LegEvent) -> None:
    wanted = LEG_PAIRS.get((state.value, event.value))
    assert leg_takes(state, event) == (wanted is not None)
    if wanted is None:
        with pytest.raises(BadInput, match=f"{state.value} cannot take {event.value}"):
            move_leg(state, event)
    else:
        assert move_leg(state, event).value == wanted


def test_a_code_in_hand_stays_unless_a_person_rules_it_another_devices() -> None:
    taken = {event for event in LegEvent if leg_takes(LegState.PROVIDED, event)}
    assert taken == {LegEvent.REOPEN}


def test_a_code_is_welcome_from_whoever_was_asked() -> None:
    takes = {state for state in LegState if leg_takes(state, LegEvent.CODE)}
    assert takes == set(LegState) - {LegState.WAITING, LegState.PROVIDED}


def test_only_what_was_accepted_is_chased() -> None:
    assert {LegState.SENT, LegState.ACKNOWLEDGED} == CHASED_LEGS
    assert CHASED_LEGS | {LegState.QUEUED} == OPEN_LEGS


def test_acknowledgements_discharge_nothing() -> None:
    assert move_leg(LegState.SENT, LegEvent.ACKNOWLEDGE) in OPEN_LEGS


def test_every_state_can_be_reached() -> None:
    assert set(LEG_TRANSITIONS.values()) == set(LegState)
