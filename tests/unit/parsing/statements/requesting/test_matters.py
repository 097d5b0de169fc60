"""Whether a sentence is about codes and Devices of ours, or another trade's."""

from __future__ import annotations

from exchange.parsing.statements.requesting.matters import is_about_ours, names_codes


def test_codes_of_another_trade_are_none() -> None:
    assert names_codes("The install codes of these.")
    assert not names_codes("The discount code of the shop.")


def test_a_meter_is_ours_and_a_build_is_not() -> None:
    assert is_about_ours("The meter failed.")
    assert not is_about_ours("The kernel build failed on Monday evening again.")
