"""Who stands by an answer: the sender, a company that is named, or others."""

from __future__ import annotations

import pytest

from exchange.parsing.statements.grammar.clauses import clauses_of
from exchange.parsing.statements.vouching import hearsay_in, others_word, vouched_by


@pytest.mark.parametrize(
    ("text", "company", "others"),
    [
        ("We confirm that we did not install these.", "", ""),
        ("Vale Energy confirm that these were not installed by them.", "Vale Energy", ""),
        ("Please confirm that you did not install these.", "", "Please"),
        ("Their records show that we did not install these.", "", "Their"),
    ],
)
def test_who_vouches(text: str, company: str, others: str) -> None:
    clauses = clauses_of(text)
    assert (vouched_by(clauses), others_word(clauses)) == (company, others)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("According to Rowan none were ours", "According to"),
        ("According to our records none were ours", ""),
        ("I was about to write that we did not fit them", "about to write"),
        ("I hope these were not fitted by us", "hope these"),
        ("none that I can find were fitted by us", "that I can find"),
    ],
)
def test_words_of_others_and_words_not_said_yet(text: str, words: str) -> None:
    assert hearsay_in(text) == words
