"""Devices that nothing has been said about yet, in order; long lists stay columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from exchange.domain.columns.device_columns import ListedColumns
from exchange.domain.device import DeviceId


@dataclass(slots=True)
class WaitingDevice:
    """A Device ID whose code or answer may be on a following line."""

    device: DeviceId
    where: str
    kind: str = ""
    block: int = 0  # the block between blank lines that it is in


class WaitingDevices:
    """A stack of waiting devices: the newest are objects, long lists stay columns until needed."""

    def __init__(self) -> None:
        self._recent: list[WaitingDevice] = []
        self._older: list[tuple[ListedColumns, int] | list[WaitingDevice]] = []

    def append(self, one: WaitingDevice) -> None:
        """Add one device at the end."""
        self._recent.append(one)

    def extend(self, found: ListedColumns, block: int) -> None:
        """Add a long list at the end."""
        self._older += [self._recent, (found, block)]
        self._recent = []

    def last(self, number: int) -> list[WaitingDevice]:
        """Return the newest ``number`` devices, or all if there are fewer; in order."""
        while len(self._recent) < number and self._older:
            piece = self._older.pop()
            if isinstance(piece, list):
                self._recent = piece + self._recent
                continue
            found, block = piece
            tail = found[-number:]
            if len(tail) < len(found):
                self._older.append((found[: len(found) - len(tail)], block))
            self._recent = _to_objects(tail, block) + self._recent
        return self._recent[-number:]

    def remove(self, one: WaitingDevice) -> None:
        """Remove a device that ``last`` returned."""
        for index in range(len(self._recent) - 1, -1, -1):
            if self._recent[index] is one:
                del self._recent[index]
                return

    def clear(self) -> None:
        """Remove all devices."""
        self._recent, self._older = [], []

    def __bool__(self) -> bool:
        return bool(self.last(1))

    def __iter__(self) -> Iterator[WaitingDevice]:
        for piece in (*self._older, self._recent):
            yield from piece if isinstance(piece, list) else _to_objects(*piece)


def _to_objects(found: ListedColumns, block: int) -> list[WaitingDevice]:
    return [WaitingDevice(one.device, one.where, "", block) for one in found]
