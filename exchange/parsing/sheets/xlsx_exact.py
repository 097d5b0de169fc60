"""Read an XLSX workbook cell by cell, as ECMA-376 part 1 says: the second reader.

The library drops error cells and formulas without a value, does not report struck-out text, and
refuses or misreads files that office programs open: parts in UTF-16, targets with ``..``, white
space around the number of a shared string.  Where ``xlsx_precheck.py`` sees any of these, or the
library refuses the file, this module decides; it is about four times slower.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Callable
from typing import Final
from xml.parsers import expat

from exchange.domain.limits import Limits
from exchange.errors import Unreadable
from exchange.parsing.sheets.grid import Cell
from exchange.parsing.sheets.opendocument import ParsedSheet
from exchange.parsing.sheets.xlsx_precheck import DAMAGE, column_number
from exchange.parsing.sheets.xlsx_styles import (
    NumberForm,
    RichText,
    StyleReader,
    dated,
    is_hidden,
    shown_number,
    unescaped,
)
from exchange.parsing.text.cell_words import ERROR, VALUELESS, spells_id

_PIECE: Final = 1 << 20
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")
_PERCENT = re.compile(r"%([0-9A-Fa-f]{2})")
_TRUE: Final = ("1", "true")
_Attributes = dict[str, str]


def read_xlsx(where: str, content: bytes, limits: Limits) -> list[ParsedSheet] | None:
    """Return every worksheet, hidden ones too; None for another kind of file.

    Raises Unreadable, with the row where it can be told, when the file is damaged or passes a
    ceiling.
    """
    if not content.startswith(b"PK"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            package = _Package(where, archive)
            book = package.book()
            return _Book(where, package, book, limits).sheets() if book else None
    except DAMAGE:
        raise Unreadable("the workbook is damaged: it cannot be unpacked", place=where) from None


class _Package:
    """The parts of a workbook, by their path in lower case."""

    def __init__(self, where: str, archive: zipfile.ZipFile) -> None:
        self._where, self._archive = where, archive
        self._members: dict[str, zipfile.ZipInfo] = {}
        for one in archive.infolist():
            self._members.setdefault(_path("", one.filename), one)

    def __contains__(self, path: str) -> bool:
        return path in self._members

    def book(self) -> str:
        """Return the path of the workbook part; empty if there is none."""
        related = [path for kind, path in self.relations("").values() if kind == "officeDocument"]
        return next((one for one in (*related, "xl/workbook.xml") if one in self), "")

    def relations(self, path: str) -> dict[str, tuple[str, str]]:
        """Return the relationships of a part by Id: (kind, path)."""
        folder, name = posixpath.split(path)
        listed = posixpath.join(folder, "_rels", f"{name}.rels")
        found: dict[str, tuple[str, str]] = {}

        def start(tag: str, attributes: _Attributes) -> None:
            if _local(tag) == "Relationship" and attributes.get("TargetMode") != "External":
                kind = attributes.get("Type", "").rpartition("/")[2]
                target = _path(folder, attributes.get("Target", ""))
                found[attributes.get("Id", "")] = kind, target

        if listed in self:
            self.parse(listed, start)
        return found

    def parse(
        self,
        path: str,
        start: Callable[[str, _Attributes], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
    ) -> None:
        """Walk one part; raises Unreadable when it is not well-formed XML."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = text
        parser.EntityDeclHandler = self._entity
        try:
            with self._archive.open(self._members[path]) as stream:
                while piece := stream.read(_PIECE):
                    parser.Parse(piece, False)
            parser.Parse(b"", True)
        except (expat.ExpatError, LookupError, UnicodeError):
            raise Unreadable(
                f"the workbook is damaged: {path} breaks off or is no XML in line"
                f" {parser.CurrentLineNumber}",
                place=self._where,
            ) from None

    def _entity(self, *_: object) -> None:
        """Refuse a document that defines entities: no spreadsheet program writes one."""
        raise Unreadable("the workbook is damaged: it defines entities", place=self._where)


class _Book:
    """The workbook part and what all sheets share."""

    def __init__(self, where: str, package: _Package, path: str, limits: Limits) -> None:
        self.where, self.package, self.limits = where, package, limits
        self.relations = package.relations(path)
        self.since_1904 = False
        self._listed: list[tuple[str, str, bool]] = []  # name, path, visible
        package.parse(path, self._start)
        self.strings = _Strings(package, self._path("sharedStrings"))
        self.forms: list[NumberForm] = []
        self.struck: frozenset[int] = frozenset()
        styles = self._path("styles")
        if styles:
            reader = StyleReader()
            package.parse(styles, reader.start, reader.end)
            self.forms, self.struck = reader.forms(), reader.struck()
        self.rows_left = limits.rows

    def sheets(self) -> list[ParsedSheet]:
        found = []
        for name, path, visible in self._listed:
            place = f"{self.where} > {name}" if self.where else name
            if path not in self.package:
                raise Unreadable("the workbook is damaged: the sheet is missing", place=place)
            reader = _Sheet(self, ParsedSheet(name, visible), place)
            self.package.parse(path, reader.start, reader.end, reader.text)
            found.append(reader.finish())
        return found

    def _start(self, tag: str, attributes: _Attributes) -> None:
        name = _local(tag)
        if name == "workbookPr":
            self.since_1904 = attributes.get("date1904") in _TRUE
        elif name == "sheet":
            number = next((v for key, v in attributes.items() if key.endswith(":id")), "")
            kind, path = self.relations.get(number, ("worksheet", ""))
            if kind == "worksheet":
                visible = attributes.get("state", "visible") == "visible"
                self._listed.append((attributes.get("name", ""), path, visible))
            if len(self._listed) > self.limits.sheets:
                raise Unreadable(f"more than {self.limits.sheets} sheets", place=self.where)

    def _path(self, kind: str) -> str:
        paths = [path for one, path in self.relations.values() if one == kind]
        return next((path for path in paths if path in self.package), "")


class _Strings:
    """The shared strings."""

    def __init__(self, package: _Package, path: str) -> None:
        self.texts: list[str] = []
        self.struck: dict[int, str] = {}
        self._text = RichText()
        if path:
            package.parse(path, self._start, self._end, self._text.add)

    def _start(self, tag: str, attributes: _Attributes) -> None:
        self._text.start(_local(tag), attributes)

    def _end(self, tag: str) -> None:
        name = _local(tag)
        self._text.end(name)
        if name == "si":
            kept, struck = self._text.take()
            if struck.strip():
                self.struck[len(self.texts)] = struck
            self.texts.append(kept)


class _Sheet:
    """One sheet being read; rows count from 1, columns from 0."""

    def __init__(self, book: _Book, sheet: ParsedSheet, place: str) -> None:
        self._book, self._sheet, self._place = book, sheet, place
        self._row = self._column = self._widest = 0
        self._cells: list[Cell] = []
        self._kind, self._style = "", 0
        self._formula = self._valued = self._in_value = self._in_formula = False
        self._formula_words: list[str] = []
        self._in_data = False
        self._words: list[str] = []
        self._inline = RichText()
        self._rows: dict[int, list[Cell]] = {}

    def start(self, tag: str, attributes: _Attributes) -> None:
        name = tag.rpartition(":")[2] if ":" in tag else tag
        if name == "c":
            self._begin_cell(attributes)
        elif name == "v":
            self._in_value = self._valued = True
        elif name == "row":
            self._begin_row(attributes)
        elif name == "f":
            self._formula = self._in_formula = True
        elif name == "col":
            self._take_columns(attributes)
        elif name == "sheetData":
            self._in_data = True
        elif self._in_data:
            self._inline.start(name, attributes)

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2] if ":" in tag else tag
        if name == "c":
            self._end_cell()
        elif name == "v":
            self._in_value = False
        elif name == "f":
            self._in_formula = False
        elif name == "row":
            self._end_row()
        elif name == "sheetData":
            self._in_data = False
        elif self._in_data:
            self._inline.end(name)

    def text(self, words: str) -> None:
        if self._in_value:
            self._words.append(words)
        elif self._in_formula:
            self._formula_words.append(words)
        else:
            self._inline.add(words)

    def finish(self) -> ParsedSheet:
        self._sheet.rows = sorted((number, cells) for number, cells in self._rows.items())
        return self._sheet

    def _take_columns(self, attributes: _Attributes) -> None:
        if is_hidden(attributes, "width") and not self._in_data:
            first, last = _number(attributes, "min", 1), _number(attributes, "max", 1)
            last = min(last, self._book.limits.columns)
            self._sheet.hidden_cells.columns.update(range(first - 1, last))

    def _begin_row(self, attributes: _Attributes) -> None:
        self._row = _number(attributes, "r", self._row + 1)
        self._column = -1
        self._cells = self._rows.get(self._row, [])
        if is_hidden(attributes, "ht"):
            self._sheet.hidden_cells.rows.add(self._row)

    def _begin_cell(self, attributes: _Attributes) -> None:
        named = _REFERENCE.fullmatch(attributes.get("r", ""))
        self._column = column_number(named[1].upper().encode()) - 1 if named else self._column + 1
        self._kind = attributes.get("t", "n")
        style = attributes.get("s", "")
        self._style = int(style) if style.isdecimal() and len(style) < 9 else 0
        self._formula = self._valued = False
        self._words.clear()
        self._formula_words.clear()

    def _end_cell(self) -> None:
        value, struck = self._value("".join(self._words))
        if isinstance(value, str):
            value = value.strip()
        if self._style in self._book.struck and value != "":
            value, struck = "", f"{struck} {value}"
        if struck:
            self._sheet.hidden_cells.struck.append((self._row, struck.strip()))
        if isinstance(value, str) and not value:
            return
        limits = self._book.limits
        self._widest = max(self._widest, self._column + 1)
        if (
            self._widest > limits.columns
            or self._row > limits.rows
            or self._row * self._widest > limits.cells
        ):
            raise Unreadable(
                f"the sheet spans {self._row:,} rows and {self._widest:,} columns: more than"
                f" {limits.rows:,} rows, {limits.columns:,} columns or {limits.cells:,} cells",
                place=self._place,
            )
        if self._column < len(self._cells):
            self._cells[self._column] = value
            return
        self._cells += [""] * (self._column - len(self._cells))
        self._cells.append(value)

    def _end_row(self) -> None:
        if self._cells and self._row not in self._rows:
            self._book.rows_left -= 1
            if self._book.rows_left < 0:
                rows = self._book.limits.rows
                raise Unreadable(f"more than {rows:,} rows", place=self._place)
            self._rows[self._row] = self._cells

    def _value(self, words: str) -> tuple[Cell, str]:
        """Return what the cell holds, and its struck-out words."""
        kind = self._kind
        if kind == "inlineStr":
            kept, struck = self._inline.take()
            return (kept or self._without_value(stored=True)), struck
        if not words.strip():
            if kind == "e":
                return ERROR, ""
            # A formula whose text is empty has an empty <v> of the type of text.
            return self._without_value(stored=kind == "str" and self._valued), ""
        if kind == "s":
            return self._shared(words.strip())
        if kind in ("str", "e"):
            return unescaped(words), ""
        if kind == "d":
            return dated(words.strip()), ""
        if kind == "b":
            return words.strip() in _TRUE, ""
        forms = self._book.forms
        form = forms[self._style] if self._style < len(forms) else NumberForm.NUMBER
        return shown_number(words.strip(), form, since_1904=self._book.since_1904), ""

    def _without_value(self, *, stored: bool) -> str:
        """Return what a cell without a value shows; ``stored``: whether that is an empty text."""
        uncalculated = not stored or spells_id("".join(self._formula_words))
        return VALUELESS if self._formula and uncalculated else ""

    def _shared(self, number: str) -> tuple[Cell, str]:
        strings = self._book.strings
        if not (number.isascii() and number.isdecimal() and int(number) < len(strings.texts)):
            raise Unreadable(
                "the workbook is damaged: a cell names a text that is not there",
                place=f"{self._place} > row {self._row}",
            )
        return strings.texts[int(number)], strings.struck.get(int(number), "")


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


def _path(folder: str, target: str) -> str:
    """Return the path of a part as the package names it, in lower case."""
    target = _PERCENT.sub(lambda one: chr(int(one[1], 16)), target.replace("\\", "/"))
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/").lower()


def _number(attributes: _Attributes, name: str, default: int) -> int:
    value = attributes.get(name, "").strip()
    return int(value) if value.isascii() and value.isdecimal() and 0 < len(value) < 8 else default
