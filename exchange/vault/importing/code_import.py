"""Import codes: check the rows against each other and the vault, then merge them.

Rows wait on disk, sealed and separated by the first byte of their place, so an import of any size
goes through memory a few parts at a time and seals each bucket once.  It runs in one transaction,
or in steps that each end at the end of a bucket: every commit then records its progress in the
manifest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, Engine

from exchange.domain.columns.device_ids import DeviceIds
from exchange.ports.records import ImportResult
from exchange.ports.vault import Batch, ReportProgress
from exchange.vault.bucket_writer import BucketWriter, SortedRows
from exchange.vault.buckets import Fault, damage, read_buckets
from exchange.vault.columns import rows_from
from exchange.vault.importing.duplicate_codes import DuplicateCodes
from exchange.vault.importing.import_conflicts import (
    IMPORT_ROW,
    ImportRows,
    Refusals,
    RefusedRows,
    check_rows,
    separate_clashing,
)
from exchange.vault.importing.sealed_tempfile import PARTS, SealedTempFile
from exchange.vault.manifest import ALL_PLACES, Entries
from exchange.vault.merge import ADDED, UNCHANGED, UPDATED
from exchange.vault.radix_sort import concatenated
from exchange.vault.records import HAS_CODE, ROW, Rows, Sources, row_devices
from exchange.vault.vault_header import VaultHeader, reading, writing

_PART_PLACES: Final = ALL_PLACES // PARTS
_BUCKETS_AT_ONCE: Final = 256
_WINDOW_ROWS: Final = 250_000  # handled at once
STEP_ROWS: Final = 1_000_000  # per commit, when an import runs in steps

_Window = tuple[int, int]  # parts from, up to


@dataclass(frozen=True, slots=True)
class VaultAccess:
    """What an import needs of its vault."""

    engine: Engine
    header: Callable[[Connection], VaultHeader]
    writer: Callable[[Connection, VaultHeader], BucketWriter]
    folder: Path | None  # for the rows that wait on disk


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How to import; see ``exchange.ports.vault.CodeVault.import_codes``."""

    replace: bool
    skip_bad: bool
    resume: str
    progress: ReportProgress | None
    confirm: Callable[[], bool] | None
    record: Callable[[object, ImportResult], None] | None
    step_rows: int = STEP_ROWS


class CodeImport:
    """One import, from its first batch to its result."""

    def __init__(self, access: VaultAccess, options: ImportOptions) -> None:
        self._access, self._options = access, options
        self._import_sources = Sources()
        self._waiting = SealedTempFile(IMPORT_ROW, access.folder)
        self._duplicates = DuplicateCodes(access.folder)
        with reading(access.engine) as connection:
            self._cipher = access.header(connection).cipher
        self._duplicate_rows = np.zeros(0, np.uint32)
        self._refused: list[Refusals] = []
        self._repeated = self._without_code = 0
        self._counts = np.zeros(4, np.int64)
        self._done = 0
        self._resumed = False  # an earlier attempt did a part
        self._sources: tuple[str, ...] = ("",)  # as the vault numbers them
        self.header: VaultHeader | None = None  # after the last commit

    def add(self, batch: Batch) -> None:
        """Add the rows of a batch."""
        rows = rows_from(batch.columns, self._import_sources)
        loaded = np.empty(len(rows), IMPORT_ROW)
        content = loaded.view(np.uint8).reshape(len(rows), IMPORT_ROW.itemsize)
        content[:, : ROW.itemsize] = rows.view(np.uint8).reshape(len(rows), ROW.itemsize)
        loaded["row"] = batch.rows
        places = self._cipher.places(row_devices(loaded))
        self._waiting.add((places // np.uint32(_PART_PLACES)).astype(np.uint8), loaded)
        self._duplicates.add(loaded)

    def run(self) -> ImportResult:
        """Merge all rows that were added, as the options say."""
        self._find_duplicates()
        kept = self._options.confirm is None or self._options.confirm()
        if self._options.resume and kept:
            self._import_in_steps()
        else:
            kept = self._import_at_once(kept)
        # No database access after this: nothing may keep us from reporting what was committed.
        return self._result(kept=kept)

    def _result(self, *, kept: bool) -> ImportResult:
        return ImportResult(
            added=int(self._counts[ADDED]) if kept else 0,
            updated=int(self._counts[UPDATED]) if kept else 0,
            unchanged=int(self._counts[UNCHANGED]) if kept else 0,
            repeated=self._repeated,
            refused=RefusedRows(self._refused, self._sources),
            kept=kept,
            without_code=self._without_code,
            resumed=self._resumed,
        )

    def close(self) -> None:
        """Delete the temporary files."""
        self._waiting.close()
        self._duplicates.close()

    def _find_duplicates(self) -> None:
        if not self._duplicates.number:
            return
        with reading(self._access.engine) as connection:
            header = self._access.header(connection)
            if header.manifest.entries["with_code"].any():
                self._duplicates.add_held(self._held(connection, header))
        refused = self._duplicates.refused(self._devices_with_code, skip_bad=self._options.skip_bad)
        self._duplicates.close()
        self._refused.append(refused)
        self._duplicate_rows = np.sort(refused["row"])

    def _held(self, connection: Connection, header: VaultHeader) -> Iterator[Rows]:
        entries, faults = header.manifest.entries, list[Fault]()
        for first in range(0, len(entries), _BUCKETS_AT_ONCE):
            for found in read_buckets(
                connection, header.cipher, entries[first : first + _BUCKETS_AT_ONCE]
            ):
                if isinstance(found, Fault):
                    faults.append(found)
                else:
                    yield found
            self._report("comparing", min(first + _BUCKETS_AT_ONCE, len(entries)), len(entries))
        if faults:
            raise damage(faults, entries)

    def _devices_with_code(self, devices: DeviceIds) -> set[int]:
        """Return those of ``devices`` (as numbers) for which the import has a code."""
        found: set[int] = set()
        if not len(devices):
            return found
        for part in np.unique(self._cipher.places(devices) // np.uint32(_PART_PLACES)).tolist():
            rows = self._waiting.part(part)
            coded = np.isin(rows["device"], devices) & ((rows["flags"] & HAS_CODE) != 0)
            found.update(rows["device"][coded].tolist())
        return found

    def _import_at_once(self, keep: bool) -> bool:
        """Import everything in one transaction; return False when nothing was kept."""
        strict = not self._options.skip_bad
        with writing(self._access.engine) as connection:
            writer, numbers, names = self._begin(connection, 0)
            for window in self._windows(writer.entries, 0):
                keep = keep and not (strict and self._any_refused)
                self._merge(writer, window, numbers, dry=not keep)
            if not keep or (strict and self._any_refused):
                connection.rollback()
                return False
            if self._counts[ADDED] or self._counts[UPDATED]:
                self.header = writer.finish(names)
                self._record(connection)
            else:
                connection.rollback()
        return True

    def _import_in_steps(self) -> None:
        """Import in steps, each with a commit of its own."""
        with reading(self._access.engine) as connection:
            header = self._access.header(connection)
            work = header.manifest.work
            interrupted = work.get("delivery") == self._options.resume
            first = int(work["next"]) if interrupted else 0
            self._resumed = first > 0
            if first:
                # Already imported: read again only to find the refused rows.
                writer = self._access.writer(connection, header)
                numbers, _ = self._numbered(header)
                for window in self._windows(header.manifest.entries, 0, first):
                    self._merge(writer, window, numbers, dry=True)
                self._counts = np.array(
                    [int(work["unchanged"]), int(work["added"]), int(work["updated"]), 0], np.int64
                )
        part = first
        while part < PARTS:
            part = self._step(part, interrupted=interrupted)

    def _step(self, part: int, *, interrupted: bool) -> int:
        """Merge the parts from ``part`` on, up to ``step_rows`` rows, and commit them.

        Returns the number of the first part that is left.  ``interrupted``: an earlier run of this
        import was cut off, so that its end has to be recorded even if nothing changes.
        """
        before = self._counts.copy()
        with writing(self._access.engine) as connection:
            writer, numbers, names = self._begin(connection, part)
            end, rows = part, 0
            for window in self._windows(writer.entries, part):
                if rows and rows + self._rows(window) > self._options.step_rows:
                    break
                self._merge(writer, window, numbers)
                rows += self._rows(window)
                end = window[1]
            changed = self._counts - before
            if changed[ADDED] or changed[UPDATED] or (end == PARTS and interrupted):
                work: dict[str, str | int] = {} if end == PARTS else self._work(end)
                self.header = writer.finish(names, work)
                if end == PARTS:
                    self._record(connection)
            else:
                connection.rollback()
        return end

    def _record(self, connection: Connection) -> None:
        if self._options.record:
            self._options.record(connection, self._result(kept=True))

    def _work(self, end: int) -> dict[str, str | int]:
        return {
            "delivery": self._options.resume,
            "next": end,
            "added": int(self._counts[ADDED]),
            "updated": int(self._counts[UPDATED]),
            "unchanged": int(self._counts[UNCHANGED]),
        }

    def _begin(
        self, connection: Connection, first: int
    ) -> tuple[BucketWriter, npt.NDArray[np.uint8], list[str]]:
        header = self._access.header(connection)
        numbers, names = self._numbered(header)
        writer = self._access.writer(connection, header)
        writer.split_ahead(self._expected(writer.entries, first))
        return writer, numbers, names

    def _numbered(self, header: VaultHeader) -> tuple[npt.NDArray[np.uint8], list[str]]:
        """Return the vault's number of each source name of the import, and all names with these."""
        sources = Sources(header.manifest.sources)
        self._sources = tuple(sources.names)
        numbers = np.array([sources.number(name) for name in self._import_sources.names], np.uint8)
        return numbers, sources.names[1:]

    @property
    def _any_refused(self) -> bool:
        return any(map(len, self._refused))

    def _rows(self, window: _Window) -> int:
        return int(self._waiting.counts[window[0] : window[1]].sum())

    def _expected(self, entries: Entries, first: int) -> npt.NDArray[np.int64]:
        """Estimate the rows per bucket, assuming that places are evenly spread."""
        counts = self._waiting.counts.copy()
        counts[:first] = 0
        edges = np.append(entries["start"].astype(np.float64), float(ALL_PLACES)) / _PART_PLACES
        running = np.concatenate([[0], np.cumsum(counts)])
        expected = np.diff(np.interp(edges, np.arange(PARTS + 1), running))
        return np.asarray(expected, np.int64)

    def _windows(self, entries: Entries, first: int, end: int = PARTS) -> Iterator[_Window]:
        """Yield ranges of parts that begin and end where a bucket does."""
        edges = entries["start"][entries["start"] % _PART_PLACES == 0] // _PART_PLACES
        ends = [edge for edge in edges.tolist() if first < edge < end] + [end]
        low = first
        for high in ends:
            if high < end and self._rows((low, high)) < _WINDOW_ROWS:
                continue
            yield low, high
            low = high

    def _merge(
        self,
        writer: BucketWriter,
        window: _Window,
        numbers: npt.NDArray[np.uint8],
        *,
        dry: bool = False,
    ) -> None:
        parts = [self._waiting.part(part) for part in range(*window)]
        loaded = concatenated(parts, IMPORT_ROW).copy()
        loaded["source"] = numbers[loaded["source"]]
        chunk = SortedRows.of(loaded, self._cipher)
        options = self._options
        for _, merged in writer.put_chosen([chunk], self._choose, replace=options.replace, dry=dry):
            self._counts += np.bincount(merged.outcomes, minlength=4)
        self._done += len(loaded)
        self._report("sealing", self._done, int(self._waiting.counts.sum()))

    def _choose(self, held: Rows, incoming: ImportRows) -> Rows:
        # An import in steps cannot undo what an earlier step committed.
        skip_bad = self._options.skip_bad or bool(self._options.resume)
        if len(self._duplicate_rows):
            incoming, refused = separate_clashing(incoming, self._duplicate_rows, skip_bad=skip_bad)
            self._refused.append(refused)
        checked = check_rows(held, incoming, replace=self._options.replace, skip_bad=skip_bad)
        self._refused.append(checked.refused)
        self._repeated += checked.repeated
        self._without_code += int(np.count_nonzero((checked.rows["flags"] & HAS_CODE) == 0))
        return checked.rows

    def _report(self, what: str, done: int, total: int) -> None:
        if self._options.progress:
            self._options.progress(what, done, total)


def import_batches(
    access: VaultAccess, batches: Iterable[Batch], options: ImportOptions
) -> tuple[ImportResult, VaultHeader | None]:
    """Import ``batches``; return the result, and the new header if anything was written."""
    work = CodeImport(access, options)
    try:
        for batch in batches:
            work.add(batch)
        return work.run(), work.header
    finally:
        work.close()
