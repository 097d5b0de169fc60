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
_DEEDS: Final = frozenset("WOoIJSGTtDdQrFAYcZU")


def was_before_sender(text: str, clause: Clause) -> bool:
    """Return whether somebody installed them before the sender supplied, or is the installer."""
    return bool(_BEFORE_US.search(plain_words(text))) or parts.INSTALLER in clause.shape


def is_of_companies(clauses: Sequence[Clause]) -> bool:
    """Return whether a sentence only says how companies belong together."""
    shape = {part for clause in clauses for part in clause.shape}
    return parts.ON_BEHALF in shape and not shape & _DEEDS
