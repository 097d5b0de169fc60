"""Find words next to an answer that leave it open, or make it one about something else."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from exchange.parsing.phrases import statement_words as parts
from exchange.parsing.statements.grammar.companies import OWN_PEOPLE
from exchange.parsing.statements.grammar.history import is_passive, is_when, tells_of_supply
from exchange.parsing.statements.grammar.words import Clause, Word
from exchange.parsing.statements.qualifying import OF_SOME, is_advice, is_harmless
from exchange.parsing.statements.sentences import CODE_MARK

_CONFIRMING: Final = frozenset((parts.WE, parts.INSTALL, parts.JOB, parts.INSTALLER, parts.CODE))
_DOING: Final = frozenset("IJG")
_GIVING: Final = frozenset(
    ("help", "assist", "provide", "supply", "give", "share", "send", "offer", "able", "unable")
)
_INSTALLING: Final = frozenset("ISJoG")
_ABOUT_INSTALLING: Final = frozenset("IJSG")
_NONE_AT_ALL: Final = frozenset((parts.NO_ONE, parts.THESE, parts.DEVICE, parts.NUMBER))
_WITH: Final = frozenset(("with", "using", "through", "via"))
_HOLDING: Final = frozenset(
    ("found", "have", "hold", "holds", "held", "got", "has", "attached", "enclosed", "find")
)
_HEADS: Final = frozenset((parts.KIND, parts.DEVICE, parts.ONE_DEVICE))
# We did not when we took over, we did in 2020.
_WE_DID = re.compile(
    r"\b(?:we|i) (?:did|had done|have done)(?= (?:in|on|at|before|later|earlier|then|once|too"
    r"|though|after"
    r"|so|it|them|those)\b|$)"
)
_RECORDS: Final = frozenset(
    ("record", "records", "register", "system", "systems", "database", "log", "logs", "history",
     "tracker", "files", "books", "data", "portfolio", "crm", "base", "estate", "list", "archive")
)  # fmt: skip
_OWN = re.compile(r"\b(?:own|in-house|internal)\b", re.I)
_OF_CODES = re.compile(r"[TtQ]*c")
_BEFORE_CODES: Final = frozenset(
    ("for", "so", "no", "with", "of", "hold", "have", "held", "no code", "no codes", "to", "and")
)
_SHOWN_IN: Final = frozenset(("found", "find", "see"))
_PLACES: Final = frozenset(
    ("site", "sites", "customer", "customers", "account", "accounts", "premises", "property",
     "properties", "address", "addresses", "mpan", "mpans", "mprn", "mprns")
)  # fmt: skip
_AUXILIARIES: Final = frozenset(
    ("do", "did", "does", "have", "has", "had", "are", "were", "was", "is", "can", "also", "just")
)
_WHERE: Final = frozenset(("in", "on", "a", "the", "near", "to", "from", "for"))
_NOT_THE_SENDER: Final = frozenset(("you", "he", "she", "yourselves"))
_CHECKING: Final = frozenset(
    ("check", "checked", "checking", "search", "searched", "verify", "verified", "confirm",
     "confirmed", "finished", "completed", "complete", "heard", "know", "known", "validated",
     "looked", "access", "reviewed", "review", "had a look", "gone through", "been through",
     "have checked", "certain", "remember", "recall", "see", "tell", "say", "found", "find")
)  # fmt: skip


def doubts_in_passing(clause: Clause, *, before: bool) -> str:
    """Return what in another clause of the sentence leaves the answer open."""
    if tells_of_supply(clause) or is_advice(clause):
        return ""
    if clause.shape == parts.INSTALL and not is_passive(clause):
        return clause.words[0].text  # ... (North) did
    for word in clause.kept:
        if word.part in parts.HEDGES and not _is_harmless(word, clause):
            return word.text
        if word.part == parts.KIND and any(one.text == CODE_MARK for one in clause.words):
            continue  # the code of the other one
        if word.part == parts.KIND and before and not set(clause.shape.rstrip("N")) - _HEADS:
            continue  # elec: not us
        if word.part in (parts.KIND, parts.OURS):
            return word.text
        if word.part in (parts.NEGATION, parts.NO_ONE) and not _supports(clause):
            return word.text
    texts = {part for word in clause.words for part in word.text.lower().split()}
    denied = any(one in ("no", "not", "cannot", "never", "nor") for one in texts)
    if {parts.WE, parts.CODE} <= set(clause.shape) and texts & _HOLDING and not denied:
        return next(word.text for word in clause.kept if word.part == parts.CODE)
    plain = " ".join(word.text.lower() for word in clause.words)
    did = _WE_DID.search(plain) if not denied else None
    if did:
        return did[0]
    doing = set(clause.shape) & _DOING and not (is_passive(clause) or _is_negative(clause))
    negated = {parts.NEGATION, parts.NO_ONE} & set(clause.shape)  # and found to support it
    if doing and parts.UNKNOWN in clause.shape and not negated:
        return next(word.text for word in clause.kept if word.part == parts.UNKNOWN)
    if not before and (clause.opens_with == "but" or parts.OUR in clause.shape):
        return clause.opens_with or "our"  # our fitter did
    if clause.opens_with in ("because", "since", "as") and not before:
        return next((word.text for word in clause.kept if word.part == parts.UNKNOWN), "")
    return ""


def _is_harmless(word: Word, clause: Clause) -> bool:
    """Whether a word that can hedge asks or announces here, or tells of no record."""
    text = word.text.lower()
    return text.startswith("no record of") or is_harmless(word, clause)


def _is_negative(clause: Clause) -> bool:
    return any(word.text.lower().startswith("no ") for word in clause.words)


def _supports(clause: Clause) -> bool:
    """Whether a clause with a negation can only confirm a denial: ``so no installs by us``."""
    here = set(clause.shape)
    if here <= _NONE_AT_ALL or _tells_of_no_record(clause):
        return True
    gives = parts.CODE in here or any(word.text.lower() in _GIVING for word in clause.words)
    if gives and not here & (OF_SOME | _INSTALLING):
        return not any(word.text.lower() in _CHECKING for word in clause.words)
    if here & _CONFIRMING and not here & (OF_SOME | {parts.UNKNOWN, parts.NAME}):
        return True
    checks = any(word.text.lower() in _CHECKING for word in clause.words)
    # "we have never run an install programme": whatever it is that the sender never did
    return (
        {parts.WE} <= here and bool(here & _ABOUT_INSTALLING) and not checks and not here & OF_SOME
    )


def _tells_of_no_record(clause: Clause) -> bool:
    """Whether a clause says that records have nothing: ``they do not show on our register``."""
    texts = {part for word in clause.words for part in word.text.lower().split()}
    if not texts & _RECORDS or texts & _CHECKING - _SHOWN_IN:
        return False
    said = {word.part for word in clause.kept if word.text.lower() not in _RECORDS}
    return not said & (OF_SOME | {parts.UNKNOWN, parts.NAME, parts.BY, parts.WE})


def in_general(clause: Clause) -> bool:
    """Return whether a clause says what somebody does as a rule: ``we do not install meters``."""
    texts = [word.text.lower() for word in clause.words]
    return any(
        one in ("do", "does") and two == "not" and three in ("install", "fit")
        for one, two, three in zip(texts, texts[1:], texts[2:], strict=False)
    )


def of_another_thing(clause: Clause, start: int, end: int) -> str:
    """Return the words by which an answer is not about who installed these Devices."""
    if start and clause.shape[start - 1] == parts.CODE:
        return parts.CODE  # a code is not installed
    if _OF_CODES.match(clause.shape[end:]) and not _is_aside(clause, end):
        return parts.CODE  # we have not installed these codes
    texts = [word.text.lower() for word in clause.words]
    met = {parts.DEVICE, parts.ONE_DEVICE} & set(clause.shape)
    if not met and {parts.OURS, parts.OUR} & set(clause.shape[start:end]):
        return next((text for text in texts if text in _PLACES), "")
    return ""


def _is_aside(clause: Clause, end: int) -> bool:
    """Whether a preposition comes between an answer and the codes after it."""
    last = clause.words.index(clause.kept[end - 1])
    code = next(at for at, word in enumerate(clause.words) if at > last and word.part == parts.CODE)
    return any(word.text.lower() in _BEFORE_CODES for word in clause.words[last:code])


def doubts_about_others(clause: Clause, end: int) -> str:
    """Return what leaves open that another company installed them, for itself.

    When and where it did is no matter; that the sender comes into it is, unless by its supply.
    """
    for one, two in pairwise(clause.words):
        if one.text.lower() == "for" and two.part == parts.NAME:
            return f"for {two.text}"
        placed = one.part == parts.NAME and clause.words[0].text.lower() == "the"
        if (placed or one.text.lower() in ("the", "a", "some")) and two.text.lower() in OWN_PEOPLE:
            return two.text  # the team in Leeds did, the Leeds team did
    supplied = tells_of_supply(clause._replace(shape=clause.shape[end:], kept=clause.kept[end:]))
    for at, word in enumerate(clause.kept):
        if word.part in parts.HEDGES and not (at >= end and is_when(word)):
            return word.text
        if at >= end and word.part in (parts.WE, parts.OUR, parts.OURS) and not supplied:
            return word.text
    return ""


def relates_to_sender(clause: Clause) -> str:
    """Return the word by which a clause brings the sender in, other than by what it supplies."""
    if tells_of_supply(clause) or parts.NEGATION in clause.shape or _is_negative(clause):
        return ""
    ours = (parts.WE, parts.OUR, parts.OURS)
    return next((word.text for word in clause.kept if word.part in ours), "")


def place_of(clause: Clause) -> str:
    """Return the name after ``us`` that is no name of the sender: ``by us in Scotland``."""
    for at, word in enumerate(clause.words):
        if word.part != parts.NAME or not at:
            continue
        joins = [at - 1, at - 2, at - 3]
        we = next((one for one in joins if one >= 0 and clause.words[one].part == parts.WE), -1)
        between = {one.text.lower() for one in clause.words[we + 1 : at]} if we >= 0 else set()
        if between & _WHERE:
            return word.text
    return ""


def through_own_people(clause: Clause) -> str:
    """Return the words by which somebody else may have done it: ``not with our own staff``."""
    for one, two in pairwise(clause.words):
        people = two.part in (parts.WE, parts.OUR, parts.OURS) and two.text.lower().startswith(
            "our"
        )
        own = one.text.lower() == "by" and bool(_OWN.search(two.text))
        if people and (own or one.text.lower() in _WITH):
            return f"{one.text} {two.text}"  # and by whom else?
    return ""


def speaker_before(clause: Clause) -> str:
    """Return the word that makes a denial one of somebody else: ``you are not the installer``."""
    subject = ""
    for word in clause.words:
        text = word.text.lower()
        if word.part in (parts.NEGATION, parts.NO_ONE):
            break
        if text not in _AUXILIARIES:
            subject = text
    if subject == "they" and parts.INSTALLER in clause.shape:
        return subject
    return subject if subject in _NOT_THE_SENDER else ""
