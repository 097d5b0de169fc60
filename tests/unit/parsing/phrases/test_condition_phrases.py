"""Words that make an asking depend on something, forbid it, or only suppose it."""

from __future__ import annotations

import re
import time

import pytest

from exchange.parsing.phrases import condition_phrases

PATTERNS = {
    name: value for name, value in vars(condition_phrases).items() if isinstance(value, re.Pattern)
}


@pytest.mark.parametrize(
    ("name", "text", "other"),
    [
        ("HYPOTHESIS", "if any were fitted by you", "they were fitted by you"),
        ("SUSPICION", "if you suspect that a mail is not genuine", "if you hold the code"),
        ("PRECONDITION", "only if you first tell us", "as soon as possible"),
        ("PRECONDITION", "once Jo has confirmed", "once you have found them"),
        ("PRECONDITION", "until further notice", "until now"),
        ("ANNOUNCED", "we shall be asking you", "we are asking you"),
        ("PROHIBITS", "under no circumstances", "in these circumstances"),
        ("NOT_GIVEN_TO_US", "we have never been ", "codes are never to be "),
        ("DIRECTS", "you can close this", "can you close this"),
        ("NO_DISPUTE", "we do not wish to dispute", "we wish to dispute"),
        ("REDIRECTS", "deal with them and not with us", "deal with us"),
        ("THE_SAME", "please do the same", "at the same time"),
    ],
)
def test_a_pattern_knows_its_words_and_no_others(name: str, text: str, other: str) -> None:
    assert PATTERNS[name].search(text)
    assert not PATTERNS[name].search(other)


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_no_pattern_is_slow_on_a_hostile_line(name: str) -> None:
    began = time.process_time()
    for text in ("if " * 3000, "once we " * 1200, "not " * 2500, "we never " * 1100, "a" * 10_000):
        PATTERNS[name].search(text)
        PATTERNS[name].sub(" ", text)
    assert time.process_time() - began < 2.0
