"""Old workbooks are checked before the library opens them: how far they reach, what they hide."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest

from exchange.domain.limits import DEFAULT
from exchange.errors import Unreadable
from exchange.parsing.containers.sniff import Shape, shape_of
from exchange.parsing.sheets.workbooks import read_workbook
from exchange.parsing.sheets.xls_precheck import precheck_xls
from exchange.parsing.text.cell_words import VALUELESS
from tests.corpus import making
from tests.corpus.sheetfiles import Page, old_xls, record

ROWS = [["Device ID", "x"], ["00DB1234567890A0", "y"]]


def _cell(row: int, column: int) -> bytes:
    return record(0x203, struct.pack("<HHHd", row, column, 0, 1.0))


def test_hidden_rows_and_columns_of_each_sheet_in_order() -> None:
    first = Page("S", ROWS, hidden_rows=frozenset({2}))
    second = Page("T", ROWS, hidden_columns=(1, 3))
    hidden = precheck_xls("a.xls", old_xls(first, second), DEFAULT)
    assert [one.rows for one in hidden] == [{2}, set()]
    assert [one.columns for one in hidden] == [set(), {1, 2, 3}]


def test_hidden_columns_end_with_the_sheet() -> None:
    book = old_xls(Page("S", ROWS, hidden_columns=(250, 0xFFFF)))
    assert precheck_xls("a.xls", book, DEFAULT)[0].columns == set(range(250, 256))


def test_a_chart_in_a_sheet_hides_none_of_its_rows() -> None:
    hidden_row = record(0x208, struct.pack("<8H", 0, 0, 1, 255, 0, 0, 0x20, 15))
    chart = [record(0x809, bytes(16)), hidden_row, record(0x0A)]
    (sheet,) = precheck_xls("a.xls", old_xls(Page("S", ROWS, extra=chart)), DEFAULT)
    assert not sheet.rows


@pytest.mark.parametrize("content", [b"text", b"PK\3\4", making.compound("Other", b"x")])
def test_another_kind_of_file_is_left_alone(content: bytes) -> None:
    assert precheck_xls("a", content, DEFAULT) == []


@pytest.mark.parametrize(
    ("pages", "extra", "reason"),
    [
        ([Page("S", ROWS)], record(0x2F, bytes(6)), "protected by a password"),
        ([Page(name, ROWS) for name in "ABCD"], b"", "more than 3 sheets"),
        ([Page("S", ROWS, extra=[_cell(0, 256)])], b"", "a cell lies beyond its sheet"),
        ([Page("S", ROWS, extra=[_cell(600, 1)])], b"", "a cell lies beyond its sheet"),
        (
            [Page("S", ROWS, extra=[record(0xBD, struct.pack("<HHIHH", 0, 0, 0, 0, 300))])],
            b"",
            "a cell lies beyond its sheet",
        ),
        ([Page("S", ROWS)], record(0xFC, struct.pack("<II", 9, 999_999)), "texts are missing"),
        ([Page("S", ROWS, span=(5, 2, 0, 2))], b"", "the size of a sheet is wrong"),
        ([Page("S", ROWS, span=(0, 5, 2, 2))], b"", "the size of a sheet is wrong"),
        ([Page("S", ROWS, span=(0, 600, 0, 2))], b"", "the size of a sheet is wrong"),
    ],
)
def test_what_passes_a_ceiling_or_is_damaged_is_refused(
    pages: list[Page], extra: bytes, reason: str
) -> None:
    limits = replace(DEFAULT, cells=1000, sheets=3)
    with pytest.raises(Unreadable, match=reason) as raised:
        precheck_xls("a.xls", old_xls(*pages, extra=extra), limits)
    assert raised.value.place == "a.xls"


def test_a_record_that_its_file_cuts_off_is_passed_over() -> None:
    cut = struct.pack("<HHHH", 0x203, 6000, 600, 300)
    assert len(precheck_xls("a.xls", old_xls(Page("S", ROWS, extra=[cut])), DEFAULT)) == 1


def test_sheets_that_overlap_are_refused() -> None:
    long = [["x"]] * 5_000
    book = bytearray(old_xls(*(Page(f"S{n}", long if n == 4 else []) for n in range(5))))
    begin = bytes(book).find(b"\x85\0\x0a\0")
    places = [begin + 14 * n + 4 for n in range(5)]
    for at in places:
        book[at : at + 4] = book[places[4] : places[4] + 4]
    with pytest.raises(Unreadable, match="its sheets overlap"):
        precheck_xls("a.xls", bytes(book), DEFAULT)


def test_what_just_fits_is_read() -> None:
    limits = replace(DEFAULT, cells=1000, sheets=3)
    page = Page("S", ROWS, span=(0, 500, 0, 2), extra=[_cell(499, 1), _cell(2, 255)[:-30]])
    texts = record(0xFC, struct.pack("<II", 2, 2))
    assert len(precheck_xls("a.xls", old_xls(page, page, page, extra=texts), limits)) == 3
    empty = Page("S", ROWS, span=(0, 0, 0, 0))
    assert len(precheck_xls("a.xls", old_xls(empty), limits)) == 1


def test_a_file_cut_short_is_refused_or_read_and_nothing_else() -> None:
    book = old_xls(Page("S", ROWS))
    refused = 0
    for size in range(8, len(book), 97):
        try:
            precheck_xls("a.xls", book[:size], DEFAULT)
        except Unreadable:
            refused += 1
    assert refused


def _formula(row: int, kind: int, value: int = 0, words: bytes = b"") -> bytes:
    """A formula whose value is no number: 0 a text, 1 a truth, 2 an error, 3 an empty text."""
    result = bytes((kind, 0, value, 0, 0, 0, 0xFF, 0xFF))
    rest = bytes(6) + struct.pack("<H", len(words)) + words
    return record(0x06, struct.pack("<HHH", row, 0, 0) + result + rest)


@pytest.mark.parametrize(
    ("cell", "errors"),
    [
        ([record(0x205, struct.pack("<HHHBB", 4, 0, 0, 0x2A, 1))], {(5, 0): "#N/A"}),
        ([record(0x205, struct.pack("<HHHBB", 4, 0, 0, 1, 0))], {}),  # TRUE
        ([_formula(4, 2, 0x07)], {(5, 0): "#DIV/0!"}),
        ([_formula(4, 2, 0x99)], {(5, 0): "#ERROR!"}),
        ([_formula(4, 0), record(0x207, struct.pack("<HB", 1, 0) + b"x")], {}),
        ([_formula(4, 0), record(0x4BC, bytes(10)), record(0x207, bytes(3))], {}),
        ([_formula(4, 0)], {(5, 0): VALUELESS}),
        ([_formula(4, 3)], {}),
        ([_formula(4, 3, words=b"\x17\x10\x0000DB1234567890A0")], {(5, 0): VALUELESS}),
    ],
)
def test_errors_and_formulas_without_a_value(
    cell: list[bytes], errors: dict[tuple[int, int], str]
) -> None:
    (sheet,) = precheck_xls("a.xls", old_xls(Page("S", ROWS, extra=cell)), DEFAULT)
    assert sheet.errors == errors


def test_cells_whose_format_strikes_out() -> None:
    # Fonts 0 to 3 and 5: there is no font 4.  The second format uses font 5, which strikes out.
    fonts = b"".join(
        record(0x31, struct.pack("<HHHHH", 200, 8 * (at == 4), 0, 400, 0)) for at in range(5)
    )
    formats = b"".join(record(0xE0, struct.pack("<HH", font, 0) + bytes(16)) for font in (3, 5))
    several = struct.pack("<HH", 7, 1) + 2 * struct.pack("<HI", 1, 0) + struct.pack("<H", 2)
    cells = [
        record(0x203, struct.pack("<HHHd", 5, 0, 0, 1.0)),
        record(0x203, struct.pack("<HHHd", 6, 0, 1, 1.0)),
        record(0xBD, several),
    ]
    content = old_xls(Page("S", ROWS, extra=cells), extra=fonts + formats)
    (sheet,) = precheck_xls("a.xls", content, DEFAULT)
    assert sheet.struck_cells == {(7, 0), (8, 1), (8, 2)}


@pytest.mark.parametrize("name", ["WORKBOOK", "workbook", "WorkBook"])
def test_the_name_of_the_stream_has_no_case(name: str) -> None:
    usual = old_xls(Page("S", ROWS))
    other = usual.replace("Workbook".encode("utf-16-le"), name.encode("utf-16-le"))
    assert other != usual
    assert shape_of(other) is Shape.WORKBOOK
    (table,) = read_workbook("a.xls", other).tables
    assert [list(row.cells) for row in table.rows] == ROWS
