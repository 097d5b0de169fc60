"""What a cell shows in place of a value."""

from __future__ import annotations

import pytest

from exchange.parsing.text.cell_words import (
    VALUELESS,
    error_name,
    is_error,
    missing_value,
    spells_id,
    spells_id_in,
)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("#N/A", True), ("#REF!", True), ("#DIV/0!", True), ("#NAME?", True), ("#NV", True),
        ("#BEZUG!", True), ("#GETTING_DATA", True), ("Err:502", True), ("#ERROR!", True),
        ("N/A", False), ("#1", False), ("# devices", False), ("#00DB1234567890A0", False),
        ("Err:", False), ("", False),
    ],
)  # fmt: skip
def test_errors_of_any_program(text: str, error: bool) -> None:
    assert is_error(text) is error
    assert bool(missing_value(text)) is error


@pytest.mark.parametrize(("number", "name"), [(0x2A, "#N/A"), (0x17, "#REF!"), (0x99, "#ERROR!")])
def test_errors_by_number(number: int, name: str) -> None:
    assert error_name(number) == name
    assert is_error(name)


def test_a_formula_without_a_value_says_what_to_do() -> None:
    assert "save it" in missing_value(VALUELESS)


@pytest.mark.parametrize(
    ("formula", "spelt"),
    [
        ('HYPERLINK("https://kit.example","00-DB-12-34-56-78-90-A0")', True),
        ('"00DB1234567890A0"&""', True), ('IF(A1="","",A1)', False), ("SUM(B2:B40000)", False),
    ],
)  # fmt: skip
def test_formulas_that_spell_out_an_id(formula: str, spelt: bool) -> None:
    assert spells_id(formula) is spelt
    assert spells_id_in(formula.encode("utf-16-le")) is spelt
    assert spells_id_in(formula.encode("latin-1")) is spelt
