"""A write merges rows into their buckets, splits those that grew, and removes rows."""

from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy import Engine, Row, func, select, update

from exchange.domain.columns.device_ids import ids_of
from exchange.errors import VaultDamaged
from exchange.ports.records import Removed, VaultRecord
from exchange.vault import bucket_writer as module
from exchange.vault.bucket_writer import BucketWriter, SortedRows
from exchange.vault.buckets import BucketCipher
from exchange.vault.keys.datakeys import DataKeys
from exchange.vault.keys.keys import WrappingKey
from exchange.vault.manifest import ALL_PLACES
from exchange.vault.merge import ADDED, CONFLICT, UPDATED
from exchange.vault.records import HAS_CODE, INSTALLED, Rows, Sources, joined, row_devices, rows_of
from exchange.vault.tables import vault_bucket
from exchange.vault.vault_header import VaultHeader, read_header, writing
from tests.unit.vault.cases import device, fresh, record, records

KEY = WrappingKey.generate()
SOURCES = Sources()


@pytest.fixture(autouse=True)
def _vault(engine: Engine) -> None:
    fresh(engine, KEY)


def _rows(some: list[VaultRecord]) -> Rows:
    return joined(list(rows_of(some, SOURCES)))


class Write:
    """One write with small buckets; its outcomes, and the header afterwards."""

    def __init__(self, engine: Engine, *, bucket_records: int = 10, batch_rows: int = 60) -> None:
        self.engine = engine
        self.sizes = {"bucket_records": bucket_records, "batch_rows": batch_rows}
        self.outcomes: list[int] = []
        self.batches: list[int] = []

    def put(self, some: list[VaultRecord], *, replace: bool = False) -> VaultHeader:
        with writing(self.engine) as connection:
            header = read_header(connection, KEY, None)
            writer = BucketWriter(connection, header, **self.sizes)
            chunks = [
                SortedRows.of(_rows(some[at : at + 50]), header.cipher)
                for at in range(0, len(some), 50)
            ]
            for incoming, merged in writer.put(chunks, replace=replace):
                self.batches.append(len(incoming))
                self.outcomes += merged.outcomes.tolist()
            return writer.finish(SOURCES.names[1:])

    def remove(
        self, numbers: list[int] | None, source: int | None = None, *, dry: bool = False
    ) -> Removed:
        with writing(self.engine) as connection:
            writer = BucketWriter(connection, read_header(connection, KEY, None), **self.sizes)
            devices = None if numbers is None else ids_of([device(one) for one in numbers])
            counts = writer.remove(devices, source, dry=dry)
            writer.finish(SOURCES.names[1:])
            return counts


def _contents(engine: Engine) -> list[Rows]:
    """Return the rows of each bucket; every one is sound, sorted, and where the manifest says."""
    with engine.connect() as connection:
        header = read_header(connection, KEY, None)
        stored = {one.start: one for one in connection.execute(select(vault_bucket))}
    entries, found = header.manifest.entries, []
    assert set(stored) == set(entries["start"].tolist())
    ends = [*entries["start"].tolist()[1:], ALL_PLACES]
    for entry, end in zip(entries, ends, strict=True):
        one: Row[tuple[int, int, bytes]] = stored[int(entry["start"])]
        assert one.generation == entry["generation"]
        rows = header.cipher.open(one.start, one.generation, one.sealed)
        assert rows is not None
        places = header.cipher.places(row_devices(rows))
        assert all(entry["start"] <= place < end for place in places.tolist())
        assert (np.diff(row_devices(rows).astype(object)) > 0).all()
        counts = [np.count_nonzero(rows["flags"] & flag) for flag in (HAS_CODE, INSTALLED)]
        assert [entry["records"], entry["with_code"], entry["installed"]] == [len(rows), *counts]
        found.append(rows)
    return found


def _held(engine: Engine) -> set[bytes]:
    return {row.tobytes() for rows in _contents(engine) for row in rows}


def _of(some: list[VaultRecord]) -> set[bytes]:
    return {row.tobytes() for row in _rows(some)}


def test_rows_are_merged_and_buckets_that_grew_are_split(engine: Engine) -> None:
    write = Write(engine)
    write.put(records(300))
    assert write.outcomes == [ADDED] * 300
    assert _held(engine) == _of(records(300))
    sizes = [len(rows) for rows in _contents(engine)]
    assert len(sizes) >= 300 / 10
    assert max(sizes) < 25  # a split leaves room, and places are evenly spread
    assert max(write.batches) < 2 * 60


def test_a_second_write_touches_only_the_buckets_that_change(engine: Engine) -> None:
    before = Write(engine).put(records(300))
    write = Write(engine)
    after = write.put([record(1, 999), record(0, installed=True), record(5000)])
    assert sorted(write.outcomes) == sorted([CONFLICT, UPDATED, ADDED])
    changed = after.manifest.entries["generation"] == after.generation
    assert 1 <= int(changed.sum()) <= 3
    assert after.generation == before.generation + 1
    assert len(_held(engine)) == 301


def test_replacing_is_the_callers_choice(engine: Engine) -> None:
    Write(engine).put([record(1)])
    write = Write(engine)
    write.put([record(1, 7)], replace=True)
    assert (write.outcomes, _held(engine)) == ([UPDATED], _of([record(1, 7)]))


def test_a_dry_choice_sees_both_sides_and_writes_nothing(engine: Engine) -> None:
    Write(engine).put(records(100))
    before = _held(engine)
    seen: list[tuple[int, int]] = []

    def choose(held: Rows, incoming: Rows) -> Rows:
        seen.append((len(held), len(incoming)))
        return incoming[:1]

    for dry, held in ((True, before), (False, before | _of([record(200)]))):
        with writing(engine) as connection:
            header = read_header(connection, KEY, None)
            writer = BucketWriter(connection, header, bucket_records=10, batch_rows=60)
            chunk = SortedRows.of(_rows([record(200)]), header.cipher)
            results = list(writer.put_chosen([chunk], choose, replace=False, dry=dry))
            assert len(results) == (0 if dry else 1)
            writer.finish([])
        assert _held(engine) == held
    assert all(incoming == 1 and 0 < old <= 30 for old, incoming in seen)


def test_removing_counts_and_leaves_the_rest(engine: Engine) -> None:
    Write(engine).put(records(100))
    gone = [*range(10, 30), 999]
    wanted = Removed(
        known=20,
        removed=20,
        with_code=sum(one.code is not None for one in records(100)[10:30]),
        installed=sum(one.installed_by_us for one in records(100)[10:30]),
    )
    assert Write(engine).remove(gone, dry=True) == wanted
    assert len(_held(engine)) == 100
    assert Write(engine).remove(gone) == wanted
    assert _held(engine) == _of([*records(100)[:10], *records(100)[30:]])
    number = SOURCES.number("delivery 2")
    counts = Write(engine).remove(None, number)
    assert (counts.known, counts.removed) == (80, 20)
    assert Write(engine).remove(None).removed == 60
    assert _held(engine) == set()


def test_a_bucket_that_does_not_open_stops_the_write(engine: Engine) -> None:
    Write(engine).put(records(100))
    with engine.begin() as connection:
        last = connection.scalar(select(func.max(vault_bucket.c.start)))
        connection.execute(
            update(vault_bucket).where(vault_bucket.c.start == last).values(sealed=b"x")
        )
    for attempt in (lambda: Write(engine).put(records(300)), lambda: Write(engine).remove(None)):
        with pytest.raises(VaultDamaged, match=f"bucket {last:08x}"):
            attempt()


def test_a_flood_into_one_bucket_is_split_before_it_is_merged(engine: Engine) -> None:
    with writing(engine) as connection:
        header = read_header(connection, KEY, None)
        writer = BucketWriter(connection, header, bucket_records=10, batch_rows=60)
        writer.split_ahead(np.array([60]))
        assert len(writer.entries) == 1
        writer.split_ahead(np.array([61]))
        assert len(writer.entries) == 8  # four times as many parts as batches, a power of two
        widths = np.diff([*writer.entries["start"].tolist(), ALL_PLACES])
        assert set(widths.tolist()) == {ALL_PLACES // 8}


def test_buckets_that_fit_into_memory_are_written_together(engine: Engine) -> None:
    Write(engine).put(records(200))
    new = [record(number, installed=True) for number in range(200)]
    write = Write(engine, batch_rows=400)
    write.put(new)
    assert write.batches == [200]
    write = Write(engine, batch_rows=100)
    write.put(new)
    assert 4 <= len(write.batches) <= 6


def test_few_buckets_are_held_at_once(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    Write(engine).put(records(200))
    filled = [rows for rows in _contents(engine) if len(rows)]
    monkeypatch.setattr(module, "_BUCKETS_AT_ONCE", 2)
    write = Write(engine, batch_rows=10_000)
    write.put([record(number, installed=True) for number in range(200)])
    assert len(write.batches) >= len(filled) / 2
    assert sum(write.batches) == 200


@pytest.fixture(scope="module")
def sorted_rows() -> tuple[SortedRows, list[int]]:
    cipher = BucketCipher(DataKeys.generate())
    rows = SortedRows.of(_rows(records(40)), cipher)
    return rows, cipher.places(row_devices(rows.rows)).tolist()


def test_rows_are_sorted_by_place_and_cut_by_it(
    sorted_rows: tuple[SortedRows, list[int]],
) -> None:
    rows, places = sorted_rows
    assert rows.places.tolist() == places == sorted(places)
    for first, end in ((0, ALL_PLACES), (places[3], places[9]), (places[9], ALL_PLACES), (1, 1)):
        wanted = sum(first <= place < end for place in places)
        assert len(rows.between(first, end)) == wanted
