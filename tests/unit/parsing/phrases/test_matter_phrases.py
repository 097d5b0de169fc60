"""The patterns of what a sentence is about: install codes and Devices, or another matter."""

from __future__ import annotations

import pytest

from exchange.parsing.phrases import matter_phrases
from tests.unit.parsing.phrases.cases import patterns_of, seconds_on_hostile_lines

PATTERNS = patterns_of(matter_phrases)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("CODES", "the install code"),
        ("CODES", "the ICs of both"),
        ("CODES", "y codau gosod"),
        ("OTHER_CODES", "their post codes are"),
        ("TOPIC", "what of \u2460?"),
        ("OURS", "our request of Monday"),
        ("OURS", "the DCC said so"),
        ("THINGS", "the engineers were on site"),
        ("POINTERS", "is that so? I never wanted that."),
        ("IT", "its colour"),
        ("SOURCE_CODE", "the unit tests fail"),
        ("PROGRAMS", "the kernel panics"),
        ("ELSEWHERE", "two invoices"),
        ("MAIL", "your mailboxes were full"),
        ("MAIL", "my inbox is not mine"),
        ("OTHER_OBJECTS", "please cancel my last order"),
        ("OTHER_OBJECTS", "disregard the previous invoice"),
    ],
)
def test_a_pattern_knows_its_words(name: str, text: str) -> None:
    assert PATTERNS[name].search(text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("CODES", "decode the barcodes"),
        ("CODES", "in lower case, ics are nothing"),
        ("OTHER_CODES", "the install codes"),
        ("OTHER_CODES", "mind the code"),
        ("OURS", "their request of Monday"),
        ("POINTERS", "the man that came"),
        ("SOURCE_CODE", "the codes"),
        ("OTHER_OBJECTS", "please cancel our request"),
    ],
)
def test_a_pattern_does_not_know_what_only_looks_alike(name: str, text: str) -> None:
    assert not PATTERNS[name].search(text)


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_no_pattern_is_slow_on_a_hostile_line(name: str) -> None:
    assert seconds_on_hostile_lines(PATTERNS[name]) < 2.0
