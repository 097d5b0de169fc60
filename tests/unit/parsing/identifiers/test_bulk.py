"""Columns of Device IDs and codes: accepted exactly where the reader of one cell accepts them."""

from __future__ import annotations

import gc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain.device import InstallCode
from exchange.parsing.identifiers import bulk
from exchange.parsing.identifiers.bulk import (
    check_codes,
    check_devices,
    count_decimal_ids,
    find_decimal_cells,
    gc_paused,
)
from exchange.parsing.identifiers.codes import read_code_cell
from exchange.parsing.identifiers.devices import read_device
from exchange.parsing.text.byte_column import ByteColumn
from tests.unit.parsing.sheets.cases import CELLS

ID = "00DB1234567890A0"
CODE = "83FED3407A939723A5C639B26916D505C3B5"


def _grouped(digits: str, size: int, mark: str) -> str:
    return mark.join(digits[at : at + size] for at in range(0, len(digits), size))


@pytest.mark.parametrize("mark", list("-:. "))
@pytest.mark.parametrize("size", [2, 4, 16])
def test_a_device_id_in_each_written_form(mark: str, size: int) -> None:
    upper, lower = _grouped(ID, size, mark), _grouped(ID.lower(), size, mark)
    valid, ids = check_devices(ByteColumn.of([upper, lower]))
    assert valid.tolist() == [True, True]
    assert ids.tolist() == [int(ID, 16)] * 2


@pytest.mark.parametrize(
    "text",
    [
        "0" * 16,
        "f" * 16,
        ID[:-1],
        ID + "0",
        ID[:-1] + "O",
        "00-DB-12-34-56-78-90:A0",
        "00_DB_12_34_56_78_90_A0",
        _grouped(ID, 8, "-"),
        "",
    ],
)
def test_what_is_no_device_id(text: str) -> None:
    assert check_devices(ByteColumn.of([text, ID])).valid.tolist() == [False, True]


@given(st.lists(CELLS, max_size=12))
@settings(max_examples=100, deadline=None)
def test_devices_are_those_of_the_reader_of_one_cell(cells: list[str]) -> None:
    valid, ids = check_devices(ByteColumn.of(cells))
    for cell, accepted, number in zip(cells, valid.tolist(), ids.tolist(), strict=True):
        one = read_device(cell.strip()) if not cell.strip().lower().startswith("0x") else None
        if cell.isascii():  # others are read one by one in any case
            assert accepted == (one is not None)
        if accepted:
            assert one is not None
            assert int.from_bytes(one.raw, "big") == number


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        (CODE, 36),
        (CODE.lower(), 36),
        (_grouped(CODE, 4, " "), 36),
        (_grouped(CODE, 2, "-"), 36),
        (CODE[:32], 32),
        ("83FE-D340 7A93.9723:A5C6 39B2 6916 D505", 32),
        (CODE[:-1] + "6", 0),  # a wrong CRC
        (CODE[:-1], 0),
        (CODE[:31] + "G", 0),
        ("0" * 32, 0),
        ("F" * 32, 0),
        ("83FE_D340 7A93 9723 A5C6 39B2 6916 D505", 0),
    ],
)
def test_codes_and_how_they_were_written(text: str, digits: int) -> None:
    valid, codes, counts = check_codes(ByteColumn.of(["x", text]))
    assert counts.tolist() == [0, digits]
    assert valid.tolist() == [False, digits > 0]
    if digits:
        assert codes[1].tobytes().hex().upper() == CODE[:32]
        assert isinstance(read_code_cell(text), InstallCode)


def test_a_long_column_is_checked_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "CHUNK", 3)
    cells = ByteColumn.of([f"00DB1234567890{at:02X}" for at in range(20)] + ["x"])
    assert check_devices(cells).valid.tolist() == [True] * 20 + [False]
    codes = ByteColumn.of([CODE, "x"] * 5)
    assert check_codes(codes).valid.tolist() == [True, False] * 5


def test_decimal_cells_are_sixteen_ascii_digits() -> None:
    cells = ByteColumn.of(
        ["1234567890123450", "0234567890123450", "1234567890123451", "12345678901234A0",
         "123456789012345", "1A34567890123450", "A234567890123450"]
    )  # fmt: skip
    assert find_decimal_cells(cells).tolist() == [True, True, True, False, False, False, False]
    assert count_decimal_ids(cells) == (2, 1)
    assert count_decimal_ids(ByteColumn.of(["١234567890123450"])) == (0, 0)


@pytest.mark.parametrize("enabled", [True, False])
def test_garbage_collection_is_as_it_was_afterwards(enabled: bool) -> None:
    before = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        with gc_paused():
            assert not gc.isenabled()
        assert gc.isenabled() is enabled
        with pytest.raises(ZeroDivisionError), gc_paused():
            1 / 0  # noqa: B018
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if before else gc.disable)()
