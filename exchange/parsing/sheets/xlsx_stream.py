"""Read the sheets of a large XLSX one window of rows at a time: memory does not grow with the rows.

A window whose XML is plain is parsed with array arithmetic, any other by the library
(``xlsx_window.py``); both give what the library reads of the whole sheet.  Only the shared strings,
which any row may refer to, stay in memory throughout (ECMA-376 part 1, 18.3.1.80 sheetData, 18.4.9
sst).
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, BinaryIO, Final, NamedTuple

import numpy as np

from exchange.domain.columns.device_columns import Int64Array
from exchange.domain.limits import Limits
from exchange.errors import Unreadable
from exchange.parsing.sheets.grid import ColumnRows
from exchange.parsing.sheets.xlsx_columns import numeric_styles, plain_strings, plain_window
from exchange.parsing.sheets.xlsx_precheck import (
    DAMAGE,
    LONGEST_BOOK,
    attribute,
    attribute_text,
    hidden_rows,
    listed_sheets,
    may_hide,
    relations_of,
    unpacks_too_large,
)
from exchange.parsing.sheets.xlsx_unusual import UnusualXlsx
from exchange.parsing.sheets.xlsx_window import (
    MAIN,
    Frame,
    NeedsWholeFile,
    read_strings,
    window_rows,
)
from exchange.parsing.text.byte_column import PADDING, ByteColumn, to_utf8

__all__ = ["NeedsWholeFile", "StreamedSheet", "Window", "open_book"]

_PIECE: Final = 1 << 20
_SMALL: Final = 4_000_000  # bytes of sheets and strings below which a workbook is read as a whole
_LONGEST_HEAD: Final = 4_000_000  # before the first row
_LONGEST_ROW: Final = 8_000_000
_BOOK: Final = "xl/workbook.xml"
_RELATIONS: Final = "xl/_rels/workbook.xml.rels"
_ROWS, _ROWS_END, _NO_ROWS, _ROW_END = b"<sheetData", b"</sheetData>", b"<sheetData/>", b"</row>"
_ITEM_END, _ITEMS_END = b"</si>", b"</sst>"
_VISIBLE: Final = (b"", b"visible")  # the states of a sheet that is not hidden
_SST: Final = b'<sst xmlns="' + MAIN + b'">'
_MARKS: Final = (b"<row ", b"<row>", _ROWS, b"<!")  # what may not follow the rows


class Window(NamedTuple):
    """Some rows of a sheet, none of them empty, and how many bytes of its XML are read so far."""

    rows: ColumnRows
    done: int


@dataclass(frozen=True, slots=True)
class StreamedSheet:
    """A visible sheet; each call of ``windows`` reads it from the beginning.

    It raises NeedsWholeFile when the sheet must be read as a whole, Unreadable when it is damaged.
    """

    where: str
    size: int  # bytes of its XML
    windows: Callable[[], Iterator[Window]] = field(repr=False)
    hidden: set[int] = field(default_factory=set)  # the hidden rows among those read so far


def open_book(
    where: str, file: BinaryIO, limits: Limits, hidden: list[str] | None = None
) -> list[StreamedSheet] | None:
    """Return the visible sheets of an XLSX in order; None for a file that is better read whole.

    ``file`` has to stay open; ``hidden`` collects the places of hidden sheets.  Raises
    NeedsWholeFile when that shows only later, and Unreadable when the file is damaged or unpacks to
    far more than its size.
    """
    try:
        archive = zipfile.ZipFile(file)
        members = {one.filename.lower(): one for one in archive.infolist()}
    except DAMAGE:
        return None
    with _damage_as_unreadable(where):
        if not {_BOOK, _RELATIONS} <= set(members) or len(members) != len(archive.infolist()):
            return None
        sizes = sum(one.file_size for one in members.values())
        if sizes < _SMALL:
            return None
        file.seek(0, 2)
        if unpacks_too_large(sizes, file.tell(), limits):
            raise Unreadable(f"the workbook unpacks to {sizes:,} bytes", place=where)
        return _Book(where, archive, members, limits).sheets([] if hidden is None else hidden)


class _Book:
    """An open workbook."""

    def __init__(
        self,
        where: str,
        archive: zipfile.ZipFile,
        members: dict[str, zipfile.ZipInfo],
        limits: Limits,
    ) -> None:
        self._where, self._archive, self._members = where, archive, members
        self._limits = limits
        self._book = self._short(_BOOK)
        self._kinds = relations_of(self._short(_RELATIONS))
        self._styles = self._part(b"styles")
        self._numeric = numeric_styles(self._styles)
        self._odd = UnusualXlsx(self._styles)
        self._strings: ByteColumn | None = None

    def sheets(self, hidden: list[str]) -> list[StreamedSheet] | None:
        """Return the visible sheets, as ``open_book`` does."""
        found = []
        for tag in listed_sheets(self._book):
            kind, path = self._kinds.get(attribute(tag, rb"\w+:id"), (b"", ""))
            member = self._members.get(path)
            if member is None:
                return None
            if not kind.endswith(b"/worksheet"):
                continue
            name = attribute_text(attribute(tag, b"name"))
            place = f"{self._where} > {name}" if self._where else name
            if attribute(tag, b"state") not in _VISIBLE:
                hidden.append(place)
                continue
            rows: set[int] = set()
            opener = self._opener(place, member, rows)
            found.append(StreamedSheet(place, member.file_size, opener, rows))
        return found

    def _opener(
        self, place: str, member: zipfile.ZipInfo, hidden: set[int]
    ) -> Callable[[], Iterator[Window]]:
        def windows() -> Iterator[Window]:
            with _damage_as_unreadable(place):
                yield from self._windows(member, hidden)

        return windows

    def _short(self, path: str) -> bytes:
        with self._archive.open(self._members[path]) as stream:
            content = stream.read(LONGEST_BOOK)
        if b"<!" in content or len(content) == LONGEST_BOOK:
            raise NeedsWholeFile
        return content

    def _path(self, kind: bytes) -> str:
        """Return the member that a relationship names as ``styles`` or ``sharedStrings``."""
        return next((path for one, path in self._kinds.values() if one.endswith(kind)), "")

    def _part(self, kind: bytes) -> bytes:
        path = self._path(b"/" + kind)
        return self._short(path) if path in self._members else b""

    def _windows(self, member: zipfile.ZipInfo, hidden: set[int]) -> Iterator[Window]:
        with self._archive.open(member) as stream:
            root, start = _head_of(stream)
            since = attribute(self._book, b"date1904") in (b"1", b"true")
            frame = Frame(root, self._styles, since_1904=since)
            last = 0
            for content, done in _chunks(stream, start, _ROW_END, _ROWS_END):
                rows = self._rows(content, frame)
                if may_hide(content):
                    hidden.update(hidden_rows(content))
                if not len(rows):
                    continue
                numbers = rows.numbers
                if int(numbers[0]) <= last:
                    raise NeedsWholeFile  # the library sorts rows that are not in order
                last = int(numbers[-1])
                yield Window(rows, done)

    def _rows(self, content: bytes, frame: Frame) -> ColumnRows:
        shared = b't="s"' in content
        if shared and self._strings is None:
            self._strings = self._shared_strings()
        strings = self._strings if shared else None
        plain = plain_window(content, strings, self._numeric)
        if plain is None or self._odd.strikes:
            self._odd.look_at_sheet(content)
        if self._odd.found:
            raise NeedsWholeFile
        if plain is not None:
            return plain
        return window_rows(content, frame, strings if strings is not None else (), self._limits)

    def _shared_strings(self) -> ByteColumn:
        """Return all shared strings, outer blanks removed, in one column."""
        member = self._members.get(self._path(b"/sharedStrings"))
        if member is None or member.file_size > self._limits.inflated_bytes:
            raise NeedsWholeFile
        letters = bytearray()
        ends = [np.zeros(1, np.int64)]
        with self._archive.open(member) as stream:
            _, start = _read_to(stream, b"<sst")
            for items, _ in _chunks(stream, start[start.find(b">") + 1 :], _ITEM_END, _ITEMS_END):
                content, lengths = _texts_of(items, self._odd)
                ends.append(np.cumsum(lengths) + len(letters))
                letters += content
        letters += PADDING
        places = np.concatenate(ends)
        return ByteColumn(np.frombuffer(letters, np.uint8), places[:-1], places[1:])


def _texts_of(items: bytes, odd: UnusualXlsx) -> tuple[bytes, Int64Array]:
    """Return the texts of whole ``si`` elements in UTF-8, joined, and the length of each.

    ``odd`` looks at those that are not plain; plain ones hold nothing unusual.
    """
    texts = None if b"&" in items else plain_strings(b"".join((_SST, items, _ITEMS_END, PADDING)))
    if texts is None:
        odd.look_at_strings(items)
        pieces = [to_utf8(text) for text in read_strings(items)]
        return b"".join(pieces), np.fromiter(map(len, pieces), np.int64, len(pieces))
    lengths = texts.lengths
    ends = np.cumsum(lengths)
    within = np.arange(int(ends[-1])) + np.repeat(texts.starts - (ends - lengths), lengths)
    return texts.buffer[within].tobytes(), lengths


def _head_of(stream: IO[bytes]) -> tuple[bytes, bytes]:
    """Return (the root tag of a sheet, what was read after the tag that opens its rows)."""
    head, rest = _read_to(stream, _ROWS)
    if rest.startswith(_NO_ROWS):
        rest = _ROWS_END + rest[len(_NO_ROWS) :]
    elif rest.startswith(_ROWS + b">"):
        rest = rest[len(_ROWS) + 1 :]
    else:
        raise NeedsWholeFile
    at = head.find(b"<worksheet")
    root = head[at : head.find(b">", at) + 1]
    if at < 0 or b'"' + MAIN + b'"' not in root:
        raise NeedsWholeFile
    return root, rest


def _read_to(stream: IO[bytes], tag: bytes) -> tuple[bytes, bytes]:
    """Return (what is before the first tag that begins with ``tag``, what was read from it on)."""
    content = b""
    while (at := content.find(tag)) < 0 or content.find(b">", at) < 0:
        piece = stream.read(_PIECE)
        if not piece or len(content) > _LONGEST_HEAD:
            raise NeedsWholeFile
        content += piece
    if b"<!" in content[:at]:
        raise NeedsWholeFile
    return content[:at], content[at:]


def _chunks(
    stream: IO[bytes], start: bytes, one_end: bytes, all_end: bytes
) -> Iterator[tuple[bytes, int]]:
    """Yield chunks that end with ``one_end``, and the bytes read so far, up to ``all_end``.

    ``start`` is what was already read.
    """
    content, done = start, len(start)
    while True:
        end = content.find(all_end)
        if end >= 0:
            if content[:end].strip():
                yield content[:end], done
            _check_tail(stream, content[end + len(all_end) :])
            return
        cut = content.rfind(one_end) + len(one_end)
        if cut >= len(one_end):
            yield content[:cut], done
            content = content[cut:]
        elif len(content) > _LONGEST_ROW:
            raise NeedsWholeFile
        piece = stream.read(_PIECE)
        if not piece:
            raise NeedsWholeFile
        done += len(piece)
        content += piece


def _check_tail(stream: IO[bytes], content: bytes) -> None:
    """Read to the end, so that damage shows; the library reads a sheet with more rows there."""
    while content:
        if any(mark in content for mark in _MARKS):
            raise NeedsWholeFile
        piece = stream.read(_PIECE)
        content = content[-len(_ROWS_END) :] + piece if piece else b""


@contextmanager
def _damage_as_unreadable(where: str) -> Iterator[None]:
    try:
        yield
    except DAMAGE:
        raise Unreadable("the workbook is damaged: it cannot be unpacked", place=where) from None
