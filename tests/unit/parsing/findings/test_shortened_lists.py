"""A list that a person shortened is noticed; what only looks so is not."""

from __future__ import annotations

import pytest

from exchange.domain.mail import Kind
from exchange.parsing.findings.shortened_lists import shortened, stated_totals
from exchange.parsing.reading.understand import understand
from tests.corpus.making import D

ASKS = "Please send us the install codes of:"
A, B = "00-DB-41-07-00-1A-20-31", "00-DB-41-07-00-1A-20-3F"


@pytest.mark.parametrize(
    "lines",
    [
        f"{A} to {B}",
        f"{A} up to 3F",
        f"{A} through -20-3F, please.",
        f"{A} ... {B}",
        f"{A}, 32, 33 and 3F",
        f"Our meters are {A} and 32.",
        f'{A}\n              "     -32\n              "     -33',
        f"{A}\nditto 32",
        f"{A}\n...\n{B}",
        f"{A}\n\n[Message clipped]  View entire message",
        f"{A}\netc.",
    ],
)
def test_shortened(lines: str) -> None:
    assert shortened(f"{ASKS}\n{lines}\nThanks")
    said = understand(f"From: a@gain.example\nSubject: Codes\n\n{ASKS}\n{lines}\n".encode())
    assert said.kind is Kind.REQUEST
    assert said.miscount.startswith("the mail does not write every Device of its list: ")


@pytest.mark.parametrize(
    "lines",
    [
        f"{A}\n{B}",
        f"{A} and {B}",
        f"{A}, {B} and {D[0]}",
        f"{A} at 12 Elm Road and 14 Elm Road",
        f"{A} to be commissioned on 12 May",
        f"{A}, 12/05/2026",
        f"{A} and 2 others of the same customer, see the attached list",
        f"1. {A}\n2. {B}\n- none\n...\nKind regards",
        f"{A} ESME\n{B} GSME\n\n...we thank you",
        "Hello\n...\nas discussed",
    ],
)
def test_not_shortened(lines: str) -> None:
    assert shortened(f"{ASKS}\n{lines}\nThanks") == ""


def test_a_total_is_a_number_of_devices() -> None:
    assert stated_totals("Total: 6\nTotal devices = 12\nin total 7\nTotal: 12.50") == [6, 12]
    mail = f"From: a@gain.example\nSubject: Codes\n\n{ASKS}\n{A}\n{B}\n\nTotal: "
    assert understand(f"{mail}3\n".encode()).miscount == "the mail says 3 Devices, and lists 2"
    assert understand(f"{mail}2\n".encode()).miscount == ""
