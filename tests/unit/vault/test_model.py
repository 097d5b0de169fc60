"""Compares the vault with a dict, for any order of calls, on both engines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import Connection, Engine, StaticPool, create_engine, event

from exchange.domain.columns.device_ids import ids_of
from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.device_type import DEVICE_TYPES
from exchange.errors import NotFound
from exchange.ports.records import ImportResult, PutResult, Removed, VaultRecord
from exchange.ports.vault import Batch, CodeColumns
from exchange.vault.columns import columns_from
from exchange.vault.importing import code_import as deliveries
from exchange.vault.keys.keys import VaultLock, WrappingKey
from exchange.vault.records import EPOCH, Sources, joined, rows_of
from exchange.vault.rekeying import rotate
from exchange.vault.rekeying.keychange import VaultKeyChange
from exchange.vault.rekeying.rotate import rewrap
from exchange.vault.vault import SealedVault
from tests.servers import postgres as postgres_server
from tests.servers import want
from tests.unit.vault.cases import contents, device, fresh, record

KEYS = [WrappingKey.generate() for _ in range(2)]
KEY = KEYS[0]
DEVICES = 60


class Cut(Exception):
    """Simulates the end of the process."""


def _unnoted(_transaction: object, _before: str, _after: str) -> None:
    pass


class AnyKey:
    """Has both keys, as a key file and the next one have."""

    def key_for(self, lock: VaultLock) -> WrappingKey:
        return next((key for key in KEYS if key.key_id == lock.key_id), KEY)


_records = st.builds(
    record,
    st.integers(0, DEVICES - 1),
    st.sampled_from([None, -1, -1, -1, 901, 902]),
    installed=st.booleans(),
    kind=st.sampled_from(["", "", "ESME", "GSME"]),
    source=st.sampled_from(["", "one", "two"]),
    day=st.sampled_from([date(2026, 1, 5), date(2026, 11, 3)]),
)


class Model:
    """The merge rule over a dict, one record at a time."""

    def __init__(self) -> None:
        self.held: dict[DeviceId, VaultRecord] = {}

    def put(self, records: list[VaultRecord], replaces: bool) -> PutResult:
        added = updated = unchanged = 0
        conflicts: list[DeviceId] = []
        confirmed: set[DeviceId] = set()  # devices whose code this call brought
        fates: dict[tuple[object, ...], bool] = {}  # earlier equal record -> refused?
        for each in records:
            said = (each.device, each.code, each.installed_by_us, each.device_type)
            if said in fates:
                if fates[said]:
                    conflicts.append(each.device)
                else:
                    unchanged += 1
                continue
            old = self.held.get(each.device)
            other = old is not None and None not in (old.code, each.code) and old.code != each.code
            fates[said] = other and not (replaces and each.device not in confirmed)
            if fates[said]:
                conflicts.append(each.device)
                continue
            if each.code is not None:
                confirmed.add(each.device)
            new = each
            if old is not None:
                new = replace(
                    each,
                    code=each.code or old.code,
                    installed_by_us=each.installed_by_us or old.installed_by_us,
                    device_type=each.device_type or old.device_type,
                )
                if replace(new, source=old.source, imported_on=old.imported_on) == old:
                    unchanged += 1
                    continue
                updated += 1
            else:
                added += 1
            self.held[each.device] = new
        return PutResult(added, updated, unchanged, tuple(sorted(conflicts)))

    def import_codes(self, records: list[VaultRecord], *, skip_bad: bool) -> Expected:
        """Return the outcome of each row; kept when none is refused, or with ``skip_bad``."""
        shared = self._shared(records, skip_bad=skip_bad)
        refused = set(shared)
        first: dict[DeviceId, int] = {}
        repeated = []
        clashing: set[DeviceId] = set()
        for row, each in enumerate(records, 1):
            if row in shared:
                continue
            head = first.setdefault(each.device, row)
            if head == row:
                continue
            if _fact(records[head - 1]) == _fact(each):
                repeated.append(row)
            else:
                refused.add(row)
                clashing.add(each.device)
        for row, each in enumerate(records, 1):
            old = self.held.get(each.device)
            if row in shared or old is None or first[each.device] != row:
                continue
            if skip_bad and each.device in clashing:
                continue
            other = None not in (old.code, each.code) and old.code != each.code
            if other or (old.installed_by_us and not each.installed_by_us):
                refused.add(row)
                if skip_bad:
                    clashing.add(each.device)
        if skip_bad:
            # Nobody can tell which code is right of a Device whose code is another one's too.
            clashing |= {records[row - 1].device for row in shared}
            refused |= {row for row, each in enumerate(records, 1) if each.device in clashing}
        if refused and not skip_bad:
            return Expected(sorted(refused))
        repeated = [row for row in repeated if row not in refused]
        taken = [
            each
            for row, each in enumerate(records, 1)
            if row not in refused and row not in repeated
        ]
        done = self.put(taken, replaces=False)
        assert not done.conflicts
        counts = (done.added, done.updated, done.unchanged, len(repeated))
        return Expected(sorted(refused), counts)

    def _shared(self, records: list[VaultRecord], *, skip_bad: bool) -> set[int]:
        """Return the rows whose code belongs to another device, in the import or in the model."""
        coded = {each.device for each in records if each.code}
        holders: dict[InstallCode, list[tuple[int, DeviceId]]] = {}
        for row, each in enumerate(records, 1):
            if each.code:
                holders.setdefault(each.code, []).append((row, each.device))
        found = set()
        for held_code, rows in holders.items():
            here = [
                one.device
                for one in self.held.values()
                if one.code == held_code and one.device not in coded
            ]
            for row, own in rows:
                rivals = rows if skip_bad else rows[:1]
                if any(other != own for _, other in rivals) or any(one != own for one in here):
                    found.add(row)
        return found


def _fact(record: VaultRecord) -> tuple[object, ...]:
    return record.code, record.installed_by_us, record.device_type


@dataclass
class Expected:
    refused: list[int]
    counts: tuple[int, int, int, int] = (0, 0, 0, 0)


def columns_of(records: list[VaultRecord]) -> CodeColumns:
    """Return records as columns."""
    sources = Sources()
    rows = joined(list(rows_of(records, sources)))
    return columns_from(rows, tuple(sources.names))


class VaultMachine(RuleBasedStateMachine):
    engine: Engine
    bucket_records = 5
    batch_rows = 12

    def __init__(self) -> None:
        super().__init__()
        sizes: dict[str, Any] = {
            "bucket_records": self.bucket_records,
            "batch_rows": self.batch_rows,
        }
        self.left: int | None = None  # statements until the interruption
        fresh(self.engine, KEY, **sizes)
        sizes["step_rows"] = 8
        self.vault = SealedVault(self.engine, AnyKey(), **sizes)
        self.other = SealedVault(self.engine, AnyKey(), **sizes)
        self.model = Model()
        event.listen(self.engine, "before_cursor_execute", self._count)

    def teardown(self) -> None:
        event.remove(self.engine, "before_cursor_execute", self._count)

    def _count(self, *_: object) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Cut

    def _cut_after(self, statements: int, work: Callable[[], object]) -> bool:
        """Run ``work``; return whether it was interrupted, which loses what is not committed."""
        self.left = statements
        try:
            work()
        except Cut:
            return True
        finally:
            self.left = None
        return False

    @rule(
        records=st.lists(_records, max_size=40),
        skip_bad=st.booleans(),
        steps=st.booleans(),
        cut=st.sampled_from([1000, 1000, 2, 5, 9, 14, 25]),
    )
    def import_codes(
        self, records: list[VaultRecord], skip_bad: bool, steps: bool, cut: int
    ) -> None:
        columns = columns_of(records)
        rows = np.arange(1, len(records) + 1, dtype=np.uint32)
        taken: list[ImportResult] = []
        self.left = None

        def work() -> None:
            batches = [Batch(columns, rows)] if records else []
            resume = repr(records) if steps else ""
            taken.append(self.vault.import_codes(batches, skip_bad=skip_bad, resume=resume))

        was_cut = self._cut_after(cut, work)
        if was_cut and steps:
            work()  # continues where it was
        elif was_cut:
            return  # nothing was imported: the invariant checks that
        expected = self.model.import_codes(records, skip_bad=skip_bad or steps)
        refused = [one.row for one in taken[-1].refused]
        assert refused == expected.refused
        assert taken[-1].kept == (skip_bad or steps or not refused)
        if taken[-1].kept:
            told = taken[-1]
            assert (told.added, told.updated, told.unchanged, told.repeated) == expected.counts
        self.vault, self.other = self.other, self.vault

    @rule(cut=st.sampled_from([1000, 3, 4]))
    def rewrap(self, cut: int) -> None:
        present = VaultLock(self.vault.stats().key_id)
        wanted = KEYS[1] if present.key_id == KEYS[0].key_id else KEYS[0]

        def work() -> None:
            rewrap(self.engine, AnyKey(), wanted, present, _unnoted)

        if not self._cut_after(cut, work):
            assert self.other.stats().key_id == wanted.key_id

    @rule(cut=st.sampled_from([1000, 1000, 5, 9, 13]))
    def reseal(self, cut: int) -> None:
        change = VaultKeyChange(self.engine, AnyKey())

        def work() -> None:
            current = change.current_key()
            if set(change.buckets_by_key()) == {current}:
                change.drop_data_keys({current})
                change.new_data_key()
            change.reseal_buckets(lambda done, total: None)

        self._cut_after(cut, work)
        # Interrupted or not, every bucket can be read; the next change continues.
        assert contents(self.other) == self.model.held
        change.reseal_buckets(lambda done, total: None)
        assert set(change.buckets_by_key()) == {change.current_key()}

    @rule(numbers=st.lists(st.integers(0, DEVICES + 5), max_size=20))
    def find_columns(self, numbers: list[int]) -> None:
        devices = [device(n) for n in numbers]
        found = self.vault.find_columns(ids_of(devices))
        names = found.columns.source_names
        for at, each in enumerate(devices):
            held = self.model.held.get(each)
            assert bool(found.held[at]) == (held is not None)
            if held is not None:
                assert found.columns.codes[at].tobytes() == (
                    held.code.raw if held.code else bytes(16)
                )
                assert bool(found.columns.has_code[at]) == (held.code is not None)
                assert bool(found.columns.installed[at]) == held.installed_by_us
                assert DEVICE_TYPES[found.columns.types[at]] == held.device_type
                assert names[found.columns.sources[at]] == held.source
                assert EPOCH + timedelta(days=int(found.columns.days[at])) == held.imported_on

    @rule(records=st.lists(_records, max_size=40), replaces=st.booleans())
    def put(self, records: list[VaultRecord], replaces: bool) -> None:
        result = self.vault.put_many(records, replace=replaces)
        result = replace(result, conflicts=tuple(sorted(result.conflicts)))
        assert result == self.model.put(records, replaces)
        self.vault, self.other = self.other, self.vault

    @rule(numbers=st.lists(st.integers(0, DEVICES + 5), max_size=20))
    def remove_many(self, numbers: list[int]) -> None:
        devices = [device(n) for n in numbers]
        expected = len(set(devices) & self.model.held.keys())
        assert self.vault.remove_many(devices) == expected
        for each in devices:
            self.model.held.pop(each, None)

    @rule(
        numbers=st.one_of(st.none(), st.lists(st.integers(0, DEVICES + 5), max_size=20)),
        source=st.sampled_from([None, "one", "two"]),
        dry=st.booleans(),
        refused=st.booleans(),
        cut=st.sampled_from([1000, 1000, 3, 6]),
    )
    def remove(
        self, numbers: list[int] | None, source: str | None, dry: bool, refused: bool, cut: int
    ) -> None:
        held = self.model.held
        named = set(held) if numbers is None else {device(n) for n in numbers} & held.keys()
        going = {each for each in named if source is None or held[each].source == source}
        expected = Removed(
            len(named),
            len(going),
            sum(held[each].code is not None for each in going),
            sum(held[each].installed_by_us for each in going),
        )

        def record(transaction: object, done: Removed) -> None:
            assert isinstance(transaction, Connection)
            assert done == expected
            if refused:
                raise Cut

        wanted = None if numbers is None else ids_of([device(n) for n in numbers])
        told: list[Removed] = []

        def work() -> None:
            told.append(self.vault.remove(wanted, source=source, dry=dry, record=record))

        try:
            cut_off = self._cut_after(cut, work)
        except NotFound:
            assert not going  # nothing ever came from there
            return
        if cut_off:
            return  # the invariant checks that
        assert told == [expected]
        if not dry:
            for each in going:
                del held[each]
        self.vault, self.other = self.other, self.vault

    @rule(numbers=st.lists(st.integers(0, DEVICES + 5), max_size=20))
    def find(self, numbers: list[int]) -> None:
        devices = [device(n) for n in numbers]
        expected = {each: self.model.held.get(each) for each in devices}
        found = list(self.vault.find_many(devices))
        assert len(found) == len(expected)
        assert dict(found) == expected
        for each in devices[:3]:
            assert self.vault.find(each) == expected[each]

    @invariant()
    def all_is_there(self) -> None:
        assert contents(self.vault) == self.model.held
        held = self.model.held.values()
        stats = self.vault.verify()
        assert (stats.records, stats.with_code, stats.installed_by_us) == (
            len(held),
            sum(each.code is not None for each in held),
            sum(each.installed_by_us for each in held),
        )


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    if request.param == "sqlite":
        yield create_engine("sqlite://", poolclass=StaticPool)
        return
    want(postgres_server.missing())
    with postgres_server.postgres() as url:
        made = create_engine(url)
        yield made
        made.dispose()


def test_the_vault_behaves_as_a_dict(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliveries, "_WINDOW_ROWS", 4)
    monkeypatch.setattr(rotate, "_AT_ONCE", 3)
    machine = type("Machine", (VaultMachine,), {"engine": engine})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=60 if engine.dialect.name == "sqlite" else 15,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
