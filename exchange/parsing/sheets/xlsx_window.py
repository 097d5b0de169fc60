"""Turn a window of rows of a large workbook into a small workbook that the library reads.

What the tokenizer does not read (dates, decimals, formulas, words in two colours) must come out
exactly as the library reads it from the whole sheet; so the library reads it, window by window.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook

from exchange.domain.limits import Limits
from exchange.parsing.sheets.grid import Cell, WorkbookRows
from exchange.parsing.sheets.xlsx_precheck import column_number

MAIN: Final = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE: Final = b"http://schemas.openxmlformats.org/package/2006/"
_OFFICE: Final = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PARTS: Final = ((b"worksheet", "worksheets/sheet1.xml"), (b"sharedStrings", "sharedStrings.xml"),
                 (b"styles", "styles.xml"))  # fmt: skip
# In the window the number of a shared string replaces its text, after a private-use character.
_MARK: Final = "\ue000"
_MARKED: Final = (_MARK.encode(), b"&#xe000", b"&#57344", b"_xe000_")
_SHARED: Final = re.compile(rb'<c ([^>]{0,200}?)\bt="s"([^>]{0,200})><v>(\d{1,9})</v>')
_BY_MARK: Final = rb'<c \1t="str"\2><v>' + _MARK.encode() + rb"\3</v>"
_ROW: Final = re.compile(rb'<row\s(?:[^>]{0,300}?\s)?r="(\d{1,7})"')
_ANY_ROW: Final = re.compile(rb"<row[\s/>]")
_BEYOND_Z: Final = re.compile(rb'r="([A-Z]{2,3})\d{1,7}"')
_Z: Final = 26
# If all cells are of these kinds, every text that the library returns is a shared string.
_KINDS: Final = (b' t="s"', b' t="n"', b' t="b"')
_ITEM: Final = re.compile(rb"<si[\s/>]")


class NeedsWholeFile(Exception):
    """The file cannot be read in chunks: read it as a whole."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What is around the rows of a sheet: its root tag, number formats and date system."""

    root: bytes = b'<worksheet xmlns="' + MAIN + b'">'
    styles: bytes = field(default=b"", repr=False)
    since_1904: bool = False


def window_rows(
    window: bytes, frame: Frame, strings: Sequence[str], limits: Limits
) -> WorkbookRows:
    """Return the rows of a window of whole ``row`` elements, cells from column A on.

    Raises NeedsWholeFile when the rows cannot be read on their own, or span far more cells than
    they hold.
    """
    numbers = [int(number) for number in _ROW.findall(window)]
    if not numbers or len(numbers) != len(_ANY_ROW.findall(window)) or b"<!" in window:
        raise NeedsWholeFile
    widest = max(map(column_number, set(_BEYOND_Z.findall(window))), default=_Z)
    # The library allocates the rectangle from the first cell to the last.
    if (max(numbers) - min(numbers) + 1) * widest > limits.cells // 4 or widest > limits.columns:
        raise NeedsWholeFile
    window, mark = _named(window)
    sheet = b"".join((frame.root, b"<sheetData>", window, b"</sheetData></worksheet>"))
    first, left, cells = _read(sheet, b"", frame)
    texts = _named_strings(cells, strings, mark) if mark is not None else {}
    blank: list[Cell] = [""] * left
    rows: list[tuple[int, Sequence[Cell]]] = []
    for number, row in enumerate(cells, first + 1):
        if any(cell != "" for cell in row):
            own = [texts.get(cell, cell) if type(cell) is str else cell for cell in row]
            rows.append((number, blank + own if left else own))
    return WorkbookRows.numbered(rows)


def _named(window: bytes) -> tuple[bytes, str | None]:
    """Return the window with numbers in place of shared strings, and the mark before each number.

    The mark is None when there is no shared string.
    """
    if b't="s"' not in window:
        return window, None
    if window.count(b" t=") == sum(map(window.count, _KINDS)):
        return window.replace(b' t="s"', b' t="str"'), ""
    if any(mark in window.lower() for mark in _MARKED):
        raise NeedsWholeFile
    return _SHARED.sub(_BY_MARK, window), _MARK


def _named_strings(
    cells: Sequence[Sequence[Cell]], strings: Sequence[str], mark: str
) -> dict[str, str]:
    """Return the shared strings that ``cells`` refer to, by the text that refers to each."""
    found: dict[str, str] = {}
    for cell in {cell for row in cells for cell in row if type(cell) is str and cell}:
        number = cell[len(mark) :]
        if not cell.startswith(mark):
            continue
        if not (number.isascii() and number.isdigit()) or int(number) >= len(strings):
            raise NeedsWholeFile
        found[cell] = strings[int(number)]
    return found


def read_strings(items: bytes) -> list[str]:
    """Return the texts of whole ``si`` elements; raises NeedsWholeFile when it cannot."""
    number = len(_ITEM.findall(items))
    if b"<!" in items or not number:
        raise NeedsWholeFile
    # A word in column A, so that no text is the first or the only cell of the sheet.
    cells = b"".join(
        b'<row r="%d"><c r="A%d" t="str"><v>x</v></c><c r="B%d" t="s"><v>%d</v></c></row>'
        % (at + 1, at + 1, at + 1, at)
        for at in range(number)
    )
    frame = Frame()
    sheet = b"".join((frame.root, b"<sheetData>", cells, b"</sheetData></worksheet>"))
    strings = b"".join((b'<sst xmlns="', MAIN, b'">', items, b"</sst>"))
    _, _, rows = _read(sheet, strings, frame)
    return [str(row[1]) if len(row) > 1 else "" for row in rows]


def _read(sheet: bytes, strings: bytes, frame: Frame) -> tuple[int, int, list[list[Cell]]]:
    """Return (first row, first column, cells) of the one sheet; rows and columns from 0."""
    try:
        for content in filter(None, (sheet, strings)):
            # The library also reads broken XML, but a window of it differently from the whole.
            expat.ParserCreate().Parse(content, True)
        with CalamineWorkbook.from_filelike(_packed(sheet, strings, frame)) as book:
            found = book.get_sheet_by_index(0)
            if found.start is None:
                return 0, 0, []
            return *found.start, found.to_python(skip_empty_area=True)
    except (expat.ExpatError, CalamineError, OSError, ValueError, OverflowError):
        raise NeedsWholeFile from None
    except BaseException as error:
        # A panic of the Rust library derives from BaseException alone and has no public name.
        if type(error).__name__ != "PanicException":
            raise
        raise NeedsWholeFile from None


def _packed(sheet: bytes, strings: bytes, frame: Frame) -> io.BytesIO:
    relations = b"".join(
        b'<Relationship Id="rId%d" Type="%s/%s" Target="%s"/>' % (at, _OFFICE, kind, name.encode())
        for at, (kind, name) in enumerate(_PARTS, 1)
    )
    since = b'<workbookPr date1904="1"/>' if frame.since_1904 else b""
    book = (
        b'<workbook xmlns="%s" xmlns:r="%s">%s<sheets><sheet name="S" sheetId="1" r:id="rId1"/>'
        b"</sheets></workbook>" % (MAIN, _OFFICE, since)
    )
    related = b'<Relationships xmlns="%srelationships">%%s</Relationships>' % _PACKAGE
    top = b'<Relationship Id="rId1" Type="%s/officeDocument" Target="xl/workbook.xml"/>' % _OFFICE
    members = {
        "[Content_Types].xml": b'<Types xmlns="%scontent-types"/>' % _PACKAGE,
        "_rels/.rels": related % top,
        "xl/workbook.xml": book,
        "xl/_rels/workbook.xml.rels": related % relations,
        "xl/worksheets/sheet1.xml": sheet,
        "xl/sharedStrings.xml": strings or b'<sst xmlns="%s"/>' % MAIN,
        "xl/styles.xml": frame.styles or b'<styleSheet xmlns="%s"/>' % MAIN,
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    file.seek(0)
    return file
