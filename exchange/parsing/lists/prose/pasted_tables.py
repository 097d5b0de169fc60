"""Find tables typed or pasted into a plain body: a header line, then rows with the same delimiter.

Only a header that names a column of devices makes a table.  Lists of several IDs on a line, and
sentences with commas, stay running text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from exchange.parsing.lists.prose.device_runs import lines_with_runs
from exchange.parsing.phrases.header_terms import Role, header_meaning
from exchange.parsing.text.lines import Line

_DELIMITERS: Final = ("\t", ",", ";", "|")
_MOST_COLUMNS: Final = 40
_SHORT: Final = 20  # characters of what is written in place of an ID
_LONGEST: Final = 2000  # characters of a line that may be a row
_RULED = re.compile(r"[\s|+:=\-]*-[\s|+:=\-]*")  # the line under a drawn header
_ID = re.compile(r"(?:[0-9A-Fa-f][:.\- ]?){16}")
_DIGIT = re.compile(r".*[0-9].*")
# Looks like an ID: at least ten digits or hex letters, with the separators that IDs have.
_VALUE = re.compile(r"\W*[0-9A-Fa-fOolI][0-9A-Fa-fOolI:.\- ]{9,30}\W*")


def lines_with_tables(text: str) -> list[Line]:
    """Return the lines of a plain body, the middle of a long list as one, typed tables marked."""
    lines = lines_with_runs(text)
    mark_tables(lines)
    return lines


def mark_tables(lines: Sequence[Line]) -> None:
    """Set table, row and cells of the lines of typed tables; the other lines stay as they are.

    Takes linear time: every line is split at most once for each delimiter.
    """
    found = max((line.table for line in lines), default=0)
    at = 0
    while at < len(lines):
        end = _table_end(lines, at)
        if end == at:
            at += 1
            continue
        found += 1
        delimiter = _delimiter(lines[at].text)
        for row, line in enumerate(lines[at:end], 1):
            ruled = _RULED.fullmatch(line.text)  # a row without cells, which cuts no table in two
            line.table, line.row = found, row
            line.cells = () if ruled else tuple(_cells(line.text, delimiter))
        at = end


def _delimiter(text: str) -> str:
    """Return the delimiter of a header line; empty if the line is not a header."""
    if len(text) > _LONGEST or text.lstrip().startswith(">"):
        return ""
    for delimiter in _DELIMITERS:
        if delimiter in text:
            names = _cells(text, delimiter)
            if 2 <= len(names) <= _MOST_COLUMNS and _device_columns(names, delimiter):
                return delimiter
    return ""


def _cells(text: str, delimiter: str) -> list[str]:
    if delimiter != "\t":  # a cell may be empty at either end of a pasted row
        text = text.strip()
    if delimiter == "|":
        text = text.strip("|")  # | people draw it | around every cell |
    return [cell.strip().strip('"').strip() for cell in text.split(delimiter)]


def _goes_on(text: str, header: str, delimiter: str) -> bool:
    """Return whether a line without an ID is a row all the same: "tbc", or nothing.

    A signature may have one ``|`` in it, and no line of a table that people draw is without one
    at its beginning.
    """
    if delimiter == "|":
        return header.lstrip().startswith("|") and text.lstrip().startswith("|")
    return delimiter == "\t" and delimiter in text


def _device_columns(names: Sequence[str], delimiter: str) -> list[int]:
    """Return the columns that a header calls Device IDs; between tabs an ambiguous word will do."""
    roles = [header_meaning(name).role if len(name) <= 60 else None for name in names]
    sure = [index for index, role in enumerate(roles) if role is Role.DEVICE]
    if sure or delimiter != "\t":
        return sure
    return [index for index, role in enumerate(roles) if role is Role.MAYBE_DEVICE]


def _table_end(lines: Sequence[Line], start: int) -> int:
    """Return the end of the table whose header is line ``start``; ``start`` if it is not a table.

    The first row must have what looks like an ID.  Those below may be damaged, which is reported
    when the table is read.
    """
    header = lines[start]
    delimiter = "" if header.table or header.quoted else _delimiter(header.text)
    if not delimiter:
        return start
    names = _cells(header.text, delimiter)
    columns = _device_columns(names, delimiter)
    unnamed = {
        index
        for index, name in enumerate(names)
        if index not in columns and header_meaning(name[:60]).role in (None, Role.MAYBE_DEVICE)
    }
    end, rows = start + 1, 0
    while end < len(lines):
        line = lines[end]
        if line.table or line.quoted or len(line.text) > _LONGEST:
            break
        if not _RULED.fullmatch(line.text):
            cells = _cells(line.text, delimiter)
            if delimiter in "\t|" and len(cells) < len(names) and len(cells) > 1:
                cells += [""] * (len(names) - len(cells))  # empty cells at the end were cut off
            sign = _DIGIT if rows else _VALUE
            drawn = rows > 0 and _goes_on(line.text, header.text, delimiter)
            like = any(
                sign.fullmatch(cells[at]) or (drawn and len(cells[at]) <= _SHORT)
                for at in columns
                if at < len(cells)
            )
            if len(cells) != len(names) or not like:
                break
            if any(_ID.fullmatch(cell) for at, cell in enumerate(cells) if at in unnamed):
                return start  # several IDs on a line: not a table, and none of them may be lost
            rows += 1
        end += 1
    return end if rows else start
