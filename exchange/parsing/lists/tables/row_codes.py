"""Read the install codes in a row of a table: whole, in pieces, in words, with a CRC apart."""

from __future__ import annotations

from typing import Final, TypeAlias

from exchange.domain.device import InstallCode
from exchange.parsing.identifiers.codes import (
    CODE_DIGITS,
    BadCode,
    code_digits,
    has_good_crc,
    read_code,
    read_code_cell,
)
from exchange.parsing.identifiers.separate_crc import read_code_and_crc
from exchange.parsing.identifiers.tokens import Token, TokenForm, find_tokens
from exchange.parsing.lists.tables.column_finder import Columns
from exchange.parsing.sheets.grid import Row
from exchange.parsing.text.lines import normalized

_NO_PROOF: Final = "the install code is in several columns, and no CRC proves it"
_PIECE: Final = 36  # digits of a whole code; fewer digits may be a part of one
# The code of a row and the number of digits it was written with.
WrittenCode: TypeAlias = tuple[InstallCode | BadCode, int]


def codes_of_row(row: Row, columns: Columns, device: int) -> list[WrittenCode]:
    """Return the codes of a row that belong to the Device in the column ``device``."""
    if columns.code_parts:
        return _code_from_parts(row, columns)
    kind = columns.devices.get(device, "")
    found: list[WrittenCode] = []
    completed = _completed_codes(row, columns)
    for index, owner in columns.codes.items():
        if index >= len(row.cells) or not row.cells[index]:
            continue
        if owner and kind and owner != kind:
            continue
        text = row.cells[index]
        if index in completed:
            text = completed[index]
            if not text:
                continue
            if not has_good_crc(text):
                found.append((_bad_pieces(text), len(code_digits(text))))
                continue
        crc = columns.crcs.get(index, len(row.cells))
        code, digits = read_code_and_crc(
            text,
            row.cells[crc] if crc < len(row.cells) else "",
            numeric=index in row.damaged,
            numeric_crc=crc in row.damaged,
        )
        if code is not None:
            found.append((code, digits))
        elif index not in row.damaged:
            found += _read_in_words(text)
    for index in columns.remarks:
        if index < len(row.cells) and index not in row.damaged and index not in completed:
            found += _read_in_words(row.cells[index])
    return found


def _read_in_words(cell: str) -> list[WrittenCode]:
    return [(read_code(token.text), len(code_digits(token.text))) for token in codes_in_words(cell)]


def codes_in_words(cell: str) -> list[Token]:
    """Return the codes in a cell that has other words: ``83FE ... D505 (CRC C3B5)``."""
    if len(cell) < _PIECE - 4 or not cell.strip():
        return []
    return [
        token
        for token in find_tokens(normalized(cell))
        if token.form in (TokenForm.CODE, TokenForm.ODD_LENGTH)
    ]


def _code_from_parts(row: Row, columns: Columns) -> list[WrittenCode]:
    """Return the code of a row whose pieces are in several columns, as configured."""
    places = [index for index in columns.code_parts if index < len(row.cells)]
    pieces = [row.cells[index] for index in places if code_digits(row.cells[index])]
    if not pieces:
        return []
    text = " ".join(pieces)
    last = max(at for at, index in enumerate(places) if code_digits(row.cells[index]))
    if last >= len(pieces) and not has_good_crc(code_digits(text)):
        # The rest of 36 digits may have as many as a code without its CRC.
        return [(BadCode(text, "a part of the install code is missing"), len(code_digits(text)))]
    code = read_code_cell(text, numeric=not row.damaged.isdisjoint(places))
    return [(code, len(code_digits(text)))] if code is not None else []


def _bad_pieces(text: str) -> BadCode:
    """Return a code in several columns that no CRC proves."""
    code = read_code(text)
    reason = code.reason if isinstance(code, BadCode) else _NO_PROOF
    return BadCode(text, reason)


def _completed_codes(row: Row, columns: Columns) -> dict[int, str]:
    """Return the text of each code that begins in a code cell and goes on in the next cells.

    Cells with the right CRC are one code.  So are pieces of 32 or 36 digits of which the first is
    none: without the right CRC it is a bad one.  Further columns of the code get an empty text.
    """
    cells, codes = row.cells, columns.codes
    whole: dict[int, str] = {}
    for index in codes:
        if index in whole:
            continue
        joined, at = "", index
        bad: tuple[str, int] | None = None
        while at < len(cells) and len(joined) < _PIECE:
            piece = code_digits(cells[at])
            if not piece or at in row.damaged or at in columns.devices:
                break
            joined, at = joined + piece, at + 1
            if len(joined) in CODE_DIGITS and len(code_digits(cells[index])) < CODE_DIGITS[0]:
                bad = " ".join(cells[index:at]), at
        good = at > index + 1 and has_good_crc(joined)
        text, end = (joined, at) if good else bad or ("", index)
        if text:
            whole[index] = text
            whole.update((other, "") for other in range(index + 1, end) if other in codes)
    return whole
