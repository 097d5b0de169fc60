"""Read XML Spreadsheet 2003, which reporting systems send as ``.xls`` or ``.xml``, in one pass
under ceilings (Microsoft Office XML schemas, urn:schemas-microsoft-com:office:spreadsheet)."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from xml.parsers import expat

from exchange.domain.limits import Limits
from exchange.errors import Unreadable
from exchange.parsing.containers.sniff import XML_SHEET_URN, is_xml_sheet
from exchange.parsing.sheets.grid import Cell
from exchange.parsing.sheets.opendocument import ParsedSheet
from exchange.parsing.text.cell_words import VALUELESS, spells_id

_SS: Final = f"{XML_SHEET_URN} "
_VISIBLE: Final = "urn:schemas-microsoft-com:office:excel Visible"
_PIECE: Final = 1 << 20


def read_xml_sheet(where: str, content: bytes, limits: Limits) -> list[ParsedSheet] | None:
    """Return every sheet, hidden ones too; None for another kind of file.

    Raises Unreadable when the file is damaged or passes a ceiling.
    """
    if not is_xml_sheet(content):
        return None
    reader = _Reader(where, limits)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.EntityDeclHandler = reader.entity
    try:
        for at in range(0, len(content), _PIECE):
            parser.Parse(content[at : at + _PIECE], False)
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError):
        line = parser.CurrentLineNumber
        raise Unreadable(
            f"the workbook is damaged: it breaks off or is no XML in line {line}", place=where
        ) from None
    return reader.sheets


class _Reader:
    """Walk the document once; rows count from 1, columns from 0."""

    def __init__(self, where: str, limits: Limits) -> None:
        self.sheets: list[ParsedSheet] = []
        self._where = where
        self._limits = limits
        self._sheet = ParsedSheet("", visible=True)
        self._row = self._column = self._next = self._columns = self._widest = 0
        self._span = 0
        self._rows_left = limits.rows
        self._cells: list[Cell] = []
        self._kind = ""
        self._style = self._row_style = ""
        self._struck_styles: set[str] = set()
        self._formula: str | None = None  # that of the open cell, until it has a value
        self._struck = False  # whether the open cell is struck out
        self._words: list[str] | None = None  # the text of the open Data element, if any
        self._visibility: list[str] | None = None  # the text of the open Visible element, if any

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.removeprefix(_SS) if name.startswith(_SS) else ""
        if local == "Worksheet":
            if len(self.sheets) >= self._limits.sheets:
                raise Unreadable(f"more than {self._limits.sheets} sheets", place=self._where)
            self._sheet = ParsedSheet(attributes.get(f"{_SS}Name", ""), visible=True)
            self.sheets.append(self._sheet)
            self._row = self._columns = self._widest = 0
        elif local == "Column":
            self._take_columns(attributes)
        elif local == "Row":
            self._row = _number(attributes, "Index", self._row + 1)
            self._column, self._cells = 0, []
            self._span = _number(attributes, "Span", 0)  # this many empty rows follow
            self._row_style = attributes.get(f"{_SS}StyleID", "")
            if attributes.get(f"{_SS}Hidden") == "1":
                self._sheet.hidden_cells.rows.add(self._row)
        elif local == "Style":
            self._style = attributes.get(f"{_SS}ID", "")
        elif local == "Font":
            if attributes.get(f"{_SS}StrikeThrough") == "1":
                self._struck_styles.add(self._style)
        elif local == "Cell":
            self._struck = attributes.get(f"{_SS}StyleID", self._row_style) in self._struck_styles
            self._column = _number(attributes, "Index", self._column + 1) - 1
            merged = _number(attributes, "MergeAcross", 0)
            self._next = self._column + 1 + merged
            self._formula = attributes.get(f"{_SS}Formula")
        elif local == "Data":
            self._kind = attributes.get(f"{_SS}Type", "")
            self._words = []
        elif name == _VISIBLE:
            self._visibility = []

    def end(self, name: str) -> None:
        if name == f"{_SS}Data" and self._words is not None:
            self._take("".join(self._words))
            self._words = None
        elif name == f"{_SS}Cell":
            if self._formula is not None:
                self._take_valueless()
            self._column = self._next
        elif name == f"{_SS}Row":
            self._end_row()
            self._row += self._span
        elif name == _VISIBLE and self._visibility is not None:
            self._sheet.visible = not "".join(self._visibility).strip().endswith("Hidden")
            self._visibility = None

    def text(self, words: str) -> None:
        """Collect the characters of a cell's value or of the sheet's visibility."""
        if self._words is not None:
            self._words.append(words)
        elif self._visibility is not None:
            self._visibility.append(words)

    def entity(self, *_: object) -> None:
        """Refuse a document that defines entities: no spreadsheet program writes one."""
        raise Unreadable("the workbook is damaged: it defines entities", place=self._where)

    def _take_columns(self, attributes: dict[str, str]) -> None:
        first = _number(attributes, "Index", self._columns + 1) - 1
        self._columns = first + 1 + _number(attributes, "Span", 0)
        if attributes.get(f"{_SS}Hidden") == "1":
            last = min(self._columns, self._limits.columns)
            self._sheet.hidden_cells.columns.update(range(first, last))

    def _take(self, words: str) -> None:
        value = _value(self._kind, words.strip())
        if self._formula is not None and (words.strip() or not spells_id(self._formula)):
            self._formula = None  # it has its value
        if value == "" and isinstance(value, str):
            return
        if self._struck:
            self._sheet.hidden_cells.struck.append((self._row, words.strip()))
            return
        if self._column >= self._limits.columns:
            self._refuse()
        self._cells += [""] * (self._column - len(self._cells))
        self._cells.append(value)

    def _take_valueless(self) -> None:
        """Take a cell whose formula has no value."""
        self._formula, self._kind = None, "String"
        self._take(VALUELESS)

    def _end_row(self) -> None:
        if not self._cells:
            return
        self._widest = max(self._widest, len(self._cells))
        self._rows_left -= 1
        limits = self._limits
        spans = self._row * self._widest
        if self._row > limits.rows or spans > limits.cells or self._rows_left < 0:
            self._refuse()
        self._sheet.rows.append((self._row, self._cells))

    def _refuse(self) -> None:
        limits, name = self._limits, self._sheet.name
        raise Unreadable(
            f"the sheet spans more than {limits.rows:,} rows, {limits.columns:,} columns or"
            f" {limits.cells:,} cells",
            place=f"{self._where} > {name}" if self._where else name,
        )


def _value(kind: str, words: str) -> Cell:
    """Return what a cell holds; a number or a date keeps its type, for its digits may be wrong."""
    try:
        if kind == "Number":
            return float(words)
        if kind == "DateTime":
            return datetime.fromisoformat(words)
        if kind == "Boolean":
            return words == "1"
    except (ValueError, OverflowError):
        pass  # take the text as it is
    return words


def _number(attributes: dict[str, str], name: str, default: int) -> int:
    value = attributes.get(f"{_SS}{name}", "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 9 else default
