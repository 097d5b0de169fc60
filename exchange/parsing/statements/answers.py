"""Read from a sentence who installed which Devices, who did not, and what leaves that open.

A denial is composed: a negation, installing or owning, somebody, and the Devices it is about; each
pattern here is an order of these parts within one clause.  Whatever else the sentence says must be
known to be harmless, or the statement has a hedge and a person reads it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from exchange.domain.device import DeviceId
from exchange.domain.statements import BEFORE_SENDER, OF_COMPANIES, Act, Scope, Statement
from exchange.parsing.languages.clauses import language_of
from exchange.parsing.phrases import statement_words as parts
from exchange.parsing.phrases.aside_phrases import (
    QUOTED,
    labelled_unsent,
    leaves_open,
    recalls_mail,
    without_others,
    without_who_else,
)
from exchange.parsing.phrases.statement_phrases import UNFINISHED_WORDS
from exchange.parsing.statements.asides import is_small_print, without_courtesy
from exchange.parsing.statements.cores import NONE_OF_REST, Core, core_of, others_of
from exchange.parsing.statements.grammar.clauses import clauses_of
from exchange.parsing.statements.grammar.history import guessed_other
from exchange.parsing.statements.grammar.restrictions import restriction_before
from exchange.parsing.statements.grammar.scopes import (
    endings_in,
    is_back_reference,
    kinds_of,
    scope_in,
)
from exchange.parsing.statements.grammar.spelling import plain_words, spelt_out
from exchange.parsing.statements.grammar.words import Clause
from exchange.parsing.statements.hedges import (
    doubts_about_others,
    doubts_in_passing,
    in_general,
    of_another_thing,
    place_of,
    relates_to_sender,
    speaker_before,
    through_own_people,
)
from exchange.parsing.statements.other_companies import is_of_companies, was_before_sender
from exchange.parsing.statements.other_languages import read_other_answers
from exchange.parsing.statements.promises import announces_codes, promises
from exchange.parsing.statements.provided import provided
from exchange.parsing.statements.qualifying import is_advice, is_off_topic, qualifies
from exchange.parsing.statements.sentences import CODE_MARK, Sentence
from exchange.parsing.statements.vouching import hearsay_in, of_a_view, others_word, vouched_by
from exchange.parsing.text.cache_short import cache_short

_CODES_FOR = re.compile(r"[XWO]*c(?=.*[TQFo])[^NZ]*$")
_BEYOND_ROWS: Final = frozenset("TDrAEPKVUZQ")
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
_INVERTED = re.compile(
    r"\W*(?:were|was|did|have|has|are|is|do|can|could|had)\s+(?:we|these|those|they|this|it|i"
    r"|the|none|neither|any|all|both)\b",
    re.I,
)
_DENYING: Final = frozenset(
    ("not", "never", "none", "neither", "nothing", "zero", "nobody", "no one", "not one of the",
     "not one of these", "not one of those", "not one of them", "not any of", "not a single one")
)  # fmt: skip
_SHOWN: Final = 300
_FOR_NAME = re.compile(
    r"\W*(?:(?:I am|I'm|We are|We're) (?:\w+ ){1,2}(?:to (?:your|this"
    r"|the) \w+ (?:dated [\w ]{3,20} )?)?)?"
    r"(?:(?:[Ff]or and )?[Oo]n behalf of"
    r"|[Ff]or) (?:the )?([A-Z][\w&.'-]*(?: (?:[A-Z&(][\w&.')-]*|and)){0,6})"
)
_TO_NOTE = re.compile(
    r"\W*(?:please |kindly )?(?:can|could|would|will) you (?:please |kindly |also "
    r"|therefore )*(?:note"
    r"|record|update|log|mark|amend|close|accept|take|be aware|be advised)\b",
    re.I,
)
_SENDS = re.compile(
    r"\b(?:will|shall|to) (?:\w+ )?(?:send|provide|forward|supply|follow|share)\b", re.I
)
_OUR_OUTCOME = re.compile(r"\W*not (?:the )?installing supplier\W*", re.I)
# A sentence without any of these answers nothing; requests are full of "install codes".
_MAY_ANSWER = re.compile(
    r"\b(?:instal+(?:ed|ing|ers?|s|ations?)?\b(?! codes?)|fit(?:ted|ting)?\b"
    r"|ours\b|mine\b|fitters?\b|mount(?:ed)?\b|hung\b|deployed\b|meter work\b|nothing to do with\b"
    r"|(?:part|hand|role|involvement) in\b|down to\b|belongs? to\b"
    r"|put\b[^.]{0,60}\bin\b|(?:by|to|with) us\b|none\b|neither\b|one of our|no one\b|nobody\b"
    r"|went in\b|zero of|0 of|0 out of|0/)"
    r"|(?:\bnot|\bnever|\bno|n'?t)\b[^.]{0,60}\b(?:jobs?|work|doing|done|us|we)\b"
    r"|(?:\bnot|\bnever|n'?t) (?:do|did|done|put|go)\b|(?:\bnot|n'?t) (?-i:[A-Z])"
    r"|(?:\bnot|n't)(?: us\b|\W*$|\b[^.]{0,60}\b(?:ours?|meters?|devices?|installs?)\b)|"
    + CODE_MARK,
    re.I,
)


def read_answers(sentence: Sentence, where: str) -> list[Statement]:
    """Return the statements of one sentence.

    A sentence that only qualifies, such as ``the gas one may be ours``, gives Act.OTHER with a
    hedge: it matters where the same mail denies something.
    """
    if sentence.item:
        return []
    language = language_of(sentence.text)
    if language:
        return read_other_answers(sentence, where, language)
    clauses = clauses_of(without_who_else(without_courtesy(sentence.text)))
    words = sentence.text[:_SHOWN]
    if not clauses:
        return []
    cores = [core for index in range(len(clauses)) if (core := core_of(clauses, index))]
    cores += others_of(clauses) if cores else []
    hedge = "" if not cores else _hedge(sentence, clauses, cores)
    voucher = vouched_by(clauses[: cores[0].clause + 1]) if cores else ""
    voucher = voucher or (_named_label(sentence.text, clauses) if cores else "")
    found: list[Statement] = []
    for core in cores:
        scope = _scope_of(sentence, clauses, core)
        if core.act is Act.OWNS and set(core.who.lower().split()) & _TRADES:
            hedge = hedge or core.who  # it may have worked for the sender
        reason = words if core.who not in ("", "us") else ""
        if (
            core.act is Act.OWNS
            and reason
            and was_before_sender(sentence.text, clauses[core.clause])
        ):
            reason = BEFORE_SENDER
        if voucher and core.who in ("", "us"):
            core = core._replace(who=voucher)  # whether that is the sender, its names tell
        elif voucher and voucher != core.who:
            hedge = hedge or voucher
        if core.act is Act.DENIES and scope[0] in (Scope.THESE, Scope.NONE):
            hedge = hedge or restriction_before(clauses, core.clause)
        kinds = kinds_of(clauses[: core.clause + 1]) if scope[0] is Scope.KIND else ()
        ends = (
            _endings_of(clauses[: core.clause + 1])
            if scope[0] in (Scope.ROWS, Scope.ALL_BUT)
            else ()
        )
        found.append(
            Statement(
                core.act, where, words, *scope, _subject(core.who), hedge, reason, kinds, ends
            )
        )
    if found and _SENDS.search(hedge) and all(one.act is Act.OWNS for one in found):
        # It is theirs, and the code is on its way: that leaves no other Device open.
        found = [replace(one, hedge="") for one in found]
    found += provided(sentence, clauses, where, words, found)
    if is_small_print(sentence, clauses):
        return found
    guess = guessed_other([word for clause in clauses for word in clause.words])
    idle = not (found or sentence.devices or sentence.codes)
    if guess is not None and idle and not leaves_open(spelt_out(sentence.text)):
        return [Statement(Act.OWNS, where, words, subject=guess, reason=words)] if guess else []
    if not found and promises(sentence.text):
        rest = any(parts.REST in clause.shape for clause in clauses)
        about = Scope.REST if rest else Scope.NAMED if sentence.devices else Scope.NONE
        found.append(Statement(Act.PROMISES, where, words, about, sentence.devices))
    promised = [one for one in found if one.act is Act.PROMISES]
    if not found or (promised and _speaks_of_ownership(clauses)):
        aside = without_others(sentence.text)
        why = qualifies(sentence, clauses if aside == sentence.text else clauses_of(aside))
        companies = why and is_of_companies(clauses)
        named = _FOR_NAME.fullmatch(sentence.text.strip(" ,.-"))
        if named and why:  # the last line of a letter; whose name it is, the thread tells
            found.append(Statement(Act.OTHER, where, words, subject=named[1], hedge=why))
        elif companies:
            found.append(Statement(Act.OTHER, where, words, hedge=why, reason=OF_COMPANIES))
        elif why:
            rows, ends = ((), ()) if sentence.devices else _rows_alone(clauses)
            about = Scope.ROWS if rows or ends else Scope.NONE
            about = Scope.NAMED if sentence.devices else about
            found.append(
                Statement(
                    Act.OTHER, where, words, about, sentence.devices, rows, hedge=why,
                    endings=ends,
                )
            )  # fmt: skip
    return found


def _endings_of(clauses: Sequence[Clause]) -> tuple[str, ...]:
    """Return the last digits that the last of the clauses with some names."""
    return next(filter(None, (endings_in(one.kept) for one in reversed(clauses))), ())


def _named_label(text: str, clauses: Sequence[Clause]) -> str:
    """Return the name that stands alone before a colon, as who gives the answer after it."""
    if len(clauses) == 1 or any(word.part != parts.NAME for word in clauses[0].words):
        return ""
    names = " ".join(word.text for word in clauses[0].words)
    return names if re.match(rf"\W*{re.escape(names)}\s*:\s", text) else ""


def _rows_alone(clauses: Sequence[Clause]) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Return the rows, or last digits, that a sentence is about, if it is about nothing else."""
    kept = next((clause.kept for clause in clauses if clause.kept), ())
    if not kept or kept[0].part != parts.ROW:
        return (), ()
    beyond = [set(clause.shape) & _BEYOND_ROWS for clause in clauses]
    if beyond[0] or any(one - {parts.THESE} for one in beyond):
        return (), ()
    words = [word for clause in clauses for word in clause.kept]
    return tuple(n for word in words for n in word.numbers), tuple(endings_in(words))


def may_answer(sentence: Sentence) -> bool:
    """Return whether a sentence could answer or promise: cheap, for mails that only ask."""
    return _may_answer(sentence.text)


@cache_short
def _may_answer(text: str) -> bool:
    if _MAY_ANSWER.search(text) or promises(text) or announces_codes(text):
        return True
    return bool(language_of(text))


def points_back(words: str) -> bool:
    """Return whether a sentence is about Devices only as ``those``, ``it``, named before it."""
    return is_back_reference(word for clause in clauses_of(words) for word in clause.kept)


def speaks_of_else(sentence: Sentence) -> bool:
    """Return whether a sentence speaks of something else than Devices, answers or records."""
    clauses = clauses_of(sentence.text)
    return is_off_topic(sentence, clauses) or is_small_print(sentence, clauses)


def gives_codes(heading: Sentence) -> bool:
    """Return whether a subject says that codes come with the mail: ``Codes for both meters``."""
    shape = "".join(clause.shape for clause in clauses_of(heading.text))
    return bool(_CODES_FOR.match(shape))


def unfinished(subject: str) -> str:
    """Return the words by which a subject says that the mail is not meant to be sent yet."""
    low = subject.lower()
    for clause in clauses_of(subject) if any(word in low for word in UNFINISHED_WORDS) else ():
        for word in clause.kept:
            if word.part == parts.UNFINISHED:
                return word.text
    return ""


def _subject(who: str) -> str:
    return "" if who in ("", "us") else who


def _hedge(sentence: Sentence, clauses: Sequence[Clause], cores: Sequence[Core]) -> str:
    """Return the first words that leave the answers of a sentence open."""
    if "?" in sentence.text and not _TO_NOTE.match(sentence.text):
        return "?"
    asks = _TURN_TO.match(sentence.text)
    if asks and all(clauses[core.clause].shape in ("NW", "NX") for core in cores):
        return asks[0]  # ask them, not us
    if _INVERTED.match(sentence.text):
        return sentence.text.split(maxsplit=1)[0]  # were these not ...
    cited = _cited(sentence.text) or of_a_view(sentence.text)
    if cited:
        return cited
    text = without_courtesy(sentence.text)
    source = hearsay_in(text) or leaves_open(spelt_out(without_others(text)))
    if source:
        return source
    other = others_word(clauses[: cores[0].clause + 1])
    if other:
        return other
    general = [core for core in cores if in_general(clauses[core.clause])]
    if len(general) == len(cores):
        return "in general"
    by_clause = {core.clause: core for core in cores}
    first = min(by_clause)
    guessed = [one for core in cores if core.act is Act.OWNS for one in clauses[core.clause].words]
    if guessed_other(guessed) and all(core.act is Act.OWNS for core in cores):
        return ""  # I think Northmere did
    for core in cores if any(core.act is Act.DENIES for core in cores) else ():
        ours = next((w.text for w in clauses[core.clause].kept if w.part == parts.WE), "")
        if core.act is Act.OWNS and ours.lower().startswith("our "):
            return ours  # not us: our fitter did
    if all(core.act is Act.OWNS and core.who not in ("", "us") for core in cores):
        for clause in clauses[cores[0].clause + 1 :]:
            words = relates_to_sender(clause)
            if words:
                return words  # Acme did, who work for us
    for index, clause in enumerate(clauses):
        answer = by_clause.get(index)
        others = answer is None or answer.act is Act.OWNS
        if others and index > first and guessed_other(clause.words) is not None:
            continue
        if answer is None:
            words = doubts_in_passing(clause, before=index < first)
        else:
            words = _doubts_around(clause, answer, first=index == first)
        if words:
            return words
    return ""


def _cited(text: str) -> str:
    """Return the words that a sentence only cites or takes back, if its answer is in them."""
    recalled = recalls_mail(text) or labelled_unsent(plain_words(text))
    if recalled:
        return recalled
    found = QUOTED.search(text)
    if found is None or _OUR_OUTCOME.fullmatch(found[0]):
        return ""
    clauses = clauses_of(QUOTED.sub(" ", text))
    said = any(core_of(clauses, index) for index in range(len(clauses)))
    return "" if said else found[0]


def _doubts_around(clause: Clause, core: Core, *, first: bool) -> str:
    """Return what in the clause of an answer leaves it open."""
    if clause.opens_with == "but" and not first:
        return "but"
    if NONE_OF_REST.match(clause.shape):
        return " ".join(word.text for word in clause.kept)
    if core.reason or (core.act is Act.OWNS and core.who not in ("", "us")):
        return doubts_about_others(clause, core.end)
    words = (
        through_own_people(clause)
        or place_of(clause)
        or of_another_thing(clause, core.start, core.end)
        or speaker_before(clause)
    )
    if words:
        return words
    denials = [word.text for word in clause.kept if word.text.lower() in _DENYING]
    if len(denials) > 1:
        return " ... ".join(denials)  # not one of these is not ours
    for position, word in enumerate(clause.kept):
        if word.part in parts.HEDGES and word.text.lower() != "actually":
            return word.text
        if word.part == parts.MOMENT and (core.act is Act.OWNS or position < core.start):
            continue
        inside = core.start <= position < core.end
        if inside or word.part in _LEADS or word.part in (parts.KIND, parts.EXCEPT):
            continue  # except: "actually", the rest was returned
        if word.part == parts.OUR and position >= core.end:
            return word.text  # on our own account
        if word.part in (parts.WE, parts.OUR) or (word.part in "ISoXJ" and position < core.start):
            continue
        return word.text
    return ""


def _scope_of(
    sentence: Sentence, clauses: Sequence[Clause], core: Core
) -> tuple[Scope, tuple[DeviceId, ...], tuple[int, ...], int | None]:
    """Return scope, Devices, rows and count of an answer: of its clause, else of one before it."""
    own = scope_in(clauses[core.clause].kept)
    if is_back_reference(clauses[core.clause].kept):
        for clause in reversed(clauses[: core.clause]):
            before = scope_in(clause.kept)
            if before[0] in (Scope.ROWS, Scope.KIND, Scope.REST):
                return before[0], (), *before[1:]  # row 2 is not ours, we never fitted it
    if own[0] is Scope.ALL_BUT:
        return Scope.ALL_BUT, sentence.devices, own[1], None
    if sentence.devices and own[0] in (Scope.NONE, Scope.ONE):
        return Scope.NAMED, sentence.devices, (), None
    for index in range(core.clause, -1, -1):
        if index < core.clause and is_advice(clauses[index]):
            continue
        found = scope_in(clauses[index].kept)
        if found[0] is not Scope.NONE:
            return (found[0], sentence.devices if found[0] is Scope.NAMED else (), *found[1:])
    return Scope.NONE, (), (), None


def _speaks_of_ownership(clauses: Sequence[Clause]) -> bool:
    """Whether a promise says more than that an answer will come."""
    return any(set(clause.shape) & _OWNERSHIP for clause in clauses)
