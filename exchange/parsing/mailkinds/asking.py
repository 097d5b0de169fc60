"""Decide whether a mail that lists Devices asks for their install codes, from its statements.

Only a mail that asks, or a list with no words to the contrary, is a request.  What takes back,
disputes, reports or warns is for a person, even next to a sentence that asks.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final

from exchange.domain.mail import Subkind
from exchange.domain.statements import ANSWERING, OF_REQUEST, Act, Statement
from exchange.parsing.mailkinds.desks import own_name
from exchange.parsing.phrases.act_phrases import DOUBTS, INSTALLED_BY_YOU
from exchange.parsing.statements.sentences import CODE_MARK

_OURS = re.compile(r"\b(?:you|your|yours|codes?|ICs?|these|this)\b|\u2460", re.I)
_SUBJECT: Final = "subject"
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
    Act.PROMISES: Subkind.PROMISED,
    Act.PROVIDES: Subkind.NOT_UNDERSTOOD,
    Act.OWNS: Subkind.NOT_UNDERSTOOD,
    Act.ASKS_ELSE: Subkind.ASKS_ELSE,
    Act.CHASES: Subkind.CHASES,
    Act.OTHER: Subkind.NOT_UNDERSTOOD,
    Act.THANKS: Subkind.THANKS,
}


def why_no_request(statements: Sequence[Statement], *, reply: bool = False) -> Subkind:
    """Return what a mail that lists Devices wants other than codes; NONE if it asks for them.

    ``reply``: it replies to a mail of ours, so that it may dispute our answer.
    """
    acts = {
        one.act
        for one in statements
        if not _is_background(one, statements) and (reply or not _says_who(one, statements))
    }
    for act, subkind in _AGAINST.items():
        if act in acts:
            return subkind
    asked = any(one.act is Act.ASKS and one.where != _SUBJECT for one in statements)
    unsettled = any(one.reason == OF_REQUEST for one in statements)
    if asked:
        return Subkind.NOT_UNDERSTOOD if unsettled else Subkind.NONE
    acts = {one.act for one in statements if one.reason != OF_REQUEST}
    for act, subkind in _OTHERWISE.items():
        if act in acts:
            return subkind
    return Subkind.NOT_UNDERSTOOD if unsettled else Subkind.NONE


def _is_background(report: Statement, statements: Sequence[Statement]) -> bool:
    """Return whether a report only tells why codes are asked for further down.

    It is about no code, none of the Devices listed, and nothing that we did.
    """
    if report.act is not Act.REPORTS or report.devices or _OURS.search(report.words):
        return False
    after = statements[statements.index(report) + 1 :]
    return any(one.act is Act.ASKS for one in after)


def _says_who(claim: Statement, statements: Sequence[Statement]) -> bool:
    """Return whether a sentence only says that we installed what is asked for."""
    if claim.act is not Act.DISPUTES or not INSTALLED_BY_YOU.search(claim.words):
        return False
    return not DOUBTS.search(claim.words) and asks(statements)


def asks(statements: Sequence[Statement]) -> bool:
    """Return whether a sentence asks for install codes."""
    return any(one.act is Act.ASKS for one in statements)


def against_an_answer(statements: Sequence[Statement], *, unclear: bool) -> Subkind:
    """Return why a mail is no answer to us, whatever it says next to Devices; NONE if it may be.

    A warning speaks against any.  ``unclear``: it gives no code and no denial; then a complaint
    about ours is what it is about.  A code that is reported on is ours, not theirs.
    """
    acts = {one.act for one in statements}
    if Act.WARNS in acts:
        return Subkind.WARNS
    if any(one.act is Act.REPORTS and CODE_MARK in one.words for one in statements):
        return Subkind.REPORTS
    if unclear and not acts & ANSWERING:
        for act in (Act.TAKES_BACK, Act.DISPUTES):
            if act in acts:
                return _AGAINST[act]
    return Subkind.NONE


def asks_by_name(statements: Sequence[Statement], own_addresses: Collection[str]) -> bool:
    """Return whether a sentence that asks calls us by the name that our address has."""
    names = {name for one in own_addresses if (name := own_name(one))}
    asking = [one.words.lower() for one in statements if one.act is Act.ASKS]
    return any(name in words for words in asking for name in names)
