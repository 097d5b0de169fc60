"""Recognise short answers next to one Device: in a company's name, or the same as the one above."""

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
_SAME = re.compile(
    r"\W*(?:(?:and |or )?(?:nor|neither)|same|ditto|likewise|as above|not|and not)(?: (?:is|was"
    r"|for|with|as|goes))?"
    r"(?: (?:this|that|it|here|above|again|the same|for|one|either|too|as|answer|before)){0,4}\W*",
    re.I,
)


def denied_by_name(text: str) -> str:
    """Return the company that a remark says did not install it: ``not installed by Vale``."""
    found = _BY_NAME.match(normalise_phrase(text))
    return next(filter(None, found.groups())).strip() if found else ""


def repeats_answer(text: str) -> bool:
    """Return whether a remark says the same as the one before it: ``nor this``, ``ditto``."""
    return bool(_SAME.fullmatch(normalise_phrase(text)))
