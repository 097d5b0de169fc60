"""The lines of a body: numbered as a reader counts them, one kind of dash and blank."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.parsing.text.lines import Line, normalized, plain_lines, split_lines


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("a\nb", ["a", "b"]),
        ("a\r\nb", ["a", "b"]),
        ("a\rb", ["a", "b"]),
        ("a\r\n\r\nb\n", ["a", "", "b", ""]),
        ("a\n\rb", ["a", "", "b"]),
        # str.splitlines() would end a line at each of these; no editor does.
        ("a\x0bb\x0cc\x1cd\x85e\u2028f", ["a\x0bb\x0cc\x1cd\x85e\u2028f"]),
    ],
)
def test_only_three_line_ends_end_a_line(text: str, lines: list[str]) -> None:
    assert split_lines(text) == lines


@given(st.lists(st.text(st.characters(exclude_characters="\r\n"), max_size=5), min_size=1))
def test_lines_come_back_whatever_ends_them(lines: list[str]) -> None:
    for end in ("\n", "\r\n", "\r"):
        assert split_lines(end.join(lines)) == lines


def test_plain_lines_are_numbered_from_one() -> None:
    assert plain_lines("a\n\nb") == [Line(1, "a"), Line(2, ""), Line(3, "b")]


def test_a_line_is_typed_and_in_no_table_until_it_is_marked() -> None:
    line = plain_lines("a")[0]
    assert (line.quoted, line.forwarded) == (False, False)
    assert (line.table, line.row, line.cells) == (0, 0, ())


def test_a_line_names_its_place() -> None:
    assert Line(4, "x").spot == "line 4"
    assert Line(4, "x").where == "body line 4"
    row = Line(4, "x", table=2, row=3)
    assert row.spot == "table 2 > row 3"
    assert row.where == "body table 2 > row 3"


@pytest.mark.parametrize("dash", "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d")
def test_every_dash_is_a_hyphen(dash: str) -> None:
    assert normalized(f"00{dash}DB") == "00-DB"


@pytest.mark.parametrize("blank", "\u00a0\u1680\u2000\u2005\u200a\u202f\u205f\u3000")
def test_every_blank_is_a_space(blank: str) -> None:
    assert normalized(f"00{blank}DB") == "00 DB"


@pytest.mark.parametrize("mark", "\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u202a\u202e")
def test_invisible_characters_go(mark: str) -> None:
    assert normalized(f"00{mark}DB") == "00DB"


def test_full_width_characters_of_an_id_are_ascii() -> None:
    assert normalized("００：ＤＢ－１２ａｆ９") == "00:DB-12af9"
    assert normalized("Ｇｇ") == "Ｇｇ"  # no hex digit: kept as it was sent


def test_other_letters_stay() -> None:
    assert normalized("Łódź – ok") == "Łódź - ok"
    assert normalized("tab\there\x0b") == "tab\there\x0b"


@given(st.text())
def test_a_normalized_text_stays_as_it_is(text: str) -> None:
    assert normalized(normalized(text)) == normalized(text)
