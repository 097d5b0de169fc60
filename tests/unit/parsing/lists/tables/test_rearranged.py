"""Lists in unusual arrangements: side by side, in one column, across."""

from __future__ import annotations

import pytest

from exchange.parsing.lists.tables.rearranged import rearranged
from exchange.parsing.sheets.grid import Row, Table

A, B, C, D = (f"00-DB-12-34-56-78-93-0{at}" for at in range(1, 5))


def table(*rows: tuple[str, ...], left: int = 0) -> Table:
    listed = [Row(at, cells, frozenset()) for at, cells in enumerate(rows, 1)]
    return Table("a.xlsx > S", (), listed, left=left)


def cells(tables: list[Table]) -> list[list[tuple[str, ...]]]:
    return [[row.cells for row in one.rows] for one in tables]


def test_two_lists_with_the_same_titles_side_by_side() -> None:
    sheet = table(
        ("Wave 1", "", "", "Wave 2"), ("ID", "Fuel", "", "ID", "fuel "), (A, "gas", "", B, "elec"),
        (C, "gas", "", "", ""),
    )  # fmt: skip
    assert cells(rearranged(sheet)) == [
        [("Wave 1", "", ""), ("ID", "Fuel", ""), (A, "gas", ""), (C, "gas", "")],
        [("Wave 2",), ("ID", "fuel "), (B, "elec"), ("", "")],
    ]


def test_damaged_cells_move_with_their_block() -> None:
    row = Row(2, ("7", "gas", "8", "gas"), frozenset({2}))
    header = Row(1, ("Device ID", "Fuel", "Device ID", "Fuel"), frozenset())
    first, second = rearranged(Table("a", (), [header, row]))
    assert [set(one.rows[1].damaged) for one in (first, second)] == [set(), {0}]


@pytest.mark.parametrize(
    "rows",
    [
        (("Device ID", "Fuel", "Device ID"), (A, "gas", B)),  # not the same titles
        (("Serial", "Fuel", "Serial", "Fuel"), (A, "gas", B, "gas")),  # no Device ID is named
        (("Device ID", "Install code"), (A, "x")),
        ((A, B), (C, D)),
    ],
)
def test_other_tables_stay_as_they_are(rows: tuple[tuple[str, ...], ...]) -> None:
    sheet = table(*rows)
    assert rearranged(sheet) == [sheet]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_delimited_text_in_one_column(mark: str) -> None:
    lines = ["Device ID", "Fuel"], [A, "gas"], [B, "elec"]
    sheet = table(*((mark.join(line),) for line in lines))
    (found,) = rearranged(sheet)
    assert [row.cells for row in found.rows] == [tuple(line) for line in lines]
    assert [row.number for row in found.rows] == [1, 2, 3]


def test_a_list_across_counts_columns() -> None:
    sheet = table(("Device ID:", A, B, C), ("Fuel", "gas", "elec", ""), left=1)
    (found,) = rearranged(sheet)
    assert cells([found]) == [[("Device ID:", "Fuel"), (A, "gas"), (B, "elec"), (C, "")]]
    assert [found.place(row.number) for row in found.rows[1:]] == [
        f"a.xlsx > S > column {at}" for at in (3, 4, 5)
    ]
