"""Tell what a sentence asks for, takes back, reports, disputes or warns of.

Asking for install codes has to be said: a sentence asks only if it asks, names codes, and nothing
in it turns the asking round.  A sentence about Devices or codes in words that are not understood
is OTHER, so that a person reads it where nothing else in the mail asks.
"""

from __future__ import annotations

import re
from typing import Final

from exchange.domain.statements import Act, Scope, Statement
from exchange.parsing.phrases import act_phrases as words
from exchange.parsing.phrases.answer_phrases import is_sign_off
from exchange.parsing.statements.sentences import Sentence

_MOST_WORDS: Final = 300
_LEAST_WORDS: Final = 4  # of a sentence
_CLAUSE_END = re.compile(r"[,;:.]|\b(?:but|only)\b")
_CONTRACTED = re.compile(r"n't\b", re.I)
_WORD = re.compile(r"[^\W\d_]{2,}")


def read_acts(sentence: Sentence, where: str, *, about_codes: bool = False) -> list[Statement]:
    """Return the statement of one sentence, or none if it is about nothing of ours.

    ``about_codes``: install codes were named before it, so that "them" can be the codes.
    """
    act = act_of(sentence, about_codes=about_codes)
    if act is None:
        return []
    scope = Scope.NAMED if sentence.devices else Scope.THESE
    text = sentence.text[:_MOST_WORDS]
    return [Statement(act, where, text, scope, sentence.devices)]


def names_codes(text: str) -> bool:
    """Return whether a sentence names install codes."""
    return bool(words.CODES.search(words.OTHER_CODES.sub(" ", text)))


def act_of(sentence: Sentence, *, about_codes: bool = False) -> Act | None:
    """Return what somebody does by writing this sentence; None if it is not about our matter."""
    text = _without_contractions(sentence.text)
    if sentence.item or words.BOILERPLATE.search(text) or is_sign_off(text):
        return None
    if words.WARNS.search(text):
        return None if words.SUPPOSES.search(text) else Act.WARNS
    said = words.OFFERS_DENIAL.sub(" ", text)
    if takes_back(said):
        return Act.TAKES_BACK
    if words.DISPUTES.search(said):
        return Act.DISPUTES
    reports = bool(words.REPORTS.search(said))
    if _asks_for_codes(text, said, about_codes=about_codes):
        return Act.REPORTS if reports else Act.ASKS
    if words.CORRECTS.search(said):
        return Act.CORRECTS
    if reports:
        return Act.REPORTS
    if words.CHASES.search(said):
        return Act.CHASES
    return _lesser_act(sentence, said)


def _without_contractions(text: str) -> str:
    """Return ``text`` with "don't" as "do not", so that each pattern knows one form."""
    return _CONTRACTED.sub(" not", text.replace("can't", "cannot").replace("won't", "will not"))


def _asks_for_codes(text: str, said: str, *, about_codes: bool) -> bool:
    """Return whether a sentence asks for install codes; ``said``: without its alternatives."""
    if names_codes(text):
        bare = words.OTHER_CODES.sub(" ", said)
        lacks = words.LACKING.search(said) or words.REQUEST_NOUNS.search(bare)
        return bool(lacks) or _asks(said)
    return about_codes and bool(
        words.PRONOUN.search(said) and words.GIVES.search(said) and _asks(said)
    )


def _asks(text: str) -> bool:
    return bool(words.ASKING.search(text) or words.IMPERATIVE.search(text))


def _lesser_act(sentence: Sentence, text: str) -> Act | None:
    """Return the act of a sentence that says nothing of codes that can be acted on."""
    if words.INFORMS.search(text):
        return Act.OTHER
    if words.THANKS.search(text) and len(text) < _MOST_WORDS:
        return Act.THANKS if words.TOPIC.search(text) else None
    if words.PROCEDURAL.search(text):
        return None
    if text.rstrip(" )\"'").endswith("?") or _asks(text):
        return Act.ASKS_ELSE
    if words.BACKGROUND.search(text) or sentence.heading or sentence.signed:
        return None
    if len(_WORD.findall(text)) < _LEAST_WORDS:
        return None  # a title, no sentence
    return Act.OTHER if words.TOPIC.search(text) else None


def takes_back(text: str) -> bool:
    """Return whether a sentence takes a request back, or asks us not to answer it."""
    kept = words.HARMLESS_IGNORE.sub(" ", text)
    if not words.TAKEN_BACK.search(kept):
        return False
    if words.TAKES_BACK.search(kept) or words.HOLDS.search(kept):
        return True
    needless = words.NEEDS_NOT.search(kept)
    if needless and words.NEEDED.search(_CLAUSE_END.split(kept[needless.end() :], maxsplit=1)[0]):
        return True
    forbids = words.FORBIDS.search(kept) or words.NOT_GIVEN.search(kept)
    return bool(forbids) and not words.HARMLESS_MANNER.search(kept)
