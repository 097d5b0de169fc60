"""An ODS looked at before the library opens it: its true size, and the rows and columns it hides.

OpenDocument says "a million times this row" in one attribute, and python-calamine writes it out;
of what is hidden it tells sheets only (OpenDocument 1.3 part 3: table:visibility,
table:display, table:number-rows-repeated).
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from exchange.errors import Unreadable
from exchange.parsing.limits import Limits
from exchange.parsing.openxml import Veil

_CONTENT: Final = "content.xml"
_MANIFEST: Final = "META-INF/manifest.xml"
_PIECE: Final = 1 << 20
_LONGEST_MANIFEST: Final = 1_000_000
_UNSEEN: Final = ("collapse", "filter")
_GROUPS: Final = ("table:table-row-group", "table:table-column-group")
_CELLS: Final = ("table:table-cell", "table:covered-table-cell")
_VALUES: Final = ("office:value-type", "calcext:value-type", "table:formula")


def look_into_ods(where: str, archive: zipfile.ZipFile, limits: Limits) -> dict[str, Veil]:
    """What the sheets of an ODS hide, by their names.

    Raises Unreadable when the file is protected or damaged, or spans more than may be read.
    """
    names = archive.namelist()
    if names.count(_CONTENT) != 1:
        raise Unreadable("the workbook is damaged: its sheets stand in it twice", place=where)
    if _MANIFEST in names:
        with archive.open(_MANIFEST) as stream:
            if b"encryption-data" in stream.read(_LONGEST_MANIFEST):
                raise Unreadable("the workbook is protected by a password", place=where)
    scan = _Scan(where, limits)
    parser = expat.ParserCreate()
    parser.StartElementHandler = scan.start
    parser.EndElementHandler = scan.end
    parser.EntityDeclHandler = scan.entity
    try:
        with archive.open(_CONTENT) as stream:
            while piece := stream.read(_PIECE):
                parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Unreadable(f"the workbook is damaged: {error}"[:200], place=where) from None
    return scan.veils


@dataclass(slots=True)
class _Scan:
    """Walks the tables of the document once; rows count from 1, columns from 0."""

    where: str
    limits: Limits
    veils: dict[str, Veil] = field(default_factory=dict)
    _name: str = ""
    _veil: Veil = field(default_factory=Veil)
    _tables: int = 0  # tables around this place: a cell may hold one more
    _groups: list[bool] = field(default_factory=list)  # whether each group around is closed
    _columns: int = 0
    _row: int = 0
    _repeats: int = 1
    _hidden: bool = False
    _column: int = 0  # behind the last cell seen in this row
    _filled: int = 0  # behind the last cell of this row that holds something
    _widest: int = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self._tables += 1
            if self._tables == 1:
                self._name = attributes.get("table:name", "")
                self._veil = Veil()
                self._columns = self._row = self._widest = 0
        elif self._tables != 1:
            return
        elif name in _CELLS:
            self._column += _repeated(attributes, "table:number-columns-repeated")
            if any(one in attributes for one in _VALUES):
                self._filled = self._column
        elif name == "text:p":
            self._filled = self._column
        elif name == "table:table-row":
            self._repeats = _repeated(attributes, "table:number-rows-repeated")
            self._hidden = attributes.get("table:visibility") in _UNSEEN or any(self._groups)
            self._column = self._filled = 0
        elif name == "table:table-column":
            repeats = _repeated(attributes, "table:number-columns-repeated")
            if attributes.get("table:visibility") in _UNSEEN or any(self._groups):
                last = min(self._columns + repeats, self.limits.columns)
                self._veil.columns.update(range(self._columns, last))
            self._columns += repeats
        elif name in _GROUPS:
            self._groups.append(attributes.get("table:display") == "false")

    def end(self, name: str) -> None:
        if name == "table:table":
            self._tables -= 1
            if self._tables == 0:
                self._groups.clear()
                if self._veil:
                    self.veils[self._name] = self._veil
        elif self._tables != 1:
            return
        elif name == "table:table-row":
            self._end_row()
        elif name in _GROUPS and self._groups:
            self._groups.pop()

    def _end_row(self) -> None:
        first, self._row = self._row + 1, self._row + self._repeats
        if not self._filled:
            return
        self._widest = max(self._widest, self._filled)
        limits = self.limits
        spans = self._row * self._widest
        if self._row > limits.rows or self._widest > limits.columns or spans > limits.cells:
            raise Unreadable(
                f"the sheet spans {self._row:,} rows and {self._widest:,} columns: more than"
                f" {limits.rows:,} rows, {limits.columns:,} columns or {limits.cells:,} cells",
                place=f"{self.where} > {self._name}" if self.where else self._name,
            )
        if self._hidden:
            self._veil.rows.update(range(first, self._row + 1))

    def entity(self, *_: object) -> None:
        """A document that defines words of its own is none that a spreadsheet program wrote."""
        raise Unreadable("the workbook is damaged: it defines entities", place=self.where)


def _repeated(attributes: dict[str, str], name: str) -> int:
    value = attributes.get(name, "1")
    return max(1, int(value)) if value.isascii() and value.isdecimal() and len(value) < 12 else 1
