"""Tell what a sentence says of other companies: who installed before the sender, who owns whom."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from exchange.parsing.phrases import statement_words as parts
from exchange.parsing.statements.grammar.spelling import plain_words
from exchange.parsing.statements.grammar.words import Clause

_BEFORE_US = re.compile(
    r"\b(?:before|prior to|previous to|ahead of|predat\w+|pre-dat\w+"
    r"|long before)\b[^.?!]{0,80}?\b(?:we"
    r"|us|our supply|our|supply)\b|\bwe (?:only |later |then |subsequently |just |have since "
    r"|since )*(?:took"
    r"|gained|inherited|became|came|picked|acquired)\b[^.?!]{0,60}\b(?:after|later|afterwards|since"
    r"|subsequently|following|then)\b|\bwe (?:only|later|subsequently|then|just) (?:took|gained"
    r"|inherited|became|came|picked)\b",
    re.I,
)
_CUSTOMERS_CAME = re.compile(
    r"\b(?:became|becoming) (?:the |their |its )?(?:new |registered |current )*supplier\b"
    r"|\b(?:took|taken|acquired|inherited|gained|won|joined|bought)\b(?: over| on)? (?:the "
    r"|these |those |this |its |their )?"
    r"(?:customers?|sites?|suppl(?:y|ies)|accounts?|mpxns?|mpans?|propert(?:y|ies)|premises"
    r"|households?)\b",
    re.I,
)
_COMPANY_CHANGED = re.compile(
    r"\b(?:acquir\w+|acquisitions?|bought|buy\w*|purchas\w+|merg\w+|group|subsidiar\w+|compan(?:y"
    r"|ies)|business\w*"
    r"|rebrand\w*|brands?|became|becom\w+|parent|part of|now us|joined|joining|trading|novat\w+"
    r"|predecessor\w*"
    r"|contracts?|contractors?|sister|old name|former name|renamed|absorbed|owned"
    r"|took (?:over )?(?-i:[A-Z])"
    r"|agents?|behalf|for us|our (?:mop|mam|meter operator|partners?|fitters?|installers?"
    r"|engineers?|team))\b",
    re.I,
)
_DEEDS: Final = frozenset("WOoIJSGTtDdQrFAYcZU")


def was_before_sender(text: str, clause: Clause) -> bool:
    """Return whether somebody installed them before the sender supplied, or is the installer."""
    if _COMPANY_CHANGED.search(_CUSTOMERS_CAME.sub(" ", text)):
        return False  # what a company did that the sender bought may count as the sender's
    return bool(_BEFORE_US.search(plain_words(text))) or parts.INSTALLER in clause.shape


def is_of_companies(clauses: Sequence[Clause]) -> bool:
    """Return whether a sentence only says how companies belong together."""
    shape = {part for clause in clauses for part in clause.shape}
    return parts.ON_BEHALF in shape and not shape & _DEEDS
