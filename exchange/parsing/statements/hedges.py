"""Find words next to an answer that leave it open, or make it one about something else."""

from __future__ import annotations

from typing import Final

from exchange.parsing.phrases import statement_words as parts
from exchange.parsing.statements.clauses import Clause
from exchange.parsing.statements.qualifying import OF_SOME
from exchange.parsing.statements.sentences import CODE_MARK

_CONFIRMING: Final = frozenset((parts.WE, parts.INSTALL, parts.JOB, parts.INSTALLER, parts.CODE))
_NONE_AT_ALL: Final = frozenset((parts.NO_ONE, parts.THESE, parts.DEVICE, parts.NUMBER))
_PLACES: Final = frozenset(
    ("site", "sites", "customer", "customers", "account", "accounts", "premises", "property",
     "properties", "address", "addresses", "mpan", "mpans", "mprn", "mprns")
)  # fmt: skip


def doubts_in_passing(clause: Clause, *, before: bool) -> str:
    """Return what in another clause of the sentence leaves the answer open."""
    for word in clause.kept:
        if word.part in parts.HEDGES and not word.text.lower().startswith("no record of"):
            return word.text
        if word.part == parts.KIND and any(one.text == CODE_MARK for one in clause.words):
            continue  # the code of the other one
        if word.part in (parts.KIND, parts.OURS):
            return word.text
        if word.part in (parts.NEGATION, parts.NO_ONE) and not _supports(clause):
            return word.text
    if not before and (clause.opens_with == "but" or parts.OUR in clause.shape):
        return clause.opens_with or "our"  # our fitter did
    if clause.opens_with in ("because", "since", "as") and not before:
        return next((word.text for word in clause.kept if word.part == parts.UNKNOWN), "")
    return ""


def _supports(clause: Clause) -> bool:
    """Whether a clause with a negation can only confirm a denial: ``so no installs by us``."""
    here = set(clause.shape)
    if here <= _NONE_AT_ALL:
        return True
    return bool(here & _CONFIRMING) and not here & (OF_SOME | {parts.UNKNOWN, parts.NAME})


def of_another_thing(clause: Clause, start: int, end: int) -> str:
    """Return the words by which an answer is not about who installed these Devices."""
    if start and clause.shape[start - 1] == parts.CODE:
        return parts.CODE  # a code is not installed
    texts = [word.text.lower() for word in clause.words]
    for one, two, three in zip(texts, texts[1:], clause.words[2:], strict=False):
        if one in ("do", "does") and two == "not" and three.text.lower() in ("install", "fit"):
            return f"{one} not"  # in general
    met = {parts.DEVICE, parts.ONE_DEVICE} & set(clause.shape)
    if not met and {parts.OURS, parts.OUR} & set(clause.shape[start:end]):
        return next((text for text in texts if text in _PLACES), "")
    return ""
