"""Note the CRCs in running text that are next to no code: their values say whose they are.

``it ends in C3B5 (the CRC)``, a list of CRCs under its heading, a group next to a code that was
meant as its CRC and is mistyped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from exchange.parsing.findings.findings import Findings, LooseCrc
from exchange.parsing.identifiers.codes import CODE_DIGITS, code_digits
from exchange.parsing.identifiers.crc_in_text import is_crc_line
from exchange.parsing.identifiers.separate_crc import CRC_NAME, crc_number, named_crcs, swapped
from exchange.parsing.identifiers.tokens import Token, TokenForm
from exchange.parsing.lists.prose.device_recognition import PlaceOf
from exchange.parsing.text.lines import Line

_NAME = re.compile(rf"(?<![A-Za-z]){CRC_NAME}s?(?![A-Za-z])", re.I)
_FOUR: Final = r"(?<![0-9A-Za-z])(?:0[xX])?[0-9A-Fa-f]{4}(?![0-9A-Za-z]|[-:./][0-9A-Za-z])"
# "the last group, its CRC, should be C3B5", "C3B5 is the checksum".
_SAID = re.compile(
    rf"{CRC_NAME}[^.;]{{0,60}}?(?:\b(?:be|is|are|as)|[:=])\W{{1,3}}({_FOUR})"
    rf"|({_FOUR})\W{{1,3}}(?:(?:is|as|being|for)\s)?(?:(?:the|its|a|our)\s)?{CRC_NAME}",
    re.I,
)
_ITEM = re.compile(rf"\W{{0,4}}(?:\d{{1,3}}[.):]\s*)?\W{{0,3}}({_FOUR})\W{{0,4}}", re.I)
_OPEN = re.compile(rf"(?<![A-Za-z]){CRC_NAME}\W{{0,4}}$", re.I)
_HEAD = re.compile(rf"\W{{0,4}}({_FOUR})")
# What ends its part of a line next to a code, has a digit and one wrong letter at most.
_MEANT = re.compile(
    r"[ \t./-]{1,3}(?=[A-Za-z]{0,4}[0-9]|[A-F]{0,3}[OIl][A-F]{0,3}\b)([0-9A-Za-z]{3,5})"
    r"\s*(?:$|[,;)\]|])"
)
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)|(?:19|20)\d\d", re.I)
_NO_HEX: Final = str.maketrans("", "", "0123456789ABCDEFabcdef")
_UNREADABLE: Final = -1
_NEAR: Final = 40  # characters before a code that may name a CRC


class CrcsApart:
    """Collects the CRCs of a text, line by line."""

    def __init__(self, found: Findings, place: PlaceOf) -> None:
        self._found = found
        self._place = place
        self._open = False  # the line above ends with the name of a CRC
        self._listed = False  # a heading above says that CRCs follow

    def read(self, text: str, tokens: Sequence[Token], line: Line) -> bool:
        """Read a normalized line whose IDs and codes are ``tokens``; return whether it holds
        nothing but a CRC."""
        alone = False
        head = _HEAD.match(text) if self._open else None
        self._open = bool(_OPEN.search(text))
        if _NAME.search(text):
            rest = _without_codes(text, tokens)  # "code without CRC: DB7D ..." names none
            numbers = [*named_crcs(rest), *_said(rest)]
            self._listed = not numbers and not tokens
            alone = is_crc_line(text)
        elif tokens:
            numbers = [*self._beside(text, tokens), *_mistyped(text, tokens)]
        else:
            item = _ITEM.fullmatch(text) if self._listed else None
            numbers = _numbers([item[1]]) if item else []
            self._listed = alone = item is not None
        if head:
            numbers = [*numbers, *_numbers([head[1]])]
        taken = _taken(tokens) if numbers else ()
        self._found.loose_crcs += [
            LooseCrc(one, self._place(line)) for one in dict.fromkeys(numbers) if one not in taken
        ]
        return alone

    def _beside(self, text: str, tokens: Sequence[Token]) -> list[int]:
        """Return the CRC that a list of them gives next to a Device ID."""
        if not self._listed or len(tokens) > 1:
            return []
        item = _ITEM.fullmatch(text[tokens[0].end :])
        return _numbers([item[1]]) if item else []


def _without_codes(text: str, tokens: Sequence[Token]) -> str:
    """Return ``text`` with letters that are no digits in place of bare codes after "CRC:"."""
    for token in tokens:
        bare = token.form is TokenForm.CODE and len(code_digits(token.text)) == CODE_DIGITS[0]
        if bare and _OPEN.search(text[max(0, token.start - _NEAR) : token.start]):
            text = text[: token.start] + "Z" * (token.end - token.start) + text[token.end :]
    return text


def _said(text: str) -> list[int]:
    return _numbers(one or other for one, other in _SAID.findall(text))


def _numbers(texts: Iterable[str]) -> list[int]:
    return [number for text in texts if (number := crc_number(text)) is not None]


def _mistyped(text: str, tokens: Sequence[Token]) -> list[int]:
    """Return -1 for each group next to a code without a CRC that is meant as one."""
    found = []
    for token in tokens:
        if token.form is TokenForm.CODE and len(code_digits(token.text)) == CODE_DIGITS[0]:
            meant = _MEANT.match(text, token.end)
            if meant and not _ORDINAL.fullmatch(meant[1]):
                found += [_UNREADABLE] * (len(meant[1].translate(_NO_HEX)) <= 1)
    return found


def _taken(tokens: Sequence[Token]) -> set[int]:
    """Return the CRCs that codes on the line have taken, in both byte orders."""
    ends = [
        int(digits[CODE_DIGITS[0] :], 16)
        for token in tokens
        if token.form is TokenForm.CODE and len(digits := code_digits(token.text)) == CODE_DIGITS[1]
    ]
    return {*ends, *map(swapped, ends)}
