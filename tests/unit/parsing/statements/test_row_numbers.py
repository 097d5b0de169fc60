"""Rows by their numbers, and Devices by their last digits."""

from __future__ import annotations

import pytest

from exchange.parsing.statements.row_numbers import (
    ordinal_at,
    with_endings_marked,
    with_rows_marked,
)
from exchange.parsing.statements.words import ENDS_MARK, ROWS_MARK


def test_numbers_of_rows_are_marked() -> None:
    assert with_rows_marked("rows 2-4 and 6 are ours") == (
        f" {ROWS_MARK}  are ours",
        [(2, 3, 4, 6)],
    )
    assert with_rows_marked("we have two vans") == ("we have two vans", [])


@pytest.mark.parametrize(
    ("text", "endings"),
    [
        ("...C438 is not ours", ["C438"]),
        ("the ones ending F4-8B and C41A", ["F48B C41A"]),
        ("last four digits 6031", ["6031"]),
        ("xxxx9BFF", ["9BFF"]),
        ("the meter at the end", []),
        ("ending soon", []),
    ],
)
def test_last_digits_are_marked(text: str, endings: list[str]) -> None:
    marked, found = with_endings_marked(text)
    assert found == endings
    assert (ENDS_MARK in marked) is bool(endings)


def test_an_ordinal_is_a_row_unless_it_is_a_time() -> None:
    second = ordinal_at(["the", "second", "one"], 1)
    assert second is not None
    assert second[1].numbers == (2,)
    assert ordinal_at(["the", "second", "week"], 1) is None
