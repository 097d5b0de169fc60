"""The tables of words: each language can deny and ask, and no word is listed twice by mistake."""

from __future__ import annotations

import pytest

from exchange.parsing.languages import (
    danish,
    dutch,
    french,
    german,
    italian,
    parts,
    polish,
    spanish,
    welsh,
)

LANGUAGES = [danish, dutch, french, german, italian, polish, spanish, welsh]
NEEDED = "NIsDTOPBECkqvgxwHj~fpU"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_can_deny_ask_doubt_and_take_back(language: object) -> None:
    words: dict[str, str] = language.WORDS  # type: ignore[attr-defined]
    assert not [part for part in NEEDED if part not in words]
    known = {one for one in vars(parts).values() if isinstance(one, str) and len(one) == 1}
    assert set(words) <= known


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_leaves_an_answer_open_is_never_filler_as_well(language: object) -> None:
    words: dict[str, str] = language.WORDS  # type: ignore[attr-defined]
    fillers = set(words[parts.FILLER].split())
    for part in parts.HEDGES & set(words):
        assert not fillers & set(words[part].split()), part
