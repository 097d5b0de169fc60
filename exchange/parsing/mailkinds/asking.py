"""Decide whether a mail that lists Devices asks for their install codes, from its statements.

Only a mail that asks, or a list with no words to the contrary, is a request.  What takes back,
disputes, reports or warns is for a person, even next to a sentence that asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from exchange.domain.mail import Subkind
from exchange.domain.statements import Act, Statement

# In this order: what is first decides.
_AGAINST: Final = {
    Act.WARNS: Subkind.WARNS,
    Act.TAKES_BACK: Subkind.TAKES_BACK,
    Act.DISPUTES: Subkind.DISPUTES,
    Act.CORRECTS: Subkind.CORRECTS,
    Act.REPORTS: Subkind.REPORTS,
}
# These only where no sentence asks for codes.
_OTHERWISE: Final = {
    Act.ASKS_ELSE: Subkind.ASKS_ELSE,
    Act.CHASES: Subkind.CHASES,
    Act.OTHER: Subkind.NOT_UNDERSTOOD,
    Act.THANKS: Subkind.THANKS,
}


def why_no_request(statements: Sequence[Statement]) -> Subkind:
    """Return what a mail that lists Devices wants other than codes; NONE if it asks for them."""
    acts = {one.act for one in statements}
    for act, subkind in _AGAINST.items():
        if act in acts:
            return subkind
    if Act.ASKS in acts:
        return Subkind.NONE
    for act, subkind in _OTHERWISE.items():
        if act in acts:
            return subkind
    return Subkind.NONE


def asks(statements: Sequence[Statement]) -> bool:
    """Return whether a sentence asks for install codes."""
    return any(one.act is Act.ASKS for one in statements)
