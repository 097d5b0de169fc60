"""Read any table file into rows, for the import commands."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import overload

from exchange.domain.limits import DEFAULT, Limits
from exchange.domain.mail import Outcome
from exchange.errors import BadInput, Unreadable
from exchange.parsing.containers.sniff import Shape, shape_of
from exchange.parsing.lists.tables.column_finder import (
    SAMPLE_ROWS,
    Columns,
    find_columns,
    header_index,
)
from exchange.parsing.lists.tables.crc_columns import crcs_by_code
from exchange.parsing.lists.tables.odd_rows import is_total, is_units
from exchange.parsing.lists.tables.table_preview import column_letter
from exchange.parsing.phrases.answer_phrases import read_remark
from exchange.parsing.phrases.header_terms import (
    Role,
    device_type_of,
    header_meaning,
    normalise_header,
)
from exchange.parsing.sheets.delimited import read_delimited
from exchange.parsing.sheets.grid import Row, Table
from exchange.parsing.sheets.workbooks import read_workbook
from exchange.parsing.text.charset import PADDING, to_text

__all__ = [
    "PADDING",
    "Columns",
    "Limits",
    "Role",
    "Row",
    "Shape",
    "Table",
    "column_letter",
    "columns_of",
    "crc_column_of",
    "denies_installing",
    "device_type_of",
    "header_meaning",
    "hidden_parts",
    "is_total",
    "is_units",
    "match_columns",
    "normalise_header",
    "read_tables",
    "shape_of",
    "sheet_is_hidden",
]

_HEADER_ROWS = 20
_BRACKETS = re.compile(r"[(\[{][^)\]}]*[)\]}]")
# A denial in one of the languages that are read: most cells are passed over by this alone.
_MAY_DENY = re.compile(
    r"\b(?:no|not|never|none|neither|nid|nicht|kein\w*|pas|non|nie|niet|ikke|nunca)\b|n['\u2019]t\b"
    r"|\b(?:another|other|different) suppl",
    re.I,
)
_VALUE_LIKE = re.compile(r"(?=.*\d)[\d\s.,:/+\-]+|[0-9A-Fa-f]{2}(?:[-: ]?[0-9A-Fa-f]{2}){7,}")


def read_tables(
    name: str, content: bytes, limits: Limits = DEFAULT, notes: list[str] | None = None
) -> list[Table]:
    """Return the visible tables of a CSV, TXT or workbook; the content decides, not the name.

    A header, if there is one, is separated from the rows.  ``notes`` collects what the file hides
    or has struck out.  Raises BadInput with its place when the file is empty, protected, damaged or
    exceeds a limit.
    """
    notes = [] if notes is None else notes
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise BadInput("the file is empty", place=name)
    try:
        tables = _tables(name, content, limits, notes)
    except Unreadable as error:
        raise BadInput(error.message, place=error.place or name, hint=error.hint) from None
    if not tables:
        raise BadInput("there is no row in the file", place=name)
    return [with_header(table) for table in tables]


def _tables(name: str, content: bytes, limits: Limits, notes: list[str]) -> list[Table]:
    shape = shape_of(content)
    if shape is Shape.WORKBOOK:
        book = read_workbook(name, content, limits, whole=True)
        if not book.tables and book.hidden:
            raise Unreadable("every sheet with content is hidden", place=name)
        notes += [f"left out: {sheet_is_hidden(table.where)}" for table in book.hidden]
        notes += [hidden_parts(where, rows, columns) for where, rows, columns in book.kept_hidden]
        notes += [f"left out: {one.where}: what is struck out there" for one in book.struck]
        return list(book.tables)
    if shape is Shape.PROTECTED:
        raise Unreadable("the workbook is protected by a password", place=name)
    if shape not in (Shape.TEXT, Shape.HTML):
        hint = ""
        if shape is Shape.ARCHIVE:
            cut = content.startswith(b"PK")  # a truncated workbook looks like an archive
            hint = "unpack it first" + (", or download it again if it is a workbook" if cut else "")
        raise Unreadable("this is neither a workbook nor a text file", place=name, hint=hint)
    table = read_delimited(name, to_text(content), limits)
    return [Table(table.where, (), table.rows)] if table.rows else []


def sheet_is_hidden(where: str) -> str:
    """Return how a hidden sheet is named in a note."""
    return f"{where} is a hidden sheet"


def hidden_parts(where: str, rows: int, columns: int) -> str:
    """Return the note about hidden rows and columns that are read all the same."""
    counted = ((rows, "row"), (columns, "column"))
    parts = [f"{number} hidden {what}{'s' * (number > 1)}" for number, what in counted if number]
    verb = "is" if rows + columns == 1 else "are"
    return f"{where}: {' and '.join(parts)} {verb} read too"


def with_header(table: Table) -> Table:
    """Separate the header from the rows, as in a mail if the table is a list of devices.

    In any other table the header is the first full row that has words and no values.  Rows above
    it are dropped.  A table without a header keeps every row.
    """
    sample = list(islice(table.rows, SAMPLE_ROWS))
    named = header_index(sample)
    if named is not None and find_columns(sample):
        return _headed(table, sample[named], named)
    first = list(islice(table.rows, _HEADER_ROWS))
    widest = max((_filled(row) for row in first), default=0)
    for index, row in enumerate(first):
        if _filled(row) * 2 < widest or _is_title(first, index):
            continue
        if not _holds_values(row):
            return _headed(table, row, index)
        if index and not any(map(_holds_values, first[:index])):
            return _headed(table, first[index - 1], index - 1)  # few titles, or one above the list
        return table
    return table


def columns_of(table: Table) -> Columns | None:
    """Return what each column holds, found as in a mail; None if none holds Device IDs."""
    sample = list(islice(table.rows, SAMPLE_ROWS))
    if table.header:
        sample.insert(0, Row(0, table.header, frozenset()))
    return find_columns(sample)


def crc_column_of(table: Table, code: int, others: Collection[int]) -> int | None:
    """Return the column that holds the CRC of the codes in the column ``code``, if there is one.

    ``others``: the columns that hold something else.
    """
    meanings = [header_meaning(title) for title in table.header]
    sample = list(islice(table.rows, SAMPLE_ROWS))
    return crcs_by_code({code: ""}, meanings, sample, others).get(code)


def denies_installing(cell: str) -> bool:
    """Return whether the words of a row say that its owner did not install the Device."""
    return bool(_MAY_DENY.search(cell)) and read_remark(cell).outcome is Outcome.NOT_INSTALLER


def _headed(table: Table, row: Row, index: int) -> Table:
    rows = _Below(table.rows, index + 1)
    return replace(table, header=row.cells, rows=rows)


class _Below(Sequence[Row]):
    """The rows below a header, each made when needed: a workbook may have a million."""

    def __init__(self, rows: Sequence[Row], first: int) -> None:
        self._rows, self._first = rows, first

    def __len__(self) -> int:
        return len(self._rows) - self._first

    def __iter__(self) -> Iterator[Row]:
        return islice(iter(self._rows), self._first, None)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        places = range(self._first, len(self._rows))[index]
        if isinstance(places, int):
            return self._rows[places]
        return [self._rows[place] for place in places]


def _holds_values(row: Row) -> bool:
    return bool(row.damaged) or any(_VALUE_LIKE.fullmatch(cell) for cell in row.cells)


def _is_title(first: Sequence[Row], index: int) -> bool:
    """Return whether a row is one cell of words directly above a fuller row of words."""
    if _filled(first[index]) > 1 or index + 1 == len(first):
        return False
    below = first[index + 1]
    return not _holds_values(first[index]) and (
        (_filled(below) > 1 and not _holds_values(below)) or _is_title(first, index + 1)
    )


def _filled(row: Row) -> int:
    return sum(1 for cell in row.cells if cell)


def match_columns(header: Sequence[str], wanted: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Return the column index of each field that was found, by field name.

    ``wanted`` gives each field its accepted column headers, best first.  A header matches as a
    whole, or without its part in brackets (``Device ID (EUI-64)``).  A column has one field only.
    """
    whole = [normalise_header(cell) for cell in header]
    bare = [normalise_header(_BRACKETS.sub("", cell)) for cell in header]
    found: dict[str, int] = {}
    taken: set[int] = set()
    for forms in (whole, bare):
        for name, wordings in wanted.items():
            if name in found:
                continue
            for wording in map(normalise_header, wordings):
                column = next(
                    (i for i, form in enumerate(forms) if form == wording and i not in taken), None
                )
                if wording and column is not None:
                    found[name] = column
                    taken.add(column)
                    break
    return found
