"""CSV and the like, as programs and people write them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain.limits import DEFAULT
from exchange.errors import Unreadable
from exchange.parsing.sheets.csv_columns import NeedsCsvReader
from exchange.parsing.sheets.delimited import delimiter_of, read_delimited, rows_of_block

LIST = ["Device ID,Type", "00DB1234567890A0,ESME", "00DB1234567890A1,GSME"]


def _rows(text: str) -> list[tuple[int, tuple[str, ...]]]:
    return [(row.number, row.cells) for row in read_delimited("a.csv", text).rows]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_most_lines_have(sign: str) -> None:
    text = "\n".join(line.replace(",", sign) for line in LIST)
    assert delimiter_of(f"Our list\n\n{text}\n") == sign


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n \n",
        "00DB1234567890A0\n00DB1234567890A1",
        "Hello, please send the codes",
        "Dear all,\nwe would like to have\nthese codes\nby Monday\nThanks, Kim",
    ],
)
def test_prose_and_plain_lists_have_no_delimiter(text: str) -> None:
    assert delimiter_of(text) == ""


def test_of_two_delimiters_the_one_with_more_columns_wins() -> None:
    assert delimiter_of("a;b;c,d\ne;f;g,h") == ";"
    assert delimiter_of("a,b,c;d\ne,f,g;h") == ","


def test_a_comma_inside_quotes_does_not_count() -> None:
    assert delimiter_of('"a,b";c\n"d,e";f') == ";"


@pytest.mark.parametrize("line", ["sep=;", '"sep=;"', "SEP=;"])
def test_excels_sep_line_names_the_delimiter_and_is_no_row(line: str) -> None:
    assert delimiter_of(f"{line}\na;b,c") == ";"
    assert _rows(f"{line}\na;b,c") == [(2, ("a", "b,c"))]


def test_the_unit_is_a_line_where_nothing_divides_it() -> None:
    assert read_delimited("a.txt", "one\ntwo").unit == "line"
    table = read_delimited("a.csv", "\n".join(LIST))
    assert (table.unit, table.place(2)) == ("row", "a.csv > row 2")


def test_a_cell_may_hold_a_line_end_within_quotes() -> None:
    assert _rows('a,b\n"c\nd",e\nf,g') == [
        (1, ("a", "b")),
        (2, ("c\nd", "e")),
        (3, ("f", "g")),
    ]


def test_a_quote_that_never_closes_means_nothing() -> None:
    text = "a,b\n" + '"c,d\n' + "e,f\n" * 30
    assert len(_rows(text)) == 32
    assert (2, ('"c', "d")) in _rows(text)


def test_a_stray_quote_swallows_no_rows() -> None:
    text = 'a,b,c\n"12 inch,d,e\nf,g,h\ni,j"k,l\n'
    assert [number for number, _ in _rows(text)] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("limits", "text", "reason", "place"),
    [
        (replace(DEFAULT, text_chars=5), "abcdef", "more than 5 characters", "a.csv"),
        (replace(DEFAULT, rows=2), "a,b\nc,d\n\ne,f", "more than 2 rows", "a.csv"),
        (
            replace(DEFAULT, columns=2),
            "a,b\nc,d,e",
            "more than 2 columns",
            "a.csv > row 2",
        ),
    ],
)
def test_a_ceiling_that_is_passed_is_named(
    limits: object, text: str, reason: str, place: str
) -> None:
    with pytest.raises(Unreadable, match=reason) as raised:
        read_delimited("a.csv", text, limits)  # type: ignore[arg-type]
    assert raised.value.place == place


def test_what_just_fits_is_read() -> None:
    limits = replace(DEFAULT, rows=2, columns=2, text_chars=7)
    assert len(read_delimited("a.csv", "a,b\nc,d", limits).rows) == 2


def test_a_block_of_lines_is_numbered_from_its_first() -> None:
    assert [row.number for row in rows_of_block("a,b\nc,d", ",", 100)] == [100, 101]
    quoted = rows_of_block('a,"say ""yes"""\nc,d', ",", 100)
    assert [(row.number, row.cells) for row in quoted] == [
        (100, ("a", 'say "yes"')),
        (101, ("c", "d")),
    ]


def test_a_stray_pair_of_quotes_in_a_block_is_text() -> None:
    assert [row.cells for row in rows_of_block('12" by 3",b', ",", 1)] == [('12" by 3"', "b")]


@pytest.mark.parametrize("text", ['a,"b\nc",d', '"' + "x" * 200_000 + '"",b'])
def test_a_block_with_a_cell_past_its_line_or_too_long_is_not_read(text: str) -> None:
    with pytest.raises(NeedsCsvReader):
        rows_of_block(text, ",", 1)


@given(
    st.lists(
        st.lists(st.text("ab01 -_", min_size=1, max_size=6), min_size=2, max_size=2), min_size=2
    ),
    st.sampled_from([",", ";", "\t", "|"]),
)
@settings(max_examples=50, deadline=None)
def test_what_is_written_is_read(table: list[list[str]], sign: str) -> None:
    text = "\n".join(sign.join(row) for row in table)
    expected = [
        (number, tuple(map(str.strip, row)))
        for number, row in enumerate(table, 1)
        if any(map(str.strip, row))
    ]
    read = read_delimited("a.csv", text, delimiter=sign)
    assert [(row.number, row.cells) for row in read.rows] == expected


def test_a_file_that_changes_its_delimiter() -> None:
    lines = ("a,b,c", "1,2,3", "1,2,4", "1,2,5", "7;8;9", '10;"1;1";12', "x;y", "13\t14\t15")
    rows = read_delimited("a.csv", "\n".join(lines)).rows
    assert [(row.number, row.cells) for row in rows[3:]] == [
        (4, ("1", "2", "5")), (5, ("7", "8", "9")), (6, ("10", "1;1", "12")), (7, ("x;y",)),
        (8, ("13", "14", "15")),
    ]  # fmt: skip


def test_another_delimiter_inside_a_cell_divides_nothing() -> None:
    rows = read_delimited("a.csv", "a,b\nx;y,2\n3,z|w\n").rows
    assert [row.cells for row in rows] == [("a", "b"), ("x;y", "2"), ("3", "z|w")]


@pytest.mark.parametrize(
    "text",
    [
        'a,1\nb,"open\nc,3\n',  # never closed, one row before the end
        'a,1\nb,"5 in\nc,6" pipe\n',  # closed by the inches of the next row
    ],
)
def test_a_quote_that_runs_into_the_next_row_hides_no_row(text: str) -> None:
    rows = read_delimited("a.csv", text).rows
    assert [row.cells[0].strip('"') for row in rows] == ["a", "b", "c"]


def test_a_cell_of_two_lines_that_is_quoted_well_stays_one() -> None:
    rows = read_delimited("a.csv", 'a,"1,\n2,3"\nb,"4"\n').rows
    assert [list(row.cells) for row in rows] == [["a", "1,\n2,3"], ["b", "4"]]
