"""A column of Device IDs, and the only place where one is made of bytes or turned back into them.

There is one form: each Device ID is the number that its eight bytes are, the first byte the most
significant, so that columns sort as the IDs do.  Two forms of the same ``uint64`` would be mixed up
unseen: a look-up in the other byte order answers "not held".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt

from exchange.domain.device import DEVICE_ID_BYTES, DeviceId


class DeviceNumber(np.uint64):
    """The scalar of a column, for the type checker alone: at run time it is a plain ``uint64``.

    mypy thereby refuses any other column of numbers where Device IDs are wanted.
    """


DeviceIds = npt.NDArray[DeviceNumber]

_ALL_FS: Final = np.uint64(0xFFFFFFFFFFFFFFFF)


def ids_from_bytes(content: bytes | npt.NDArray[np.uint8]) -> DeviceIds:
    """Return the column of Device IDs whose eight bytes each stand one after another."""
    raw = content if isinstance(content, bytes) else np.ascontiguousarray(content).ravel()
    return ids_from_numbers(np.frombuffer(raw, ">u8"))


def id_bytes(ids: DeviceIds) -> npt.NDArray[np.uint8]:
    """Return the bytes of each Device ID, a row of eight."""
    return ids.astype(">u8").view(np.uint8).reshape(-1, DEVICE_ID_BYTES)


def ids_of(devices: Iterable[DeviceId]) -> DeviceIds:
    """Return the column of some Device IDs."""
    return ids_from_bytes(b"".join([one.raw for one in devices]))


def device_of(number: int) -> DeviceId:
    """Return the Device ID that one number of a column is."""
    return DeviceId(number.to_bytes(DEVICE_ID_BYTES, "big"))


def ids_from_numbers(numbers: npt.ArrayLike) -> DeviceIds:
    """Return the column of Device IDs given as numbers, the first byte most significant."""
    column: DeviceIds = np.ascontiguousarray(numbers, np.uint64)
    return column


def no_ids(number: int = 0) -> DeviceIds:
    """Return a column to be filled: ``number`` rows that hold no Device ID yet."""
    return ids_from_numbers(np.zeros(number, np.uint64))


def none_empty(ids: DeviceIds) -> bool:
    """Whether none of the Device IDs is all zeros or all Fs."""
    return not bool(empty_ids(ids).any())


def empty_ids(ids: DeviceIds) -> npt.NDArray[np.bool_]:
    """Return which rows are all zeros or all Fs, and so no Device ID."""
    found: npt.NDArray[np.bool_] = (ids == 0) | (ids == _ALL_FS)
    return found
