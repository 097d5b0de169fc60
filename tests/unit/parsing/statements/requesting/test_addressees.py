"""Whom a mail calls on, and of whom it speaks as of others."""

from __future__ import annotations

import pytest

from exchange.parsing.statements.requesting.addressees import addressed_in, spoken_of_in
from exchange.parsing.text.lines import Line


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Dear Northgate,", ("Northgate",)),
        ("Hi Silverbeck team,", ("Silverbeck team",)),
        ("Good morning all at Corvid Energy", ("Corvid Energy",)),
        ("Attn: Metering desk, Corvid Power", ("Metering desk", "Corvid Power")),
        ("Northgate, could you send the codes?", ("Northgate",)),
        ("we want the codes from Northgate Energy", ("from Northgate Energy",)),
        ("Hello, these came to Northgate in May.", ()),
        ("Hi there, codes please", ()),
    ],
)
def test_whom_a_line_calls_on(text: str, names: tuple[str, ...]) -> None:
    assert addressed_in([Line(1, text)], "") == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("since Corvid Energy would not give them", ("Corvid Energy",)),
        ("we asked Corvid last week", ("Corvid",)),
        ("Corvid were the installing supplier", ()),
        ("these were fitted by Corvid", ()),
    ],
)
def test_of_whom_a_line_speaks(text: str, names: tuple[str, ...]) -> None:
    assert spoken_of_in([Line(1, text)]) == names


def test_quoted_lines_call_on_nobody() -> None:
    quoted = Line(1, "Dear Northgate Energy,", quoted=True)
    assert addressed_in([quoted], "") == ()
