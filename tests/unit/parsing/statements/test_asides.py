"""Small print, what stands below the closing words, and courtesies."""

from __future__ import annotations

import pytest

from exchange.parsing.statements.asides import is_below, is_small_print, without_courtesy
from exchange.parsing.statements.grammar.clauses import clauses_of
from exchange.parsing.statements.sentences import Sentence
from exchange.parsing.text.lines import Line


def sentence(text: str, *, signed: bool = False) -> Sentence:
    return Sentence(text, Line(1, text), signed=signed)


@pytest.mark.parametrize(
    ("text", "small"),
    [
        ("Opinions in this message are the writer's own.", True),
        ("Should you not be the addressee, destroy all copies and tell the sender.", True),
        ("This message was sent in error, so please do not use it.", False),
        ("Please ignore this message, it was too early.", False),
        ("The message about the second meter is still right.", False),
        ("On paper only.", False),
    ],
)
def test_small_print_speaks_of_the_mail(text: str, small: bool) -> None:
    assert is_small_print(sentence(text), clauses_of(text)) is small


@pytest.mark.parametrize(
    ("text", "below"),
    [
        ("Whoever reads this first should water the plants.", True),
        ("PS whoever reads this first should water the plants.", False),
        ("The second meter was ours.", False),
        ("Scrap what I wrote.", False),
        ("Please keep the request open.", False),
    ],
)
def test_below_the_closing_words_only_our_matter_counts(text: str, below: bool) -> None:
    assert is_below(sentence(text, signed=True), clauses_of(text)) is below
    assert not is_below(sentence(text), clauses_of(text))


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Glad to help where we can, but these are not ours", ", but these are not ours"),
        ("To save you time: not ours", ": not ours"),
        ("We would love to help, perhaps", ", perhaps"),
        ("Glad to help if I am wrong, not ours", "Glad to help if I am wrong, not ours"),
        ("Not ours, sorry for the delay", "Not ours, sorry for the delay"),
    ],
)
def test_an_offer_is_left_out_unless_it_doubts(text: str, rest: str) -> None:
    assert without_courtesy(text) == rest
