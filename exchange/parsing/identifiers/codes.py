"""Read install codes as people write them: whole cells, words, or groups of digits on a line."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from exchange.domain.device import InstallCode, bare_digits
from exchange.errors import BadInput
from exchange.parsing.text.cell_words import missing_value
from exchange.parsing.text.lines import normalized

_SEPARATORS = re.compile(r"[\s:.\-]+")
_HEX = re.compile(r"[0-9A-Fa-f]+")
_SHAPE = re.compile(r"[0-9A-Fa-f]+(?:[ :.\-]{1,3}[0-9A-Fa-f]+)*")
_LABEL = re.compile(r"^(?:ic|install(?:ation)? ?code|code)\s*[:=#-]\s*", re.I)
CODE_DIGITS: Final = (32, 36)
# This many hex digits or more are a code that lost or gained digits, not an identifier.
_CODE_LIKE: Final = 24


class BadCode(NamedTuple):
    """Something that should be a code and is not one; ``text`` as sent, still a secret."""

    text: str
    reason: str


def code_digits(text: str) -> str:
    """Return the hex digits of ``text``; empty if it has anything but digits and separators."""
    digits = bare_digits(text)
    return digits if _HEX.fullmatch(digits) else ""


def looks_like_code(text: str) -> bool:
    """Return whether a cell has 32 or 36 hex digits and nothing else, however grouped."""
    return len(code_digits(text)) in CODE_DIGITS


def read_code_cell(text: str, *, numeric: bool = False) -> InstallCode | BadCode | None:
    """Read a cell of a code column; None when it is empty or holds words (a remark).

    ``numeric``: the spreadsheet stored it as a number.
    """
    text = _LABEL.sub("", " ".join(normalized(text).split()).strip("'\"`,;"))
    if not text:
        return None
    if numeric:
        return BadCode(text, "Excel kept the install code as a number: digits are lost")
    digits = code_digits(text)
    if not digits:
        wanting = missing_value(text)
        return BadCode(text, wanting) if wanting else _not_hex(text)
    if len(digits) < 8:
        return None  # "1", "99": a count or a status, not a code
    return read_code(text)


def read_code(text: str) -> InstallCode | BadCode:
    """Read and check a written code; a code with a wrong CRC is never corrected."""
    try:
        return InstallCode.parse(text)
    except BadInput as error:
        return BadCode(text, error.message)


def has_good_crc(text: str) -> bool:
    """Return whether these are 36 digits with the right CRC, which hardly happens by chance."""
    return len(code_digits(text)) == CODE_DIGITS[1] and isinstance(read_code(text), InstallCode)


def _not_hex(text: str) -> BadCode | None:
    """Return a bad code if a few characters are not hexadecimal, None if the text is words."""
    joined = _SEPARATORS.sub("", text)
    hexes = sum(c in "0123456789abcdefABCDEF" for c in joined)
    if len(joined) >= _CODE_LIKE and hexes >= len(joined) * 0.8 and " " not in text.strip():
        return BadCode(text, "an install code is hexadecimal")
    if len(joined) in CODE_DIGITS and hexes >= len(joined) - 6:
        return BadCode(text, "an install code is hexadecimal")
    if re.fullmatch(r"\d(?:[.,]\d+)?[eE]\+\d{1,3}", text):
        return BadCode(text, "Excel turned the install code into a number: digits are lost")
    return None
