"""Tell who supplied a site, and since when, from who installed what stands there.

How customers came and went is a reason for a denial and never takes it back.  That a company was
bought is another matter: what it installed may count as the sender's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from exchange.parsing.phrases import statement_words as parts
from exchange.parsing.statements.grammar.words import Clause, Word

_SUPPLY: Final = frozenset(
    ("supply", "supplied", "supplying", "supplier", "suppliers", "customer", "customers", "client",
     "clients", "tenant", "tenants", "occupier", "occupiers", "site", "sites", "account",
     "accounts",
     "property", "properties", "premises", "address", "addresses", "house", "houses", "flat",
     "flats", "mpan", "mpans", "mprn", "mprns", "mpxn", "mpxns", "registration", "registrations",
     "gain", "gained", "gains", "churn", "churned", "switch", "switched", "switching", "joined",
     "left", "came", "arrived", "onboarded", "cos", "tariff", "home", "homes", "household",
     "households", "billing",
     "appointment", "market", "rollout", "roll-out", "licence", "licensed", "registered",
     "took over the supply")
)  # fmt: skip
_MOVES: Final = frozenset(
    ("inherited", "inherit", "acquired", "took over", "take over", "taken over", "taking over",
     "transferred", "migrated")
)  # fmt: skip
# Whoever took over one of these may have taken over its installers' work with it.
_COMPANIES: Final = frozenset(
    ("company", "companies", "business", "businesses", "portfolio", "portfolios", "book", "books",
     "brand", "brands", "firm", "firms", "operation", "operations", "shares",
     "assets of", "estate", "failed", "receivership", "solr", "bought", "merger",
     "group", "subsidiary", "trade", "entity", "arm")
)  # fmt: skip
_PEOPLE_AND_THINGS: Final = frozenset((parts.DEVICE, parts.ONE_DEVICE, parts.THESE, parts.THIS))
# When it was is part of the history.
_WHEN: Final = frozenset(
    ("until", "once", "when we", "at the time", "at that time", "previously", "initially",
     "at first", "later", "since", "longer", "lost", "any more", "anymore", "because", "shortly",
     "soon", "where", "which", "who", "again", "even", "only", "merely")
)  # fmt: skip
_DOERS: Final = frozenset((parts.WE, parts.BY, parts.NAME, parts.OUR, parts.OURS, parts.OTHERS))
_IDLE: Final = _PEOPLE_AND_THINGS | {parts.FILLER}
_CONJUNCTIONS_OF_TIME: Final = frozenset(
    ("when", "before", "after", "once", "while", "by the time", "with", "prior", "time")
)
_NEAR: Final = 8  # words between a time and its verb
_TIME_WORDS: Final = frozenset(
    (
        "before",
        "prior",
        "already",
        "when",
        "by the time",
        "after",
        "already in",
        "long",
        "when we",
        "previously",
    )
)
_ALWAYS_OWN: Final = frozenset((parts.OURS, parts.INSTALLER, parts.WE_INSTALLED))
_ABOUT_INSTALLING: Final = frozenset("ISoJGcPrKVUA")
_NO_GUESS: Final = _ABOUT_INSTALLING | {parts.ON_BEHALF, parts.NEGATION, parts.ROW, parts.EXCEPT}


def tells_of_supply(clause: Clause) -> bool:
    """Return whether a clause tells only who supplied whom, when."""
    if set(clause.shape) & _ABOUT_INSTALLING:
        return False
    if any(word.part in parts.HEDGES and not is_when(word) for word in clause.kept):
        return False
    return _names_supply(clause.words)


def guesses_supplier(words: Sequence[Word]) -> bool:
    """Return whether a sentence guesses who supplied before: ``I believe Northmere had the site``.

    That is no doubt about who installed what.
    """
    here = {word.part for word in words}
    if parts.NAME not in here or here & _NO_GUESS:
        return False
    return _names_supply(words)


def is_passive(clause: Clause) -> bool:
    """Return whether a clause says that Devices were installed, and not by whom.

    The sender may come into it only by what it supplies: ``fitted before we took over``.
    """
    at = clause.shape.find(parts.INSTALL)
    if at >= 0 and clause.kept[at].text.lower() == "did":
        return False  # Vale Energy (North) did
    if at < 0 or set(clause.shape[:at]) - _PEOPLE_AND_THINGS - {parts.NUMBER, parts.CODE}:
        return False
    after = set(clause.shape[at:])
    if parts.BY in after or after & _ALWAYS_OWN or any(one in parts.HEDGES for one in after):
        return False
    timed = any(word.text.lower() in _TIME_WORDS for word in clause.words)
    return timed or not after & {parts.WE, parts.NAME, parts.OUR}


def is_when(word: Word) -> bool:
    """Return whether a word, a hedge elsewhere, only says when somebody supplied."""
    return word.text.lower() in _WHEN


def moves_supply(words: Sequence[Word], at: int) -> bool:
    """Return whether the verb at ``at`` tells how customers changed hands, not companies."""
    if words[at].text.lower() not in _MOVES:
        return False
    after = words[at + 1 :]
    texts = {
        part for word in words if word.part != parts.OTHERS for part in word.text.lower().split()
    }
    if texts & _COMPANIES or (after and after[0].part == parts.NAME):
        return False
    return _names_supply(words) or any(word.part in _PEOPLE_AND_THINGS for word in words)


def when_installed(words: Sequence[Word], at: int) -> int:
    """Return where the clause begins that only says when it was installed; -1 if it says more.

    For example ``when these were fitted``, ``with the meter already in place``: nobody does it.
    """
    if any(word.part in _DOERS for word in words[at + 1 : at + 3]):
        return -1
    for index in range(at - 1, max(-1, at - _NEAR), -1):
        word = words[index]
        if word.text.lower() in _CONJUNCTIONS_OF_TIME:
            return index
        if word.part not in _IDLE:
            return -1
    return -1


def _names_supply(words: Sequence[Word]) -> bool:
    return any(part in _SUPPLY for word in words for part in word.text.lower().split())
