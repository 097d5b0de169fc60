"""Recognise short words next to one Device: an answer in a company's name, the same as the one
above, and that its code is not wanted."""

from __future__ import annotations

import re
from typing import Final

from exchange.parsing.phrases.answer_phrases import normalise_phrase

_COMPANY: Final = (
    r"(?!(?:We|I|They|You|He|She|It|Our|Not|These|This|That|None)\b)"
    r"[A-Z][\w&'-]*(?: (?:[A-Z&][\w&'-]*|and)){0,5}"
)
_LEAD: Final = (
    r"(?:(?:ESME|GSME|PPMID|CHF|HCALCS|esme|gsme)\W+)?(?:[Nn]o[,.:;]? )?"
    r"(?:(?:[Ii]|[Ww]e) (?:can |hereby |now )*confirm(?:ed)? (?:that )?)?"
    r"(?:(?:[Tt]he (?:following |below |above |listed )?(?:devices?|meters?)|[Tt]hese|[Tt]hose"
    r"|[Tt]his|[Ii]t|[Aa]ll)(?: (?:devices?|meters?|one))? (?:was|were|is|are|has|have) )?"
)
_BY_NAME = re.compile(
    rf"\W*{_LEAD}(?:[Nn]ot|[Nn]ever)(?: been)? (?:installed|fitted|put in|done) by"
    rf" ({_COMPANY})\W*(?:(?:either|sorry)\W*)?$|\W*[Nn]ot ({_COMPANY})\W*$|\W*({_COMPANY})"
    r" (?:did not|didn't|never) (?:install|fit)(?:ed|ted)?"
    r"(?: (?:this|it|that|this one|that one|either))?\W*$"
)
_LONGEST: Final = 300
_SAME = re.compile(
    r"\W*(?:(?:and |or )?(?:nor|neither)|same|ditto|likewise|as above|not|and not)(?: (?:is|was"
    r"|for|with|as|goes))?"
    r"(?: (?:this|that|it|here|above|again|the same|for|one|either|too|as|answer|before)){0,4}\W*",
    re.I,
)

_THE_ROW: Final = (
    r"(?:(?:the|this|that|these|our|all) )?(?:it|this|that|these|them|requests?|rows?|lines?|ones?"
    r"|codes?|entry|entries|orders?|items?|devices?|meters?|both|all)"
)
_NOT_WANTED: Final = (
    r"cancel(?:l?ed|lation)|withdrawn|retracted|rescinded|void(?:ed)?|null and void|called off"
    r"|on hold|(?:no longer|not)(?: now| any ?more)? (?:needed|required|wanted|requested)\b(?! for)"
    r"|(?:not|never) to be (?:sent|answered|processed|included|supplied|provided|released|issued)"
)
_LEAVE_IT: Final = (
    r"ignore|disregard|cancel|withdraw|exclude|omit|skip|leave out"
    r"|(?:do not|don[’']t|dont) (?:send|answer|process|action|include|supply|provide|release|issue"
    r"|use|request)"
)
_NOT_WANTED_ROW = re.compile(
    rf"\W*(?:(?:please|pls|kindly|now|{_THE_ROW})\W+(?:(?:is|are|was|were|has been|have been|now"
    rf"|please) ){{0,3}}){{0,2}}(?:{_NOT_WANTED}|(?:{_LEAVE_IT})(?: (?:any|the|us|me|back|out"
    rf"|{_THE_ROW})){{0,4}})"
    # A reason may follow, but no other thing that was cancelled.
    r"(?:\s*[-\u2013\u2014:;,.(/!].*|\s+(?:as|because|due|from|on|since|per|please|until|yet"
    r"|thanks|\d).*|(?<=ed|wn)\s+(?:at|by|for|in) .*|\W*)",
    re.I | re.S,
)


def denied_by_name(text: str) -> str:
    """Return the company that a remark says did not install it: ``not installed by Vale``."""
    found = _BY_NAME.match(normalise_phrase(text))
    return next(filter(None, found.groups())).strip() if found else ""


def repeats_answer(text: str) -> bool:
    """Return whether a remark says the same as the one before it: ``nor this``, ``ditto``."""
    return bool(_SAME.fullmatch(normalise_phrase(text)))


def is_not_wanted(text: str) -> bool:
    """Return whether the words of a row or of a sheet say that its codes are not wanted.

    ``cancelled``, ``No longer needed - new meter fitted``, ``please do not send this one``.
    """
    return bool(_NOT_WANTED_ROW.fullmatch(normalise_phrase(text[:_LONGEST])))
