"""Check whole columns of Device IDs and install codes at once, for very long lists.

The checks accept what ``read_device`` and ``read_code_cell`` accept, and nothing more.  Cells that
they do not accept are read one by one.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from exchange.domain.columns.device_columns import BoolArray, CodeArray, Int64Array
from exchange.domain.columns.device_ids import DeviceIds, blank_ids, ids_from_bytes, invalid_ids
from exchange.domain.columns.format_columns import crcs
from exchange.domain.device import CODE_BYTES, DEVICE_ID_BYTES
from exchange.parsing.text.byte_column import ByteColumn

# Rows checked at a time: enough for numpy, and little memory.
CHUNK: Final = 1 << 16
_DIGITS: Final = 2 * DEVICE_ID_BYTES
_NO_DIGIT: Final = 0x80
_ANY_NO_DIGIT: Final = np.uint64(0x8080808080808080)
_ALL_FS: Final = np.uint64(0xFFFFFFFFFFFFFFFF)

_Bytes = npt.NDArray[np.uint8]
_Layout = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]


def _digit_values() -> _Bytes:
    values = np.full(256, _NO_DIGIT, np.uint8)
    for value, digit in enumerate("0123456789abcdef"):
        values[ord(digit)] = values[ord(digit.upper())] = value
    return values


_VALUES: Final = _digit_values()
_SEPARATORS: Final = np.isin(np.arange(256), list(b"-:. "))
_DECIMALS: Final = np.isin(np.arange(256), list(b"0123456789"))


def _layout(digits: int, group: int) -> _Layout:
    """Return the positions of digits and of separators in digits written in groups."""
    width = digits + digits // group - 1
    places = np.arange(width)
    is_separator = places % (group + 1) == group
    return np.flatnonzero(~is_separator), np.flatnonzero(is_separator)


def _layouts(digits: int) -> dict[int, _Layout]:
    """Return the layouts of bare digits, groups of four and pairs, by length of text."""
    layouts = [_layout(digits, group) for group in (digits, 4, 2)]
    return {
        len(digits_at) + len(separators_at): (digits_at, separators_at)
        for digits_at, separators_at in layouts
    }


_DEVICE_LAYOUTS: Final = _layouts(_DIGITS)
_CODE_LAYOUTS: Final = {
    digits: _layouts(digits) for digits in (2 * CODE_BYTES, 2 * CODE_BYTES + 4)
}  # without and with the CRC


class CheckedDevices(NamedTuple):
    """Checked cells: which are Device IDs, and their values (undefined for the others)."""

    valid: BoolArray
    ids: DeviceIds


class CheckedCodes(NamedTuple):
    """Checked cells: which are good codes, the codes, and the number of digits of each."""

    valid: BoolArray
    codes: CodeArray
    digits: npt.NDArray[np.uint8]  # 32 or 36; 0 for a cell that is no good code


def check_devices(cells: ByteColumn) -> CheckedDevices:
    """Return which of ``cells`` are Device IDs in one of the written forms, and their values."""
    valid = np.zeros(len(cells), np.bool_)
    ids = blank_ids(len(cells))
    lengths = cells.lengths
    for width, layout in _DEVICE_LAYOUTS.items():
        for rows in _chunks(np.flatnonzero(lengths == width)):
            valid[rows], ids[rows] = _check_device_layout(cells.byte_rows(rows, width), layout)
    return CheckedDevices(valid, ids)


def _chunks(rows: Int64Array) -> Iterator[Int64Array]:
    return (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))


def _check_device_layout(text: _Bytes, layout: _Layout) -> tuple[BoolArray, DeviceIds]:
    digits_at, separators_at = layout
    digits = _VALUES[text[:, digits_at] if len(separators_at) else text]
    both_halves = np.ascontiguousarray(digits).view(np.uint64)
    valid = ((both_halves[:, 0] | both_halves[:, 1]) & _ANY_NO_DIGIT) == 0
    if len(separators_at):
        # The same separator throughout.
        first = text[:, separators_at[0]]
        valid &= _SEPARATORS[first]
        for place in separators_at[1:]:
            valid &= text[:, place] == first
    ids = ids_from_bytes(digits[:, 0::2] << np.uint8(4) | digits[:, 1::2])
    return valid & ~invalid_ids(ids), ids


def check_codes(cells: ByteColumn) -> CheckedCodes:
    """Return which of ``cells`` are install codes; a CRC that is present must be right."""
    valid = np.zeros(len(cells), np.bool_)
    codes = np.zeros((len(cells), CODE_BYTES), np.uint8)
    digits = np.zeros(len(cells), np.uint8)
    lengths = cells.lengths
    for count, layouts in _CODE_LAYOUTS.items():
        for width, layout in layouts.items():
            for rows in _chunks(np.flatnonzero(lengths == width)):
                found, codes[rows] = _check_code_layout(cells.byte_rows(rows, width), layout)
                valid[rows], digits[rows] = found, np.where(found, count, 0)
    return CheckedCodes(valid, codes, digits)


def _check_code_layout(text: _Bytes, layout: _Layout) -> tuple[BoolArray, CodeArray]:
    digits_at, separators_at = layout
    digits = _VALUES[text[:, digits_at] if len(separators_at) else text]
    valid = (digits & _NO_DIGIT).max(axis=1) == 0
    if len(separators_at):
        # The groups of a code may have different separators.
        valid &= _SEPARATORS[text[:, separators_at]].all(axis=1)
    raw = (digits[:, 0::2] << 4) | (digits[:, 1::2] & 0x0F)
    codes = np.ascontiguousarray(raw[:, :CODE_BYTES])
    halves = codes.view(np.uint64)
    same = halves[:, 0] == halves[:, 1]
    valid &= ~(same & ((halves[:, 0] == 0) | (halves[:, 0] == _ALL_FS)))
    if raw.shape[1] > CODE_BYTES:
        written_crc = raw[:, CODE_BYTES].astype(np.uint16) | (
            raw[:, CODE_BYTES + 1].astype(np.uint16) << np.uint16(8)
        )
        valid &= crcs(codes) == written_crc
    return valid, codes


def find_decimal_cells(cells: ByteColumn) -> BoolArray:
    """Return which cells are 16 decimal digits (ASCII)."""
    found = np.zeros(len(cells), np.bool_)
    for rows in _chunks(np.flatnonzero(cells.lengths == _DIGITS)):
        text = cells.byte_rows(rows, _DIGITS)
        likely = np.flatnonzero(_DECIMALS[text[:, 1]] & _DECIMALS[text[:, -1]])
        found[rows[likely]] = _DECIMALS[text[likely]].all(axis=1)
    return found


def count_decimal_ids(cells: ByteColumn) -> tuple[int, int]:
    """Return how many cells are 16 decimal digits without a leading 0, and how many end in 0.

    Cells with characters beyond ASCII are not counted.
    """
    rows = np.flatnonzero(find_decimal_cells(cells))
    own = rows[cells.buffer[cells.starts[rows]] != ord("0")]
    return len(own), int(np.count_nonzero(cells.buffer[cells.ends[own] - 1] == ord("0")))


@contextmanager
def gc_paused() -> Iterator[None]:
    """Pause garbage collection: reading makes millions of values and hardly a reference cycle."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
