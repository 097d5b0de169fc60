"""What the library drops or misreads of an XLSX is read cell by cell, or refused with its place."""

from __future__ import annotations

import pytest

from exchange.errors import Unreadable
from exchange.parsing.sheets.workbooks import Workbook, read_workbook
from exchange.parsing.text.cell_words import VALUELESS
from tests.corpus.packing import zipped

A, B = "00-DB-12-34-56-78-90-A0", "00-DB-12-34-56-78-90-A1"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
STYLES = (
    f"<styleSheet {MAIN}><fonts><font/><font><strike/></font><font><strike val='0'/></font></fonts>"
    "<cellXfs><xf fontId='0'/><xf fontId='1'/><xf fontId='2'/></cellXfs></styleSheet>"
)


def book(
    sheet: str,
    strings: str = "",
    *,
    encoding: str = "utf-8",
    target: str = "worksheets/sheet1.xml",
    head: str = "",
    sheets: str = '<sheet name="List" sheetId="1" r:id="rId1"/>',
) -> bytes:
    """A workbook of one sheet with the rows ``sheet``, its parts in one encoding."""
    links = "".join(
        f'<Relationship Id="rId{at}" Type="{OFFICE}/{kind}" Target="{path}"/>'
        for at, (kind, path) in enumerate(
            (
                ("worksheet", target),
                ("sharedStrings", "sharedStrings.xml"),
                ("styles", "styles.xml"),
            ),
            1,
        )
    )
    listed = f"<workbook {MAIN} xmlns:r='{OFFICE}'><sheets>{sheets}</sheets></workbook>"
    rows = f"<worksheet {MAIN}>{head}<sheetData>{sheet}</sheetData></worksheet>"
    parts = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1"'
        f' Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{links}</Relationships>',
        "xl/workbook.xml": listed,
        "xl/styles.xml": STYLES,
        "xl/sharedStrings.xml": f"<sst {MAIN}>{strings}</sst>",
        "xl/worksheets/sheet1.xml": rows,
    }
    written = {
        name: f'<?xml version="1.0" encoding="{encoding.upper()}"?>{text}'.encode(encoding)
        for name, text in parts.items()
    }
    return zipped(*written.items())


def cells(read: Workbook) -> list[tuple[int, tuple[str, ...]]]:
    return [(row.number, row.cells) for table in read.tables for row in table.rows]


SHARED = f"<si><t>{A}</t></si><si><t>{B}</t></si>"
ONE = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
TWO = ONE + '<row r="2"><c r="A2" t="s"><v>1</v></c></row>'
BOTH = [(1, (A,)), (2, (B,))]


@pytest.mark.parametrize(
    "content",
    [
        book(TWO.replace("<v>1</v>", "<v>\n  1\n</v>"), SHARED),
        book(TWO.replace("<v>1</v>", "<v xml:space='preserve'> 1 </v>"), SHARED),
        book(TWO.replace("<v>1</v>", "<v><!-- the second -->1</v>"), SHARED),
        book(TWO.replace("<v>1</v>", "<v><![CDATA[1]]></v>"), SHARED),
        book(TWO, SHARED, encoding="utf-16"),
        book(TWO, SHARED, target="../xl/worksheets/sheet1.xml"),
        book(TWO, SHARED, target="./worksheets/Sheet1.xml"),
        book(TWO, SHARED, target="/xl/worksheets/sheet1.xml"),
        book(TWO, SHARED, target="worksheets%2Fsheet1.xml"),
        book(TWO, SHARED, head='<dimension ref="A0:@9"/>'),
        book(TWO, SHARED, head='<dimension ref="nothing"/>'),
        book(TWO, "<!-- texts -->" + SHARED),
    ],
    ids=lambda _: "",
)
def test_what_an_office_program_opens_is_read(content: bytes) -> None:
    assert cells(read_workbook("a.xlsx", content)) == BOTH


def test_errors_and_formulas_without_a_value_are_cells_of_their_own_kind() -> None:
    row = (
        '<row r="3"><c r="A3" t="e"><f>NA()</f><v>#N/A</v></c><c r="B3" t="e"/>'
        '<c r="C3"><f>A1</f></c><c r="D3"><f>A1</f><v></v></c>'
        '<c r="E3" t="str"><f>A9&amp;""</f><v></v></c><c r="F3"><f>1+1</f><v>2</v></c>'
        '<c r="G3" t="str"><f>A1</f></c></row>'
    )
    read = cells(read_workbook("a.xlsx", book(row)))
    assert read == [(3, ("#N/A", "#ERROR!", VALUELESS, VALUELESS, "", "2", VALUELESS))]


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A2"><f>%s</f></c>', '<c r="A2" t="str"><f>%s</f><v></v></c>',
        '<c r="A2" t="str"><f>%s</f><v/></c>', '<c r="A2" t="str"><f>%s</f><v> </v></c>',
        '<c r="A2" t="inlineStr"><f>%s</f></c>', '<c r="A2" t="s"><f>%s</f></c>',
    ],
)  # fmt: skip
def test_an_empty_text_of_a_formula_that_spells_out_an_id_is_no_value(cell: str) -> None:
    link = f"HYPERLINK(&quot;https://kit.example&quot;,&quot;{B}&quot;)"
    row = f'<row r="2">{cell % link}</row>'
    assert cells(read_workbook("a.xlsx", book(ONE + row, SHARED))) == [(1, (A,)), (2, (VALUELESS,))]


@pytest.mark.parametrize("height", ['ht="0"', "ht='0'", 'ht="0.00" customHeight="1"'])
@pytest.mark.parametrize("mark", ["", "<!-- -->"], ids=["the library", "the second reader"])
def test_rows_of_no_height_and_columns_of_no_width_are_hidden(height: str, mark: str) -> None:
    cell = f'<c r="B1" t="inlineStr"><is><t>{B}</t></is></c>'
    rows = TWO.replace('<row r="2">', f'{mark}<row r="2" {height}>')
    rows = rows.replace("</row>", f"{cell}</row>", 1)
    columns = '<cols><col min="2" max="2" width="0" customWidth="1"/></cols>'
    read = read_workbook("a.xlsx", book(rows, SHARED, head=columns))
    assert [(row, found[0], *filter(None, found[1:])) for row, found in cells(read)] == [(1, A)]
    kept = read_workbook("a.xlsx", book(TWO.replace('r="2"', 'r="2" ht="0.75"'), SHARED))
    assert cells(kept) == BOTH


def test_struck_out_cells_and_words_are_left_out_and_named() -> None:
    rich = f"<si><r><t>{A}</t></r><r><rPr><strike/></rPr><t>{B}</t></r></si>"
    rows = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
        f'<row r="2"><c r="A2" s="1" t="inlineStr"><is><t>{B}</t></is></c></row>'
        f'<row r="3"><c r="A3" s="2" t="inlineStr"><is><t>{B}</t></is></c></row>'
    )
    read = read_workbook("a.xlsx", book(rows, rich))
    assert cells(read) == [(1, (A,)), (3, (B,))]
    assert [tuple(one) for one in read.struck] == [
        ("a.xlsx > List > row 1", B), ("a.xlsx > List > row 2", B),
    ]  # fmt: skip


def test_hidden_rows_columns_and_sheets_are_hidden_for_the_second_reader_too() -> None:
    rows = TWO.replace('<row r="2">', '<row r="2" hidden="1">').replace("<v>0</v>", "<v> 0</v>")
    columns = '<cols><col min="2" max="16384" hidden="1"/></cols>'
    read = read_workbook("a.xlsx", book(rows, SHARED, head=columns))
    assert cells(read) == [(1, (A,))]
    hidden = '<sheet name="List" sheetId="1" state="hidden" r:id="rId1"/>'
    read = read_workbook("a.xlsx", book(rows, SHARED, sheets=hidden))
    assert (read.tables, len(read.hidden)) == ((), 1)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (book(TWO.replace("<v>1</v>", "<v> 7 </v>"), SHARED), "a text that is not there"),
        (book(TWO.replace("<v>1</v>", "<v>7</v>"), SHARED), "a text that is not there"),
        (book(TWO + "<row>", SHARED, head="<!-- -->"), "xl/worksheets/sheet1.xml"),
        (book(TWO, SHARED, target="worksheets/other.xml"), "the sheet is missing"),
    ],
    ids=["index", "index in the library's way", "broken", "missing"],
)
def test_what_neither_reads_is_refused_in_our_own_words(content: bytes, words: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_workbook("a.xlsx", content)
    assert words in refused.value.message
    assert refused.value.place.startswith("a.xlsx")


def test_a_damaged_index_is_refused_with_its_row() -> None:
    with pytest.raises(Unreadable) as refused:
        read_workbook("a.xlsx", book(TWO.replace("<v>1</v>", "<v>9</v>"), SHARED))
    assert refused.value.place == "a.xlsx > List > row 2"


def test_entities_are_refused() -> None:
    bomb = zipped(
        ("xl/workbook.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><workbook/>"),
        ("xl/_rels/workbook.xml.rels", b"<Relationships/>"),
    )
    with pytest.raises(Unreadable, match="defines entities"):
        read_workbook("a.xlsx", bomb)
