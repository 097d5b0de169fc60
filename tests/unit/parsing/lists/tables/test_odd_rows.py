"""Totals and units are no Devices; a row whose Device ID is missing is told."""

from __future__ import annotations

import pytest

from exchange.parsing.lists.tables.listing import read_listing
from exchange.parsing.lists.tables.odd_rows import is_total, is_units
from exchange.parsing.sheets.grid import Row, Table
from exchange.parsing.text.cell_words import VALUELESS

A, B = "00-DB-12-34-56-78-92-01", "00-DB-12-34-56-78-92-02"


def row(*cells: str, damaged: frozenset[int] = frozenset()) -> Row:
    return Row(9, cells, damaged)


@pytest.mark.parametrize(
    ("one", "total"),
    [
        (row("Total", "26"), True),
        (row("Total:", ""), True),
        (row("", "Total 26"), True),
        (row("Grand total", "1,204"), True),
        (row("No. of devices", "26"), True),
        (row("Number of meters in list", "26"), True),
        (row("Anzahl", "26"), True),
        (row("", "2"), True),  # as many as were read, and alone
        (row("", "3"), False),
        (row("x", "2"), False),
        (row("Total Gas & Power", ""), False),  # a Supplier
        (row("Total", A), False),
        (row("Total", "1234567890123"), False),
        (row("Count Dracula", "5"), False),
        (row("", ""), False),
    ],
)
def test_totals(one: Row, total: bool) -> None:
    assert is_total(one, 1, 2) is total


@pytest.mark.parametrize(
    ("one", "units"),
    [
        (row("text", "hex"), True),
        (row("13 digits", "XX-XX-XX-XX-XX-XX-XX-XX"), True),
        (row("1234567890123", "TBC"), False),
        (row("text", ""), False),
        (row("text", "00-DB-12"), False),
        (row("North", "EC-1B-BD-CC-AC-F2-DD"), False),
        (row("North", "EC:1B:BD:F7:CA:DA::FE:EE"), False),
        (row("North", "DOCF5EACEEDABEFA"), False),
        (row("text", "7", damaged=frozenset({1})), False),
    ],
)
def test_units(one: Row, units: bool) -> None:
    assert is_units(one, 1) is units


def _rejects(*rows: tuple[str, ...]) -> list[tuple[int, str]]:
    table = Table("a", (), [Row(at, cells, frozenset()) for at, cells in enumerate(rows, 1)])
    found = read_listing(table)
    assert found is not None
    return [(int(one.where.rpartition(" ")[2]), one.text) for one in found.rejects]


HEADER = ("MPAN", "Device ID", "Fuel")


@pytest.mark.parametrize(
    ("last", "told"),
    [
        (("1234567890125", "n/a", "gas"), "n/a"),
        (("1234567890125", "N/A", ""), "N/A"),
        (("", "-", "gas"), "-"),
        (("1234567890125", "\u2013", "gas"), "\u2013"),
        (("1234567890125", "", "gas"), "-"),
        (("North", "", ""), None),  # a heading between rows
        (("", "n/a", ""), None),
        (("-----", "-----", "-----"), None),
        (("Total", "", "2"), None),
        (("", "2", ""), None),
        (("not readable", "", "gas"), None),
    ],
)
def test_a_row_without_its_id_is_told(last: tuple[str, ...], told: str | None) -> None:
    rows = (HEADER, ("1234567890123", A, "elec"), ("1234567890124", B, "elec"), last)
    assert _rejects(*rows) == ([(4, told)] if told else [])


def test_two_columns_of_ids_miss_one_only_where_both_are_empty() -> None:
    header = ("Electricity Device ID", "Gas Device ID", "MPAN")
    rows = ((A, "n/a", "1234567890123"), ("", B, "1234567890124"), ("", "-", "1234567890125"))
    assert _rejects(header, *rows) == [(4, "-")]


def test_units_are_known_only_above_the_first_device() -> None:
    assert _rejects(HEADER, ("digits", "hex", "text"), ("1", A, "elec")) == []
    assert _rejects(HEADER, ("1", A, "elec"), ("two", "hex", "text")) == [(3, "hex")]


@pytest.mark.parametrize("cell", [VALUELESS, "#N/A"])
def test_what_the_first_row_should_show_is_named_and_no_unit(cell: str) -> None:
    rows = [Row(1, ("Device ID", "Site"), frozenset()), Row(2, (cell, "Leeds"), frozenset())]
    read = read_listing(Table("a", (), rows))
    assert read is not None
    assert [one.where for one in read.rejects] == ["a > row 2"]
