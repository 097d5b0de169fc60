"""A column of cells kept as slices of one byte buffer, so that no string is made for each cell."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from typing import Final, overload

import numpy as np
import numpy.typing as npt

from exchange.domain.columns.device_columns import Int64Array
from exchange.domain.columns.group_equal_rows import first_equal_rows

Buffer = npt.NDArray[np.uint8]

_BLANK: Final = b"\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f "  # the ASCII characters str.strip() removes
_BLANKS: Final = np.isin(np.arange(256), list(_BLANK))
_MASKS: Final = np.array([(1 << 8 * n) - 1 for n in range(8)] + [2**64 - 1], np.uint64)
_MOST_TRIMMED: Final = 32
_LONGEST_KEY: Final = 64
PADDING: Final = bytes(_LONGEST_KEY + 8)


def padded_buffer(content: bytes) -> Buffer:
    """Return UTF-8 bytes as an array with PADDING after them, so that 8-byte reads stay inside."""
    return np.frombuffer(content + PADDING, np.uint8)


def to_utf8(text: str) -> bytes:
    """Encode any text as UTF-8, lone surrogates too, so that decoding gives the same text back."""
    return text.encode("utf-8", "surrogatepass")


def byte_rows(buffer: Buffer, starts: Int64Array, width: int) -> Buffer:
    """Return the ``width`` bytes that begin at each of ``starts``, one row for each start."""
    windows: npt.NDArray[np.void] = np.ndarray(
        (max(0, len(buffer) - width + 1),), f"V{width}", buffer, strides=(1,)
    )
    return windows[starts].view(np.uint8).reshape(-1, width)


class ByteColumn(Sequence[str]):
    """Cells in UTF-8: where each begins and ends in ``buffer``, outer blanks removed.

    ``keys`` may number the cells so that the same number means the same text.  ``escaped``: the
    buffer is XML and may hold the five entities that XML names.
    """

    def __init__(
        self,
        buffer: Buffer,
        starts: Int64Array,
        ends: Int64Array,
        keys: Int64Array | None = None,
        *,
        escaped: bool = False,
    ) -> None:
        self.buffer = buffer
        self.starts, self.ends = _trimmed(buffer, starts, ends)
        self._keys = keys
        self._escaped = escaped

    @classmethod
    def of(cls, cells: Sequence[str]) -> ByteColumn:
        """Return ``cells`` as a column."""
        joined = "".join(cells)
        if joined.isascii():
            lengths = np.fromiter(map(len, cells), np.int64, len(cells))
            content = joined.encode("ascii")
        else:
            pieces = [to_utf8(cell) for cell in cells]
            lengths = np.fromiter(map(len, pieces), np.int64, len(cells))
            content = b"".join(pieces)
        ends = np.cumsum(lengths)
        return cls(padded_buffer(content), ends - lengths, ends)

    @property
    def lengths(self) -> Int64Array:
        """Return the number of bytes in each cell."""
        return self.ends - self.starts

    def byte_rows(self, chosen: Int64Array, width: int) -> Buffer:
        """Return the first ``width`` bytes of each chosen cell, one row for each cell."""
        return byte_rows(self.buffer, self.starts[chosen], width)

    def non_ascii(self) -> Int64Array:
        """Return the indexes of the cells that hold a character outside ASCII."""
        places = np.flatnonzero(self.buffer >= 0x80)
        if not len(places):
            return places
        return np.flatnonzero(
            np.searchsorted(places, self.starts) != np.searchsorted(places, self.ends)
        )

    def distinct(self) -> tuple[list[str], Int64Array]:
        """Return the distinct texts (a few may repeat) and the index of each cell's text.

        500,000 short cells take 0.05 s as numbers and 0.25 s as texts: more than half of the time
        in which a CSV is read.
        """
        if not len(self):
            return [], np.zeros(0, np.int64)
        if self._keys is not None:
            first = first_equal_rows(self._keys)
        elif int(self.lengths.max()) <= _LONGEST_KEY:
            first = first_equal_rows(*self._words())
        else:
            known: dict[str, int] = {}
            texts = list(self)
            which = [known.setdefault(text, len(known)) for text in texts]
            return list(known), np.array(which, np.int64)
        begins = first == np.arange(len(first))
        ranks = np.cumsum(begins) - 1
        return [self[at] for at in np.flatnonzero(begins).tolist()], ranks[first]

    def _words(self) -> list[npt.NDArray[np.uint64]]:
        """Return each cell as 8-byte integers, its length first."""
        lengths = self.lengths
        words = [lengths.astype(np.uint64)]
        whole: npt.NDArray[np.uint64] = np.ndarray(
            (len(self.buffer) - 7,), "<u8", self.buffer, strides=(1,)
        )
        for at in range(0, int(lengths.max()), 8):
            own = np.clip(lengths - at, 0, 8)
            places = np.where(own > 0, self.starts + at, 0)
            words.append(whole[places] & _MASKS[own])
        return words

    def __len__(self) -> int:
        return len(self.starts)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        return self.text_at(int(self.starts[index]), int(self.ends[index]))

    def text_at(self, start: int, end: int) -> str:
        """Return the text between two places of the buffer, outer blanks removed."""
        text = self.buffer[start:end].tobytes().decode("utf-8", "surrogatepass")
        if self._escaped and "&" in text:
            text = html.unescape(text)
        return text.strip()

    def same_buffer(
        self, starts: Int64Array, ends: Int64Array, keys: Int64Array | None = None
    ) -> ByteColumn:
        """Return other cells of the same buffer as a column."""
        return ByteColumn(self.buffer, starts, ends, keys, escaped=self._escaped)

    def __iter__(self) -> Iterator[str]:
        return map(self.text_at, self.starts.tolist(), self.ends.tolist())


def _trimmed(buffer: Buffer, starts: Int64Array, ends: Int64Array) -> tuple[Int64Array, Int64Array]:
    """Return ``starts`` and ``ends`` moved inwards past ASCII blanks."""
    for step, bound in ((1, 0), (-1, 1)):
        edge = ends - 1 if bound else starts
        blank = _BLANKS[buffer[edge]] & (starts < ends)
        left = np.flatnonzero(blank)
        if not len(left):
            continue
        starts, ends = starts.copy(), ends.copy()
        moved = ends if bound else starts
        for _ in range(_MOST_TRIMMED):
            moved[left] += step
            at = moved[left] - bound
            left = left[(starts[left] < ends[left]) & _BLANKS[buffer[at]]]
            if not len(left):
                break
        for row in left.tolist():
            piece = buffer[starts[row] : ends[row]].tobytes()
            kept = len(piece.rstrip(_BLANK) if bound else piece.lstrip(_BLANK))
            moved[row] += -step * (kept - len(piece))
    return starts, ends
