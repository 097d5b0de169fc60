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
     "took over the supply", "ssd")
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
_PEOPLE_AND_THINGS: Final = frozenset(
    (parts.DEVICE, parts.ONE_DEVICE, parts.THESE, parts.THIS, parts.JOB)
)
# When it was is part of the history.
_WHEN: Final = frozenset(
    ("until", "once", "when we", "at the time", "at that time", "previously", "initially",
     "at first", "later", "since", "longer", "lost", "any more", "anymore", "because", "shortly",
     "soon", "where", "which", "who", "again", "even", "only", "merely")
)  # fmt: skip
_DOERS: Final = frozenset((parts.WE, parts.BY, parts.NAME, parts.OUR, parts.OURS, parts.OTHERS))
_IDLE: Final = _PEOPLE_AND_THINGS | {parts.FILLER}
_CONJUNCTIONS_OF_TIME: Final = frozenset(
    (
        "when",
        "before",
        "after",
        "once",
        "while",
        "by the time",
        "with",
        "prior",
        "time",
        "at the time",
        "at that time",
    )
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
        "at the time",
        "at that time",
        "when we",
        "previously",
    )
)
_ALWAYS_OWN: Final = frozenset((parts.OURS, parts.INSTALLER, parts.WE_INSTALLED))
_ABOUT_INSTALLING: Final = frozenset("ISoJGcPrKVUA")
_NO_GUESS: Final = _ABOUT_INSTALLING | {parts.ON_BEHALF, parts.NEGATION, parts.ROW, parts.EXCEPT}


_GUESSES: Final = frozenset(
    ("think", "believe", "guess", "suspect", "suspected", "probably", "likely", "presumably",
     "assume", "assuming", "looks like", "look like", "appears", "appear", "seems", "seem",
     "reckon", "may", "might", "maybe", "perhaps", "possibly", "would have", "could have",
     "would be",
     "could be", "unlikely", "apparently", "thought", "expect", "imagine", "wonder",
     "by the looks",
     "would say", "understand", "bet on")
)  # fmt: skip
_DONE: Final = frozenset(("exchanged", "replaced", "swapped", "refitted", "reinstalled"))
_PREDECESSORS: Final = frozenset(("predecessor", "predecessors"))
_SURE: Final = frozenset(
    ("sure", "certain", "confident", "unsure", "not sure", "know", "prove", "proof", "swear to",
     "quote me", "quote us", "hold me to", "hold us to", "guess", "confirm", "cannot confirm",
     "can not confirm", "say")
)  # fmt: skip
_TOUCHES: Final = frozenset(
    (parts.OURS, parts.OUR, parts.REST, parts.ROW, parts.ALL_BUT, parts.KIND, parts.WE_INSTALLED,
     parts.CODE, parts.NO_ONE, parts.UNFINISHED)
)  # fmt: skip


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


def guessed_other(words: Sequence[Word]) -> str | None:
    """Return whom a sentence guesses to have installed them: ``I think Northmere put them in``.

    The empty string is a company without a name, None no guess.  Who it was is no doubt about who
    it was not; whether the name is the sender's, its thread tells.
    """
    guess = False
    name: list[str] = []
    other = False
    for at, word in enumerate(words):
        text = word.text.lower()
        if word.part == parts.NAME and (not name or words[at - 1].part == parts.NAME):
            name.append(word.text)
        other = other or word.part in (parts.OTHERS, parts.NAME) or text in _PREDECESSORS
        if (text in _GUESSES and word.part in parts.HEDGES) or text in _DONE:
            guess = True
        elif word.part == parts.WE and text != "i":
            after = words[at + 1].text.lower() if at + 1 < len(words) else ""
            if after not in _GUESSES and after not in ("would", "can"):
                return None
        elif word.part == parts.NEGATION:
            near = {one.text.lower() for one in words[at + 1 : at + 4]}
            if not near & _SURE:
                return None
        elif text not in _SURE and (
            word.part in _TOUCHES or (word.part in parts.HEDGES and not is_when(word))
        ):
            return None
    return " ".join(name) if guess and other else None


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
