"""Device IDs and codes formatted by the hundred thousand look as one of them does."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.columns.device_columns import PlaceColumn, TextColumn
from exchange.domain.columns.device_ids import ids_of
from exchange.domain.columns.format_columns import (
    Grid,
    HexColumn,
    concat_hex,
    crcs,
    format_codes,
    format_device_ids,
)
from exchange.domain.device import DeviceId, InstallCode, crc16_x25

DEVICES = [DeviceId(bytes([0, 0xDB, n, 0xFF, 9, n, 0, 1 + n])) for n in (7, 3, 5)]
RAW = st.lists(st.binary(min_size=16, max_size=16), max_size=8)


def _codes(raw: list[bytes]) -> np.ndarray:
    return np.frombuffer(b"".join(raw), np.uint8).reshape(-1, 16)


@given(st.lists(st.integers(1, 2**64 - 2).map(lambda n: DeviceId(n.to_bytes(8, "big")))))
def test_device_ids_are_those_of_str(devices: list[DeviceId]) -> None:
    assert format_device_ids(ids_of(devices)).texts() == list(map(str, devices))


@given(RAW)
def test_codes_are_grouped_with_their_crc(raw: list[bytes]) -> None:
    raw = [one for one in raw if one not in (bytes(16), b"\xff" * 16)]
    assert crcs(_codes(raw)).tolist() == [crc16_x25(one) for one in raw]
    assert format_codes(_codes(raw)).texts() == [InstallCode(one).grouped for one in raw]


def _column() -> HexColumn:
    whole = format_device_ids(ids_of(DEVICES))
    return HexColumn(whole.letters, np.array([True, False, True]))


def test_a_row_that_is_absent_is_empty_whatever_lies_there() -> None:
    expected = [str(DEVICES[0]), "", str(DEVICES[2])]
    assert _column().texts() == expected


def test_some_rows_have_their_own_texts() -> None:
    column = _column()
    assert column.take(slice(1, 3)).texts() == ["", str(DEVICES[2])]
    assert column.take(np.array([2, 0])).texts() == [str(DEVICES[2]), str(DEVICES[0])]
    assert column.take(np.array([False, True, False])).texts() == [""]


def test_rows_are_sorted_by_text_with_the_empty_ones_first() -> None:
    assert _column().argsort().tolist() == [1, 2, 0]
    same = concat_hex([_column(), _column()])
    assert same.argsort().tolist() == [1, 4, 2, 5, 0, 3]
    assert same.texts() == _column().texts() * 2


def test_texts_are_joined_by_one_character() -> None:
    column = format_device_ids(ids_of(DEVICES))
    assert column.join("\n") == "\n".join(map(str, DEVICES))


def test_empty_texts_are_as_wide_as_their_like() -> None:
    empty = HexColumn.empty(2, _column())
    assert empty.texts() == ["", ""]
    assert concat_hex([empty, _column()]).texts() == ["", "", *_column().texts()]


def test_a_grid_makes_its_rows_on_demand() -> None:
    places = PlaceColumn.of(["row 1", "row 2", "row 3"])
    grid = Grid((_column(), TextColumn.of(["a", "b", "a"]), places))
    rows = [(str(DEVICES[0]), "a", "row 1"), ("", "b", "row 2"), (str(DEVICES[2]), "a", "row 3")]
    assert list(grid) == rows
    assert (len(grid), grid[1], list(grid[1:])) == (3, rows[1], rows[1:])
    assert len(Grid((TextColumn.of(["a"]),))) == len(Grid((places.take(slice(1)),))) == 1
