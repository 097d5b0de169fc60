"""What people say of their checking, before they answer."""

from __future__ import annotations

import pytest

from exchange.parsing.statements.grammar.spelling import plain_words


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("I've heard back from our field team: none are ours", "we confirm that none are ours"),
        ("Our install team confirm that they haven't fitted these", "we confirm that we have not"),
        ("I'm absolutely certain these are not ours", "we confirm that these are not ours"),
        ("Had a good dig through the records", "checked the records"),
        ("They were fitted before we took the customers on", "before supply"),
        ("Non-installer for all lines", "not the installing supplier for all lines"),
    ],
)
def test_checking_is_said_plainly(said: str, plain: str) -> None:
    assert plain in " ".join(plain_words(said).replace(",", "").split())


@pytest.mark.parametrize("said", ["I'm not sure these are ours", "Your team confirm that we did"])
def test_no_doubt_is_lost(said: str) -> None:
    assert "we confirm" not in plain_words(said)
