"""One code at two Devices: within a delivery, and between it and the vault."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from exchange.domain.columns.device_ids import DeviceIds
from exchange.ports.records import RowRefusal, VaultRecord
from exchange.vault.importing.duplicate_codes import DuplicateCodes
from exchange.vault.importing.import_conflicts import IMPORT_ROW, RefusedRows
from exchange.vault.records import ROW, Rows, Sources, joined, rows_of
from tests.unit.vault.cases import device, record


@pytest.fixture
def shared() -> Iterator[DuplicateCodes]:
    made = DuplicateCodes(None)
    yield made
    made.close()


def _rows(records: Sequence[VaultRecord]) -> Rows:
    return joined(list(rows_of(records, Sources())))


def _deliver(shared: DuplicateCodes, records: Sequence[VaultRecord]) -> None:
    plain = _rows(records)
    loaded = np.empty(len(plain), IMPORT_ROW)
    for name in ROW.names or ():
        loaded[name] = plain[name]
    loaded["row"] = np.arange(1, len(plain) + 1)
    shared.add(loaded)


def _nobody(_ids: DeviceIds) -> set[int]:
    return set()


def _refused(
    shared: DuplicateCodes, *, skip_bad: bool = False
) -> list[tuple[int, RowRefusal, object, int]]:
    rows = RefusedRows([shared.refused(_nobody, skip_bad=skip_bad)], [""])
    return [(one.row, one.refusal, one.other_device, one.other_row) for one in rows]


def test_codes_of_their_own_are_all_taken(shared: DuplicateCodes) -> None:
    _deliver(shared, [record(n) for n in range(1, 300)] + [record(300, None), record(301, None)])
    shared.add_held([_rows([record(n) for n in range(500, 600)])])
    assert _refused(shared) == []
    assert shared.number == 299


def test_the_later_row_with_a_code_that_came_before_is_refused(shared: DuplicateCodes) -> None:
    _deliver(shared, [record(1), record(2), record(3, 1)])
    assert _refused(shared) == [(3, RowRefusal.CODE_TWICE, device(1), 1)]


def test_where_only_good_rows_are_taken_both_are_refused(shared: DuplicateCodes) -> None:
    _deliver(shared, [record(1), record(2), record(3, 1)])
    assert _refused(shared, skip_bad=True) == [
        (1, RowRefusal.CODE_TWICE, device(3), 3),
        (3, RowRefusal.CODE_TWICE, device(1), 1),
    ]


def test_a_code_that_the_vault_holds_for_another_device_is_refused(shared: DuplicateCodes) -> None:
    _deliver(shared, [record(1, 8), record(2)])
    shared.add_held([_rows([record(8), record(2)])])
    assert _refused(shared) == [(1, RowRefusal.CODE_HELD, device(8), 0)]


def test_a_device_that_gets_another_code_gives_its_own_up(shared: DuplicateCodes) -> None:
    _deliver(shared, [record(1, 2), record(2, 1)])
    shared.add_held([_rows([record(1), record(2)])])
    asked: list[int] = []

    def coded(ids: DeviceIds) -> set[int]:
        asked.append(len(ids))
        return {int.from_bytes(device(n).raw, "big") for n in (1, 2)}

    assert len(shared.refused(coded, skip_bad=False)) == 0
    assert sum(asked) == 2


def test_the_same_row_twice_is_not_one_code_at_two_devices(shared: DuplicateCodes) -> None:
    _deliver(shared, [record(1), record(1)])
    shared.add_held([_rows([record(1)])])
    assert _refused(shared) == []
