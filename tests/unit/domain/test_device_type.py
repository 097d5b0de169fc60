"""The types of Devices, which code, vault and configuration share."""

from __future__ import annotations

import pytest

from exchange.domain.device_type import DEVICE_TYPES, NAMED_TYPES, OUT_OF_SCOPE, DeviceType


def test_the_numbers_that_vaults_hold_never_change() -> None:
    assert [str(one) for one in DEVICE_TYPES] == [
        "", "ESME", "GSME", "GPF", "CHF", "HCALCS", "PPMID", "IHD", "CAD",
    ]  # fmt: skip
    assert DEVICE_TYPES[1:] == NAMED_TYPES


@pytest.mark.parametrize("kind", DEVICE_TYPES)
def test_a_type_is_known_in_any_case(kind: DeviceType) -> None:
    assert DeviceType.of(kind.value) is DeviceType.of(f" {kind.value.lower()}\n") is kind


@pytest.mark.parametrize("text", ["hub", "ESME 2", "E S M E", "\u0415SME", "unknown"])
def test_any_other_word_is_no_type(text: str) -> None:
    assert DeviceType.of(text) is DeviceType.UNKNOWN


def test_clause_4_16_is_for_meters_and_what_controls_them() -> None:
    assert {one.value for one in OUT_OF_SCOPE} == {"CHF", "GPF", "IHD", "CAD"}
    assert DeviceType.UNKNOWN not in OUT_OF_SCOPE
