"""Rows and columns of a sheet, as people see them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.parsing.sheets.grid import (
    Cell,
    Row,
    Table,
    WorkbookRows,
    cell_text,
    column_of,
    distinct_cells,
    factorize,
    lossy_cells,
    numbers_of,
    text_row,
)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (" a ", "a"),
        (True, "TRUE"),
        (False, "FALSE"),
        (123.0, "123"),
        (0.5, "0.5"),
        (1.2345e20, "1.2345E+20"),
        (7, "7"),
        (datetime.fromisoformat("2026-11-03T09:30:01.000005"), "2026-11-03 09:30:01"),
        (date(2026, 11, 3), "2026-11-03"),
        (time(9, 30), "09:30:00"),
        (timedelta(hours=26), "1 day, 2:00:00"),
    ],
)
def test_a_typed_cell_is_shown_as_a_person_sees_it(cell: Cell, text: str) -> None:
    assert cell_text(cell) == text


def test_the_place_of_a_row_names_file_sheet_and_row() -> None:
    assert Table("a.xlsx > S", (), ()).place(14) == "a.xlsx > S > row 14"
    assert Table("", (), (), "line").place(3) == "line 3"


def test_empty_rows_are_left_out_and_counted() -> None:
    rows = WorkbookRows([["a"], [], ["", ""], ["", "b"], [0.0]])
    assert [(row.number, row.cells) for row in rows] == [(1, ("a",)), (4, ("", "b")), (5, ("0",))]
    assert rows.numbers.tolist() == [1, 4, 5]
    assert (rows[-1].number, [row.number for row in rows[:2]]) == (5, [1, 4])


def test_a_number_or_a_date_may_have_lost_digits_and_a_word_has_not() -> None:
    (row,) = WorkbookRows([["00DB", 12.0, date(2026, 1, 2), True, ""]])
    assert row.damaged == {1, 2}


def test_a_column_shows_only_text_and_marks_the_rest() -> None:
    rows = WorkbookRows([["a", "x"], ["b", 1.0], ["c"], ["d", True]])
    assert rows.column(1)[:] == ["x", "", "", ""]
    assert rows.column(0)[:] == ["a", "b", "c", "d"]
    assert rows.lossy(1, numbers=True).tolist() == [False, True, False, True]
    assert rows.lossy(1, numbers=False).tolist() == [False, False, False, True]
    texts, which = rows.distinct(1)
    assert [texts[at] for at in which.tolist()] == ["x", "1", "", "TRUE"]


def test_hidden_rows_and_columns_can_be_taken_out() -> None:
    rows = WorkbookRows([["a", "b"], ["c", "d"], ["e", "f"]])
    assert [(row.number, row.cells) for row in rows.without({2}, {0})] == [
        (1, ("", "b")),
        (3, ("", "f")),
    ]
    assert len(rows) == 3


def test_rows_with_known_numbers_keep_them() -> None:
    assert WorkbookRows.numbered([(7, ["a"]), (9, ["b"])]).numbers.tolist() == [7, 9]


@pytest.mark.parametrize(
    ("cell", "lost"),
    [("1.23457E+15", True), ("-1,2e+15", True), ("1E+5 m", False), ("00DBE+12", False)],
)
def test_an_exponent_in_a_text_file_shows_lost_digits(cell: str, lost: bool) -> None:
    assert text_row(1, [" a ", cell]) == Row(1, ("a", cell), frozenset({1} if lost else ()))
    assert not text_row(1, [cell], exponents=False).damaged


def test_distinct_texts_come_in_order() -> None:
    texts, which = factorize(["b", "a", "b"])
    assert (texts, which.tolist()) == (["b", "a"], [0, 1, 0])


CELLS = st.sampled_from(("", "a", "b ", 1.0, 2, date(2026, 1, 2)))


@given(st.lists(st.lists(CELLS, max_size=4), max_size=6))
@settings(max_examples=60, deadline=None)
def test_plain_rows_and_columns_answer_alike(raw: list[list[Cell]]) -> None:
    columns = WorkbookRows(raw)
    plain = list(columns)
    assert numbers_of(plain).tolist() == numbers_of(columns).tolist()
    for at in range(5):
        assert column_of(plain, at)[:] == column_of(columns, at)[:]
        for numbers in (True, False):
            lossy = lossy_cells(columns, at, numbers=numbers).tolist()
            assert lossy_cells(plain, at, numbers=numbers).tolist() == lossy
        assert distinct_cells(plain, at)[0] == distinct_cells(columns, at)[0]
