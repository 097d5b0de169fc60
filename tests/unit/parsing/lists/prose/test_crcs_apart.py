"""CRCs in running text that no code is next to."""

from __future__ import annotations

import pytest

from exchange.parsing.findings.findings import Findings
from exchange.parsing.identifiers.tokens import find_tokens
from exchange.parsing.lists.prose.crcs_apart import CrcsApart
from exchange.parsing.text.lines import Line


def _read(*lines: str) -> tuple[list[int], list[bool]]:
    found = Findings()
    reader = CrcsApart(found, lambda line: f"body line {line.number}")
    alone = [
        reader.read(text, find_tokens(text), Line(number, text))
        for number, text in enumerate(lines, 1)
    ]
    return [one.number for one in found.loose_crcs], alone


@pytest.mark.parametrize(
    ("lines", "numbers"),
    [
        (("the last group, its CRC, should be C3B5",), [0xC3B5]),
        (("C3B5 is the checksum",), [0xC3B5]),
        (("CRCs:", "C3B5", "0A1B"), [0xC3B5, 0x0A1B]),
        (("the CRC:", "C3B5"), [0xC3B5]),
        (("see you at 1400",), []),
        (("1400",), []),
    ],
)
def test_which_are_noted(lines: tuple[str, ...], numbers: list[int]) -> None:
    assert _read(*lines)[0] == numbers


def test_a_group_that_is_meant_as_a_crc_and_mistyped_is_none() -> None:
    code = "00112233445566778899AABBCCDDEEFF"
    assert _read(f"{code} C3BO") == ([-1], [False])
    assert _read(f"{code} 21st") == ([], [False])
