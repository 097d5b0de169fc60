"""The vault against a plain dict, in any order of calls, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine, StaticPool, create_engine

from exchange.domain.device import DeviceId
from exchange.ports import PutResult, VaultRecord
from exchange.vault.keys import WrappingKey
from exchange.vault.vault import SealedVault
from tests.servers import postgres as postgres_server
from tests.servers import want
from tests.unit.vault_cases import contents, device, fresh, record

KEY = WrappingKey.generate()
DEVICES = 60

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
    """The rule of put, one record at a time, over a dict."""

    def __init__(self) -> None:
        self.held: dict[DeviceId, VaultRecord] = {}

    def put(self, records: list[VaultRecord], replaces: bool) -> PutResult:
        added = updated = unchanged = 0
        conflicts: list[DeviceId] = []
        confirmed: set[DeviceId] = set()  # devices whose code this call brought
        fates: dict[tuple[object, ...], bool] = {}  # of what was said already: refused?
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


class VaultMachine(RuleBasedStateMachine):
    engine: Engine
    bucket_records = 5
    batch_rows = 12

    def __init__(self) -> None:
        super().__init__()
        sizes = {"bucket_records": self.bucket_records, "batch_rows": self.batch_rows}
        self.vault = fresh(self.engine, KEY, **sizes)
        self.other = SealedVault(self.engine, KEY, **sizes)
        self.model = Model()

    @rule(records=st.lists(_records, max_size=40), replaces=st.booleans())
    def put(self, records: list[VaultRecord], replaces: bool) -> None:
        result = self.vault.put_many(records, replace=replaces)
        result = replace(result, conflicts=tuple(sorted(result.conflicts)))
        assert result == self.model.put(records, replaces)
        self.vault, self.other = self.other, self.vault

    @rule(numbers=st.lists(st.integers(0, DEVICES + 5), max_size=20))
    def remove(self, numbers: list[int]) -> None:
        devices = [device(n) for n in numbers]
        expected = len(set(devices) & self.model.held.keys())
        assert self.vault.remove_many(devices) == expected
        for each in devices:
            self.model.held.pop(each, None)

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


def test_the_vault_behaves_as_a_dict(engine: Engine) -> None:
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
