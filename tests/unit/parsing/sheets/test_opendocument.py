"""ODS files: what their cells say, what they hide, and how far they may reach."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from exchange.domain.limits import DEFAULT, Limits
from exchange.errors import Unreadable
from exchange.parsing.sheets.grid import Cell
from exchange.parsing.sheets.opendocument import ParsedSheet, read_ods
from exchange.parsing.text.cell_words import VALUELESS
from tests.corpus.packing import zipped
from tests.corpus.sheetfiles import ods_of, ods_row, ods_table

SMALL = replace(DEFAULT, rows=100, columns=20, cells=1000, sheets=2)


def _sheets(tables: str, styles: str = "", limits: Limits = SMALL) -> list[ParsedSheet]:
    read = read_ods("a.ods", ods_of(tables, styles), limits)
    assert read is not None
    return read


def _sheet(*inner: str) -> ParsedSheet:
    (sheet,) = _sheets(ods_table("S", *inner))
    return sheet


def _cell(inner: str = "", attributes: str = "", name: str = "table:table-cell") -> Cell:
    row = f"<table:table-row><{name} {attributes}>{inner}</{name}></table:table-row>"
    sheet = _sheet(row)
    return sheet.rows[0][1][0] if sheet.rows else ""


def test_rows_count_from_one_and_repeats_count_too() -> None:
    blank = '<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>'
    twice = ods_row("b", attributes=' table:number-rows-repeated="2"')
    sheet = _sheet(ods_row("a"), blank, twice)
    assert (sheet.name, sheet.visible) == ("S", True)
    assert sheet.rows == [(1, ["a"]), (5, ["b"]), (6, ["b"])]


def test_repeated_cells_keep_their_columns() -> None:
    gap = '<table:table-cell table:number-columns-repeated="2"/>'
    row = ods_row("x", each=' table:number-columns-repeated="2"').replace(
        "<table:table-row>", f"<table:table-row>{gap}"
    )
    assert _sheet(row).rows == [(1, ["", "", "x", "x"])]


@pytest.mark.parametrize(
    ("attributes", "inner", "value"),
    [
        ('office:value-type="float" office:value="12.5"', "<text:p>13</text:p>", 12.5),
        ('office:value-type="percentage" office:value="0.5"', "", 0.5),
        ('office:value-type="date" office:date-value="2026-11-03"', "", date(2026, 11, 3)),
        (
            'office:value-type="date" office:date-value="2026-11-03T09:30:00"',
            "",
            datetime.fromisoformat("2026-11-03T09:30:00"),
        ),
        (
            'office:value-type="time" office:time-value="PT26H01M02S"',
            "",
            timedelta(hours=26, minutes=1, seconds=2),
        ),
        ('office:value-type="boolean" office:boolean-value="true"', "", True),
        ('office:value-type="float" office:value="x"', "<text:p>shown</text:p>", "shown"),
        ('office:value-type="date" office:date-value="soon"', "<text:p>soon</text:p>", "soon"),
        ('office:value-type="string" office:string-value=" s "', "", "s"),
    ],
)
def test_a_cell_keeps_its_type(attributes: str, inner: str, value: Cell) -> None:
    assert _cell(inner, attributes) == value


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("<text:p>a</text:p><text:p>b</text:p>", "a\nb"),
        ("<text:p>a<text:s/>b</text:p>", "a b"),
        ('<text:p>a<text:s text:c="3"/>b</text:p>', "a   b"),
        ("<text:p>a<text:tab/>b<text:line-break/>c</text:p>", "a\tb\nc"),
        ("<text:p><text:span>a</text:span>b</text:p>", "ab"),
        ("stray<text:p>a</text:p>", "a"),
        ("<office:annotation><text:p>note</text:p></office:annotation><text:p>a</text:p>", "a"),
        ("<draw:frame><text:p>picture</text:p></draw:frame><text:p>a</text:p>", "a"),
    ],
)
def test_the_text_of_a_cell_is_its_paragraphs(inner: str, text: str) -> None:
    assert _cell(inner) == text


def test_blanks_that_an_attribute_stands_for_are_bounded() -> None:
    text = _cell('<text:p>a<text:s text:c="99999999"/>b</text:p>')
    assert text == f"a{' ' * 1000}b"


def test_a_cell_covered_by_a_merged_one_is_empty() -> None:
    assert _cell("<text:p>a</text:p>", name="table:covered-table-cell") == ""


def test_hidden_rows_columns_and_groups_are_known() -> None:
    sheet = _sheet(
        '<table:table-column/><table:table-column table:visibility="collapse"'
        ' table:number-columns-repeated="2"/>',
        ods_row("a"),
        ods_row("b", attributes=' table:visibility="filter"'),
        '<table:table-row-group table:display="false">' + ods_row("c") + "</table:table-row-group>",
        ods_row("d"),
    )
    assert sheet.hidden_cells.columns == {1, 2}
    assert sheet.hidden_cells.rows == {2, 3}


def test_a_sheet_is_hidden_by_its_style() -> None:
    styles = '<style:style style:name="h"><style:table-properties table:display="false"/>'
    hidden = ods_table("H", ods_row("a"), attributes=' table:style-name="h"')
    sheets = _sheets(hidden + ods_table("S", ods_row("b")), styles + "</style:style>")
    assert [(sheet.name, sheet.visible) for sheet in sheets] == [("H", False), ("S", True)]


def test_a_table_in_a_cell_is_not_read() -> None:
    inner = ods_table("inner", ods_row("x"))
    outer = f"<table:table-row><table:table-cell>{inner}</table:table-cell></table:table-row>"
    assert _sheet(outer, ods_row("a")).rows == [(2, ["a"])]


@pytest.mark.parametrize(
    "content",
    [
        b"text",
        zipped(("other.xml", b"<a/>")),
        zipped(("content.xml", b""), ("xl/workbook.xml", b"")),
    ],
)
def test_another_kind_of_file_is_left_alone(content: bytes) -> None:
    assert read_ods("a", content, SMALL) is None


FULL = ods_row("x", attributes=' table:number-rows-repeated="{}"')


@pytest.mark.parametrize(
    ("tables", "reason"),
    [
        (ods_table("S", FULL.format(101)), "spans 101 rows and 1 columns"),
        (ods_table("S", FULL.format(99_999_999_999)), "spans 99,999,999,999 rows"),
        (ods_table("S", ods_row("x", each=' table:number-columns-repeated="21"')), "21 columns"),
        (
            ods_table("S", ods_row(*"abcdefghijk"), FULL.format(99)),
            "100 rows and 11 columns",
        ),
        (ods_table("S", FULL.format(60)) + ods_table("T", FULL.format(60)), "more than 100 rows"),
        (ods_table("S") + ods_table("T") + ods_table("U"), "more than 2 sheets"),
        ("<broken", "damaged"),
    ],
)
def test_what_passes_a_ceiling_or_is_damaged_is_refused(tables: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        _sheets(tables)


def test_a_million_empty_rows_cost_nothing() -> None:
    blank = '<table:table-row table:number-rows-repeated="1048575"><table:table-cell/>'
    assert _sheet(ods_row("a"), blank + "</table:table-row>").rows == [(1, ["a"])]


def test_an_entity_a_password_and_two_contents_are_refused() -> None:
    entity = b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    for file, reason in (
        (zipped(("content.xml", entity)), "defines entities"),
        (
            zipped(("content.xml", b"<a/>"), ("META-INF/manifest.xml", b"<m:encryption-data/>")),
            "protected by a password",
        ),
    ):
        with pytest.raises(Unreadable, match=reason) as raised:
            read_ods("a.ods", file, SMALL)
        assert raised.value.place == "a.ods"
    with (
        pytest.warns(UserWarning, match="Duplicate name"),
        pytest.raises(Unreadable, match="its sheets twice"),
    ):
        read_ods("a.ods", zipped(*[("content.xml", b"<a/>")] * 2), SMALL)


_STRIKE = (
    '<style:style style:name="out" style:family="table-cell">'
    '<style:text-properties style:text-line-through-style="solid"/></style:style>'
    '<style:style style:name="child" style:parent-style-name="out"/>'
    '<style:style style:name="again" style:parent-style-name="out">'
    '<style:text-properties style:text-line-through-type="none"/></style:style>'
    '<style:style style:name="words" style:family="text">'
    '<style:text-properties style:text-line-through-type="single"/></style:style>'
)


@pytest.mark.parametrize(
    ("inner", "attributes", "kept", "struck"),
    [
        ("<text:p>a</text:p>", ' table:style-name="out"', "", ["a"]),
        ("<text:p>a</text:p>", ' table:style-name="child"', "", ["a"]),
        ("<text:p>a</text:p>", ' table:style-name="again"', "a", []),
        ("<text:p>a</text:p>", "", "a", []),
        ('<text:p>a <text:span text:style-name="words">b</text:span></text:p>', "", "a", ["b"]),
        ('<text:p><text:span text:style-name="words">b</text:span></text:p>', "", "", ["b"]),
    ],
)
def test_struck_out_cells_and_words(
    inner: str, attributes: str, kept: str, struck: list[str]
) -> None:
    cell = f"<table:table-cell{attributes}>{inner}</table:table-cell>"
    row = f"<table:table-row>{cell}</table:table-row>"
    (sheet,) = _sheets(ods_table("S", row), _STRIKE)
    assert [cells for _, cells in sheet.rows] == ([[kept]] if kept else [])
    assert sheet.hidden_cells.struck == [(1, words) for words in struck]


def test_a_column_may_be_struck_out_by_default() -> None:
    columns = (
        '<table:table-column table:default-cell-style-name="out"/>'
        '<table:table-column table:number-columns-repeated="3"/>'
    )
    (sheet,) = _sheets(ods_table("S", columns, ods_row("a", "b")), _STRIKE)
    assert sheet.rows == [(1, ["", "b"])]
    assert sheet.hidden_cells.struck == [(1, "a")]


@pytest.mark.parametrize(
    ("inner", "attributes", "value"),
    [
        ("<text:p>#N/A</text:p>", 'calcext:value-type="error" office:value-type="string"', "#N/A"),
        ("<text:p>Err:502</text:p>", 'office:value-type="float" office:value="0"', "Err:502"),
        ("", 'table:formula="of:=[.A1]"', VALUELESS),
        ("", 'table:formula="of:=[.A1]" office:value-type="string"', ""),
    ],
)
def test_errors_and_formulas_without_a_value(inner: str, attributes: str, value: str) -> None:
    assert _cell(inner, attributes) == value


def test_an_empty_text_of_a_formula_that_spells_out_an_id_is_no_value() -> None:
    link = 'table:formula=\'of:=HYPERLINK("https://kit.example";"00DB1234567890A0")\''
    text = 'office:value-type="string"'
    assert _cell("<text:p/>", f"{link} {text}") == VALUELESS
    assert _cell("<text:p>x</text:p>", f"{link} {text}") == "x"
    assert _cell("<text:p/>", f'table:formula="of:=[.A1]" {text}') == ""
