"""A question and the short answer to it are one sentence."""

from __future__ import annotations

import pytest

from exchange.parsing.statements.questions import with_answers
from exchange.parsing.statements.sentences import Sentence
from exchange.parsing.text.lines import Line


def _sentences(*texts: str) -> list[Sentence]:
    return [Sentence(text, Line(at, text)) for at, text in enumerate(texts, 1)]


@pytest.mark.parametrize(
    ("question", "answer", "meant"),
    [
        ("Did we install these?", "No.", "we did not install these."),
        ("Were these put in by Vale?", "No, they were not.", "these were not put in by Vale."),
        ("You asked whether we fitted these.", "We did not.", "we did not fitted these."),
    ],
)
def test_no_is_the_answer(question: str, answer: str, meant: str) -> None:
    assert [one.text for one in with_answers(_sentences(question, answer))] == [meant]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Did we install these?", "Not sure."),
        ("Did you install these?", "No."),
        ("Did we receive the list?", "No."),
        ("Did we install these?", "We did."),
    ],
)
def test_anything_else_stays_two_sentences(question: str, answer: str) -> None:
    both = _sentences(question, answer)
    assert with_answers(both) == both
