"""Decide whether a mail takes a request back so plainly that its Devices may be withdrawn.

A wrong withdrawal leaves a party without an answer, so whatever else the sender says, asks or
leaves open brings the mail to a person.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from exchange.domain.statements import Act, Scope, Statement

_THING: Final = r"(?:requests?|codes?|e-?mails?|messages?|lists?|enquir(?:y|ies)|tickets?)\b"
_STOP: Final = (
    r"(?:cancel(?:l?ed|l?ing)?|withdr(?:aw|awn|awing|ew)|disregard(?:ed)?|ignored?|retract(?:ed)?"
    r"|rescind(?:ed)?)"
)
_LIST: Final = r"(?:these|those|them|it|all|both)\b(?=\W*(?:$|[.,:;!]|devices?\b|meters?\b|of\b))"
_PLAIN: Final = re.compile(
    rf"\b{_STOP}\W+(?:(?:\w+\W+){{0,6}}?{_THING}|{_LIST})"
    rf"|\b{_THING}(?:\W+\w+){{0,8}}?\W+(?:is|are|was|were|be|been|as)\W+(?:\w+\W+)?{_STOP}\b"
    r"|(?:\bno longer|\bnot|n't)\W+(?:\w+\W+)?(?:need|require|want)(?:ed|d)?\b"
    rf"|\b{_THING}(?:\W+\w+){{0,8}}?\W+(?:in error|by mistake)\b",
    re.I,
)
# Whatever leaves it open, narrows it down, or replaces what it takes back.
_OPEN: Final = re.compile(
    r"\?|\b(?:but|except\w*|apart|other|unless|until|till|if|once|when|before|after|only|still|yet"
    r"|hold|wait|pause|some|part|partly|most|rest|remaining|others?|may|might|could|would|should"
    r"|perhaps|probably|possibly|likely|maybe|think|believe|expect|whether|instead|replac\w*"
    r"|correct\w*|amend\w*|revis\w*|use|using|new|again|resend|duplicates?|twice|first|second|last"
    r"|for now|at this time|at the moment|currently|temporar\w*)\b"
    r"|(?<!all )\b(?:one|two|three|four|five|half|many|several|couple|few|any one) of\b"
    rf"|(?:\b(?:not|never|no need|nothing)|n't)\W+(?:\w+\W+){{0,3}}?{_STOP}\b",
    re.I,
)
_OF_ANOTHER_MAIL: Final = re.compile(r"\b(?:previous|earlier|prior|former|old|original)\b", re.I)
_WHOLE: Final = re.compile(
    rf"\b(?:all|any|every\w*|whole|entire\w*|both|these|those|them|it)\b|\b{_THING}", re.I
)
_NUMBER_WORDS: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_COUNT: Final = re.compile(
    rf"\b(\d{{1,6}}|{'|'.join(_NUMBER_WORDS)})\W+"
    r"(?:of|install|outstanding|open|codes?|devices?|meters?|ids?|rows?)\b",
    re.I,
)
_LONG: Final = 300  # characters; the reader keeps no more of a sentence
_REFERENCE: Final = re.compile(r"\bMP121-[\w-]+", re.I)


def takes_back_plainly(statements: Sequence[Statement], *, named: bool) -> bool:
    """Return whether a mail takes a request back and leaves nothing open.

    ``named``: it lists the Devices.  Otherwise it must speak of the whole request.
    """
    taken = [one for one in statements if one.act is Act.TAKES_BACK]
    if not taken or any(one.act not in (Act.TAKES_BACK, Act.THANKS) for one in statements):
        return False
    return all(map(_closed, taken)) and any(_is_plain(one, named=named) for one in taken)


def _closed(one: Statement) -> bool:
    """Return whether a sentence leaves nothing open."""
    whole = one.scope in (Scope.NONE, Scope.NAMED, Scope.THESE, Scope.ONE)
    cut = len(one.words) >= _LONG  # it may go on with "but"
    return whole and not one.hedge and not cut and not _OPEN.search(one.words)


def _is_plain(one: Statement, *, named: bool) -> bool:
    words = _REFERENCE.sub(" ", one.words)
    if not _PLAIN.search(words):
        return False
    if named:
        # "Ignore our previous list": the Devices below it may be the new one.
        return bool(one.devices) or not _OF_ANOTHER_MAIL.search(words)
    return bool(_WHOLE.search(words))


def number_named(statements: Sequence[Statement]) -> int | None:
    """Return how many Devices the sentences that take back speak of; None if they do not say."""
    for one in statements:
        if one.act is Act.TAKES_BACK:
            if one.count is not None:
                return one.count
            found = _COUNT.search(_REFERENCE.sub(" ", one.words))
            if found:
                word = found[1].lower()
                return int(word) if word.isdigit() else _NUMBER_WORDS.index(word) + 1
    return None
