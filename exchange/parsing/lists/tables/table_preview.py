"""How a table was read, for a person who wants to see it: its columns and its first rows.

No install code stands in it, nor anything that could be a part of one.
"""

from __future__ import annotations

from itertools import islice
from typing import Final

from exchange.domain.device import MASKED, mask_codes
from exchange.domain.mail import TablePreview
from exchange.parsing.identifiers.codes import code_digits
from exchange.parsing.lists.tables.column_finder import Columns, find_columns
from exchange.parsing.phrases.header_terms import Role, header_wording
from exchange.parsing.sheets.grid import Row, Table

_ROWS: Final = 3
_COLUMNS: Final = 40
_CHARS: Final = 40
_ID_DIGITS: Final = 16
_SECRET: Final = 8  # hex digits of a cell in a column that we know nothing of
_NO_COLUMNS: Final = Columns()
_NO_ROW: Final = Row(0, (), frozenset())


def look_at(table: Table, mapped: Columns | None, misfit: str) -> TablePreview | None:
    """A table as it is read as usual and with the mapping; None where neither finds a list."""
    usual = find_columns(table.rows)
    if usual is None and mapped is None and not misfit:
        return None
    first = (mapped or usual or _NO_COLUMNS).first
    rows = list(islice(table.rows, max(first - 1, 0), first + _ROWS))
    header = rows.pop(0) if first else None
    wide = [len(row.cells) for row in (*rows, header or _NO_ROW)]
    width = min(max(wide), _COLUMNS)
    readings = [one for one in (usual, mapped) if one]
    return TablePreview(
        where=table.where,
        letters=tuple(column_letter(at + table.left) for at in range(width)),
        titles=tuple(_title(header, at) for at in range(width)),
        usual=tuple(role_of(usual, at) for at in range(width)),
        mapped=tuple(role_of(mapped, at) for at in range(width)) if mapped else (),
        misfit=misfit,
        rows=tuple(
            (row.number, tuple(_cell(row, at, readings, header) for at in range(width)))
            for row in rows
        ),
    )


def column_letter(column: int) -> str:
    """The name a spreadsheet gives a column (from 0): A, B ... Z, AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def role_of(columns: Columns | None, at: int) -> str:
    """What a column is read as, in words; empty where it is not read."""
    if columns is None:
        return ""
    if at in columns.devices:
        kind = columns.devices[at]
        return f"Device ID ({kind})" if kind else "Device ID"
    if at in columns.codes:
        part = columns.joined.index(at) + 1 if at in columns.joined else 0
        return f"install code, part {part}" if part else "install code"
    if at in columns.remarks:
        return "answer or comment"
    if at == columns.denial:
        return "installed by them"
    return "device type" if at == columns.type else ""


def _title(header: Row | None, at: int) -> str:
    title = header.cells[at] if header and at < len(header.cells) else ""
    if len(code_digits(title)) >= _SECRET:
        return MASKED  # a row of the list that passed for a header
    return _short(title)


def _titled_device(header: Row | None, at: int) -> bool:
    title = header.cells[at] if header and at < len(header.cells) else ""
    return header_wording(title).role in (Role.DEVICE, Role.MAYBE_DEVICE)


def _cell(row: Row, at: int, readings: list[Columns], header: Row | None) -> str:
    """One cell, hidden where it may be a code or a piece of one."""
    text = row.cells[at] if at < len(row.cells) else ""
    if not text:
        return ""
    if any(at in one.codes for one in readings):
        return MASKED
    # Sixteen digits may be half a code: only where they are said to be a Device ID are they shown.
    devices = any(at in one.devices for one in readings) or _titled_device(header, at)
    digits = len(code_digits(text))
    if digits > _ID_DIGITS or (digits >= _SECRET and not devices):
        return MASKED
    return _short(text)


def _short(text: str) -> str:
    masked = mask_codes(" ".join(text.split()))
    return masked if len(masked) <= _CHARS else masked[: _CHARS - 3] + "..."
