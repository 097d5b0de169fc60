"""What a cell shows in place of a value."""

from __future__ import annotations

import pytest

from exchange.parsing.text.cell_words import VALUELESS, error_name, is_error, missing_value


@pytest.mark.parametrize(
    "text", ["#N/A", "#REF!", "#DIV/0!", "#NAME?", "#NV", "#BEZUG!", "Err:502", "#GETTING_DATA"]
)
def test_errors_of_any_program_and_language(text: str) -> None:
    assert is_error(text)
    assert missing_value(text) == "the spreadsheet shows an error here"


@pytest.mark.parametrize("text", ["", "n/a", "#7", "# 12", "not ours", "Err: see below", "#"])
def test_other_words_are_none(text: str) -> None:
    assert not is_error(text)
    assert missing_value(text) == ""


def test_a_formula_without_its_value_says_what_to_do() -> None:
    assert "save it in the spreadsheet program" in missing_value(VALUELESS)


def test_the_errors_of_binary_workbooks_have_their_names() -> None:
    assert [error_name(number) for number in (0x07, 0x17, 0x2A)] == ["#DIV/0!", "#REF!", "#N/A"]
    assert is_error(error_name(0x55))  # a number that no program of today writes
