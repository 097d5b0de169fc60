"""XLSX files are checked before the library opens them: their true size, and what they hide."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace

import pytest

from exchange.domain.limits import DEFAULT
from exchange.errors import Unreadable
from exchange.parsing.sheets import xlsx_precheck
from exchange.parsing.sheets.xlsx_precheck import (
    HiddenCells,
    attribute,
    attribute_text,
    column_number,
    listed_sheets,
    precheck_xlsx,
    relations_of,
    unpacks_too_large,
)
from tests.unit.parsing.sheets.cases import workbook

CELL = '<c r="{}" t="inlineStr"><is><t>x</t></is></c>'


def _rows(*numbers: int, attributes: str = "") -> str:
    return "".join(f'<row r="{one}"{attributes}>{CELL.format(f"A{one}")}</row>' for one in numbers)


def _hidden(sheet: str, before: str = "") -> dict[str, HiddenCells]:
    book = _changed(workbook(sheet, []), lambda text: text.replace("<sheetData>", before))
    return precheck_xlsx("a.xlsx", book if before else workbook(sheet, []), DEFAULT).hidden_cells


def _changed(book: bytes, change: Callable[[str], str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            new.writestr(name, change(text) if name.endswith("sheet1.xml") else text)
    return out.getvalue()


@pytest.mark.parametrize("said", ["1", "true"])
def test_hidden_rows_are_known_by_their_numbers(said: str) -> None:
    (hidden,) = _hidden(_rows(1) + _rows(2, 4, attributes=f' hidden="{said}"')).values()
    assert (hidden.rows, hidden.columns) == ({2, 4}, set())


def test_rows_that_are_not_hidden_hide_nothing() -> None:
    assert _hidden(_rows(1, 2, attributes=' hidden="0"')) == {}
    assert _hidden(_rows(1, 2, attributes=' hidden="false"')) == {}


def test_hidden_columns_count_from_zero_and_end_soon() -> None:
    columns = '<cols><col min="2" max="3" hidden="1"/><col min="9" max="9"/></cols><sheetData>'
    (hidden,) = _hidden(_rows(1), columns).values()
    assert hidden.columns == {1, 2}
    to_the_right = '<cols><col min="5" max="16384" hidden="1"/></cols><sheetData>'
    (hidden,) = _hidden(_rows(1), to_the_right).values()
    assert min(hidden.columns) == 4
    assert len(hidden.columns) == 1001


@pytest.mark.parametrize("piece", [1, 7, 64, 500])
def test_a_tag_cut_by_a_chunk_is_still_seen(monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
    monkeypatch.setattr(xlsx_precheck, "_PIECE", piece)
    (hidden,) = _hidden(_rows(1, 2) + _rows(30, attributes=' hidden="1"') + _rows(31)).values()
    assert hidden.rows == {30}
    limits = replace(DEFAULT, rows=30)
    with pytest.raises(Unreadable, match="spans 31 rows"):
        precheck_xlsx("a.xlsx", workbook(_rows(*range(1, 32)), []), limits)


def test_a_long_row_counts_where_its_cells_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_precheck, "_PIECE", 64)
    long = _rows(1) + _rows(31).replace("<t>x", f"<t>{'x' * 2000}")
    with pytest.raises(Unreadable, match="spans 31 rows"):
        precheck_xlsx("a.xlsx", workbook(long, []), replace(DEFAULT, rows=30))


@pytest.mark.parametrize(
    ("sheet", "reason"),
    [
        (_rows(1, 101), "spans 101 rows"),
        (f'<row r="1">{CELL.format("AZ1")}</row>', "spans 1 rows and 52 columns"),
        (_rows(1) + f'<row r="60">{CELL.format("AB60")}</row>', "spans 60 rows and 28 columns"),
    ],
)
def test_a_sheet_that_spans_too_much_is_refused(sheet: str, reason: str) -> None:
    limits = replace(DEFAULT, rows=100, columns=40, cells=1500)
    with pytest.raises(Unreadable, match=reason) as raised:
        precheck_xlsx("a.xlsx", workbook(sheet, []), limits)
    assert raised.value.place.startswith("a.xlsx > ")


def test_empty_cells_span_nothing() -> None:
    limits = replace(DEFAULT, rows=100, columns=40)
    sheet = _rows(1) + '<row r="1000"/><row r="1001"><c r="XFD1001" s="1"/></row>'
    assert precheck_xlsx("a.xlsx", workbook(sheet, []), limits).hidden_cells == {}
    assert precheck_xlsx("a.xlsx", workbook(_rows(1, 100), []), limits).hidden_cells == {}


def test_a_long_plain_list_comes_back_as_rows() -> None:
    book = workbook(_rows(*range(1, 3001)), [])
    read = precheck_xlsx("a.xlsx", book, DEFAULT)
    assert read.rows is not None
    assert (len(read.rows), read.rows[2999].number) == (3000, 3000)
    assert read.name
    short = precheck_xlsx("a.xlsx", workbook(_rows(*range(1, 30)), []), DEFAULT)
    assert (short.name, short.rows) == ("", None)


def test_a_long_list_with_a_hidden_row_or_a_ceiling_is_left_to_the_library() -> None:
    hiding = _rows(*range(1, 3000)) + _rows(3000, attributes=' hidden="1"')
    read = precheck_xlsx("a.xlsx", workbook(hiding, []), DEFAULT)
    assert [one.rows for one in read.hidden_cells.values()] == [{3000}]
    assert read.rows is None
    limits = replace(DEFAULT, rows=2999)
    with pytest.raises(Unreadable, match="spans 3,000 rows"):
        precheck_xlsx("a.xlsx", workbook(_rows(*range(1, 3001)), []), limits)


@pytest.mark.parametrize("content", [b"text", b"\xd0\xcf\x11\xe0"])
def test_another_kind_of_file_is_left_alone(content: bytes) -> None:
    assert precheck_xlsx("a", content, DEFAULT) == xlsx_precheck.Precheck({})


def test_a_damaged_file_or_one_that_unpacks_too_large_is_refused() -> None:
    book = workbook(_rows(1), [])
    with pytest.raises(Unreadable, match="the workbook is damaged"):
        precheck_xlsx("a", book[:-30], DEFAULT)
    with pytest.raises(Unreadable, match=r"unpacks to [0-9,]+ bytes"):
        precheck_xlsx("a", book, replace(DEFAULT, inflated_bytes=500))


@pytest.mark.parametrize(
    ("total", "packed", "too_large"),
    [
        (50_000_000, 1, False),
        (50_000_001, 1, True),
        (200_000_000, 1_000_000, False),
        (200_000_001, 1_000_000, True),
    ],
)
def test_no_ratio_is_suspicious_in_a_small_file(total: int, packed: int, too_large: bool) -> None:
    assert unpacks_too_large(total, packed, replace(DEFAULT, expansion=200)) is too_large


@pytest.mark.parametrize(
    ("letters", "number"), [(b"A", 1), (b"Z", 26), (b"AA", 27), (b"XFD", 16384)]
)
def test_columns_have_numbers(letters: bytes, number: int) -> None:
    assert column_number(letters) == number


def test_attributes_relationships_and_sheets_of_a_workbook() -> None:
    tag = b"<sheet name='A &amp; B' r:id = \"rId1\"/>"
    assert attribute_text(attribute(tag, b"name")) == "A & B"
    assert attribute(tag, rb"\w+:id") == b"rId1"
    assert attribute(tag, b"state") == b""
    other = b"<x:sheet n='2'/>"
    assert listed_sheets(b"<sheets>" + tag + other + b"</sheets>") == [tag, other]
    links = (
        b'<Relationship Id="rId1" Type="t" Target="Worksheets/Sheet1.xml"/>'
        b'<Relationship Id="rId2" Type="u" Target="/xl/styles.xml"/>'
    )
    assert relations_of(links) == {
        b"rId1": (b"t", "xl/worksheets/sheet1.xml"),
        b"rId2": (b"u", "xl/styles.xml"),
    }
