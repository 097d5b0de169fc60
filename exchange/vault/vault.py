"""The sealed store of install codes: ``ports.vault.CodeVault`` over the two vault tables.

Look-ups open each bucket once and make objects only of what is handed out; writes go through
``rewrite``.  An instance keeps the opened head, which tells nothing without the database, and
reads it again whenever its stamp has changed; it may be shared between threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
from sqlalchemy import Connection, Engine, select

from exchange.domain.columns.device_columns import devices_of
from exchange.domain.columns.device_ids import DeviceIds, id_bytes, ids_from_numbers, ids_of
from exchange.domain.device import DEVICE_ID_BYTES, DeviceId
from exchange.errors import NotFound, WrongKey
from exchange.ports.records import PutResult, Removed, Taken, VaultRecord, VaultStats
from exchange.ports.vault import Batch, CodeColumns, FoundColumns
from exchange.vault.bucket_writer import Rewrite, Sorted
from exchange.vault.buckets import Fault, damage, read_buckets
from exchange.vault.columns import columns_from, rows_from
from exchange.vault.importing.code_import import STEP_ROWS, Doors, Terms, deliver
from exchange.vault.keys.datakeys import DataKeys
from exchange.vault.keys.keys import KeyProvider
from exchange.vault.lookup import look_up
from exchange.vault.lookup_one import SingleLookup
from exchange.vault.manifest import Entries, widths
from exchange.vault.merge import ADDED, CONFLICT, UNCHANGED, UPDATED
from exchange.vault.records import (
    HAS_CODE,
    INSTALLED,
    ROW,
    Rows,
    Sources,
    joined,
    record_of,
    records_of,
    row_devices,
    rows_of,
)
from exchange.vault.tables import vault_bucket
from exchange.vault.vault_header import Head, read_head, reading, writing

BUCKET_RECORDS: Final = 2_000  # a bucket that holds more is split: 56 kB, 8 us to open
BATCH_ROWS: Final = 250_000
_BUCKETS_AT_ONCE: Final = 256
_MOST_NAMED: Final = 20  # sources, in an error
_FEW: Final = 16  # devices: a transaction takes as long as so many single look-ups

_STARTS: Final = select(vault_bucket.c.start)


class SealedVault:
    """Install codes in sealed buckets.

    ``bucket_records`` is the number of records above which a bucket is split, ``batch_rows`` how
    many rows of 28 bytes a write holds in the clear at a time beside those it was given,
    ``step_rows`` how many a delivery in steps commits at a time, ``folder`` where a delivery that
    is larger than memory waits, sealed, in a nameless file.
    Every call may raise VaultError (no vault), WrongKey, VaultDamaged, or StoreError.
    """

    def __init__(
        self,
        engine: Engine,
        key: KeyProvider,
        *,
        bucket_records: int = BUCKET_RECORDS,
        batch_rows: int = BATCH_ROWS,
        step_rows: int = STEP_ROWS,
        folder: Path | None = None,
    ) -> None:
        self._engine = engine
        self._key = key
        self._bucket_records = bucket_records
        self._batch_rows = batch_rows
        self._step_rows = step_rows
        self._folder = folder
        self._known: Head | None = None
        self._single = SingleLookup(engine)

    def find_many(
        self, devices: Iterable[DeviceId]
    ) -> Iterator[tuple[DeviceId, VaultRecord | None]]:
        """Each device once, with its record or None: those held first.

        All is read in one transaction, which has ended before the first pair comes.  Where
        buckets are damaged, the devices in the others come first, then VaultDamaged is raised.
        """
        wanted = list(devices)
        numbers = ids_of(wanted)
        first = np.sort(np.unique(numbers, return_index=True)[1])
        with reading(self._engine) as connection:
            head = self._head(connection)
            found = look_up(connection, head, numbers[first])
        names = [wanted[place] for place in first[found.held].tolist()]
        sources = ("", *head.manifest.sources)
        yield from zip(
            names,
            records_of(found.rows.take(np.flatnonzero(found.held)), sources, names),
            strict=True,
        )
        for place in first[~found.held & ~found.unknown].tolist():
            yield wanted[place], None
        if found.faults:
            raise damage(found.faults, head.manifest.entries)

    def find(self, device: DeviceId) -> VaultRecord | None:
        """One device; opens one bucket."""
        head = self._known
        row = None if head is None else self._single.row_of(head, device.raw)
        if head is not None and row is not None:
            return record_of(row, head.manifest.sources, device) if row else None
        for _, record in self.find_many([device]):
            return record
        return None

    def put_many(self, records: Iterable[VaultRecord], *, replace: bool = False) -> PutResult:
        """Merge records into what is known, by the rule told in ``merge``; all or nothing.

        Nothing is written when nothing changes.  A device stands in ``conflicts`` once for each
        record that was refused.  Raises BadInput for a record that cannot be kept.
        """
        named = Sources()
        return self._put(list(rows_of(records, named)), named, replace=replace)

    def put_columns(self, batches: Iterable[CodeColumns], *, replace: bool = False) -> PutResult:
        """As ``put_many``, by columns: without an object for each record."""
        named = Sources()
        return self._put([rows_from(batch, named) for batch in batches], named, replace=replace)

    def find_columns(self, devices: DeviceIds, *, partial: bool = False) -> FoundColumns:
        """Look all ``devices`` up at once, in one transaction; see ``ports.vault.CodeVault``."""
        asked = ids_from_numbers(devices)
        if 0 < len(asked) <= _FEW and (alone := self._each_alone(asked)):
            return alone
        with reading(self._engine) as connection:
            head = self._head(connection)
            found = look_up(connection, head, asked)
        if found.faults and not partial:
            raise damage(found.faults, head.manifest.entries)
        columns = columns_from(found.rows, ("", *head.manifest.sources))
        return FoundColumns(found.held, found.unknown, columns)

    def deliver(
        self,
        batches: Iterable[Batch],
        *,
        replace: bool = False,
        good: bool = False,
        resume: str = "",
        told: Callable[[str, int, int], None] | None = None,
        keep: Callable[[], bool] | None = None,
        record: Callable[[object, Taken], None] | None = None,
    ) -> Taken:
        """Take a delivery; see ``ports.vault.CodeVault`` and ``importing/code_import.py``."""
        doors = Doors(self._engine, self._head, self._rewrite, self._folder)
        terms = Terms(replace, good or bool(resume), resume, told, keep, record, self._step_rows)
        taken, head = deliver(doors, batches, terms)
        self._known = head or self._known
        return taken

    def _each_alone(self, devices: DeviceIds) -> FoundColumns | None:
        """A few devices, a statement each; None where that does not do.

        All of one instant: each statement saw the same stamp, and no two writes have the same.
        """
        head, rows = self._known, list[bytes]()
        if head is None:
            return None
        for raw in id_bytes(devices).view(f"V{DEVICE_ID_BYTES}").ravel().tolist():
            row = self._single.row_of(head, raw)
            if row is None:
                return None
            rows.append(row)
        held = np.array([bool(row) for row in rows])
        found = np.frombuffer(bytearray().join(row or bytes(ROW.itemsize) for row in rows), ROW)
        columns = columns_from(found, ("", *head.manifest.sources))
        return FoundColumns(held, np.zeros(len(rows), bool), columns)

    def _put(self, pending: list[Rows], named: Sources, *, replace: bool) -> PutResult:
        counts = np.zeros(4, np.int64)
        conflicts: list[Rows] = []
        with writing(self._engine) as connection:
            head = self._head(connection)
            sources = Sources(head.manifest.sources)
            numbers = np.array([sources.number(name) for name in named.names], np.uint8)
            chunks: list[Sorted] = []
            pending.reverse()
            while pending:  # so that rows lie in memory once
                rows = pending.pop()
                rows["source"] = numbers[rows["source"]]
                chunks.append(Sorted.of(rows, head.cipher))
            rewrite = self._rewrite(connection, head)
            for incoming, merged in rewrite.put(chunks, replace=replace):
                counts += np.bincount(merged.outcomes, minlength=4)
                conflicts.append(incoming[merged.outcomes == CONFLICT])
            if counts[ADDED] or counts[UPDATED]:
                head = rewrite.finish(sources.names[1:])
            else:
                connection.rollback()
        self._known = head
        refused = row_devices(joined(conflicts))
        return PutResult(
            added=int(counts[ADDED]),
            updated=int(counts[UPDATED]),
            unchanged=int(counts[UNCHANGED]),
            conflicts=tuple(devices_of(refused)),
        )

    def remove_many(self, devices: Iterable[DeviceId]) -> int:
        """Forget devices, in one transaction; returns how many there were."""
        return self.remove(ids_of(list(devices))).removed

    def remove(
        self,
        devices: DeviceIds | None,
        *,
        source: str | None = None,
        dry: bool = False,
        told: Callable[[str, int, int], None] | None = None,
        record: Callable[[object, Removed], None] | None = None,
    ) -> Removed:
        """Forget devices, None: all; see ``ports.vault.CodeVault``."""
        wanted = None if devices is None else np.unique(devices)
        with reading(self._engine) if dry else writing(self._engine) as connection:
            head = self._head(connection)
            number = None if source is None else _source_number(head, source)
            rewrite = self._rewrite(connection, head)
            done = rewrite.remove(wanted, number, dry=dry, told=told)
            if dry or not done.removed:
                connection.rollback()
            else:
                # A delivery in steps that was cut off must not take for done what is gone now.
                head = rewrite.finish(head.manifest.sources, {})
                if record:
                    record(connection, done)
        self._known = head
        return done

    def iter_all(self) -> Iterator[VaultRecord]:
        """Every record, bucket by bucket, as the vault was when the iteration began.

        The reading transaction stays open until the iterator ends or is closed.  Damaged buckets
        are left out; VaultDamaged names them at the end.
        """
        faults: list[Fault] = []
        with reading(self._engine) as connection:
            head = self._head(connection)
            sources = ("", *head.manifest.sources)
            for _, found in _all_buckets(connection, head):
                if isinstance(found, Fault):
                    faults.append(found)
                else:
                    yield from records_of(found, sources)
        if faults:
            raise damage(faults, head.manifest.entries)

    def verify(self) -> VaultStats:
        """Open every bucket and check it against the manifest, and its records against its range.

        Raises VaultDamaged naming every bucket that is missing, changed, swapped, rolled back, or
        not of this vault.
        """
        with reading(self._engine) as connection:
            head = self._head(connection)
            entries = head.manifest.entries
            due = set(entries["start"].tolist())
            faults = [
                Fault(start, 0, "is not in the manifest")
                for start in connection.execute(_STARTS).scalars()
                if start not in due
            ]
            ranges = widths(entries)
            for position, found in _all_buckets(connection, head):
                if not isinstance(found, Fault):
                    found = _misplaced(found, entries[position], int(ranges[position]), head)
                if isinstance(found, Fault):
                    faults.append(found)
        if faults:
            raise damage(faults, entries)
        return _stats(head)

    def stats(self) -> VaultStats:
        """Counts, from the authenticated manifest; no bucket is opened."""
        with reading(self._engine) as connection:
            return _stats(self._head(connection))

    def data_keys(self) -> DataKeys:
        """The data keys as they are now."""
        try:
            with reading(self._engine) as connection:
                return self._head(connection).keys
        except WrongKey:
            # The key may have changed between the look at the head and the one at the key file.
            with reading(self._engine) as connection:
                return self._head(connection).keys

    def _head(self, connection: Connection) -> Head:
        head = read_head(connection, self._key, self._known)
        self._known = head
        return head

    def _rewrite(self, connection: Connection, head: Head) -> Rewrite:
        return Rewrite(
            connection, head, bucket_records=self._bucket_records, batch_rows=self._batch_rows
        )


def _all_buckets(connection: Connection, head: Head) -> Iterator[tuple[int, Rows | Fault]]:
    entries: Entries = head.manifest.entries
    for first in range(0, len(entries), _BUCKETS_AT_ONCE):
        part = entries[first : first + _BUCKETS_AT_ONCE]
        yield from enumerate(read_buckets(connection, head.cipher, part), first)


def _source_number(head: Head, source: str) -> int:
    """The number of a source's name; raises NotFound telling those there are."""
    names = head.manifest.sources
    if source in names:
        return names.index(source) + 1
    known = ", ".join(repr(name) for name in names[:_MOST_NAMED]) or "none"
    if len(names) > _MOST_NAMED:
        known += f" and {len(names) - _MOST_NAMED} more"
    raise NotFound(f"the vault has no record from {source!r}", hint=f"its sources: {known}")


def _misplaced(rows: Rows, entry: np.void, width: int, head: Head) -> Rows | Fault:
    """``rows`` again, or what contradicts the bucket's entry in the manifest."""
    devices = row_devices(rows)
    start = int(entry["start"])
    offsets = head.cipher.places(devices).astype(np.int64) - start
    sound = (
        bool(np.all(devices[1:] > devices[:-1]))
        and bool(np.all((offsets >= 0) & (offsets < width)))
        and np.count_nonzero(rows["flags"] & HAS_CODE) == entry["with_code"]
        and np.count_nonzero(rows["flags"] & INSTALLED) == entry["installed"]
    )
    return rows if sound else Fault(start, len(rows), "holds other records than it should")


def _stats(head: Head) -> VaultStats:
    entries = head.manifest.entries
    return VaultStats(
        records=int(entries["records"].sum()),
        with_code=int(entries["with_code"].sum()),
        installed_by_us=int(entries["installed"].sum()),
        buckets=len(entries),
        key_id=head.key_id,
    )
