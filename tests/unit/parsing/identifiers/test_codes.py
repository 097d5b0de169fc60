"""Install codes as they are written in a cell."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain.device import InstallCode, crc16_x25
from exchange.parsing.identifiers.bulk import check_codes
from exchange.parsing.identifiers.codes import (
    BadCode,
    code_digits,
    has_good_crc,
    looks_like_code,
    read_code_cell,
)
from exchange.parsing.text.byte_column import ByteColumn

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


@st.composite
def _cells(draw: st.DrawFn) -> str:
    """A code with or without CRC in some grouping, damaged in half of the cells."""
    raw = draw(st.sampled_from((bytes(16), b"\xff" * 16)) | st.binary(min_size=16, max_size=16))
    crc = crc16_x25(raw).to_bytes(2, "little")
    digits = draw(st.sampled_from((raw + crc, raw, raw + bytes(2), raw[1:] + crc))).hex()
    size = draw(st.sampled_from((36, 32, 4, 2, 9)))
    groups = [digits[at : at + size] for at in range(0, len(digits), size)]
    marks = draw(st.lists(st.sampled_from(" -:./_"), min_size=1, max_size=2))
    text = "".join(f"{group}{marks[at % len(marks)]}" for at, group in enumerate(groups))[:-1]
    form = draw(st.sampled_from(("{}", "{}", "{}", " {}\t", "IC: {}", "{}x", "'{}", "\u00a0{}")))
    damaged = draw(st.sampled_from((text, text, text.upper(), text[:-1] + "g", text + "0")))
    return form.format(damaged)


@settings(max_examples=200)
@given(st.lists(_cells() | st.sampled_from(("", "not ours", "99", "0" * 32)), max_size=20))
def test_codes_checked_together_are_those_read_one_by_one(cells: list[str]) -> None:
    checked = check_codes(ByteColumn.of(cells))
    for at, cell in enumerate(cells):
        one = read_code_cell(cell)
        if checked.valid[at]:
            assert isinstance(one, InstallCode)
            assert (checked.codes[at].tobytes(), checked.digits[at]) == (
                one.raw, len(code_digits(cell))
            )  # fmt: skip
        else:
            assert checked.digits[at] == 0
            # The columns leave it to the reader of one cell, if only for a label or an odd blank.
            assert not isinstance(one, InstallCode) or not _plainly_written(cell)


def _plainly_written(cell: str) -> bool:
    """Whether a cell has its digits without separators, in fours or in pairs."""
    shape = re.sub("[0-9A-Fa-f]", "h", cell.strip("\t "))
    return any(
        re.fullmatch(f"({group}[-:. ])*{group}", shape) for group in ("h{32}(hhhh)?", "hhhh", "hh")
    )
