"""Find what a sentence that answers nothing may take back of an answer elsewhere in its mail."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from exchange.parsing.phrases import statement_words as parts
from exchange.parsing.statements.clauses import Clause
from exchange.parsing.statements.sentences import DEVICE_MARK, Sentence

OF_SOME: Final = frozenset("FKrPE")  # ... and with one of these about some of the Devices
_ALWAYS: Final = frozenset((parts.UNFINISHED, parts.ON_BEHALF, parts.OURS, parts.CORRECTION))
_ABOUT: Final = frozenset("ISoJDdTtFrKWOZ")  # a sentence with one of these is about the matter
_MATTER: Final = frozenset("ISoJDdTtFrKc")
_ADVICE = re.compile(
    r"\W*(?:please|kindly|if you|should you|you (?:may|might|could|should|will|can|would)|suggest"
    r"|(?:i|we)(?:'d| would)? (?:suggest|recommend|advise)|(?:perhaps|maybe) (?:you|try)|try\b"
    r"|contact|let (?:me|us) know|do let|feel free|hope|have you (?:tried|asked)|any (?:questions"
    r"|problems|queries)|as (?:discussed|requested))",
    re.I,
)
_POINTS: Final = frozenset((parts.THESE, parts.THIS, parts.DEVICE, parts.ROW, parts.REST))
_EXIST: Final = frozenset(
    ("is", "are", "follow", "follows", "on", "in", "here", "attached", "enclosed", "below", "sent",
     "to", "available", "have", "has", "were", "was")
)  # fmt: skip


def qualifies(sentence: Sentence, clauses: Sequence[Clause]) -> str:
    """Return the words by which a sentence without an answer may qualify one elsewhere."""
    shape = "".join(clause.shape for clause in clauses)
    advises = bool(_ADVICE.match(sentence.text)) and not set(shape) & OF_SOME
    if "?" in sentence.text and not advises and set(shape) & _POINTS:
        return "?"
    if not (sentence.heading or advises):
        where = next(filter(None, map(_codes_elsewhere, clauses)), "")
        if where:
            return where
    for clause in clauses:
        words = _qualifying_words(clause, about=bool(set(shape) & _ABOUT), advises=advises)
        if words:
            return words
    return DEVICE_MARK if sentence.devices else ""


def _codes_elsewhere(clause: Clause) -> str:
    """Return the words that say that there are codes: ``the codes are on the portal``."""
    if {parts.NEGATION, parts.NO_ONE} & set(clause.shape):
        return ""
    for one, after in pairwise(clause.words):
        if one.part == parts.CODE and after.text.lower() in _EXIST:
            return f"{one.text} {after.text}"
    return ""


def _qualifying_words(clause: Clause, *, about: bool, advises: bool) -> str:
    """Return the words of one clause that may qualify an answer elsewhere in the mail.

    ``about``: the sentence is about Devices; ``advises``: it tells us what we may do.
    """
    parts_here = set(clause.shape)
    supports = not parts_here & (OF_SOME | parts.HEDGES | {parts.OUR, parts.ONE_DEVICE})
    negative = bool(parts_here & {parts.NEGATION, parts.NO_ONE})
    for word in clause.kept:
        if word.part in _ALWAYS:
            return word.text
        if word.part == parts.CODE and parts_here & OF_SOME and not negative:
            return word.text
        if word.part == parts.ROW and not advises:
            return word.text  # something is said about one row, and it is not understood
        installed = word.part in (parts.INSTALL, parts.INSTALLER)
        if installed and not (advises or supports or negative):
            return word.text
        if word.part in (parts.EXCEPT, parts.PARTLY) and set(clause.shape) & _MATTER:
            return word.text
        if word.part in (parts.DOUBT, parts.REVERSAL) and about and not advises:
            return word.text
    return ""
