"""Device IDs and install codes as we write them, by the hundred thousand.

The same texts as ``str(DeviceId)`` and ``InstallCode.grouped`` give, without an object for each;
and tables of cells that stay columns until somebody asks for a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from exchange.domain.columns.device_columns import ColumnSequence, Flags, Numbers, Places, Words
from exchange.domain.columns.device_ids import DeviceIds, id_bytes
from exchange.domain.device import CODE_BYTES, CRC_BYTES, crc_table

Bytes = npt.NDArray[np.uint8]

# The two digits of a byte as one number, so that they are looked up at once.
_HEX: Final = np.frombuffer(b"".join(b"%02X" % byte for byte in range(256)), np.uint16)
_GROUPED: Final = CODE_BYTES + CRC_BYTES


class Written(NamedTuple):
    """A column of texts of one length: hex digits with hyphens or blanks between them.

    ``letters`` has a row of ASCII bytes for each; where ``present`` is false the text is empty,
    whatever stands in ``letters``.  ``read`` has the texts of all rows where they are made already.
    """

    letters: Bytes
    present: Flags
    read: list[str] | None = None

    @classmethod
    def none(cls, number: int, like: Written) -> Written:
        """``number`` empty texts, to stand behind those of ``like``."""
        width = like.letters.shape[1]
        return cls(np.zeros((number, width), np.uint8), np.zeros(number, np.bool_))

    def taken(self, chosen: slice | Numbers | Flags) -> Written:
        """Some of the rows."""
        read = self.read[chosen] if self.read is not None and isinstance(chosen, slice) else None
        return Written(self.letters[chosen], self.present[chosen], read)

    def made(self) -> Written:
        """The same with its texts made: for many short columns at once that is far less work."""
        width = self.letters.shape[1]
        lines = np.ascontiguousarray(self.letters).view(f"S{width}").ravel()
        return Written(self.letters, self.present, lines.astype(f"U{width}").tolist())

    def texts(self) -> list[str]:
        """The texts themselves."""
        read = self.read if self.read is not None else self.made().read or []
        shown = self.present.tolist()
        if all(shown):
            return read
        return [text if one else "" for text, one in zip(read, shown, strict=True)]

    def order(self) -> Numbers:
        """The rows by their texts, empty ones first and equal ones as they stand."""
        letters = self.letters * self.present[:, None]
        return np.argsort(letters.view(f"S{letters.shape[1]}").ravel(), kind="stable")

    def joined(self, between: str) -> str:
        """The texts, all present, with one character between them."""
        number, width = self.letters.shape
        lines = np.full((number, width + 1), ord(between), np.uint8)
        lines[:, :width] = self.letters
        return lines.tobytes()[:-1].decode("ascii")


def joined_written(pieces: Sequence[Written]) -> Written:
    """Columns of texts of the same length one behind another."""
    return Written(
        np.concatenate([piece.letters for piece in pieces]),
        np.concatenate([piece.present for piece in pieces]),
    )


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Grid(ColumnSequence[tuple[str, ...]]):
    """A table of texts as columns, each of which has as many rows; a row is its cells."""

    columns: tuple[Written | Words | Places, ...] = field(repr=False)

    def taken(self, chosen: slice | Numbers | Flags) -> Grid:
        """Some of the rows, as columns."""
        return Grid(tuple(column.taken(chosen) for column in self.columns))

    def made(self) -> list[tuple[str, ...]]:
        """All rows, cell by cell."""
        return list(zip(*(column.texts() for column in self.columns), strict=True))

    def __len__(self) -> int:
        first = self.columns[0]
        if isinstance(first, Written):
            return len(first.present)
        return len(first.which if isinstance(first, Words) else first.numbers)


def devices_written(ids: DeviceIds) -> Written:
    """Return ``00-DB-12-34-...`` for each row."""
    return _joined(id_bytes(ids), 1, "-")


def codes_written(codes: Bytes) -> Written:
    """``83FE D340 ... C3B5`` for each row of 16 bytes, its CRC behind it."""
    crc = crcs(codes)
    content = np.empty((len(codes), _GROUPED), np.uint8)
    content[:, :CODE_BYTES] = codes
    content[:, CODE_BYTES] = crc & np.uint16(0xFF)
    content[:, CODE_BYTES + 1] = crc >> np.uint16(8)
    return _joined(content, 2, " ")


def _joined(content: Bytes, group: int, between: str) -> Written:
    """Upper-case hex digits in groups of ``group`` bytes."""
    number, width = content.shape
    groups = width // group
    size = 2 * group + 1
    letters = np.empty((number, groups, size), np.uint8)
    letters[:, :, -1] = ord(between)
    letters[:, :, :-1] = _HEX[content].view(np.uint8).reshape(number, groups, size - 1)
    # Nothing stands behind the last group.
    return Written(letters.reshape(number, groups * size)[:, :-1], np.ones(number, np.bool_))


_STEPS: Final = np.array(crc_table(), np.uint16)


def crcs(codes: Bytes) -> npt.NDArray[np.uint16]:
    """CRC-16/X-25 of each row, as ``crc16_x25`` gives it of one."""
    value = np.full(len(codes), 0xFFFF, np.uint16)
    for column in np.ascontiguousarray(codes.T):
        value = value >> np.uint16(8) ^ _STEPS.take((value ^ column) & np.uint16(0xFF))
    return value ^ np.uint16(0xFFFF)
