"""Read from a sentence in another language than English who installed which Devices.

What is said is a set of parts in one clause: a negation, installing, somebody.  All words of the
sentence have to be known, or the answer is left open.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from exchange.domain.statements import Act, Scope
from exchange.parsing.languages import parts
from exchange.parsing.languages.clauses import Clause, clauses_of, has_concord

_NEGATIONS: Final = frozenset((parts.NOT, parts.NONE))
_LIST: Final = frozenset("DdTtA1QLrlz")
# All that a clause with an answer may have: everything else leaves it open.
_PLAIN: Final = _LIST | frozenset("NaZIGJcSWVoBMbhYe")
# "not us", and nothing else than copulas and the Devices.
_NOT_US: Final = re.compile(r"[DdTtALQlz1b]*[aVb]*[NZ][^W]*W[^W]*$")
_IT_WAS_NOT_US: Final = re.compile(r"Wbt?N$")
_MERE: Final = _LIST | frozenset("NZaBWVb")
_BY_NAME: Final = re.compile(r"Bl?(M+)")
_NAME: Final = re.compile(r"M+")
_BY_US: Final = re.compile(r"Bl?W")
_SOME: Final = re.compile(r"(?:^|[^lAZz1TB])Q[zl]")  # three of the Devices
_NOT_ALL: Final = re.compile(r"[NZ][^BzQ]*A")
_ONE_NOT: Final = re.compile(r"^[^NZ]*1")
_MATTER: Final = frozenset("IGJSo")  # who installed it
_ABOUT: Final = _MATTER | frozenset("DdTtArk#")
_ALREADY: Final = _LIST | frozenset("IbhBY")  # they were already installed
# They were there before the sender came: a reason for a denial, in whatever words.
_ALREADY_THERE: Final = re.compile(
    r"\b(?:schon|bereits|ya|déjà|già|reeds|al|już|allerede|eisoes|yn barod|di gia|avant"
    r"|vor unserer|vor unserem|antes de)\b",
    re.I,
)
_TAKES_BACK: Final = frozenset((parts.ON_BEHALF, parts.UNFINISHED, parts.CANCEL, parts.WARN))


class Answer(NamedTuple):
    """What a sentence answers: ``who`` is a name, ``us`` or nobody; ``hedge`` leaves it open."""

    act: Act
    scope: Scope
    number: int | None  # "none of the three"
    who: str
    hedge: str


def answers_in(text: str, language: str) -> list[Answer]:
    """Return what a sentence answers; Act.OTHER with a hedge where it may qualify an answer."""
    clauses = clauses_of(text, language)
    concord = has_concord(language)
    cores = {at: core for at, one in enumerate(clauses) if (core := _core(one))}
    asked = any(set(one.shape) & {parts.YOU, parts.ASK, parts.GIVE} for one in clauses)
    if asked and any(parts.IF in one.shape for one in clauses):
        return []  # "if you did not install them, say so": what we may answer
    if not cores:
        why = _qualifies(clauses, "?" in text)
        return [Answer(Act.OTHER, Scope.NONE, None, "", why)] if why else []
    hedge = "?" if "?" in text else ""
    already = bool(_ALREADY_THERE.search(text))
    for at, clause in enumerate(clauses):
        core = cores.get(at)
        hedge = hedge or (
            _leaves_open(clause, core, concord=concord, first=at == min(cores))
            if core
            else _in_passing(clause, already=already)
        )
    found: list[Answer] = []
    for at, (act, who) in cores.items():
        scope, count = _scope_of(clauses, at)
        found.append(Answer(act, scope, count, who, hedge))
    return found


def _core(clause: Clause) -> tuple[Act, str] | None:
    """Return the answer in one clause, and who it is about."""
    here = set(clause.shape)
    negated = bool(here & _NEGATIONS)
    who = _who(clause)
    installed = parts.INSTALLED in here or {parts.INSTALLATION, parts.DONE} <= here
    if negated:
        us_only = _NOT_US.match(clause.shape) and here <= _MERE
        denied = (
            (installed and who)
            or (parts.INSTALLATION in here and _BY_US.search(clause.shape))
            or (parts.INSTALLER in here and not here & {parts.HAVE, parts.YOU})
            or parts.OURS in here
            or parts.WE_INSTALLED in here
            or us_only
            or _IT_WAS_NOT_US.match(clause.shape)
        )
        return (Act.DENIES, who or "us") if denied else None
    if installed and parts.OTHER in here:
        return Act.DENIES, ""
    owned = (
        (installed and who)
        or (parts.INSTALLER in here and who)
        or parts.OURS in here
        or parts.WE_INSTALLED in here
    )
    return (Act.OWNS, who or "us") if owned else None


def _who(clause: Clause) -> str:
    """Return who installs in a clause: by whom it is done, else who does it."""
    named = _BY_NAME.search(clause.shape)
    if named:
        return _text(clause, named.span(1))
    if _BY_US.search(clause.shape):
        return "us"
    if set(clause.shape) & {parts.WE, parts.WE_ARE, parts.WE_INSTALLED}:
        return "us"
    if parts.BY in clause.shape or parts.YOU in clause.shape:
        return ""
    name = _NAME.search(clause.shape)
    return _text(clause, name.span()) if name else ""


def _text(clause: Clause, span: tuple[int, int]) -> str:
    return " ".join(word.text for word in clause.words[slice(*span)])


def _leaves_open(clause: Clause, core: tuple[Act, str], *, concord: bool, first: bool) -> str:
    """Return what in the clause of an answer leaves it open."""
    act, who = core
    names = set(who.split())
    for word in clause.words:
        other_name = word.part == parts.NAME and word.text not in names
        if word.part not in _PLAIN or other_name:
            return word.text
    if clause.opens_with == parts.BUT and not first:
        return "but"
    negations = [word for word in clause.words if word.part in _NEGATIONS]
    if len(negations) > 1:
        twice = sum(word.part == parts.NOT for word in negations) > 1
        if twice or not concord:
            return " ... ".join(word.text for word in negations)
    if parts.NE in clause.shape and not negations:
        return "ne"
    if act is Act.DENIES and (_NOT_ALL.search(clause.shape) or _ONE_NOT.match(clause.shape)):
        return next(word.text for word in clause.words if word.part in "A1")
    some = _SOME.search(clause.shape)
    if some or (act is Act.OWNS and parts.ONE in clause.shape):
        return next(word.text for word in clause.words if word.part in "Q1")
    return ""


def _in_passing(clause: Clause, *, already: bool) -> str:
    """Return what in another clause of the sentence leaves its answer open.

    ``already``: the sentence says that something was there before.
    """
    here = set(clause.shape)
    history = already and not here & (_MATTER | _NEGATIONS)
    for word in clause.words:
        if history and word.part in (parts.UNKNOWN, parts.IF):
            continue  # it was there when they came
        if word.part in parts.HEDGES or word.part == parts.UNKNOWN:
            return word.text
    if clause.opens_with == parts.BUT:
        return "but"
    if here & _NEGATIONS and not (here <= _NEGATIONS or here & {parts.CODE, parts.GIVE}):
        return next(word.text for word in clause.words if word.part in _NEGATIONS)
    if here & _MATTER and not here <= _ALREADY:
        return next(word.text for word in clause.words if word.part in _MATTER)
    return ""


def _scope_of(clauses: Sequence[Clause], at: int) -> tuple[Scope, int | None]:
    """Return which Devices an answer is about: those of its clause, else of one before it."""
    for clause in reversed(clauses[: at + 1]):
        count = next((word.number for word in clause.words if word.number), None)
        here = set(clause.shape)
        if parts.REST in here:
            return Scope.REST, count
        if count or here & frozenset("DTALZ"):
            return Scope.THESE, count
        if here & frozenset("dt"):
            return Scope.ONE, None
    return Scope.NONE, None


def _qualifies(clauses: Sequence[Clause], asks: bool) -> str:
    """Return the words by which a sentence without an answer may qualify one elsewhere."""
    here = {part for clause in clauses for part in clause.shape}
    about = bool(here & _ABOUT)
    for clause in clauses:
        matter = set(clause.shape) & _MATTER
        for word in clause.words:
            if word.part in _TAKES_BACK:
                return word.text
            if about and word.part in parts.HEDGES:
                return word.text
            if matter and word.part in (parts.UNKNOWN, parts.YOU, parts.NAME):
                return word.text
    return "?" if asks and about else ""
