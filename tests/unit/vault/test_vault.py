"""The vault on both engines: what is stored comes back, by the rule, at any size."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, event, select, text

from exchange.domain.device import DeviceId, InstallCode
from exchange.errors import BadInput, StoreError, VaultError, WrongKey
from exchange.ports.records import PutResult, VaultRecord, VaultStats
from exchange.vault import tables
from exchange.vault.keys.keys import WrappingKey
from exchange.vault.keys.seal import BlobSealer
from exchange.vault.vault import SealedVault
from exchange.vault.vault_header import create_vault, open_data_keys
from tests.places import ROOT
from tests.unit.vault.cases import (
    code,
    contents,
    device,
    fresh,
    record,
    records,
    sqlite_engine,
)

KEY = WrappingKey.generate()


class Killed(Exception):
    """An error that our code does not know."""


@pytest.fixture
def vault(engine: Engine) -> SealedVault:
    return fresh(engine, KEY)


class TestRoundTrip:
    def test_an_empty_vault(self, vault: SealedVault) -> None:
        assert vault.stats() == VaultStats(0, 0, 0, 1, KEY.key_id)
        assert vault.verify() == vault.stats()
        assert contents(vault) == {}
        assert vault.find(device(1)) is None
        assert list(vault.find_many([])) == []
        assert list(vault.find_many([device(1)])) == [(device(1), None)]
        assert vault.put_many([]) == PutResult(0, 0, 0, ())
        assert vault.remove_many([]) == 0

    @pytest.mark.parametrize("sizes", [{}, {"bucket_records": 16}])
    def test_every_fact_comes_back(self, engine: Engine, sizes: dict[str, int]) -> None:
        vault = fresh(engine, KEY, **sizes)
        put = records(700)
        assert vault.put_many(iter(put)) == PutResult(700, 0, 0, ())
        expected = {each.device: each for each in put}
        assert contents(vault) == expected
        assert vault.verify() == vault.stats()

        asked = [device(n) for n in range(500, 900)]
        found = dict(vault.find_many(iter(asked)))
        assert found == {each: expected.get(each) for each in asked}
        for each in (*asked[:20], *asked[-20:]):
            assert vault.find(each) == expected.get(each)

        # Another instance has nothing cached: it reads the same from the database.
        other = SealedVault(engine, KEY)
        assert other.find(device(3)) == expected[device(3)]
        assert other.stats() == vault.stats()

    def test_extreme_identifiers_codes_and_days(self, vault: SealedVault) -> None:
        put = [
            VaultRecord(DeviceId(raw), InstallCode(held), True, "CAD", "x" * 200, day)
            for raw, held, day in (
                (bytes(7) + b"\x01", bytes(15) + b"\x01", date(1970, 1, 1)),
                (b"\xff" * 7 + b"\xfe", b"\xff" * 15 + b"\xfe", date(2149, 6, 6)),
                (b"\x01" + bytes(7), b"\x01" + bytes(15), date(2026, 2, 28)),
                (b"\x80" + bytes(7), b"\x00" * 8 + b"\x01" * 8, date(2000, 2, 29)),
            )
        ]
        vault.put_many(put)
        assert contents(vault) == {each.device: each for each in put}
        assert {each.device: vault.find(each.device) for each in put} == contents(vault)

    def test_each_device_is_answered_once(self, vault: SealedVault) -> None:
        vault.put_many([record(1)])
        asked = [device(1), device(2), device(1), device(2), device(1)]
        assert sorted(vault.find_many(asked), key=str) == sorted(
            [(device(1), record(1)), (device(2), None)], key=str
        )

    def test_counts(self, vault: SealedVault) -> None:
        vault.put_many([record(1), record(2, None, installed=True), record(3, installed=True)])
        assert vault.stats() == VaultStats(3, 2, 2, 1, KEY.key_id)

    def test_nothing_of_a_record_lies_in_the_clear(self, engine: Engine) -> None:
        vault = fresh(engine, KEY, bucket_records=50)
        put = [replace(each, source="a delivery note") for each in records(200)]
        vault.put_many(put)
        with engine.connect() as connection:
            rows = [
                *connection.execute(select(tables.vault_head)),
                *connection.execute(select(tables.vault_bucket)),
            ]
        stored = b"\n".join(
            column if isinstance(column, bytes) else str(column).encode()
            for row in rows
            for column in row
        )
        assert len(stored) > 200 * 28
        assert b"delivery" not in stored
        for each in put:
            assert each.device.raw not in stored
            assert each.device.raw[::-1] not in stored
            assert each.code is None or each.code.raw not in stored
        assert KEY.secret not in stored

    def test_size_at_rest(self, tmp_path: Path) -> None:
        engine = sqlite_engine(tmp_path / "size.db")
        vault = fresh(engine, KEY)
        vault.put_many(record(n) for n in range(20_000))
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
        assert (tmp_path / "size.db").stat().st_size / 20_000 < 36


class TestTheRuleOfPut:
    def test_the_same_facts_change_nothing(self, engine: Engine, vault: SealedVault) -> None:
        put = records(300)
        vault.put_many(put)
        before = self._rows(engine)
        later = [replace(each, imported_on=date(2026, 12, 1), source="again") for each in put]
        assert vault.put_many(later) == PutResult(0, 0, 300, ())
        assert self._rows(engine) == before
        assert contents(vault) == {each.device: each for each in put}

    def test_a_code_for_a_device_known_without_one(self, vault: SealedVault) -> None:
        vault.put_many([record(1, None, installed=True, kind="ESME", source="register")])
        new = record(1, source="delivery", day=date(2026, 12, 1))
        assert vault.put_many([new]) == PutResult(0, 1, 0, ())
        assert vault.find(device(1)) == replace(new, installed_by_us=True, device_type="ESME")

    def test_knowledge_is_never_taken_away(self, vault: SealedVault) -> None:
        full = record(1, installed=True, kind="GSME", source="first")
        vault.put_many([full])
        assert vault.put_many([record(1, None)]) == PutResult(0, 0, 1, ())
        assert vault.put_many([record(1, None)], replace=True) == PutResult(0, 0, 1, ())
        assert vault.find(device(1)) == full

    def test_another_type_and_the_installed_flag_are_new_facts(self, vault: SealedVault) -> None:
        vault.put_many([record(1, kind="ESME")])
        assert vault.put_many([record(1, kind="GSME")]) == PutResult(0, 1, 0, ())
        assert vault.put_many([record(1, installed=True)]) == PutResult(0, 1, 0, ())
        assert vault.find(device(1)) == record(1, kind="GSME", installed=True)

    def test_another_code_is_a_conflict_and_the_old_one_stays(self, vault: SealedVault) -> None:
        vault.put_many([record(1), record(2)])
        other = record(1, 99, installed=True, kind="ESME")
        assert vault.put_many([other, record(3)]) == PutResult(1, 0, 0, (device(1),))
        assert vault.find(device(1)) == record(1)
        assert vault.find(device(3)) == record(3)

    def test_replace_lets_the_new_code_in(self, vault: SealedVault) -> None:
        vault.put_many([record(1, installed=True)])
        assert vault.put_many([record(1, 99)], replace=True) == PutResult(0, 1, 0, ())
        assert vault.find(device(1)) == record(1, 99, installed=True)

    @pytest.mark.parametrize("replaces", [False, True])
    def test_two_codes_in_one_call_are_a_conflict_and_the_first_wins(
        self, vault: SealedVault, replaces: bool
    ) -> None:
        put = [record(1, 10), record(1, 11), record(1, 10), record(1, 12), record(1, 11)]
        assert vault.put_many(put, replace=replaces) == PutResult(
            1, 0, 1, (device(1), device(1), device(1))
        )
        assert vault.find(device(1)) == record(1, 10)

    def test_a_call_that_confirms_a_code_does_not_replace_it(self, vault: SealedVault) -> None:
        vault.put_many([record(1, 10)])
        put = [record(1, 10), record(1, 11)]
        assert vault.put_many(put, replace=True) == PutResult(0, 0, 1, (device(1),))
        assert vault.find(device(1)) == record(1, 10)

    def test_records_of_one_call_add_up(self, vault: SealedVault) -> None:
        put = [record(1, None, installed=True), record(2), record(1, kind="ESME"), record(1, None)]
        assert vault.put_many(put) == PutResult(2, 1, 1, ())
        assert vault.find(device(1)) == record(1, installed=True, kind="ESME")

    def test_what_cannot_be_kept_is_refused_and_nothing_is_written(
        self, engine: Engine, vault: SealedVault
    ) -> None:
        before = self._rows(engine)
        for wrong in (
            record(2, kind="TOASTER"),
            record(2, source="x" * 201),
            record(2, source="two\nlines"),
            record(2, day=date(1969, 12, 31)),
            record(2, day=date(2150, 1, 1)),
        ):
            with pytest.raises(BadInput):
                vault.put_many([record(1), wrong])
        assert self._rows(engine) == before

    def test_sources_run_out_at_255(self, vault: SealedVault) -> None:
        vault.put_many(record(n, source=f"s{n}") for n in range(200))
        with pytest.raises(BadInput, match="255 sources"):
            vault.put_many(record(n, source=f"s{n}") for n in range(150, 256))
        assert vault.stats().records == 200
        vault.put_many(record(n, source=f"s{n}") for n in range(150, 255))
        held = vault.find(device(254))
        assert held is not None
        assert held.source == "s254"

    @staticmethod
    def _rows(engine: Engine) -> list[tuple[object, ...]]:
        with engine.connect() as connection:
            return [
                *map(tuple, connection.execute(select(tables.vault_head))),
                *map(tuple, connection.execute(select(tables.vault_bucket).order_by("start"))),
            ]


class TestGrowth:
    def test_buckets_split_as_the_vault_fills(self, engine: Engine) -> None:
        vault = fresh(engine, KEY, bucket_records=20)
        put = records(1200)
        buckets = []
        for start in range(0, 1200, 37):
            vault.put_many(put[start : start + 37])
            buckets.append(vault.verify().buckets)
        assert buckets == sorted(buckets)
        assert 60 <= buckets[-1] <= 240
        assert contents(vault) == {each.device: each for each in put}
        # Growing in small steps keeps old buckets: most are of an earlier generation.
        with engine.connect() as connection:
            sizes = connection.execute(select(tables.vault_bucket.c.sealed)).scalars().all()
        assert max(len(sealed) for sealed in sizes) <= 20 * 28 + 37

    def test_a_flood_is_worked_through_in_batches(self, engine: Engine) -> None:
        vault = fresh(engine, KEY, bucket_records=20, batch_rows=64)
        first, flood = records(900)[:30], records(900)
        vault.put_many(first)
        assert vault.put_many(flood) == PutResult(870, 0, 30, ())
        assert vault.verify().records == 900
        assert contents(vault) == {each.device: each for each in flood}

    def test_a_flood_of_one_device_is_one_record(self, engine: Engine) -> None:
        vault = fresh(engine, KEY, bucket_records=4, batch_rows=8)
        vault.put_many([record(2)])
        assert vault.put_many([record(1)] * 300) == PutResult(1, 0, 299, ())
        assert vault.put_many([record(1)] * 300) == PutResult(0, 0, 300, ())
        assert contents(vault) == {device(1): record(1), device(2): record(2)}
        vault.verify()

    def test_buckets_of_one_size_are_read_under_another(self, engine: Engine) -> None:
        fresh(engine, KEY, bucket_records=4).put_many(records(100))
        vault = SealedVault(engine, KEY)
        vault.put_many(records(130))
        assert vault.verify().records == 130


class TestRemoval:
    def test_removed_devices_are_gone_and_the_others_stay(self, engine: Engine) -> None:
        vault = fresh(engine, KEY, bucket_records=20)
        put = records(400)
        vault.put_many(put)
        going = [each.device for each in put[::3]]
        assert vault.remove_many([*going, going[0], device(5000)]) == len(going)
        assert contents(vault) == {each.device: each for n, each in enumerate(put) if n % 3}
        assert vault.verify().records == 400 - len(going)
        assert vault.remove_many(going) == 0
        assert vault.find(going[0]) is None
        assert vault.put_many(put) == PutResult(len(going), 0, 400 - len(going), ())

    def test_a_vault_may_be_emptied(self, engine: Engine) -> None:
        vault = fresh(engine, KEY, bucket_records=20)
        vault.put_many(records(100))
        assert vault.remove_many(each.device for each in records(100)) == 100
        assert vault.verify().records == 0
        assert contents(vault) == {}


class TestKeysAndTables:
    def test_a_second_vault_is_refused(self, engine: Engine, vault: SealedVault) -> None:
        vault.put_many([record(1)])
        with engine.begin() as connection, pytest.raises(VaultError, match="already"):
            create_vault(connection, KEY)
        assert vault.find(device(1)) == record(1)

    def test_no_tables_or_no_head(self, engine: Engine) -> None:
        tables.metadata.drop_all(engine)
        for make in (False, True):
            if make:
                tables.metadata.create_all(engine)
            for attempt in (
                SealedVault(engine, KEY).stats,
                SealedVault(engine, KEY).verify,
                lambda: SealedVault(engine, KEY).find(device(1)),
                lambda: SealedVault(engine, KEY).put_many([record(1)]),
                lambda: SealedVault(engine, KEY).remove_many([device(1)]),
            ):
                with pytest.raises(VaultError, match="no vault") as told:
                    attempt()
                assert "exchange init" in told.value.hint

    def test_a_wrong_key(self, engine: Engine, vault: SealedVault) -> None:
        vault.put_many([record(1)])
        wrong = WrappingKey.generate()
        with engine.connect() as connection, pytest.raises(WrongKey):
            open_data_keys(connection, wrong)
        with pytest.raises(WrongKey, match=KEY.key_id):
            SealedVault(engine, wrong).find(device(1))
        with pytest.raises(WrongKey):
            SealedVault(engine, wrong).put_many([record(2)])
        assert contents(vault) == {device(1): record(1)}

    def test_a_later_format_is_named(self, engine: Engine, vault: SealedVault) -> None:
        with engine.begin() as connection:
            connection.execute(text("UPDATE vault_head SET format = 9"))
        with pytest.raises(VaultError, match="format 9"):
            vault.stats()

    def test_texts_are_sealed_under_the_keys_of_the_vault(self, engine: Engine) -> None:
        fresh(engine, KEY)
        with engine.connect() as connection:
            first = BlobSealer(open_data_keys(connection, KEY))
            second = BlobSealer(open_data_keys(connection, KEY))
        assert second.open(first.seal(b"a mail", "mail"), "mail") == b"a mail"

    def test_no_repr_shows_a_code(self, vault: SealedVault) -> None:
        vault.put_many([record(1)])
        found = vault.find(device(1))
        for shown in (repr(found), repr(vault), repr(vars(vault)), repr(vault.stats())):
            assert code(1).hex.lower() not in shown.lower()
            assert repr(code(1).raw)[2:-1] not in shown


class TestAllOrNothing:
    def test_a_failure_between_any_two_statements_leaves_the_old_state(
        self, engine: Engine
    ) -> None:
        vault = fresh(engine, KEY, bucket_records=20, batch_rows=64)
        old = records(150)
        vault.put_many(old)
        statements = 0
        fail_at = 0

        @event.listens_for(engine, "after_cursor_execute")
        def _count(_c: object, _r: object, statement: str, *_: object) -> None:
            nonlocal statements
            statements += statement != "BEGIN"
            if statements == fail_at:
                raise Killed

        while True:
            fail_at, statements = fail_at + 1, 0
            try:
                vault.put_many(records(400))
            except Killed:
                statements = -1_000_000
                assert contents(vault) == {each.device: each for each in old}
                assert SealedVault(engine, KEY).verify().records == 150
                assert vault.find(device(399)) is None
            else:
                statements = -1_000_000
                break
        assert fail_at > 15
        assert contents(vault) == {each.device: each for each in records(400)}

    @pytest.mark.parametrize("moment", [4, 12, 1000])
    def test_a_killed_process_leaves_the_old_state(self, tmp_path: Path, moment: int) -> None:
        path, key = tmp_path / "vault.db", WrappingKey(bytes(range(32)))
        vault = fresh(sqlite_engine(path), key, bucket_records=20)
        vault.put_many(records(150))
        command = [sys.executable, "-c", _KILLED, str(path), str(moment)]
        child = subprocess.run(command, check=False, cwd=ROOT)
        held = 150 if moment < 1000 else 400
        assert child.returncode == (-signal.SIGKILL if moment < 1000 else 0)
        assert vault.verify().records == held
        assert contents(vault) == {each.device: each for each in records(held)}

    def test_a_failing_source_of_records_writes_nothing(self, vault: SealedVault) -> None:
        def broken() -> Iterator[VaultRecord]:
            yield record(1)
            raise OSError("the file is gone")

        with pytest.raises(OSError, match="gone"):
            vault.put_many(broken())
        assert vault.stats().records == 0

    def test_a_closed_iteration_gives_its_connection_back(self, engine: Engine) -> None:
        vault = fresh(engine, KEY, bucket_records=20)
        vault.put_many(records(200))
        for _ in range(30):  # more than the pool has connections
            iteration = vault.iter_all()
            next(iteration)
            iteration.close()  # type: ignore[attr-defined]
        assert vault.stats().records == 200

    def test_an_iteration_sees_one_instant(self, engine: Engine) -> None:
        vault = fresh(engine, KEY, bucket_records=20)
        old = records(300)
        vault.put_many(old)
        iteration = vault.iter_all()
        seen = [next(iteration)]
        other = SealedVault(engine, KEY, bucket_records=20)
        other.put_many(records(600))
        other.remove_many([each.device for each in old])
        seen.extend(iteration)
        assert {each.device: each for each in seen} == {each.device: each for each in old}
        assert vault.stats().records == 300

    def test_readers_beside_a_writer_see_old_or_new_never_a_mix(self, engine: Engine) -> None:
        fresh(engine, KEY, bucket_records=20)
        writer = SealedVault(engine, KEY, bucket_records=20)
        reader = SealedVault(engine, KEY)
        rounds, size = 12, 60
        done = threading.Event()
        failures: list[BaseException] = []

        def write() -> None:
            try:
                for turn in range(rounds):
                    # Every round gives all devices of all rounds so far the same new code.
                    put = [record(n, 1000 * turn) for n in range(size * (turn + 1))]
                    writer.put_many(put, replace=True)
            except BaseException as error:
                failures.append(error)
            finally:
                done.set()

        thread = threading.Thread(target=write)
        thread.start()
        states = set()
        asked = [device(n) for n in range(size * rounds)]
        while not done.is_set():
            found = [held for _, held in reader.find_many(asked) if held is not None]
            states.add((len(found), len({held.code for held in found})))
            held = reader.find(device(0))
            assert held is None or held.code in {code(1000 * turn) for turn in range(rounds)}
        thread.join()
        assert not failures
        assert states <= {(0, 0), *((size * (turn + 1), 1) for turn in range(rounds))}
        assert reader.verify().records == size * rounds

    def test_writers_take_turns(self, engine: Engine) -> None:
        fresh(engine, KEY, bucket_records=20)
        failures: list[BaseException] = []

        def write(first: int) -> None:
            try:
                mine = SealedVault(engine, KEY, bucket_records=20)
                for n in range(first, first + 100, 10):
                    mine.put_many(record(each) for each in range(n, n + 10))
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=write, args=(100 * n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures
        vault = SealedVault(engine, KEY)
        assert vault.verify().records == 400
        assert set(contents(vault)) == {device(n) for n in range(400)}


_KILLED = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import event
from exchange.vault.keys.keys import WrappingKey
from exchange.vault.vault import SealedVault
from tests.unit.vault.cases import records, sqlite_engine

engine, left = sqlite_engine(Path(sys.argv[1])), [int(sys.argv[2])]

@event.listens_for(engine, "after_cursor_execute")
def count(*_):
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)

key = WrappingKey(bytes(range(32)))
SealedVault(engine, key, bucket_records=20, batch_rows=64).put_many(records(400))
"""


def test_a_locked_database_is_a_store_error(tmp_path: Path) -> None:
    path = tmp_path / "vault.db"
    engine = sqlite_engine(path)
    vault = fresh(engine, KEY)
    impatient = create_engine(f"sqlite:///{path}", connect_args={"timeout": 0})
    with engine.begin() as connection:
        connection.execute(text("UPDATE vault_head SET format = 1"))
        with pytest.raises(StoreError, match="locked"):
            SealedVault(impatient, KEY).put_many([record(1)])
    assert vault.stats().records == 0


def test_a_full_disk_leaves_the_vault_as_it_was(tmp_path: Path) -> None:
    engine = sqlite_engine(tmp_path / "vault.db")
    vault = fresh(engine, KEY, bucket_records=50)
    vault.put_many(records(100))

    @event.listens_for(engine, "begin")
    def _small(connection: object) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()  # type: ignore[attr-defined]
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 3}")  # type: ignore[attr-defined]

    with pytest.raises(StoreError, match="full"):
        vault.put_many(records(5000))
    assert contents(vault) == {each.device: each for each in records(100)}
    assert vault.verify().records == 100


def test_a_backup_without_the_key_file_reveals_no_code(tmp_path: Path) -> None:
    engine = sqlite_engine(tmp_path / "vault.db")
    fresh(engine, KEY).put_many(records(500))
    engine.dispose()
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("vault.db*"))
    assert len(stored) > 500 * 28
    for each in records(500):
        assert each.device.raw not in stored
        assert each.code is None or each.code.raw not in stored
    with pytest.raises(WrongKey):
        SealedVault(sqlite_engine(tmp_path / "vault.db"), WrappingKey(os.urandom(32))).stats()
