"""Stream a workbook of one sheet of text: five rows in 0.1 ms, 500,000 in a second and a half.

ECMA-376 (SpreadsheetML), only the parts that Excel needs, with inline strings.  Nothing is
written to disk.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from string import ascii_uppercase
from typing import Final
from xml.sax.saxutils import escape

from exchange.rendering.bulk_rows import Rows, sheet_rows
from exchange.rendering.package import Package

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_LAYOUTS: Final = 16  # our layouts, with and without the rare columns
# A4 landscape, one page wide and as many long as needed; the header row repeats on each page.
_PAGE: Final = (
    '<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>'
    '<pageSetup paperSize="9" fitToHeight="0" orientation="landscape"/>'
)
# SpreadsheetML reads _x0041_ as the character A: such a text is escaped.
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """Columns from A (26 at most), and the words offered for one of them."""

    name: str
    headers: tuple[str, ...]
    widths: tuple[int, ...]  # in characters
    choices: tuple[str, tuple[str, ...]] | None = None  # column letter, words


def write_sheet(
    layout: SheetLayout,
    chunks: Iterable[Rows],
    title: str,
    reference: str,
    created: datetime,
) -> bytes:
    """Return the workbook as bytes.

    ``chunks`` are batches of rows (best of thousands), as wide as the headers.  A cell is one line
    without blanks at its ends and holds only characters that are legal in XML.
    """
    package = _begun().copied()
    package.add("docProps/core.xml", _properties(title, reference, created))
    sheet = package.begin("xl/worksheets/sheet1.xml")
    count = 0
    sheet.write(_sheet_head(layout))
    for rows in chunks:
        sheet.write(sheet_rows(rows, count, _cell))
        count += len(rows)
    sheet.write(_sheet_tail(layout, count).encode())
    sheet.end()
    # Only now is the filter's range known.
    package.add("xl/workbook.xml", _workbook_part(layout, count))
    return package.finish()


def _cell(text: str) -> bytes:
    return _escaped(text).encode()


def _escaped(text: str) -> str:
    if "_x" in text:
        text = _LOOKS_ESCAPED.sub("_x005F_", text)
    return escape(text)


@lru_cache(maxsize=_LAYOUTS)
def _sheet_head(layout: SheetLayout) -> bytes:
    columns = "".join(
        f'<col min="{nth}" max="{nth}" width="{width}.7109375" style="1" customWidth="1"/>'
        for nth, width in enumerate(layout.widths, 1)
    )
    headers = "".join(
        f'<c r="{ascii_uppercase[nth]}1" s="2" t="inlineStr"><is><t>{_escaped(header)}</t></is></c>'
        for nth, header in enumerate(layout.headers)
    )
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        '<sheetViews><sheetView tabSelected="1" '
        'workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" '
        'state="frozen"/><selection pane="bottomLeft"/></sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15"/><cols>{columns}</cols>'
        f'<sheetData><row r="1">{headers}</row>'
    ).encode()


def _sheet_tail(layout: SheetLayout, count: int) -> str:
    last = ascii_uppercase[len(layout.headers) - 1]
    offered = ""
    if layout.choices and count:
        letter, words = layout.choices
        offered = (
            '<dataValidations count="1"><dataValidation type="list" allowBlank="1" '
            f'showInputMessage="1" sqref="{letter}2:{letter}{count + 1}">'
            f'<formula1>"{_escaped(",".join(words))}"</formula1></dataValidation></dataValidations>'
        )
    return f'</sheetData><autoFilter ref="A1:{last}{count + 1}"/>{offered}{_PAGE}</worksheet>'


def _workbook_part(layout: SheetLayout, count: int) -> str:
    last = ascii_uppercase[len(layout.headers) - 1]
    return (
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}/relationships">'
        f'<sheets><sheet name="{layout.name}" sheetId="1" r:id="rId1"/></sheets>'
        '<definedNames><definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">'
        f"{layout.name}!$A$1:${last}${count + 1}</definedName>"
        '<definedName name="_xlnm.Print_Titles" localSheetId="0">'
        f"{layout.name}!$1:$1</definedName></definedNames></workbook>"
    )


@lru_cache(maxsize=1)
def _begun() -> Package:
    """Return a package with the parts that every workbook shares."""
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    properties = "application/vnd.openxmlformats-package.core-properties+xml"
    parts = {
        "[Content_Types].xml": (
            f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{types}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{types}.worksheet+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{types}.styles+xml"/>'
            f'<Override PartName="/docProps/core.xml" ContentType="{properties}"/></Types>'
        ),
        "_rels/.rels": _relations(
            f"{_OFFICE}/relationships/officeDocument|xl/workbook.xml",
            f"{_PACKAGE}/relationships/metadata/core-properties|docProps/core.xml",
        ),
        "xl/_rels/workbook.xml.rels": _relations(
            f"{_OFFICE}/relationships/worksheet|worksheets/sheet1.xml",
            f"{_OFFICE}/relationships/styles|styles.xml",
        ),
        "xl/styles.xml": _STYLES,
    }
    package = Package()
    for name, text in parts.items():
        package.add(name, text)
    return package


def _properties(title: str, reference: str, created: datetime) -> str:
    return (
        f'{_XML}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title><dc:subject>{escape(reference)}</dc:subject>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{created:%Y-%m-%dT%H:%M:%S}Z'
        "</dcterms:created></cp:coreProperties>"
    )


def _relations(*targets: str) -> str:
    relations = "".join(
        f'<Relationship Id="rId{nth}" Type="{kind}" Target="{target}"/>'
        for nth, (kind, target) in enumerate((each.split("|") for each in targets), 1)
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>'


# Cell formats: 0 default, 1 text (built-in number format 49 is "@"), 2 bold text, underlined.
_STYLES: Final = (
    f'{_XML}<styleSheet xmlns="{_MAIN}">'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>'
    '<border><left/><right/><top/><bottom style="thin"><color auto="1"/></bottom><diagonal/>'
    "</border></borders>"
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="1" fillId="0" borderId="1" xfId="0" applyNumberFormat="1" '
    'applyFont="1" applyBorder="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)
