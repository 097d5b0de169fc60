"""Workbooks that would cost too much, hide something, or are damaged."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain.limits import DEFAULT
from exchange.errors import Unreadable
from exchange.parsing.reading.understand import understand, understand_file
from exchange.parsing.sheets.workbooks import read_workbook
from tests.corpus import making
from tests.corpus.sheetfiles import Page, ods_of, ods_row, ods_table, old_xls, record, xlsb
from tests.corpus.sheetfiles import xml_2003 as xml

_D = making.D
_ROWS = [["Device ID", "x"], [_D[0], "y"], [_D[1], "z"]]
_BOOKS = {
    "xlsb": xlsb(Page("S", _ROWS), Page("T", _ROWS, hidden=True)),
    "xls": old_xls(Page("S", _ROWS), Page("T", _ROWS, hidden=True)),
    "xml": xml(Page("S", _ROWS), Page("T", _ROWS, hidden=True)),
    "ods": ods_of(ods_table("S", *(ods_row(*row) for row in _ROWS))),
}


def _csv(first: int, rows: int) -> bytes:
    lines = ["Device ID", *(f"00DB{n:012X}" for n in range(first, first + rows))]
    return making.raw_part("\r\n".join(lines).encode(), "text/csv", f"{first}.csv")


class TestRowsOfTheWholeMail:
    LIMITS = replace(DEFAULT, rows=100)

    def test_each_file_is_small_enough_and_all_of_them_are_not(self) -> None:
        files = [_csv(1 + 40 * n, 39) for n in range(3)]
        with pytest.raises(Unreadable, match="more than 100 rows together"):
            understand(making.mail(making.multi("mixed", *files)), self.LIMITS)
        said = understand(making.mail(making.multi("mixed", *files[:2])), self.LIMITS)
        assert len(said.devices) == 78

    def test_sheets_bodies_and_files_count_alike(self) -> None:
        rows = [["Device ID"], *([f"00DB{n:012X}"] for n in range(1, 50))]
        book = making.raw_part(making.xlsx(("S", rows)), making.XLSX, "a.xlsx")
        body = making.part("Codes please\n" * 60)
        with pytest.raises(Unreadable, match="more than 100 rows together"):
            understand(making.mail(making.multi("mixed", body, book)), self.LIMITS)

    def test_hidden_sheets_count_too(self) -> None:
        rows = [[f"00DB{n:012X}"] for n in range(1, 81)]
        book = making.xlsx(("S", rows), ("T", rows), hidden=["T"])
        said = understand_file("a.xlsx", book, self.LIMITS)
        assert not said.devices
        assert "more than 100 rows" in said.rejects[0].reason


@pytest.mark.parametrize("kind", _BOOKS)
def test_visible_rows_are_read_and_hidden_sheets_are_named(kind: str) -> None:
    book = read_workbook("a", _BOOKS[kind])
    assert [(row.number, row.cells) for row in book.tables[0].rows] == [
        (number, tuple(cells)) for number, cells in enumerate(_ROWS, 1)
    ]
    assert [table.where for table in book.hidden] == ([] if kind == "ods" else ["a > T"])


@pytest.mark.parametrize("kind", _BOOKS)
@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_a_workbook_damaged_anywhere_is_read_or_refused(kind: str, data: st.DataObject) -> None:
    content = bytearray(_BOOKS[kind])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        if data.draw(st.booleans()):
            content[at] = data.draw(st.integers(0, 255))
        else:
            content[at : at + 4] = data.draw(st.sampled_from([b"\xff" * 4, b"\0" * 4, b"\0\0\1\0"]))
    try:
        said = understand_file(f"a.{kind}", bytes(content))
    except Unreadable:
        return
    assert said.devices or said.rejects or said.warnings or said.kind.value == "unknown"


@pytest.mark.parametrize(
    "span",
    [
        struct.pack("<IIHHH", 5, 2, 0, 2, 0),
        struct.pack("<IIHHH", 0, 0xFFFFFFFF, 0, 2, 0),
        struct.pack("<IIHHHH", 0, 0x10008, 0, 0x3054, 0x40, 0x12),
        struct.pack("<HHHHH", 7, 0x4100, 0x6C6C, 0x6F20, 0),
    ],
)
def test_a_sheet_with_a_false_size_does_not_kill_the_process(span: bytes) -> None:
    book = old_xls(Page("S", _ROWS, extra=[record(0x200, span)]))
    with pytest.raises(Unreadable, match="the size of a sheet is wrong"):
        read_workbook("a.xls", book)


def test_sheets_that_overlap_are_refused() -> None:
    rows = [[_D[0]]] * 5_000
    book = bytearray(old_xls(*(Page(f"S{n}", rows if n == 4 else []) for n in range(5))))
    begin = bytes(book).find(b"\x85\0\x0a\0")
    places = [begin + 14 * n + 4 for n in range(5)]
    for at in places:
        book[at : at + 4] = book[places[4] : places[4] + 4]
    with pytest.raises(Unreadable, match="sheets overlap"):
        read_workbook("a.xls", bytes(book))
