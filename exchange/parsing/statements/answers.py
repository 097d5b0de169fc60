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
from exchange.parsing.languages.clauses import language_of
from exchange.parsing.phrases import statement_words as parts
from exchange.parsing.phrases.answer_phrases import is_boilerplate
from exchange.parsing.statements.clauses import Clause, clauses_of
from exchange.parsing.statements.hedges import doubts_in_passing, of_another_thing
from exchange.parsing.statements.other_languages import read_other_answers
from exchange.parsing.statements.promises import announces_codes, promises
from exchange.parsing.statements.qualifying import qualifies
from exchange.parsing.statements.scopes import fuels_in, kinds_of, scope_in
from exchange.parsing.statements.sentences import CODE_MARK, Sentence
from exchange.parsing.statements.vouching import others_word, vouched_by
from exchange.parsing.text.cache_short import cache_short

_WHICH = "[TtQrDdKFAPJ]*"  # the Devices, between the parts of a denial
_WHO = "(?P<who>[WX]+)"
_NOT_US: Final = rf"[NZ]+{_WHO}(?=$)"  # so not us
_NONE_WAS_US: Final = rf"Z{_WHICH}{_WHO}(?=$)"  # neither of these was us
_IT_DID_NOT: Final = r"^t(?=N+I)"  # (the company says that) it did not install
_DENIALS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"[NZ]+{_WHICH}IB{_WHO}",  # not installed by us; none of these was fitted by Vale
        rf"[NZ]+{_WHICH}B{_WHO}{_WHICH}I",  # nicht von uns eingebaut
        rf"[NZ]+I{_WHICH}(?:B{_WHO}|W+$)",  # ni osodwyd y rhain gennym ni
        rf"N+{_WHO}S",  # nid ni yw'r cyflenwr gosod
        rf"S{_WHICH}N+(?P<who>X+)",  # the installing Supplier was not Vale
        rf"{_WHO}N+{_WHICH}[IJ]",  # we did not install; we did not do these installs
        rf"N+J{_WHICH}B{_WHO}",  # no installation was carried out by us
        rf"{_WHO}Z{_WHICH}I",  # wir haben keinen dieser Zähler eingebaut
        rf"{_WHO}T?{_WHICH}N+I",  # wir haben diese nicht installiert
        rf"N+{_WHO}I",  # it was not us who installed; nor did we fit
        rf"{_WHO}N*I{_WHICH}Z",  # we installed none of these
        rf"Z{_WHICH}{_WHO}I",  # none of these did we install
        rf"N[Dd]+{_WHO}I",  # these are not meters that we installed
        rf"[NZ]+{_WHICH}(?P<who>X+)[JD]",  # these are not Vale installs
        rf"(?:{_WHO}?)[NZ]+{_WHICH}(?:o|O[DdJI]|S)",  # none are ours; we are not the installer
        rf"[NZ]+{_WHICH}B{_WHO}(?=$)",  # not by us; keines ist von uns
        _NOT_US,
        rf"[NZ]+{_WHICH}G|G{_WHICH}Z",  # no instalamos estos
        _IT_DID_NOT,
        _NONE_WAS_US,
        rf"IBY|Y{_WHICH}I",  # installed by another supplier
    )
)
_OWNERSHIPS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"IB{_WHO}",
        rf"{_WHO}I",
        r"G",
        rf"{_WHO}{_WHICH}S",
        r"[TtQrDdKFA]+(?:o|O[DdJI])",
    )
)
_CODES_FOR = re.compile(r"[XWO]*c(?=.*[TQFo])[^NZ]*$")
_IT_WAS = re.compile(r"[tT]X+$")
_SOMEBODY: Final = frozenset((parts.WE, parts.NAME))
_COPULAS: Final = frozenset(("was", "were", "is", "are", "be", "been"))
_SAME_NOT = re.compile(r"(?=.*[rF])[rFQDd]+N$")  # the rest are not
_NONE_OF_REST = re.compile(r"Z[TtQDd]*r[TtQDd]*$")  # none of the others: it does not say what
_LEADS: Final = frozenset("TtQrDdFAc")  # what may come before a denial in its clause
_OWNERSHIP: Final = frozenset((parts.OURS, parts.INSTALLER, parts.ON_BEHALF, parts.UNFINISHED))
_TRADES: Final = frozenset(
    ("metering", "services", "field", "contracting", "contractors", "engineering", "installations")
)
_TURN_TO = re.compile(
    r"\W*(?:please |kindly |you should |you need to )?(?:ask|contact|speak|talk|write|send"
    r"|call|ring|chase|e-?mail|refer|direct|try|go|take)\b",
    re.I,
)
_DENYING: Final = frozenset(
    ("not", "never", "none", "neither", "nothing", "zero", "nobody", "no one", "not one of the",
     "not one of these", "not one of those", "not one of them", "not any of", "not a single one")
)  # fmt: skip
_SHOWN: Final = 300
# A sentence without any of these answers nothing; requests are full of "install codes".
_MAY_ANSWER = re.compile(
    r"\b(?:install(?:ed|ing|ers?|s|ations?)?\b(?! codes?)|fit(?:ted|ting)?\b"
    r"|ours\b|mine\b"
    r"|put\b[^.]{0,60}\bin\b|(?:by|to|with) us\b|none\b|neither\b|one of our|no one\b|nobody\b"
    r"|went in\b|zero of|0 of|0 out of)"
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
    language = language_of(sentence.text)
    if language:
        return read_other_answers(sentence, where, language)
    clauses = clauses_of(sentence.text)
    words = sentence.text[:_SHOWN]
    if not clauses:
        return []
    cores = [core for index in range(len(clauses)) if (core := _core(clauses, index))]
    cores += _others(clauses) if cores else []
    hedge = "" if not cores else _hedge(sentence, clauses, cores)
    voucher = vouched_by(clauses[: cores[0].clause + 1]) if cores else ""
    found: list[Statement] = []
    for core in cores:
        scope = _scope_of(sentence, clauses, core)
        if core.act is Act.OWNS and set(core.who.lower().split()) & _TRADES:
            hedge = hedge or core.who  # it may have worked for the sender
        reason = words if core.who not in ("", "us") else ""
        if voucher and core.who in ("", "us"):
            core = core._replace(who=voucher)  # whether that is the sender, its names tell
        elif voucher and voucher != core.who:
            hedge = hedge or voucher
        kinds = kinds_of(clauses[: core.clause + 1]) if scope[0] is Scope.KIND else ()
        found.append(
            Statement(core.act, where, words, *scope, _subject(core.who), hedge, reason, kinds)
        )
    found += _provided(sentence, clauses, where, words, found)
    if not found and promises(sentence.text):
        rest = any(parts.REST in clause.shape for clause in clauses)
        found.append(Statement(Act.PROMISES, where, words, Scope.REST if rest else Scope.NONE))
    promised = [one for one in found if one.act is Act.PROMISES]
    if not found or (promised and _speaks_of_ownership(clauses)):
        why = qualifies(sentence, clauses)
        if why:
            about = Scope.NAMED if sentence.devices else Scope.NONE
            found.append(Statement(Act.OTHER, where, words, about, sentence.devices, hedge=why))
    return found


def may_answer(sentence: Sentence) -> bool:
    """Return whether a sentence could answer or promise: cheap, for mails that only ask."""
    return _may_answer(sentence.text)


@cache_short
def _may_answer(text: str) -> bool:
    if _MAY_ANSWER.search(text) or promises(text) or announces_codes(text):
        return True
    return bool(language_of(text))


def gives_codes(heading: Sentence) -> bool:
    """Return whether a subject says that codes come with the mail: ``Codes for both meters``."""
    shape = "".join(clause.shape for clause in clauses_of(heading.text))
    return bool(_CODES_FOR.match(shape))


def unfinished(subject: str) -> str:
    """Return the words by which a subject says that the mail is not meant to be sent yet."""
    for clause in clauses_of(subject):
        for word in clause.kept:
            if word.part == parts.UNFINISHED:
                return word.text
    return ""


def _subject(who: str) -> str:
    return "" if who in ("", "us") else who


def _core(clauses: Sequence[Clause], index: int) -> _Core | None:
    """Return the answer in one clause: a denial, else an ownership."""
    clause, before = clauses[index], clauses[:index]
    for pattern in _DENIALS:
        found = pattern.search(clause.shape)
        if found and pattern.pattern == _IT_DID_NOT:
            who = _named_before(before)
            if clause.kept[0].text.lower() != "it" or not who:
                continue
            return _Core(Act.DENIES, index, 0, clause.shape.index("I") + 1, who)
        if found and _is_predicate(clause, pattern.pattern):
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


def _others(clauses: Sequence[Clause]) -> list[_Core]:
    """Return who it was instead: ``it was Tidal Gas``."""
    return [
        _Core(Act.OWNS, index, 0, len(one.shape), " ".join(word.text for word in one.kept[1:]))
        for index, one in enumerate(clauses)
        if _IT_WAS.match(one.shape) and one.words[1].text.lower() in _COPULAS
    ]


def _is_predicate(clause: Clause, pattern: str) -> bool:
    """Whether ``us`` is what something is not: ``so not us``, no ``do not ask us``."""
    if pattern == _NONE_WAS_US:
        words = [word.text.lower() for word in clause.words if word.part not in _SOMEBODY]
        somebody = clause.words[-1].part in _SOMEBODY
        return somebody and bool(words) and words[-1] in _COPULAS
    if pattern != _NOT_US:
        return True
    texts = [word.part for word in clause.words if word.text.lower() not in ("was", "were", "the")]
    if texts[:2] == [parts.NEGATION, parts.NAME]:
        return True  # not Vale
    return any(
        one in (parts.NEGATION, parts.NO_ONE) and two == parts.WE for one, two in pairwise(texts)
    )


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


def _hedge(sentence: Sentence, clauses: Sequence[Clause], cores: Sequence[_Core]) -> str:
    """Return the first words that leave the answers of a sentence open."""
    if "?" in sentence.text:
        return "?"
    asks = _TURN_TO.match(sentence.text)
    if asks and all(clauses[core.clause].shape in ("NW", "NX") for core in cores):
        return asks[0]  # ask them, not us
    other = others_word(clauses[: cores[0].clause + 1])
    if other:
        return other
    by_clause = {core.clause: core for core in cores}
    first = min(by_clause)
    for core in cores if any(core.act is Act.DENIES for core in cores) else ():
        ours = next((w.text for w in clauses[core.clause].kept if w.part == parts.WE), "")
        if core.act is Act.OWNS and ours.lower().startswith("our "):
            return ours  # not us: our fitter did
    for index, clause in enumerate(clauses):
        answer = by_clause.get(index)
        if answer is None:
            words = doubts_in_passing(clause, before=index < first)
        else:
            words = _doubts_around(clause, answer, first=index == first)
        if words:
            return words
    return ""


def _doubts_around(clause: Clause, core: _Core, *, first: bool) -> str:
    """Return what in the clause of an answer leaves it open."""
    if clause.opens_with == "but" and not first:
        return "but"
    if _NONE_OF_REST.match(clause.shape):
        return " ".join(word.text for word in clause.kept)
    words = of_another_thing(clause, core.start, core.end)
    if words:
        return words
    denials = [word.text for word in clause.kept if word.text.lower() in _DENYING]
    if len(denials) > 1:
        return " ... ".join(denials)  # not one of these is not ours
    for position, word in enumerate(clause.kept):
        if word.part in parts.HEDGES:
            return word.text
        if word.part == parts.MOMENT and (core.act is Act.OWNS or position < core.start):
            continue
        inside = core.start <= position < core.end
        if inside or word.part in _LEADS or word.part == parts.KIND:
            continue
        if word.part in (parts.WE, parts.OUR) or (word.part in "ISoXJ" and position < core.start):
            continue
        return word.text
    return ""


def _scope_of(
    sentence: Sentence, clauses: Sequence[Clause], core: _Core
) -> tuple[Scope, tuple[DeviceId, ...], tuple[int, ...], int | None]:
    """Return scope, Devices, rows and count of an answer: of its clause, else of one before it."""
    own = scope_in(clauses[core.clause].kept)
    if own[0] is Scope.ALL_BUT:
        return Scope.ALL_BUT, sentence.devices, own[1], None
    if sentence.devices and own[0] in (Scope.NONE, Scope.ONE):
        return Scope.NAMED, sentence.devices, (), None
    for index in range(core.clause, -1, -1):
        found = scope_in(clauses[index].kept)
        if found[0] is not Scope.NONE:
            return (found[0], sentence.devices if found[0] is Scope.NAMED else (), *found[1:])
    return Scope.NONE, (), (), None


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
        about = _about_codes(clauses)
        kinds = fuels_in(word for clause in about for word in clause.kept)
        for clause in about:
            rows = rows or tuple(n for one in clause.kept for n in one.numbers if one.part == "F")
            risky = [one.text for one in clause.kept if one.part in parts.HEDGES]
            negated = [one.text for one in clause.kept if one.part in (parts.NEGATION,)]
            hedge = hedge or next(iter(risky + negated), "")
        scope = Scope.ROWS if rows else Scope.ONE if sentence.codes == 1 else Scope.NONE
        if known and not rows and known[-1].act is Act.OWNS:
            scope, rows = known[-1].scope, known[-1].rows
        if kinds and not rows:
            scope = Scope.KIND
        count = sentence.codes if scope is Scope.KIND else None
        return [
            Statement(
                Act.PROVIDES, where, words, scope, rows=rows, count=count, hedge=hedge,
                kinds=kinds if scope is Scope.KIND else (),
            )
        ]  # fmt: skip
    if announces_codes(sentence.text):
        return [Statement(Act.PROVIDES, where, words, reason="attached")]
    return []


def _about_codes(clauses: Sequence[Clause]) -> Sequence[Clause]:
    """Return the clauses with codes, and those after the last answer before them."""
    held = [index for index, one in enumerate(clauses) if CODE_MARK in {w.text for w in one.words}]
    first = held[0] if held else 0
    for index in range(first + 1, len(clauses)):
        if parts.KIND in clauses[index].shape and _core(clauses, index):
            clauses = clauses[:index]  # "... and the gas one is not ours"
            break
    denied = [index for index in range(first) if _core(clauses, index)]
    if not denied or clauses[denied[-1]].shape.count(parts.NEGATION) == 0:
        return clauses
    return clauses[denied[-1] + 1 :]


def _speaks_of_ownership(clauses: Sequence[Clause]) -> bool:
    """Whether a promise says more than that an answer will come."""
    return any(set(clause.shape) & _OWNERSHIP for clause in clauses)
