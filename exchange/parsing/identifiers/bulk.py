"""Whole columns of Device IDs and install codes checked at once, for lists of hundreds of
thousands.

What is taken here is exactly what ``read_device`` and ``read_code_cell`` take of a cell; everything
else is left to the careful way, cell by cell.
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
from exchange.parsing.text.byte_column import Texts

# Rows checked at a time: enough for numpy, and little memory.
CHUNK: Final = 1 << 16
_DIGITS: Final = 2 * DEVICE_ID_BYTES
_NO_DIGIT: Final = 0x80
_ANY_NO_DIGIT: Final = np.uint64(0x8080808080808080)
_ALL_FS: Final = np.uint64(0xFFFFFFFFFFFFFFFF)

_Bytes = npt.NDArray[np.uint8]
_Form = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]


def _digit_values() -> _Bytes:
    values = np.full(256, _NO_DIGIT, np.uint8)
    for value, digit in enumerate("0123456789abcdef"):
        values[ord(digit)] = values[ord(digit.upper())] = value
    return values


_VALUES: Final = _digit_values()
_SEPARATORS: Final = np.isin(np.arange(256), list(b"-:. "))
_DECIMALS: Final = np.isin(np.arange(256), list(b"0123456789"))


def _places(digits: int, group: int) -> _Form:
    """Where the digits and the separators stand when digits are written in groups."""
    width = digits + digits // group - 1
    places = np.arange(width)
    parted = places % (group + 1) == group
    return np.flatnonzero(~parted), np.flatnonzero(parted)


def _forms(digits: int) -> dict[int, _Form]:
    """By length: digits bare, in fours, in pairs."""
    forms = [_places(digits, group) for group in (digits, 4, 2)]
    return {
        len(digits_at) + len(parted_at): (digits_at, parted_at) for digits_at, parted_at in forms
    }


_FORMS: Final = _forms(_DIGITS)
_CODE_FORMS: Final = {
    digits: _forms(digits) for digits in (2 * CODE_BYTES, 2 * CODE_BYTES + 4)
}  # without and with the CRC


class Checked(NamedTuple):
    """Cells checked together: which are Device IDs, and the value of each (else anything)."""

    good: BoolArray
    ids: DeviceIds


class CheckedCodes(NamedTuple):
    """Cells checked together: which are good codes, the codes, and of how many digits each."""

    good: BoolArray
    codes: CodeArray
    digits: npt.NDArray[np.uint8]  # 32 or 36; 0 where a cell is no good code


def check_devices(cells: Texts) -> Checked:
    """Which of ``cells`` are Device IDs in a written form."""
    good = np.zeros(len(cells), np.bool_)
    ids = blank_ids(len(cells))
    lengths = cells.lengths
    for width, form in _FORMS.items():
        for spots in _pieces(np.flatnonzero(lengths == width)):
            good[spots], ids[spots] = _check(cells.cut(spots, width), form)
    return Checked(good, ids)


def _pieces(spots: Int64Array) -> Iterator[Int64Array]:
    return (spots[start : start + CHUNK] for start in range(0, len(spots), CHUNK))


def _check(text: _Bytes, form: _Form) -> tuple[BoolArray, DeviceIds]:
    digits_at, separators_at = form
    digits = _VALUES[text[:, digits_at] if len(separators_at) else text]
    words = np.ascontiguousarray(digits).view(np.uint64)
    good = ((words[:, 0] | words[:, 1]) & _ANY_NO_DIGIT) == 0
    if len(separators_at):
        # One separator throughout.
        first = text[:, separators_at[0]]
        good &= _SEPARATORS[first]
        for place in separators_at[1:]:
            good &= text[:, place] == first
    ids = ids_from_bytes(digits[:, 0::2] << np.uint8(4) | digits[:, 1::2])
    return good & ~invalid_ids(ids), ids


def check_codes(cells: Texts) -> CheckedCodes:
    """Which of ``cells`` are install codes, the CRC of those that have one holding."""
    good = np.zeros(len(cells), np.bool_)
    codes = np.zeros((len(cells), CODE_BYTES), np.uint8)
    digits = np.zeros(len(cells), np.uint8)
    lengths = cells.lengths
    for number, forms in _CODE_FORMS.items():
        for width, form in forms.items():
            for spots in _pieces(np.flatnonzero(lengths == width)):
                found, codes[spots] = _check_code(cells.cut(spots, width), form)
                good[spots], digits[spots] = found, np.where(found, number, 0)
    return CheckedCodes(good, codes, digits)


def _check_code(text: _Bytes, form: _Form) -> tuple[BoolArray, CodeArray]:
    digits_at, separators_at = form
    digits = _VALUES[text[:, digits_at] if len(separators_at) else text]
    good = (digits & _NO_DIGIT).max(axis=1) == 0
    if len(separators_at):
        # Groups of a code may be parted by this sign and that.
        good &= _SEPARATORS[text[:, separators_at]].all(axis=1)
    raw = (digits[:, 0::2] << 4) | (digits[:, 1::2] & 0x0F)
    codes = np.ascontiguousarray(raw[:, :CODE_BYTES])
    halves = codes.view(np.uint64)
    same = halves[:, 0] == halves[:, 1]
    good &= ~(same & ((halves[:, 0] == 0) | (halves[:, 0] == _ALL_FS)))
    if raw.shape[1] > CODE_BYTES:
        told = raw[:, CODE_BYTES].astype(np.uint16) | (
            raw[:, CODE_BYTES + 1].astype(np.uint16) << np.uint16(8)
        )
        good &= crcs(codes) == told
    return good, codes


def decimal_cells(cells: Texts) -> BoolArray:
    """Which cells are 16 decimal digits of ASCII."""
    found = np.zeros(len(cells), np.bool_)
    for spots in _pieces(np.flatnonzero(cells.lengths == _DIGITS)):
        text = cells.cut(spots, _DIGITS)
        likely = np.flatnonzero(_DECIMALS[text[:, 1]] & _DECIMALS[text[:, -1]])
        found[spots[likely]] = _DECIMALS[text[likely]].all(axis=1)
    return found


def decimal_ids(cells: Texts) -> tuple[int, int]:
    """How many cells are 16 decimal digits that do not begin with 0, and how many end in 0.

    Cells with characters beyond ASCII are not counted.
    """
    spots = np.flatnonzero(decimal_cells(cells))
    own = spots[cells.buffer[cells.starts[spots]] != ord("0")]
    return len(own), int(np.count_nonzero(cells.buffer[cells.ends[own] - 1] == ord("0")))


@contextmanager
def uncollected() -> Iterator[None]:
    """No collecting of garbage within: reading makes millions of values and hardly a cycle."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
