"""Columns of Device IDs, and the only place that converts them from bytes and back.

There is one form: each Device ID is its eight bytes as a number, the first byte the most
significant, so that columns sort as the IDs do.  With two byte orders of the same ``uint64`` a
mix-up would go unnoticed: a look-up in the wrong order answers "not held".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt

from exchange.domain.device import DEVICE_ID_BYTES, DeviceId


class DeviceNumber(np.uint64):
    """The type of one value of a column, for mypy only: at run time it is a plain ``uint64``.

    It makes mypy refuse any other column of numbers where Device IDs are wanted.
    """


DeviceIds = npt.NDArray[DeviceNumber]

_ALL_FS: Final = np.uint64(0xFFFFFFFFFFFFFFFF)


def ids_from_bytes(content: bytes | npt.NDArray[np.uint8]) -> DeviceIds:
    """Return the column of Device IDs whose bytes, eight each, follow one another."""
    raw = content if isinstance(content, bytes) else np.ascontiguousarray(content).ravel()
    return ids_from_numbers(np.frombuffer(raw, ">u8"))


def id_bytes(ids: DeviceIds) -> npt.NDArray[np.uint8]:
    """Return the bytes of the Device IDs, shape (rows, 8)."""
    return ids.astype(">u8").view(np.uint8).reshape(-1, DEVICE_ID_BYTES)


def ids_of(devices: Iterable[DeviceId]) -> DeviceIds:
    """Return the column of some Device IDs."""
    return ids_from_bytes(b"".join([one.raw for one in devices]))


def device_of(number: int) -> DeviceId:
    """Return the Device ID of one number of a column."""
    return DeviceId(number.to_bytes(DEVICE_ID_BYTES, "big"))


def ids_from_numbers(numbers: npt.ArrayLike) -> DeviceIds:
    """Return the column of Device IDs given as numbers, the first byte most significant."""
    column: DeviceIds = np.ascontiguousarray(numbers, np.uint64)
    return column


def blank_ids(number: int = 0) -> DeviceIds:
    """Return a column of ``number`` rows that are still to be filled."""
    return ids_from_numbers(np.zeros(number, np.uint64))


def all_ids_valid(ids: DeviceIds) -> bool:
    """Return whether no row is all zeros or all Fs."""
    return not bool(invalid_ids(ids).any())


def invalid_ids(ids: DeviceIds) -> npt.NDArray[np.bool_]:
    """Return which rows are no Device IDs: all zeros or all Fs."""
    found: npt.NDArray[np.bool_] = (ids == 0) | (ids == _ALL_FS)
    return found
