"""Find the words by which a sentence points to a list: a request of ours, or a file.

``your first request``, ``your email of 3 November``, ``the ones from last week`` name one of
several requests; ``see attached`` announces a file, ``in the spreadsheet`` may mean anybody's.
Which list is meant is decided with the thread (``exchange.domain.meaning.pointed_lists``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from exchange.domain.statements import Act, Scope, Statement
from exchange.parsing.phrases.any_of import any_of
from exchange.parsing.statements.sentences import Sentence

_LONGEST: Final = 1_000
_NTH: Final = {
    "first": 1, "1st": 1, "original": 1, "initial": 1, "oldest": 1, "earliest": 1,
    "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "5th": 5,
    "last": -1, "latest": -1, "newest": -1, "most recent": -1,
}  # fmt: skip
_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)(?:[a-z]{2,6})?"
_DATE = (
    rf"(?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?: of)?[ -]{_MONTH}\b(?:,?[ -]\d{{4}})?"
    rf"|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?\b(?:,? \d{{4}})?|\d{{4}}-\d\d-\d\d"
    r"|\d{1,2}[/.]\d{1,2}(?:[/.](?:\d{4}|\d\d))?\b|the \d{1,2}(?:st|nd|rd|th)\b"
)
_WHEN = (
    rf"(?:{_DATE}|(?:last|this) (?:week|month|year|{_MONTH})|{_MONTH}\b|yesterday|today"
    r"|(?:last )?(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:a )?(?:week|month|year)s? ago)"
)
_THING = (
    r"(?:requests?|lists?|e-?mails?|mails?|letters?|messages?|quer(?:y|ies)|[ei]nquir(?:y|ies)"
    r"|batch(?:es)?|spreadsheets?|workbooks?)"
)
_KNOWN = rf"(?:{'|'.join(_NTH)}|earlier|previous|prior|older|newer|former|other)"
_OWNED = rf"(?:{_WHEN}'s|{_WHEN})"
_SINCE = (
    r"(?:(?: (?:you|that you|which you))?(?: (?:sent|wrote|e-?mailed|gave|raised))?(?: to)?"
    r"(?: us)?"
    rf"(?: (?:of|from|dated|received|sent|on|in))* {_WHEN})"
)
_REQUEST = re.compile(
    rf"\b(?:your|yours|the|that|this|these|those) (?:(?P<known>{_KNOWN}) (?:\w+ )?{_THING}"
    rf"|{_OWNED} (?:{_THING}|ones?)|(?:{_THING}|ones?){_SINCE})\b"
    rf"(?! (?:address|account|box|server|client|system))"
    rf"|\b{_WHEN}'s {_THING}\b|\b(?:those|the (?:devices|meters)){_SINCE}\b"
    r"|\b(?:(?:on|for|to|from|in|re|regarding|concerning) )?the"
    r" (?:earlier|previous|prior|older|newer|former|other) (?:ones?|lot)\b"
    rf"|\b(?:devices|meters|ones|those) (?:that |which )?you"
    r" (?:sent|asked|e-?mailed|listed|wrote|gave)(?: (?:us|about|for|over))*(?: (?:on|in))?"
    rf" {_WHEN}",
    re.I,
)
_DAY_MONTH = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th)?(?: of)?[ -]({_MONTH})\b(?:,?[ -](\d{{4}}))?", re.I
)
_MONTH_DAY = re.compile(rf"\b({_MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (\d{{4}}))?", re.I)
_NUMERIC = re.compile(r"\b(\d{1,2})[/.](\d{1,2})(?:[/.](\d{4}|\d\d))?\b")
_ISO = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_DAY_ALONE = re.compile(r"\bthe (\d{1,2})(?:st|nd|rd|th)\b")

_FILE = r"(?:attachments?|spreadsheets?|workbooks?|files?|sheets?|csv|excel|pdf|documents?|copy)"
# Whoever writes so speaks of a file that comes with his own mail.
_HERE = any_of(
    r"(?:i|we)(?:'ve| have| am| are|'m|'re)?(?: now| also| just)? (?:attach|enclos)(?:e|ed|ing)?",
    r"(?:see|find|per|as|in|refer to|with)(?: the)? (?:attached|enclosed)",
    r"(?:is|are|am|files?|lists?|sheets?|spreadsheets?|workbooks?|pdf|returns?) (?:now )?"
    r"(?:attached|enclosed)",
    r"(?:see|refer to)(?: the| my| our)? attachments?",
    r"the (?:attached|enclosed)(?! (?:to|by you))",
    rf"(?:my|our) (?:\w+ )?{_FILE}",
)  # fmt: skip
_OURS = any_of(
    rf"(?:your|you)(?:'ve| have)? (?:\w+ )?(?:attached|enclosed|{_FILE})",
    r"(?:attached|enclosed)(?: to| with| by| in) (?:your|you)",
)
_ANY = any_of(rf"(?:the|this|that) (?:\w+ )?{_FILE}")


def point_to_lists(sentence: Sentence, where: str) -> Iterator[Statement]:
    """Yield what a sentence says about which list it is about."""
    text = sentence.text[:_LONGEST]
    for match in _REQUEST.finditer(text):
        words = match.group().strip()
        yield Statement(
            Act.NAMES_REQUEST,
            where,
            sentence.text,
            Scope.NONE,
            reason=words,
            order=_NTH.get((match["known"] or "").lower(), 0),
            day=_day_in(words),
        )
    if (ours := _OURS.search(text)) is None and (here := _HERE.search(text)):
        yield Statement(Act.ATTACHES, where, sentence.text, reason=here.group())
    elif ours is None and (any_file := _ANY.search(text)):
        yield Statement(Act.NAMES_FILE, where, sentence.text, reason=any_file.group())


def _day_in(words: str) -> str:
    """Return a day as ``2026-11-03``, without a year ``11-03``, without a month ``03``, or ""."""
    if found := _ISO.search(words):
        return found.group()
    if found := _DAY_MONTH.search(words):
        return _iso(found[3], _month(found[2]), found[1])
    if found := _MONTH_DAY.search(words):
        return _iso(found[3], _month(found[1]), found[2])
    if found := _NUMERIC.search(words):
        year = found[3] and f"20{found[3]}"[-4:]
        return _iso(year, int(found[2]), found[1])
    found = _DAY_ALONE.search(words)
    return f"{int(found[1]):02}" if found else ""


def _month(name: str) -> int:
    begins = name[:3].lower()
    return next(n for n, month in enumerate(_MONTHS, 1) if month.startswith(begins))


def _iso(year: str | None, month: int, day: str) -> str:
    return f"{year}-{month:02}-{int(day):02}" if year else f"{month:02}-{int(day):02}"
