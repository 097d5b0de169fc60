"""A CRC next to a code on a line of text."""

from __future__ import annotations

import pytest

from exchange.parsing.identifiers.codes import has_good_crc
from exchange.parsing.identifiers.crc_in_text import is_crc_line
from exchange.parsing.identifiers.tokens import TokenForm, find_tokens

CODE = "83FED3407A939723A5C639B26916D505"
GROUPED = "83FE D340 7A93 9723 A5C6 39B2 6916 D505"


def code_texts(line: str) -> list[str]:
    """Return the digits of each code on a line, with a CRC that was found for it."""
    codes = [token for token in find_tokens(line) if token.form is TokenForm.CODE]
    return ["".join(token.text.split()) for token in codes]


@pytest.mark.parametrize(
    "line",
    [
        f"{CODE} CRC C3B5",
        f"{CODE} (crc: b5c3)",
        f"{GROUPED} / C3B5",
        f"{CODE},C3B5",
        f"{CODE}\tC3B5",
        f"{CODE} [C3B5]",
        f"C3B5 {CODE}",
        f"CRC-16 = 0xC3B5 for {CODE}",
        f"{CODE} Pr\u00fcfsumme: C3B5",
        f"{CODE} check digits C3 B5, sent on 3 May",
    ],
)
def test_the_right_one_is_joined(line: str) -> None:
    (text,) = code_texts(line)
    assert has_good_crc(text)


@pytest.mark.parametrize(
    "line",
    [
        f"{CODE} CRC C3B6",
        f"{CODE} C3B6",
        f"{CODE}; c3b6",
        f"C3B6: {CODE}",
        f"CRC=C3B6; code={CODE}",
        f"00-DB-12-34-56-78-90-A0 {CODE} checksum 0xC3B6",
        f"{CODE} CRC 2021",  # a year has no name
    ],
)
def test_a_wrong_one_is_joined_too_so_that_the_code_is_bad(line: str) -> None:
    (text,) = code_texts(line)
    assert len(text.removeprefix("0x")) >= 36
    assert not has_good_crc(text)


@pytest.mark.parametrize(
    "line",
    [
        f"{CODE} fitted 2021",
        f"{CODE} 2021",
        f"{CODE}, dead meter",
        f"{CODE} on 2026-11-03",
        f"{CODE} 14:30",
        f"{CODE}; 00DB 1234 5678 90A1",
        f"checksum {CODE} ok",
        f"please check 1234 boxes for {CODE}",
    ],
)
def test_years_words_dates_and_ids_are_none(line: str) -> None:
    assert CODE in code_texts(line)


def test_several_codes_and_their_crcs_are_matched_by_what_fits() -> None:
    other = "7BD939F94A3F6F8D5BF2C1AA7E0D8A11"
    line = f"{CODE} CRC C3B5, {other} CRC C3B5"
    first, second = code_texts(line)
    assert has_good_crc(first)
    assert second == other  # the CRC belongs to the first, and nothing speaks against the second
    first, second = code_texts(f"{CODE} CRC C3B5, {other} CRC 1111")
    assert has_good_crc(first)
    assert len(second) == 36
    assert not has_good_crc(second)


@pytest.mark.parametrize(
    ("line", "alone"),
    [("CRC: C3B5", True), ("  (checksum 0xC3B5)", True), ("CRC: C3B5 and more words", False),
     ("C3B5", True), ("(c3b5)", True), ("C3B5 C3B5", False), (f"CRC C3B5 {CODE}", False)],
)  # fmt: skip
def test_a_line_that_is_only_a_crc(line: str, *, alone: bool) -> None:
    assert is_crc_line(line) is alone
