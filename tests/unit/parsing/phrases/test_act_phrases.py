"""The patterns of asking and taking back: each knows its own words, none is slow."""

from __future__ import annotations

import pytest

from exchange.parsing.phrases import act_phrases
from tests.unit.parsing.phrases.cases import patterns_of, seconds_on_hostile_lines

PATTERNS = patterns_of(act_phrases)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ASKING", "could you help"),
        ("LACKING", "we do not hold one"),
        ("IMPERATIVE", "Hello, send the list"),
        ("REQUEST_NOUNS", "Request for the codes"),
        ("FORBIDS", "please do not send anything"),
        ("NOT_GIVEN", "are not to be released"),
        ("NEEDS_NOT", "are no longer required"),
        ("HOLDS", "please hold the codes"),
        ("TAKES_BACK", "we withdraw it"),
        ("OUTSIDERS_READ", "a former clerk can still open the mailbox"),
        ("OUTSIDERS_READ", "the inbox was read by a stranger"),
        ("ALL_CLEAR", "the breach was fully contained"),
        ("SCAMS_ABOUT", "bogus calls are about"),
        ("OWN_MAILBOX", "our mailbox"),
        ("SENDS_REQUESTS", "please direct such requests to Ann"),
        ("FAILS", "it comes up with an error"),
        ("NOT_YET", "before the meter is joined"),
        ("STILL_WAITING", "awaiting what we asked for"),
        ("NEEDED_LATER", "we may need these next month"),
        ("ONLY_A_TEST", "this is only a test"),
        ("WORKING_TIME", "ten working days"),
        ("INSTALLED_BY_YOU", "fitted by your people"),
    ],
)
def test_a_pattern_knows_its_words(name: str, text: str) -> None:
    assert PATTERNS[name].search(text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("IMPERATIVE", "We send the list"),
        ("FORBIDS", "do send it"),
        ("HOLDS", "we hold the codes"),
        ("TAKES_BACK", "the recaller nullified it"),
        ("OUTSIDERS_READ", "a former customer moved house"),
        ("ALL_CLEAR", "the site is closed"),
        ("SENDS_REQUESTS", "please send the codes"),
        ("NEEDED_LATER", "we need these in March"),
        ("ONLY_A_TEST", "we test them on Monday"),
    ],
)
def test_a_pattern_does_not_know_what_only_looks_alike(name: str, text: str) -> None:
    assert not PATTERNS[name].search(text)


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_no_pattern_is_slow_on_a_hostile_line(name: str) -> None:
    assert seconds_on_hostile_lines(PATTERNS[name]) < 2.0
