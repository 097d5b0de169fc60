"""Old workbooks ([MS-XLS]) looked at before the library opens them: how much their sheets span.

python-calamine takes memory for the whole rectangle up to the farthest cell, and a damaged record
can name a cell that no sheet has.
"""

from __future__ import annotations

import io
import struct
from typing import Final

import olefile

from exchange.errors import Unreadable
from exchange.parsing.compound import MAGIC, has_endless_chain
from exchange.parsing.limits import Limits

# FORMULA, BLANK, NUMBER, LABEL, BOOLERR, RK, MULRK, MULBLANK, RSTRING, LABELSST; and their like
# of older files.
_CELLS: Final = frozenset(
    (0x06, 0x201, 0x203, 0x204, 0x205, 0x27E, 0xBD, 0xBE, 0xD6, 0xFD, 0x7E, 0x206, 0x406)
)
_SEVERAL: Final = (0xBD, 0xBE)
_BEGIN: Final = 0x809
_LOCKED: Final = 0x2F  # FilePass
_COLUMNS: Final = 256
_DAMAGE: Final = (
    OSError, ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError,
    RecursionError, struct.error,
)  # fmt: skip


def check_span(where: str, content: bytes, limits: Limits) -> None:
    """Raises Unreadable when an old workbook is without end, locked, or spans more than it may.

    Silent for every other kind of file.
    """
    if not content.startswith(MAGIC):
        return
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
