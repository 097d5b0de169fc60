"""Find install codes that belong to two devices, within an import or between it and the vault.

Buckets are ordered by device and not by code, so the whole vault is read once; the codes of both
sides are separated by their value, and each part is sorted alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from exchange.domain.columns.device_ids import DeviceIds, ids_from_numbers
from exchange.errors import BadInput
from exchange.ports.records import RowRefusal
from exchange.vault.importing.import_conflicts import REFUSAL_ROW, ImportRows, Refusals
from exchange.vault.importing.sealed_tempfile import PARTS, SealedTempFile
from exchange.vault.radix_sort import order_of, rows_where
from exchange.vault.records import HAS_CODE, Rows

_CODE_ROW: Final = np.dtype(
    [("code_a", "<u8"), ("code_b", "<u8"), ("device", "<u8"), ("row", "<u4")]
)
_HELD: Final = 0  # the row number of rows in the vault; those of an import begin at 1
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_MAX_CLASHES: Final = 1_000_000

DevicesWithCode = Callable[[DeviceIds], set[int]]


class DuplicateCodes:
    """The codes of an import and of the vault, grouped by code."""

    def __init__(self, folder: Path | None) -> None:
        self._file = SealedTempFile(_CODE_ROW, folder)
        self.number = 0  # codes of the import

    def add(self, rows: ImportRows) -> None:
        """Add rows of the import."""
        self.number += self._keep(rows, rows["row"])

    def add_held(self, buckets: Iterable[Rows]) -> None:
        """Add the rows that the vault holds."""
        for rows in buckets:
            self._keep(rows, np.uint32(_HELD))

    def close(self) -> None:
        """Delete the temporary file."""
        self._file.close()

    def refused(self, devices_with_code: DevicesWithCode, *, skip_bad: bool) -> Refusals:
        """Return the rows of the import whose code belongs to another device.

        ``devices_with_code`` returns for which of some devices the import has a code: a device in
        the vault that gets a new code gives up its old one, as when two codes were swapped.  With
        ``skip_bad`` all rows of a code with two devices are refused, not only the later ones.
        """
        found: list[tuple[int, int, int, int, RowRefusal]] = []
        for part in range(PARTS):
            if self._file.counts[part] > 1:
                found += _clashes(self._file.part(part), devices_with_code, skip_bad=skip_bad)
            if len(found) > _MAX_CLASHES:
                raise BadInput(
                    f"more than {_MAX_CLASHES:,} rows have an install code of another Device",
                    hint="is this the right file, and are these the right columns?",
                )
        refused = np.zeros(len(found), REFUSAL_ROW)
        for name, column in zip(
            ("row", "device", "other_row", "other_device", "refusal"),
            zip(*found, strict=True),
            strict=False,
        ):
            refused[name] = column
        return refused

    def _keep(self, rows: Rows, numbers: npt.NDArray[np.uint32] | np.uint32) -> int:
        coded = (rows["flags"] & HAS_CODE) != 0
        codes = np.empty(int(np.count_nonzero(coded)), _CODE_ROW)
        for name in ("code_a", "code_b", "device"):
            codes[name] = rows[name][coded]
        codes["row"] = numbers[coded] if isinstance(numbers, np.ndarray) else numbers
        mixed = (codes["code_a"] ^ codes["code_b"]) * _MIX
        self._file.add((mixed >> np.uint64(56)).astype(np.uint8), codes)
        return len(codes)


def _clashes(
    codes: npt.NDArray[np.void], devices_with_code: DevicesWithCode, *, skip_bad: bool
) -> list[tuple[int, int, int, int, RowRefusal]]:
    """Return (row, device, other row, other device, why) of every refused row of a part."""
    words = np.ascontiguousarray(codes["code_a"])
    order = order_of(words)
    words = words.take(order)
    if not np.any(words[1:] == words[:-1]):
        return []
    codes = codes.take(order)
    alike = codes["code_a"][1:] == codes["code_a"][:-1]
    apart = alike & (codes["device"][1:] != codes["device"][:-1])
    if not np.any(apart):
        return []
    # All rows that share a first word with another device; few, unless the file is wrong.
    suspects = np.unique(codes["code_a"][1:][apart])
    at = np.minimum(np.searchsorted(suspects, codes["code_a"]), len(suspects) - 1)
    codes = rows_where(codes, suspects[at] == codes["code_a"])
    codes = codes.take(np.lexsort((codes["row"], codes["code_b"], codes["code_a"])))
    same = np.zeros(len(codes), bool)
    same[1:] = (codes["code_a"][1:] == codes["code_a"][:-1]) & (
        codes["code_b"][1:] == codes["code_b"][:-1]
    )
    cuts = np.append(np.flatnonzero(~same), len(codes))
    elsewhere = codes["device"][codes["row"] == _HELD]
    moved = devices_with_code(np.unique(ids_from_numbers(elsewhere)))
    devices, rows = codes["device"].tolist(), codes["row"].tolist()
    found: list[tuple[int, int, int, int, RowRefusal]] = []
    for low, high in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
        group = list(zip(rows[low:high], devices[low:high], strict=True))
        found += _group_clashes(group, moved, skip_bad=skip_bad)
    return found


def _group_clashes(
    group: list[tuple[int, int]], moved: set[int], *, skip_bad: bool
) -> list[tuple[int, int, int, int, RowRefusal]]:
    """Return the refused rows among all (row, device) of one code, those held first."""
    held = [device for row, device in group if row == _HELD and device not in moved]
    ours = [(row, device) for row, device in group if row != _HELD]
    found = []
    for row, device in ours:
        # The first row with the code is good, unless bad rows are skipped: then all are refused.
        rivals = ours if skip_bad else ours[:1]
        rival = next((other for other in rivals if other[1] != device), None)
        holder = next((other for other in held if other != device), None)
        if rival is not None:
            found.append((row, device, *rival, RowRefusal.CODE_TWICE))
        elif holder is not None:
            found.append((row, device, 0, holder, RowRefusal.CODE_HELD))
    return found
