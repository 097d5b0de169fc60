"""Looks up single devices without SQLAlchemy: the same answers as usual, also during writes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, text, update

from exchange.domain.columns.device_ids import ids_of
from exchange.domain.device import DeviceId
from exchange.domain.device_type import DEVICE_TYPES
from exchange.errors import VaultDamaged, VaultError
from exchange.vault.keys.keys import WrappingKey
from exchange.vault.lookup_one import SingleLookup
from exchange.vault.records import EPOCH, Sources, find_row, rows_of
from exchange.vault.tables import vault_bucket
from exchange.vault.vault import SealedVault
from tests.servers import want
from tests.servers.postgres import missing, postgres
from tests.unit.vault.cases import device, fresh, record, records, sqlite_engine

KEY = WrappingKey.generate()
RECORDS = records(500)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = sqlite_engine(tmp_path / "vault.db")
    yield made
    made.dispose()


@pytest.mark.parametrize("bucket_records", [1, 2, 7, 40, 2_000])
def test_every_device_is_found_wherever_it_stands(engine: Engine, bucket_records: int) -> None:
    vault = fresh(engine, KEY, bucket_records=bucket_records)
    vault.put_many(RECORDS)
    assert [vault.find(each.device) for each in RECORDS] == RECORDS
    assert [vault.find(device(n)) for n in range(1_000, 1_200)] == [None] * 200
    edges = [DeviceId(bytes(7) + b"\x01"), DeviceId(b"\xff" * 7 + b"\xfe")]
    assert [vault.find(each) for each in edges] == [None, None]


def test_a_row_is_found_in_any_number_of_rows() -> None:
    for number in (0, 1, 2, 3, 8, 31):
        held = sorted((record(n) for n in range(number)), key=lambda each: each.device.raw)
        content = b"".join(rows.tobytes() for rows in rows_of(held, Sources()))
        for each in held:
            assert find_row(content, each.device.raw)[:8] == each.device.raw[::-1]
        for n in range(number, number + 50):
            assert find_row(content, device(n).raw) == b""


def test_what_another_process_wrote_is_seen_at_once(engine: Engine, tmp_path: Path) -> None:
    vault = fresh(engine, KEY, bucket_records=20)
    elsewhere = sqlite_engine(tmp_path / "vault.db")
    other = SealedVault(elsewhere, KEY, bucket_records=20)
    for n in range(30):
        assert vault.find(device(n)) is None
        other.put_many([record(n, installed=False)])
        assert vault.find(device(n)) == record(n)
        other.put_many([record(n, installed=True)])
        assert vault.find(device(n)) == record(n, installed=True)
        if n % 2:
            other.remove_many([device(n)])
            assert vault.find(device(n)) is None
    elsewhere.dispose()


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SealedVault]:
    """The vault of RECORDS in buckets of 20."""
    made = sqlite_engine(tmp_path_factory.mktemp("held") / "vault.db")
    vault = fresh(made, KEY, bucket_records=20)
    vault.put_many(RECORDS)
    yield vault
    made.dispose()


_ASKED = st.builds(device, st.integers(0, 700)) | st.builds(
    DeviceId, st.binary(min_size=8, max_size=8).filter(lambda raw: len(set(raw)) > 1)
)


@settings(deadline=None)
@given(st.lists(_ASKED, max_size=60))
def test_columns_objects_and_single_look_ups_give_the_same(
    held: SealedVault, asked: list[DeviceId]
) -> None:
    """Some devices are asked for twice, and from 500 on they are unknown."""
    known = {one.device: one for one in RECORDS}
    asked = [*asked, *asked[:1]]
    assert dict(held.find_many(asked)) == {one: known.get(one) for one in asked}
    assert [held.find(one) for one in asked] == [known.get(one) for one in asked]
    found = held.find_columns(ids_of(asked))
    assert not found.unknown.any()
    columns = found.columns
    for at, each in enumerate(asked):
        one = known.get(each)
        assert found.held[at] == (one is not None)
        if one is not None:
            assert columns.devices[at] == int.from_bytes(each.raw, "big")
            assert columns.codes[at].tobytes() == (one.code.raw if one.code else bytes(16))
            assert columns.has_code[at] == (one.code is not None)
            assert columns.installed[at] == one.installed_by_us
            assert DEVICE_TYPES[columns.types[at]] == one.device_type
            assert columns.source_names[columns.sources[at]] == one.source
            assert EPOCH + timedelta(days=int(columns.days[at])) == one.imported_on


def test_a_few_in_a_damaged_bucket_are_told_as_unknown(engine: Engine) -> None:
    vault = fresh(engine, KEY, bucket_records=40)
    vault.put_many(RECORDS)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE vault_bucket SET sealed = x'00' WHERE start = 0")
    whole = vault.find_columns(ids_of([each.device for each in RECORDS]), partial=True)
    assert 0 < whole.unknown.sum() <= 40
    for at, each in enumerate(RECORDS[:60]):
        one = ids_of([each.device])
        assert vault.find_columns(one, partial=True).unknown.tolist() == [whole.unknown[at]]
        if whole.unknown[at]:
            with pytest.raises(VaultDamaged, match="bucket 00000000"):
                vault.find_columns(one)
        else:
            assert vault.find_columns(one).held.tolist() == [True]


def test_threads_that_look_up_beside_a_writer_see_before_or_after(engine: Engine) -> None:
    vault = fresh(engine, KEY, bucket_records=20)
    vault.put_many(RECORDS)
    done, wrong = threading.Event(), list[object]()

    def look() -> None:
        while not done.is_set():
            for each in RECORDS[::9]:
                try:
                    found = vault.find(each.device)
                except Exception as error:  # an error in a thread must not be lost
                    wrong.append(error)
                    return
                if found != each:
                    wrong.append(found)

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for n in range(1_000, 1_060):
        vault.put_many([record(n), record(n + 500)])
    done.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert vault.find(device(1_059)) == record(1_059)


def test_a_header_that_is_out_of_date_answers_nothing(engine: Engine) -> None:
    """Look in buckets that the writer left as they were, too: only a new header can know."""
    vault = fresh(engine, KEY, bucket_records=20)
    vault.put_many(RECORDS)
    assert vault.find(RECORDS[0].device) == RECORDS[0]
    header, single = vault._known, SingleLookup(engine)
    assert header is not None
    assert all(single.row_of(header, each.device.raw) for each in RECORDS)
    vault.put_many([record(1_000)])
    assert {single.row_of(header, each.device.raw) for each in RECORDS} == {None}
    assert [vault.find(each.device) for each in RECORDS] == RECORDS


def test_damage_behind_its_back_is_told_and_only_where_it_is(engine: Engine) -> None:
    vault = fresh(engine, KEY, bucket_records=40)
    vault.put_many(RECORDS)
    with engine.begin() as connection:
        (start, sealed) = connection.execute(
            vault_bucket.select().with_only_columns(vault_bucket.c.start, vault_bucket.c.sealed)
        ).first() or (0, b"")
        changed: list[object] = [sealed[:-1] + bytes([sealed[-1] ^ 1]), sealed[:-28], b"", "text"]
    for value in changed:
        with engine.begin() as connection:
            there = update(vault_bucket).where(vault_bucket.c.start == start)
            connection.exec_driver_sql(
                "UPDATE vault_bucket SET sealed = ? WHERE start = ?", (value, start)
            )
        told = []
        for each in RECORDS:
            try:
                assert vault.find(each.device) == each
            except VaultDamaged as error:
                told.append(str(error))
        assert 0 < len(told) <= 40
        assert all(f"bucket {start:08x}" in each for each in told)
    with engine.begin() as connection:
        connection.execute(there.values(sealed=sealed))
    assert [vault.find(each.device) for each in RECORDS] == RECORDS


def test_nothing_stays_open_once_the_engine_is_disposed_of(engine: Engine, tmp_path: Path) -> None:
    vault = fresh(engine, KEY)
    vault.put_many(RECORDS)
    assert vault.find(RECORDS[0].device) == RECORDS[0]
    assert vault.find(RECORDS[1].device) == RECORDS[1]
    assert _open_files(tmp_path)
    engine.dispose()
    assert _open_files(tmp_path) == []
    assert vault.find(RECORDS[2].device) == RECORDS[2]  # and it works again
    engine.dispose()


def test_a_look_up_holds_nothing_that_a_writer_waits_for(engine: Engine) -> None:
    vault = fresh(engine, KEY)
    vault.put_many(RECORDS)
    vault.find(RECORDS[0].device)
    with engine.connect() as connection:
        connection.rollback()
        busy, *_ = connection.connection.cursor().execute(
            "PRAGMA wal_checkpoint(TRUNCATE)"
        ).fetchone()  # fmt: skip
    assert busy == 0


def test_a_table_that_is_gone_is_told(engine: Engine) -> None:
    vault = fresh(engine, KEY)
    vault.put_many(RECORDS)
    assert vault.find(RECORDS[0].device) == RECORDS[0]
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE vault_bucket"))
    with pytest.raises(VaultError, match="no vault"):
        vault.find(RECORDS[0].device)


@pytest.mark.servers
def test_on_postgresql_one_connection_serves_and_is_made_anew_when_the_server_ends_it() -> None:
    want(missing())
    with postgres() as url:
        engine, watch = create_engine(url), create_engine(url)
        vault = fresh(engine, KEY, bucket_records=40)
        vault.put_many(RECORDS)
        assert [vault.find(each.device) for each in RECORDS] == RECORDS
        assert vault.find(device(1_000)) is None
        ours = "FROM pg_stat_activity WHERE query LIKE '%vault_head JOIN vault_bucket%'"
        with watch.connect() as connection:
            # No open transaction keeps old rows from being cleared away.
            looked = connection.execute(text(f"SELECT state {ours} AND pid <> pg_backend_pid()"))
            assert looked.scalars().all() == ["idle"]
            connection.execute(
                text(f"SELECT pg_terminate_backend(pid) {ours} AND pid <> pg_backend_pid()")
            ).all()
        assert [vault.find(each.device) for each in RECORDS] == RECORDS
        vault.put_many([record(1_000)])
        assert vault.find(device(1_000)) == record(1_000)
        engine.dispose()
        with watch.connect() as connection:
            left = text(f"SELECT count(*) {ours} AND pid <> pg_backend_pid()")
            for _ in range(100):  # the server process needs a moment to end
                if not connection.execute(left).scalar_one():
                    break
                connection.execute(text("SELECT pg_sleep(0.05), pg_stat_clear_snapshot()"))
            assert connection.execute(left).scalar_one() == 0
        watch.dispose()


def _open_files(folder: Path) -> list[str]:
    found = []
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            found.append(str(descriptor.readlink()))
        except OSError:
            continue
    return [each for each in found if each.startswith(str(folder))]
