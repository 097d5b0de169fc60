"""A delivery of codes into the vault: compared with itself and with what is held, then merged.

Rows wait sealed on disk, parted by the first byte of their place, so a delivery of any size goes
through memory a few parts at a time and each bucket is sealed once.  All of it happens in one
transaction, or in steps that each end where a bucket ends: the vault's manifest then remembers how
far it came, in the same commit.
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
from exchange.ports.records import Taken
from exchange.ports.vault import Batch
from exchange.vault.bucket_writer import Rewrite, Sorted
from exchange.vault.buckets import Fault, damage, read_buckets
from exchange.vault.columns import rows_from
from exchange.vault.importing.duplicate_codes import SharedCodes
from exchange.vault.importing.import_conflicts import LOADED, Loaded, Refused, RefusedRows, sift
from exchange.vault.importing.sealed_tempfile import PARTS, Spill
from exchange.vault.manifest import ALL_PLACES, Entries
from exchange.vault.merge import ADDED, UNCHANGED, UPDATED
from exchange.vault.radix_sort import chained, chosen
from exchange.vault.records import HAS_CODE, ROW, Rows, Sources, row_devices
from exchange.vault.vault_header import Head, reading, writing

_PART_PLACES: Final = ALL_PLACES // PARTS
_BUCKETS_AT_ONCE: Final = 256
_WINDOW_ROWS: Final = 250_000  # handled at once
STEP_ROWS: Final = 1_000_000  # committed at once, where a delivery goes in steps

Told = Callable[[str, int, int], None]
_Window = tuple[int, int]  # parts from, up to


@dataclass(frozen=True, slots=True)
class Doors:
    """How a delivery gets at its vault."""

    engine: Engine
    head: Callable[[Connection], Head]
    rewrite: Callable[[Connection, Head], Rewrite]
    folder: Path | None  # for what waits on disk


@dataclass(frozen=True, slots=True)
class Terms:
    """How a delivery is taken; see ``ports.vault.CodeVault.deliver``."""

    replace: bool
    good: bool
    resume: str
    told: Told | None
    keep: Callable[[], bool] | None
    record: Callable[[object, Taken], None] | None
    step_rows: int = STEP_ROWS


class Delivery:
    """One delivery, from its first batch to what became of it."""

    def __init__(self, doors: Doors, terms: Terms) -> None:
        self._doors, self._terms = doors, terms
        self._named = Sources()
        self._waiting = Spill(LOADED, doors.folder)
        self._shared = SharedCodes(doors.folder)
        with reading(doors.engine) as connection:
            self._cipher = doors.head(connection).cipher
        self._banned = np.zeros(0, np.uint32)
        self._refused: list[Refused] = []
        self._repeated = self._without_code = 0
        self._counts = np.zeros(4, np.int64)
        self._done = 0
        self._resumed = False  # an earlier attempt had done a part
        self._sources: tuple[str, ...] = ("",)  # as the vault numbers them
        self.head: Head | None = None  # as the last commit left it

    def add(self, batch: Batch) -> None:
        """Some more rows."""
        rows = rows_from(batch.columns, self._named)
        loaded = np.empty(len(rows), LOADED)
        content = loaded.view(np.uint8).reshape(len(rows), LOADED.itemsize)
        content[:, : ROW.itemsize] = rows.view(np.uint8).reshape(len(rows), ROW.itemsize)
        loaded["row"] = batch.rows
        places = self._cipher.places(row_devices(loaded))
        self._waiting.add((places // np.uint32(_PART_PLACES)).astype(np.uint8), loaded)
        self._shared.add(loaded)

    def take(self) -> Taken:
        """Merge all that was added, by the terms."""
        self._find_shared()
        kept = self._terms.keep is None or self._terms.keep()
        if self._terms.resume and kept:
            self._take_in_steps()
        else:
            kept = self._take_at_once(kept)
        # Nothing is asked of the database from here on: what was committed shall be told.
        return self._taken(kept=kept)

    def _taken(self, *, kept: bool) -> Taken:
        return Taken(
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
        """Give the disk up."""
        self._waiting.close()
        self._shared.close()

    def _find_shared(self) -> None:
        if not self._shared.number:
            return
        with reading(self._doors.engine) as connection:
            head = self._doors.head(connection)
            if head.manifest.entries["with_code"].any():
                self._shared.add_held(self._held(connection, head))
        refused = self._shared.refused(self._coded, good=self._terms.good)
        self._shared.close()
        self._refused.append(refused)
        self._banned = np.sort(refused["row"])

    def _held(self, connection: Connection, head: Head) -> Iterator[Rows]:
        entries, faults = head.manifest.entries, list[Fault]()
        for first in range(0, len(entries), _BUCKETS_AT_ONCE):
            for found in read_buckets(
                connection, head.cipher, entries[first : first + _BUCKETS_AT_ONCE]
            ):
                if isinstance(found, Fault):
                    faults.append(found)
                else:
                    yield found
            self._tell("comparing", min(first + _BUCKETS_AT_ONCE, len(entries)), len(entries))
        if faults:
            raise damage(faults, entries)

    def _coded(self, devices: DeviceIds) -> set[int]:
        """To which of ``devices`` the delivery brings a code."""
        found: set[int] = set()
        if not len(devices):
            return found
        for part in np.unique(self._cipher.places(devices) // np.uint32(_PART_PLACES)).tolist():
            rows = self._waiting.part(part)
            coded = np.isin(rows["device"], devices) & ((rows["flags"] & HAS_CODE) != 0)
            found.update(rows["device"][coded].tolist())
        return found

    def _take_at_once(self, keep: bool) -> bool:
        """Everything in one transaction; False when nothing was kept."""
        strict = not self._terms.good
        with writing(self._doors.engine) as connection:
            rewrite, numbers, names = self._begin(connection, 0)
            for window in self._windows(rewrite.entries, 0):
                keep = keep and not (strict and self._any_refused)
                self._merge(rewrite, window, numbers, dry=not keep)
            if not keep or (strict and self._any_refused):
                connection.rollback()
                return False
            if self._counts[ADDED] or self._counts[UPDATED]:
                self.head = rewrite.finish(names)
                self._record(connection)
            else:
                connection.rollback()
        return True

    def _take_in_steps(self) -> None:
        """Commit by commit."""
        with reading(self._doors.engine) as connection:
            head = self._doors.head(connection)
            work = head.manifest.work
            mine = work.get("delivery") == self._terms.resume
            first = int(work["next"]) if mine else 0
            self._resumed = first > 0
            if first:
                # Already taken: looked at again only for what was refused there.
                rewrite = self._doors.rewrite(connection, head)
                numbers, _ = self._numbered(head)
                for window in self._windows(head.manifest.entries, 0, first):
                    self._merge(rewrite, window, numbers, dry=True)
                self._counts = np.array(
                    [int(work["unchanged"]), int(work["added"]), int(work["updated"]), 0], np.int64
                )
        here = first
        while here < PARTS:
            here = self._step(here, remembered=mine)

    def _step(self, here: int, *, remembered: bool) -> int:
        """One commit; returns the part where the next one begins."""
        before = self._counts.copy()
        with writing(self._doors.engine) as connection:
            rewrite, numbers, names = self._begin(connection, here)
            end, rows = here, 0
            for window in self._windows(rewrite.entries, here):
                if rows and rows + self._rows(window) > self._terms.step_rows:
                    break
                self._merge(rewrite, window, numbers)
                rows += self._rows(window)
                end = window[1]
            changed = self._counts - before
            if changed[ADDED] or changed[UPDATED] or (end == PARTS and remembered):
                work: dict[str, str | int] = {} if end == PARTS else self._work(end)
                self.head = rewrite.finish(names, work)
                if end == PARTS:
                    self._record(connection)
            else:
                connection.rollback()
        return end

    def _record(self, connection: Connection) -> None:
        if self._terms.record:
            self._terms.record(connection, self._taken(kept=True))

    def _work(self, end: int) -> dict[str, str | int]:
        return {
            "delivery": self._terms.resume,
            "next": end,
            "added": int(self._counts[ADDED]),
            "updated": int(self._counts[UPDATED]),
            "unchanged": int(self._counts[UNCHANGED]),
        }

    def _begin(
        self, connection: Connection, first: int
    ) -> tuple[Rewrite, npt.NDArray[np.uint8], list[str]]:
        head = self._doors.head(connection)
        numbers, names = self._numbered(head)
        rewrite = self._doors.rewrite(connection, head)
        rewrite.spread(self._expected(rewrite.entries, first))
        return rewrite, numbers, names

    def _numbered(self, head: Head) -> tuple[npt.NDArray[np.uint8], list[str]]:
        """The vault's number of each of our source names, and all names it has with them."""
        sources = Sources(head.manifest.sources)
        self._sources = tuple(sources.names)
        numbers = np.array([sources.number(name) for name in self._named.names], np.uint8)
        return numbers, sources.names[1:]

    @property
    def _any_refused(self) -> bool:
        return any(map(len, self._refused))

    def _rows(self, window: _Window) -> int:
        return int(self._waiting.counts[window[0] : window[1]].sum())

    def _expected(self, entries: Entries, first: int) -> npt.NDArray[np.int64]:
        """How many rows will come into each bucket, about: places are even."""
        counts = self._waiting.counts.copy()
        counts[:first] = 0
        edges = np.append(entries["start"].astype(np.float64), float(ALL_PLACES)) / _PART_PLACES
        running = np.concatenate([[0], np.cumsum(counts)])
        expected = np.diff(np.interp(edges, np.arange(PARTS + 1), running))
        return np.asarray(expected, np.int64)

    def _windows(self, entries: Entries, first: int, end: int = PARTS) -> Iterator[_Window]:
        """Runs of parts that begin and end where a bucket does; those without rows are left out."""
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
        rewrite: Rewrite,
        window: _Window,
        numbers: npt.NDArray[np.uint8],
        *,
        dry: bool = False,
    ) -> None:
        parts = [self._waiting.part(part) for part in range(*window)]
        loaded = chained(parts, LOADED).copy()
        loaded["source"] = numbers[loaded["source"]]
        chunk = Sorted.of(loaded, self._cipher)
        terms = self._terms
        for _, merged in rewrite.put_sifted([chunk], self._choose, replace=terms.replace, dry=dry):
            self._counts += np.bincount(merged.outcomes, minlength=4)
        self._done += len(loaded)
        self._tell("sealing", self._done, int(self._waiting.counts.sum()))

    def _choose(self, held: Rows, incoming: Loaded) -> Rows:
        if len(self._banned):
            incoming = chosen(incoming, ~np.isin(incoming["row"], self._banned))
        # A delivery in steps cannot take back what an earlier step took.
        good = self._terms.good or bool(self._terms.resume)
        sifted = sift(held, incoming, replace=self._terms.replace, good=good)
        self._refused.append(sifted.refused)
        self._repeated += sifted.repeated
        self._without_code += int(np.count_nonzero((sifted.rows["flags"] & HAS_CODE) == 0))
        return sifted.rows

    def _tell(self, what: str, done: int, total: int) -> None:
        if self._terms.told:
            self._terms.told(what, done, total)


def deliver(doors: Doors, batches: Iterable[Batch], terms: Terms) -> tuple[Taken, Head | None]:
    """Take ``batches``; returns what became of them, and the head if anything was written."""
    delivery = Delivery(doors, terms)
    try:
        for batch in batches:
            delivery.add(batch)
        return delivery.take(), delivery.head
    finally:
        delivery.close()
