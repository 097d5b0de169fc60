"""The words of other languages: each with a part, in lower case, and a negation in every one."""

from __future__ import annotations

from exchange.parsing.phrases.statement_languages import LANGUAGES
from exchange.parsing.phrases.statement_words import INSTALL, NEGATION, NO_ONE


def test_every_language_can_deny_that_something_was_installed() -> None:
    assert len(LANGUAGES) > 2
    for words in LANGUAGES:
        assert {NEGATION, NO_ONE} & set(words)
        assert INSTALL in words


def test_words_are_in_lower_case() -> None:
    for words in LANGUAGES:
        assert all(phrases == phrases.lower() for phrases in words.values())
