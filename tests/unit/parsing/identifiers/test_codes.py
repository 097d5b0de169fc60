"""Install codes as they are written in a cell."""

from __future__ import annotations

import pytest

from exchange.domain.device import InstallCode
from exchange.parsing.identifiers.codes import (
    BadCode,
    has_good_crc,
    looks_like_code,
    read_code_cell,
)

CODE = "83FED3407A939723A5C639B26916D505C3B5"


@pytest.mark.parametrize(
    "text",
    [
        CODE,
        CODE.lower(),
        CODE[:32],
        "83FE D340 7A93 9723 A5C6 39B2 6916 D505 C3B5",
        "83:FE:D3:40:7A:93:97:23:A5:C6:39:B2:69:16:D5:05",
        f"IC: {CODE}",
        f"'{CODE}",
    ],
)
def test_a_code_is_read_however_it_is_grouped(text: str) -> None:
    code = read_code_cell(text)
    assert isinstance(code, InstallCode)
    assert code.with_crc == CODE
    assert looks_like_code(text) or "IC" in text or "'" in text


@pytest.mark.parametrize("text", ["", "   ", "not ours", "1", "99", "see attached"])
def test_words_and_counts_are_no_code(text: str) -> None:
    assert read_code_cell(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (CODE[:-1] + "6", "CRC"),
        (CODE[:-1], "35"),
        (CODE[:-1] + "G", "hexadecimal"),
        ("8.3E+35", "Excel"),
    ],
)
def test_a_damaged_code_says_what_is_wrong(text: str, reason: str) -> None:
    bad = read_code_cell(text)
    assert isinstance(bad, BadCode)
    assert reason in bad.reason


def test_a_number_of_a_spreadsheet_lost_its_digits() -> None:
    bad = read_code_cell("83000000000000000000000000000000", numeric=True)
    assert isinstance(bad, BadCode)
    assert "Excel" in bad.reason


def test_only_36_digits_carry_a_crc() -> None:
    assert has_good_crc(CODE)
    assert not has_good_crc(CODE[:32])
    assert not has_good_crc(CODE[:-1] + "6")
