"""Read the install codes in a row of a table: whole, in pieces, in words, with a CRC apart."""

from __future__ import annotations

from typing import Final, TypeAlias

from exchange.domain.device import InstallCode
from exchange.parsing.identifiers.codes import (
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


def _completed_codes(row: Row, columns: Columns) -> dict[int, str]:
    """Return the whole code of each code cell that the next cells complete with the right CRC.

    Further code columns that belong to such a code get an empty text.
    """
    cells, codes = row.cells, columns.codes
    whole: dict[int, str] = {}
    for index in codes:
        if index in whole:
            continue
        joined, at = "", index
        while at < len(cells) and len(joined) < _PIECE:
            piece = code_digits(cells[at])
            if not piece or at in row.damaged or at in columns.devices:
                break
            joined, at = joined + piece, at + 1
        if at > index + 1 and has_good_crc(joined):
            whole[index] = joined
            whole.update((other, "") for other in range(index + 1, at) if other in codes)
    return whole
