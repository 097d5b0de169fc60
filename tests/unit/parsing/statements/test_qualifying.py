"""Sentences that answer nothing, and what of them may take an answer back."""

from __future__ import annotations

import pytest

from exchange.parsing.statements.grammar.clauses import clauses_of
from exchange.parsing.statements.qualifying import qualifies
from exchange.parsing.statements.sentences import Sentence
from exchange.parsing.text.lines import Line


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The codes are on our portal.", "codes are on"),
        ("The first one may be ours.", "first"),
        ("Please ask the previous supplier.", ""),
        ("Have a nice day.", ""),
    ],
)
def test_what_may_take_an_answer_back(text: str, words: str) -> None:
    assert qualifies(Sentence(text, Line(1, text)), clauses_of(text)) == words
