"""Whose people, and which companies, a few words name."""

from __future__ import annotations

import pytest

from exchange.parsing.statements.grammar.companies import is_somebody, other_people, own_people


@pytest.mark.parametrize(
    ("text", "words"), [("our smart metering team", 4), ("our lads", 2), ("our contractor", 0)]
)
def test_own_people(text: str, words: int) -> None:
    assert own_people(text.split(), 0) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a different energy supplier", 4),
        ("previous suppliers", 2),
        ("the then supplier", 3),
        ("the supplier", 0),
        ("another", 0),
    ],
)
def test_other_companies(text: str, words: int) -> None:
    assert other_people(text.split(), 0) == words


def test_our_previous_supplier_is_no_other_company() -> None:
    assert other_people(["our", "previous", "supplier"], 1) == 0


def test_somebody_is_the_sender_or_a_name() -> None:
    assert is_somebody(["us"], 0)
    assert is_somebody(["Rowan"], 0)
    assert not is_somebody(["nobody"], 0)
    assert not is_somebody([], 0)
