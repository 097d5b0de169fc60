"""The sheet of a long plain list read as columns, where every row of it is written alike.

Export programs and Excel write the rows of a list one like the other: the same columns, all of
them shared strings.  Such a sheet is taken apart without an object a cell; the least irregularity
anywhere, and the library reads it instead (ECMA-376 part 1, 18.3.1.4 c, 18.3.1.73 row, 18.4.9 sst).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, overload

import numpy as np
import numpy.typing as npt

from exchange.domain.listed import Flags, Numbers
from exchange.parsing.grid import NO_DAMAGE, Row, TypedRows
from exchange.parsing.texts import Texts, buffer_of

_DIGITS: Final = b"0123456789"
_BLANKED: Final = bytes(byte if byte in _DIGITS else 32 for byte in range(256))
_LONGEST_HEAD: Final = 100_000
_ROW: Final = re.compile(
    rb"<row r=\"\d{1,7}\"(?: (?:spans|ht|customHeight|s|customFormat|thickBot|thickTop"
    rb"|x14ac:dyDescent)=\"[0-9.:]{1,20}\"){0,8}>"
    rb"(?:<c r=\"[A-Z]\d{1,7}\"(?: s=\"\d{1,5}\")? t=\"s\"><v>\d{1,9}</v></c>)+</row>"
)
_CELL: Final = re.compile(rb"<c r=\"([A-Z])\d{1,7}\"( s=\"\d{1,5}\")? t")
_SST: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:<\?xml [^>]{1,200}\?>)?\s{0,4}"
    rb"<sst xmlns=\"http://schemas\.openxmlformats\.org/spreadsheetml/2006/main\""
    rb"(?: (?:count|uniqueCount)=\"\d{1,10}\"){0,2}>"
)
_BEGIN: Final = b"<si><t>"
_END: Final = b"</t></si>"


class PlainSheet:
    """The places of a sheet's strings, gathered piece by piece while its file is inflated."""

    def __init__(self) -> None:
        self.plain = True
        self._width = 0
        self._rows = 0
        self._kept: list[npt.NDArray[np.int32]] = []
        self._open = b""
        self._inside = self._ended = False

    def feed(self, piece: bytes) -> None:
        """Take the next piece of the file."""
        if not self.plain:
            return
        text = self._open + piece
        if not self._inside:
            begin = text.find(b"<sheetData>")
            if begin < 0:
                self._open = text
                self.plain = len(text) < _LONGEST_HEAD
                return
            if b"<!" in text[:begin]:
                self.plain = False  # a comment could hold what looks like rows
                return
            self._inside = True
            text = text[begin + len(b"<sheetData>") :]
        if self._ended:
            self.plain = not _more_rows(text.removeprefix(b"</sheetData>"))
            self._open = text[-32:]
            return
        end = text.rfind(b"</row>")
        if end < 0:
            self._open = text
            self.plain = len(text) < _LONGEST_HEAD
            return
        end += len(b"</row>")
        self._open = text[end:]
        if self._open.startswith(b"</sheetData>"):
            self._ended = True
        self._take(text[:end])

    def indexes(self) -> npt.NDArray[np.int32] | None:
        """The number of each cell's string, a row a row from A1 on; None for any other sheet."""
        if not self._ended and self._open.startswith(b"</sheetData>"):
            self._ended = True
        rest = self._open.removeprefix(b"</sheetData>")
        if not self.plain or not self._ended or not self._rows or _more_rows(rest):
            return None
        return np.concatenate(self._kept)

    def _take(self, text: bytes) -> None:
        if not self._rows:
            # The header is often written in another style than the rows below it.
            first = text.find(b"</row>") + len(b"</row>")
            self._take_alike(text[:first])
            text = text[first:]
        if self.plain and text:
            self._take_alike(text)

    def _take_alike(self, text: bytes) -> None:
        """Rows that differ in nothing but their numbers."""
        pattern = _ROW.match(text)
        self.plain = False
        if not pattern:
            return
        cells = _CELL.findall(pattern.group())
        width = len(cells)
        letters = b"".join(letter for letter, _ in cells)
        if letters != bytes(range(65, 65 + width)) or self._width not in (0, width):
            return
        shape = pattern.group().translate(None, _DIGITS)
        shapes = text.translate(None, _DIGITS)
        rows = len(shapes) // len(shape)
        if shape * rows != shapes:
            return
        # As many numbers as the shape has places: so none of them is empty.
        places = len(pattern.group().translate(_BLANKED).split())
        numbers = np.fromstring(text.translate(_BLANKED), np.int64, sep=" ")
        if len(numbers) != rows * places:
            return
        table = numbers.reshape(rows, places)
        steps = [2 + bool(styled) for _, styled in cells]
        values = places - sum(steps) + np.cumsum(steps) - 1
        named = places - sum(steps) + np.cumsum([0, *steps[:-1]])
        row = np.arange(self._rows + 1, self._rows + rows + 1)
        if (table[:, 0] != row).any() or (table[:, named] != row[:, None]).any():
            return
        self._kept.append(table[:, values].astype(np.int32))
        self._width, self._rows, self.plain = width, self._rows + rows, True


def _more_rows(text: bytes) -> bool:
    return any(mark in text for mark in (b"<row ", b"<sheetData", b"<!"))


def plain_strings(content: bytes) -> Texts | None:
    """The shared strings of a workbook; None when any is more than plain, filled text."""
    if any(mark in content for mark in (b"&", b"_x", b"\r", b"<t></t>", b"<t/>")):
        return None
    head = _SST.match(content)
    if not head or not _is_utf8(content):
        return None
    body = content[head.end() :].rstrip().replace(b'<t xml:space="preserve">', b"<t>")
    if not body.startswith(_BEGIN) or not body.endswith(_END + b"</sst>"):
        return None
    buffer = buffer_of(body)
    tags = np.flatnonzero(buffer == ord("<"))
    number, over = divmod(len(tags) - 1, 4)
    # <si><t>text</t></si>, one right behind the other, and </sst>
    begins, ends = tags[0:-1:4], tags[2:-1:4]
    if over or (tags[4::4] != ends + len(_END)).any() or (tags[3:-1:4] != ends + 4).any():
        return None
    strings = Texts(buffer, begins + len(_BEGIN), ends)
    at = np.arange(number)
    outer = Texts(buffer, begins, begins + len(_BEGIN)), Texts(buffer, ends, ends + len(_END))
    for tag, there in zip((_BEGIN, _END), outer, strict=True):
        if (there.cut(at, len(tag)) != np.frombuffer(tag, np.uint8)).any():
            return None
    return None if _any_blank(strings) else strings


def _is_utf8(content: bytes) -> bool:
    if content.isascii():
        return True
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _any_blank(strings: Texts) -> bool:
    """Whether a string is empty or nothing but blanks, those beyond ASCII among them."""
    if int(strings.lengths.min()) == 0:
        return True
    foreign = np.flatnonzero(strings.buffer[strings.starts] >= 0x80)
    return any(not strings[at] for at in foreign.tolist())


class PlainRows(TypedRows):
    """Rows of shared strings, all filled, built when asked for."""

    def __init__(self, indexes: npt.NDArray[np.int32], strings: Texts) -> None:
        super().__init__(())
        self._indexes = indexes
        self._strings = strings

    def _row(self, index: int) -> Row:
        cells = tuple(self._strings[at] for at in self._indexes[index].tolist())
        return Row(index + 1, cells, NO_DAMAGE)

    def __len__(self) -> int:
        return len(self._indexes)

    def __iter__(self) -> Iterator[Row]:
        return map(self._row, range(len(self)))

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        chosen = range(len(self))[index]
        return self._row(chosen) if isinstance(chosen, int) else list(map(self._row, chosen))

    @property
    def numbers(self) -> Numbers:
        """The number of each row."""
        return np.arange(1, len(self) + 1)

    def column(self, index: int) -> Texts:
        """One column's cells."""
        if index >= self._indexes.shape[1]:
            return Texts.of([""] * len(self))
        own = self._indexes[:, index].astype(np.int64)
        return Texts(self._strings.buffer, self._strings.starts[own], self._strings.ends[own], own)

    def odd(self, index: int, *, numbers: bool) -> Flags:
        """All cells are text."""
        return np.zeros(len(self), np.bool_)
