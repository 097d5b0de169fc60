"""Check a code against a CRC that is written apart from it: in a cell of its own, after "CRC:".

A CRC that does not fit makes the code bad, wherever the two are written.  Both byte orders occur
(Zigbee appends the CRC little-endian, other systems show it as a number), so one that fits in
either order proves the code.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from exchange.domain.columns.device_columns import CodeArray, Int64Array
from exchange.domain.columns.format_columns import crcs
from exchange.domain.device import CRC_MISMATCH, InstallCode, crc16_x25
from exchange.parsing.identifiers.codes import CODE_DIGITS, BadCode, code_digits, read_code_cell

WRONG_CRC: Final = "the CRC that is written with the install code does not fit it"
FITS_NONE: Final = "the mail gives a CRC that fits none of its install codes"
# Why a code is bad whose CRC does not fit, wherever it is written.
WRONG_CRCS: Final = frozenset((CRC_MISMATCH, WRONG_CRC, FITS_NONE))
# What a CRC says of its code: nothing (none is given), that it is right, that it is wrong.
NOT_GIVEN, FITS, CONTRADICTS = 0, 1, 2

# What a CRC is called, in text and in cells.
CRC_NAME: Final = (
    r"(?:crc(?:[-\s]?16)?(?:[/-]x[.-]?25)?|check[-\s]?(?:sum|digits?|code|value|bytes?)|ch?ksum"
    r"|chk|fcs|pr[u\u00fc]f(?:summe|ziffern?|zahl)|somme de contr[o\u00f4]le"
    r"|suma (?:kontrolna|de control)|controlegetal|somma di controllo)"
)
_Numbers = TypeVar("_Numbers", int, npt.NDArray[np.int64])
_CRC_DIGITS: Final = CODE_DIGITS[1] - CODE_DIGITS[0]
_UNREADABLE: Final = -1
_NO_HEX: Final = str.maketrans("", "", "0123456789ABCDEFabcdef")
_HEX_CRC = re.compile(r"(?:0[xX]|[#$])?([0-9A-Fa-f]{2})[\s:.\-]?([0-9A-Fa-f]{2})[hH]?")
# After its name whatever has a digit is meant as a CRC: "CRC 12O4", "CRC: 0A1".
_NAMED_CELL = re.compile(
    rf"(?<![A-Za-z]){CRC_NAME}\W{{0,4}}(?:(?:is|of)\W{{1,2}})?"
    rf"(?:(?P<crc>(?:0[xX])?[0-9A-Fa-f]{{2}}[ :.\-]?[0-9A-Fa-f]{{2}}[hH]?)(?![0-9A-Za-z])"
    rf"|(?=[A-Za-z]{{0,4}}[0-9])(?P<bad>[0-9A-Za-z]{{3,6}})(?![0-9A-Za-z]))",
    re.I,
)
_HEXLIKE = re.compile(r"(?=.*[0-9])(?:0[xX])?[0-9A-Fa-f](?:[\s:.,+\-]?[0-9A-Fa-f]){0,40}[hH]?")


def crc_number(text: str, *, numeric: bool = False) -> int | None:
    """Return the CRC in a cell as written, big-endian; None if it gives none, -1 if unreadable.

    Words (``n/a``, ``OK``) give none, unless they name one: ``CRC 0A1B, checked``.  ``numeric``:
    the spreadsheet kept it as a number, without its leading zeros.
    """
    text = " ".join(text.split())
    if numeric and text.isdecimal():
        text = text.zfill(_CRC_DIGITS)
    found = _HEX_CRC.fullmatch(text)
    if found:
        return int(found[1] + found[2], 16)
    if _HEXLIKE.fullmatch(text):
        return _UNREADABLE
    return named_crc(text)


def named_crc(text: str) -> int | None:
    """Return the first CRC that follows its name in words; None if none does, -1 if unreadable."""
    return next(iter(named_crcs(text)), None)


def named_crcs(text: str) -> list[int]:
    """Return the CRCs that follow their name in words, as ``crc_number`` does."""
    found = []
    for match in _NAMED_CELL.finditer(text):
        if match["crc"]:
            found.append(crc_number(match["crc"]) or 0)
        elif len(match["bad"].translate(_NO_HEX)) <= 1:
            found.append(_UNREADABLE)
    return found


def weigh_crc(code: InstallCode, number: int | None) -> int:
    """Return what a CRC from ``crc_number`` says of a code: NOT_GIVEN, FITS or CONTRADICTS."""
    if number is None:
        return NOT_GIVEN
    own = crc16_x25(code.raw)
    return FITS if number in (own, swapped(own)) else CONTRADICTS


def weigh_crcs(codes: CodeArray, texts: Sequence[str], which: Int64Array) -> npt.NDArray[np.uint8]:
    """Return ``weigh_crc`` for each row of codes (n, 16) and cell ``texts[which]`` of text."""
    numbers = [crc_number(text) for text in texts]
    given = np.array([number is not None for number in numbers], np.bool_)[which]
    written = np.array([number or 0 for number in numbers], np.int64)[which]
    own = crcs(codes).astype(np.int64)
    fits = (written == own) | (written == swapped(own))
    return np.where(given, np.where(fits, FITS, CONTRADICTS), NOT_GIVEN).astype(np.uint8)


def swapped(number: _Numbers) -> _Numbers:
    """Return CRCs with their two bytes in the other order."""
    return (number >> 8) | ((number & 0xFF) << 8)


def read_code_and_crc(
    cell: str, crc: str, *, numeric: bool = False, numeric_crc: bool = False
) -> tuple[InstallCode | BadCode | None, int]:
    """Read a code cell and the cell of its CRC; return the code and its digits with the CRC.

    A CRC that does not fit, or cannot be read, makes it a BadCode.
    """
    code, digits = read_code_cell(cell, numeric=numeric), len(code_digits(cell))
    if not isinstance(code, InstallCode):
        return code, digits
    weight = weigh_crc(code, crc_number(crc, numeric=numeric_crc))
    if weight == CONTRADICTS:
        return BadCode(cell, WRONG_CRC), digits
    return code, CODE_DIGITS[1] if weight == FITS else digits
