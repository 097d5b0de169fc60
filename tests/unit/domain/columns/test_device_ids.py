"""A column of Device IDs: one form, whichever way it was made."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.columns.device_columns import devices_of
from exchange.domain.columns.device_ids import (
    all_ids_valid,
    device_of,
    id_bytes,
    ids_from_bytes,
    ids_from_numbers,
    ids_of,
)
from exchange.domain.columns.format_columns import format_device_ids
from exchange.domain.device import DeviceId
from exchange.parsing.identifiers.bulk import check_devices
from exchange.parsing.text.byte_column import ByteColumn
from exchange.ports.records import VaultRecord
from exchange.vault.records import Sources, joined, row_devices, rows_of

_DEVICES = st.lists(
    st.integers(1, 2**64 - 2).map(lambda number: DeviceId(number.to_bytes(8, "big"))), max_size=20
)


@given(_DEVICES)
def test_every_way_into_a_column_gives_the_same_one(devices: list[DeviceId]) -> None:
    ids = ids_of(devices)
    raw = b"".join([one.raw for one in devices])
    records = [VaultRecord(one, None, True) for one in devices]
    ways = {
        "bytes": ids_from_bytes(raw),
        "rows of bytes": ids_from_bytes(np.frombuffer(raw, np.uint8).reshape(-1, 8)),
        "numbers": ids_from_numbers([int(one.raw.hex(), 16) for one in devices]),
        "cells of a mail": check_devices(ByteColumn.of([str(one) for one in devices])).ids,
        "rows of the vault": row_devices(joined(list(rows_of(records, Sources())))),
    }
    assert {way: column.tolist() for way, column in ways.items()} == dict.fromkeys(
        ways, ids.tolist()
    )


@given(_DEVICES)
def test_a_column_comes_back_as_the_devices_it_was_made_of(devices: list[DeviceId]) -> None:
    ids = ids_of(devices)
    assert devices_of(ids) == devices
    assert [device_of(number) for number in ids.tolist()] == devices
    assert [bytes(row) for row in id_bytes(ids)] == [one.raw for one in devices]
    assert format_device_ids(ids).texts() == [str(one) for one in devices]


@given(_DEVICES)
def test_a_column_sorts_as_its_devices_do(devices: list[DeviceId]) -> None:
    assert devices_of(np.sort(ids_of(devices))) == sorted(devices)


def test_all_zeros_and_all_fs_are_no_device() -> None:
    assert all_ids_valid(ids_from_numbers([1, 2**64 - 2]))
    assert not all_ids_valid(ids_from_numbers([1, 0]))
    assert not all_ids_valid(ids_from_numbers([2**64 - 1, 1]))
