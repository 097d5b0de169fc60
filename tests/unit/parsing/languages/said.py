"""What a sentence in another language says, for the tests of this room."""

from __future__ import annotations

from exchange.domain.statements import Act
from exchange.parsing.languages.acts import act_in
from exchange.parsing.languages.answers import Answer, answers_in
from exchange.parsing.languages.clauses import language_of


def answers(text: str) -> list[Answer]:
    language = language_of(text)
    assert language, text
    return answers_in(text, language)


def denied(text: str) -> bool:
    return any(one.act is Act.DENIES and not one.hedge for one in answers(text))


def act(text: str, *, about_codes: bool = False) -> Act | None:
    language = language_of(text)
    assert language, text
    return act_in(text, language, titled=False, about_codes=about_codes)
