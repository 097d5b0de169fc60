"""Looks many devices up at once: each bucket opened once, one search for many buckets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection

from exchange.vault.buckets import Fault, Opened, open_together
from exchange.vault.head import Head
from exchange.vault.records import ROW, Devices, Rows, joined, row_devices
from exchange.vault.sorting import order_of

_BUCKETS_AT_ONCE: Final = 128  # 4 MB, so that the search finds them near the processor
_WORTH_MAPPING: Final = 32  # buckets
_MAPPED_BYTES: Final = 1 << 30
_NONE: Final = np.zeros(0, bool)


@dataclass(frozen=True, slots=True)
class Found:
    """A look-up's yield: ``rows`` beside each device, true in ``held`` where they mean something.

    Devices that fall into a faulty bucket are true in ``unknown``.
    """

    rows: Rows
    held: npt.NDArray[np.bool_]
    unknown: npt.NDArray[np.bool_]
    faults: tuple[Fault, ...]


def look_up(connection: Connection, head: Head, devices: Devices) -> Found:
    """Find ``devices``, opening each of their buckets once."""
    entries = head.manifest.entries
    places = head.cipher.places(devices)
    order = order_of(places)
    wanted = devices.take(order)
    cuts = np.append(places.take(order).searchsorted(entries["start"].copy()), len(order))
    buckets = np.flatnonzero(np.diff(cuts))
    bounds = np.append(cuts.take(buckets), len(order))
    firsts = range(0, len(buckets), _BUCKETS_AT_ONCE)
    records = entries["records"].take(buckets)
    rooms = (int(records[first : first + _BUCKETS_AT_ONCE].sum()) for first in firsts)
    memory = np.empty(max(rooms, default=0), ROW)
    parts: list[Found] = []
    with _mapped(connection, len(buckets)):
        for first in firsts:
            end = min(first + _BUCKETS_AT_ONCE, len(buckets))
            some = entries.take(buckets[first:end])
            opened = open_together(connection, head.cipher, some, memory)
            here = bounds[first : end + 1]
            parts.append(_searched(opened, wanted[here[0] : here[-1]], np.diff(here)))
    back = np.empty(len(order), np.intp)
    back[order] = np.arange(len(order))
    return Found(
        joined([part.rows for part in parts]).take(back),
        np.concatenate([_NONE, *(part.held for part in parts)]).take(back),
        np.concatenate([_NONE, *(part.unknown for part in parts)]).take(back),
        tuple(fault for part in parts for fault in part.faults),
    )


def _searched(opened: Opened, wanted: Devices, asked: npt.NDArray[np.intp]) -> Found:
    """Search ``opened`` buckets: the first ``asked[0]`` of ``wanted`` in the first one, and so on.

    One binary search for all of them, step by step: a call for each bucket costs more than the
    searching.
    """
    rows, starts, sizes, faults = opened
    if not len(rows):
        rows = np.zeros(1, ROW)
    high = np.repeat(starts + sizes, asked)
    known = row_devices(rows)
    at = np.repeat(starts, asked)
    step = 1 << int(sizes.max(initial=0)).bit_length()
    while step := step >> 1:
        ahead = at + step
        smaller = known.take(ahead - 1, mode="clip") < wanted
        at = np.where(smaller & (ahead <= high), ahead, at)
    held = (at < high) & (known.take(at, mode="clip") == wanted)
    faulty = np.zeros(len(sizes), bool)
    faulty[list(faults)] = True
    return Found(rows.take(at, mode="clip"), held, np.repeat(faulty, asked), tuple(faults.values()))


@contextmanager
def _mapped(connection: Connection, buckets: int) -> Iterator[None]:
    """Let SQLite read a large part of the vault through the page cache's own memory: half the time.

    Only while it lasts, so that the process does not seem to hold the whole database.
    """
    if connection.dialect.name != "sqlite" or buckets < _WORTH_MAPPING:
        yield
        return
    connection.exec_driver_sql(f"PRAGMA mmap_size = {_MAPPED_BYTES}")
    try:
        yield
    finally:
        connection.exec_driver_sql("PRAGMA mmap_size = 0")
