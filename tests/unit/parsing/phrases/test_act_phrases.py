"""The patterns of the acts: each knows its own words, and none is slow on hostile text."""

from __future__ import annotations

import re
import time

import pytest

from exchange.parsing.phrases import act_phrases, matter_phrases, remark_phrases

PATTERNS = {
    name: value
    for module in (act_phrases, matter_phrases, remark_phrases)
    for name, value in vars(module).items()
    if isinstance(value, re.Pattern)
}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("CODES", "the install code"),
        ("CODES", "the ICs of both"),
        ("CODES", "y codau gosod"),
        ("OTHER_CODES", "their post codes are"),
        ("ASKING", "could you help"),
        ("LACKING", "we do not hold one"),
        ("IMPERATIVE", "Hello, send the list"),
        ("REQUEST_NOUNS", "Request for the codes"),
        ("FORBIDS", "please do not send anything"),
        ("NOT_GIVEN", "are not to be released"),
        ("NEEDS_NOT", "are no longer required"),
        ("HOLDS", "please hold the codes"),
        ("TAKES_BACK", "we withdraw it"),
        ("WARNS", "was compromised by"),
        ("REPORTS", "the code does not work"),
        ("DISPUTES", "we do not agree"),
        ("CORRECTS", "this is a correction"),
        ("CHASES", "any news?"),
        ("THANKS", "many thanks"),
        ("PROCEDURAL", "please let us know"),
        ("INFORMS", "for your information"),
        ("BOILERPLATE", "registered in England"),
    ],
)
def test_a_pattern_knows_its_words(name: str, text: str) -> None:
    assert PATTERNS[name].search(text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("CODES", "decode the barcodes"),
        ("IMPERATIVE", "We send the list"),
        ("FORBIDS", "do send it"),
        ("HOLDS", "we hold the codes"),
        ("TAKES_BACK", "the cancelled-checked shirt"[14:]),
        ("WARNS", "the shack"),
        ("REPORTS", "the network works"),
    ],
)
def test_a_pattern_does_not_know_what_only_looks_alike(name: str, text: str) -> None:
    assert not PATTERNS[name].search(text)


HOSTILE = [
    "please " * 1500,
    "not " * 2500,
    "codes code " * 1000,
    "if you have " * 900,
    "or confirm " * 900,
    "we have not been " * 600,
    "a" * 10_000,
    " " * 10_000,
    "the code is " * 900,
]


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_no_pattern_is_slow_on_a_hostile_line(name: str) -> None:
    began = time.process_time()
    for text in HOSTILE:
        PATTERNS[name].search(text)
        PATTERNS[name].sub(" ", text)
    assert time.process_time() - began < 2.0
