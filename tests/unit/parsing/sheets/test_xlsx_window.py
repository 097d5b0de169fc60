"""A window of rows of a large workbook, read by the library as if it were the whole sheet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exchange.domain.limits import DEFAULT
from exchange.parsing.sheets.xlsx_window import (
    MAIN,
    Frame,
    NeedsWholeFile,
    read_strings,
    window_rows,
)

STYLES = (
    b'<styleSheet xmlns="' + MAIN + b'"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/>'
    b"</cellXfs></styleSheet>"
)
STRINGS = ["Device ID", "00DB1234567890A0", ""]
ROW = b'<row r="%d"><c r="A%d" t="s"><v>%d</v></c></row>'


def _rows(window: bytes, frame: Frame | None = None) -> list[tuple[int, tuple[str, ...], set[int]]]:
    rows = window_rows(window, frame or Frame(styles=STYLES), STRINGS, DEFAULT)
    return [(row.number, row.cells, set(row.damaged)) for row in rows]


def test_rows_keep_their_numbers_and_columns() -> None:
    window = ROW % (500, 500, 0) + b'<row r="502"><c r="C502" t="s"><v>1</v></c></row>'
    assert _rows(window) == [
        (500, ("Device ID", "", ""), set()),
        (502, ("", "", "00DB1234567890A0"), set()),
    ]
    only_c = b'<row r="9"><c r="C9" t="s"><v>1</v></c></row>'
    assert _rows(only_c) == [(9, ("", "", "00DB1234567890A0"), set())]


def test_dates_decimals_and_formulas_are_the_librarys() -> None:
    window = (
        b'<row r="1"><c r="A1" s="1"><v>45000</v></c><c r="B1"><v>1.5</v></c>'
        b'<c r="C1" t="str"><f>X</f><v>7</v></c><c r="D1" t="s"><v>0</v></c></row>'
    )
    assert _rows(window) == [(1, ("2023-03-15", "1.5", "7", "Device ID"), {0, 1})]
    since_1904 = Frame(styles=STYLES, since_1904=True)
    assert _rows(window, since_1904)[0][1][0] == "2027-03-16"


def test_a_text_that_looks_like_a_number_of_a_string_stays() -> None:
    window = (
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>1</t></is></c>'
        b'<c r="B1" t="s"><v>1</v></c></row>'
    )
    assert _rows(window) == [(1, ("1", "00DB1234567890A0"), set())]


@pytest.mark.parametrize(
    "window",
    [
        b"",
        b"<row><c/></row>",
        ROW % (1, 1, 0) + b"<row/>",
        ROW % (1, 1, 0) + b"<!-- -->",
        ROW % (1, 1, 3),  # no such string
        ROW % (1, 1, 0) + b'<row r="2"><c r="A2" t="s"><v>x</v></c></row>',
        (ROW % (1, 1, 0)).replace(b"</c>", b""),
        b'<row r="1"><c r="AAA1" t="s"><v>0</v></c></row>',  # beyond the widest sheet
        ROW % (1, 1, 0) + ROW % (900_000, 900_000, 0),  # far more cells than it holds
        # The mark that stands for a string may not be in the text already.
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>\xee\x80\x80</t></is></c>'
        b'<c r="B1" t="s"><v>0</v></c></row>',
    ],
)
def test_what_cannot_be_read_alone_needs_the_whole_file(window: bytes) -> None:
    with pytest.raises(NeedsWholeFile):
        _rows(window)


def test_the_ceiling_is_a_quarter_of_a_sheets_cells() -> None:
    window = ROW % (1, 1, 0) + ROW % (10, 10, 0)
    assert len(window_rows(window, Frame(), STRINGS, replace(DEFAULT, cells=4 * 260))) == 2
    with pytest.raises(NeedsWholeFile):
        window_rows(window, Frame(), STRINGS, replace(DEFAULT, cells=4 * 259))


def test_strings_in_two_colours_are_one_text_and_empty_ones_stay() -> None:
    items = (
        b"<si><t>a</t></si><si><r><t>b</t></r><r><t>c</t></r></si><si/><si><t></t></si>"
        b"<si><t>&lt;d</t></si>"
    )
    assert read_strings(items) == ["a", "bc", "", "", "<d"]


@pytest.mark.parametrize("items", [b"", b"<si><t>a</t>", b"<!-- --><si><t>a</t></si>", b"text"])
def test_strings_that_are_not_whole_need_the_whole_file(items: bytes) -> None:
    with pytest.raises(NeedsWholeFile):
        read_strings(items)
