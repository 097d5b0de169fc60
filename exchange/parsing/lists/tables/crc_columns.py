"""Find the column that holds the CRC of the install codes in another column, by header or content.

A column without a known header is one if a cell of it fits the code of its row, or if it is right
next to the codes and holds just four hex digits in each row, a letter among them.  A column of
remarks is one if they name CRCs.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from exchange.domain.device import InstallCode
from exchange.parsing.identifiers.codes import CODE_DIGITS, code_digits, read_code_cell
from exchange.parsing.identifiers.separate_crc import FITS, crc_number, named_crc, weigh_crc
from exchange.parsing.phrases.header_terms import HeaderMeaning, Role
from exchange.parsing.sheets.grid import Row

_FOUR: Final = re.compile(r"(?:0[xX])?[0-9A-Fa-f]{4}")
_LETTER: Final = re.compile(r"(?:0[xX])?.*[A-Fa-f]")


def crcs_by_code(
    codes: Mapping[int, str],
    meanings: Sequence[HeaderMeaning],
    below: Sequence[Row],
    known: Collection[int],
) -> dict[int, int]:
    """Return the column of CRCs of each column of codes that has one.

    ``codes``: the columns of codes, each with the device type that its header names.  ``known``:
    the columns that hold something else.
    """
    found: dict[int, int] = {}
    for code, kind in codes.items():
        free = [
            index
            for index in _by_distance(code, below)
            if index not in known and index not in codes and index not in found.values()
        ]
        named = [index for index in free if _role(meanings, index) is Role.CRC]
        alike = [index for index in named if meanings[index].device_type == kind]
        chosen = (alike or named)[:1] or [
            index
            for index in free
            if (_role(meanings, index) is None and _holds_crcs(below, code, index))
            or (_role(meanings, index) in (None, Role.REMARK) and _names_crcs(below, index))
        ]
        if chosen:
            found[code] = chosen[0]
    return found


def holds_only_crcs(below: Sequence[Row], index: int) -> bool:
    """Return whether every filled cell has four hex digits: a column headed "code CRC"."""
    cells = [cell for row in below if (cell := _cell(row, index))]
    return bool(cells) and all(_FOUR.fullmatch(cell) for cell in cells)


def _by_distance(code: int, below: Sequence[Row]) -> list[int]:
    """Return the other columns, those nearest to the codes first, the right one before the left."""
    width = max((len(row.cells) for row in below), default=0)
    return sorted((i for i in range(width) if i != code), key=lambda i: (abs(i - code), i < code))


def _holds_crcs(below: Sequence[Row], code: int, index: int) -> bool:
    """Return whether an unnamed column has a CRC that fits, or looks like one of wrong CRCs."""
    pairs = [
        (read, cell)
        for row in below
        if (cell := _cell(row, index))
        and isinstance(read := read_code_cell(_cell(row, code)), InstallCode)
    ]
    if any(weigh_crc(read, crc_number(cell)) == FITS for read, cell in pairs):
        return True
    bare = all(len(code_digits(_cell(row, code))) != CODE_DIGITS[1] for row in below)
    shaped = bool(pairs) and all(_FOUR.fullmatch(cell) for _, cell in pairs)
    return (
        shaped and bare and abs(index - code) == 1 and any(_LETTER.match(cell) for _, cell in pairs)
    )


def _names_crcs(below: Sequence[Row], index: int) -> bool:
    """Return whether a cell of a column says that it gives a CRC: "CRC 0A1B" among remarks."""
    return any(named_crc(cell) is not None for row in below if (cell := _cell(row, index)))


def _role(meanings: Sequence[HeaderMeaning], index: int) -> Role | None:
    return meanings[index].role if index < len(meanings) else None


def _cell(row: Row, index: int) -> str:
    return row.cells[index] if index < len(row.cells) else ""
