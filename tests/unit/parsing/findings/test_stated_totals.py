"""How long a list says of itself that it is."""

from __future__ import annotations

import pytest

from exchange.parsing.findings.stated_totals import (
    StatedTotal,
    contradicted,
    totals_of_lines,
    totals_of_rows,
)
from exchange.parsing.sheets.grid import Row
from exchange.parsing.text.lines import plain_lines


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["Number of devices: 26"], [26]),
        (["Total meters", "26"], [26]),
        (["", "Total number of Device IDs", "1,026", ""], [1026]),
        (["No. of rows in this list - 26"], [26]),
        (["Total", "26"], [26]),
        (["Grand total: 26"], [26]),
        (["Count", "26.0"], [26]),
        (["Total", "26", "14.5"], []),  # of what?
        (["Subtotal", "26"], []),
        (["Total Gas", "26"], []),  # a name
        (["Total"], []),
        (["Number of devices"], []),
        (["Meter number", "26"], []),
        (["No", "26"], []),
        (["Total", "00-DB-12-34-56-78-90-A0"], []),
    ],
)
def test_a_total_in_a_table(cells: list[str], numbers: list[int]) -> None:
    rows = [Row(7, tuple(cells), frozenset())]
    assert list(totals_of_rows(rows)) == [(7, number) for number in numbers]


def test_a_total_in_the_middle_of_a_long_list_is_none_of_it() -> None:
    rows = [Row(at, ("Total", "3") if at == 50 else ("x", "y"), frozenset()) for at in range(100)]
    assert not list(totals_of_rows(rows))


def test_a_total_in_a_text_says_of_what() -> None:
    lines = plain_lines("Number of devices: 8\nTotal: 5\nPage 1 of 3\nTotal EUIs 9.")
    assert [(line.number, number) for line, number in totals_of_lines(lines)] == [(1, 8), (4, 9)]


@pytest.mark.parametrize(
    ("numbers", "lengths", "all_lists", "said"),
    [
        ((5,), {5}, {9}, ""),
        ((9,), {5}, {9}, ""),  # of all lists
        ((2, 3), {5}, {9}, ""),
        ((2, 3, 5), {5}, {9}, ""),
        ((6,), {4, 5}, {5, 9}, "a.xlsx > row 9 says 6 Devices, and the list has 5"),
    ],
)
def test_a_total_that_fits_nothing_is_said(
    numbers: tuple[int, ...], lengths: set[int], all_lists: set[int], said: str
) -> None:
    totals = [StatedTotal("a.xlsx > row 9", numbers, frozenset(lengths))]
    assert contradicted(totals, all_lists) == said
