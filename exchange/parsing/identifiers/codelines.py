"""Lines of a large delimited file to columns of Device IDs and install codes, a block at a time.

Ordinary rows are read by arithmetic over whole blocks; what is written in any other way is left to
the reader of single rows, which also says why a row is bad.  Nothing here repairs or guesses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from exchange.domain.device import CODE_BYTES, CRC_BYTES, DEVICE_ID_BYTES, crc_table

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

WORD_BYTES: Final = 24  # a longer word in a column of words is no ordinary one
_FEW_WORDS: Final = 24
# For each length of a word: its bytes, as three numbers.
_WORD_MASKS: Final = (
    np.where(np.arange(WORD_BYTES) < np.arange(WORD_BYTES + 1)[:, None], 0xFF, 0)
    .astype(np.uint8)
    .view("<u8")
)
_NEWLINE, _RETURN, _QUOTE, _SPACE, _TAB = b'\n\r" \t'
_NOT_HEX: Final = 0xFF
# (hex digits, digits in a group): as one run, or in groups with one separator throughout.
_DEVICE_FORMS: Final = ((16, 0), (16, 2), (16, 4))
_CODE_FORMS: Final = ((36, 0), (36, 4), (36, 2), (32, 0), (32, 4), (32, 2))
_SEPARATORS: Final = np.frombuffer(b"-: .", np.uint8)


_ONES: Final = np.uint64((1 << 64) - 1)
_CRC: Final = np.array(crc_table(), np.uint16)


@dataclass(frozen=True, slots=True)
class Words:
    """A column of words: ``words[places[i]]`` stands in line i; -1 where it is no ordinary one."""

    places: npt.NDArray[np.int32]
    words: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """A block's lines, one place each in every array.

    ``plain`` lines are understood as they stand; ``blank`` ones hold nothing; the others are for
    the reader of single rows.  ``torn`` says that a quote or a bare carriage return runs over the
    ends of lines, so that the block cannot be read line by line at all.
    """

    content: Bytes = field(repr=False)
    starts: Places
    ends: Places
    plain: Mask
    blank: Mask
    devices: npt.NDArray[np.uint64]
    codes: Bytes = field(repr=False)
    has_code: Mask
    words: Mapping[str, Words]
    torn: bool = False

    def text(self, at: int) -> bytes:
        """One line as it stands."""
        return self.content[self.starts[at] : self.ends[at]].tobytes()


def read_lines(
    block: bytes, delimiter: str, device: int, code: int | None, words: Mapping[str, int]
) -> Lines:
    """Read a block that ends where a line does; the numbers are columns, from 0.

    ``code`` None: the file has no codes.
    """
    content = np.frombuffer(block if block.endswith(b"\n") else block + b"\n", np.uint8)
    newlines = np.flatnonzero(content == _NEWLINE)
    starts = np.empty_like(newlines)
    starts[0], starts[1:] = 0, newlines[:-1] + 1
    returned = (newlines > starts) & (content[newlines - 1] == _RETURN)
    ends = newlines - returned
    fields = _Fields(content, starts, ends, newlines, ord(delimiter) if delimiter else -1)
    torn = fields.torn or np.count_nonzero(content == _RETURN) != np.count_nonzero(returned)
    blank = fields.blank
    needed = max([device, *([] if code is None else [code]), *words.values()])
    plain = fields.ordinary(needed) & ~blank
    number = len(starts)
    numbers, codes = np.zeros(number, np.uint64), np.zeros((number, CODE_BYTES), np.uint8)
    has_code = np.zeros(number, bool)
    if not torn:
        _read_devices(fields, device, plain, numbers)
        if code is not None:
            _read_codes(fields, code, plain, codes, has_code)
    read = {name: _read_words(fields, column, plain & (not torn)) for name, column in words.items()}
    return Lines(
        content, starts, ends, plain & (not torn), blank, numbers, codes, has_code, read, torn
    )


class _Fields:
    """Where the fields of a block's lines begin and end."""

    def __init__(
        self, content: Bytes, starts: Places, ends: Places, newlines: Places, delimiter: int
    ) -> None:
        self.content, self._starts, self._ends = content, starts, ends
        # Past the end so that a window over the last field does not fall off.
        self._room = np.concatenate([content, np.zeros(64, np.uint8)])
        self._marks = np.flatnonzero(content == delimiter) if delimiter >= 0 else newlines[:0]
        self._first = np.searchsorted(self._marks, starts)
        self._counts = np.searchsorted(self._marks, newlines) - self._first
        self._within = np.zeros(len(starts), bool)  # a delimiter within quotes
        self.torn = False
        self.quoted = False
        quotes = np.flatnonzero(content == _QUOTE)
        if len(quotes):
            self.quoted = True
            self.torn = bool(np.any(np.diff(np.searchsorted(quotes, newlines), prepend=0) & 1))
            inside = (np.searchsorted(quotes, self._marks) & 1).astype(bool)
            if inside.any():
                at = np.searchsorted(newlines, self._marks[inside])
                self._within[at] = True
        first = np.minimum(starts, len(content) - 1)
        lead = content[first]
        empty = ends <= starts
        # A line that begins with neither letter nor digit may hold nothing but delimiters.
        doubtful = np.flatnonzero(~empty & ((lead == delimiter) | (lead <= _SPACE)))
        for at in doubtful.tolist():
            line = content[starts[at] : ends[at]]
            empty[at] = bool(np.all((line == delimiter) | (line == _SPACE) | (line == _TAB)))
        self.blank: Mask = empty

    def ordinary(self, column: int) -> Mask:
        """Lines that have ``column`` and no delimiter within quotes."""
        return (self._counts >= column) & ~self._within

    def bounds(self, column: int, lines: Places) -> tuple[Places, Places]:
        """Where a column's cells begin and end in ``lines``, outer blanks and quotes left out."""
        first, marks = self._first[lines], self._marks
        last = max(len(marks) - 1, 0)
        low, high = self._starts[lines], self._ends[lines]
        if column:
            low = marks[np.minimum(first + column - 1, last)] + 1
        if len(marks):
            more = self._counts[lines] > column
            high = np.where(more, marks[np.minimum(first + column, last)], high)
        for _ in range(4):
            lead = self._room[low]
            out = (low < high) & ((lead == _SPACE) | (lead == _TAB) | (lead == _QUOTE))
            tail = self._room[high - 1]
            back = (low < high) & ((tail == _SPACE) | (tail == _TAB) | (tail == _QUOTE))
            if not out.any() and not back.any():
                break
            low, high = low + out, np.maximum(high - back, low + out)
        return low, high

    def cells(self, starts: Places, width: int) -> Bytes:
        """``width`` bytes from each start, as a table."""
        windows = np.ndarray(
            (len(self._room) - width + 1,), f"V{width}", self._room.data, strides=(1,)
        )
        return windows[starts].view(np.uint8).reshape(len(starts), width)


def _hex_cells(
    fields: _Fields, low: Places, widths: Places, forms: tuple[tuple[int, int], ...]
) -> Iterator[tuple[Places, Bytes]]:
    """For each form: the places (in ``low``) written so, and their bytes as a table."""
    for digits, group in forms:
        width = digits + ((digits - 1) // group if group else 0)
        at = np.flatnonzero(widths == width)
        if not len(at):
            continue
        cells = fields.cells(low[at], width)
        if group:
            stands = np.arange(width) % (group + 1) == group
            same = _one_mark(cells[:, stands])
            cells = np.ascontiguousarray(cells[:, ~stands])
        values = _values(cells)
        # Whole blocks are nearly always good: a row at a time only where one is not.
        if values.max() > 15 or (group and not same.all()):
            good = (values <= 15).all(axis=1)
            if group:
                good &= same
            at, values = at[good], values[good]
        yield at, np.bitwise_or(values[:, 0::2] << np.uint8(4), values[:, 1::2], dtype=np.uint8)


def _values(digits: Bytes) -> Bytes:
    """What hex digits stand for; more than 15 for anything else.

    Reckoned, not looked up: a table would first turn every byte into a machine word.
    """
    decimal = digits - np.uint8(ord("0"))
    letter = (digits | np.uint8(0x20)) - np.uint8(ord("a") - 10)
    letter = np.where(letter < 10, np.uint8(_NOT_HEX), letter)
    return np.where(decimal < 10, decimal, letter)


def _one_mark(marks: Bytes) -> Mask:
    """Rows that are one separator throughout."""
    if marks.min() == marks.max():
        return np.full(len(marks), marks[0, 0] in _SEPARATORS)
    one: Mask = (marks == marks[:, :1]).all(axis=1) & np.isin(marks[:, 0], _SEPARATORS)
    return one


def _read_devices(
    fields: _Fields, column: int, plain: Mask, numbers: npt.NDArray[np.uint64]
) -> None:
    lines = np.flatnonzero(plain)
    low, high = fields.bounds(column, lines)
    plain[lines] = False
    for at, content in _hex_cells(fields, low, high - low, _DEVICE_FORMS):
        found = np.ascontiguousarray(content).view(">u8").ravel().astype(np.uint64)
        real = (found != 0) & (found != np.uint64((1 << 8 * DEVICE_ID_BYTES) - 1))
        numbers[lines[at]] = found
        plain[lines[at]] = real


def _read_codes(fields: _Fields, column: int, plain: Mask, codes: Bytes, has_code: Mask) -> None:
    lines = np.flatnonzero(plain)
    low, high = fields.bounds(column, lines)
    plain[lines] = high == low  # no code: a device that is known as installed
    for at, content in _hex_cells(fields, low, high - low, _CODE_FORMS):
        bare = np.ascontiguousarray(content[:, :CODE_BYTES])
        words = bare.view(np.uint64)
        # A code is not all zeros or all Fs.
        good = ((words[:, 0] | words[:, 1]) != 0) & ((words[:, 0] & words[:, 1]) != _ONES)
        if content.shape[1] == CODE_BYTES + CRC_BYTES:
            good &= crc_of(bare) == (
                content[:, CODE_BYTES].astype(np.uint16)
                | content[:, CODE_BYTES + 1].astype(np.uint16) << np.uint16(8)
            )
        if not good.all():
            at, bare = at[good], bare[good]
        codes[lines[at]] = bare
        has_code[lines[at]] = True
        plain[lines[at]] = True


def crc_of(codes: Bytes) -> npt.NDArray[np.uint16]:
    """CRC-16/X-25 of many codes at once."""
    columns = np.ascontiguousarray(codes.T)
    value = np.full(len(codes), 0xFFFF, np.uint16)
    for column in columns:
        value = value >> np.uint16(8) ^ _CRC.take((value ^ column) & np.uint16(0xFF))
    return value ^ np.uint16(0xFFFF)


def _read_words(fields: _Fields, column: int, plain: Mask) -> Words:
    places = np.full(len(plain), -1, np.int32)
    lines = np.flatnonzero(plain)
    low, high = fields.bounds(column, lines)
    short = high - low <= WORD_BYTES
    lines, low, widths = lines[short], low[short], (high - low)[short]
    if not len(lines):
        return Words(places, ())
    # What stands after the word is blanked, eight bytes at a time.
    keys = fields.cells(low, WORD_BYTES).view("<u8") & _WORD_MASKS.take(widths, axis=0)
    columns = [np.ascontiguousarray(word) for word in keys.T]
    found: list[bytes] = []
    left = np.arange(len(lines))
    while len(left) and len(found) < _FEW_WORDS:
        same = columns[0] == columns[0][0]
        for word in columns[1:]:
            same &= word == word[0]
        places[lines[left[same]]] = len(found)
        found.append(_word(keys[left[0]]))
        if same.all():
            left = left[:0]
            break
        left, columns = left[~same], [word[~same] for word in columns]
    if len(left):
        whole = np.ascontiguousarray(keys[left]).view(f"S{WORD_BYTES}").ravel()
        words, inverse = np.unique(whole, return_inverse=True)
        places[lines[left]] = inverse + len(found)
        found += [bytes(word) for word in words]
    return Words(places, tuple(found))


def _word(key: npt.NDArray[np.uint64]) -> bytes:
    return key.tobytes().rstrip(b"\0")
