"""Courtesies and reasons above a list, and what is more than that."""

from __future__ import annotations

import re
import time

import pytest

from exchange.parsing.phrases import background_phrases

PATTERNS = {
    name: value for name, value in vars(background_phrases).items() if isinstance(value, re.Pattern)
}


@pytest.mark.parametrize(
    ("name", "text", "other"),
    [
        ("COURTESY", "hope you had a good rest", "hopeless"),
        ("GAINED", "these customers moved to us", "these moved"),
        ("UNCOMMISSIONED", "we could not commission them", "we commissioned them"),
        ("SHOWN", "the list is attached", "the listing"),
        ("STATE", "they were exchanged", "they are here"),
        ("NO_STATE", "attached", "exchanged"),
        ("CODES_WE_GAVE", "the codes you sent", "codes of these"),
        ("PRAISE", "spot on", "on the spot"),
        ("WHO", "I'm covering for Ann", "the blanket covers Ann"),
        ("OTHER_MATTER", "audit sample", "gains of the week"),
        ("LISTING", "batch", "batched"),
        ("PEOPLE", "our tenants", "tenancy"),
        ("ANNOUNCES", "we will call", "the weather is bad"),
    ],
)
def test_what_it_finds(name: str, text: str, other: str) -> None:
    assert PATTERNS[name].search(text)
    assert not PATTERNS[name].search(other)


@pytest.mark.parametrize(
    ("name", "text", "other"),
    [
        ("GREETING", "Good morning all,", "Good morning: the codes fail"),
        ("HEADER_LINE", "Sent: 3 November 2026 10:00", "Sent them on Monday"),
        ("FIELD", "Requesting party: Dale Gas", "Your file has no codes for these rows:"),
    ],
)
def test_what_is_such_a_line(name: str, text: str, other: str) -> None:
    assert PATTERNS[name].fullmatch(text)
    assert not PATTERNS[name].fullmatch(other)


def test_a_hostile_text_costs_little() -> None:
    for name, pattern in PATTERNS.items():
        for words in ("a ", "the list ", "hope ", "a-b.c ", "not ", "dear "):
            started = time.process_time()
            pattern.search(words * 150)
            pattern.fullmatch(words * 150)
            assert time.process_time() - started < 0.2, name
