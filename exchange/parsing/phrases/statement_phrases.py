"""All phrases of answers in sentences, of every language, by their first word."""

from __future__ import annotations

from typing import Final

from exchange.parsing.phrases.statement_languages import LANGUAGES
from exchange.parsing.phrases.statement_words import ENGLISH, FILLER, FILLERS, WE


def _by_first_word() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """Return the phrases that begin with each word, the longest first, with their parts."""
    table: dict[tuple[str, ...], str] = {}
    listed = [{FILLER: FILLERS}, *LANGUAGES, ENGLISH]
    for language in listed:
        for part, phrases in language.items():
            table.update({tuple(phrase.split()): part for phrase in phrases.split("|")})
    # English words that are something else in another language keep their English part.
    for word in ("a", "in", "on", "am", "an", "or", "is", "i", "die", "war", "the", "me"):
        table[(word,)] = WE if word in ("i", "me") else FILLER
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for words, part in table.items():
        found.setdefault(words[0], []).append((words, part))
    for several in found.values():
        several.sort(key=lambda one: -len(one[0]))
    return found


PHRASES: Final = _by_first_word()
