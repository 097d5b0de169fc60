"""Find the answer in each clause: who installed which Devices, and who did not.

A denial is composed: a negation, installing or owning, somebody, and the Devices it is about; each
pattern here is an order of these parts within one clause.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise, takewhile
from typing import Final, NamedTuple

from exchange.domain.statements import Act
from exchange.parsing.phrases import statement_words as parts
from exchange.parsing.statements.grammar.words import Clause

_WHICH = "[TtQrDdKFAPJ]*"  # the Devices, between the parts of a denial
_WHO = "(?P<who>[WX]+)"
_NOT_US: Final = rf"[NZ]+{_WHO}(?={_WHICH}$)"  # so not us
_NONE_WAS_US: Final = rf"Z{_WHICH}{_WHO}(?=$)"  # neither of these was us
_NOT_BY_US: Final = rf"[NZ]+{_WHICH}B{_WHO}(?=$)"  # not by us; keines ist von uns
_IT_DID_NOT: Final = r"^t(?=N+I)"  # (the company says that) it did not install
_ELIDED: Final = rf"^(?:N+{_WHICH}[IJ]|I{_WHICH}Z)"  # we gained them, and did not install them
_BY_OTHERS: Final = rf"IM*BM*Y|Y{_WHICH}[IS]|S{_WHICH}Y"  # installed by another supplier
_DENIALS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"[NZ]+{_WHICH}IB{_WHO}",  # not installed by us; none of these was fitted by Vale
        rf"[NZ]+{_WHICH}B{_WHO}{_WHICH}I",  # nicht von uns eingebaut
        rf"[NZ]+I{_WHICH}(?:B{_WHO}|W+$)",  # ni osodwyd y rhain gennym ni
        rf"N+{_WHO}S",  # nid ni yw'r cyflenwr gosod
        rf"{_WHO}S{_WHICH}Z",  # we are the installing Supplier for none of them
        rf"S{_WHICH}N+(?P<who>X+)",  # the installing Supplier was not Vale
        rf"{_WHO}N+{_WHICH}[IJ]",  # we did not install; we did not do these installs
        rf"[NZ]+{_WHICH}J{_WHICH}B{_WHO}",  # no installation was carried out by us
        rf"{_WHO}Z{_WHICH}[IJ]",  # wir haben keinen dieser Zähler eingebaut
        rf"{_WHO}T?{_WHICH}N+I",  # wir haben diese nicht installiert
        rf"N+{_WHO}I",  # it was not us who installed; nor did we fit
        rf"{_WHO}N*I{_WHICH}Z",  # we installed none of these
        rf"Z{_WHICH}{_WHO}I",  # none of these did we install
        rf"N[Dd]+{_WHO}I",  # these are not meters that we installed
        rf"[NZ]+{_WHICH}(?P<who>X+)[JD]",  # these are not Vale installs
        rf"(?:{_WHO}?)[NZ]+{_WHICH}(?:o|O[DdJI]|S)",  # none are ours; we are not the installer
        _NOT_BY_US,
        rf"IN+B{_WHO}",  # installed not by Vale
        _NOT_US,
        rf"[NZ]+{_WHICH}G|G{_WHICH}Z",  # no instalamos estos
        _IT_DID_NOT,
        _NONE_WAS_US,
        _ELIDED,
        _BY_OTHERS,
    )
)
_OWNERSHIPS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"[IJ]M*B{_WHO}",
        rf"{_WHO}I",
        r"G",
        rf"{_WHO}{_WHICH}S",
        rf"S{_WHICH}(?P<who>X+)",
        r"[TtQrDdKFA]+(?:o|O[DdJI])",
    )
)
_IT_WAS = re.compile(r"[tT]X+$")
SOMEBODY: Final = frozenset((parts.WE, parts.NAME))
_SUBJECTS: Final = frozenset("WXTtDdZYr")
_NO_SUBJECT = re.compile(r"N+I[TtQDd]*$")
_OTHER_DEEDS: Final = frozenset(
    ("supplied", "provided", "sent", "held", "requested", "raised", "identified", "shown", "given",
     "received", "registered", "checked", "confirmed", "noted", "logged", "submitted", "found")
)  # fmt: skip
_DID: Final = frozenset(("did", "have", "never"))
_COPULAS: Final = frozenset(("was", "were", "is", "are", "be", "been"))
_LISTED: Final = frozenset((parts.THESE, parts.NUMBER, parts.DEVICE, parts.ROW))
_NOR_ANY = re.compile(r"Z[TtQDd]*$")
_SAME_NOT = re.compile(r"(?=.*[rFK])[rFKQDd]+T?N$")  # the rest are not
NONE_OF_REST = re.compile(r"Z[TtQDd]*r[TtQDd]*$")  # none of the others: it does not say what


class Core(NamedTuple):
    """Where in a clause the answer is."""

    act: Act
    clause: int
    start: int
    end: int
    who: str
    reason: bool = False  # it only says that another company did


def core_of(clauses: Sequence[Clause], index: int) -> Core | None:
    """Return the answer in one clause: a denial, else an ownership."""
    clause, before = clauses[index], clauses[:index]
    for pattern in _DENIALS:
        found = pattern.search(clause.shape)
        if found and pattern.pattern == _IT_DID_NOT:
            who = _named_before(before)
            if clause.kept[0].text.lower() != "it" or not who:
                continue
            return Core(Act.DENIES, index, 0, clause.shape.index("I") + 1, who)
        if found and pattern.pattern == _ELIDED:
            who = _subject_before(before)
            if not who:
                continue
            return Core(Act.DENIES, index, found.start(), found.end(), who)
        if found and _is_predicate(clause, pattern.pattern):
            return Core(
                Act.DENIES,
                index,
                found.start(),
                found.end(),
                _who(clause, found),
                pattern.pattern == _BY_OTHERS,
            )
    idle = not any(one.shape for one in before)
    if _NO_SUBJECT.match(clause.shape) and idle and clause.words[0].text.lower() in _DID:
        return Core(Act.DENIES, index, 0, len(clause.shape), "us")
    if clause.shape == "WN" and before and parts.INSTALL in before[-1].shape:
        last = core_of(clauses, index - 1)
        if last is None or last.act is not Act.DENIES:
            return Core(Act.DENIES, index, 0, 2, "us")  # they installed these, we did not
    if _NOR_ANY.match(clause.shape) and before and _is_denial(before[-1]):
        copula = clause.words[-1].text.lower() in _COPULAS  # not ours, none of them are
        if copula:
            return Core(Act.DENIES, index, 0, len(clause.shape), "us")
    if _SAME_NOT.match(clause.shape) or NONE_OF_REST.match(clause.shape):
        return Core(Act.DENIES, index, 0, len(clause.shape), "")
    if parts.NEGATION in clause.shape or parts.NO_ONE in clause.shape:
        return None
    for pattern in _OWNERSHIPS:
        found = pattern.search(clause.shape)
        if found:
            return Core(Act.OWNS, index, found.start(), found.end(), _who(clause, found))
    return None


def others_of(clauses: Sequence[Clause]) -> list[Core]:
    """Return who it was instead: ``it was Tidal Gas``."""
    return [
        Core(Act.OWNS, index, 0, len(one.shape), " ".join(word.text for word in one.kept[1:]))
        for index, one in enumerate(clauses)
        if _IT_WAS.match(one.shape) and one.words[1].text.lower() in _COPULAS
    ]


def _is_denial(clause: Clause) -> bool:
    """Whether a clause says ``not ours``, ``not us``, ``not the installer`` and nothing else."""
    shape = clause.shape
    return shape[-1:] in (parts.OURS, parts.INSTALLER) and shape[-2:-1] in "NP" and len(shape) < 5


def _is_predicate(clause: Clause, pattern: str) -> bool:
    """Whether ``us`` is what something is not: ``so not us``, no ``do not ask us``."""
    if pattern == _NONE_WAS_US:
        said = [*clause.words]
        while said and said[-1].part == parts.FILLER and said[-1].text.lower() not in _COPULAS:
            said.pop()
        words = [word.text.lower() for word in said if word.part not in SOMEBODY]
        somebody = bool(said) and said[-1].part in SOMEBODY
        return somebody and bool(words) and words[-1] in _COPULAS
    if pattern == _NOT_BY_US:
        return not any(word.text.lower() in _OTHER_DEEDS for word in clause.words)
    if pattern != _NOT_US:
        return True
    if any(word.part == parts.WE and word.text.lower().startswith("our ") for word in clause.kept):
        return False  # not our department
    texts = [word.part for word in clause.words if word.text.lower() not in ("was", "were", "the")]
    while texts and texts[0] in _LISTED:
        texts = texts[1:]
    if texts[:2] == [parts.NEGATION, parts.NAME]:
        return True  # not Vale; all three not Vale
    return any(
        one in (parts.NEGATION, parts.NO_ONE) and two == parts.WE for one, two in pairwise(texts)
    )


def _subject_before(clauses: Sequence[Clause]) -> str:
    """Return who the clause before has as its subject: ``us``, a name, or empty."""
    shapes = ((one.kept, set(one.shape) & _SUBJECTS) for one in reversed(clauses))
    kept = next((kept for kept, subjects in shapes if subjects), ())
    if not kept or kept[0].part not in SOMEBODY:
        return ""
    names = [word.text for word in takewhile(lambda one: one.part == parts.NAME, kept)]
    return " ".join(names) or "us"


def _named_before(clauses: Sequence[Clause]) -> str:
    """Return the company that a sentence begins with: the one that ``it`` is."""
    first = clauses[0].shape if clauses else ""
    names = [word.text for word in clauses[0].kept if word.part == parts.NAME] if first else []
    return " ".join(names) if first.startswith(parts.NAME * max(1, len(names))) else ""


def _who(clause: Clause, found: re.Match[str]) -> str:
    """Return who it is: empty for nobody, ``us``, or a name as it is written."""
    if "who" not in found.re.groupindex or found["who"] is None:
        return ""
    words = clause.kept[found.start("who") : found.end("who")]
    # "by Tidal Gas before we ..." has its name first, "Regrettably we did not" has it last.
    after_by = clause.shape[found.start("who") - 1 : found.start("who")] == parts.BY
    part = words[0 if after_by else -1].part
    return "us" if part == parts.WE else " ".join(one.text for one in words if one.part == part)
