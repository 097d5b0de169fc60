"""Read the sheets of an ODS or FODS file (OpenDocument 1.3 part 3) in one pass, under ceilings.

One attribute of OpenDocument can repeat a row a million times, and python-calamine does not report
hidden rows, columns, groups and sheets; it also refuses files that office programs open.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import IO, Final
from xml.parsers import expat

from exchange.domain.limits import Limits
from exchange.errors import Unreadable
from exchange.parsing.containers.sniff import flat_document
from exchange.parsing.sheets.grid import Cell, cell_text
from exchange.parsing.sheets.xlsx_precheck import HiddenCells
from exchange.parsing.text.cell_words import ERROR, VALUELESS, is_error, spells_id

_CONTENT: Final = "content.xml"
_STYLES: Final = "styles.xml"
_MANIFEST: Final = "META-INF/manifest.xml"
_PIECE: Final = 1 << 20
_LONGEST_MANIFEST: Final = 1_000_000
_LONGEST_BLANK: Final = 1000  # the most blanks that one text:s may stand for
_HIDING: Final = ("collapse", "filter")
_STRIKES: Final = ("style:text-line-through-style", "style:text-line-through-type")
_GROUPS: Final = ("table:table-row-group", "table:table-column-group")
_CELL, _COVERED = "table:table-cell", "table:covered-table-cell"
# Comments, pictures with words and the history of changes are not the text of a cell.
_NOT_TEXT: Final = ("office:annotation", "table:shapes", "table:tracked-changes")
_NUMBERS: Final = ("float", "percentage", "currency")
_DURATION = re.compile(r"PT(\d{1,6})H(\d{1,2})M(\d{1,2})(?:[.,]\d+)?S")


@dataclass(slots=True)
class ParsedSheet:
    """One sheet, its cells counted from column A; ``visible``: whether the program shows it."""

    name: str
    visible: bool
    rows: list[tuple[int, list[Cell]]] = field(default_factory=list)
    hidden_cells: HiddenCells = field(default_factory=HiddenCells)


def read_ods(where: str, content: bytes, limits: Limits) -> list[ParsedSheet] | None:
    """Return every sheet of an ODS or FODS file, hidden ones too; None for another kind of file.

    Raises Unreadable when the file is protected or damaged, or passes a ceiling.
    """
    if flat_document(content) == "spreadsheet":
        reader = _Reader(where, limits)
        _parse(where, reader, io.BytesIO(content), "it")
        return reader.sheets
    if not content.startswith(b"PK"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            if _CONTENT not in names or any(one.lower().startswith("xl/") for one in names):
                return None
            return _read(where, archive, names, limits)
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, KeyError, NotImplementedError,
            EOFError, RuntimeError, IndexError, OverflowError, LookupError):  # fmt: skip
        raise Unreadable("the workbook is damaged: it cannot be unpacked", place=where) from None


def _read(
    where: str, archive: zipfile.ZipFile, names: list[str], limits: Limits
) -> list[ParsedSheet]:
    if names.count(_CONTENT) != 1:
        raise Unreadable("the workbook is damaged: it holds its sheets twice", place=where)
    if _MANIFEST in names:
        with archive.open(_MANIFEST) as stream:
            if b"encryption-data" in stream.read(_LONGEST_MANIFEST):
                raise Unreadable("the workbook is protected by a password", place=where)
    reader = _Reader(where, limits)
    for member in (_STYLES, _CONTENT) if _STYLES in names else (_CONTENT,):
        with archive.open(member) as stream:
            _parse(where, reader, stream, member)
    return reader.sheets


def _parse(where: str, reader: _Reader, stream: IO[bytes], member: str) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.EntityDeclHandler = reader.entity
    try:
        while piece := stream.read(_PIECE):
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError:
        line = parser.CurrentLineNumber
        raise Unreadable(
            f"the workbook is damaged: {member} breaks off or is no XML in line {line}",
            place=where,
        ) from None


class _Reader:
    """Walk the document once; rows count from 1, columns from 0."""

    def __init__(self, where: str, limits: Limits) -> None:
        self.sheets: list[ParsedSheet] = []
        self._where = where
        self._limits = limits
        self._style = ""
        self._hidden_styles: set[str] = set()
        self._struck_styles: set[str] = set()
        self._struck_columns: set[int] = set()  # those whose cells are struck out by default
        self._struck_words: list[str] = []  # of this cell
        self._spans: list[bool] = []  # for each open span: whether it is struck out
        self._sheet = ParsedSheet("", visible=False)
        self._tables = self._ignored = 0  # how many tables, and elements of _NOT_TEXT, are open
        self._groups: list[bool] = []  # for each open group: whether it is collapsed
        self._columns = self._row = self._widest = 0
        self._rows_left = limits.rows
        self._repeats = 1
        self._hidden = False
        self._row_style = ""  # that of its cells which name none
        self._cells: list[Cell] = []
        self._column = 0  # the column after the last cell of this row so far
        self._cell: dict[str, str] | None = None
        self._words: list[str] = []
        self._paragraphs = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self._ignored or name in _NOT_TEXT or name.startswith("draw:"):
            self._ignored += 1
        elif name == "table:table":
            self._tables += 1
            if self._tables == 1:
                self._begin_sheet(attributes)
        elif self._tables != 1:
            self._note_style(name, attributes)
        elif self._cell is not None:
            self._within(name, attributes)
        elif name in (_CELL, _COVERED):
            self._cell = attributes if name == _CELL else {**attributes, _COVERED: ""}
            self._words.clear()
            self._struck_words.clear()
            self._spans.clear()
            self._paragraphs = 0
        elif name == "table:table-row":
            self._repeats = _repeated(attributes, "table:number-rows-repeated")
            self._hidden = attributes.get("table:visibility") in _HIDING or any(self._groups)
            self._cells, self._column = [], 0
            self._row_style = attributes.get("table:default-cell-style-name", "")
        elif name == "table:table-column":
            self._take_columns(attributes)
        elif name in _GROUPS:
            self._groups.append(attributes.get("table:display") == "false")

    def end(self, name: str) -> None:
        if self._ignored:
            self._ignored -= 1
        elif name == "table:table":
            self._tables -= 1
        elif self._tables != 1:
            return
        elif self._cell is not None:
            if name in (_CELL, _COVERED):
                self._end_cell(self._cell)
                self._cell = None
            elif name == "text:span" and self._spans:
                self._spans.pop()
        elif name == "table:table-row":
            self._end_row()
        elif name in _GROUPS and self._groups:
            self._groups.pop()

    def text(self, words: str) -> None:
        """Collect characters inside a paragraph of a cell; ignore all others."""
        if self._paragraphs and self._cell is not None and not self._ignored:
            (self._struck_words if any(self._spans) else self._words).append(words)

    def entity(self, *_: object) -> None:
        """Refuse a document that defines entities: no spreadsheet program writes one."""
        raise Unreadable("the workbook is damaged: it defines entities", place=self._where)

    def _note_style(self, name: str, attributes: dict[str, str]) -> None:
        if name == "style:style":
            self._style = attributes.get("style:name", "")
            if attributes.get("style:parent-style-name") in self._struck_styles:
                self._struck_styles.add(self._style)
        elif name == "style:text-properties":
            self._note_strike(attributes)
        elif name == "style:table-properties" and attributes.get("table:display") == "false":
            self._hidden_styles.add(self._style)

    def _note_strike(self, attributes: dict[str, str]) -> None:
        drawn = [attributes[name] for name in _STRIKES if name in attributes]
        if any(one != "none" for one in drawn):
            self._struck_styles.add(self._style)
        elif drawn:
            self._struck_styles.discard(self._style)

    def _is_struck(self, attributes: dict[str, str]) -> bool:
        own = attributes.get("table:style-name") or self._row_style
        return own in self._struck_styles if own else self._column in self._struck_columns

    def _begin_sheet(self, attributes: dict[str, str]) -> None:
        if len(self.sheets) >= self._limits.sheets:
            raise Unreadable(f"more than {self._limits.sheets} sheets", place=self._where)
        visible = attributes.get("table:style-name", "") not in self._hidden_styles
        self._sheet = ParsedSheet(attributes.get("table:name", ""), visible)
        self.sheets.append(self._sheet)
        self._groups.clear()
        self._struck_columns.clear()
        self._columns = self._row = self._widest = 0

    def _take_columns(self, attributes: dict[str, str]) -> None:
        first = self._columns
        self._columns += _repeated(attributes, "table:number-columns-repeated")
        if attributes.get("table:visibility") in _HIDING or any(self._groups):
            last = min(self._columns, self._limits.columns)
            self._sheet.hidden_cells.columns.update(range(first, last))
        if attributes.get("table:default-cell-style-name") in self._struck_styles:
            last = min(self._columns, self._limits.columns)
            self._struck_columns.update(range(first, last))

    def _within(self, name: str, attributes: dict[str, str]) -> None:
        """Handle an element inside the text of a cell."""
        if name == "text:p":
            if self._paragraphs:
                self._words.append("\n")
            self._paragraphs += 1
        elif name == "text:span":
            self._spans.append(attributes.get("text:style-name") in self._struck_styles)
        elif name == "text:s":
            count = min(_repeated(attributes, "text:c"), _LONGEST_BLANK)
            self._words.append(" " * count)
        elif name == "text:tab":
            self._words.append("\t")
        elif name == "text:line-break":
            self._words.append("\n")

    def _end_cell(self, attributes: dict[str, str]) -> None:
        repeats = _repeated(attributes, "table:number-columns-repeated")
        value: Cell = ""
        if _COVERED not in attributes:  # a covered cell is hidden under a merged one
            value = _value(attributes, "".join(self._words))
        if self._struck_styles:
            value = self._without_struck(attributes, value)
        self._column += repeats
        if value == "" and isinstance(value, str):
            return
        if self._column > self._limits.columns:
            self._refuse(self._row + self._repeats, self._column)
        self._cells += [""] * (self._column - repeats - len(self._cells))
        self._cells += [value] * repeats

    def _without_struck(self, attributes: dict[str, str], value: Cell) -> Cell:
        """Return what holds of a cell, and note what is struck out."""
        struck = "".join(self._struck_words)
        if self._is_struck(attributes):
            struck, value = f"{struck} {cell_text(value)}", ""
        elif struck.strip() and not "".join(self._words).strip():
            value = ""
        if struck.strip():
            self._sheet.hidden_cells.struck.append((self._row + 1, struck.strip()))
        return value

    def _end_row(self) -> None:
        first, self._row = self._row + 1, self._row + self._repeats
        if not self._cells:
            return
        self._widest = max(self._widest, len(self._cells))
        if self._row > self._limits.rows or self._row * self._widest > self._limits.cells:
            self._refuse(self._row, self._widest)
        self._rows_left -= self._repeats
        if self._rows_left < 0:
            raise Unreadable(f"more than {self._limits.rows:,} rows", place=self._where)
        numbers = range(first, self._row + 1)
        self._sheet.rows += [(number, self._cells) for number in numbers]
        if self._hidden:
            self._sheet.hidden_cells.rows.update(numbers)

    def _refuse(self, rows: int, columns: int) -> None:
        limits, name = self._limits, self._sheet.name
        raise Unreadable(
            f"the sheet spans {rows:,} rows and {columns:,} columns: more than {limits.rows:,}"
            f" rows, {limits.columns:,} columns or {limits.cells:,} cells",
            place=f"{self._where} > {name}" if self._where else name,
        )


def _value(attributes: dict[str, str], words: str) -> Cell:
    """Return what a cell holds; a number or a date keeps its type, for its digits may be wrong."""
    kind = attributes.get("office:value-type", "")
    if attributes.get("calcext:value-type") == "error" or (
        kind in _NUMBERS and is_error(words.strip())  # as older programs write an error
    ):
        return words.strip() or ERROR
    formula = attributes.get("table:formula")
    if formula is not None and not words.strip() and (not kind or _never_calculated(attributes)):
        return VALUELESS
    try:
        if kind in _NUMBERS:
            return float(attributes["office:value"])
        if kind == "date":
            value = attributes["office:date-value"]
            return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
        if kind == "time":
            match = _DURATION.fullmatch(attributes["office:time-value"])
            if match:
                hours, minutes, seconds = map(int, match.groups())
                return timedelta(hours=hours, minutes=minutes, seconds=seconds)
        if kind == "boolean":
            return attributes["office:boolean-value"] == "true"
    except (KeyError, ValueError, OverflowError):
        pass  # take the text that is shown
    return words.strip() or attributes.get("office:string-value", "").strip()


def _never_calculated(attributes: dict[str, str]) -> bool:
    """Return whether a formula that spells out an ID has an empty text for its value."""
    return (
        attributes.get("office:value-type") == "string"
        and not attributes.get("office:string-value", "").strip()
        and spells_id(attributes.get("table:formula", ""))
    )


def _repeated(attributes: dict[str, str], name: str) -> int:
    value = attributes.get(name, "1")
    return max(1, int(value)) if value.isascii() and value.isdecimal() and len(value) < 12 else 1
