"""What was done to a meter, and by nobody of theirs."""

from __future__ import annotations

import pytest

from exchange.parsing.statements.grammar.spelling import plain_words


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("not commissioned or installed by us", "not installed by us"),
        ("We had no hand in putting these in", "installing these"),
        ("Meters installed by Vale: none", "none of the devices were installed by Vale"),
        ("each and every one of them", "all of them"),
    ],
)
def test_deeds_are_said_plainly(said: str, plain: str) -> None:
    assert plain in " ".join(plain_words(said).split())


def test_whoever_else_installed_them_stays_in_it() -> None:
    assert "Vale" in plain_words("installed and commissioned by Vale")
