"""Read a workbook of codes into batches: a large one in windows of rows, others as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from typing import Final

from exchange.domain.limits import Limits
from exchange.errors import BadInput
from exchange.parsing.reading.import_tables import hidden_parts, with_header
from exchange.parsing.sheets.grid import Table
from exchange.parsing.sheets.xlsx_stream import NeedsWholeFile, StreamedSheet
from exchange.ports.vault import Batch, ReportProgress
from exchange.services.codes.code_file import ReadOptions, choose_columns, roomy
from exchange.services.codes.code_rows import Terms, checked_batch
from exchange.services.codes.import_report import Delivered
from exchange.services.import_rows import Sheet, open_sheets, sort_out

_ROWS_AT_ONCE: Final = 50_000
_TOLD_BY: Final = 50  # rows, enough to recognise the columns


def in_windows(
    book: Sequence[StreamedSheet],
    reading: ReadOptions,
    today: date,
    delivered: Delivered,
    progress: ReportProgress | None,
) -> Iterator[Batch]:
    """Yield the good rows of a large workbook.

    Raises NeedsWholeFile if it has to be read as a whole after all, BadInput if the columns are not
    clear, and Unreadable if the file is damaged.
    """
    opened = _opened(book, reading, delivered)
    total = sum(stream.size for _, stream in opened)
    offset = before = 0
    for sheet, stream in opened:
        delivered.begin(sheet.table, offset)
        terms = Terms(sheet, reading, today)
        first, last = sheet.rows[0].number, 0
        for rows, done in stream.windows():
            batch = checked_batch(terms, rows, first, offset, delivered)
            last = int(rows.numbers[-1])
            if batch is not None:
                yield batch
            if progress:
                progress("reading", before + done, total)
        if stream.hidden:
            delivered.notes.append(hidden_parts(stream.where, len(stream.hidden), 0))
        offset, before = offset + last, before + stream.size
    if progress:
        progress("reading", total, total)


def _opened(
    book: Sequence[StreamedSheet], reading: ReadOptions, delivered: Delivered
) -> list[tuple[Sheet, StreamedSheet]]:
    """Return the sheets that are lists, with the columns found in their first rows."""
    heads = [(stream, *_head(stream)) for stream in book]
    tables = [table for _, table, _ in heads if table is not None]
    streams = {id(table): stream for stream, table, _ in heads}
    ended = {id(table) for _, table, whole in heads if whole}
    if not tables:
        raise NeedsWholeFile  # reading it as a whole will say what is wrong

    def chosen(table: Table) -> Sheet:
        try:
            return choose_columns(reading, table)
        except BadInput:
            # Any row may show what is wrong with a list.
            if id(table) not in ended:
                raise NeedsWholeFile from None
            raise

    sheets, notes = sort_out(tables, delivered.name, chosen)
    delivered.notes += notes
    return [(sheet, streams[id(sheet.table)]) for sheet in sheets]


def _head(stream: StreamedSheet) -> tuple[Table | None, bool]:
    """Return the sheet's first rows as a table (None if empty), and whether these are all."""
    windows = stream.windows()
    first = next(windows, None)
    if first is None:
        return None, True
    ended = next(windows, None) is None
    if len(first.rows) < _TOLD_BY and not ended:
        raise NeedsWholeFile
    return with_header(Table(stream.where, (), first.rows)), ended


def as_a_whole(
    content: bytes,
    reading: ReadOptions,
    limits: Limits,
    today: date,
    delivered: Delivered,
    progress: ReportProgress | None,
) -> Iterator[Batch]:
    """Yield the good rows of any file of tables that is read whole.

    Raises BadInput if the file cannot be read, or the columns are not clear.
    """
    sheets, notes = open_sheets(
        delivered.name, content, roomy(limits), partial(choose_columns, reading)
    )
    del content
    delivered.notes += notes
    total = sum(len(sheet.rows) for sheet in sheets)
    offset = 0
    for sheet in sheets:
        delivered.begin(sheet.table, offset)
        terms = Terms(sheet, reading, today)
        last = 0
        for start in range(0, len(sheet.rows), _ROWS_AT_ONCE):
            rows = sheet.rows[start : start + _ROWS_AT_ONCE]
            last = rows[-1].number
            batch = checked_batch(terms, rows, 0, offset, delivered)
            if batch is not None:
                yield batch
            if progress:
                progress("reading", delivered.rows, total)
        offset += last
    if progress:
        progress("reading", total, total)
