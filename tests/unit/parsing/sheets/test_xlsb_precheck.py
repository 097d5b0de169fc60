"""XLSB files are checked before the library opens them: how far they reach, what they hide."""

from __future__ import annotations

import io
import struct
import zipfile
from dataclasses import replace

import pytest

from exchange.domain.limits import DEFAULT
from exchange.errors import Unreadable
from exchange.parsing.sheets.workbooks import read_workbook
from exchange.parsing.sheets.xlsb_precheck import precheck_xlsb
from exchange.parsing.text.cell_words import VALUELESS
from tests.corpus.packing import zipped
from tests.corpus.sheetfiles import Failed, Page, xlsb

ROWS: list[list[str | float]] = [["Device ID", "x"], ["00DB1234567890A0", "y"], ["", 3.5]]


def _changed(book: bytes, name: str, content: bytes | None) -> bytes:
    """Return the file with one member replaced, or left out."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        members = [(one, archive.read(one)) for one in archive.namelist() if one != name]
    return zipped(*members, *([(name, content)] if content is not None else []))


def test_hidden_rows_and_columns_by_sheet_name() -> None:
    book = xlsb(
        Page("Plain", ROWS),
        Page("Rows", ROWS, hidden_rows=frozenset({1, 3})),
        Page("Columns & more", ROWS, hidden_columns=(1, 2)),
    )
    hidden = precheck_xlsb("a.xlsb", book, DEFAULT)
    assert {name: (one.rows, one.columns) for name, one in hidden.items()} == {
        "Rows": ({1, 3}, set()),
        "Columns & more": (set(), {1, 2}),
    }


def test_errors_are_cells_of_their_own_kind() -> None:
    rows: list[list[str | float]] = [["Device ID", "x"], [Failed(42), "y"], ["a", Failed(7)]]
    (table,) = read_workbook("a.xlsb", xlsb(Page("S", rows))).tables
    assert [row.cells for row in table.rows] == [
        ("Device ID", "x"), ("#N/A", "y"), ("a", "#DIV/0!"),
    ]  # fmt: skip


def test_an_empty_text_of_a_formula_that_spells_out_an_id_is_no_value() -> None:
    def formula(column: int, value: str, words: str) -> bytes:
        result = struct.pack("<I", len(value)) + value.encode("utf-16-le")
        content = struct.pack("<II", column, 0) + result + bytes(10) + words.encode("utf-16-le")
        return b"\x08" + bytes([len(content)]) + content

    page = xlsb(Page("S", [["x"]]))
    with zipfile.ZipFile(io.BytesIO(page)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.bin")
    link = "00DB1234567890A0"
    cells = formula(1, "", link) + formula(2, "", "A1") + formula(3, "y", link)
    at = sheet.rindex(b"\x92\x01")  # the end of the rows
    changed = _changed(page, "xl/worksheets/sheet1.bin", sheet[:at] + cells + sheet[at:])
    assert precheck_xlsb("a.xlsb", changed, DEFAULT)["S"].errors == {(1, 1): VALUELESS}


def test_cells_that_are_struck_out_are_left_out_and_named() -> None:
    page = Page("S", [*ROWS, ["00DB1234567890A1", "z"]], struck_cells=frozenset({(2, 0), (4, 1)}))
    book = read_workbook("a.xlsb", xlsb(page, Page("T", ROWS)))
    assert [[row.cells for row in table.rows] for table in book.tables] == [
        [("Device ID", "x"), ("", "y"), ("", "3.5"), ("00DB1234567890A1", "")],
        [("Device ID", "x"), ("00DB1234567890A0", "y"), ("", "3.5")],
    ]
    assert [(one.where, one.text) for one in book.struck] == [
        ("a.xlsb > S > row 2", "00DB1234567890A0"),
        ("a.xlsb > S > row 4", "z"),
    ]


def test_hidden_columns_end_with_the_ceiling() -> None:
    book = xlsb(Page("S", ROWS, hidden_columns=(2, 0xFFFFFFFE)))
    limits = replace(DEFAULT, columns=5)
    assert precheck_xlsb("a.xlsb", book, limits)["S"].columns == {2, 3, 4}


@pytest.mark.parametrize("content", [b"text", zipped(("xl/workbook.xml", b"<a/>"))])
def test_another_kind_of_file_is_left_alone(content: bytes) -> None:
    assert precheck_xlsb("a", content, DEFAULT) == {}


@pytest.mark.parametrize(
    ("limits", "page", "reason"),
    [
        (replace(DEFAULT, columns=1), Page("S", ROWS), "spans 1 rows and 2 columns"),
        (replace(DEFAULT, rows=2), Page("S", ROWS), "spans 3 rows and 2 columns"),
        (replace(DEFAULT, cells=5), Page("S", ROWS), "spans 3 rows and 2 columns"),
        (replace(DEFAULT, inflated_bytes=50), Page("S", ROWS), "the sheet has [0-9]+ bytes"),
        (DEFAULT, Page("S", ROWS, span=(5, 2, 0, 2)), "the size of a sheet is wrong"),
        (DEFAULT, Page("S", ROWS, span=(0, 2, 3, 2)), "the size of a sheet is wrong"),
    ],
)
def test_what_passes_a_ceiling_or_is_damaged_is_refused(
    limits: object, page: Page, reason: str
) -> None:
    with pytest.raises(Unreadable, match=reason) as raised:
        precheck_xlsb("a.xlsb", xlsb(page), limits)  # type: ignore[arg-type]
    assert raised.value.place == "a.xlsb > S"


def test_what_just_fits_is_read() -> None:
    limits = replace(DEFAULT, columns=2, rows=3, cells=6)
    assert precheck_xlsb("a.xlsb", xlsb(Page("S", ROWS)), limits) == {}


def test_texts_that_are_declared_and_missing_are_refused() -> None:
    with pytest.raises(Unreadable, match="its texts are missing"):
        precheck_xlsb("a", xlsb(Page("S", ROWS), strings_claimed=1_000_000), DEFAULT)


def test_a_file_that_does_not_name_its_sheets_is_refused() -> None:
    book = _changed(xlsb(Page("S", ROWS)), "xl/_rels/workbook.bin.rels", None)
    with pytest.raises(Unreadable, match="does not name its sheets"):
        precheck_xlsb("a", book, DEFAULT)


def test_a_sheet_that_is_missing_is_the_librarys_to_report() -> None:
    book = _changed(xlsb(Page("S", ROWS)), "xl/worksheets/sheet1.bin", None)
    assert precheck_xlsb("a", book, DEFAULT) == {}


def test_a_member_that_is_there_twice_is_refused() -> None:
    book = xlsb(Page("S", ROWS))
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.bin")
    added = io.BytesIO(book)
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(added, "a") as archive:
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
    with pytest.raises(Unreadable, match="a file twice"):
        precheck_xlsb("a", added.getvalue(), DEFAULT)


def test_a_file_cut_short_is_damaged() -> None:
    book = xlsb(Page("S", ROWS))
    with pytest.raises(Unreadable, match="the workbook is damaged"):
        precheck_xlsb("a", book[:-30], DEFAULT)
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.bin")
    for size in range(len(sheet)):
        cut = _changed(book, "xl/worksheets/sheet1.bin", sheet[:size])
        assert precheck_xlsb("a", cut, DEFAULT) == {}
