"""Read from a sentence who installed which Devices, who did not, and what leaves that open.

A denial is composed: a negation, installing or owning, somebody, and the Devices it is about; each
pattern here is an order of these parts within one clause.  Whatever else the sentence says must be
known to be harmless, or the statement has a hedge and a person reads it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from exchange.domain.device import DeviceId
from exchange.domain.statements import Act, Scope, Statement
from exchange.parsing.phrases import statement_words as parts
from exchange.parsing.phrases.answer_phrases import is_boilerplate
from exchange.parsing.statements.clauses import Clause, Word, clauses_of
from exchange.parsing.statements.promises import announces_codes, promises
from exchange.parsing.statements.sentences import CODE_MARK, DEVICE_MARK, Sentence

_WHICH = "[TtQrDdKFAPJ]*"  # the Devices, between the parts of a denial
_WHO = "(?P<who>[WX]+)"
_NOT_US: Final = rf"[NZ]+{_WHO}(?=$)"  # so not us
_DENIALS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"[NZ]+{_WHICH}IB{_WHO}",  # not installed by us; none of these was fitted by Vale
        rf"[NZ]+{_WHICH}B{_WHO}{_WHICH}I",  # nicht von uns eingebaut
        rf"[NZ]+I{_WHICH}(?:B{_WHO}|W+$)",  # ni osodwyd y rhain gennym ni
        rf"N+{_WHO}S",  # nid ni yw'r cyflenwr gosod
        r"SN+(?P<who>X+)",  # the installing Supplier was not Vale
        rf"{_WHO}N+{_WHICH}[IJ]",  # we did not install; we did not do these installs
        rf"{_WHO}T?{_WHICH}N+I",  # wir haben diese nicht installiert
        rf"N+{_WHO}I",  # it was not us who installed; nor did we fit
        rf"{_WHO}N*I{_WHICH}Z",  # we installed none of these
        rf"Z{_WHICH}{_WHO}I",  # none of these did we install
        rf"N[Dd]+{_WHO}I",  # these are not meters that we installed
        rf"[NZ]+{_WHICH}(?P<who>X+)[JD]",  # these are not Vale installs
        rf"(?:{_WHO}?)[NZ]+{_WHICH}(?:o|O[DdJI]|S)",  # none are ours; we are not the installer
        rf"[NZ]+{_WHICH}B{_WHO}(?=$)",  # not by us; keines ist von uns
        _NOT_US,
        r"IBY",  # installed by another supplier
    )
)
_OWNERSHIPS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"IB{_WHO}",
        rf"{_WHO}I",
        rf"{_WHO}{_WHICH}S",
        r"[TtQrDdKFA]+(?:o|O[DdJI])",
    )
)
_SAME_NOT = re.compile(r"(?=.*[rF])[rFQDd]+N$")  # the rest are not
_NONE_OF_REST = re.compile(r"Z[TtQDd]*r[TtQDd]*$")  # none of the others: it does not say what
_LEADS: Final = frozenset("TtQrDdFAc")  # what may come before a denial in its clause
_ABOUT: Final = frozenset("ISoJDdTtFrKWOZ")  # a sentence with one of these is about the matter
_OWNERSHIP: Final = frozenset((parts.OURS, parts.INSTALLER, parts.ON_BEHALF, parts.UNFINISHED))
_ALWAYS: Final = frozenset((parts.UNFINISHED, parts.ON_BEHALF, parts.OURS, parts.CORRECTION))
_CONFIRMING: Final = frozenset((parts.WE, parts.INSTALL, parts.JOB, parts.INSTALLER, parts.CODE))
_MATTER: Final = frozenset("ISoJDdTtFrKc")
_OF_SOME: Final = frozenset("FKrPE")  # ... and with one of these about some of the Devices
_ADVICE = re.compile(
    r"\W*(?:please|kindly|if you|should you|you (?:may|might|could|should|will|can|would)|suggest"
    r"|(?:i|we)(?:'d| would)? (?:suggest|recommend|advise)|(?:perhaps|maybe) (?:you|try)|try\b"
    r"|contact|let (?:me|us) know|do let|feel free|hope|have you (?:tried|asked)|any (?:questions"
    r"|problems|queries)|as (?:discussed|requested))",
    re.I,
)
_TRADES: Final = frozenset(
    ("metering", "services", "field", "contracting", "contractors", "engineering", "installations")
)
_SHOWN: Final = 300
# A sentence without any of these answers nothing; requests are full of "install codes".
_MAY_ANSWER = re.compile(
    r"\b(?:install(?:ed|ing|ers?|s|ations?)?\b(?! codes?)|fit(?:ted)?\b|ours\b|mine\b"
    r"|put\b[^.]{0,60}\bin\b|(?:by|to|with) us\b|none\b|neither\b|one of our|no one\b|nobody\b"
    r"|went in\b|gosod|osod|gennym|eingebaut|installier|montiert|verbaut|uns\b|unsere|pos\u00e9"
    r"|mont\u00e9|n\u00f4tre|nous\b)"
    r"|(?:\bnot|n't)(?: us\b|\W*$|\b[^.]{0,60}\b(?:ours?|meters?|devices?|installs?)\b)|"
    + CODE_MARK,
    re.I,
)


class _Core(NamedTuple):
    """Where in a clause the answer is."""

    act: Act
    clause: int
    start: int
    end: int
    who: str


def read_answers(sentence: Sentence, where: str) -> list[Statement]:
    """Return the statements of one sentence.

    A sentence that only qualifies, such as ``the gas one may be ours``, gives Act.OTHER with a
    hedge: it matters where the same mail denies something.
    """
    if sentence.item or is_boilerplate(sentence.text):
        return []
    clauses = clauses_of(sentence.text)
    words = sentence.text[:_SHOWN]
    if not clauses:
        return []
    cores = [core for index, one in enumerate(clauses) if (core := _core(one, index))]
    hedge = "" if not cores else _hedge(sentence, clauses, cores)
    found: list[Statement] = []
    for core in cores:
        scope = _scope_of(sentence, clauses, core)
        if core.act is Act.OWNS and set(core.who.lower().split()) & _TRADES:
            hedge = hedge or core.who  # it may have worked for the sender
        reason = words if core.who not in ("", "us") else ""
        found.append(Statement(core.act, where, words, *scope, _subject(core.who), hedge, reason))
    found += _provided(sentence, clauses, where, words, found)
    if not found and promises(sentence.text):
        rest = any(parts.REST in clause.shape for clause in clauses)
        found.append(Statement(Act.PROMISES, where, words, Scope.REST if rest else Scope.NONE))
    promised = [one for one in found if one.act is Act.PROMISES]
    if not found or (promised and _speaks_of_ownership(clauses)):
        why = _qualifies(sentence, clauses)
        if why:
            about = Scope.NAMED if sentence.devices else Scope.NONE
            found.append(Statement(Act.OTHER, where, words, about, sentence.devices, hedge=why))
    return _without_contradictions(found)


def may_answer(sentence: Sentence) -> bool:
    """Return whether a sentence could answer or promise: cheap, for mails that only ask."""
    text = sentence.text
    return bool(_MAY_ANSWER.search(text)) or promises(text) or announces_codes(text)


def unfinished(subject: str) -> str:
    """Return the words by which a subject says that the mail is not meant to be sent yet."""
    for clause in clauses_of(subject):
        for word in clause.kept:
            if word.part == parts.UNFINISHED:
                return word.text
    return ""


def _subject(who: str) -> str:
    return "" if who in ("", "us") else who


def _core(clause: Clause, index: int) -> _Core | None:
    """Return the answer in one clause: a denial, else an ownership."""
    for pattern in _DENIALS:
        found = pattern.search(clause.shape)
        if found and (pattern.pattern != _NOT_US or _adjacent(clause)):
            return _Core(Act.DENIES, index, found.start(), found.end(), _who(clause, found))
    if _SAME_NOT.match(clause.shape) or _NONE_OF_REST.match(clause.shape):
        return _Core(Act.DENIES, index, 0, len(clause.shape), "")
    if parts.NEGATION in clause.shape or parts.NO_ONE in clause.shape:
        return None
    for pattern in _OWNERSHIPS:
        found = pattern.search(clause.shape)
        if found:
            return _Core(Act.OWNS, index, found.start(), found.end(), _who(clause, found))
    return None


def _adjacent(clause: Clause) -> bool:
    """Whether ``not`` and ``us`` are next to each other: ``so not us``, no ``do not ask us``."""
    texts = [word.part for word in clause.words if word.text.lower() not in ("was", "were", "the")]
    return any(
        one in (parts.NEGATION, parts.NO_ONE) and two == parts.WE for one, two in pairwise(texts)
    )


def _who(clause: Clause, found: re.Match[str]) -> str:
    """Return who it is: empty for nobody, ``us``, or a name as it is written."""
    if "who" not in found.re.groupindex or found["who"] is None:
        return ""
    words = clause.kept[found.start("who") : found.end("who")]
    # "by Tidal Gas before we ..." has its name first, "Regrettably we did not" has it last.
    after_by = clause.shape[found.start("who") - 1 : found.start("who")] == parts.BY
    part = words[0 if after_by else -1].part
    return "us" if part == parts.WE else " ".join(one.text for one in words if one.part == part)


def _hedge(sentence: Sentence, clauses: Sequence[Clause], cores: Sequence[_Core]) -> str:
    """Return the first words that leave the answers of a sentence open."""
    if "?" in sentence.text:
        return "?"
    by_clause = {core.clause: core for core in cores}
    first = min(by_clause)
    for index, clause in enumerate(clauses):
        core = by_clause.get(index)
        if core is None:
            words = _doubts_in_passing(clause, before=index < first)
        else:
            words = _doubts_around(clause, core, first=index == first)
        if words:
            return words
    return ""


def _doubts_around(clause: Clause, core: _Core, *, first: bool) -> str:
    """Return what in the clause of an answer leaves it open."""
    if clause.opens_with == "but" and not first:
        return "but"
    if _NONE_OF_REST.match(clause.shape):
        return " ".join(word.text for word in clause.kept)
    for position, word in enumerate(clause.kept):
        if word.part in parts.HEDGES:
            return word.text
        if word.part == parts.MOMENT and (core.act is Act.OWNS or position < core.start):
            continue
        inside = core.start <= position < core.end
        if inside or word.part in _LEADS or word.part == parts.KIND:
            continue
        if word.part in (parts.WE, parts.OUR) or (word.part in "ISoX" and position < core.start):
            continue
        return word.text
    return ""


def _doubts_in_passing(clause: Clause, *, before: bool) -> str:
    """Return what in another clause of the sentence leaves the answer open."""
    for word in clause.kept:
        if word.part in parts.HEDGES:
            return word.text
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
    return bool(here & _CONFIRMING) and not here & (_OF_SOME | {parts.UNKNOWN, parts.NAME})


def _scope_of(
    sentence: Sentence, clauses: Sequence[Clause], core: _Core
) -> tuple[Scope, tuple[DeviceId, ...], tuple[int, ...], int | None]:
    """Return scope, Devices, rows and count of an answer: of its clause, else of one before it."""
    if sentence.devices and _scope_in(clauses[core.clause].kept)[0] in (Scope.NONE, Scope.ONE):
        return Scope.NAMED, sentence.devices, (), None
    for index in range(core.clause, -1, -1):
        found = _scope_in(clauses[index].kept)
        if found[0] is not Scope.NONE:
            return (found[0], sentence.devices if found[0] is Scope.NAMED else (), *found[1:])
    return Scope.NONE, (), (), None


def _scope_in(words: Sequence[Word]) -> tuple[Scope, tuple[int, ...], int | None]:
    shape = "".join(word.part for word in words)
    rows = tuple(number for word in words if word.part == parts.ROW for number in word.numbers)
    count = next((word.numbers[0] for word in words if word.part == parts.NUMBER), None)
    if any(word.text.lower() in ("both", "neither", "either", "beide") for word in words):
        count = count or 2
    if any(word.text == DEVICE_MARK for word in words):
        return Scope.NAMED, (), None
    if parts.ALL_BUT in shape:
        return Scope.ALL_BUT, rows, None
    if parts.PARTLY in shape or parts.KIND in shape:
        return Scope.PART, (), None
    if rows:
        return Scope.ROWS, rows, None
    if parts.REST in shape:
        return Scope.REST, (), count
    if parts.THESE in shape or parts.NO_ONE in shape or parts.DEVICE in shape or count:
        return Scope.THESE, (), count
    if parts.THIS in shape or parts.ONE_DEVICE in shape:
        return Scope.ONE, (), None
    return Scope.NONE, (), None


def _provided(
    sentence: Sentence,
    clauses: Sequence[Clause],
    where: str,
    words: str,
    known: Sequence[Statement],
) -> list[Statement]:
    """Return that a sentence gives a code itself, or says where the codes are."""
    if sentence.codes and not sentence.devices:
        rows: tuple[int, ...] = ()
        hedge = ""
        for clause in clauses:
            rows = rows or tuple(n for one in clause.kept for n in one.numbers if one.part == "F")
            risky = [one.text for one in clause.kept if one.part in parts.HEDGES]
            negated = [one.text for one in clause.kept if one.part in (parts.NEGATION,)]
            hedge = hedge or next(iter(risky + negated), "")
        scope = Scope.ROWS if rows else Scope.ONE if sentence.codes == 1 else Scope.NONE
        if known and not rows and known[-1].act is Act.OWNS:
            scope, rows = known[-1].scope, known[-1].rows
        return [Statement(Act.PROVIDES, where, words, scope, rows=rows, hedge=hedge)]
    if announces_codes(sentence.text):
        return [Statement(Act.PROVIDES, where, words, reason="attached")]
    return []


def _speaks_of_ownership(clauses: Sequence[Clause]) -> bool:
    """Whether a promise says more than that an answer will come."""
    return any(set(clause.shape) & _OWNERSHIP for clause in clauses)


def _qualifies(sentence: Sentence, clauses: Sequence[Clause]) -> str:
    """Return the words by which a sentence without an answer may qualify one elsewhere."""
    shape = "".join(clause.shape for clause in clauses)
    advises = bool(_ADVICE.match(sentence.text)) and not set(shape) & _OF_SOME
    for clause in clauses:
        words = _qualifying_words(clause, about=bool(set(shape) & _ABOUT), advises=advises)
        if words:
            return words
    return DEVICE_MARK if sentence.devices else ""


def _qualifying_words(clause: Clause, *, about: bool, advises: bool) -> str:
    """Return the words of one clause that may qualify an answer elsewhere in the mail.

    ``about``: the sentence is about Devices; ``advises``: it tells us what we may do.
    """
    parts_here = set(clause.shape)
    supports = not parts_here & (_OF_SOME | parts.HEDGES | {parts.OUR, parts.ONE_DEVICE})
    negative = bool(parts_here & {parts.NEGATION, parts.NO_ONE})
    for word in clause.kept:
        if word.part in _ALWAYS:
            return word.text
        if word.part == parts.CODE and parts_here & _OF_SOME and not negative:
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


def _without_contradictions(found: list[Statement]) -> list[Statement]:
    """Drop that another company installed them where the same sentence denies it for the sender."""
    if any(one.act is Act.DENIES for one in found):
        return [one for one in found if one.act is not Act.OWNS or not one.subject]
    return found
