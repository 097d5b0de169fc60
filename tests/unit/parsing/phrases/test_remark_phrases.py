"""The patterns of warnings, reports, disputes and courtesies: each its own words, none slow."""

from __future__ import annotations

import pytest

from exchange.parsing.phrases import remark_phrases
from tests.unit.parsing.phrases.cases import patterns_of, seconds_on_hostile_lines

PATTERNS = patterns_of(remark_phrases)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("WARNS", "was compromised by"),
        ("WARNS", "we never sent that request"),
        ("SUPPOSES", "if you suspect phishing"),
        ("REPORTS", "the code does not work"),
        ("REPORTS", "they have been commissioned"),
        ("FAULTS", "see the fault report"),
        ("DISPUTES", "we do not agree"),
        ("DISPUTES", "our records show you as the installer"),
        ("OPINES", "I could not agree more"),
        ("OFFERS_DENIAL", "or confirm that you did not install them"),
        ("CORRECTS", "this is a correction"),
        ("CORRECTS", "\u2460 should be \u2460"),
        ("CHASES", "any news?"),
        ("THANKS", "many thanks"),
        ("PROCEDURAL", "please let us know"),
        ("BACKGROUND", "we gained the customers"),
        ("INFORMS", "for your information"),
        ("BOILERPLATE", "registered in England"),
    ],
)
def test_a_pattern_knows_its_words(name: str, text: str) -> None:
    assert PATTERNS[name].search(text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("WARNS", "the shack"),
        ("REPORTS", "the network works"),
        ("REPORTS", "they have never been commissioned"),
        ("REPORTS", "they are not commissioned"),
        ("FAULTS", "at no fault of ours"),
        ("DISPUTES", "our records show you were the losing Supplier"),
        ("OPINES", "we could not agree"),
        ("CORRECTS", "what you should be doing"),
        ("THANKS", "a thankless task"),
    ],
)
def test_a_pattern_does_not_know_what_only_looks_alike(name: str, text: str) -> None:
    assert not PATTERNS[name].search(text)


def test_an_offered_denial_takes_the_sentence_only_to_its_end() -> None:
    text = "Send them, or confirm that you did not install them. We need the codes."
    assert remark_phrases.OFFERS_DENIAL.sub("", text) == "Send them, . We need the codes."


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_no_pattern_is_slow_on_a_hostile_line(name: str) -> None:
    assert seconds_on_hostile_lines(PATTERNS[name]) < 2.0
