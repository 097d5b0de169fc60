"""Tell what a sentence says of a request or of its Devices, other than to ask for their codes.

A request asks in the present, for us, and of its own.  What is said *of* it or of its Devices is
understood only in words that ask, are polite or give a reason; in any others it may be over, put
off or yet to come, and a person reads it.  So the tables are closed: a clause about our
correspondent's request has no words but those of ``OF_A_REQUEST``, and what is said of his Devices
has its verb in ``OF_DEVICES``.  A word that nobody thought of falls on the safe side.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from typing import Final

from exchange.parsing.phrases import request_words as words
from exchange.parsing.phrases.act_words import OTHER_ACTION, OTHER_WORD, PARTS
from exchange.parsing.statements.requests import spelt_out

_LONGEST: Final = 600  # characters of a sentence that are read
_FEW: Final = 6  # words of a title, or of what is said in brackets
_DETERMINED: Final = 4  # words between "our" and "request" at most
_WORD = re.compile(r"[^\W\d_]+(?:[-'][^\W\d_]+)*")
_BRACKETS = re.compile(r"[(\[{]([^()\[\]{}]{2,200})[)\]}]|(?<!\S)[*#~>_]{2,}([^*#~<>_]{2,200})")
_CLAUSE_END = re.compile(
    r"[;:()\[\]\"]|[,.!?]+(?=\s|$)|\s[-\u2013\u2014]+\s|[\u2013\u2014]"
    r"|\b(?:so|but|because|although|though|since|whereas|while|which|and(?= (?:we|i|you|they|please"
    r"|could|can|would|kindly)\b))\b",
    re.I,
)
_PARTICIPLE = re.compile(r"\w{2,}[^e\W]ed$", re.I)
_AUXILIARY: Final = words.words_of(
    "is are was were be been being am has have had do does did will would can could may might "
    "shall should get gets got now all both also since already just still again only really"
)
_PASSIVE: Final = words.words_of("is are was were be been being get gets got has have had")
_ELSEWHERE: Final = words.words_of(
    "off back else elsewhere longer dealt done sorted closed resolved settled moot"
)
_BELOW = re.compile(r"\b(?:below|following|underneath|beneath)\b", re.I)
_MAIL = re.compile(
    r"\b(?:the|this|my|our) (?:e-?mail|mail|message|note|list|enquiry|one)s? (?P<where>above|below"
    r"|underneath|beneath|here)\b|^\W*the (?P<alone>above|below)\b",
    re.I,
)
_SATISFIED = re.compile(
    r"\b(?:we|i)(?: (?:are|am|have|had|can|now|all|both|fully|quite|since)){1,3} (?:set|good|sorted"
    r"|fine|covered|ok(?:ay)?|there|home and dry|through|suited|served|manage|cope"
    r"|what we (?:need|were|want))\b|\ball (?:set|good|sorted|done|fine)\b",
    re.I,
)
_ORDER = re.compile(
    r"\b(?:(?:please|pls|kindly) )?(?:(?:could|can|would|will) you(?: (?:please|kindly))?"
    r"|(?<=please )|(?<=pls )|(?<=kindly )) ?(?P<verb>[a-z]+)(?P<rest>[^.;:?!,]{0,40}?)\bcodes?\b",
    re.I,
)
_OVER = re.compile(r"\W*(?:over|across|along|through|(?:our|my) way|back|to (?:us|me))\b", re.I)
_FOR_US = re.compile(r"\b(?:us|me)\b", re.I)
_LABEL = re.compile(r"^\W*\w+(?: (?:by|on|for|at|from|to|in))?\s?:")


class Place(Enum):
    """Where a sentence is."""

    SUBJECT = "subject"
    ABOVE = "above"  # before anything was asked
    BELOW = "below"  # after it
    SIGNED = "signed"  # below the closing words


@lru_cache(maxsize=2048)  # the sentences of small requests come again and again
def is_in_earnest(text: str) -> bool:
    """Return whether a sentence with the words of a request asks now, for us, and of its own."""
    text = spelt_out(text[:_LONGEST])
    return not (
        words.FOR_THEMSELVES.search(text)
        or words.NOT_ASKED.search(text)
        or words.YET_TO_COME.search(text)
        or words.OUR_WORD.search(text)
        or words.WHETHER.search(text)
        or _depends(text)
        or _asks_for_another_thing(text)
        or any(
            _speaks_of_request(one) or _tells_of_codes(one) or words.WILL_DO.search(one)
            for one in _clauses(text)
        )
    )


def points_to_subject(text: str) -> bool:
    """Return whether a sentence says that its mail's subject has it all, and nothing else."""
    if not words.SUBJECT_LINE.search(text):
        return False
    return {one.lower() for one in _WORD.findall(text)} <= words.OF_A_SUBJECT


def is_added_later(text: str) -> bool:
    """Return whether a sentence says that it was added to what is above it."""
    return bool(words.ADDED_LATER.search(text))


@lru_cache(maxsize=2048)
def unsettles(text: str, place: Place, *, asks: bool) -> bool:
    """Return whether a sentence may say that a request is over, put off or yet to come.

    ``asks``: the sentence itself asks, so that only what it says in brackets counts.
    """
    text = spelt_out(text[:_LONGEST])
    aside = [one[1] or one[2] for one in _BRACKETS.finditer(text)]
    if any(_changes(one, Place.BELOW) or _is_noted(one) for one in aside):
        return True
    if place is Place.SUBJECT:
        return _is_marked(text)
    if words.GIVEN_ELSEWHERE.search(text):
        return True
    if asks:
        return False
    return _changes(text, place)


def _changes(text: str, place: Place) -> bool:
    if words.ADDED_LATER.search(text) or words.FOR_THEMSELVES.search(text):
        return True
    clauses = _clauses(text)
    below = [text, *clauses] if place is Place.SIGNED else [text]
    if any(map(_speaks_of_request, clauses)) or any(map(_puts_off, below)):
        return True
    if _speaks_of_mail(text, place):
        return True
    if place is Place.ABOVE:
        return False
    if words.OUR_WORD.search(text) or _SATISFIED.search(text):
        return True
    if words.POSTSCRIPT.search(text) and _is_of_the_list(text):
        return True
    if any(_changes_devices(one, place) or _tells_of_getting(one) for one in clauses):
        return True
    return place is Place.SIGNED and _is_below(text)


def _clauses(text: str) -> list[str]:
    return [one.strip() for one in _CLAUSE_END.split(text) if one and one.strip()]


def _unknown(found: list[str], known: frozenset[str]) -> list[str]:
    """Return the words that are neither known nor names; the first may be one with a capital."""
    return [
        one
        for at, one in enumerate(found)
        if one.lower() not in known and (one.islower() or at == 0) and len(one) > 1
    ]


def _speaks_of_request(clause: str) -> bool:
    """Return whether a clause says of a request what is not understood: ``it falls away``."""
    found = _WORD.findall(clause)
    lower = [one.lower() for one in found]
    for at, one in enumerate(lower):
        if one not in words.REQUEST_NOUNS:
            continue
        before = lower[max(0, at - _DETERMINED) : at]
        joined = max((n for n, word in enumerate(before) if word in words.JOINS), default=-1)
        before = before[joined + 1 :]  # "of the frost and therefore request": a verb
        if not before or "your" in before or not words.DETERMINERS & set(before):
            continue
        if before[-1] in ("to", "we", "i", "would", "hereby", "do", "also", "kindly"):
            continue  # a verb: "the sites for which we request"
        if one in ("need", "interest", "asking", "ask") and before[-1] not in words.OWNERS:
            continue
        return bool(_unknown(found, words.OF_A_REQUEST))
    return False


def _puts_off(text: str) -> bool:
    """Return whether a few words without a subject say what became of something: ``Handled``."""
    rest = words.LEADING.sub("", text)
    found = _WORD.findall(rest)
    if not found or _LABEL.match(text):
        return False
    if words.PUT_OFF.search(text) and len(found) <= _FEW:
        return True
    if found[0].istitle() and rest.strip(" -*,") == found[0]:
        return False  # somebody's name
    if all(one.istitle() for one in found[:2]) and len(found) > 1:
        return False
    return _begins_so(found)


def _begins_so(found: list[str]) -> bool:
    """Return whether words begin with what became of something: no ``gained sites``."""
    if not _is_participle(found[0]):
        return False
    after = found[1].lower() if len(found) > 1 else ""
    return not (_is_noun(after) or (found[0].lower(), after) in words.HOW_GAINED)


def _is_participle(word: str) -> bool:
    word = word.lower()
    if word in words.HARMLESS_PARTICIPLES:
        return False
    return word in words.IRREGULAR or bool(_PARTICIPLE.match(word))


def _is_noun(word: str) -> bool:
    """Return whether a word after a participle makes it one of that thing: ``gained sites``."""
    return word.lower() in words.OF_DEVICES and word.lower().endswith(
        ("s", "code", "meter", "site")
    )


def _is_marked(subject: str) -> bool:
    """Return whether a subject says what became of a request: ``Parked: codes for Elm Court``."""
    if words.ADDED_LATER.search(subject) or words.YET_TO_COME.search(subject):
        return True
    if re.search(r"\b(?:no longer|not any ?more|next (?:week|month|year)'s)\b", subject, re.I):
        return True
    parts = [one.strip() for one in re.split(r"[:()\[\]|,]|\s[-\u2013\u2014]+\s", subject)]
    return any(
        _begins_so(found) for one in parts if (found := _WORD.findall(words.LEADING.sub("", one)))
    ) or any(words.PUT_OFF.search(one) for one in parts if one)


def _is_noted(aside: str) -> bool:
    """Return whether a few words in brackets say what became of something."""
    return bool(words.PUT_OFF.search(aside)) or any(map(_is_participle, _WORD.findall(aside)))


def _is_of_the_list(text: str) -> bool:
    """Return whether a postscript may be about rows of the list, and does not describe them."""
    rest = words.POSTSCRIPT.sub("", text)
    if words.WANTED.search(rest) and not words.NEGATED.search(rest):
        return False
    about = words.OF_THE_LIST.search(rest) or words.SOME_ROWS.search(rest)
    return bool(about) and not words.DEVICES_FIRST.match(rest.lstrip(" :.-"))


def _speaks_of_mail(text: str, place: Place) -> bool:
    """Return whether a sentence says of the mail itself, or of its list, what is not understood."""
    found = _MAIL.search(text)
    if found is None:
        return False
    if (found["where"] or found["alone"] or "").lower() == "above":
        if place is Place.ABOVE:
            return False  # what is above it is quoted
    elif place is not Place.ABOVE:
        return False
    return bool(_unknown(_WORD.findall(text), words.OF_A_REQUEST))


def _changes_devices(clause: str, place: Place) -> bool:
    """Return whether a clause says of the Devices what is no reason to ask for their codes."""
    found = words.DEVICES_FIRST.match(clause)
    if found is None or (place is Place.BELOW and _BELOW.search(found["what"])):
        return False
    said = _WORD.findall(found["said"])
    lower = [one.lower() for one in said]
    if words.NEED_DENIED.search(found["said"]):
        return True
    if words.NEGATED.search(found["said"]) or words.OF_YOU.search(found["said"]):
        return False
    if set(lower) & _ELSEWHERE:
        return True
    at = next((at for at, one in enumerate(lower) if one not in _AUXILIARY), None)
    if at is None:
        return False
    head = lower[at]
    if _PASSIVE & set(lower[:at]):
        return head == "turned" or (_is_participle(head) and head not in words.OF_DEVICES)
    return head not in words.OF_DEVICES and said[at].islower()


def _tells_of_getting(clause: str) -> bool:
    """Return whether somebody got what was asked for: ``found them in the cupboard``."""
    got = words.GOT.search(clause) or words.CODES_THEN.match(clause)
    return bool(got) and not words.NEGATED.search(clause)


def _is_below(text: str) -> bool:
    """Return whether a sentence below the closing words is about what is above them."""
    return bool(words.OF_THE_LIST.search(text)) and not words.OF_ANY_MAIL.search(text)


def _depends(text: str) -> bool:
    """Return whether the asking depends on what somebody else says or does."""
    first = words.CONDITION.match(text)
    if first is not None and not words.HARMLESS_CONDITION.search(first["rest"]):
        return True
    after = words.CONDITION_AFTER.search(text)
    if after is None or words.HARMLESS_AFTER.search(after["rest"]):
        return False
    return not words.PURPOSE.search(text[: after.start()])


def _asks_for_another_thing(text: str) -> bool:
    """Return whether something unknown is to be done with the codes, and not for us."""
    found = _ORDER.search(text)
    if found is None or _FOR_US.search(found["rest"]) or _OVER.match(text[found.end() :]):
        return False
    part = PARTS.get(found["verb"].lower(), OTHER_WORD)
    return part in (OTHER_WORD, OTHER_ACTION)


def _tells_of_codes(clause: str) -> bool:
    """Return whether a clause says of the codes what is not understood: ``they landed safely``."""
    if not words.CODES_FIRST.match(clause) or words.WANTED.search(clause):
        return False
    return bool(_unknown(_WORD.findall(clause), words.OF_A_REQUEST))
