"""Write to the vault: merge rows into their buckets and split buckets that grew too large.

Rows come in chunks sorted by place, so two binary searches find the rows of a chunk for a range of
buckets, and a write of ten million rows sorts no more than one chunk at a time.  Everything happens
in the caller's one transaction: nobody sees a write that is half done.
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
from exchange.ports.vault import ReportProgress
from exchange.vault.buckets import BucketCipher, OpenedBuckets, RecordPlaces, damage, open_together
from exchange.vault.manifest import ALL_PLACES, ENTRY, Entries, Manifest, buckets_of, widths
from exchange.vault.merge import Merged, merge
from exchange.vault.radix_sort import concatenated, order_of, rows_where
from exchange.vault.records import HAS_CODE, INSTALLED, ROW, Rows, row_devices
from exchange.vault.tables import vault_bucket
from exchange.vault.vault_header import VaultHeader, write_header

# A split leaves its buckets this full, so that they can grow before the next split.
_FULL_AFTER_SPLIT: Final = 0.7
_BUCKETS_AT_ONCE: Final = 512

_UPDATE: Final = (
    update(vault_bucket)
    .where(vault_bucket.c.start == bindparam("bucket"))
    .values(generation=bindparam("generation"), sealed=bindparam("sealed"))
)
Buckets = npt.NDArray[np.intp]
Choose = Callable[[Rows, Rows], Rows]  # (held, incoming) -> the incoming rows to merge


@dataclass(frozen=True, slots=True)
class SortedRows:
    """Rows sorted by place; rows of one place stay in the order of the call."""

    places: RecordPlaces
    rows: Rows

    @classmethod
    def of(cls, rows: Rows, cipher: BucketCipher) -> SortedRows:
        """Sort ``rows``."""
        places = cipher.places(row_devices(rows))
        order = order_of(places)
        return cls(places.take(order), rows.take(order))

    def between(self, first: int, end: int) -> Rows:
        """Return the rows with places from ``first`` up to, not including, ``end``."""
        low = int(np.searchsorted(self.places, np.uint32(first)))
        if end == ALL_PLACES:
            return self.rows[low:]
        return self.rows[low : int(np.searchsorted(self.places, np.uint32(end)))]


@dataclass(frozen=True, slots=True)
class _SortedDevices:
    """Devices sorted by place."""

    places: RecordPlaces
    devices: DeviceIds

    @classmethod
    def of(cls, devices: DeviceIds, cipher: BucketCipher) -> _SortedDevices:
        places = cipher.places(devices)
        order = order_of(places)
        return cls(places.take(order), devices.take(order))

    def between(self, first: int, end: int) -> DeviceIds:
        low = int(np.searchsorted(self.places, np.uint32(first)))
        high = len(self.places)
        if end < ALL_PLACES:
            high = int(np.searchsorted(self.places, np.uint32(end)))
        return self.devices[low:high]


class BucketWriter:
    """The buckets of a vault during one write."""

    def __init__(
        self, connection: Connection, header: VaultHeader, *, bucket_records: int, batch_rows: int
    ) -> None:
        self._connection = connection
        self._header = header
        # A pass rewrites each bucket at most once: buckets that a split adds are kept apart until
        # the pass ends, so positions and widths stay valid until then.
        self._entries: Entries = header.manifest.entries.copy()
        self._widths = widths(self._entries)
        self._split_off: list[Entries] = []
        self._generation = header.generation + 1
        self._bucket_records = bucket_records
        self._batch_rows = batch_rows

    @property
    def entries(self) -> Entries:
        """Return the buckets as they are now, without those that the present pass split off."""
        return self._entries

    def put(self, chunks: Sequence[SortedRows], *, replace: bool) -> Iterator[tuple[Rows, Merged]]:
        """Merge all rows; yield each batch of incoming rows with its result.

        Raises VaultDamaged naming the buckets that do not open.
        """
        self.split_ahead(self._incoming(chunks))
        yield from self.put_chosen(chunks, lambda _, incoming: incoming, replace=replace)

    def put_chosen(
        self, chunks: Sequence[SortedRows], choose: Choose, *, replace: bool, dry: bool = False
    ) -> Iterator[tuple[Rows, Merged]]:
        """Merge only the rows that ``choose`` returns; with ``dry`` write nothing.

        ``choose`` gets the rows held in some buckets and all incoming rows for these buckets.
        """
        for group in self._groups(self._incoming(chunks)):
            first, end = self._range(group)
            incoming = concatenated(
                [chunk.between(first, end) for chunk in chunks], chunks[0].rows.dtype
            )
            held = self._open(self._entries[group]).rows
            picked = choose(held, incoming)
            if dry:
                continue
            merged = merge(held, picked, replace=replace)
            self._keep(group, merged.rows, merged.changed)
            yield picked, merged

    def remove(
        self,
        devices: DeviceIds | None,
        source: int | None = None,
        *,
        dry: bool = False,
        progress: ReportProgress | None = None,
    ) -> Removed:
        """Remove ``devices`` (None: all); with ``source`` only rows with that source number.

        ``devices`` are distinct.  ``dry`` only counts.  Raises VaultDamaged as ``put`` does.
        """
        wanted = None if devices is None else _SortedDevices.of(devices, self._header.cipher)
        counts = np.zeros(4, np.int64)
        for group in self._groups(self._wanted_per_bucket(wanted)):
            opened = self._open(self._entries[group])
            held = opened.rows
            named = np.ones(len(held), bool)
            if wanted is not None:
                named = np.isin(row_devices(held), wanted.between(*self._range(group)))
            going = named if source is None else named & (held["source"] == source)
            counts += _removal_counts(held["flags"], named, going)
            if going.any() and not dry:
                # Only buckets that lose a row are sealed again.
                owner = np.repeat(np.arange(len(group)), opened.sizes)
                losing = np.isin(owner, owner[going])
                self._keep(group[np.unique(owner[going])], held[losing & ~going], None)
            if progress:
                progress("counting" if dry else "removing", int(group[-1]) + 1, len(self._entries))
        return Removed(*counts.tolist())

    def _wanted_per_bucket(self, wanted: _SortedDevices | None) -> npt.NDArray[np.int64]:
        """Count the wanted devices of each bucket; if all are wanted, 1 per non-empty bucket."""
        if wanted is None:
            return (self._entries["records"] > 0).astype(np.int64)
        owner = buckets_of(self._entries, wanted.places)
        return np.bincount(owner, minlength=len(self._entries))

    def finish(
        self, sources: Sequence[str], work: Mapping[str, str | int] | None = None
    ) -> VaultHeader:
        """Write the header, as the last write of this transaction.

        ``work`` is the progress of an import in steps; None leaves it unchanged.
        """
        self._end_pass()
        kept = self._header.manifest.work if work is None else work
        manifest = Manifest(self._entries, tuple(sources), kept)
        return write_header(self._connection, self._header, manifest, self._generation)

    def _end_pass(self) -> None:
        entries = np.concatenate([self._entries, *self._split_off], dtype=ENTRY)
        self._entries = entries[np.argsort(entries["start"])]
        self._widths = widths(self._entries)
        self._split_off = []

    def _incoming(self, chunks: Sequence[SortedRows]) -> npt.NDArray[np.int64]:
        """Count the incoming rows of each bucket."""
        counts = np.zeros(len(self._entries), np.int64)
        for chunk in chunks:
            cuts = np.searchsorted(chunk.places, self._entries["start"])
            counts += np.diff(np.append(cuts, len(chunk.places)))
        return counts

    def _groups(self, incoming: npt.NDArray[np.int64]) -> Iterator[Buckets]:
        """Yield the buckets that get rows, in groups that fit into memory."""
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

    def split_ahead(self, incoming: npt.NDArray[np.int64]) -> None:
        """Split the buckets that would not fit into memory with all their new rows."""
        flooded = np.flatnonzero(incoming > self._batch_rows)
        if not len(flooded):
            return
        for bucket in flooded:
            group = np.array([bucket])
            parts = _power_of_two(4 * int(incoming[bucket]) / self._batch_rows)
            held = self._open(self._entries[group]).rows
            self._keep(group, held, None, at_least=parts)
        self._end_pass()
        # These buckets are sealed again later in this write: use another generation for that.
        self._generation += 1

    def _open(self, entries: Entries) -> OpenedBuckets:
        memory = np.empty(int(entries["records"].sum()), ROW)
        opened = open_together(self._connection, self._header.cipher, entries, memory)
        if opened.faults:
            raise damage(list(opened.faults.values()), self._header.manifest.entries)
        return opened

    def _keep(
        self, group: Buckets, rows: Rows, changed: npt.NDArray[np.bool_] | None, at_least: int = 1
    ) -> None:
        """Seal ``rows``, the whole new content of the buckets of ``group``.

        With ``changed`` write only the buckets that have a changed row.
        """
        entries = self._entries[group]
        places = self._header.cipher.places(row_devices(rows))
        owner = buckets_of(entries, places)
        if changed is not None:
            dirty = np.zeros(len(group), bool)
            dirty[owner[changed]] = True
            concerned = dirty[owner]
            rows, places = rows_where(rows, concerned), places[concerned]
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
        """Return where the buckets start that replace ``group``, after the splits they need."""
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
        """Store the buckets that begin at ``starts``; ``cuts`` are their bounds in ``rows``."""
        entries = np.zeros(len(starts), ENTRY)
        entries["start"], entries["generation"] = starts, self._generation
        entries["records"] = np.diff(cuts)
        entries["with_code"] = _flag_counts(rows, HAS_CODE, cuts)
        entries["installed"] = _flag_counts(rows, INSTALLED, cuts)
        known = self._entries["start"][group]
        old = set(known.tolist())
        updates, inserts = [], []
        for start, low, high in zip(starts.tolist(), cuts[:-1], cuts[1:], strict=True):
            sealed = self._header.cipher.seal(start, self._generation, rows[low:high])
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


def _removal_counts(
    flags: npt.NDArray[np.uint8], named: npt.NDArray[np.bool_], going: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int64]:
    """Return the four counts of ``Removed``."""
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


def _flag_counts(rows: Rows, flag: int, cuts: Buckets) -> npt.NDArray[np.int64]:
    running = np.concatenate([[0], np.cumsum((rows["flags"] & flag) != 0)])
    return np.diff(running[cuts])


def _power_of_two(least: float) -> int:
    parts = 1
    while parts < least:
        parts *= 2
    return parts
