"""All phrases of answers in English sentences, by their first word."""

from __future__ import annotations

from typing import Final

from exchange.parsing.phrases.statement_words import ENGLISH, FILLER, FILLERS, UNFINISHED


def _by_first_word() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """Return the phrases that begin with each word, the longest first, with their parts."""
    table: dict[tuple[str, ...], str] = {}
    for language in ({FILLER: FILLERS}, ENGLISH):
        for part, phrases in language.items():
            table.update({tuple(phrase.split()): part for phrase in phrases.split("|")})
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for words, part in table.items():
        found.setdefault(words[0], []).append((words, part))
    for several in found.values():
        several.sort(key=lambda one: -len(one[0]))
    return found


PHRASES: Final = _by_first_word()
# One word of each phrase that calls a mail a draft: few subjects have any, and need to be read.
UNFINISHED_WORDS: Final = frozenset(
    max(phrase.split(), key=len) for phrase in ENGLISH[UNFINISHED].split("|")
)
