"""Which rows of a delivery contradict each other, or what the vault holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest

from exchange.ports.records import RowRefusal, VaultRecord
from exchange.vault.importing.import_conflicts import (
    IMPORT_ROW,
    CheckedRows,
    RefusedRows,
    check_rows,
)
from exchange.vault.records import ROW, Rows, Sources, joined, row_devices, rows_of
from tests.unit.vault.cases import device, record

SOURCES = Sources(["last year"])


def _rows(records: Sequence[VaultRecord]) -> Rows:
    return joined(list(rows_of(records, SOURCES)))


def _sift(
    incoming: Sequence[VaultRecord],
    held: Sequence[VaultRecord] = (),
    *,
    replace: bool = False,
    skip_bad: bool = False,
) -> tuple[CheckedRows, list[tuple[int, RowRefusal, int]]]:
    plain = _rows(incoming)
    loaded = np.empty(len(plain), IMPORT_ROW)
    for name in ROW.names or ():
        loaded[name] = plain[name]
    loaded["row"] = np.arange(1, len(plain) + 1)
    sifted = check_rows(_rows(held), loaded, replace=replace, skip_bad=skip_bad)
    refused = RefusedRows([sifted.refused], SOURCES.names)
    return sifted, [(one.row, one.refusal, one.other_row) for one in refused]


def test_rows_that_say_something_of_their_own_are_taken() -> None:
    sifted, refused = _sift([record(1), record(2, None), record(3, installed=True)])
    assert len(sifted.rows) == 3
    assert (sifted.repeated, refused) == (0, [])


def test_a_row_said_again_is_counted_and_taken_once() -> None:
    sifted, refused = _sift([record(1), record(2), record(1)])
    assert set(row_devices(sifted.rows).tolist()) == set(
        row_devices(_rows([record(1), record(2)])).tolist()
    )
    assert (len(sifted.rows), sifted.repeated, refused) == (2, 1, [])


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        (record(1, 9), RowRefusal.DEVICE_OTHER_CODE),
        (record(1, None), RowRefusal.DEVICE_NO_CODE),
        (record(1, installed=True), RowRefusal.DEVICE_INSTALLED),
        (record(1, kind="ESME"), RowRefusal.DEVICE_TYPE),
        (record(1, 9, installed=True, kind="ESME"), RowRefusal.DEVICE_OTHER_CODE),
    ],
)
def test_the_later_of_two_rows_that_differ_is_refused(
    second: VaultRecord, reason: RowRefusal
) -> None:
    sifted, refused = _sift([record(1), second])
    assert refused == [(2, reason, 1)]
    assert len(sifted.rows) == 1


def test_where_only_good_rows_are_taken_all_rows_of_the_device_are_refused() -> None:
    sifted, refused = _sift([record(1), record(1, 9), record(1), record(2)], skip_bad=True)
    assert [row for row, _, _ in refused] == [1, 2, 3]
    assert {reason for _, reason, _ in refused} == {RowRefusal.DEVICE_OTHER_CODE}
    assert len(sifted.rows) == 1


def test_another_code_than_the_vault_holds_is_refused_unless_it_is_replaced() -> None:
    held = [record(1, 7, source="last year", day=date(2025, 3, 4))]
    sifted, refused = _sift([record(1)], held)
    assert refused == [(1, RowRefusal.OTHER_CODE, 0)]
    (row,) = RefusedRows([sifted.refused], SOURCES.names)
    assert (row.device, row.held_from, row.held_on) == (device(1), "last year", date(2025, 3, 4))
    sifted, refused = _sift([record(1)], held, replace=True)
    assert (len(sifted.rows), refused) == (1, [])


@pytest.mark.parametrize("replace", [False, True])
def test_installed_by_us_is_never_taken_back(replace: bool) -> None:
    _, refused = _sift([record(1)], [record(1, installed=True)], replace=replace)
    assert refused == [(1, RowRefusal.INSTALLED, 0)]


def test_a_row_without_a_code_does_not_contradict_the_vault() -> None:
    sifted, refused = _sift([record(1, None), record(2)], [record(1), record(5)])
    assert (len(sifted.rows), refused) == (2, [])


@pytest.mark.parametrize(("skip_bad", "rows"), [(False, [1]), (True, [1, 2])])
def test_what_repeats_a_refused_row_is_refused_with_it_where_only_good_rows_count(
    skip_bad: bool, rows: list[int]
) -> None:
    _, refused = _sift([record(1), record(1)], [record(1, 7)], skip_bad=skip_bad)
    assert [row for row, _, _ in refused] == rows


def test_refused_rows_come_in_the_order_of_the_delivery() -> None:
    sifted, _ = _sift([record(n, n + 50) for n in range(20)], [record(n) for n in range(20)])
    rows = RefusedRows([sifted.refused], SOURCES.names)
    assert [one.row for one in rows] == list(range(1, 21))
    assert [one.row for one in rows[3:5]] == [4, 5]
    assert rows[19].device == device(19)
