"""The sealed store of install codes: ``ports.vault.CodeVault`` over the two vault tables.

Look-ups open each bucket once and make objects only of what they return; writes go through
``BucketWriter``.  An instance keeps the opened header, which reveals nothing without the database,
and reads it again whenever its stamp has changed.  Thread-safe.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
from sqlalchemy import Connection, Engine, select

from exchange.domain.columns.device_columns import devices_of
from exchange.domain.columns.device_ids import DeviceIds, ids_from_numbers, ids_of
from exchange.domain.columns.look_alikes import LookAlikes, first_held
from exchange.domain.device import DeviceId
from exchange.errors import NotFound, WrongKey
from exchange.ports.records import ImportResult, PutResult, Removed, VaultRecord, VaultStats
from exchange.ports.vault import Batch, CodeColumns, FoundColumns
from exchange.vault.bucket_writer import BucketWriter, SortedRows
from exchange.vault.buckets import Fault, damage, read_buckets
from exchange.vault.columns import columns_from, rows_from
from exchange.vault.importing.code_import import (
    STEP_ROWS,
    ImportOptions,
    VaultAccess,
    import_batches,
)
from exchange.vault.keys.datakeys import DataKeys
from exchange.vault.keys.keys import KeyProvider
from exchange.vault.known_leads import VaultLeads
from exchange.vault.lookup import look_up
from exchange.vault.lookup_one import SingleLookup
from exchange.vault.manifest import Entries, widths
from exchange.vault.merge import ADDED, CONFLICT, UNCHANGED, UPDATED
from exchange.vault.records import (
    HAS_CODE,
    INSTALLED,
    Rows,
    Sources,
    joined,
    record_of,
    records_of,
    row_devices,
    rows_of,
)
from exchange.vault.tables import vault_bucket
from exchange.vault.vault_header import VaultHeader, read_header, reading, writing

BUCKET_RECORDS: Final = 2_000  # a larger bucket is split: 56 kB, 8 us to open
BATCH_ROWS: Final = 250_000
_BUCKETS_AT_ONCE: Final = 256
_MOST_NAMED: Final = 20  # sources, in an error

_STARTS: Final = select(vault_bucket.c.start)


class SealedVault:
    """Install codes in sealed buckets.

    A bucket with more than ``bucket_records`` records is split.  A write holds ``batch_rows`` rows
    of 28 bytes in the clear at a time, besides those it was given.  An import in steps commits
    ``step_rows`` at a time.  ``folder`` is for the sealed, unnamed file of an import that is larger
    than memory.
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
        self._known: VaultHeader | None = None
        self._single = SingleLookup(engine)
        self._leads = VaultLeads()

    def find_many(
        self, devices: Iterable[DeviceId]
    ) -> Iterator[tuple[DeviceId, VaultRecord | None]]:
        """Yield each device once with its record or None, those held first.

        All is read in one transaction, which ends before the first pair is returned.  If buckets
        are damaged, the devices in the others come first, then VaultDamaged is raised.
        """
        wanted = list(devices)
        numbers = ids_of(wanted)
        first = np.sort(np.unique(numbers, return_index=True)[1])
        with reading(self._engine) as connection:
            header = self._header(connection)
            found = look_up(connection, header, numbers[first])
        names = [wanted[place] for place in first[found.held].tolist()]
        sources = ("", *header.manifest.sources)
        yield from zip(
            names,
            records_of(found.rows.take(np.flatnonzero(found.held)), sources, names),
            strict=True,
        )
        for place in first[~found.held & ~found.unknown].tolist():
            yield wanted[place], None
        if found.faults:
            raise damage(found.faults, header.manifest.entries)

    def find(self, device: DeviceId) -> VaultRecord | None:
        """Return the record of one device, or None; opens one bucket."""
        header = self._known
        row = None if header is None else self._single.row_of(header, device.raw)
        if header is not None and row is not None:
            return record_of(row, header.manifest.sources, device) if row else None
        for _, record in self.find_many([device]):
            return record
        return None

    def put_many(self, records: Iterable[VaultRecord], *, replace: bool = False) -> PutResult:
        """Merge records into the vault by the rule in ``merge``; all or nothing.

        Nothing is written when nothing changes.  ``conflicts`` has a device once for each of its
        refused records.  Raises BadInput for a record that cannot be stored.
        """
        named = Sources()
        return self._put(list(rows_of(records, named)), named, replace=replace)

    def put_columns(self, batches: Iterable[CodeColumns], *, replace: bool = False) -> PutResult:
        """Merge columns as ``put_many`` does, without an object per record."""
        named = Sources()
        return self._put([rows_from(batch, named) for batch in batches], named, replace=replace)

    def find_columns(self, devices: DeviceIds, *, partial: bool = False) -> FoundColumns:
        """Look up all ``devices`` in one transaction; see ``exchange.ports.vault.CodeVault``."""
        asked = ids_from_numbers(devices)
        with reading(self._engine) as connection:
            header = self._header(connection)
            found = look_up(connection, header, asked)
        if found.faults and not partial:
            raise damage(found.faults, header.manifest.entries)
        columns = columns_from(found.rows, ("", *header.manifest.sources))
        return FoundColumns(found.held, found.unknown, columns)

    def find_look_alikes(self, devices: DeviceIds) -> LookAlikes:
        """Find what ``devices`` may be slips for; see ``exchange.ports.vault.CodeVault``."""
        asked = ids_from_numbers(devices)
        with reading(self._engine) as connection:
            header = self._header(connection)
            candidates = self._leads.of(connection, header).candidates(asked)
            if not len(candidates.rows):
                return LookAlikes.none()
            found = look_up(connection, header, candidates.ids)
        installed = found.held & (found.rows["flags"] & INSTALLED != 0)
        return first_held(candidates, installed)

    def import_codes(
        self,
        batches: Iterable[Batch],
        *,
        replace: bool = False,
        skip_bad: bool = False,
        resume: str = "",
        progress: Callable[[str, int, int], None] | None = None,
        confirm: Callable[[], bool] | None = None,
        record: Callable[[object, ImportResult], None] | None = None,
    ) -> ImportResult:
        """Import codes; see ``exchange.ports.vault.CodeVault`` and ``importing/code_import.py``."""
        access = VaultAccess(self._engine, self._header, self._writer, self._folder)
        options = ImportOptions(
            replace, skip_bad or bool(resume), resume, progress, confirm, record, self._step_rows
        )
        result, header = import_batches(access, batches, options)
        self._known = header or self._known
        return result

    def _put(self, pending: list[Rows], named: Sources, *, replace: bool) -> PutResult:
        counts = np.zeros(4, np.int64)
        conflicts: list[Rows] = []
        with writing(self._engine) as connection:
            header = self._header(connection)
            sources = Sources(header.manifest.sources)
            numbers = np.array([sources.number(name) for name in named.names], np.uint8)
            chunks: list[SortedRows] = []
            pending.reverse()
            while pending:  # so that rows are in memory only once
                rows = pending.pop()
                rows["source"] = numbers[rows["source"]]
                chunks.append(SortedRows.of(rows, header.cipher))
            writer = self._writer(connection, header)
            for incoming, merged in writer.put(chunks, replace=replace):
                counts += np.bincount(merged.outcomes, minlength=4)
                conflicts.append(incoming[merged.outcomes == CONFLICT])
            if counts[ADDED] or counts[UPDATED]:
                header = writer.finish(sources.names[1:])
            else:
                connection.rollback()
        self._known = header
        refused = row_devices(joined(conflicts))
        return PutResult(
            added=int(counts[ADDED]),
            updated=int(counts[UPDATED]),
            unchanged=int(counts[UNCHANGED]),
            conflicts=tuple(devices_of(refused)),
        )

    def remove_many(self, devices: Iterable[DeviceId]) -> int:
        """Remove devices in one transaction; return how many the vault had."""
        return self.remove(ids_of(list(devices))).removed

    def remove(
        self,
        devices: DeviceIds | None,
        *,
        source: str | None = None,
        dry: bool = False,
        progress: Callable[[str, int, int], None] | None = None,
        record: Callable[[object, Removed], None] | None = None,
    ) -> Removed:
        """Remove ``devices`` (None: all); see ``exchange.ports.vault.CodeVault``."""
        wanted = None if devices is None else np.unique(devices)
        with reading(self._engine) if dry else writing(self._engine) as connection:
            header = self._header(connection)
            number = None if source is None else _source_number(header, source)
            writer = self._writer(connection, header)
            done = writer.remove(wanted, number, dry=dry, progress=progress)
            if dry or not done.removed:
                connection.rollback()
            else:
                # An interrupted import in steps must not count rows as done that are removed now.
                header = writer.finish(header.manifest.sources, {})
                if record:
                    record(connection, done)
        self._known = header
        return done

    def iter_all(self) -> Iterator[VaultRecord]:
        """Yield every record, bucket by bucket, as the vault was when the iteration began.

        The read transaction stays open until the iterator ends or is closed.  Damaged buckets are
        skipped; VaultDamaged names them at the end.
        """
        faults: list[Fault] = []
        with reading(self._engine) as connection:
            header = self._header(connection)
            sources = ("", *header.manifest.sources)
            for _, found in _all_buckets(connection, header):
                if isinstance(found, Fault):
                    faults.append(found)
                else:
                    yield from records_of(found, sources)
        if faults:
            raise damage(faults, header.manifest.entries)

    def verify(self) -> VaultStats:
        """Open every bucket and check it against the manifest, and its records against its range.

        Raises VaultDamaged naming every bucket that is missing, changed, swapped, rolled back, or
        from another vault.
        """
        with reading(self._engine) as connection:
            header = self._header(connection)
            entries = header.manifest.entries
            due = set(entries["start"].tolist())
            faults = [
                Fault(start, 0, "is not in the manifest")
                for start in connection.execute(_STARTS).scalars()
                if start not in due
            ]
            ranges = widths(entries)
            for position, found in _all_buckets(connection, header):
                if not isinstance(found, Fault):
                    found = _check_records(found, entries[position], int(ranges[position]), header)
                if isinstance(found, Fault):
                    faults.append(found)
        if faults:
            raise damage(faults, entries)
        return _stats(header)

    def stats(self) -> VaultStats:
        """Return counts from the authenticated manifest; opens no bucket."""
        with reading(self._engine) as connection:
            return _stats(self._header(connection))

    def data_keys(self) -> DataKeys:
        """Return the present data keys."""
        try:
            with reading(self._engine) as connection:
                return self._header(connection).keys
        except WrongKey:
            # The key may have changed between reading the header and reading the key file.
            with reading(self._engine) as connection:
                return self._header(connection).keys

    def _header(self, connection: Connection) -> VaultHeader:
        header = read_header(connection, self._key, self._known)
        self._known = header
        return header

    def _writer(self, connection: Connection, header: VaultHeader) -> BucketWriter:
        return BucketWriter(
            connection, header, bucket_records=self._bucket_records, batch_rows=self._batch_rows
        )


def _all_buckets(connection: Connection, header: VaultHeader) -> Iterator[tuple[int, Rows | Fault]]:
    entries: Entries = header.manifest.entries
    for first in range(0, len(entries), _BUCKETS_AT_ONCE):
        part = entries[first : first + _BUCKETS_AT_ONCE]
        yield from enumerate(read_buckets(connection, header.cipher, part), first)


def _source_number(header: VaultHeader, source: str) -> int:
    """Return the number of a source name; raises NotFound listing the names there are."""
    names = header.manifest.sources
    if source in names:
        return names.index(source) + 1
    known = ", ".join(repr(name) for name in names[:_MOST_NAMED]) or "none"
    if len(names) > _MOST_NAMED:
        known += f" and {len(names) - _MOST_NAMED} more"
    raise NotFound(f"the vault has no record from {source!r}", hint=f"its sources: {known}")


def _check_records(rows: Rows, entry: np.void, width: int, header: VaultHeader) -> Rows | Fault:
    """Return ``rows``, or a fault if they contradict the bucket's entry in the manifest."""
    devices = row_devices(rows)
    start = int(entry["start"])
    offsets = header.cipher.places(devices).astype(np.int64) - start
    sound = (
        bool(np.all(devices[1:] > devices[:-1]))
        and bool(np.all((offsets >= 0) & (offsets < width)))
        and np.count_nonzero(rows["flags"] & HAS_CODE) == entry["with_code"]
        and np.count_nonzero(rows["flags"] & INSTALLED) == entry["installed"]
    )
    return rows if sound else Fault(start, len(rows), "holds other records than it should")


def _stats(header: VaultHeader) -> VaultStats:
    entries = header.manifest.entries
    return VaultStats(
        records=int(entries["records"].sum()),
        with_code=int(entries["with_code"].sum()),
        installed_by_us=int(entries["installed"].sum()),
        buckets=len(entries),
        key_id=header.key_id,
    )
