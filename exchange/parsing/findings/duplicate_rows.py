"""Which devices a table lists in more than one row."""

from __future__ import annotations

from typing import Final

import numpy as np

from exchange.domain.columns.device_columns import Int64Array, devices_of
from exchange.domain.columns.device_ids import DeviceIds, ids_from_bytes
from exchange.domain.columns.group_equal_rows import first_equal_rows
from exchange.domain.device import DeviceId

_SHOWN: Final = 5


class DuplicateRows:
    """The devices of one table with their rows, in their order."""

    def __init__(self) -> None:
        self._ids: list[DeviceIds] = []
        self._numbers: list[Int64Array] = []
        self._single: list[bytes] = []
        self._rows: list[int] = []

    def add(self, device: DeviceId, number: int) -> None:
        """One device of a row."""
        self._single.append(device.raw)
        self._rows.append(number)

    def add_many(self, ids: DeviceIds, numbers: Int64Array) -> None:
        """One device of each of many rows."""
        self._settle()
        self._ids.append(ids)
        self._numbers.append(numbers)

    def describe(self) -> str:
        """The first few devices that stand in more than one row; empty when none does."""
        self._settle()
        if not self._ids:
            return ""
        ids, numbers = np.concatenate(self._ids), np.concatenate(self._numbers)
        first = first_equal_rows(ids)
        again = np.flatnonzero(numbers[first] != numbers)
        if not len(again):
            return ""
        some = again[:_SHOWN]
        shown = "; ".join(
            f"{device} in rows {one} and {other}"
            for device, one, other in zip(
                devices_of(ids[some]), numbers[first[some]], numbers[some], strict=True
            )
        )
        more = len(again) - len(some)
        return f"{shown}; and {more} more" if more else shown

    def _settle(self) -> None:
        if self._single:
            self._ids.append(ids_from_bytes(b"".join(self._single)))
            self._numbers.append(np.array(self._rows, np.int64))
            self._single, self._rows = [], []
