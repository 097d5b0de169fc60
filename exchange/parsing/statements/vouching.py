"""Find who stands by an answer: ``we can confirm that``, ``their records show that``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from exchange.parsing.phrases import statement_words as parts
from exchange.parsing.statements.grammar.words import Clause, Word

_VOUCHES = re.compile(
    r"\b(?:confirm(?:s|ed|ing)?|shows?|shown|indicates?|indicated|say|tell|found|can see"
    r"|established|concluded|checked|verified|advise|inform(?:ed)?)\b",
    re.I,
)
_SOURCES: Final = ("record", "data", "system", "database", "register", "search", "check", "review")
# What is ours and has been checked: "your request was checked and".
_ABOUT_REQUEST: Final = (
    "request", "email", "e-mail", "mail", "list", "quer", "enquir", "message", "letter", "note",
    "ticket", "case", "device", "meter", "spreadsheet", "file", "attach", "reference", "ref",
    "id", "guid", "serial", "line", "row", "help", "time", "patience", "information", "question",
    "original", "recent", "last", "latest", "reminder", "chaser", "workbook", "batch", "two",
    "three", "four", "five", "six",
)  # fmt: skip
_ASKED: Final = frozenset(("please", "kindly", "you", "they"))
_WHOSE: Final = frozenset(("your", "their", "his", "her", "customer", "customers"))


_ACCORDING = re.compile(
    r"\bper (?:the |their |a |our )?(?:customers?|clients?|tenants?|occupiers?|landlords?|mop"
    r"|mam|dcc"
    r"|agents?|callers?|residents?|homeowners?|householders?)\b"
    r"|\bnot (?:been )?(?:asked|required|meant|due|requested|instructed|obliged|scheduled|booked)"
    r" to (?:install|fit|put|do)\b"
    r"|\b(?:tak(?:e|ing) your word|according to|so says?|going by|in the (?:view|opinion"
    r"|words) of|if you ask)\b"
    r"(?! (?:our|my)\b| (?:the|all) (?:\w+ )?(?:records?|systems?|database|register|data|logs?)\b)",
    re.I,
)


_TO_SAY = re.compile(
    r"\b(?:going|about|asked|asking|told|want(?:ed|ing)?|tempted|due|meant|supposed|need(?:ed)?"
    r"|hop(?:e|ed|ing)"
    r"|intend(?:ed|ing)?|plan(?:ned|ning)?|expect(?:ed|ing)?|wait(?:ed|ing)?|try(?:ing)?"
    r"|tried)\b[^.?!,;:]{0,40}"
    r" to (?:reply|say|confirm|answer|write|respond|tell|state|report)\b",
    re.I,
)


_WISHES = re.compile(
    r"\b(?:hope|hoping|trust|wish|imagine|suppose|expect|pretend|bet|pray|let us say)\b(?: that)?"
    r" (?:these|those|we|none|neither|it|this|they|the|not)\b",
    re.I,
)


_OPINION = re.compile(
    r"\b(?:is what|what|or so|that's what|as) (?:my|our|the|their|a|he|she|they|i|it|would|\w+)"
    r" (?:\w+ ){0,2}(?:reckons?|thinks?|says?|said|believes?|tells?|told|claims?|insists?"
    r"|maintains?|suggests?|seems?)\b"
    r"|\b(?:your|their|his|her) (?:company|team|business|organisation|firm|people|side) (?:is|are"
    r"|was|were|did|has|have|had)\b"
    r"|\b(?:that|which|as) (?:i|we)(?:'ve| have| can| could| am able to)? ?(?:find|found|see|seen"
    r"|know|knew|trace|locate|located|recall|remember)\b",
    re.I,
)


def hearsay_in(text: str) -> str:
    """Return the words by which an answer is that of others, or not given yet.

    For example ``according to``, ``was going to say``.
    """
    found = _ACCORDING.search(text) or _TO_SAY.search(text) or _WISHES.search(text)
    found = found or _OPINION.search(text)
    return found[0] if found else ""


_NOT_MY_VIEW = re.compile(
    r"\b(?:views?|opinions?|ideas?|words?|wording|calls?|decisions?|guess|fault|choice"
    r"|assumption)\b"
    r"[^.?!]{0,20}\bnot (?:mine|ours)\b|\bno (?:records?|trace|sign|evidence)"
    r" (?:of|that) (?:(?:us|we|our|them|these|those|it|any|having|ever|being) ){0,4}not\b",
    re.I,
)


def of_a_view(text: str) -> str:
    """Return the words by which a view is not the sender's, or no record is of a negation.

    For example ``that was Dave's view, not mine``, ``no record of us not installing these``.
    """
    found = _NOT_MY_VIEW.search(text)
    return found[0] if found else ""


def vouched_by(clauses: Sequence[Clause]) -> str:
    """Return the company that confirms an answer, as its name is written; empty for the sender."""
    for clause in clauses:
        at = _verb(clause.words)
        before = _before(clause.words, at) if at else []
        if before and before[-1].part == parts.NAME:
            names: list[str] = []
            while before and before[-1].part == parts.NAME:
                names.insert(0, before.pop().text)
            return " ".join(names)
    return ""


def others_word(clauses: Sequence[Clause]) -> str:
    """Return the word by which others confirm an answer: ``please``, ``you``, ``their``."""
    for clause in clauses:
        at = _verb(clause.words)
        for index in range(at - 1, -1, -1):
            word = clause.words[index]
            text = word.text.lower()
            if text in ("us", "me"):
                return word.text  # somebody asked us to
            if word.part in (parts.WE, parts.NAME, parts.OUR):
                break
            if text == "they" and any(parts.WE in one.shape for one in clauses):
                break  # our metering people, and they confirm
            if text in _ASKED:
                return word.text
            follows = clause.words[index + 1].text.lower()
            ours = follows.startswith(_ABOUT_REQUEST) or follows.isdecimal()
            if text == "your" and not ours:
                return word.text  # your team confirm that
            if text in _WHOSE and follows.startswith(_SOURCES):
                return word.text
    return ""


def _verb(words: Sequence[Word]) -> int:
    """Return where the sender or somebody vouches; 0 if at the beginning or nowhere."""
    for index, word in enumerate(words):
        if word.part == parts.FILLER and _VOUCHES.search(word.text):
            return index
    return 0


def _before(words: Sequence[Word], at: int) -> list[Word]:
    """Return the words before the verb, without fillers at their end."""
    found = list(words[:at])
    while found and found[-1].part == parts.FILLER:
        found.pop()
    return found
