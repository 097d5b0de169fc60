"""Delimited text read as columns: the same rows that the csv module reads, or none."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.parsing.sheets.csv_columns import (
    FIELD_CHARS,
    DelimitedRows,
    NeedsCsvReader,
    has_bare_return,
    plain_cell,
    unix_line_ends,
)
from exchange.parsing.text.lines import split_lines

ID = "00DB1234567890A0"


def _rows(text: str, delimiter: str = ",") -> list[tuple[int, tuple[str, ...]]]:
    return [(row.number, row.cells) for row in DelimitedRows(text, delimiter)]


@pytest.mark.parametrize(
    ("written", "cell"),
    [
        (f'="{ID}"', ID),
        (f'= "{ID}"', ID),
        (f"'{ID}", ID),
        ("'00-DB 12", "00-DB 12"),
        ("'tis nothing", "'tis nothing"),
        ("'", "'"),
        ("=A1", "=A1"),
        (" x ", "x"),
    ],
)
def test_excels_ways_to_keep_text_as_text(written: str, cell: str) -> None:
    assert plain_cell(written) == cell


@pytest.mark.parametrize(
    ("content", "bare", "unix"),
    [
        (b"a\nb", False, b"a\nb"),
        (b"a\r\nb", False, b"a\nb"),
        (b"a\rb", True, b"a\nb"),
        (b"a\r\nb\r", True, b"a\nb\n"),
    ],
)
def test_line_ends(content: bytes, bare: bool, unix: bytes) -> None:
    assert has_bare_return(content) is bare
    assert unix_line_ends(content) == unix


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_empty_rows_are_left_out_and_counted(end: str) -> None:
    text = end.join(["a,b", "", " , ", '"",""', "c,d"])
    assert _rows(text) == [(1, ("a", "b")), (5, ("c", "d"))]


def test_numbers_begin_where_the_caller_says() -> None:
    rows = DelimitedRows("a\nb", ",", 7)
    assert rows.numbers.tolist() == [7, 8]
    assert rows[1].number == rows[-1].number == rows[1:][0].number == 8


def test_quotes_around_whole_cells_hide_a_delimiter() -> None:
    assert _rows('a,"b,c"\n"d","e"\n') == [(1, ("a", "b,c")), (2, ("d", "e"))]
    assert DelimitedRows('a,"b,c"\n"d",e', ",").column(1)[:] == ["b,c", "e"]


@pytest.mark.parametrize(
    "text",
    [
        '12" pipe,a "quoted" word',
        '"doubled ""quotes""",b',
        '"over\ntwo lines",b',
        '"never closed,b',
        'a,="1,2"',
        '"a",\x1f',
        '"a", "b"',
        '"a",' + "b" * FIELD_CHARS,
    ],
)
def test_other_quotes_are_left_to_the_csv_module(text: str) -> None:
    with pytest.raises(NeedsCsvReader):
        DelimitedRows(text, ",")


def test_without_a_delimiter_a_line_is_one_cell() -> None:
    rows = DelimitedRows("a,b\nc", "")
    assert [row.cells for row in rows] == [("a,b",), ("c",)]
    assert rows.widest == 1
    assert rows.column(1)[:] == ["", ""]


def test_a_column_is_empty_where_a_row_ends_before_it() -> None:
    rows = DelimitedRows("a,b,c\nd\ne,f", ",")
    assert [rows.column(at)[:] for at in range(4)] == [
        ["a", "d", "e"],
        ["b", "", "f"],
        ["c", "", ""],
        ["", "", ""],
    ]
    assert (rows.widest, DelimitedRows("", ",").widest) == (3, 1)


def test_text_kept_as_text_is_unwrapped_in_rows_and_columns() -> None:
    rows = DelimitedRows(f"=\"{ID}\",x\n'{ID},y\n'tis,z", ",")
    assert [row.cells[0] for row in rows] == rows.column(0)[:] == [ID, ID, "'tis"]


def test_either_way_is_unwrapped_alone() -> None:
    for text, first in ((f'="{ID}",x', ID), (f"'{ID},x", ID), ("'-1A,x", "'-1A")):
        rows = DelimitedRows(text, ",")
        assert rows[0].cells[0] == rows.column(0)[0] == first


def test_only_an_exponent_shows_that_digits_were_lost() -> None:
    rows = DelimitedRows("1.23457E+15,a\n123,a\nE+5 miles,a", ",")
    assert [row.damaged for row in rows] == [{0}, set(), set()]
    assert rows.lossy(0, numbers=True).tolist() == [True, False, True]
    assert not rows.lossy(0, numbers=False).any()
    assert not rows.lossy(5, numbers=True).any()


def test_distinct_texts_of_a_column() -> None:
    texts, which = DelimitedRows("a,x\nb,y\nc,x", ",").distinct(1)
    assert [texts[at] for at in which.tolist()] == ["x", "y", "x"]
    assert len(texts) == 2


@given(st.text("ab0,;\" \t\n\r='+E", max_size=40), st.sampled_from(",;\t"))
@settings(max_examples=300, deadline=None)
def test_the_rows_are_those_of_the_csv_module(text: str, delimiter: str) -> None:
    try:
        rows = DelimitedRows(text, delimiter)
    except NeedsCsvReader:
        return
    lines = [line + "\n" for line in split_lines(text)]
    wrapped = '="' in text or '= "' in text or "'" in text
    expected = []
    for number, cells in enumerate(
        csv.reader(lines, delimiter=delimiter, skipinitialspace=True), 1
    ):
        if any(map(str.strip, cells)):
            cells = [plain_cell(cell) if wrapped else cell.strip() for cell in cells]
            expected.append((number, tuple(map(str.strip, cells))))
    assert [(row.number, row.cells) for row in rows] == expected
