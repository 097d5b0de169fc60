"""A delivery of codes, of any size, to batches for the vault; memory stays flat.

Delimited texts are read a block at a time by ``parsing/codelines.py``; rows that are written in an
unusual way, and all rows of workbooks, one by one by ``codefile.py``, which says why one is bad.
"""

from __future__ import annotations

import codecs
import csv
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import BinaryIO, Final

import numpy as np
import numpy.typing as npt

from exchange.domain.device import CODE_BYTES, mask_codes
from exchange.errors import BadInput
from exchange.parsing.codelines import Lines, read_lines
from exchange.parsing.delimited import delimiter_of
from exchange.parsing.grid import Row, text_row
from exchange.parsing.limits import Limits
from exchange.parsing.sniff import Shape, shape_of
from exchange.parsing.textrows import plain_cell
from exchange.ports import DEVICE_TYPES, Batch, CodeColumns
from exchange.services.codefile import (
    CODE,
    DATED,
    INSTALLED,
    TYPE,
    Fact,
    Progress,
    Reading,
    choose,
    day_of,
    fact_of,
    installed_of,
    roomy,
    type_of,
)
from exchange.services.delivered import CodeSource, Delivered
from exchange.services.sheetrows import DEVICE, Sheet, open_sheets

_HEAD_BYTES: Final = 1 << 18  # where the header is looked for
_BLOCK_BYTES: Final = 1 << 21  # what numpy makes of it stays near the processor
_WHOLE_BYTES: Final = 200_000_000  # the largest file that may be read as a whole
_ROWS_AT_ONCE: Final = 50_000
EPOCH: Final = date(1970, 1, 1)

_DEVICE_TYPES: Final = {name: number for number, name in enumerate(DEVICE_TYPES)}
_WIDE: Final = (
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def read_delivery(
    source: CodeSource,
    reading: Reading,
    limits: Limits,
    today: date,
    delivered: Delivered,
    progress: Progress | None = None,
    *,
    whole: bool = False,
) -> Iterator[Batch]:
    """The good rows of a file in batches; bad ones and notes go to ``delivered``.

    Raises Torn when it has to be read again with ``whole``.
     Raises BadInput when the columns cannot be told or the file cannot be read at all.
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
            if size > _WHOLE_BYTES:
                raise BadInput(
                    "the file is too large to be read as a whole, and cannot be read line by line:"
                    " a quote or a carriage return runs over the ends of lines",
                    place=mask_codes(delivered.name),
                    hint="have it saved as CSV, one line a row",
                )
            file.seek(0)
            content = file.read()
    except OSError as error:
        raise BadInput(error.strerror or "cannot be read", place=source.name) from None
    yield from _by_rows(content, reading, limits, today, delivered, progress)


class Torn(Exception):
    """The file cannot be read line by line: read it as a whole."""


def _can_stream(head: bytes) -> bool:
    if b"\n" not in head:
        return False
    if any(head.startswith(bom) for bom, _ in _WIDE):
        return True
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)) or b"\0" in head:
        return False
    return shape_of(head) is Shape.TEXT


# -- a block at a time --


@dataclass(frozen=True, slots=True)
class _Reader:
    """How the rows of one text are read."""

    sheet: Sheet
    delimiter: str
    charset: str
    reading: Reading
    today: date

    def rows_of(self, lines: Lines, first: int, delivered: Delivered) -> Batch | None:
        """The good rows of a block whose first line has the number ``first``."""
        good = lines.plain.copy()
        types, installed, days = self._words(lines, good)
        devices, codes, has_code = lines.devices, lines.codes, lines.has_code
        for at in np.flatnonzero(~good & ~lines.blank).tolist():
            number = first + at
            fact = self._single(lines.text(at), number, delivered)
            if fact is None:
                continue
            good[at] = True
            devices[at] = int.from_bytes(fact.device.raw, "big")
            has_code[at] = fact.code is not None
            codes[at] = np.frombuffer(fact.code.raw if fact.code else bytes(CODE_BYTES), np.uint8)
            types[at], installed[at] = _DEVICE_TYPES[fact.device_type], fact.installed
            days[at] = (fact.day - EPOCH).days
        kept = np.flatnonzero(good)
        if not len(kept):
            return None
        columns = CodeColumns(
            devices.take(kept),
            codes.take(kept, axis=0),
            has_code.take(kept),
            installed.take(kept),
            types.take(kept),
            np.zeros(len(kept), np.uint8),
            days.take(kept),
            (self.reading.source,),
        )
        return Batch(columns, (kept + first).astype(np.uint32))

    def _words(
        self, lines: Lines, good: npt.NDArray[np.bool_]
    ) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_], npt.NDArray[np.uint16]]:
        """The columns of words: types, installed, days; what is none makes a line not good."""
        number = len(lines.starts)
        of_all = (
            (TYPE, np.uint8, _DEVICE_TYPES[self.reading.type_of(self.sheet)], self._type),
            (INSTALLED, bool, self.reading.installed_by_us, self._installed),
            (DATED, np.uint16, (self.today - EPOCH).days, self._day),
        )
        made = []
        for name, kind, usual, read in of_all:
            if name not in lines.words:
                made.append(np.full(number, usual, kind))
                continue
            said = lines.words[name]
            meant = [read(word.decode(self.charset, "replace")) for word in said.words]
            good &= said.places >= 0
            known = np.array([one is not None for one in meant] + [False], bool)
            good &= known[said.places]
            values = np.array([one if one is not None else 0 for one in meant] + [0], kind)
            made.append(values[said.places])
        return made[0], made[1], made[2]

    def _type(self, word: str) -> int | None:
        try:
            return _DEVICE_TYPES[type_of(word, self.reading.type_of(self.sheet))]
        except BadInput:
            return None

    def _installed(self, word: str) -> int | None:
        try:
            return int(installed_of(word))
        except BadInput:
            return None

    def _day(self, word: str) -> int | None:
        try:
            return (day_of(word, self.reading, self.today) - EPOCH).days
        except BadInput:
            return None

    def _single(self, line: bytes, number: int, delivered: Delivered) -> Fact | None:
        """One line by the reader of single rows."""
        text = line.decode(self.charset, "replace")
        if '"' in text:
            (cells,) = csv.reader(
                [text + "\n"], delimiter=self.delimiter or "\x1f", skipinitialspace=True
            )
        else:
            cells = text.split(self.delimiter) if self.delimiter else [text]
        row = text_row(number, [plain_cell(cell) for cell in cells])
        return _fact(self.sheet, row, number, self.reading, self.today, delivered)


def _fact(
    sheet: Sheet, row: Row, at: int, reading: Reading, today: date, delivered: Delivered
) -> Fact | None:
    device = ""
    try:
        found = sheet.read_device(row)
        device = str(found)
        return fact_of(sheet, row, found, reading, today)
    except BadInput as error:
        delivered.reject(at, device, error.message)
        return None


def _streamed(
    file: BinaryIO,
    size: int,
    head: bytes,
    reading: Reading,
    today: date,
    delivered: Delivered,
    progress: Progress | None,
) -> Iterator[Batch]:
    blocks = _blocks(file, head, size, progress)
    top = next(blocks)
    whole = len(head) == size
    start = top if whole else top[: top.rfind(b"\n", 0, _HEAD_BYTES) + 1]
    if start.count(b'"') % 2 or b"\r" in start.replace(b"\r\n", b""):
        raise Torn
    sheets, _ = open_sheets(delivered.name, start, Limits(), partial(choose, reading))
    (sheet,) = sheets
    reader = _Reader(sheet, delimiter_of(_text(start)), _charset(start), reading, today)
    delivered.begin(sheet.table, 0)
    words = {
        name: sheet.columns[name] for name in (TYPE, INSTALLED, DATED) if name in sheet.columns
    }
    first_row = sheet.rows[0].number
    lead = _nth_line(top, first_row)
    number = first_row
    for block in _chain(top[lead:], blocks):
        if not block:
            continue
        lines = read_lines(
            block, reader.delimiter, sheet.columns[DEVICE], sheet.columns.get(CODE), words
        )
        if lines.torn:
            raise Torn
        delivered.rows += int(np.count_nonzero(~lines.blank))
        batch = reader.rows_of(lines, number, delivered)
        number += len(lines.starts)
        if batch is not None:
            yield batch


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _nth_line(content: bytes, number: int) -> int:
    """Where the line of that number (from 1) begins."""
    at = 0
    for _ in range(number - 1):
        at = content.index(b"\n", at) + 1
    return at


def _blocks(file: BinaryIO, head: bytes, size: int, progress: Progress | None) -> Iterator[bytes]:
    """The file as UTF-8 or a charset of single bytes, in blocks that end where a line does."""
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
                raise Torn
            continue
        yield rest + piece[:cut]
        rest = piece[cut:]
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


# -- row by row --


def _by_rows(
    content: bytes,
    reading: Reading,
    limits: Limits,
    today: date,
    delivered: Delivered,
    progress: Progress | None,
) -> Iterator[Batch]:
    sheets, notes = open_sheets(delivered.name, content, roomy(limits), partial(choose, reading))
    del content
    delivered.notes += notes
    total = sum(len(sheet.rows) for sheet in sheets)
    offset = 0
    for sheet in sheets:
        delivered.begin(sheet.table, offset)
        last = 0
        facts: list[tuple[int, Fact]] = []
        for row in sheet.rows:
            delivered.rows += 1
            last = row.number
            fact = _fact(sheet, row, offset + last, reading, today, delivered)
            if fact is not None:
                facts.append((offset + last, fact))
            if len(facts) == _ROWS_AT_ONCE:
                yield _batch(facts, reading.source)
                facts.clear()
                if progress:
                    progress("reading", delivered.rows, total)
        if facts:
            yield _batch(facts, reading.source)
        offset += last
    if progress:
        progress("reading", total, total)


def _batch(facts: Sequence[tuple[int, Fact]], source: str) -> Batch:
    number = len(facts)
    raw = b"".join([fact.device.raw for _, fact in facts])
    blank = bytes(CODE_BYTES)
    codes = b"".join([fact.code.raw if fact.code else blank for _, fact in facts])
    days: Mapping[date, int] = {day: (day - EPOCH).days for day in {one.day for _, one in facts}}
    columns = CodeColumns(
        np.frombuffer(raw, ">u8").astype(np.uint64),
        np.frombuffer(codes, np.uint8).reshape(number, CODE_BYTES),
        np.array([fact.code is not None for _, fact in facts], bool),
        np.array([fact.installed for _, fact in facts], bool),
        np.array([_DEVICE_TYPES[fact.device_type] for _, fact in facts], np.uint8),
        np.zeros(number, np.uint8),
        np.array([days[fact.day] for _, fact in facts], np.uint16),
        (source,),
    )
    return Batch(columns, np.array([row for row, _ in facts], np.uint32))
