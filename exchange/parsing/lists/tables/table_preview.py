"""Show a person how a table was read: its columns and its first rows.

It never shows an install code, nor anything that could be part of one.
"""

from __future__ import annotations

from itertools import islice
from typing import Final

from exchange.domain.device import MASKED, mask_codes
from exchange.domain.mail import TablePreview
from exchange.parsing.identifiers.codes import code_digits
from exchange.parsing.lists.tables.column_finder import Columns, find_columns
from exchange.parsing.phrases.header_terms import Role, header_meaning
from exchange.parsing.sheets.grid import Row, Table

_ROWS: Final = 3
_COLUMNS: Final = 40
_CHARS: Final = 40
_ID_DIGITS: Final = 16
_SECRET: Final = 8  # a cell of an unknown column is masked from so many hex digits on
_NO_COLUMNS: Final = Columns()
_NO_ROW: Final = Row(0, (), frozenset())


def preview_table(table: Table, mapped: Columns | None, misfit: str) -> TablePreview | None:
    """Return how a table is read as usual and with the mapping; None where neither finds a list."""
    usual = find_columns(table.rows)
    if usual is None and mapped is None and not misfit:
        return None
    first = (mapped or usual or _NO_COLUMNS).first_row
    rows = list(islice(table.rows, max(first - 1, 0), first + _ROWS))
    header = rows.pop(0) if first else None
    wide = [len(row.cells) for row in (*rows, header or _NO_ROW)]
    width = min(max(wide), _COLUMNS)
    readings = [one for one in (usual, mapped) if one]
    return TablePreview(
        where=table.where,
        letters=tuple(column_letter(at + table.left) for at in range(width)),
        titles=tuple(_title(header, at) for at in range(width)),
        usual=tuple(describe_role(usual, at) for at in range(width)),
        mapped=tuple(describe_role(mapped, at) for at in range(width)) if mapped else (),
        misfit=misfit,
        rows=tuple(
            (row.number, tuple(_cell(row, at, readings, header) for at in range(width)))
            for row in rows
        ),
    )


def column_letter(column: int) -> str:
    """Return the spreadsheet's name of a column (from 0): A, B ... Z, AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def describe_role(columns: Columns | None, at: int) -> str:
    """Return what a column is read as, in words; empty if it is not read."""
    if columns is None:
        return ""
    if at in columns.devices:
        kind = columns.devices[at]
        return f"Device ID ({kind})" if kind else "Device ID"
    if at in columns.codes:
        part = columns.code_parts.index(at) + 1 if at in columns.code_parts else 0
        return f"install code, part {part}" if part else "install code"
    if at in columns.remarks:
        return "answer or comment"
    if at == columns.denial:
        return "installed by them"
    return "device type" if at == columns.type else ""


def _title(header: Row | None, at: int) -> str:
    title = header.cells[at] if header and at < len(header.cells) else ""
    if len(code_digits(title)) >= _SECRET:
        return MASKED  # a row of the list mistaken for a header
    return _short(title)


def _titled_device(header: Row | None, at: int) -> bool:
    title = header.cells[at] if header and at < len(header.cells) else ""
    return header_meaning(title).role in (Role.DEVICE, Role.MAYBE_DEVICE)


def _cell(row: Row, at: int, readings: list[Columns], header: Row | None) -> str:
    """Return one cell, masked where it may be a code or a piece of one."""
    text = row.cells[at] if at < len(row.cells) else ""
    if not text:
        return ""
    if any(at in one.codes for one in readings):
        return MASKED
    # Sixteen digits may be half a code, so show them only where the column is known as Device IDs.
    devices = any(at in one.devices for one in readings) or _titled_device(header, at)
    digits = len(code_digits(text))
    if digits > _ID_DIGITS or (digits >= _SECRET and not devices):
        return MASKED
    return _short(text)


def _short(text: str) -> str:
    masked = mask_codes(" ".join(text.split()))
    return masked if len(masked) <= _CHARS else masked[: _CHARS - 3] + "..."
