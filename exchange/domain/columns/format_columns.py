"""Format Device IDs and install codes by the hundred thousand.

The texts are those of ``str(DeviceId)`` and ``InstallCode.grouped``, without an object for each:
500,000 of both take 0.1 s so, and 1.5 s one by one.
A ``Grid`` is a table of such columns that makes its rows on demand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from exchange.domain.columns.device_columns import (
    BoolArray,
    ColumnSequence,
    Int64Array,
    PlaceColumn,
    TextColumn,
)
from exchange.domain.columns.device_ids import DeviceIds, id_bytes
from exchange.domain.device import CODE_BYTES, CRC_BYTES, crc_table

ByteArray = npt.NDArray[np.uint8]

# The two hex digits of each byte as one 16-bit number, so that one look-up gives both.
_HEX_OF_BYTE: Final = np.frombuffer(b"".join(b"%02X" % byte for byte in range(256)), np.uint16)
_CODE_AND_CRC: Final = CODE_BYTES + CRC_BYTES


class HexColumn(NamedTuple):
    """A column of texts of equal length: hex digits with hyphens or blanks between them.

    ``letters`` has a row of ASCII bytes for each text; where ``present`` is false the text is
    empty, whatever ``letters`` has.
    """

    letters: ByteArray
    present: BoolArray

    @classmethod
    def empty(cls, number: int, like: HexColumn) -> HexColumn:
        """Return ``number`` empty texts as wide as those of ``like``."""
        width = like.letters.shape[1]
        return cls(np.zeros((number, width), np.uint8), np.zeros(number, np.bool_))

    def take(self, chosen: slice | Int64Array | BoolArray) -> HexColumn:
        """Return some of the rows."""
        return HexColumn(self.letters[chosen], self.present[chosen])

    def texts(self) -> list[str]:
        """Return the text of each row."""
        width = self.letters.shape[1]
        lines = np.ascontiguousarray(self.letters).view(f"S{width}").ravel()
        texts: list[str] = lines.astype(f"U{width}").tolist()
        present = self.present.tolist()
        if all(present):
            return texts
        return [text if shown else "" for text, shown in zip(texts, present, strict=True)]

    def argsort(self) -> Int64Array:
        """Return the row numbers sorted by text, empty ones first; the sort is stable."""
        letters = self.letters * self.present[:, None]
        return np.argsort(letters.view(f"S{letters.shape[1]}").ravel(), kind="stable")

    def join(self, separator: str) -> str:
        """Join the texts, all of them present, with one character between them."""
        number, width = self.letters.shape
        lines = np.full((number, width + 1), ord(separator), np.uint8)
        lines[:, :width] = self.letters
        return lines.tobytes()[:-1].decode("ascii")


def concat_hex(pieces: Sequence[HexColumn]) -> HexColumn:
    """Return the rows of several columns of equally long texts as one column."""
    return HexColumn(
        np.concatenate([piece.letters for piece in pieces]),
        np.concatenate([piece.present for piece in pieces]),
    )


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Grid(ColumnSequence[tuple[str, ...]]):
    """A table of texts, kept as columns of equal length; an item is the tuple of a row's cells."""

    columns: tuple[HexColumn | TextColumn | PlaceColumn, ...] = field(repr=False)

    @classmethod
    def of(cls, rows: Iterable[tuple[str, ...]], width: int) -> Grid:
        """Return the table of ``rows``, each of ``width`` cells."""
        if isinstance(rows, Grid):
            return rows
        kept = list(rows)
        return cls(tuple(TextColumn.of([row[at] for row in kept]) for at in range(width)))

    def take(self, chosen: slice | Int64Array | BoolArray) -> Grid:
        """Return some of the rows, as columns."""
        return Grid(tuple(column.take(chosen) for column in self.columns))

    def to_objects(self) -> list[tuple[str, ...]]:
        """Return all rows as tuples of cells."""
        return list(zip(*(column.texts() for column in self.columns), strict=True))

    def __len__(self) -> int:
        first = self.columns[0]
        if isinstance(first, HexColumn):
            return len(first.present)
        return len(first.which if isinstance(first, TextColumn) else first.numbers)


def format_device_ids(ids: DeviceIds) -> HexColumn:
    """Return ``00-DB-12-34-...`` for each row."""
    return _grouped(id_bytes(ids), 1, "-")


def format_codes(codes: ByteArray) -> HexColumn:
    """Return ``83FE D340 ... C3B5`` for each row of 16 bytes, the CRC at the end."""
    crc = crcs(codes)
    content = np.empty((len(codes), _CODE_AND_CRC), np.uint8)
    content[:, :CODE_BYTES] = codes
    content[:, CODE_BYTES] = crc & np.uint16(0xFF)
    content[:, CODE_BYTES + 1] = crc >> np.uint16(8)
    return _grouped(content, 2, " ")


def _grouped(content: ByteArray, group: int, separator: str) -> HexColumn:
    """Return the rows as upper-case hex digits in groups of ``group`` bytes."""
    number, width = content.shape
    groups = width // group
    size = 2 * group + 1
    letters = np.empty((number, groups, size), np.uint8)
    letters[:, :, -1] = ord(separator)
    letters[:, :, :-1] = _HEX_OF_BYTE[content].view(np.uint8).reshape(number, groups, size - 1)
    # The last group has no separator after it.
    return HexColumn(letters.reshape(number, groups * size)[:, :-1], np.ones(number, np.bool_))


_CRC_TABLE: Final = np.array(crc_table(), np.uint16)


def crcs(codes: ByteArray) -> npt.NDArray[np.uint16]:
    """Return the CRC-16/X-25 of each row, the same as ``crc16_x25`` of it."""
    value = np.full(len(codes), 0xFFFF, np.uint16)
    for column in np.ascontiguousarray(codes.T):
        value = value >> np.uint16(8) ^ _CRC_TABLE.take((value ^ column) & np.uint16(0xFF))
    return value ^ np.uint16(0xFFFF)
