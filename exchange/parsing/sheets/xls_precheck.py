"""Check an old workbook ([MS-XLS]) before the library opens it: how far its sheets reach, and what
they hide.

python-calamine allocates the whole rectangle up to the farthest cell, a damaged record can name a
cell that no sheet has, and the library reports hidden sheets but not hidden rows and columns.
"""

from __future__ import annotations

import io
import struct
from typing import Final

import olefile

from exchange.domain.limits import Limits
from exchange.errors import Unreadable
from exchange.parsing.sheets.xlsx_precheck import HiddenCells
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
_OTHERS: Final = frozenset((_SHEET, _STRINGS, _SPAN, _ROW, _WIDTHS, _LOCKED))
_ROW_HIDDEN, _COLUMN_HIDDEN = 0x20, 0x01  # fDyZero, fHidden
_SHORTEST_STRING: Final = 3  # bytes of a string without a character
_COLUMNS: Final = 256
_OVERLAPS: Final = 3
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
        sheet = _RecordWalk(where, stream, limits)
        walked += sheet.run(start)
        if walked > _OVERLAPS * len(stream):
            raise Unreadable("the workbook is damaged: its sheets overlap", place=where)
        hidden_cells.append(sheet.hidden_cells)
    return hidden_cells


class _RecordWalk:
    """One pass over the workbook's own records, or over those of one sheet.

    It begins where python-calamine begins, so that it checks every record the library reads.
    """

    def __init__(self, where: str, stream: bytes, limits: Limits) -> None:
        self.sheets: list[int] = []  # where each sheet begins
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
        self._highest, self._widest = max(self._highest, row + 1), max(self._widest, column + 1)
        if self._widest > _COLUMNS or self._highest * self._widest > self._limits.cells:
            raise self._damaged("a cell lies beyond its sheet")

    def _other(self, kind: int, content: bytes, depth: int) -> None:
        """Handle a record that is not a cell; those of a chart in a sheet are at depth 2."""
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
