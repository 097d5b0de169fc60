"""Read CSV and the like: comma, semicolon, tab or pipe, quoted or not, and what Excel adds."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from typing import Final

from exchange.domain.limits import DEFAULT, Limits
from exchange.errors import Unreadable
from exchange.parsing.sheets.csv_columns import (
    FIELD_CHARS,
    DelimitedRows,
    NeedsCsvReader,
    plain_cell,
)
from exchange.parsing.sheets.grid import Row, Table, text_row
from exchange.parsing.text.lines import split_lines

DELIMITERS: Final = (",", ";", "\t", "|")
_SEP_LINE = re.compile(r"\s*\"?sep=(.)\"?\s*", re.IGNORECASE)
_LINE_END = re.compile(r"\r\n|\r|\n")
_SAMPLE_LINES: Final = 60


def delimiter_of(text: str) -> str:
    """Return the delimiter of a delimited text; empty when it is a plain list or prose."""
    sample = [line for line in split_lines(text[:40_000])[:_SAMPLE_LINES] if line.strip()]
    if not sample:
        return ""
    named = _SEP_LINE.fullmatch(sample[0])
    if named:
        return named.group(1)
    best, best_score = "", 0.0
    for delimiter in DELIMITERS:
        counts = [len(_outside_quotes(line).split(delimiter)) - 1 for line in sample]
        filled = [count for count in counts if count]
        if not filled:
            continue
        usual = max(set(filled), key=lambda n: (filled.count(n), n))
        share = counts.count(usual) / len(counts)
        # Title and total lines may have none; prose has commas here and there, in no pattern.
        if share < 0.5 or (len(sample) == 1 and delimiter == "," and ", " in sample[0]):
            continue
        score = share * 10 + min(usual, 20) * 0.1 + (0 if delimiter == "," else 0.05)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _outside_quotes(line: str) -> str:
    return re.sub(r"\"[^\"]*\"", "", line) if '"' in line else line


def read_delimited(
    where: str, text: str, limits: Limits = DEFAULT, *, delimiter: str | None = None
) -> Table:
    """Return the rows of a delimited text, a header row among them; empty rows are left out.

    Raises Unreadable when a ceiling is passed.
    """
    if len(text) > limits.text_chars:
        raise Unreadable(f"a text of more than {limits.text_chars:,} characters", place=where)
    if delimiter is None:
        delimiter = delimiter_of(text)
    unit = "row" if delimiter else "line"
    fast = _fast_rows(text, delimiter, limits)
    if fast is not None:
        return Table(where, (), _with_other_delimiters(fast, text, delimiter), unit)
    lines = split_lines(text)
    try:
        rows = list(_rows(_records(lines, delimiter, quoted='"' in text), text, limits, where))
        if '"' in text and (
            _stray_quote(rows, delimiter)
            or (_holds_rows(rows, delimiter) and not _well_quoted(lines, delimiter))
        ):
            rows = list(_rows(_records(lines, delimiter, quoted=False), text, limits, where))
    except csv.Error:
        # A quote that never closes, or an oversized field: quotes mean nothing in this text.
        rows = list(_rows(_records(lines, delimiter, quoted=False), text, limits, where))
    return Table(where, (), _with_other_delimiters(rows, text, delimiter), unit)


def _with_other_delimiters(rows: Sequence[Row], text: str, delimiter: str) -> Sequence[Row]:
    """Return the rows, those cut up that have another delimiter throughout: two files in one.

    Such a row has no delimiter of the others, and as many cells by its own as they have.
    """
    others = [one for one in DELIMITERS if one != delimiter and one in text]
    if not delimiter or not others:
        return rows
    usual = max((len(row.cells) for row in rows[:_SAMPLE_LINES]), default=1)
    again: dict[int, Row] = {}
    for at, row in _single_cells(rows) if usual > 1 else ():
        cell = row.cells[0] if len(row.cells[0]) < FIELD_CHARS else ""
        for other in others:
            if cell.count(other) < usual - 1:
                continue
            cells = next(csv.reader([cell], delimiter=other, skipinitialspace=True), [])
            if len(cells) == usual:
                again[at] = text_row(row.number, [plain_cell(one) for one in cells])
                break
    if not again:
        return rows
    return [again.get(at, row) for at, row in enumerate(rows)]


def _single_cells(rows: Sequence[Row]) -> Iterator[tuple[int, Row]]:
    """Yield the rows of a single cell, with their index."""
    if isinstance(rows, DelimitedRows):
        return ((at, rows[at]) for at in rows.single().tolist())
    return ((at, row) for at, row in enumerate(rows) if len(row.cells) == 1)


def _fast_rows(text: str, delimiter: str, limits: Limits) -> DelimitedRows | None:
    """Return the rows as columns; None when the csv module must read the text.

    It also reads a text that passes a ceiling, to name the ceiling that is passed first.
    """
    ended = _LINE_END.search(text)
    first = text[: ended.start()] if ended else text
    named = _is_sep_line(first.split(delimiter) if delimiter else [first])
    if not delimiter.isascii() or ('"' in first and "sep" in first.lower()):
        return None
    try:
        if named:
            rows = DelimitedRows(text[ended.end() :] if ended else "", delimiter, 2)
        else:
            rows = DelimitedRows(text, delimiter)
    except NeedsCsvReader:
        return None
    return None if rows.widest > limits.columns or len(rows) > limits.rows else rows


def rows_of_block(text: str, delimiter: str, first: int) -> Sequence[Row]:
    """Return the rows of some whole lines of a delimited text; the first has the number ``first``.

    Raises NeedsCsvReader when a quoted cell runs past the end of its line, or a cell is too long.
    """
    try:
        return DelimitedRows(text, delimiter, first)
    except NeedsCsvReader:
        lines = split_lines(text)
        if any(line.count('"') % 2 for line in lines):
            raise
        limits = Limits(rows=len(lines), columns=len(text) + 1)
        try:
            records = _records(lines, delimiter, quoted=True)
            rows = list(_rows(records, text, limits, "", first))
            if _holds_rows(rows, delimiter):
                raise NeedsCsvReader
            return rows
        except csv.Error:  # an oversized field
            raise NeedsCsvReader from None


def _records(lines: list[str], delimiter: str, *, quoted: bool) -> Iterator[list[str]]:
    if not quoted:
        for line in lines:
            yield line.split(delimiter) if delimiter else [line]
        return
    csv.field_size_limit(FIELD_CHARS)
    ended = (line + "\n" for line in lines)
    yield from csv.reader(ended, delimiter=delimiter or "\x1f", skipinitialspace=True)


def _rows(
    records: Iterator[list[str]], text: str, limits: Limits, where: str, first: int = 1
) -> Iterator[Row]:
    wrapped = '="' in text or '= "' in text or "'" in text
    exponents = "E+" in text or "e+" in text
    kept = 0
    for number, cells in enumerate(records, first):
        if not any(map(str.strip, cells)):
            continue
        if number == 1 and _is_sep_line(cells):
            continue
        kept += 1
        if kept > limits.rows:
            raise Unreadable(f"more than {limits.rows} rows", place=where)
        if len(cells) > limits.columns:
            raise Unreadable(f"more than {limits.columns} columns", place=f"{where} > row {number}")
        if wrapped:
            cells = [plain_cell(cell) for cell in cells]
        yield text_row(number, cells, exponents=exponents)


def _is_sep_line(cells: list[str]) -> bool:
    """Return whether a row is Excel's ``sep=;``, whole or split by its own delimiter."""
    if len(cells) == 2 and cells[0].strip('" ').lower() == "sep=" and not cells[1].strip('"'):
        return True
    return bool(_SEP_LINE.fullmatch(",".join(cells).strip()))


def _holds_rows(rows: list[Row], delimiter: str) -> bool:
    """Return whether a cell goes on in a line that has the delimiter, and may be a row."""
    return bool(delimiter) and any(
        "\n" in cell and delimiter in cell.partition("\n")[2] for row in rows for cell in row.cells
    )


def _well_quoted(lines: list[str], delimiter: str) -> bool:
    """Return whether every quote begins or ends a cell, and the last one is closed.

    ``5" pipe`` is not: its quote may close a cell that another one opened rows before.
    """
    ended = (line + "\n" for line in lines)
    try:
        for _ in csv.reader(ended, delimiter=delimiter, skipinitialspace=True, strict=True):
            pass
    except csv.Error:
        return False
    return True


def _stray_quote(rows: list[Row], delimiter: str) -> bool:
    """Return whether a stray quote swallowed whole rows: a cell holds lines that look like rows."""
    usual = max((len(row.cells) for row in rows[:_SAMPLE_LINES]), default=1)
    for row in rows:
        for cell in row.cells:
            if "\n" not in cell:
                continue
            inner = cell.split("\n")
            # A quote that is never closed swallows the last line as well, and its row ends there.
            swallowed = inner[1:] if len(row.cells) < usual else inner[1:-1]
            if len(inner) > 40 or (
                delimiter and sum(line.count(delimiter) >= usual - 1 > 0 for line in swallowed)
            ):
                return True
    return False
