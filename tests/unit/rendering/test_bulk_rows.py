"""A table of columns gives the same sheet and the same CSV as its rows do one by one."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from exchange.domain.columns.device_columns import PlaceColumn, TextColumn
from exchange.domain.columns.device_ids import id_bytes, ids_from_numbers
from exchange.domain.columns.format_columns import Grid, HexColumn, format_codes, format_device_ids
from exchange.domain.device import DeviceId, InstallCode
from exchange.errors import BadInput
from exchange.rendering import bulk_rows, workbook
from exchange.rendering.workbook import answers_csv, answers_workbook
from tests.unit.rendering.cases import FACTS

HOSTILE = [
    "", " ", "=cmd|' /C calc'!A0", "+1", "-2", "@SUM(A1)", "\uff1d1", 'say "no"', "a,b", ",", '"',
    "<t>&amp;</t> ]]>", "_x0041_", "_x000D_ _xZZZZ_", "Łódź 🔌 שלום", "a\x00b", "line\r\nbreak",
    "tab\there", "\x1f", "\u202eabc", "\ud800", "\ufffe", "  padded  ", "0012345678901234",
    "12345678901E2345", "x" * 1_999, "x" * 2_001, "é" * 700,
]  # fmt: skip
LEADS = [
    "list.csv > row 7", 'in "quotes" > row 12', "a, b > row 99", "=x > row 1", "@ 3", "5", " 4",
    "body", "", "mail > zażółć > row 100000", "row 0", "-1", "_x004 1", "a\x00b > row 8",
    "very " * 398 + "row 123456789", "tab\t> row 17", "blank  > row 2", "x > row 999999999999999",
]  # fmt: skip


def grid_of(rows: Sequence[tuple[int, str, bool, str, str]]) -> Grid:
    """Columns of (device, outcome, whether a code is told, reason, place)."""
    ids = ids_from_numbers([row[0] for row in rows])
    codes = np.zeros((len(rows), 16), np.uint8)
    codes[:, 8:] = id_bytes(ids)
    return Grid(
        (
            format_device_ids(ids),
            TextColumn.of([row[1] for row in rows]),
            HexColumn(format_codes(codes).letters, np.array([row[2] for row in rows], np.bool_)),
            TextColumn.of([row[3] for row in rows]),
            PlaceColumn.of([row[4] for row in rows]),
        )
    )


def sheet(book: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(book)) as package:
        return package.read("xl/worksheets/sheet1.xml")


def sheet_row(number: int, row: Sequence[str]) -> str:
    """One row of a sheet, cell by cell."""
    cells = [
        f'<c r="{letter}{number}" s="1" t="inlineStr"><is><t>{escape(escaped)}</t></is></c>'
        for letter, cell in zip("ABCDE", row, strict=True)
        if (escaped := re.sub("_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", cell))
    ]
    return f'<row r="{number}">{"".join(cells)}</row>'


def same(grid: Grid) -> None:
    """Both ways, that of few rows and that of many, give what the cells give one by one."""
    for few in (0, bulk_rows._FEW):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(bulk_rows, "_FEW", few)
            same_as_cells(grid)


def same_as_cells(grid: Grid) -> None:
    rows = [[workbook._clean(cell) for cell in row] for row in grid]
    written = sheet(answers_workbook(grid, FACTS)).decode()
    _, header, *below, tail = re.split("(?=<row )|(?=</sheetData>)", written)
    assert header.startswith('<row r="1">')
    assert below == [sheet_row(number, row) for number, row in enumerate(rows, 2)]
    assert tail.startswith("</sheetData>")
    table = io.StringIO(newline="")
    csv.writer(table).writerows(
        [f"'{cell}" if cell[:1] in tuple("=+-@\uff1d\uff0b\uff0d\uff20") else cell for cell in row]
        for row in rows
    )
    _, _, lines = answers_csv(grid).decode().partition("\r\n")
    assert lines == table.getvalue()


_ROW = st.tuples(
    st.integers(1, 1 << 63),
    st.sampled_from(HOSTILE) | st.text(max_size=8),
    st.booleans(),
    st.sampled_from(HOSTILE) | st.text(max_size=8),
    st.sampled_from(LEADS)
    | st.text(max_size=8)
    | st.builds("{} {}".format, st.text(max_size=4), st.integers(0, 10**16)),
)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.lists(_ROW, max_size=9))
def test_any_columns_are_written_as_their_rows(
    rows: list[tuple[int, str, bool, str, str]],
) -> None:
    same(grid_of(rows))


@settings(max_examples=50, deadline=None)
@given(
    st.lists(_ROW, min_size=1, max_size=12),
    st.sampled_from((1, 2, 3, 12)),
    st.sampled_from((300, 9_000, 10**7)),
)
def test_wherever_a_chunk_ends_and_however_wide_a_cell_is(
    rows: list[tuple[int, str, bool, str, str]], at_once: int, most_bytes: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk_rows, "ROWS_AT_ONCE", at_once)
        patch.setattr(bulk_rows, "_MOST_BYTES", most_bytes)
        same(grid_of(rows))


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("place", LEADS)
def test_each_hostile_text_and_place_alone_and_among_others(text: str, place: str) -> None:
    odd, plain = (7, text, True, text, place), (8, "yes", False, "", "list.csv > row 10")
    for rows in ([odd], [odd, plain], [plain, odd, odd], [(7, "", False, "", place), odd]):
        same(grid_of(rows))


@pytest.mark.parametrize("number", [0, 1, 9, 10, 98, 99, 4_095, 4_096, 4_097, 10_003])
def test_any_number_of_rows(number: int) -> None:
    outcomes = ("install code provided", "not the installing Supplier", "not readable")
    rows = [
        (
            0x00DB123400000000 + nth,
            outcomes[nth % 7 % 3],
            nth % 7 % 3 == 0,
            "no hex digits, " if nth % 7 == 2 else "",
            f"request.xlsx > Sheet1 > row {nth + 2}",
        )
        for nth in range(number)
    ]
    same(grid_of(rows))


def test_a_column_in_which_every_text_is_another() -> None:
    rows = [(nth + 1, f"o{nth}", True, f"=r{nth}", f"place, {nth}x") for nth in range(9_000)]
    grid = grid_of(rows)
    same(grid)
    same(grid[8_990:])


def test_what_other_programs_read() -> None:
    rows = [
        (nth + 1, "install code provided", nth % 3 > 0, "=1+1" * (nth % 2), f"a, b > row {nth}")
        for nth in range(5_000)
    ]
    grid = grid_of(rows)
    book = CalamineWorkbook.from_filelike(io.BytesIO(answers_workbook(grid, FACTS)))
    read = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    table = csv.reader(io.StringIO(answers_csv(grid).decode("utf-8-sig"), newline=""), strict=True)
    expected = [
        [
            str(DeviceId(device.to_bytes(8, "big"))),
            outcome,
            InstallCode(device.to_bytes(16, "big")).grouped if told else "",
            reason,
            place,
        ]
        for device, outcome, told, reason, place in rows
    ]
    assert read[1:] == expected
    guarded = [[*row[:3], f"'{row[3]}" if row[3] else "", row[4]] for row in expected]
    assert list(table)[1:] == guarded


def test_a_table_of_columns_is_the_tuple_of_its_rows() -> None:
    rows = [(nth + 1, "yes", nth % 2 > 0, "", f"list.csv > row {nth}") for nth in range(50)]
    grid = grid_of(rows)
    assert len(grid) == 50
    assert grid == tuple(grid)
    assert grid[3] == grid[:4][-1] == tuple(grid)[3]
    assert "00-" not in repr(grid)


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "SHEET_ROWS", 5)
    with pytest.raises(BadInput, match="holds 5 rows"):
        answers_workbook(grid_of([(nth + 1, "yes", True, "", "") for nth in range(6)]), FACTS)
