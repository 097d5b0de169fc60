"""English sentences are left to the reader of English, whatever else their words mean."""

from __future__ import annotations

import pytest

from exchange.parsing.languages import english
from exchange.parsing.languages.clauses import language_of


@pytest.mark.parametrize(
    "text",
    [
        "We did not install these meters.",
        "None of the two were ours.",
        "Please send the codes to me, as my team was not the one to die for it.",
        "Installation was not by us in any of the sites.",
        "I am on site in Os, so no code now.",
    ],
)
def test_an_english_sentence_is_in_no_other_language(text: str) -> None:
    assert language_of(text) == ""


def test_words_are_in_lower_case() -> None:
    assert {word.lower() for word in english.WORDS} == english.WORDS
