"""One write to the vault: merges rows into the buckets they belong to, splits what grew too large.

Rows come sorted by place in chunks, so a range of buckets finds its share of every chunk by two
binary searches, and a write of ten million rows needs no larger sort than one chunk.  Everything
happens in the caller's one transaction: nothing half done is ever seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, bindparam, insert, update

from exchange.domain.columns.device_ids import DeviceIds
from exchange.ports.records import Removed
from exchange.vault.buckets import BucketCipher, Opened, Places, damage, open_together
from exchange.vault.manifest import ALL_PLACES, ENTRY, Entries, Manifest, buckets_of, widths
from exchange.vault.merge import Merged, merge
from exchange.vault.radix_sort import chained, chosen, order_of
from exchange.vault.records import HAS_CODE, INSTALLED, ROW, Rows, row_devices
from exchange.vault.tables import vault_bucket
from exchange.vault.vault_header import Head, write_head

# A bucket that is split is left this full: room to grow before the next time.
_FULL_AFTER_SPLIT: Final = 0.7
_BUCKETS_AT_ONCE: Final = 512

_UPDATE: Final = (
    update(vault_bucket)
    .where(vault_bucket.c.start == bindparam("bucket"))
    .values(generation=bindparam("generation"), sealed=bindparam("sealed"))
)
Buckets = npt.NDArray[np.intp]
Told = Callable[[str, int, int], None]
Choose = Callable[[Rows, Rows], Rows]  # (held, incoming) -> those that may be taken


@dataclass(frozen=True, slots=True)
class Sorted:
    """Rows sorted by place; those of one place in the order of the call."""

    places: Places
    rows: Rows

    @classmethod
    def of(cls, rows: Rows, cipher: BucketCipher) -> Sorted:
        """Sort ``rows``."""
        places = cipher.places(row_devices(rows))
        order = order_of(places)
        return cls(places.take(order), rows.take(order))

    def between(self, first: int, end: int) -> Rows:
        """The rows with places from ``first`` up to, not including, ``end``."""
        low = int(np.searchsorted(self.places, np.uint32(first)))
        if end == ALL_PLACES:
            return self.rows[low:]
        return self.rows[low : int(np.searchsorted(self.places, np.uint32(end)))]


@dataclass(frozen=True, slots=True)
class _Placed:
    """Devices sorted by place."""

    places: Places
    devices: DeviceIds

    @classmethod
    def of(cls, devices: DeviceIds, cipher: BucketCipher) -> _Placed:
        places = cipher.places(devices)
        order = order_of(places)
        return cls(places.take(order), devices.take(order))

    def between(self, first: int, end: int) -> DeviceIds:
        low = int(np.searchsorted(self.places, np.uint32(first)))
        high = len(self.places)
        if end < ALL_PLACES:
            high = int(np.searchsorted(self.places, np.uint32(end)))
        return self.devices[low:high]


class Rewrite:
    """The buckets while one write goes over them."""

    def __init__(
        self, connection: Connection, head: Head, *, bucket_records: int, batch_rows: int
    ) -> None:
        self._connection = connection
        self._head = head
        # Each bucket is rewritten at most once in a pass: what a split adds stands aside until
        # the pass ends, and positions and widths hold till then.
        self._entries: Entries = head.manifest.entries.copy()
        self._widths = widths(self._entries)
        self._split_off: list[Entries] = []
        self._generation = head.generation + 1
        self._bucket_records = bucket_records
        self._batch_rows = batch_rows

    @property
    def entries(self) -> Entries:
        """The buckets as they are now; while a pass goes on, without those it split off."""
        return self._entries

    def put(self, chunks: Sequence[Sorted], *, replace: bool) -> Iterator[tuple[Rows, Merged]]:
        """Merge all rows in; yields each batch of them with what became of it.

        Raises VaultDamaged naming the buckets that do not open.
        """
        self.spread(self._incoming(chunks))
        yield from self.put_sifted(chunks, lambda _, incoming: incoming, replace=replace)

    def put_sifted(
        self, chunks: Sequence[Sorted], choose: Choose, *, replace: bool, dry: bool = False
    ) -> Iterator[tuple[Rows, Merged]]:
        """As ``put``, with those rows alone that ``choose`` picks; ``dry`` keeps nothing.

        ``choose`` gets all rows that some buckets hold and all that come in for them.
        """
        for group in self._groups(self._incoming(chunks)):
            first, end = self._range(group)
            incoming = chained(
                [chunk.between(first, end) for chunk in chunks], chunks[0].rows.dtype
            )
            held = self._open(self._entries[group]).rows
            chosen = choose(held, incoming)
            if dry:
                continue
            merged = merge(held, chosen, replace=replace)
            self._keep(group, merged.rows, merged.changed)
            yield chosen, merged

    def remove(
        self,
        devices: DeviceIds | None,
        source: int | None = None,
        *,
        dry: bool = False,
        told: Told | None = None,
    ) -> Removed:
        """Take devices out, None: all; of one source alone where ``source`` numbers it.

        ``devices`` stand once each.  ``dry`` only counts.  Raises as ``put``.
        """
        wanted = None if devices is None else _Placed.of(devices, self._head.cipher)
        counts = np.zeros(4, np.int64)
        for group in self._groups(self._concerned(wanted)):
            opened = self._open(self._entries[group])
            held = opened.rows
            named = np.ones(len(held), bool)
            if wanted is not None:
                named = np.isin(row_devices(held), wanted.between(*self._range(group)))
            going = named if source is None else named & (held["source"] == source)
            counts += _tallied(held["flags"], named, going)
            if going.any() and not dry:
                # The buckets that lose something are those to seal again.
                owner = np.repeat(np.arange(len(group)), opened.sizes)
                losing = np.isin(owner, owner[going])
                self._keep(group[np.unique(owner[going])], held[losing & ~going], None)
            if told:
                told("counting" if dry else "removing", int(group[-1]) + 1, len(self._entries))
        return Removed(*counts.tolist())

    def _concerned(self, wanted: _Placed | None) -> npt.NDArray[np.int64]:
        """How many devices fall into each bucket; where all are wanted, one where it has any."""
        if wanted is None:
            return (self._entries["records"] > 0).astype(np.int64)
        owner = buckets_of(self._entries, wanted.places)
        return np.bincount(owner, minlength=len(self._entries))

    def finish(self, sources: Sequence[str], work: Mapping[str, str | int] | None = None) -> Head:
        """Write the head; nothing may follow in this transaction.

        ``work`` is what a delivery in steps remembers; None leaves it as it was.
        """
        self._end_pass()
        kept = self._head.manifest.work if work is None else work
        manifest = Manifest(self._entries, tuple(sources), kept)
        return write_head(self._connection, self._head, manifest, self._generation)

    def _end_pass(self) -> None:
        entries = np.concatenate([self._entries, *self._split_off], dtype=ENTRY)
        self._entries = entries[np.argsort(entries["start"])]
        self._widths = widths(self._entries)
        self._split_off = []

    def _incoming(self, chunks: Sequence[Sorted]) -> npt.NDArray[np.int64]:
        """How many rows come into each bucket."""
        counts = np.zeros(len(self._entries), np.int64)
        for chunk in chunks:
            cuts = np.searchsorted(chunk.places, self._entries["start"])
            counts += np.diff(np.append(cuts, len(chunk.places)))
        return counts

    def _groups(self, incoming: npt.NDArray[np.int64]) -> Iterator[Buckets]:
        """The buckets that get rows, in runs that fit into memory together."""
        touched = np.flatnonzero(incoming)
        weight = np.cumsum(self._entries["records"][touched] + incoming[touched])
        first = 0
        while first < len(touched):
            before = weight[first - 1] if first else 0
            end = int(np.searchsorted(weight, before + self._batch_rows, side="right"))
            end = min(max(end, first + 1), first + _BUCKETS_AT_ONCE)
            yield touched[first:end]
            first = end

    def _range(self, group: Buckets) -> tuple[int, int]:
        first, last = int(group[0]), int(group[-1])
        starts = self._entries["start"]
        return int(starts[first]), int(starts[last]) + int(self._widths[last])

    def spread(self, incoming: npt.NDArray[np.int64]) -> None:
        """Split beforehand what would not fit into memory with all its new rows."""
        flooded = np.flatnonzero(incoming > self._batch_rows)
        if not len(flooded):
            return
        for bucket in flooded:
            group = np.array([bucket])
            parts = _power_of_two(4 * int(incoming[bucket]) / self._batch_rows)
            held = self._open(self._entries[group]).rows
            self._keep(group, held, None, at_least=parts)
        self._end_pass()
        # What was just sealed is sealed again below: never twice under the same generation.
        self._generation += 1

    def _open(self, entries: Entries) -> Opened:
        memory = np.empty(int(entries["records"].sum()), ROW)
        opened = open_together(self._connection, self._head.cipher, entries, memory)
        if opened.faults:
            raise damage(list(opened.faults.values()), self._head.manifest.entries)
        return opened

    def _keep(
        self, group: Buckets, rows: Rows, changed: npt.NDArray[np.bool_] | None, at_least: int = 1
    ) -> None:
        """Seal ``rows``, all that the buckets of ``group`` hold from now on.

        With ``changed`` only the buckets that hold a changed row are written.
        """
        entries = self._entries[group]
        places = self._head.cipher.places(row_devices(rows))
        owner = buckets_of(entries, places)
        if changed is not None:
            dirty = np.zeros(len(group), bool)
            dirty[owner[changed]] = True
            concerned = dirty[owner]
            rows, places = chosen(rows, concerned), places[concerned]
            group, entries = group[dirty], entries[dirty]
            owner = buckets_of(entries, places)
        if not len(group):
            return
        starts = self._pieces(group, np.bincount(owner, minlength=len(group)), at_least)
        piece = np.searchsorted(starts, places, side="right") - 1
        order = order_of(row_devices(rows))
        order = order.take(order_of(piece.take(order).astype(np.uint32)))
        cuts = np.searchsorted(piece.take(order), np.arange(len(starts) + 1))
        self._write(group, starts, rows.take(order), cuts)

    def _pieces(
        self, group: Buckets, records: npt.NDArray[np.intp], at_least: int
    ) -> npt.NDArray[np.int64]:
        """Where the buckets start that take the place of ``group``, each split as it must be."""
        pieces = []
        room = self._bucket_records * _FULL_AFTER_SPLIT
        starts = self._entries["start"][group].tolist()
        for start, width, count in zip(
            starts, self._widths[group].tolist(), records.tolist(), strict=True
        ):
            parts = at_least
            if count > self._bucket_records:
                parts = max(parts, _power_of_two(count / room))
            parts = min(parts, width)
            pieces.append(start + (width // parts) * np.arange(parts, dtype=np.int64))
        return np.concatenate(pieces)

    def _write(
        self, group: Buckets, starts: npt.NDArray[np.int64], rows: Rows, cuts: Buckets
    ) -> None:
        """Store the buckets at ``starts``; ``cuts`` are their bounds in ``rows``."""
        entries = np.zeros(len(starts), ENTRY)
        entries["start"], entries["generation"] = starts, self._generation
        entries["records"] = np.diff(cuts)
        entries["with_code"] = _counted(rows, HAS_CODE, cuts)
        entries["installed"] = _counted(rows, INSTALLED, cuts)
        known = self._entries["start"][group]
        old = set(known.tolist())
        updates, inserts = [], []
        for start, low, high in zip(starts.tolist(), cuts[:-1], cuts[1:], strict=True):
            sealed = self._head.cipher.seal(start, self._generation, rows[low:high])
            if start in old:
                updates.append({"bucket": start, "generation": self._generation, "sealed": sealed})
            else:
                inserts.append({"start": start, "generation": self._generation, "sealed": sealed})
        if updates:
            self._connection.execute(_UPDATE, updates)
        if inserts:
            self._connection.execute(insert(vault_bucket), inserts)
        same = np.isin(starts, known)
        self._entries[group] = entries[same]
        self._split_off.append(entries[~same])


def _tallied(
    flags: npt.NDArray[np.uint8], named: npt.NDArray[np.bool_], going: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int64]:
    """The four counts of ``Removed``."""
    leaving = flags[going]
    return np.array(
        [
            np.count_nonzero(named),
            len(leaving),
            np.count_nonzero(leaving & HAS_CODE),
            np.count_nonzero(leaving & INSTALLED),
        ],
        np.int64,
    )


def _counted(rows: Rows, flag: int, cuts: Buckets) -> npt.NDArray[np.int64]:
    running = np.concatenate([[0], np.cumsum((rows["flags"] & flag) != 0)])
    return np.diff(running[cuts])


def _power_of_two(least: float) -> int:
    parts = 1
    while parts < least:
        parts *= 2
    return parts
