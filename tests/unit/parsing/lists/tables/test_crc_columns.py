"""The column of CRCs is found by its header or by what it holds."""

from __future__ import annotations

import pytest

from exchange.domain.device import InstallCode
from exchange.parsing.lists.tables.column_finder import Columns, find_columns
from exchange.parsing.lists.tables.crc_columns import holds_only_crcs
from exchange.parsing.sheets.grid import Row, text_row

CODES = ("83FED3407A939723A5C639B26916D505", "7BD939F94A3F6F8D5BF2C1AA7E0D8A11")
CRCS = tuple(InstallCode.parse(code).with_crc[-4:] for code in CODES)
IDS = ("00-DB-12-34-56-78-90-A0", "00-DB-12-34-56-78-90-A1")


def columns_of(*lines: tuple[str, ...]) -> Columns:
    found = find_columns([text_row(number, cells) for number, cells in enumerate(lines, 1)])
    assert found is not None
    return found


@pytest.mark.parametrize(
    "head",
    ["CRC", "Checksum", "CRC-16/X-25", "Pr\u00fcfsumme", "crc of the code", "Code CRC", "Chk", ""],
)
def test_by_its_header_or_because_it_fits(head: str) -> None:
    lines = zip(IDS, CODES, CRCS, strict=True)
    found = columns_of(("Device ID", "Install code", head), *lines)
    assert (found.codes, found.crcs, found.remarks) == ({1: ""}, {1: 2}, [])


def test_two_columns_of_codes_have_theirs_by_type() -> None:
    found = columns_of(
        ("ESME ID", "GSME ID", "ESME install code", "GSME install code", "GSME CRC", "ESME CRC"),
        (*IDS, *CODES, CRCS[1], CRCS[0]),
    )
    assert found.crcs == {2: 5, 3: 4}


@pytest.mark.parametrize("cells", [("83FE", "C3B6"), ("0A1B", "1111")])
def test_wrong_ones_right_next_to_the_codes_are_crcs_too(cells: tuple[str, str]) -> None:
    lines = zip(IDS, CODES, cells, strict=True)
    assert columns_of(("Device ID", "Install code", "Proof"), *lines).crcs == {1: 2}


@pytest.mark.parametrize(
    ("head", "cells"),
    [("Year", ("2021", "2022")), ("Fitted", ("2021", "1999")), ("Site", ("0012", "3344")),
     ("Comment", ("C3B6", "FACE")), ("Engineer", ("A123", "smith"))],
)  # fmt: skip
def test_years_numbers_and_remarks_are_none(head: str, cells: tuple[str, str]) -> None:
    lines = zip(IDS, CODES, cells, strict=True)
    assert columns_of(("Device ID", "Install code", head), *lines).crcs == {}


def test_codes_that_hold_their_crc_leave_other_columns_alone() -> None:
    whole = [f"{code}{crc}" for code, crc in zip(CODES, CRCS, strict=True)]
    lines = zip(IDS, whole, ("A1B2", "C3D4"), strict=True)
    assert columns_of(("Device ID", "Install code", "Box"), *lines).crcs == {}


def test_a_column_of_nothing_but_four_digits() -> None:
    rows = [Row(1, ("x", "C3B5"), frozenset()), Row(2, ("", ""), frozenset())]
    assert holds_only_crcs(rows, 1)
    assert not holds_only_crcs(rows, 0)
    assert not holds_only_crcs(rows, 2)
