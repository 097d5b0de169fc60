"""Read from a sentence in another language than English what is wanted of us."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from exchange.domain.statements import Act
from exchange.parsing.languages import parts
from exchange.parsing.languages.clauses import Clause, clauses_of

_NEGATIONS: Final = frozenset((parts.NOT, parts.NONE))
_ASKING: Final = frozenset((parts.ASK, parts.NEED, parts.REQUEST))
_INSTALLED: Final = frozenset("IGSJ")
_THEM: Final = frozenset("TtDdA")
_NOT_KNOWN: Final = frozenset((parts.UNKNOWN, parts.NAME))
_VERBS: Final = frozenset((parts.GIVE, parts.NEED, parts.REQUEST))
_ASKED_ALONE: Final = frozenset((parts.ASK, parts.YOU, parts.WE, parts.THANKS))
_WANTED: Final = frozenset((parts.GIVE, parts.NEED))
_OURS: Final = frozenset("kDdTtLeISJ")
_TOPIC: Final = frozenset("kDdIGSJsLe@")
_LEAST_WORDS: Final = 4


def act_in(
    text: str, language: str, *, titled: bool, about_codes: bool, named: bool = False
) -> Act | None:
    """Return what somebody does by writing a sentence; None if it is not about our matter.

    ``about_codes``: install codes were named before it.  ``named``: it names them itself, if only
    in a word that is not in the table.
    """
    clauses = clauses_of(text, language)
    here = {part for clause in clauses for part in clause.shape}
    codes = parts.CODE in here or named
    ours = bool(here & _OURS)
    if parts.WARN in here:
        return Act.WARNS
    if ours and (parts.CANCEL in here or any(map(_forbids, clauses))):
        return Act.TAKES_BACK
    if parts.DISPUTE in here and ours:
        return Act.DISPUTES
    meant = codes or (about_codes and any(map(_gives_them, clauses)))
    asks = _asks(text, clauses, here)
    if meant and asks and not shows_codes(here):
        if parts.FAULT in here:
            return Act.REPORTS
        open_ = here & {parts.ON_BEHALF, parts.ONLY, parts.UNFINISHED}
        if open_:
            return Act.OTHER
        if _asks_for_codes(clauses, codes=codes):
            return Act.ASKS
    if parts.FAULT in here and ours:
        return Act.REPORTS
    if parts.CHASE in here:
        return Act.CHASES
    return _lesser(text, clauses, here, asks=asks, titled=titled)


def names_codes_in(text: str, language: str) -> bool:
    """Return whether a sentence names install codes."""
    return any(parts.CODE in clause.shape for clause in clauses_of(text, language))


def _gives_them(clause: Clause) -> bool:
    """Whether a clause is about giving them, and names no other thing."""
    here = set(clause.shape)
    return parts.GIVE in here and bool(here & _THEM) and not here & _NOT_KNOWN


def _asks_for_codes(clauses: Sequence[Clause], *, codes: bool) -> bool:
    """Whether it is the codes that are asked for, not that somebody checks one of them."""
    shapes = [set(clause.shape) for clause in clauses]
    if any(here & _VERBS for here in shapes):
        return True
    if any({parts.NOT, parts.IS} <= here or parts.CLAIM in here for here in shapes):
        return False
    asked = [here for here in shapes if parts.ASK in here]
    in_compound = codes and not any(parts.CODE in here for here in shapes)
    return codes and any(
        in_compound or parts.CODE in here or not here - _ASKED_ALONE for here in asked
    )


def _forbids(clause: Clause) -> bool:
    """Whether a clause says that nothing is to be given, or is needed."""
    here = set(clause.shape)
    negated = here & (_NEGATIONS | {parts.NE})
    return bool(negated and here & _WANTED) and not here & _INSTALLED


def shows_codes(here: set[str]) -> bool:
    """Return whether codes come with the mail, so that nobody asks for them."""
    shown = {parts.ATTACHED, parts.CODE} <= here
    return shown and not here & {parts.NEED, parts.GIVE, parts.REQUEST}


def _asks(text: str, clauses: Sequence[Clause], here: set[str]) -> bool:
    """Whether a sentence asks for something: in so many words, as an order, or as a question."""
    if parts.THANKS in here and not here & {parts.ASK, parts.NEED}:
        return False
    ordered = any(one.begins == parts.GIVE for one in clauses)
    return bool(here & _ASKING) or ordered or ("?" in text and parts.GIVE in here)


def _lesser(
    text: str, clauses: Sequence[Clause], here: set[str], *, asks: bool, titled: bool
) -> Act | None:
    topic = bool(here & _TOPIC)
    if parts.THANKS in here and not here & {parts.ASK, parts.NEED}:
        return Act.THANKS if topic else None
    if text.rstrip(" )\"'").endswith("?"):
        return Act.ASKS_ELSE
    strange = bool(here & _NOT_KNOWN)
    if asks and (topic or (parts.GIVE in here and strange)):
        return Act.ASKS_ELSE
    few = sum(len(clause.words) for clause in clauses) < _LEAST_WORDS
    few = few and not strange
    topic = topic or (strange and bool(here & {parts.THESE, parts.THIS}))
    return None if titled or few or not topic else Act.OTHER
