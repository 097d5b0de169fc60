"""Where a device belongs, and that only the bucket that was sealed there opens."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine, delete, insert, update

from exchange.domain.columns.device_ids import ids_of
from exchange.vault import buckets as module
from exchange.vault.buckets import (
    BucketCipher,
    Fault,
    damage,
    open_checked,
    open_together,
    read_buckets,
)
from exchange.vault.keys.datakeys import DataKeys
from exchange.vault.manifest import ENTRY, Entries
from exchange.vault.records import ROW, Rows, Sources, joined, rows_of
from exchange.vault.tables import metadata, vault_bucket
from tests.unit.vault.cases import device, records, sqlite_engine

KEYS = DataKeys.generate()
CIPHER = BucketCipher(KEYS)
ROWS = joined(list(rows_of(records(6), Sources())))
STARTS = (0, 2**31, 3 * 2**30)


def test_a_place_is_the_same_alone_and_among_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_HASHED_AT_ONCE", 7)
    devices = [device(number) for number in range(30)]
    places = CIPHER.places(ids_of(devices)).tolist()
    assert places == [CIPHER.place(one.raw) for one in devices]
    assert len(set(places)) == 30
    assert CIPHER.places(ids_of([])).tolist() == []


def test_places_stay_when_a_data_key_changes_and_differ_between_vaults() -> None:
    devices = ids_of([device(number) for number in range(30)])
    assert BucketCipher(KEYS.with_new()).places(devices).tolist() == CIPHER.places(devices).tolist()
    other = BucketCipher(DataKeys.generate()).places(devices)
    assert other.tolist() != CIPHER.places(devices).tolist()


def test_a_bucket_opens_where_and_as_it_was_sealed() -> None:
    sealed = CIPHER.seal(7, 3, ROWS)
    assert sealed != CIPHER.seal(7, 3, ROWS)
    assert len(sealed) == 1 + 8 + 12 + ROWS.nbytes + 16
    opened = CIPHER.open(7, 3, sealed)
    assert opened is not None
    assert opened.tobytes() == ROWS.tobytes() == CIPHER.content(7, 3, sealed)
    for start, generation in ((8, 3), (7, 4)):
        assert CIPHER.open(start, generation, sealed) is None


def test_an_old_key_opens_and_the_new_one_seals() -> None:
    sealed = CIPHER.seal(7, 3, ROWS)
    keys = KEYS.with_new()
    later = BucketCipher(keys)
    assert later.open(7, 3, sealed) is not None
    assert CIPHER.open(7, 3, later.seal(7, 3, ROWS)) is None
    without = BucketCipher(keys.without({KEYS.current.key_id}))
    assert without.open(7, 3, sealed) is None


@pytest.mark.parametrize("content", [None, "text", b"", b"\x01" * 36, bytes(100)])
def test_anything_else_does_not_open(content: object) -> None:
    assert CIPHER.content(7, 3, content) is None
    assert not CIPHER.open_into(memoryview(bytearray(28)), 7, 3, content)


def test_half_a_row_does_not_open() -> None:
    half = np.frombuffer(ROWS.tobytes()[:30], np.uint8)
    assert CIPHER.open(7, 3, CIPHER.seal(7, 3, half)) is None  # type: ignore[arg-type]


def test_rows_are_opened_into_memory_that_they_fill() -> None:
    sealed = CIPHER.seal(7, 3, ROWS)
    room = bytearray(ROWS.nbytes)
    assert CIPHER.open_into(memoryview(room), 7, 3, sealed)
    assert bytes(room) == ROWS.tobytes()
    for size in (ROWS.nbytes - 1, ROWS.nbytes + 1, 0):
        assert not CIPHER.open_into(memoryview(bytearray(size)), 7, 3, sealed)


def _entries(*sizes: int) -> Entries:
    entries = np.zeros(len(sizes), ENTRY)
    entries["start"], entries["records"], entries["generation"] = STARTS[: len(sizes)], sizes, 3
    return entries


@pytest.mark.parametrize(
    ("generation", "sealed", "what"),
    [
        (2, CIPHER.seal(0, 2, ROWS), "is from write 2, the manifest says 3"),
        (3, CIPHER.seal(0, 2, ROWS), "does not open: it was changed or swapped"),
        (3, None, "does not open: it was changed or swapped"),
        (3, CIPHER.seal(0, 3, ROWS[:4]), "holds 4 records"),
    ],
)
def test_a_bucket_is_checked_against_the_manifest(
    generation: int, sealed: object, what: str
) -> None:
    fault = open_checked(CIPHER, _entries(6)[0], generation, sealed)
    assert fault == Fault(0, 6, what)
    assert str(fault) == f"bucket 00000000 (6 records) {what}"


@pytest.fixture
def stored(tmp_path: Path) -> Engine:
    engine = sqlite_engine(tmp_path / "vault.db")
    metadata.create_all(engine)
    parts = ROWS[:1], ROWS[1:3], ROWS[3:]
    with engine.begin() as connection:
        for start, part in zip(STARTS, parts, strict=True):
            sealed = CIPHER.seal(start, 3, part)
            connection.execute(
                insert(vault_bucket), {"start": start, "generation": 3, "sealed": sealed}
            )
    return engine


def _read(engine: Engine, entries: Entries) -> list[Rows | Fault]:
    with engine.connect() as connection:
        found = read_buckets(connection, CIPHER, entries)
        whole = [True, False] if len(entries) == 3 else [False]
        for consecutive in whole:
            memory = np.zeros(int(entries["records"].sum()), ROW)
            opened = open_together(connection, CIPHER, entries, memory, whole_range=consecutive)
            for at, one in enumerate(found):
                if isinstance(one, Fault):
                    assert (opened.faults[at], opened.sizes[at]) == (one, 0)
                else:
                    begin = opened.starts[at]
                    rows = opened.rows[begin : begin + opened.sizes[at]]
                    assert rows.tobytes() == one.tobytes()
    return found


def test_buckets_are_read_in_the_order_of_the_manifest(
    stored: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_READ_AT_ONCE", 2)
    entries = _entries(1, 2, 3)
    for chosen in ([0, 1, 2], [2, 0], [1]):
        found = _read(stored, entries[chosen])
        assert [len(one) for one in found if not isinstance(one, Fault)] == [
            entries["records"][at] for at in chosen
        ]


def test_a_fault_of_one_bucket_leaves_the_others(stored: Engine) -> None:
    entries = _entries(1, 2, 3)
    with stored.begin() as connection:
        connection.execute(delete(vault_bucket).where(vault_bucket.c.start == STARTS[0]))
        connection.execute(
            update(vault_bucket).where(vault_bucket.c.start == STARTS[1]).values(sealed=b"x")
        )
    found = _read(stored, entries)
    assert found[:2] == [
        Fault(0, 1, "is missing"),
        Fault(2**31, 2, "does not open: it was changed or swapped"),
    ]
    assert not isinstance(found[2], Fault)


def test_damage_names_every_faulty_bucket_and_what_is_left() -> None:
    error = damage(
        [Fault(1, 2, "is missing"), Fault(2**31, 3, "holds 1 records")], _entries(2, 3, 4)
    )
    assert error.message == (
        "2 of 3 buckets of the vault are damaged, with 5 of 9 records: bucket 00000001 (2 records)"
        " is missing; bucket 80000000 (3 records) holds 1 records"
    )
    assert "backup" in error.hint
