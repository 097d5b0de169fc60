"""Which rows of a delivery contradict each other, or what the vault holds: whole arrays at a time.

Two rows for one device must say the same; which of two codes is right nobody can tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, overload

import numpy as np
import numpy.typing as npt

from exchange.domain.columns.device_ids import device_of
from exchange.ports.records import Refusal, RefusedRow
from exchange.vault.radix_sort import chosen, order_of
from exchange.vault.records import EPOCH, HAS_CODE, INSTALLED, ROW, TYPE_MASK, Rows

Loaded = npt.NDArray[np.void]  # of LOADED
Refused = npt.NDArray[np.void]  # of REFUSED
Mask = npt.NDArray[np.bool_]

LOADED: Final = np.dtype([*((name, ROW[name]) for name in ROW.names or ()), ("row", "<u4")])
REFUSED: Final = np.dtype(
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
    """Refused rows in the order of the delivery, as objects when asked for."""

    def __init__(self, refused: Sequence[Refused], sources: Sequence[str]) -> None:
        joined = np.concatenate([np.empty(0, REFUSED), *refused], dtype=REFUSED)
        self._rows = joined[np.argsort(joined["row"], kind="stable")]
        self._sources = sources

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[RefusedRow]:
        return map(self._made, range(len(self._rows)))

    @overload
    def __getitem__(self, index: int) -> RefusedRow: ...
    @overload
    def __getitem__(self, index: slice) -> list[RefusedRow]: ...
    def __getitem__(self, index: int | slice) -> RefusedRow | list[RefusedRow]:
        if isinstance(index, slice):
            return [self._made(at) for at in range(*index.indices(len(self)))]
        return self._made(index)

    def _made(self, at: int) -> RefusedRow:
        row = self._rows[at]
        other = int(row["other_device"])
        return RefusedRow(
            row=int(row["row"]),
            device=device_of(int(row["device"])),
            refusal=Refusal(int(row["refusal"])),
            other_row=int(row["other_row"]),
            other_device=device_of(other) if other else None,
            held_on=EPOCH + timedelta(days=int(row["days"])) if row["held"] else None,
            held_from=self._sources[int(row["source"])] if row["held"] else "",
        )


@dataclass(frozen=True, slots=True)
class Sifted:
    """``rows`` may be taken (each device once); ``repeated`` counts those that said it again."""

    rows: Rows
    repeated: int
    refused: Refused


def sift(held: Rows, incoming: Loaded, *, replace: bool, good: bool) -> Sifted:
    """Part the rows of a delivery for some buckets from those that cannot be taken.

    ``held`` is all that these buckets hold, ``incoming`` all rows of the delivery for them.  With
    ``good`` the first of two rows that contradict each other is refused as well.
    """
    rows = incoming.take(order_of(incoming["row"]))
    rows = rows.take(order_of(rows["device"]))
    number = len(rows)
    refused = np.zeros(number, REFUSED)
    refused["row"], refused["device"] = rows["row"], rows["device"]
    opens = np.ones(number, bool)
    opens[1:] = rows["device"][1:] != rows["device"][:-1]
    if opens.all():
        repeats = np.zeros(0, np.intp)
    else:
        first = np.maximum.accumulate(np.where(opens, np.arange(number), 0))
        _compare(rows, first, refused)
        repeats = np.flatnonzero(~opens & (refused["refusal"] == 0))
        if good:
            _refuse_wholedevice_of(rows, first, refused)
    heads = np.flatnonzero(opens & (refused["refusal"] == 0))
    _against_vault(held, rows, heads, refused, replace=replace)
    if good and len(repeats):
        # What repeats a refused row is refused with it.
        origin = first[repeats]
        bad = (refused["refusal"][origin] != 0) & (refused["refusal"][repeats] == 0)
        for name in ("refusal", "other_row", "other_device", "days", "source", "held"):
            refused[name][repeats[bad]] = refused[name][origin[bad]]
    wrong = refused["refusal"] != 0
    taken = chosen(rows, opens & ~wrong)
    repeated = int(np.count_nonzero(~wrong & ~opens))
    return Sifted(plain_rows(taken), repeated, chosen(refused, wrong))


def plain_rows(loaded: Loaded) -> Rows:
    """The rows without their numbers."""
    rows = np.empty(len(loaded), ROW)
    content = np.ascontiguousarray(loaded).view(np.uint8).reshape(len(loaded), LOADED.itemsize)
    rows.view(np.uint8).reshape(len(rows), ROW.itemsize)[:] = content[:, : ROW.itemsize]
    return rows


def _compare(rows: Loaded, first: npt.NDArray[np.intp], refused: Refused) -> None:
    """Mark the rows that contradict the first one of their device."""
    flags, flags_first = rows["flags"], rows["flags"][first]
    other = (rows["code_a"] != rows["code_a"][first]) | (rows["code_b"] != rows["code_b"][first])
    differ = flags ^ flags_first
    both = (flags & flags_first & HAS_CODE) != 0
    # The gravest last: it overwrites the others.
    for mask, refusal in (
        ((differ & TYPE_MASK) != 0, Refusal.DEVICE_TYPE),
        ((differ & INSTALLED) != 0, Refusal.DEVICE_INSTALLED),
        ((differ & HAS_CODE) != 0, Refusal.DEVICE_NO_CODE),
        (both & other, Refusal.DEVICE_OTHER_CODE),
    ):
        refused["refusal"][mask] = refusal
        refused["other_row"][mask] = rows["row"][first[mask]]


def _refuse_wholedevice_of(rows: Loaded, first: npt.NDArray[np.intp], refused: Refused) -> None:
    """Where rows of a device contradict each other, refuse all of them."""
    wrong = np.flatnonzero(refused["refusal"])
    if not len(wrong):
        return
    # Each head gets the first contradiction that it met.
    heads, at = np.unique(first[wrong], return_index=True)
    refused["refusal"][heads] = refused["refusal"][wrong[at]]
    refused["other_row"][heads] = rows["row"][wrong[at]]
    bad = np.zeros(len(rows), bool)
    bad[heads] = True
    rest = np.flatnonzero(bad[first] & (refused["refusal"] == 0))
    refused["refusal"][rest] = refused["refusal"][first[rest]]
    refused["other_row"][rest] = refused["other_row"][first[rest]]


def _against_vault(
    held: Rows, rows: Loaded, heads: npt.NDArray[np.intp], refused: Refused, *, replace: bool
) -> None:
    if not len(held) or not len(heads):
        return
    held = held.take(order_of(held["device"]))
    known = np.ascontiguousarray(held["device"])
    devices = rows["device"][heads]
    at = np.minimum(np.searchsorted(known, devices), len(held) - 1)
    met = known[at] == devices
    heads, old = heads[met], held.take(at[met])
    new = rows.take(heads)
    other = (new["code_a"] != old["code_a"]) | (new["code_b"] != old["code_b"])
    both = (new["flags"] & old["flags"] & HAS_CODE) != 0
    taken_back = (old["flags"] & ~new["flags"] & INSTALLED) != 0
    clash = both & other & (not replace)
    for mask, refusal in ((taken_back, Refusal.INSTALLED), (clash, Refusal.OTHER_CODE)):
        refused["refusal"][heads[mask]] = refusal
    wrong = taken_back | clash
    refused["days"][heads[wrong]] = old["days"][wrong]
    refused["source"][heads[wrong]] = old["source"][wrong]
    refused["held"][heads[wrong]] = True
