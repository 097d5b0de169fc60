"""Check an old workbook ([MS-XLS]) before the library opens it: how far its sheets reach, and what
they hide.

python-calamine allocates the whole rectangle up to the farthest cell, a damaged record can name a
cell that no sheet has, and the library reports hidden sheets but not hidden rows and columns.
"""

from __future__ import annotations

import io
import re
import struct
from typing import Final

import olefile

from exchange.domain.limits import Limits
from exchange.errors import Unreadable
from exchange.parsing.sheets.xlsx_precheck import HiddenCells
from exchange.parsing.text.cell_words import VALUELESS, error_name, spells_id_in
from exchange.parsing.text.cfb_precheck import CFB_MAGIC, has_endless_chain

# FORMULA, BLANK, NUMBER, LABEL, BOOLERR, RK, MULRK, MULBLANK, RSTRING, LABELSST; and the same
# records in older files.
_CELLS: Final = frozenset(
    (0x06, 0x201, 0x203, 0x204, 0x205, 0x27E, 0xBD, 0xBE, 0xD6, 0xFD, 0x7E, 0x206, 0x406)
)
_SEVERAL: Final = (0xBD, 0xBE)
_BEGINS: Final = (0x809, 0x409, 0x209, 0x09)  # BOF, of each version
_END, _SHEET, _STRINGS, _SPAN = 0x0A, 0x85, 0xFC, 0x200  # EOF, BoundSheet8, SST, Dimensions
_ROW, _WIDTHS, _LOCKED = 0x208, 0x7D, 0x2F  # Row, ColInfo, FilePass
_ROW_HIDDEN, _COLUMN_HIDDEN = 0x20, 0x01  # fDyZero, fHidden
_FONT, _FORMAT = (0x31, 0x231), 0xE0  # Font, XF
_STRIKES: Final = 0x08  # fStrikeOut
_NO_FONT: Final = 4  # the fonts have no number 4
_FORMULAS: Final = (0x06, 0x206, 0x406)
_BOOL_OR_ERROR: Final = 0x205
# Records between a formula and the text that it gives: Array, Table, ShrFmla.
_OF_FORMULA: Final = (0x221, 0x21, 0x236, 0x36, 0x37, 0x4BC)
_TEXT_OF_FORMULA: Final = (0x207, 0x07)
# The first byte of a formula's value that is no number.
_GIVES_TEXT, _GIVES_ERROR, _GIVES_EMPTY = 0, 2, 3
_OTHERS: Final = frozenset((_SHEET, _STRINGS, _SPAN, _ROW, _WIDTHS, _LOCKED, *_FONT, _FORMAT))
_SHORTEST_STRING: Final = 3  # bytes of a string without a character
_COLUMNS: Final = 256
_OVERLAPS: Final = 3
_ENTRY: Final = 128  # bytes of an entry in the directory of a compound file
_NAMES: Final = tuple(
    (written, re.compile(re.escape(written), re.I))
    for written in (f"{name}\0".encode("utf-16-le") for name in ("Workbook", "Book"))
)
_RECORD: Final = struct.Struct("<HH")
_DAMAGE: Final = (
    OSError, ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError,
    RecursionError, struct.error,
)  # fmt: skip


def precheck_xls(where: str, content: bytes, limits: Limits) -> list[HiddenCells]:
    """Return what each sheet of an old workbook hides, in order; empty for any other file.

    Raises Unreadable when the workbook is endless, protected or damaged, or passes a ceiling.
    """
    if not content.startswith(CFB_MAGIC):
        return []
    if has_endless_chain(content):
        raise Unreadable("the workbook is damaged: it has no end", place=where)
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as file:
            names = [one for one in ("Workbook", "Book") if file.exists(one)]
            streams = [file.openstream(one).read() for one in names]
    except _DAMAGE:
        raise Unreadable("the workbook is damaged", place=where) from None
    if not streams:
        return []
    stream, walked = streams[0], 0
    book = _RecordWalk(where, stream, limits)
    walked = book.run(0)
    hidden_cells: list[HiddenCells] = []
    for start in book.sheets:
        sheet = _RecordWalk(where, stream, limits, book.struck_formats())
        walked += sheet.run(start)
        if walked > _OVERLAPS * len(stream):
            raise Unreadable("the workbook is damaged: its sheets overlap", place=where)
        hidden_cells.append(sheet.hidden_cells)
    return hidden_cells


class _RecordWalk:
    """One pass over the workbook's own records, or over those of one sheet.

    It begins where python-calamine begins, so that it checks every record the library reads.
    """

    def __init__(
        self, where: str, stream: bytes, limits: Limits, struck: frozenset[int] = frozenset()
    ) -> None:
        self.sheets: list[int] = []  # where each sheet begins
        self._fonts: list[bool] = []  # for each font: whether it strikes out
        self._formats: list[int] = []  # the font of each format
        self._struck = struck  # the formats that strike out
        self._untold: tuple[int, int] | None = None  # a formula whose text has not come yet
        self.hidden_cells = HiddenCells()
        self._where = where
        self._stream = stream
        self._limits = limits
        self._highest = self._widest = 0

    def run(self, start: int) -> int:
        """Walk from ``start`` to its matching end record; return the number of bytes passed.

        Raises Unreadable when a ceiling is passed or a record is damaged.
        """
        stream, place, depth = self._stream, start, 0
        unpack, end = _RECORD.unpack_from, len(self._stream) - 4
        while place <= end:
            kind, size = unpack(stream, place)
            if self._untold is not None and kind not in _OF_FORMULA:
                if kind not in _TEXT_OF_FORMULA:
                    self.hidden_cells.errors[self._untold] = VALUELESS
                self._untold = None
            if kind in _CELLS and size >= 4:
                self._cell(kind, place, size)
            elif kind in _BEGINS:
                depth += 1
            elif kind == _END:
                depth -= 1
                if depth <= 0:
                    break
            elif kind in _OTHERS:
                self._other(kind, stream[place + 4 : place + 4 + size], depth)
            place += 4 + size
        return max(0, place - start)

    def _cell(self, kind: int, place: int, size: int) -> None:
        stream = self._stream
        if place + 4 + size > len(stream):
            return
        row, column = _RECORD.unpack_from(stream, place + 4)
        if kind in _SEVERAL:
            last = int.from_bytes(stream[place + 2 + size : place + 4 + size], "little")
            column = max(column, last)
        if self._struck or kind in _FORMULAS or kind == _BOOL_OR_ERROR:
            self._note_cell(kind, row, stream[place + 4 : place + 4 + size])
        self._highest, self._widest = max(self._highest, row + 1), max(self._widest, column + 1)
        if self._widest > _COLUMNS or self._highest * self._widest > self._limits.cells:
            raise self._damaged("a cell lies beyond its sheet")

    def _note_cell(self, kind: int, row: int, content: bytes) -> None:
        """Note a cell that holds an error or is struck out."""
        first = int.from_bytes(content[2:4], "little")
        if kind == _BOOL_OR_ERROR and len(content) >= 8 and content[7]:
            self.hidden_cells.errors[row + 1, first] = error_name(content[6])
        elif kind in _FORMULAS and content[12:14] == b"\xff\xff":
            if content[6] == _GIVES_ERROR:
                self.hidden_cells.errors[row + 1, first] = error_name(content[8])
            elif content[6] == _GIVES_TEXT:
                self._untold = row + 1, first
            elif content[6] == _GIVES_EMPTY and spells_id_in(content[20:]):
                self.hidden_cells.errors[row + 1, first] = VALUELESS
        if not self._struck:
            return
        step = 6 if kind == _SEVERAL[0] else 2
        ends = len(content) - 2 if kind in _SEVERAL else 6
        for at, spot in enumerate(range(4, ends, step)):
            if int.from_bytes(content[spot : spot + 2], "little") in self._struck:
                self.hidden_cells.struck_cells.add((row + 1, first + at))

    def struck_formats(self) -> frozenset[int]:
        """Return the formats that strike out what their cell holds."""
        fonts = {at + (at >= _NO_FONT) for at, strikes in enumerate(self._fonts) if strikes}
        return frozenset(at for at, font in enumerate(self._formats) if font in fonts)

    def _other(self, kind: int, content: bytes, depth: int) -> None:
        """Handle a record that is not a cell; those of a chart in a sheet are at depth 2."""
        if kind in _FONT and len(content) >= 4:
            self._fonts.append(bool(content[2] & _STRIKES))
        elif kind == _FORMAT and len(content) >= 2:
            self._formats.append(int.from_bytes(content[:2], "little"))
        if kind == _LOCKED:
            raise Unreadable("the workbook is protected by a password", place=self._where)
        if kind == _SHEET and len(content) >= 4:
            self.sheets.append(int.from_bytes(content[:4], "little"))
            if len(self.sheets) > self._limits.sheets:
                raise Unreadable(f"more than {self._limits.sheets} sheets", place=self._where)
        elif kind == _STRINGS and len(content) >= 8:
            # python-calamine allocates as many strings as the record declares, and the process
            # dies when there is not enough memory.
            if int.from_bytes(content[4:8], "little") > len(self._stream) // _SHORTEST_STRING:
                raise self._damaged("its texts are missing")
        elif kind == _SPAN and not _fits(content, self._limits):
            raise self._damaged("the size of a sheet is wrong")
        elif kind == _ROW and depth == 1 and len(content) >= 13:
            if content[12] & _ROW_HIDDEN:
                self.hidden_cells.rows.add(int.from_bytes(content[:2], "little") + 1)
        elif kind == _WIDTHS and depth == 1 and len(content) >= 10:
            first, last, _, _, flags = struct.unpack_from("<5H", content)
            if flags & _COLUMN_HIDDEN:
                self.hidden_cells.columns.update(range(first, min(last + 1, _COLUMNS)))

    def _damaged(self, reason: str) -> Unreadable:
        return Unreadable(f"the workbook is damaged: {reason}", place=self._where)


def with_usual_names(content: bytes) -> bytes:
    """Return a compound file in which the stream of an old workbook is called as the library wants.

    The names of streams have no case ([MS-CFB] 2.6.4), and some programs write ``WORKBOOK``.
    """
    if not content.startswith(CFB_MAGIC):
        return content
    for name, found in _NAMES:
        for one in found.finditer(content):
            if one.start() % _ENTRY == 0 and one.group() != name:
                content = content[: one.start()] + name + content[one.end() :]
    return content


def _fits(span: bytes, limits: Limits) -> bool:
    """Return whether a sheet's declared rows and columns are possible.

    python-calamine allocates memory for the rectangle; the process dies when they are reversed.
    """
    if len(span) < 8:
        return True
    form = "<IIHH" if len(span) >= 12 else "<HHHH"
    first_row, end_row, first_column, end_column = struct.unpack_from(form, span)
    if not (end_row and end_column):
        return True
    ordered = end_row > first_row and end_column > first_column
    return bool(ordered and end_row * end_column <= limits.cells)
