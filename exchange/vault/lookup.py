"""Look up many devices at once: open each bucket once, and search many buckets together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection

from exchange.domain.columns.device_ids import DeviceIds, blank_ids
from exchange.vault.buckets import Fault, OpenedBuckets, RecordPlaces, open_together
from exchange.vault.manifest import Entries
from exchange.vault.radix_sort import Order, order_of
from exchange.vault.records import ROW, Rows, row_devices
from exchange.vault.vault_header import VaultHeader

_BUCKETS_AT_ONCE: Final = 128  # 4 MB, so that the search stays in the processor cache
_WORTH_MAPPING: Final = 32  # buckets
_MAPPED_BYTES: Final = 1 << 30
_LOW_BITS: Final = 16
_LOW: Final = (1 << _LOW_BITS) - 1
_NO_DEVICE: Final = blank_ids(1)
_PLAIN: Final = np.dtype((np.void, ROW.itemsize))


@dataclass(frozen=True, slots=True)
class LookupResult:
    """The result of a look-up, one element per device: its row, and whether the vault has it.

    ``rows`` are valid only where ``held``.  ``unknown`` marks the devices of faulty buckets.
    """

    rows: Rows
    held: npt.NDArray[np.bool_]
    unknown: npt.NDArray[np.bool_]
    faults: list[Fault]

    @classmethod
    def blank(cls, number: int) -> LookupResult:
        """Return a result in which none of ``number`` devices is found yet."""
        return cls(np.zeros(number, ROW), np.zeros(number, bool), np.zeros(number, bool), [])

    def fill(self, places: Order, opened: OpenedBuckets, wanted: DeviceIds, asked: Order) -> None:
        """Fill in the rows of the ``opened`` buckets.

        The first ``asked[0]`` of ``wanted`` belong to the first bucket, and so on; ``places`` are
        their positions in the result.
        """
        known = row_devices(opened.rows) if len(opened.rows) else _NO_DEVICE
        at = _lower_bounds(known, opened, wanted, asked)
        held = known.take(at, mode="clip") == wanted
        if not opened.sizes.all():  # the memory of a faulty bucket has no valid rows
            held &= np.repeat(opened.sizes != 0, asked)
        if opened.faults:
            faulty = np.zeros(len(asked), bool)
            faulty[list(opened.faults)] = True
            self.unknown[places[np.repeat(faulty, asked)]] = True
            self.faults.extend(opened.faults.values())
        if not held.all():
            at, places = at[held], places[held]
        self.held[places] = True
        # `put` on plain bytes takes a tenth of the time of an index in brackets.
        np.put(self.rows.view(_PLAIN), places, opened.rows.view(_PLAIN).take(at), mode="clip")


def look_up(connection: Connection, header: VaultHeader, devices: DeviceIds) -> LookupResult:
    """Look up ``devices``, opening each of their buckets once."""
    entries = header.manifest.entries
    order, cuts = by_bucket(header.cipher.places(devices), entries)
    wanted = devices.take(order)
    buckets = np.flatnonzero(np.diff(cuts))
    bounds = np.append(cuts.take(buckets), len(order))
    firsts = range(0, len(buckets), _BUCKETS_AT_ONCE)
    records = entries["records"].take(buckets)
    rooms = (int(records[first : first + _BUCKETS_AT_ONCE].sum()) for first in firsts)
    memory = np.empty(max(rooms, default=0), ROW)
    answer = LookupResult.blank(len(devices))
    with _mapped(connection, len(buckets)):
        for first in firsts:
            some = buckets[first : first + _BUCKETS_AT_ONCE]
            consecutive = int(some[-1] - some[0]) == len(some) - 1
            opened = open_together(
                connection, header.cipher, entries.take(some), memory, whole_range=consecutive
            )
            here = bounds[first : first + len(some) + 1]
            asked = slice(here[0], here[-1])
            answer.fill(order[asked], opened, wanted[asked], np.diff(here))
    return answer


def by_bucket(places: RecordPlaces, entries: Entries) -> tuple[Order, Order]:
    """Return the order that sorts ``places`` by bucket, and where each bucket begins in it."""
    starts = entries["start"].copy()
    if np.any(starts & _LOW):
        order = order_of(places)
        return order, np.append(places.take(order).searchsorted(starts), len(order))
    # No range is narrower than 2**16 places (true up to some hundred million records): sorting by
    # the upper half is enough.
    upper = (places >> _LOW_BITS).astype(np.uint16)
    order = order_of(upper)
    cuts = upper.take(order).searchsorted((starts >> _LOW_BITS).astype(np.uint16))
    return order, np.append(cuts, len(order))


def _lower_bounds(
    known: DeviceIds, opened: OpenedBuckets, wanted: DeviceIds, asked: Order
) -> Order:
    """Return the only row in its bucket where each of ``wanted`` can be.

    One binary search over all buckets in step: a call per bucket costs more than the search itself.
    The first step halves each bucket to a power of two, its lower or upper part, which overlap.
    """
    parts = np.array([1 << size.bit_length() >> 1 for size in opened.sizes.tolist()], np.intp)
    rest = np.repeat(opened.sizes - parts, asked)
    # Usually all are equal; a single number is quicker than an array of it.
    part = parts[:1] if np.all(parts == parts[:1]) else np.repeat(parts, asked)
    at = np.repeat(opened.starts, asked)
    probed, step = np.empty_like(at), np.empty_like(at)
    devices, less = np.empty_like(wanted), np.empty(len(wanted), bool)
    stride = rest
    for _ in range(int(parts.max(initial=0)).bit_length()):
        np.add(at, part - 1, out=probed)
        known.take(probed, out=devices, mode="clip")
        np.less(devices, wanted, out=less)
        at += np.multiply(less, stride, out=step)
        stride = part = part >> 1
    return at


@contextmanager
def _mapped(connection: Connection, buckets: int) -> Iterator[None]:
    """Let SQLite read a large part of the vault by mmap, which takes half the time.

    Only for this block, so that the process does not appear to hold the whole database in memory.
    """
    if connection.dialect.name != "sqlite" or buckets < _WORTH_MAPPING:
        yield
        return
    connection.exec_driver_sql(f"PRAGMA mmap_size = {_MAPPED_BYTES}")
    try:
        yield
    finally:
        connection.exec_driver_sql("PRAGMA mmap_size = 0")
