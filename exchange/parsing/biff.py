"""Old workbooks ([MS-XLS]) looked at before the library opens them: how much their sheets span, and
what they hide.

python-calamine takes memory for the whole rectangle up to the farthest cell, a damaged record can
name a cell that no sheet has, and of what is hidden it tells sheets only.
"""

from __future__ import annotations

import io
import struct
from typing import Final

import olefile

from exchange.errors import Unreadable
from exchange.parsing.compound import MAGIC, has_endless_chain
from exchange.parsing.limits import Limits
from exchange.parsing.openxml import Veil

# FORMULA, BLANK, NUMBER, LABEL, BOOLERR, RK, MULRK, MULBLANK, RSTRING, LABELSST; and their like
# of older files.
_CELLS: Final = frozenset(
    (0x06, 0x201, 0x203, 0x204, 0x205, 0x27E, 0xBD, 0xBE, 0xD6, 0xFD, 0x7E, 0x206, 0x406)
)
_SEVERAL: Final = (0xBD, 0xBE)
_BEGIN, _END, _SHEET, _ROW, _COLUMN_WIDTHS = 0x809, 0x0A, 0x85, 0x208, 0x7D
_ROW_HIDDEN, _COLUMN_HIDDEN = 0x20, 0x01  # fDyZero, fHidden
_LOCKED: Final = 0x2F  # FilePass
_COLUMNS: Final = 256
_DAMAGE: Final = (
    OSError, ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError,
    RecursionError, struct.error,
)  # fmt: skip


def look_into_old(where: str, content: bytes, limits: Limits) -> list[Veil]:
    """What the sheets of an old workbook hide, in their order; nothing for every other file.

    Raises Unreadable when it is without end, locked, or spans more than it may.
    """
    if not content.startswith(MAGIC):
        return []
    if has_endless_chain(content):
        raise Unreadable("the workbook is damaged: it has no end", place=where)
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as file:
            names = [one for one in ("Workbook", "Book") if file.exists(one)]
            streams = [file.openstream(one).read() for one in names]
    except _DAMAGE:
        raise Unreadable("the workbook is damaged", place=where) from None
    for stream in streams:
        _check_stream(where, stream, limits)
    return _veils(streams[0]) if streams else []


def _check_stream(where: str, stream: bytes, limits: Limits) -> None:
    place = highest = widest = 0
    end = len(stream) - 4
    unpack = struct.Struct("<HH").unpack_from
    while place <= end:
        kind, size = unpack(stream, place)
        if kind in _CELLS and size >= 4 and place + 4 + size <= len(stream):
            row, column = unpack(stream, place + 4)
            if kind in _SEVERAL:
                last = int.from_bytes(stream[place + 2 + size : place + 4 + size], "little")
                column = max(column, last)
            highest, widest = max(highest, row + 1), max(widest, column + 1)
        elif kind == _LOCKED:
            raise Unreadable("the workbook is protected by a password", place=where)
        elif kind == _BEGIN:
            highest = widest = 0
        if widest > _COLUMNS or highest * widest > limits.cells:
            raise Unreadable("the workbook is damaged: a cell lies beyond its sheet", place=where)
        place += 4 + size


def _veils(stream: bytes) -> list[Veil]:
    """What each sheet hides, in the order in which the workbook lists them."""
    starts: list[int] = []
    place = 0
    while place + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, place)
        if kind == _SHEET and size >= 4:
            starts.append(int.from_bytes(stream[place + 4 : place + 8], "little"))
        elif kind == _END:
            break
        place += 4 + size
    return [_veil(stream, start) for start in starts]


def _veil(stream: bytes, place: int) -> Veil:
    """What the sheet that begins at ``place`` hides; a chart in it is passed over."""
    veil = Veil()
    depth = 0
    while place + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, place)
        if kind & 0xF0FF == _BEGIN & 0xF0FF:
            depth += 1
        elif kind == _END:
            depth -= 1
            if depth <= 0:
                break
        elif depth == 1 and kind == _ROW and size >= 13 and place + 17 <= len(stream):
            if stream[place + 16] & _ROW_HIDDEN:
                veil.rows.add(int.from_bytes(stream[place + 4 : place + 6], "little") + 1)
        elif depth == 1 and kind == _COLUMN_WIDTHS and size >= 10 and place + 14 <= len(stream):
            first, last, _, _, flags = struct.unpack_from("<5H", stream, place + 4)
            if flags & _COLUMN_HIDDEN:
                veil.columns.update(range(first, min(last + 1, _COLUMNS)))
        place += 4 + size
    return veil
