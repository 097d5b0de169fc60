"""Find rows of an import that contradict each other or the vault, whole arrays at a time.

Two rows for one device must be equal, because nobody can tell which of two codes is right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, overload

import numpy as np
import numpy.typing as npt

from exchange.domain.columns.device_ids import device_of
from exchange.ports.records import RefusedRow, RowRefusal
from exchange.vault.radix_sort import order_of, rows_where
from exchange.vault.records import EPOCH, HAS_CODE, INSTALLED, ROW, TYPE_MASK, Rows

ImportRows = npt.NDArray[np.void]  # of IMPORT_ROW
Refusals = npt.NDArray[np.void]  # of REFUSAL_ROW

IMPORT_ROW: Final = np.dtype([*((name, ROW[name]) for name in ROW.names or ()), ("row", "<u4")])
REFUSAL_ROW: Final = np.dtype(
    [
        ("row", "<u4"),
        ("other_row", "<u4"),
        ("device", "<u8"),
        ("other_device", "<u8"),
        ("days", "<u2"),
        ("refusal", "u1"),
        ("source", "u1"),  # as the vault numbers it
        ("held", "?"),
    ]
)


class RefusedRows(Sequence[RefusedRow]):
    """Refused rows in the order of the import, made into objects on demand."""

    def __init__(self, refused: Sequence[Refusals], sources: Sequence[str]) -> None:
        joined = np.concatenate([np.empty(0, REFUSAL_ROW), *refused], dtype=REFUSAL_ROW)
        self._rows = joined[np.argsort(joined["row"], kind="stable")]
        self._sources = sources

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[RefusedRow]:
        return map(self._row, range(len(self._rows)))

    @overload
    def __getitem__(self, index: int) -> RefusedRow: ...
    @overload
    def __getitem__(self, index: slice) -> list[RefusedRow]: ...
    def __getitem__(self, index: int | slice) -> RefusedRow | list[RefusedRow]:
        if isinstance(index, slice):
            return [self._row(at) for at in range(*index.indices(len(self)))]
        return self._row(index)

    def _row(self, at: int) -> RefusedRow:
        row = self._rows[at]
        other = int(row["other_device"])
        return RefusedRow(
            row=int(row["row"]),
            device=device_of(int(row["device"])),
            refusal=RowRefusal(int(row["refusal"])),
            other_row=int(row["other_row"]),
            other_device=device_of(other) if other else None,
            held_on=EPOCH + timedelta(days=int(row["days"])) if row["held"] else None,
            held_from=self._sources[int(row["source"])] if row["held"] else "",
        )


@dataclass(frozen=True, slots=True)
class CheckedRows:
    """``rows`` to merge, each device once; ``repeated`` counts the rows that repeat one."""

    rows: Rows
    repeated: int
    refused: Refusals


def check_rows(held: Rows, incoming: ImportRows, *, replace: bool, skip_bad: bool) -> CheckedRows:
    """Separate the rows of an import for some buckets into good and refused ones.

    ``held`` is all that these buckets hold, ``incoming`` all rows of the import for them.  With
    ``skip_bad`` the first of two rows that contradict each other is refused as well.
    """
    rows = incoming.take(order_of(incoming["row"]))
    rows = rows.take(order_of(rows["device"]))
    number = len(rows)
    refused = np.zeros(number, REFUSAL_ROW)
    refused["row"], refused["device"] = rows["row"], rows["device"]
    opens = np.ones(number, bool)
    opens[1:] = rows["device"][1:] != rows["device"][:-1]
    if opens.all():
        repeats = np.zeros(0, np.intp)
    else:
        first = np.maximum.accumulate(np.where(opens, np.arange(number), 0))
        _compare(rows, first, refused)
        repeats = np.flatnonzero(~opens & (refused["refusal"] == 0))
        if skip_bad:
            _refuse_whole_device(rows, first, refused)
    firsts = np.flatnonzero(opens & (refused["refusal"] == 0))
    _against_vault(held, rows, firsts, refused, replace=replace)
    if skip_bad and len(repeats):
        # A row that repeats a refused row is refused too.
        origin = first[repeats]
        bad = (refused["refusal"][origin] != 0) & (refused["refusal"][repeats] == 0)
        for name in ("refusal", "other_row", "other_device", "days", "source", "held"):
            refused[name][repeats[bad]] = refused[name][origin[bad]]
    wrong = refused["refusal"] != 0
    taken = rows_where(rows, opens & ~wrong)
    repeated = int(np.count_nonzero(~wrong & ~opens))
    return CheckedRows(without_row_numbers(taken), repeated, rows_where(refused, wrong))


def separate_clashing(
    incoming: ImportRows, clashing: npt.NDArray[np.uint32], *, skip_bad: bool
) -> tuple[ImportRows, Refusals]:
    """Take out the rows numbered ``clashing``, refused because their code is another device's.

    Returns the other rows, and those refused of them: with ``skip_bad`` every row of a device that
    one of the rows taken out gives another code, since nobody can tell which of the two is right.
    """
    out = np.isin(incoming["row"], clashing)
    bad = np.zeros(len(incoming), bool)
    refused = np.zeros(0, REFUSAL_ROW)
    if skip_bad:
        devices, first = np.unique(incoming["device"][out], return_index=True)
        # All rows with the same code are taken out, so that the rest has another code, or none.
        bad = ~out & np.isin(incoming["device"], devices)
        rest = rows_where(incoming, bad)
        refused = np.zeros(len(rest), REFUSAL_ROW)
        refused["row"], refused["device"] = rest["row"], rest["device"]
        others = incoming["row"][out][first]
        refused["other_row"] = others[np.searchsorted(devices, rest["device"])] if len(rest) else 0
        coded = (rest["flags"] & HAS_CODE) != 0
        refused["refusal"] = np.where(
            coded, RowRefusal.DEVICE_OTHER_CODE, RowRefusal.DEVICE_NO_CODE
        )
    return rows_where(incoming, ~out & ~bad), refused


def without_row_numbers(loaded: ImportRows) -> Rows:
    """Return the rows without their row numbers."""
    rows = np.empty(len(loaded), ROW)
    content = np.ascontiguousarray(loaded).view(np.uint8).reshape(len(loaded), IMPORT_ROW.itemsize)
    rows.view(np.uint8).reshape(len(rows), ROW.itemsize)[:] = content[:, : ROW.itemsize]
    return rows


def _compare(rows: ImportRows, first: npt.NDArray[np.intp], refused: Refusals) -> None:
    """Mark the rows that contradict the first one of their device."""
    flags, flags_first = rows["flags"], rows["flags"][first]
    other = (rows["code_a"] != rows["code_a"][first]) | (rows["code_b"] != rows["code_b"][first])
    differ = flags ^ flags_first
    both = (flags & flags_first & HAS_CODE) != 0
    # The most serious last: it overwrites the others.
    for mask, refusal in (
        ((differ & TYPE_MASK) != 0, RowRefusal.DEVICE_TYPE),
        ((differ & INSTALLED) != 0, RowRefusal.DEVICE_INSTALLED),
        ((differ & HAS_CODE) != 0, RowRefusal.DEVICE_NO_CODE),
        (both & other, RowRefusal.DEVICE_OTHER_CODE),
    ):
        refused["refusal"][mask] = refusal
        refused["other_row"][mask] = rows["row"][first[mask]]


def _refuse_whole_device(rows: ImportRows, first: npt.NDArray[np.intp], refused: Refusals) -> None:
    """Refuse all rows of a device whose rows contradict each other."""
    wrong = np.flatnonzero(refused["refusal"])
    if not len(wrong):
        return
    # The first row of each device gets the first contradiction with it.
    firsts, at = np.unique(first[wrong], return_index=True)
    refused["refusal"][firsts] = refused["refusal"][wrong[at]]
    refused["other_row"][firsts] = rows["row"][wrong[at]]
    bad = np.zeros(len(rows), bool)
    bad[firsts] = True
    rest = np.flatnonzero(bad[first] & (refused["refusal"] == 0))
    refused["refusal"][rest] = refused["refusal"][first[rest]]
    refused["other_row"][rest] = refused["other_row"][first[rest]]


def _against_vault(
    held: Rows, rows: ImportRows, firsts: npt.NDArray[np.intp], refused: Refusals, *, replace: bool
) -> None:
    if not len(held) or not len(firsts):
        return
    held = held.take(order_of(held["device"]))
    known = np.ascontiguousarray(held["device"])
    devices = rows["device"][firsts]
    at = np.minimum(np.searchsorted(known, devices), len(held) - 1)
    met = known[at] == devices
    firsts, old = firsts[met], held.take(at[met])
    new = rows.take(firsts)
    other = (new["code_a"] != old["code_a"]) | (new["code_b"] != old["code_b"])
    both = (new["flags"] & old["flags"] & HAS_CODE) != 0
    taken_back = (old["flags"] & ~new["flags"] & INSTALLED) != 0
    clash = both & other & (not replace)
    for mask, refusal in ((taken_back, RowRefusal.INSTALLED), (clash, RowRefusal.OTHER_CODE)):
        refused["refusal"][firsts[mask]] = refusal
    wrong = taken_back | clash
    refused["days"][firsts[wrong]] = old["days"][wrong]
    refused["source"][firsts[wrong]] = old["source"][wrong]
    refused["held"][firsts[wrong]] = True
