"""Items of a list of Devices that are words alone are rows without a Device ID."""

from __future__ import annotations

import pytest

from exchange.parsing.lists.prose.word_items import MISSING
from exchange.parsing.reading.understand import understand
from tests.corpus import making
from tests.corpus.making import D


def _read(*lines: str, reply: bool = False) -> list[tuple[str, str]]:
    asked = "\n".join(["Please send the install codes for:", "", *lines, "", "Thanks", "Sam"])
    head = ["In-Reply-To: <q@lose.example>"] if reply else []
    said = understand(making.mail(asked, extra=head))
    assert len(said.devices) == sum(one.count("-DB-") for one in lines)
    return [(one.text, one.where) for one in said.rejects if one.reason == MISSING]


@pytest.mark.parametrize(
    ("lines", "missing"),
    [
        (
            (f"1. {D[0]}", f"2. {D[1]}", "3. the gas meter at number 7", f"4. {D[2]}"),
            [("3. the gas meter at number 7", "body line 5")],
        ),
        (
            (f"- {D[0]}", "- TBC", f"- {D[1]}", f"- {D[2]}", "- label worn off", f"- {D[3]}"),
            [("- TBC", "body line 4"), ("- label worn off", "body line 7")],
        ),
        (
            (f"(1) {D[0]}", f"(2) {D[1]}", "", "(3) to follow", "", f"(4) {D[2]}"),
            [("(3) to follow", "body line 6")],
        ),
        # Notes on each, words below the list, another sign, no sign at all.
        ((f"- {D[0]}", "- fitted 2019", f"- {D[1]}", "- fitted 2020", f"- {D[2]}"), []),
        ((f"1. {D[0]}", f"2. {D[1]}", "3. please confirm that you have this"), []),
        ((f"1. {D[0]}", "- the one in the garage", f"2. {D[1]}", f"3. {D[2]}"), []),
        ((D[0], "the one in the garage", D[1], D[2]), []),
    ],
)
def test_between_items_with_an_id(lines: tuple[str, ...], missing: list[tuple[str, str]]) -> None:
    assert _read(*lines) == missing
