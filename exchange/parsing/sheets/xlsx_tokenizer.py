"""Find the cells in a sheet's XML with array arithmetic on whole megabytes, where it is plain.

Export programs and Excel write the rows of a list in a few tags: ``row``, ``c``, ``v``, ``is`` and
``t``, nothing between them, and few attributes.  Such a sheet is "plain": we read it without an
object for each cell.  At the least irregularity the library reads it instead (ECMA-376 part 1,
18.3.1.4 c, 18.3.1.73 row, 18.3.1.53 is).
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from exchange.domain.columns.device_columns import Int64Array
from exchange.parsing.text.byte_column import Buffer
from exchange.parsing.text.thread_map import thread_map

EMPTY: Final = 0
SHARED: Final = 1  # the value is the number of a shared string
NUMBER: Final = 2
INLINE: Final = 3  # the value is where its text begins in the XML

_Flags = npt.NDArray[np.bool_]
_Table = TypeVar("_Table", Buffer, npt.NDArray[np.int64])
_Words = npt.NDArray[np.uint64]
_WINDOW: Final = 1_000_000

_LETTERS: Final = 26  # columns A to Z
_SPACED: Final = b'<t xml:space="preserve">'

# One token for each tag; 0 is a tag that no plain sheet has.
_ROW, _ROW_END, _CELL, _CELL_END, _V, _V_END, _IS, _IS_END, _T, _T_END, _NO_CELL, _NO_ROW = range(
    1, 13
)
_TAGS: Final = {
    b"<row": _ROW, b"</ro": _ROW_END, b"<c r": _CELL, b"</c>": _CELL_END, b"<v>": _V,
    b"</v>": _V_END, b"<is>": _IS, b"</is": _IS_END, b"<t>": _T, b"<t ": _T, b"</t>": _T_END,
}  # fmt: skip
_FOLLOWING: Final = {
    _ROW: (_CELL, _NO_CELL, _ROW_END),
    _NO_ROW: (_ROW, _NO_ROW),
    _ROW_END: (_ROW, _NO_ROW),
    _CELL: (_V, _IS, _CELL_END),
    _NO_CELL: (_CELL, _NO_CELL, _ROW_END),
    _CELL_END: (_CELL, _NO_CELL, _ROW_END),
    _V: (_V_END,),
    _V_END: (_CELL_END,),
    _IS: (_T,),
    _T: (_T_END,),
    _T_END: (_IS_END,),
    _IS_END: (_CELL_END,),
}


def _tables() -> tuple[Buffer, _Flags, _Flags, Buffer]:
    """Return the lookup tables for tags.

    Token by the second and third byte of a tag; allowed fourth bytes by token; allowed next token
    by token; length of the tag by token, 0 where a tag may have any length.
    """
    tokens = np.zeros(1 << 16, np.uint8)
    fourth = np.zeros((16, 256), np.bool_)
    lengths = np.zeros(16, np.uint8)
    for tag, token in _TAGS.items():
        tokens[tag[1] | tag[2] << 8] = token
        if len(tag) == 4:
            fourth[token, tag[3]] = True
        else:
            fourth[token] = True
        if tag[1:2] == b"/":
            lengths[token] = {b"</ro": 6, b"</is": 5}.get(tag, 4)
    lengths[_IS] = 4
    following = np.zeros((16, 16), np.bool_)
    for token, others in _FOLLOWING.items():
        following[token, list(others)] = True
    return tokens, fourth, following, lengths


_TOKENS, _FOURTH, _FOLLOWS, _LENGTHS = _tables()
_TEXTUAL: Final = np.isin(np.arange(16), (_V, _T))


class Cells(NamedTuple):
    """The rows of a sheet that hold something, from A1 on; EMPTY where a cell holds nothing.

    ``numbers`` (rows), ``kinds`` and ``values`` (rows by columns); ``ends`` is where the text of an
    INLINE cell ends.  ``styles`` are the number formats of the NUMBER cells.
    """

    numbers: Int64Array
    kinds: Buffer
    values: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64] | None
    styles: frozenset[int]


class _NotPlainError(Exception):
    """The XML is not plain: the library has to read it."""


def read_cells(content: bytes | bytearray, most_cells: int) -> Cells | None:
    """Return the cells of a plain sheet; None for any other.  PADDING must follow the XML."""
    buffer = np.frombuffer(content, np.uint8)
    begin = content.find(b"<sheetData>")
    end = content.find(b"</sheetData>", begin)
    if begin < 0 or end < 0 or b"<!" in content[:begin] or _rows_in(content[end + 12 :]):
        return None
    if _hides(content, begin, end):
        return None
    begin += len(b"<sheetData>")
    bounds = [begin]
    while bounds[-1] < end:
        until = end
        if end - bounds[-1] > _WINDOW:
            until = content.rfind(b"</row>", bounds[-1], bounds[-1] + _WINDOW) + len(b"</row>")
            if until <= bounds[-1]:
                return None
        bounds.append(until)
    try:
        windows = list(pairwise(bounds))
        parts = thread_map(lambda window: _Window(buffer, *window).read(), windows)
        return _joined(parts, most_cells)
    except _NotPlainError:
        return None


def read_window(content: bytes | bytearray, end: int) -> Cells | None:
    """Return the cells of whole rows, ``content`` up to ``end``; None when they are not plain.

    PADDING must follow ``end``.  Hidden rows are read like any other.
    """
    try:
        part = _Window(np.frombuffer(content, np.uint8), 0, end).read()
    except _NotPlainError:
        return None
    if (np.diff(part.numbers) <= 0).any():
        return None
    return _without_empty_rows(part)


def _hides(content: bytes | bytearray, begin: int, end: int) -> bool:
    """Return whether any row may be hidden; LibreOffice writes ``hidden="false"`` on each row."""
    if content.find(b' ht="0', begin, end) >= 0:
        return True  # a row of no height
    declared = content.count(b"hidden=", begin, end)
    return declared > 0 and declared != sum(
        content.count(b'hidden="%s"' % no, begin, end) for no in (b"false", b"0")
    )


def _rows_in(rest: bytes | bytearray) -> bool:
    return any(mark in rest for mark in (b"<row ", b"<sheetData", b"<!"))


def _joined(parts: list[Cells], most_cells: int) -> Cells | None:
    numbers = np.concatenate([np.zeros(0, np.int64), *(part.numbers for part in parts)])
    if not len(numbers) or numbers[0] != 1 or (np.diff(numbers) <= 0).any():
        return None
    width = max(map(_width, parts))
    if not width or len(numbers) * width > most_cells or parts[0].kinds[0, 0] == EMPTY:
        return None
    kinds = np.concatenate([_wide(part.kinds, width) for part in parts])
    values = np.concatenate([_wide(part.values, width) for part in parts])
    ends = None
    if any(part.ends is not None for part in parts):
        stops = (part.values if part.ends is None else part.ends for part in parts)
        ends = np.concatenate([_wide(one, width) for one in stops])
    styles = frozenset[int]().union(*(part.styles for part in parts))
    return _without_empty_rows(Cells(numbers, kinds, values, ends, styles))


def _without_empty_rows(cells: Cells) -> Cells:
    """Return the rows that hold something."""
    numbers, kinds, values, ends, styles = cells
    filled = kinds.any(axis=1)
    if filled.all():
        return cells
    ends = ends[filled] if ends is not None else None
    return Cells(numbers[filled], kinds[filled], values[filled], ends, styles)


def _width(part: Cells) -> int:
    """Return the number of columns up to the last one that holds anything."""
    filled = np.flatnonzero(part.kinds.any(axis=0))
    return int(filled[-1]) + 1 if len(filled) else 0


def _wide(table: _Table, width: int) -> _Table:
    """Return the rows cut or padded to ``width`` columns."""
    missing = width - table.shape[1]
    return np.pad(table, ((0, 0), (0, missing))) if missing > 0 else table[:, :width]


class _Window:
    """Some whole rows that are being read."""

    def __init__(self, buffer: Buffer, begin: int, end: int) -> None:
        self.buffer = buffer
        self.words: _Words = np.ndarray((len(buffer) - 7,), "<u8", buffer, strides=(1,))
        piece = buffer[begin:end]
        self.tags = np.flatnonzero(piece == ord("<")) + begin
        self.end = end
        self.next = np.append(self.tags[1:], end)

    def read(self) -> Cells:
        tokens = self._tokens()
        rows = np.flatnonzero(tokens == _ROW)
        opened = np.flatnonzero((tokens == _CELL) | (tokens == _NO_CELL))
        numbers, digits = self._row_numbers(rows)
        counts = np.diff(np.append(np.searchsorted(opened, rows), len(opened)))
        row_of = np.repeat(np.arange(len(rows)), counts)
        columns = self._columns(opened, rows, digits, row_of)
        last = int(columns.max()) + 1 if len(columns) else 1
        kinds = np.zeros((len(rows), last), np.uint8)
        values = np.zeros((len(rows), last), np.int64)
        # The tag after a cell's own tag shows what the cell holds.
        following = tokens[np.minimum(opened + 1, len(tokens) - 1)]
        ends: npt.NDArray[np.int64] | None = None
        styles: frozenset[int] = frozenset()
        attributes = self.tags[opened] + 8 + digits[row_of]
        valued = (following == _V) & (tokens[opened] == _CELL)
        if valued.any():
            at = opened[valued]
            kind, value, styles = self._values(at, attributes[valued])
            kinds[row_of[valued], columns[valued]] = kind
            values[row_of[valued], columns[valued]] = value
        inline = (following == _IS) & (tokens[opened] == _CELL)
        if inline.any():
            at = opened[inline]
            self._check_attributes(attributes[inline], self.next[at], b' t="inlineStr">')
            begins, stops = self._inline(at + 2)
            ends = np.zeros_like(values)
            kinds[row_of[inline], columns[inline]] = INLINE
            values[row_of[inline], columns[inline]] = begins
            ends[row_of[inline], columns[inline]] = stops
        for bare, tail in ((tokens[opened] == _NO_CELL, b"/>"), (following == _CELL_END, b">")):
            if bare.any():
                self._check_attributes(attributes[bare], self.next[opened[bare]], tail)
        return Cells(numbers, kinds, values, ends, styles)

    def _need(self, holds: _Flags | bool) -> None:
        if not np.all(holds):
            raise _NotPlainError

    def _tokens(self) -> Buffer:
        buffer, tags = self.buffer, self.tags
        self._need(len(tags) > 0)
        heads: npt.NDArray[np.uint16] = np.ndarray((len(buffer) - 1,), "<u2", buffer, strides=(1,))
        tokens: Buffer = _TOKENS[heads[tags + 1]]
        self._need(_FOURTH[tokens, buffer[tags + 3]])
        # Closing tags and <is> have a fixed length.
        lengths = _LENGTHS[tokens]
        self._need((self.next - tags == lengths) | (lengths == 0))
        self._need(buffer[tags[tokens == _ROW_END] + 4] == ord("w"))
        # There is nothing between tags except inside v and t.
        self._need((buffer[self.next - 1] == ord(">")) | _TEXTUAL[tokens])
        for token, closed in ((_CELL, _NO_CELL), (_ROW, _NO_ROW)):
            at = np.flatnonzero(tokens == token)
            tokens[at[buffer[self.next[at] - 2] == ord("/")]] = closed
        self._need(_FOLLOWS[tokens[:-1], tokens[1:]])
        self._need(tokens[0] in (_ROW, _NO_ROW) and tokens[-1] in (_ROW_END, _NO_ROW))
        return tokens

    def _head(self, at: Int64Array, width: int) -> _Words:
        """Return the first ``width`` bytes at each place as one integer."""
        return self.words[at] & np.uint64((1 << 8 * width) - 1)

    def _row_numbers(self, rows: Int64Array) -> tuple[Int64Array, Int64Array]:
        """Return the number of each row, and how many digits it has."""
        at = self.tags[rows]
        self._need(self._head(at, 8) == _word(b'<row r="'))
        quoted = self.buffer[at[:, None] + np.arange(8, 16)] == ord('"')
        digits = quoted.argmax(axis=1)
        self._need(quoted.any(axis=1) & (digits > 0))
        return self._number(at + 8 + digits, digits), digits

    def _columns(
        self, opened: Int64Array, rows: Int64Array, digits: Int64Array, row_of: Int64Array
    ) -> Int64Array:
        """Return the column of each cell; its reference must name the row that the cell is in."""
        at = self.tags[opened]
        self._need(self._head(at, 6) == _word(b'<c r="'))
        columns = self.buffer[at + 6].astype(np.int64) - ord("A")
        self._need((columns >= 0) & (columns < _LETTERS))
        masks = _LOW[digits + 1]
        wanted = self.words[self.tags[rows] + 8] & masks
        self._need((self.words[at + 7] & masks[row_of]) == wanted[row_of])
        self._need((np.diff(columns) > 0) | (np.diff(row_of) > 0))
        return columns

    def _values(
        self, at: Int64Array, attributes: Int64Array
    ) -> tuple[Buffer, Int64Array, frozenset[int]]:
        begins, ends = self.next[at], self.next[at + 1]  # <v> and </v>
        shared = (self.words[begins - 8] >> np.uint64(16)) == _word(b't="s">')
        lengths = ends - begins - 3
        self._need((lengths > 0) & (lengths <= np.where(shared, 8, 15)))
        values = self._number(ends, np.minimum(lengths, 8))
        long = np.flatnonzero(lengths > 8)
        if len(long):
            values[long] += 10**8 * self._number(ends[long] - 8, lengths[long] - 8)
        styles: frozenset[int] = frozenset()
        if shared.all():
            self._check_attributes(attributes, begins, b' t="s">')
        else:
            self._check_attributes(attributes[shared], begins[shared], b' t="s">')
            styles = frozenset[int]()
            # LibreOffice and openpyxl mark a number with t="n"; Excel does not.
            marked = ~shared & ((self.words[begins - 8] >> np.uint64(16)) == _word(b't="n">'))
            for chosen, tail in ((marked, b' t="n">'), (~shared & ~marked, b">")):
                found = self._check_attributes(attributes[chosen], begins[chosen], tail)
                styles |= frozenset(np.unique(found).tolist())
        kinds = np.where(shared, SHARED, NUMBER).astype(np.uint8)
        return kinds, values, styles

    def _check_attributes(self, at: Int64Array, end: Int64Array, tail: bytes) -> Int64Array:
        """Return the styles; between ``at`` and ``end`` only a style and ``tail`` may come."""
        room = end - at - len(tail)
        styled = room > 0
        styles = np.zeros(len(at), np.int64)
        if styled.any():
            # s="12" with a blank before it
            spot, wide = at[styled], room[styled]
            self._need((wide >= 6) & (wide <= 10))
            self._need(self._head(spot, 4) == _word(b' s="'))
            self._need(self.buffer[spot + wide - 1] == ord('"'))
            styles[styled] = self._number(spot + wide - 1, wide - 5)
        self._need(room >= 0)
        first = end - len(tail)
        for start in range(0, len(tail), 8):
            piece = tail[start : start + 8]
            self._need(self._head(first + start, len(piece)) == _word(piece))
        return styles

    def _inline(self, at: Int64Array) -> tuple[Int64Array, Int64Array]:
        """Return where the texts of the ``t`` tags ``at`` begin and end."""
        tags, ends = self.tags[at], self.next[at]
        spaced = self.buffer[tags + 2] == ord(" ")
        for start in range(0, len(_SPACED), 8):
            piece = _SPACED[start : start + 8]
            self._need(self._head(tags[spaced] + start, len(piece)) == _word(piece))
        begins = tags + np.where(spaced, len(_SPACED), 3)
        self._need(begins < ends)
        return begins, ends

    def _number(self, ends: Int64Array, digits: Int64Array) -> Int64Array:
        """Return the decimal numbers of 1 to 8 digits that end before ``ends``, all at once."""
        word = (self.words[ends - 8] ^ np.uint64(0x3030303030303030)) & _HIGH[digits]
        over = (word + np.uint64(0x7676767676767676)) | word
        self._need((over & np.uint64(0x8080808080808080)) == 0)
        word = (word * np.uint64(10) + (word >> np.uint64(8))) & np.uint64(0x00FF00FF00FF00FF)
        word = (word * np.uint64(100) + (word >> np.uint64(16))) & np.uint64(0x0000FFFF0000FFFF)
        word = (word * np.uint64(10000) + (word >> np.uint64(32))) & np.uint64(0xFFFFFFFF)
        return word.astype(np.int64)


def _word(tag: bytes) -> np.uint64:
    return np.uint64(int.from_bytes(tag, "little"))


_LOW: Final = np.array([(1 << 8 * count) - 1 for count in range(9)], np.uint64)
_HIGH: Final = np.array([(1 << 64) - (1 << 8 * (8 - count)) for count in range(9)], np.uint64)
