"""Find who stands by an answer: ``we can confirm that``, ``their records show that``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from exchange.parsing.phrases import statement_words as parts
from exchange.parsing.statements.clauses import Clause, Word

_VOUCHES = re.compile(
    r"\b(?:confirm(?:s|ed|ing)?|shows?|shown|indicates?|indicated|say|tell|found|can see"
    r"|established|concluded|checked|verified|advise|inform(?:ed)?)\b",
    re.I,
)
_SOURCES: Final = ("record", "data", "system", "database", "register", "search", "check", "review")
_ASKED: Final = frozenset(("please", "kindly", "you", "they"))
_WHOSE: Final = frozenset(("your", "their", "his", "her", "customer", "customers"))


def vouched_by(clauses: Sequence[Clause]) -> str:
    """Return the company that confirms an answer, as its name is written; empty for the sender."""
    for clause in clauses:
        at = _verb(clause.words)
        before = _before(clause.words, at) if at else []
        if before and before[-1].part == parts.NAME:
            names: list[str] = []
            while before and before[-1].part == parts.NAME:
                names.insert(0, before.pop().text)
            return " ".join(names)
    return ""


def others_word(clauses: Sequence[Clause]) -> str:
    """Return the word by which others confirm an answer: ``please``, ``you``, ``their``."""
    for clause in clauses:
        at = _verb(clause.words)
        for index in range(at - 1, -1, -1):
            word = clause.words[index]
            text = word.text.lower()
            if text in ("us", "me"):
                return word.text  # somebody asked us to
            if word.part in (parts.WE, parts.NAME, parts.OUR):
                break
            if text in _ASKED:
                return word.text
            follows = clause.words[index + 1].text.lower()
            if text in _WHOSE and follows.startswith(_SOURCES):
                return word.text
    return ""


def _verb(words: Sequence[Word]) -> int:
    """Return where the sender or somebody vouches; 0 if at the beginning or nowhere."""
    for index, word in enumerate(words):
        if word.part == parts.FILLER and _VOUCHES.search(word.text):
            return index
    return 0


def _before(words: Sequence[Word], at: int) -> list[Word]:
    """Return the words before the verb, without fillers at their end."""
    found = list(words[:at])
    while found and found[-1].part == parts.FILLER:
        found.pop()
    return found
