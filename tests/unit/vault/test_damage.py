"""Changes made without the vault are detected and named, and damage nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine, delete, insert, select, update

from exchange.domain.columns.device_ids import ids_of
from exchange.domain.device import DeviceId
from exchange.errors import VaultDamaged, VaultError, WrongKey
from exchange.ports.records import VaultRecord
from exchange.vault.keys.keys import WrappingKey
from exchange.vault.manifest import buckets_of
from exchange.vault.records import ROW
from exchange.vault.rekeying.keychange import VaultKeyChange
from exchange.vault.tables import vault_bucket, vault_head
from exchange.vault.vault import SealedVault
from exchange.vault.vault_header import read_header
from tests.unit.vault.cases import contents, device, fresh, record, records, sqlite_engine

KEY = WrappingKey.generate()
RECORDS = records(300)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = sqlite_engine(tmp_path / "vault.db")
    fresh(made, KEY, bucket_records=40).put_many(RECORDS)
    yield made
    made.dispose()


def run(engine: Engine, statement: Any, parameters: Any = None) -> list[Any]:
    with engine.begin() as connection:
        result = connection.execute(statement, parameters)
        return list(result) if result.returns_rows else []


def buckets(engine: Engine) -> list[Any]:
    return run(engine, select(vault_bucket).order_by(vault_bucket.c.start))


def devices_by_bucket(engine: Engine) -> dict[int, list[DeviceId]]:
    with engine.connect() as connection:
        header = read_header(connection, KEY, None)
    named = [each.device for each in RECORDS]
    entries = header.manifest.entries
    owners = buckets_of(entries, header.cipher.places(ids_of(named)))
    found: dict[int, list[DeviceId]] = {int(start): [] for start in entries["start"]}
    for each, owner in zip(named, owners, strict=True):
        found[int(entries["start"][owner])].append(each)
    return found


def reseal(engine: Engine, start: int, change: Callable[[Any], Any]) -> None:
    """Seal the bucket at ``start`` again with other rows, as only the owner of the key can."""
    with engine.begin() as connection:
        header = read_header(connection, KEY, None)
        row = connection.execute(select(vault_bucket).where(vault_bucket.c.start == start)).one()
        rows = header.cipher.open(start, row.generation, row.sealed)
        assert rows is not None
        sealed = header.cipher.seal(start, row.generation, change(rows.copy()))
        connection.execute(
            update(vault_bucket).where(vault_bucket.c.start == start).values(sealed=sealed)
        )


def assert_only_these_are_lost(engine: Engine, starts: set[int]) -> VaultDamaged:
    """The buckets at ``starts`` are refused and named; all others can be read and written."""
    owned = devices_by_bucket(engine)
    expected = {each.device: each for each in RECORDS}
    vault = SealedVault(engine, KEY, bucket_records=40)
    for start, devices in owned.items():
        if not devices:
            continue
        if start in starts:
            with pytest.raises(VaultDamaged, match=f"bucket {start:08x}"):
                list(vault.find_many(devices))
            with pytest.raises(VaultDamaged, match=f"bucket {start:08x}"):
                vault.find(devices[0])
            before = buckets(engine)
            for write in (
                lambda held=devices[0]: vault.put_many([record(1), VaultRecord(held, None, True)]),
                lambda held=devices[0]: vault.remove_many([device(1), held]),
            ):
                with pytest.raises(VaultDamaged):
                    write()
            assert buckets(engine) == before
        else:
            assert dict(vault.find_many(devices)) == {each: expected[each] for each in devices}
            assert vault.find(devices[0]) == expected[devices[0]]
    sound = {each for start in owned.keys() - starts for each in owned[start]}
    iterations: list[Iterator[tuple[DeviceId, VaultRecord | None]]] = [
        ((each.device, each) for each in vault.iter_all()),
        vault.find_many(expected),
    ]
    for iteration in iterations:
        seen: dict[DeviceId, VaultRecord | None] = {}
        with pytest.raises(VaultDamaged):
            seen.update(iteration)
        assert seen == {each: expected[each] for each in sound}
    with pytest.raises(VaultDamaged) as told:
        vault.verify()
    named = {start for start in owned if f"bucket {start:08x}" in str(told.value)}
    assert named == starts
    lost = sum(len(owned[start]) for start in starts)
    assert f"{len(starts)} of {len(owned)} buckets" in str(told.value)
    assert f"{lost} of {len(RECORDS)} records" in str(told.value)
    return told.value


def test_every_changed_byte_of_a_bucket_is_noticed(engine: Engine) -> None:
    vault = SealedVault(engine, KEY)
    vault.verify()
    before = buckets(engine)[0]
    here = update(vault_bucket).where(vault_bucket.c.start == before.start)
    places = sorted({*range(40), *range(40, len(before.sealed), 13), len(before.sealed) - 1})
    for place in places:
        changed = bytearray(before.sealed)
        changed[place] ^= 1 << place % 8
        run(engine, here.values(sealed=bytes(changed)))
        with pytest.raises(VaultDamaged, match=f"bucket {before.start:08x}"):
            vault.verify()
    for cut in (b"", before.sealed[:8], before.sealed[:-1], before.sealed + b"\0"):
        run(engine, here.values(sealed=cut))
        with pytest.raises(VaultDamaged):
            vault.verify()
    assert_only_these_are_lost(engine, {before.start})
    run(engine, here.values(sealed=before.sealed))
    assert vault.verify().records == len(RECORDS)


@pytest.mark.parametrize("column", ["key_id", "generation", "stamp", "wrapped_keys", "manifest"])
def test_every_change_of_the_head_is_noticed(engine: Engine, column: str) -> None:
    known = SealedVault(engine, KEY)
    known.verify()
    (head,) = run(engine, select(vault_head))
    held = getattr(head, column)
    if column == "generation":
        changes: list[object] = [held + 1, held - 1, 0, -held, 1 << 62, "seven"]
    elif column == "key_id":
        changes = [held[::-1], "", "0" * 16]
    else:
        step = max(1, len(held) // 150)
        changes = [
            held[:place] + bytes([held[place] ^ 0x04]) + held[place + 1 :]
            for place in range(0, len(held), step)
        ]
        changes += [b"", held[:-1], held + b"\0", held[:10], held[:20], "text"]
    for changed in (each for each in changes if each != held):
        raw = engine.raw_connection()
        raw.cursor().execute(f"UPDATE vault_head SET {column} = ?", (changed,))
        raw.close()
        expected = WrongKey if column == "key_id" else VaultDamaged
        vaults = [SealedVault(engine, KEY)]
        # The sealed manifest and the wrapped keys are opened once per generation; an opened header
        # was authentic, so only the three small columns matter to it.
        if column in ("key_id", "generation", "stamp"):
            vaults.append(known)
        for vault in vaults:
            for attempt in (vault.verify, vault.stats):
                with pytest.raises(expected):
                    attempt()
            with pytest.raises(VaultError):
                vault.put_many([record(1000)])
    run(engine, update(vault_head).values({column: held}))
    assert known.verify() == SealedVault(engine, KEY).verify()
    assert contents(known) == {each.device: each for each in RECORDS}


def test_a_deleted_bucket(engine: Engine) -> None:
    gone = buckets(engine)[3].start
    run(engine, delete(vault_bucket).where(vault_bucket.c.start == gone))
    assert "is missing" in str(assert_only_these_are_lost(engine, {gone}))


def test_swapped_buckets(engine: Engine) -> None:
    one, other = buckets(engine)[1:3]
    assert one.generation == other.generation
    for start, sealed in ((one.start, other.sealed), (other.start, one.sealed)):
        run(
            engine,
            update(vault_bucket).where(vault_bucket.c.start == start).values(sealed=sealed),
        )
    assert "swapped" in str(assert_only_these_are_lost(engine, {one.start, other.start}))


@pytest.mark.parametrize("with_generation", [False, True])
def test_a_bucket_put_back_from_an_older_copy(engine: Engine, with_generation: bool) -> None:
    before = {row.start: row for row in buckets(engine)}
    known = SealedVault(engine, KEY, bucket_records=1000)
    changed = next(each for each in RECORDS if each.code is None)
    known.put_many([VaultRecord(changed.device, record(1).code, True)])
    (old,) = [before[row.start] for row in buckets(engine) if row != before[row.start]]
    values = {"sealed": old.sealed}
    if with_generation:
        values["generation"] = old.generation
    run(engine, update(vault_bucket).where(vault_bucket.c.start == old.start).values(values))
    for vault in (known, SealedVault(engine, KEY)):
        with pytest.raises(VaultDamaged, match=f"1 of .* bucket {old.start:08x}"):
            vault.verify()
        with pytest.raises(VaultDamaged, match=f"bucket {old.start:08x}"):
            vault.find(changed.device)


def test_a_head_put_back_from_an_older_copy(engine: Engine) -> None:
    (old,) = run(engine, select(vault_head))
    vault = SealedVault(engine, KEY, bucket_records=1000)
    vault.put_many([record(1000)])
    run(engine, update(vault_head).values(dict(old._mapping)))
    for each in (vault, SealedVault(engine, KEY)):
        with pytest.raises(VaultDamaged, match="the manifest says"):
            each.verify()
        with pytest.raises(VaultDamaged):
            each.find(device(1000))
    # A mixture of the two headers is not a valid header.
    for column in ("generation", "stamp", "manifest"):
        vault_values = dict(run(engine, select(vault_head))[0]._mapping)
        run(engine, update(vault_head).values({column: _other(vault_values[column])}))
        with pytest.raises(VaultDamaged):
            SealedVault(engine, KEY).stats()
        run(engine, update(vault_head).values(vault_values))


def _other(held: int | bytes) -> int | bytes:
    return held + 1 if isinstance(held, int) else held[::-1]


def test_a_bucket_that_is_not_in_the_manifest(engine: Engine) -> None:
    one = buckets(engine)[0]
    run(
        engine,
        insert(vault_bucket),
        {"start": 12345, "generation": one.generation, "sealed": one.sealed},
    )
    vault = SealedVault(engine, KEY)
    with pytest.raises(VaultDamaged, match=r"bucket 00003039 .* is not in the manifest"):
        vault.verify()
    assert contents(vault) == {each.device: each for each in RECORDS}


@pytest.mark.parametrize("start", [12345, 0xFFFF_FFFF])
def test_sealing_again_leaves_a_bucket_alone_that_is_not_in_the_manifest(
    engine: Engine, start: int
) -> None:
    one = buckets(engine)[0]
    row = {"start": start, "generation": one.generation, "sealed": one.sealed}
    run(engine, insert(vault_bucket), row)
    change = VaultKeyChange(engine, KEY)
    change.new_data_key()
    with pytest.raises(VaultDamaged, match=f"bucket {start:08x} .* is not in the manifest"):
        change.reseal_buckets(lambda done, total: None)
    (left,) = [each for each in buckets(engine) if each.start == start]
    assert left == (start, one.generation, one.sealed)
    assert contents(SealedVault(engine, KEY)) == {each.device: each for each in RECORDS}


def test_a_bucket_of_another_vault_under_the_same_key(engine: Engine, tmp_path: Path) -> None:
    other = sqlite_engine(tmp_path / "other.db")
    fresh(other, KEY, bucket_records=40).put_many(RECORDS)
    one = buckets(engine)[0]
    (alien,) = [row for row in buckets(other) if row.start == one.start]
    assert alien.generation == one.generation
    run(
        engine,
        update(vault_bucket).where(vault_bucket.c.start == one.start).values(sealed=alien.sealed),
    )
    assert_only_these_are_lost(engine, {one.start})


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows[::-1],
        lambda rows: np.concatenate([rows[:1], rows[:1], rows[2:]], dtype=ROW),
        lambda rows: _with(rows, "device", rows["device"] + np.uint64(1)),
        lambda rows: _with(rows, "flags", rows["flags"] ^ 1),
        lambda rows: rows[:-1],
        lambda rows: np.concatenate([rows, rows[-1:]], dtype=ROW),
    ],
    ids=["unsorted", "twice", "elsewhere", "miscounted", "fewer", "more"],
)
def test_what_agrees_with_no_manifest_is_found_even_when_sealed_with_the_key(
    engine: Engine, change: Callable[[Any], Any]
) -> None:
    start = buckets(engine)[2].start
    reseal(engine, start, change)
    with pytest.raises(VaultDamaged, match=f"1 of .* bucket {start:08x}.* holds"):
        SealedVault(engine, KEY).verify()


def _with(rows: Any, field: str, values: Any) -> Any:
    rows[field] = values
    return rows


def test_many_damaged_buckets_are_all_named(engine: Engine) -> None:
    starts = {row.start for row in buckets(engine)}
    run(engine, update(vault_bucket).values(sealed=b"nonsense"))
    assert_only_these_are_lost(engine, starts)


def test_damage_says_what_to_do_and_shows_no_code(engine: Engine) -> None:
    run(engine, update(vault_bucket).values(sealed=b""))
    with pytest.raises(VaultDamaged) as told:
        list(SealedVault(engine, KEY).find_many([RECORDS[1].device]))
    assert "backup" in told.value.hint
    assert RECORDS[1].code is not None
    assert RECORDS[1].code.hex not in str(told.value)
