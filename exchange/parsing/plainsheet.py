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

from exchange.parsing.grid import NO_DAMAGE, Row, TypedRows

_Numbers = npt.NDArray[np.int64]

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
    r"\ufeff?(?:<\?xml [^>]{1,200}\?>)?\s{0,4}"
    r"<sst xmlns=\"http://schemas\.openxmlformats\.org/spreadsheetml/2006/main\""
    r"(?: (?:count|uniqueCount)=\"\d{1,10}\"){0,2}>"
)
_BETWEEN: Final = "</t></si><si><t>"


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


def plain_strings(content: bytes) -> list[str] | None:
    """The shared strings of a workbook; None when any is more than plain, filled text."""
    if any(mark in content for mark in (b"&", b"_x", b"\r", b"<t></t>", b"<t/>")):
        return None
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    head = _SST.match(text)
    tail = "</t></si></sst>"
    text = text[head.end() :].rstrip() if head else ""
    text = text.replace('<t xml:space="preserve">', "<t>") if " xml:space=" in text else text
    if not text.startswith("<si><t>") or not text.endswith(tail):
        return None
    strings = text[len("<si><t>") : -len(tail)].split(_BETWEEN)
    if text.count("<") != 4 * len(strings) + 1 or not all(map(str.strip, strings)):
        return None
    return strings


class PlainRows(TypedRows):
    """Rows of shared strings, all filled, built when asked for."""

    def __init__(self, indexes: npt.NDArray[np.int32], strings: list[str]) -> None:
        super().__init__(())
        self._indexes = indexes
        self._strings = strings

    def _row(self, index: int) -> Row:
        cells = tuple(self._strings[at].strip() for at in self._indexes[index].tolist())
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
    def numbers(self) -> list[int]:
        """The number of each row."""
        return list(range(1, len(self) + 1))

    def column(self, index: int) -> list[str]:
        """One column's cells, outer blanks removed."""
        if index >= self._indexes.shape[1]:
            return [""] * len(self)
        strings = map(self._strings.__getitem__, self._indexes[:, index].tolist())
        return list(map(str.strip, strings))
