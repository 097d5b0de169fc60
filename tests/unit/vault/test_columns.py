"""Columns become rows of a bucket and come back; values that no record can have are refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from exchange.domain.columns.device_ids import ids_of
from exchange.errors import BadInput
from exchange.ports.vault import CodeColumns
from exchange.vault.columns import columns_from, rows_from
from exchange.vault.records import Sources, joined, rows_of
from tests.unit.vault.cases import device, records

RECORDS = records(50)
NAMES = Sources()
ROWS = joined(list(rows_of(RECORDS, NAMES)))
COLUMNS = columns_from(ROWS, tuple(NAMES.names))


def test_rows_and_columns_are_the_same_facts() -> None:
    assert len(COLUMNS) == 50
    assert COLUMNS.devices.tolist() == ids_of([one.device for one in RECORDS]).tolist()
    assert COLUMNS.has_code.tolist() == [one.code is not None for one in RECORDS]
    assert COLUMNS.installed.tolist() == [one.installed_by_us for one in RECORDS]
    codes = [one.code.raw if one.code else bytes(16) for one in RECORDS]
    assert [one.tobytes() for one in COLUMNS.codes] == codes
    names = [COLUMNS.source_names[number] for number in COLUMNS.sources.tolist()]
    assert names == [one.source for one in RECORDS]
    sources = Sources()
    assert rows_from(COLUMNS, sources).tobytes() == ROWS.tobytes()
    assert sources.names == NAMES.names


def test_sources_are_numbered_anew_for_another_vault() -> None:
    sources = Sources(["of before", "delivery 3"])
    rows = rows_from(COLUMNS, sources)
    assert [sources.names[number] for number in rows["source"].tolist()] == [
        one.source for one in RECORDS
    ]


def test_no_rows_are_no_columns() -> None:
    assert len(rows_from(columns_from(ROWS[:0], ("",)), Sources())) == 0


def _changed(name: str, at: int, value: Any) -> CodeColumns:
    column = np.array(getattr(COLUMNS, name))
    column[at] = value
    changed: dict[str, Any] = {name: column}
    return replace(COLUMNS, **changed)


@pytest.mark.parametrize(
    ("name", "at", "value", "reason"),
    [
        ("devices", 3, 0, "a Device ID is not all zeros or all Fs"),
        ("devices", 3, 2**64 - 1, "a Device ID is not all zeros or all Fs"),
        ("codes", 1, 0, "an install code is not all zeros or all Fs"),
        ("codes", 1, 255, "an install code is not all zeros or all Fs"),
        ("codes", 0, 7, "a row marked as having no code has one"),
        ("has_code", 1, False, "a row marked as having no code has one"),
        ("types", 2, 9, "a device type is out of range"),
        ("sources", 2, 4, "a source is out of range"),
    ],
)
def test_a_value_that_no_record_can_have_is_refused(
    name: str, at: int, value: Any, reason: str
) -> None:
    with pytest.raises(BadInput, match=reason):
        rows_from(_changed(name, at, value), Sources())


@pytest.mark.parametrize("name", ["codes", "has_code", "installed", "types", "sources", "days"])
def test_columns_of_different_lengths_are_refused(name: str) -> None:
    with pytest.raises(BadInput, match="differ in length"):
        rows_from(replace(COLUMNS, **{name: getattr(COLUMNS, name)[:-1]}), Sources())


def test_a_code_is_as_wide_as_a_code() -> None:
    with pytest.raises(BadInput, match="differ in length"):
        rows_from(replace(COLUMNS, codes=COLUMNS.codes[:, :15]), Sources())
    assert COLUMNS.devices[0] == int.from_bytes(device(0).raw, "big")
