"""Looks up many devices in many buckets: the same answers as a dict, from one instant."""

from __future__ import annotations

import threading
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine, delete, insert, select, update

from exchange.domain.columns.device_ids import ids_from_numbers, ids_of
from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.device_type import DEVICE_TYPES
from exchange.errors import StoreError, VaultDamaged
from exchange.ports.records import VaultRecord
from exchange.ports.vault import FoundColumns
from exchange.vault.buckets import Fault, OpenedBuckets
from exchange.vault.keys.keys import WrappingKey
from exchange.vault.lookup import LookupResult, by_bucket
from exchange.vault.manifest import ALL_PLACES, ENTRY, Entries, buckets_of
from exchange.vault.records import EPOCH, Sources, rows_of
from exchange.vault.tables import vault_bucket
from exchange.vault.vault import SealedVault
from exchange.vault.vault_header import read_header
from tests.unit.vault.cases import device, fresh, record, records, sqlite_engine

KEY = WrappingKey.generate()
RECORDS = records(3_000)
NAMES = [each.device for each in RECORDS]


def entries_of(engine: Engine) -> Entries:
    with engine.connect() as connection:
        return read_header(connection, KEY, None).manifest.entries


def records_in(found: FoundColumns) -> list[VaultRecord | None]:
    """Return the record of each device in the columns, None where they have none."""
    columns = found.columns
    names = columns.source_names
    return [
        VaultRecord(
            DeviceId(int(columns.devices[at]).to_bytes(8, "big")),
            InstallCode(columns.codes[at].tobytes()) if columns.has_code[at] else None,
            bool(columns.installed[at]),
            DEVICE_TYPES[columns.types[at]],
            names[columns.sources[at]],
            date.fromordinal(EPOCH.toordinal() + int(columns.days[at])),
        )
        if found.held[at]
        else None
        for at in range(len(found.held))
    ]


@pytest.mark.parametrize("bucket_records", [1, 3, 12, 45, 2_000])
def test_the_answers_are_those_of_a_dict(engine: Engine, bucket_records: int) -> None:
    """Buckets of none to three records, of many sizes, or a single one for all."""
    vault = fresh(engine, KEY, bucket_records=bucket_records)
    vault.put_many(RECORDS[:2_000])
    vault.put_many(RECORDS[2_000:])
    known = {each.device: each for each in RECORDS}
    unknown = [device(n) for n in range(10_000, 13_000)]
    edges = [DeviceId(bytes(7) + b"\x01"), DeviceId(b"\xff" * 7 + b"\xfe")]
    mixed = [*unknown[:100], *NAMES, *edges, *unknown[100:], *NAMES[:50]]
    order = np.random.default_rng(1).permutation(len(mixed)).tolist()
    for asked in ([mixed[at] for at in order], NAMES, unknown, NAMES[::40], mixed[:2_500]):
        found = vault.find_columns(ids_of(asked))
        assert records_in(found) == [known.get(each) for each in asked]
        assert not found.unknown.any()


@pytest.mark.parametrize("width", [1, 7, 1 << 15, 1 << 16, 3 << 16, 1 << 19])
@pytest.mark.parametrize("number", [0, 1, 50, 5_000])
def test_places_are_ordered_by_bucket_however_narrow(width: int, number: int) -> None:
    random = np.random.default_rng(width)
    entries = np.zeros(400, ENTRY)
    entries["start"][1:] = (
        np.sort(1 + random.choice(ALL_PLACES // width - 1, 399, replace=False)) * width
    )
    places = random.integers(0, ALL_PLACES, number, np.uint32)
    if number:  # also at the very edges of the ranges
        edges = np.concatenate([entries["start"], entries["start"] - np.uint32(1)])
        places = np.concatenate([places, edges])
    order, cuts = by_bucket(places, entries)
    assert np.array_equal(np.sort(order), np.arange(len(places)))
    owners = np.repeat(np.arange(400), np.diff(cuts))
    assert np.array_equal(buckets_of(entries, places[order]), owners)


def test_nothing_stands_beside_a_device_that_is_not_held(engine: Engine) -> None:
    """It gets neither the code nor the source of a neighbour in its bucket."""
    vault = fresh(engine, KEY, bucket_records=20)
    vault.put_many(RECORDS)
    for first in (10_000, 20_000):
        asked = [device(n) for n in range(first, first + 2_000)]
        columns = vault.find_columns(ids_of([*asked, *NAMES[:1]])).columns
        assert not columns.codes[:-1].any()
        assert not columns.devices[:-1].any()
        assert not columns.has_code[:-1].any()
        assert not columns.installed[:-1].any()


def test_damaged_buckets_among_many_are_named_and_the_others_answer(engine: Engine) -> None:
    vault = fresh(engine, KEY, bucket_records=12)
    vault.put_many(RECORDS)
    starts = entries_of(engine)["start"].tolist()
    assert len(starts) > 300
    # At both ends, next to each other, and where one read ends and the next begins.
    gone, changed, swapped = starts[0], [starts[127], starts[128], starts[-1]], starts[200:202]
    with engine.begin() as connection:
        whole = {row.start: row for row in connection.execute(select(vault_bucket))}
        connection.execute(delete(vault_bucket).where(vault_bucket.c.start == gone))
        damaged = {start: whole[start].sealed[:-1] for start in changed}
        damaged |= dict(zip(swapped, [whole[one].sealed for one in swapped[::-1]], strict=True))
        for start, sealed in damaged.items():
            there = update(vault_bucket).where(vault_bucket.c.start == start)
            connection.execute(there.values(sealed=sealed))
    faulty = {gone, *damaged}
    found = vault.find_columns(ids_of(NAMES), partial=True)
    with engine.connect() as connection:
        places = read_header(connection, KEY, None).cipher.places(ids_of(NAMES))
    owners = np.searchsorted(np.array(starts), places, side="right") - 1
    lost = np.isin(np.array(starts)[owners], sorted(faulty))
    asked = faulty & set(np.array(starts)[owners].tolist())  # a bucket without a device is not read
    assert lost.any()
    assert found.unknown.tolist() == lost.tolist()
    assert records_in(found) == [
        None if away else each for each, away in zip(RECORDS, lost, strict=True)
    ]
    assert not found.columns.codes[lost].any()
    for ask in (
        lambda: vault.find_columns(ids_of(NAMES)),
        lambda: list(vault.find_many(NAMES)),
    ):
        with pytest.raises(VaultDamaged) as error:
            ask()
        named = {start for start in starts if f"bucket {start:08x} " in str(error.value)}
        assert named == asked


def test_a_bucket_that_nobody_wrote_is_passed_over(engine: Engine) -> None:
    """It is in the range that is read; `verify` reports it."""
    vault = fresh(engine, KEY, bucket_records=12)
    vault.put_many(RECORDS)
    starts = entries_of(engine)["start"].tolist()
    with engine.begin() as connection:
        one = connection.execute(
            select(vault_bucket).where(vault_bucket.c.start == starts[5])
        ).one()
        for beside in (starts[5] + 1, starts[150] + 7):
            connection.execute(
                insert(vault_bucket),
                {"start": beside, "generation": one.generation, "sealed": one.sealed},
            )
    assert records_in(vault.find_columns(ids_of(NAMES))) == RECORDS
    with pytest.raises(VaultDamaged, match="is not in the manifest"):
        vault.verify()


def test_an_answer_is_of_one_instant_beside_a_writer(engine: Engine) -> None:
    """Each write changes every record; no answer mixes two writes."""
    vault = fresh(engine, KEY, bucket_records=6)
    days = [date(2026, 1, 1 + n) for n in range(8)]
    held = [record(n, day=days[0]) for n in range(1_200)]
    vault.put_many(held)
    assert len(entries_of(engine)) > 200
    numbers = ids_of([each.device for each in held])
    done, wrong, seen = threading.Event(), list[object](), set[int]()

    def look() -> None:
        other = SealedVault(engine, KEY)
        while not done.is_set():
            try:
                found = other.find_columns(numbers)
            except Exception as error:  # an error in a thread must not be lost
                wrong.append(error)
                return
            versions = set(found.columns.sources.tolist())
            seen.update(versions)
            if not found.held.all() or len(versions) != 1:
                wrong.append(versions)

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for n, day in enumerate(days):
        changed = [
            record(k, 5_000 + n * 2_000 + k, source=f"day {n}", day=day) for k in range(1_200)
        ]
        vault.put_many(changed, replace=True)
    done.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(seen) > 1


def test_a_database_that_fails_between_two_buckets_is_told_in_our_words(tmp_path: Path) -> None:
    """Not when the statement begins, but when a later row is fetched."""
    path = tmp_path / "vault.db"
    engine = sqlite_engine(path)
    fresh(engine, KEY, bucket_records=800).put_many(RECORDS)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    with path.open("r+b") as file:  # the last bucket's pages point beyond the end
        for page in (1, 2, 3):
            file.seek(-page * 4096, 2)
            file.write(b"\x7f\xff\xff\xff")
    again = sqlite_engine(path)
    vault = SealedVault(again, KEY)
    first = entries_of(again)["start"][1]
    with again.connect() as connection:
        places = read_header(connection, KEY, None).cipher.places(ids_of(NAMES))
    some = [each for each, place in zip(RECORDS, places, strict=True) if place < first]
    assert records_in(vault.find_columns(ids_of([each.device for each in some]))) == some
    with pytest.raises(StoreError, match="malformed") as error:
        vault.find_columns(ids_of(NAMES))
    assert error.value.hint == "restore the database from a backup"
    again.dispose()


def test_what_lies_in_memory_where_a_faulty_bucket_should_is_no_answer() -> None:
    """The memory is used again: it may still contain rows of an earlier read."""
    rows = next(rows_of(sorted(RECORDS[:5], key=lambda each: each.device.raw), Sources()))
    numbers = ids_from_numbers(rows["device"])
    for faulty in range(2):
        sizes = np.array([2, 3])
        sizes[faulty] = 0
        opened = OpenedBuckets(
            rows, np.array([0, 2]), sizes, {faulty: Fault(faulty, 9, "is missing")}
        )
        found = LookupResult.blank(5)
        found.fill(np.arange(5)[::-1], opened, numbers, np.array([2, 3]))
        lost = np.repeat([faulty == 0, faulty == 1], [2, 3])[::-1]
        assert found.unknown.tolist() == lost.tolist()
        assert found.held.tolist() == (~lost).tolist()
        assert found.rows[~lost].tolist() == rows[::-1][~lost].tolist()
        assert not any(found.rows[lost].tobytes())
