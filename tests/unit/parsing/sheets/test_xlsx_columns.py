"""A plainly written sheet read as columns; anything else is left to the library."""

from __future__ import annotations

import pytest

from exchange.parsing.sheets.xlsx_columns import (
    LazyRows,
    numeric_styles,
    plain_rows,
    plain_strings,
    plain_window,
)
from exchange.parsing.text.byte_column import PADDING

MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
STYLES = b'<styleSheet><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="49"/>\
</cellXfs></styleSheet>'


def _sheet(rows: bytes) -> bytes:
    return b"<worksheet " + MAIN + b"><sheetData>" + rows + b"</sheetData></worksheet>" + PADDING


def _strings(*texts: bytes) -> bytes:
    items = b"".join(b"<si><t>" + text + b"</t></si>" for text in texts)
    return b"<sst " + MAIN + b">" + items + b"</sst>" + PADDING


ROWS = (
    b'<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
    b'<row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2"><v>123456789012345</v></c></row>'
    b'<row r="4"><c r="B4" t="s"><v>1</v></c></row>'
)
TEXTS = _strings(b"Device ID", b"E&amp;S", b"00DB1234567890A0")


def _read(rows: bytes = ROWS, strings: bytes = TEXTS, styles: bytes = STYLES) -> LazyRows | None:
    return plain_rows(_sheet(rows), strings, styles + PADDING, 1000)


def test_texts_and_numbers_come_out_as_rows() -> None:
    rows = _read()
    assert rows is not None
    assert [(row.number, row.cells, set(row.damaged)) for row in rows] == [
        (1, ("Device ID", "E&S"), set()),
        (2, ("00DB1234567890A0", "123456789012345"), {1}),
        (4, ("", "E&S"), set()),
    ]
    assert (rows[-1].number, [row.number for row in rows[:2]]) == (4, [1, 2])


def test_a_column_shows_only_text_and_marks_numbers() -> None:
    rows = _read()
    assert rows is not None
    assert rows.numbers.tolist() == [1, 2, 4]
    assert rows.column(0)[:] == ["Device ID", "00DB1234567890A0", ""]
    assert rows.column(1)[:] == ["E&S", "", "E&S"]
    assert rows.column(9)[:] == ["", "", ""]
    assert rows.lossy(1, numbers=True).tolist() == [False, True, False]
    assert not rows.lossy(1, numbers=False).any()
    assert not rows.lossy(9, numbers=True).any()
    for at, expected in ((1, ["E&S", "123456789012345", "E&S"]), (0, rows.column(0)[:])):
        texts, which = rows.distinct(at)
        assert [texts[one] for one in which.tolist()] == expected


@pytest.mark.parametrize("mixed", [False, True])
def test_texts_within_the_sheet_read_alike(mixed: bool) -> None:
    inline = b'<row r="1"><c r="A1" t="inlineStr"><is><t>a &lt; b</t></is></c></row>'
    other = b'<row r="2"><c r="A2" t="s"><v>0</v></c></row>' if mixed else b""
    rows = _read(inline + other)
    assert rows is not None
    assert rows[0].cells == ("a < b",)
    assert rows.column(0)[:] == ["a < b", "Device ID"][: len(rows)]


@pytest.mark.parametrize(
    ("rows", "strings"),
    [
        (ROWS.replace(b"<v>2</v>", b"<v>9</v>"), TEXTS),  # no such text
        (ROWS.replace(b"<v>2</v>", b"<v>3</v>"), TEXTS),
        (ROWS.replace(b'"B2"', b'"B2" s="1"'), TEXTS),  # shown as a date
        (b'<row r="1"><c r="A1" t="inlineStr"><is><t>_x0041_</t></is></c></row>', TEXTS),
        (b'<row r="1"><c r="A1" t="inlineStr"><is><t>&#65;</t></is></c></row>', TEXTS),
        (b'<row r="1"><c r="A1" t="inlineStr"><is><t>\xff</t></is></c></row>', TEXTS),
        (ROWS, _strings(b"a", b"", b"c")),
        (ROWS, b""),
    ],
)
def test_what_is_not_plain_is_left_to_the_library(rows: bytes, strings: bytes) -> None:
    assert _read(rows, strings) is None


def test_more_cells_than_the_ceiling_are_left_to_the_library() -> None:
    assert plain_rows(_sheet(ROWS), TEXTS, STYLES, 6) is not None
    assert plain_rows(_sheet(ROWS), TEXTS, STYLES, 5) is None


def test_a_number_in_a_plain_style_is_a_number() -> None:
    rows = _read(ROWS.replace(b'"B2"', b'"B2" s="2"'))
    assert rows is not None
    assert rows[1].cells[1] == "123456789012345"


def test_only_styles_that_show_a_number_count() -> None:
    assert numeric_styles(STYLES) == {0, 2}
    assert numeric_styles(b"") == {0}


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        (_strings(b"a", b"b & c".replace(b"&", b"&amp;")), ["a", "b & c"]),
        (_strings(b"a").replace(b"<t>", b'<t xml:space="preserve">'), ["a"]),
        (b'<?xml version="1.0"?>\n' + _strings(b"\xc3\xa9"), ["é"]),
        (_strings(b"a", b""), None),
        (_strings(b"<r>a</r>"), None),
        (_strings(b"a").replace(b"</si>", b"<rPh/></si>"), None),
        (_strings(b"_x000D_"), None),
        (_strings(b"a\rb"), None),
        (_strings(b"&#65;"), None),
        (_strings(b"\xff"), None),
        (_strings(b"a").replace(b"</sst>", b"</sst>more"), None),
        (b"<sst>", None),
        (b"", None),
    ],
)
def test_shared_strings_are_read_where_they_are_plain(
    content: bytes, texts: list[str] | None
) -> None:
    read = plain_strings(content if content.endswith(PADDING) else content + PADDING)
    assert (None if read is None else read[:]) == texts


def test_a_window_of_rows_is_read_alone() -> None:
    strings = plain_strings(TEXTS)
    rows = plain_window(ROWS, strings, frozenset({0}))
    assert rows is not None
    assert [row.number for row in rows] == [1, 2, 4]
    assert plain_window(ROWS, strings, frozenset()) is None  # a number in an unknown style
    assert plain_window(ROWS, None, frozenset({0})) is None
    assert plain_window(ROWS.replace(b"<v>2</v>", b"<v>3</v>"), strings, frozenset({0})) is None
    assert plain_window(ROWS[:-3], strings, frozenset({0})) is None
