"""One code at two devices: within a delivery, and between it and the vault.

Buckets find codes by device, not devices by code, so the vault is read through once; both sides
are parted by code, and each part is sorted by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from exchange.domain.columns.device_ids import DeviceIds, ids_from_numbers
from exchange.errors import BadInput
from exchange.ports.records import Refusal
from exchange.vault.importing.import_conflicts import REFUSED, Loaded, Refused
from exchange.vault.importing.sealed_tempfile import PARTS, Spill
from exchange.vault.radix_sort import chosen, order_of
from exchange.vault.records import HAS_CODE, Rows

_STANDING: Final = np.dtype(
    [("code_a", "<u8"), ("code_b", "<u8"), ("device", "<u8"), ("row", "<u4")]
)
_HELD: Final = 0  # the row number of what the vault holds; a delivery's begin at 1
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_MOST: Final = 1_000_000

WithCode = Callable[[DeviceIds], set[int]]


class SharedCodes:
    """The codes of a delivery by code, and those of the vault beside them."""

    def __init__(self, folder: Path | None) -> None:
        self._spill = Spill(_STANDING, folder)
        self.number = 0  # of the delivery's own

    def add(self, rows: Loaded) -> None:
        """Rows of the delivery."""
        self.number += self._keep(rows, rows["row"])

    def add_held(self, buckets: Iterable[Rows]) -> None:
        """What the vault holds."""
        for rows in buckets:
            self._keep(rows, np.uint32(_HELD))

    def close(self) -> None:
        """Give the disk up."""
        self._spill.close()

    def refused(self, coded: WithCode, *, good: bool) -> Refused:
        """The delivery's rows whose code stands at another device.

        ``coded`` tells to which of some devices the delivery brings a code: a device of the vault
        that gets another one loses this one, as where two codes were swapped.  With ``good`` all
        rows of a code that stands at two devices of the delivery are refused, not only the later.
        """
        found: list[tuple[int, int, int, int, Refusal]] = []
        for part in range(PARTS):
            if self._spill.counts[part] > 1:
                found += _clashes(self._spill.part(part), coded, good=good)
            if len(found) > _MOST:
                raise BadInput(
                    f"more than {_MOST:,} rows bring a code that stands at another Device",
                    hint="is this the right file, and are these the right columns?",
                )
        refused = np.zeros(len(found), REFUSED)
        for name, column in zip(
            ("row", "device", "other_row", "other_device", "refusal"),
            zip(*found, strict=True),
            strict=False,
        ):
            refused[name] = column
        return refused

    def _keep(self, rows: Rows, numbers: npt.NDArray[np.uint32] | np.uint32) -> int:
        coded = (rows["flags"] & HAS_CODE) != 0
        standing = np.empty(int(np.count_nonzero(coded)), _STANDING)
        for name in ("code_a", "code_b", "device"):
            standing[name] = rows[name][coded]
        standing["row"] = numbers[coded] if isinstance(numbers, np.ndarray) else numbers
        mixed = (standing["code_a"] ^ standing["code_b"]) * _MIX
        self._spill.add((mixed >> np.uint64(56)).astype(np.uint8), standing)
        return len(standing)


def _clashes(
    standing: npt.NDArray[np.void], coded: WithCode, *, good: bool
) -> list[tuple[int, int, int, int, Refusal]]:
    """(row, device, other row, other device, why) of every refused row of a part."""
    words = np.ascontiguousarray(standing["code_a"])
    order = order_of(words)
    words = words.take(order)
    if not np.any(words[1:] == words[:-1]):
        return []
    standing = standing.take(order)
    alike = standing["code_a"][1:] == standing["code_a"][:-1]
    apart = alike & (standing["device"][1:] != standing["device"][:-1])
    if not np.any(apart):
        return []
    # Whole groups of the first word in which two devices meet; few, unless the file is wrong.
    suspects = np.unique(standing["code_a"][1:][apart])
    at = np.minimum(np.searchsorted(suspects, standing["code_a"]), len(suspects) - 1)
    standing = chosen(standing, suspects[at] == standing["code_a"])
    standing = standing.take(np.lexsort((standing["row"], standing["code_b"], standing["code_a"])))
    same = np.zeros(len(standing), bool)
    same[1:] = (standing["code_a"][1:] == standing["code_a"][:-1]) & (
        standing["code_b"][1:] == standing["code_b"][:-1]
    )
    cuts = np.append(np.flatnonzero(~same), len(standing))
    elsewhere = standing["device"][standing["row"] == _HELD]
    moved = coded(np.unique(ids_from_numbers(elsewhere)))
    devices, rows = standing["device"].tolist(), standing["row"].tolist()
    found: list[tuple[int, int, int, int, Refusal]] = []
    for low, high in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
        group = list(zip(rows[low:high], devices[low:high], strict=True))
        found += _group(group, moved, good=good)
    return found


def _group(
    group: list[tuple[int, int]], moved: set[int], *, good: bool
) -> list[tuple[int, int, int, int, Refusal]]:
    """The refused of all (row, device) of one code, those held first."""
    held = [device for row, device in group if row == _HELD and device not in moved]
    ours = [(row, device) for row, device in group if row != _HELD]
    found = []
    for row, device in ours:
        # The first row that brought the code stands, unless nothing doubtful may be taken.
        rivals = ours if good else ours[:1]
        rival = next((other for other in rivals if other[1] != device), None)
        stranger = next((other for other in held if other != device), None)
        if rival is not None:
            found.append((row, device, *rival, Refusal.CODE_TWICE))
        elif stranger is not None:
            found.append((row, device, 0, stranger, Refusal.CODE_HELD))
    return found
