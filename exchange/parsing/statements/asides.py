"""Tell what stands around an answer and cannot touch it: small print, offers, excuses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from exchange.parsing.phrases import aside_phrases as phrases
from exchange.parsing.phrases import statement_words as parts
from exchange.parsing.statements.grammar.clauses import clauses_of
from exchange.parsing.statements.grammar.spelling import spelt_out
from exchange.parsing.statements.grammar.words import Clause
from exchange.parsing.statements.sentences import Sentence

# A sentence with one of these is about Devices, or takes something back, whatever else it says.
_MATTER: Final = frozenset("ISoJDdFrKcGZU")
_TOUCHES: Final = _MATTER | {parts.CORRECTION, parts.ON_BEHALF}
# Acme was our name: what Acme did, the sender did.
_OWN_NAME = re.compile(
    r"\b(?:was|were|used to be|formerly|previously|once)\b[^.?!]{0,30}\b(?:our|the"
    r"|a) (?:\w+ ){0,2}(?:name|brand)\b"
    r"|\bour (?:old|former|previous|earlier) (?:\w+ )?(?:name|brand)\b",
    re.I,
)
_ABOUT_SENDER: Final = frozenset((parts.WE, parts.OUR, parts.OURS, parts.THESE, parts.THIS))
_POSTSCRIPT = re.compile(r"\W*p\.?\s?s\b", re.I)
_WEAK: Final = frozenset(
    ("where", "will", "can you", "would you", "could you", "which", "what", "who", "how", "only",
     "could be", "would be", "wish", "imagine", "save", "wait", "why", "once", "soon", "shortly")
)  # fmt: skip


def is_small_print(sentence: Sentence, clauses: Sequence[Clause]) -> bool:
    """Return whether a sentence is what a footer says of any mail, and nothing of Devices."""
    if any(set(clause.shape) & _MATTER for clause in clauses):
        return False
    if _OWN_NAME.search(sentence.text):
        return False
    return phrases.is_small_print(sentence.text, signed=sentence.signed)


def is_below(sentence: Sentence, clauses: Sequence[Clause]) -> bool:
    """Return whether a sentence below the closing words is about nothing of ours.

    A postscript is not below them; nor is what takes something back, wherever it stands.
    """
    if not sentence.signed or sentence.devices or _POSTSCRIPT.match(sentence.text):
        return False
    touches = {part for clause in clauses for part in clause.shape} & _TOUCHES
    if touches and touches != {parts.ON_BEHALF}:
        return False
    if touches and any(set(clause.shape) & _ABOUT_SENDER for clause in clauses):
        return False  # Vale is a trading name of Vale Supply Ltd: nothing that anybody did
    plain = spelt_out(sentence.text)
    return not (phrases.leaves_open(plain) or phrases.is_recalled(plain))


def without_courtesy(text: str) -> str:
    """Return a sentence without the offer or excuse that it begins with."""
    end = phrases.courtesy_end(text)
    if not end:
        return text
    for clause in clauses_of(text[:end]):
        for word in clause.kept:
            hedges = word.part in parts.HEDGES and word.text.lower() not in _WEAK
            if hedges or word.part in _MATTER or word.part == parts.NEGATION:
                return text
    return text[end:]
