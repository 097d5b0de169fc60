"""XML Spreadsheet 2003: what its cells say, what it hides, and how far it may reach."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from exchange.domain.limits import DEFAULT
from exchange.errors import Unreadable
from exchange.parsing.sheets.grid import Cell
from exchange.parsing.sheets.opendocument import ParsedSheet
from exchange.parsing.sheets.xml_spreadsheet import read_xml_sheet
from exchange.parsing.text.cell_words import VALUELESS
from tests.corpus.sheetfiles import Page, xml_2003

SMALL = replace(DEFAULT, rows=100, columns=20, cells=1000, sheets=2)


def _book(inner: str, prolog: str = "") -> bytes:
    return (
        f'<?xml version="1.0"?>{prolog}'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"'
        ' xmlns:x="urn:schemas-microsoft-com:office:excel"'
        f' xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">{inner}</Workbook>'
    ).encode()


def _sheets(content: bytes) -> list[ParsedSheet]:
    read = read_xml_sheet("a.xml", content, SMALL)
    assert read is not None
    return read


def _sheet(rows: str) -> ParsedSheet:
    (sheet,) = _sheets(_book(f'<Worksheet ss:Name="S"><Table>{rows}</Table></Worksheet>'))
    return sheet


def _cell(text: str, attributes: str = "", kind: str = "String") -> str:
    return f'<Cell{attributes}><Data ss:Type="{kind}">{text}</Data></Cell>'


def _row(*cells: str, attributes: str = "") -> str:
    return f"<Row{attributes}>{''.join(cells)}</Row>"


def test_what_is_hidden_and_where_each_row_is() -> None:
    rows: list[list[str | float]] = [["a", "b"], [], ["c", "", "d"], ["e"]]
    page = Page("S", rows, hidden_rows=frozenset({3}), hidden_columns=(1, 2))
    one, two = _sheets(xml_2003(page, Page("T", rows, hidden=True)))
    assert [(one.name, one.visible), (two.name, two.visible)] == [("S", True), ("T", False)]
    assert one.rows == [(1, ["a", "b"]), (3, ["c", "", "d"]), (4, ["e"])]
    assert (one.hidden_cells.rows, one.hidden_cells.columns) == ({3}, {1, 2})


@pytest.mark.parametrize("state", ["SheetHidden", "SheetVeryHidden"])
def test_both_ways_to_hide_a_sheet(state: str) -> None:
    options = f"<x:WorksheetOptions><x:Visible>{state}</x:Visible></x:WorksheetOptions>"
    (sheet,) = _sheets(_book(f'<Worksheet ss:Name="S">{options}</Worksheet>'))
    assert not sheet.visible


def test_places_that_are_left_out_are_counted() -> None:
    sheet = _sheet(
        _row(_cell("a", ' ss:MergeAcross="1"'), _cell("d"), attributes=' ss:Span="2"')
        + _row(_cell("b", ' ss:Index="3"'), _cell("c"))
        + _row(_cell("e"), attributes=' ss:Index="9"')
    )
    assert sheet.rows == [(1, ["a", "", "d"]), (4, ["", "", "b", "c"]), (9, ["e"])]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("Number", "12.5", 12.5),
        ("Number", "twelve", "twelve"),
        ("DateTime", "2026-11-03T09:30:00.000", datetime.fromisoformat("2026-11-03T09:30:00")),
        ("DateTime", "soon", "soon"),
        ("Boolean", "1", True),
        ("Boolean", "0", False),
        ("String", " 00DB&amp; ", "00DB&"),
    ],
)
def test_a_cell_keeps_its_type(kind: str, text: str, value: Cell) -> None:
    assert _sheet(_row(_cell(text, kind=kind))).rows == [(1, [value])]


def test_a_comment_is_not_the_text_of_a_cell() -> None:
    comment = "<Comment><x:Data>note</x:Data></Comment>"
    cell = _cell("a").replace("</Cell>", f"{comment}</Cell>")
    assert _sheet(_row(cell)).rows == [(1, ["a"])]


def test_an_index_that_is_no_number_is_ignored() -> None:
    for odd in ("x", "-1", "999999999999", "٣"):
        assert _sheet(_row(_cell("a", f' ss:Index="{odd}"'))).rows == [(1, ["a"])]


@pytest.mark.parametrize("content", [b"", b"text", b"<a/>", b"PK\3\4"])
def test_another_kind_of_file_is_left_alone(content: bytes) -> None:
    assert read_xml_sheet("a", content, SMALL) is None


def _page(rows: str) -> str:
    return f'<Worksheet ss:Name="S"><Table>{rows}</Table></Worksheet>'


@pytest.mark.parametrize(
    ("inner", "reason", "place"),
    [
        (_page(_row(_cell("a"), attributes=' ss:Index="101"')), "spans more than", "a.xml > S"),
        (_page(_row(_cell("a", ' ss:Index="21"'))), "spans more than", "a.xml > S"),
        (
            _page(
                _row(_cell("a", ' ss:Index="11"')) + _row(_cell("b"), attributes=' ss:Index="91"')
            ),
            "spans more than",
            "a.xml > S",
        ),
        (_page(_row(_cell("a")) * 60) * 2, "spans more than", "a.xml > S"),
        (_page("") * 3, "more than 2 sheets", "a.xml"),
        (_page("<Row>"), "damaged", "a.xml"),
    ],
)  # fmt: skip
def test_what_passes_a_ceiling_or_is_damaged_is_refused(
    inner: str, reason: str, place: str
) -> None:
    with pytest.raises(Unreadable, match=reason) as raised:
        _sheets(_book(inner))
    assert raised.value.place == place


def test_what_just_fits_is_read() -> None:
    last = _row(_cell("a", ' ss:Index="10"'), attributes=' ss:Index="100"')
    assert _sheet(last).rows[0][0] == 100
    assert len(_sheet(_row(_cell("a", ' ss:Index="20"'))).rows[0][1]) == 20


def test_entities_are_refused() -> None:
    prolog = '<!DOCTYPE Workbook [<!ENTITY e "x">]>'
    with pytest.raises(Unreadable, match="defines entities"):
        _sheets(_book(_page(_row(_cell("&e;"))), prolog))


def test_struck_out_cells_are_left_out_and_named() -> None:
    styles = (
        '<Styles><Style ss:ID="usual"><Font ss:Bold="1"/></Style>'
        '<Style ss:ID="out"><Font ss:StrikeThrough="1"/></Style></Styles>'
    )
    rows = _row(_cell("a", ' ss:StyleID="out"'), _cell("b", ' ss:StyleID="usual"')) + _row(
        _cell("c"), _cell("d", ' ss:StyleID="usual"'), attributes=' ss:StyleID="out"'
    )
    (sheet,) = _sheets(_book(f'{styles}<Worksheet ss:Name="S"><Table>{rows}</Table></Worksheet>'))
    assert sheet.rows == [(1, ["", "b"]), (2, ["", "d"])]
    assert sheet.hidden_cells.struck == [(1, "a"), (2, "c")]


def test_a_formula_without_a_value_is_a_cell_of_its_own_kind() -> None:
    link = ' ss:Formula="=HYPERLINK(&quot;https://kit.example&quot;,&quot;00DB1234567890A0&quot;)"'
    plain = ' ss:Formula="=R[-1]C"'
    sheet = _sheet(
        _row(f"<Cell{plain}/>", _cell("", link), _cell("", plain), _cell("x", link), _cell("y"))
    )
    assert sheet.rows == [(1, [VALUELESS, VALUELESS, "", "x", "y"])]
