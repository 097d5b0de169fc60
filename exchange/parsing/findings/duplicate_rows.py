"""Find the devices that a table lists in more than one row."""

from __future__ import annotations

from typing import Final

import numpy as np

from exchange.domain.columns.device_columns import Int64Array, devices_of
from exchange.domain.columns.device_ids import DeviceIds, ids_from_bytes
from exchange.domain.columns.group_equal_rows import first_equal_rows
from exchange.domain.device import DeviceId

_SHOWN: Final = 5


class DuplicateRows:
    """Collects the devices of one table with their row numbers, in order."""

    def __init__(self) -> None:
        self._ids: list[DeviceIds] = []
        self._numbers: list[Int64Array] = []
        self._single: list[bytes] = []
        self._rows: list[int] = []

    def add(self, device: DeviceId, number: int) -> None:
        """Add one device of a row."""
        self._single.append(device.raw)
        self._rows.append(number)

    def add_many(self, ids: DeviceIds, numbers: Int64Array) -> None:
        """Add one device for each of many rows."""
        self._flush()
        self._ids.append(ids)
        self._numbers.append(numbers)

    def describe(self) -> str:
        """Name the first few devices listed in more than one row; empty when there are none."""
        self._flush()
        if not self._ids:
            return ""
        ids, numbers = np.concatenate(self._ids), np.concatenate(self._numbers)
        first = first_equal_rows(ids)
        duplicates = np.flatnonzero(numbers[first] != numbers)
        if not len(duplicates):
            return ""
        first_few = duplicates[:_SHOWN]
        shown = "; ".join(
            f"{device} in rows {one} and {other}"
            for device, one, other in zip(
                devices_of(ids[first_few]),
                numbers[first[first_few]],
                numbers[first_few],
                strict=True,
            )
        )
        more = len(duplicates) - len(first_few)
        return f"{shown}; and {more} more" if more else shown

    def _flush(self) -> None:
        if self._single:
            self._ids.append(ids_from_bytes(b"".join(self._single)))
            self._numbers.append(np.array(self._rows, np.int64))
            self._single, self._rows = [], []
