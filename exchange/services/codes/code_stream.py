"""Read a code file of any size into batches for the vault, in constant memory.

This module reads delimited text, a block of lines at a time; ``code_sheets.py`` reads workbooks.
``code_rows.py`` checks the rows of both.
"""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from typing import BinaryIO, Final

from exchange.domain.device import mask_codes
from exchange.domain.limits import Limits
from exchange.errors import BadInput, Unreadable
from exchange.parsing.reading.import_tables import PADDING, Shape, shape_of, sheet_is_hidden
from exchange.parsing.sheets.csv_columns import NeedsCsvReader, has_bare_return
from exchange.parsing.sheets.delimited import delimiter_of, rows_of_block
from exchange.parsing.sheets.grid import Row
from exchange.parsing.sheets.xlsx_stream import NeedsWholeFile, open_book
from exchange.ports.vault import Batch, ReportProgress
from exchange.services.codes.code_file import ReadOptions, choose_columns
from exchange.services.codes.code_rows import Terms, checked_batch
from exchange.services.codes.code_sheets import as_a_whole, in_windows
from exchange.services.codes.import_report import CodeSource, Delivered
from exchange.services.import_rows import open_sheets

__all__ = ["NeedsWholeFile", "read_delivery"]

_HEAD_BYTES: Final = 1 << 18  # in which the header is looked for
_BLOCK_BYTES: Final = 1 << 21  # numpy's arrays for it fit the processor's cache
_WHOLE_BYTES: Final = 200_000_000  # the largest file that is read as a whole
_WIDE: Final = (
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def read_delivery(
    source: CodeSource,
    reading: ReadOptions,
    limits: Limits,
    today: date,
    delivered: Delivered,
    progress: ReportProgress | None = None,
    *,
    whole: bool = False,
) -> Iterator[Batch]:
    """Yield the good rows of a file in batches; put bad ones and notes into ``delivered``.

    Raises NeedsWholeFile if the file has to be read again with ``whole``, BadInput if the columns
    are not clear or the file cannot be read at all.
    """
    reading.check()
    try:
        with source.open() as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(0)
            head = file.read(_HEAD_BYTES)
            if not whole and _can_stream(head):
                yield from _streamed(file, size, head, reading, today, delivered, progress)
                return
            zipped = head.startswith(b"PK")  # else reading it as a whole does not see a workbook
            hidden: list[str] = []
            if zipped and not whole and (book := open_book(delivered.name, file, limits, hidden)):
                delivered.notes += [f"left out: {sheet_is_hidden(one)}" for one in hidden]
                yield from in_windows(book, reading, today, delivered, progress)
                return
            content = _whole(file, size, delivered.name)
    except OSError as error:
        raise BadInput(error.strerror or "cannot be read", place=source.name) from None
    except Unreadable as error:
        raise BadInput(error.message, place=error.place, hint=error.hint) from None
    yield from as_a_whole(content, reading, limits, today, delivered, progress)


def _whole(file: BinaryIO, size: int, name: str) -> bytes:
    if size > _WHOLE_BYTES:
        raise BadInput(
            "the file is too large to be read as a whole, and cannot be read in pieces: the rows"
            " of a workbook stand in it in an unusual way, or a quote or a carriage return of a"
            " text runs over the ends of lines",
            place=mask_codes(name),
            hint="have it saved as CSV, one line a row",
        )
    file.seek(0)
    return file.read()


def _can_stream(head: bytes) -> bool:
    if b"\n" not in head:
        return False
    if any(head.startswith(bom) for bom, _ in _WIDE):
        return True
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)) or b"\0" in head:
        return False
    return shape_of(head) is Shape.TEXT


# -- a block at a time --


def _streamed(
    file: BinaryIO,
    size: int,
    head: bytes,
    reading: ReadOptions,
    today: date,
    delivered: Delivered,
    progress: ReportProgress | None,
) -> Iterator[Batch]:
    blocks = _blocks(file, head, size, progress)
    top = next(blocks)
    whole = len(head) == size
    start = top if whole else top[: top.rfind(b"\n", 0, _HEAD_BYTES) + 1]
    if start.count(b'"') % 2 or b"\r" in start.replace(b"\r\n", b""):
        raise NeedsWholeFile
    sheets, _ = open_sheets(delivered.name, start, Limits(), partial(choose_columns, reading))
    (sheet,) = sheets
    terms = Terms(sheet, reading, today)
    charset, delimiter = _charset(start), delimiter_of(_text(start))
    delivered.begin(sheet.table, 0)
    first_row = sheet.rows[0].number
    lead = _nth_line(top, first_row)
    number = first_row
    for block in _chain(top[lead:], blocks):
        if not block:
            continue
        rows = _rows(block, charset, delimiter, number)
        if len(rows):
            batch = checked_batch(terms, rows, first_row, 0, delivered)
            if batch is not None:
                yield batch
        number += block.count(b"\n")


def _rows(block: bytes, charset: str, delimiter: str, number: int) -> Sequence[Row]:
    """Return the rows of a block whose first line is ``number``; raises NeedsWholeFile."""
    if has_bare_return(block):
        raise NeedsWholeFile  # it ends a row, but not a block
    try:
        return rows_of_block(block.decode(charset, "replace"), delimiter, number)
    except NeedsCsvReader:
        raise NeedsWholeFile from None


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _nth_line(content: bytes, number: int) -> int:
    """Return the offset at which line ``number`` (from 1) begins."""
    at = 0
    for _ in range(number - 1):
        at = content.index(b"\n", at) + 1
    return at


def _blocks(
    file: BinaryIO, head: bytes, size: int, progress: ReportProgress | None
) -> Iterator[bytes]:
    """Yield the file, in UTF-8 or a single-byte charset, in blocks of whole lines."""
    wide = next(((bom, name) for bom, name in _WIDE if head.startswith(bom)), None)
    decoder = codecs.getincrementaldecoder(wide[1])("replace") if wide else None
    done = len(wide[0]) if wide else (3 if head.startswith(codecs.BOM_UTF8) else 0)
    file.seek(done)
    rest = b""
    while piece := file.read(_BLOCK_BYTES):
        done += len(piece)
        if decoder:
            piece = decoder.decode(piece).encode()
        cut = piece.rfind(b"\n") + 1
        if progress:
            progress("reading", done, size)
        if not cut:
            rest += piece
            if len(rest) > 4 * _BLOCK_BYTES:
                raise NeedsWholeFile
            continue
        yield rest + piece[:cut]
        rest = piece[cut:]
    rest = rest.rstrip(PADDING.encode())
    if rest:
        yield rest


def _charset(start: bytes) -> str:
    try:
        start.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _text(start: bytes) -> str:
    return start.decode(_charset(start), "replace")
