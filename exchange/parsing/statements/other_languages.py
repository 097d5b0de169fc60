"""Statements of sentences in other languages than English."""

from __future__ import annotations

from typing import Final

from exchange.domain.statements import ANSWERING, Act, Scope, Statement
from exchange.parsing.languages import parts
from exchange.parsing.languages.acts import shows_codes
from exchange.parsing.languages.answers import answers_in
from exchange.parsing.languages.clauses import clauses_of
from exchange.parsing.statements.sentences import Sentence

_NEGATIONS: Final = frozenset((parts.NOT, parts.NONE))
_SHOWN: Final = 300


def read_other_answers(sentence: Sentence, where: str, language: str) -> list[Statement]:
    """Return what a sentence in ``language`` answers, announces, or leaves open."""
    words = sentence.text[:_SHOWN]
    found: list[Statement] = []
    answers = answers_in(sentence.text, language)
    for one in answers:
        subject = "" if one.who == "us" else one.who
        reason = words if subject else ""
        scope, count, devices = one.scope, one.number, sentence.devices
        if devices:
            scope, count = Scope.NAMED, None
        hedge = one.hedge
        found.append(
            Statement(one.act, where, words, scope, devices, (), count, subject, hedge, reason)
        )
    answered = any(one.act in ANSWERING for one in answers)
    here = {word.part: word.text for clause in clauses_of(sentence.text, language)
            for word in clause.words}  # fmt: skip
    if sentence.codes and not sentence.devices:
        open_ = next((here[part] for part in (*_NEGATIONS, *parts.HEDGES) if part in here), "")
        scope = Scope.ONE if sentence.codes == 1 else Scope.NONE
        found.append(Statement(Act.PROVIDES, where, words, scope, hedge=open_))
    elif shows_codes(set(here)):
        found.append(Statement(Act.PROVIDES, where, words, reason="attached"))
    elif parts.LATER in here and not answered:
        found.append(Statement(Act.PROMISES, where, words))
    return found
