"""Whole columns of Device IDs checked and made at once, for lists of hundreds of thousands.

What is taken here is exactly what ``read_device`` takes of a cell; everything else is left to the
careful way, cell by cell.
"""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import repeat
from typing import Final, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from exchange.domain.device import DEVICE_ID_BYTES, DeviceId
from exchange.domain.mail import Found

# Rows checked at a time: enough for numpy, and little memory.
CHUNK: Final = 1 << 16
_DIGITS: Final = 2 * DEVICE_ID_BYTES
_NO_DIGIT: Final = 0x80
_ANY_NO_DIGIT: Final = np.uint64(0x8080808080808080)
_ALL_FS: Final = np.uint64(0xFFFFFFFFFFFFFFFF)

_Bytes = npt.NDArray[np.uint8]
_T = TypeVar("_T")


def _digit_values() -> _Bytes:
    values = np.full(256, _NO_DIGIT, np.uint8)
    for value, digit in enumerate("0123456789abcdef"):
        values[ord(digit)] = values[ord(digit.upper())] = value
    return values


_VALUES: Final = _digit_values()
_SEPARATORS: Final = np.isin(np.arange(256), list(b"-:. "))


def _places(group: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Where the digits and the separators stand when digits are written in groups."""
    width = _DIGITS + _DIGITS // group - 1
    places = np.arange(width)
    parted = places % (group + 1) == group
    return np.flatnonzero(~parted), np.flatnonzero(parted)


# By length: 16 digits bare, in fours, in pairs.
_FORMS: Final = {16: _places(16), 19: _places(4), 23: _places(2)}


class Checked(NamedTuple):
    """Cells checked together: which are Device IDs, and the 8 bytes of each (else anything)."""

    good: npt.NDArray[np.bool_]
    raw: list[bytes]


def check_cells(cells: Sequence[str]) -> Checked:
    """Which of ``cells``, outer blanks removed, are Device IDs in a written form."""
    lengths = np.fromiter(map(len, cells), np.int64, len(cells))
    good = np.zeros(len(cells), np.bool_)
    raw = np.zeros((len(cells), DEVICE_ID_BYTES), np.uint8)
    for width in _FORMS:
        chosen = lengths == width
        number = int(np.count_nonzero(chosen))
        if number == len(cells) > 0:
            good, raw = _check(cells, width)
        elif number:
            spots = np.flatnonzero(chosen)
            good[spots], raw[spots] = _check([cells[spot] for spot in spots.tolist()], width)
    return Checked(good, raw_ids(raw.tobytes()))


def _check(cells: Sequence[str], width: int) -> tuple[npt.NDArray[np.bool_], _Bytes]:
    digits_at, separators_at = _FORMS[width]
    # A character beyond ASCII becomes one question mark, which is neither digit nor separator.
    text = np.frombuffer("".join(cells).encode("ascii", "replace"), np.uint8).reshape(-1, width)
    digits = _VALUES[text[:, digits_at] if len(separators_at) else text]
    words = np.ascontiguousarray(digits).view(np.uint64)
    good = ((words[:, 0] | words[:, 1]) & _ANY_NO_DIGIT) == 0
    if len(separators_at):
        first = text[:, separators_at[0]]
        good &= _SEPARATORS[first]
        for place in separators_at[1:]:
            good &= text[:, place] == first
    raw = np.ascontiguousarray((digits[:, 0::2] << 4) | digits[:, 1::2])
    numbers = raw.view(np.uint64)[:, 0]
    return good & (numbers != 0) & (numbers != _ALL_FS), raw


def raw_ids(joined: bytes) -> list[bytes]:
    """The pieces of 8 bytes of Device IDs that stand one behind another."""
    pieces: list[bytes] = np.frombuffer(joined, f"V{DEVICE_ID_BYTES}").tolist()
    return pieces


def none_empty(joined: bytes) -> bool:
    """Whether none of the Device IDs that stand one behind another is all zeros or all Fs."""
    numbers = np.frombuffer(joined, np.uint64)
    return not bool(((numbers == 0) | (numbers == _ALL_FS)).any())


# Each column was checked as a whole; a constructor that checks each value again would take most
# of the time that a long list takes.
def _setter(kind: type, name: str) -> Callable[[object, object], None]:
    found: Callable[[object, object], None] = vars(kind)[name].__set__
    return found


_DEVICE: Final = (_setter(DeviceId, "raw"),)
_FOUND: Final = tuple(_setter(Found, name) for name in ("device", "where", "device_type"))


def _made(
    kind: type[_T],
    number: int,
    setters: Sequence[Callable[[object, object], None]],
    *columns: Iterable[object],
) -> list[_T]:
    """``number`` objects of ``kind``, their slots filled column by column."""
    made = list(map(object.__new__, repeat(kind, number)))
    for setter, column in zip(setters, columns, strict=True):
        deque(map(setter, made, column), maxlen=0)
    return made


def made_found(raw: Sequence[bytes], where: Iterable[str], types: Iterable[str]) -> list[Found]:
    """Findings of Device IDs that are known to be good: 8 bytes each, not all zeros or all Fs."""
    devices = _made(DeviceId, len(raw), _DEVICE, raw)
    return _made(Found, len(raw), _FOUND, devices, where, types)


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
