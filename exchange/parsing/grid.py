"""Rows and tables as people see them in a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple, TypeAlias, overload

import numpy as np

from exchange.domain.listed import Flags, Numbers
from exchange.parsing.texts import SPARE, Texts, buffer_of, to_utf8

Cell: TypeAlias = str | int | float | bool | date | datetime | time | timedelta
NO_DAMAGE: Final[frozenset[int]] = frozenset()
NEWLINE: Final = 10
_ALNUM: Final = np.array([byte < 128 and chr(byte).isalnum() for byte in range(256)])
# What Excel writes into a CSV for a long number that it shows in short: 1.23457E+15.
_EXPONENT = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE]\+\d{1,3}")


class Row(NamedTuple):
    """One row: ``number`` as the spreadsheet shows it, 1-based, the header counted."""

    number: int
    cells: tuple[str, ...]  # outer blanks removed
    damaged: frozenset[int]  # columns whose cell was a number or a date: digits may be lost


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet, a CSV or an HTML table; ``header`` is empty when there is none."""

    where: str
    header: tuple[str, ...]
    rows: Sequence[Row]
    unit: str = field(default="row")  # "row", or "line" of a plain text

    def place(self, number: int) -> str:
        """Where a row stands: ``request.xlsx > Sheet1 > row 14``."""
        return f"{self.place_lead}{number}"

    @property
    def place_lead(self) -> str:
        """What stands before the number of a row in its place."""
        return f"{self.where} > {self.unit} " if self.where else f"{self.unit} "


def shown(cell: Cell) -> str:
    """A typed cell as text, the way a person sees it; a whole number has no decimal point."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        if cell.is_integer() and abs(cell) < 10**17:
            return str(int(cell))
        return repr(cell).upper()
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)


class TypedRows(Sequence[Row]):
    """Rows over the cells of a workbook, built when asked for; wholly empty rows are left out."""

    def __init__(self, raw: Iterable[Sequence[Cell]]) -> None:
        self._raw = [
            (number, cells)
            for number, cells in enumerate(raw, 1)
            if cells and (cells[0] != "" or any(c != "" for c in cells))
        ]

    def __len__(self) -> int:
        return len(self._raw)

    def __iter__(self) -> Iterator[Row]:
        for number, cells in self._raw:
            yield _typed_row(number, cells)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, slice):
            return [_typed_row(number, cells) for number, cells in self._raw[index]]
        return _typed_row(*self._raw[index])

    @property
    def numbers(self) -> Numbers:
        """The number of each row."""
        return np.fromiter((number for number, _ in self._raw), np.int64, len(self._raw))

    def column(self, index: int) -> Texts:
        """One column's cells; empty where a cell is no text or missing."""
        try:
            return Texts.of([cells[index] for _, cells in self._raw])  # type: ignore[misc]
        except (TypeError, IndexError):
            return Texts.of(
                [
                    cell if index < len(cells) and isinstance(cell := cells[index], str) else ""
                    for _, cells in self._raw
                ]
            )

    def odd(self, index: int, *, numbers: bool) -> Flags:
        """The rows whose cell there is true or false, or (``numbers``) a number or a date."""
        kinds = str if numbers else (str, int, float, date, time, timedelta)
        return np.fromiter(
            (
                index < len(cells)
                and (not isinstance(cells[index], kinds) or isinstance(cells[index], bool))
                for _, cells in self._raw
            ),
            np.bool_,
            len(self._raw),
        )

    def without(self, numbers: Set[int], columns: Set[int]) -> TypedRows:
        """The same rows save those numbered so, and with nothing in those columns."""
        kept = TypedRows(())
        kept._raw = [pair for pair in self._raw if pair[0] not in numbers]
        if columns:
            kept._raw = [
                (number, ["" if i in columns else cell for i, cell in enumerate(cells)])
                for number, cells in kept._raw
            ]
        return kept


class TextRows(Sequence[Row]):
    """Rows over the lines of a text without quotes, built when asked for; empty ones left out.

    ``delimiter`` is empty where a line is one cell, else a character of ASCII; ``first`` is the
    number of the first line.
    """

    def __init__(self, text: str, delimiter: str, first: int = 1) -> None:
        self.delimiter = delimiter
        self._buffer = buffer_of(one_line_end(to_utf8(text)))
        length = len(self._buffer) - len(SPARE)
        ended = np.flatnonzero(self._buffer[:length] == NEWLINE)
        self._starts = np.concatenate([[0], ended + 1])
        self._ends = np.concatenate([ended, [length]])
        self._parted = (
            np.flatnonzero(self._buffer[:length] == ord(delimiter)) if delimiter else ended[:0]
        )
        bounds = np.searchsorted(self._parted, np.concatenate([self._starts, [length + 1]]))
        self._cells_at, self._cell_counts = bounds[:-1], np.diff(bounds)
        self._numbers = np.arange(first, first + len(self._starts))
        self._keep(self._starts < self._ends)
        bare = np.ones(len(self._starts), np.bool_)
        for at in np.flatnonzero(~_ALNUM[self._buffer[self._starts]]).tolist():
            bare[at] = any(map(str.strip, self._cells(at)))
        self._keep(bare)

    def _keep(self, chosen: Flags) -> None:
        if not chosen.all():
            self._starts, self._ends = self._starts[chosen], self._ends[chosen]
            self._cells_at, self._cell_counts = self._cells_at[chosen], self._cell_counts[chosen]
            self._numbers = self._numbers[chosen]

    def _cells(self, index: int) -> list[str]:
        piece = self._buffer[self._starts[index] : self._ends[index]].tobytes()
        line = piece.decode("utf-8", "surrogatepass")
        return line.split(self.delimiter) if self.delimiter else [line]

    def _row(self, index: int) -> Row:
        return text_row(int(self._numbers[index]), self._cells(index), exponents=False)

    def __len__(self) -> int:
        return len(self._starts)

    def __iter__(self) -> Iterator[Row]:
        return map(self._row, range(len(self)))

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, slice):
            return [self._row(at) for at in range(*index.indices(len(self)))]
        return self._row(range(len(self))[index])

    @property
    def widest(self) -> int:
        """The most cells that a row has."""
        return int(self._cell_counts.max()) + 1 if len(self) else 1

    @property
    def numbers(self) -> Numbers:
        """The number of each row."""
        return self._numbers

    def column(self, index: int) -> Texts:
        """One column's cells; empty where a row ends before it."""
        starts, ends = self._starts, self._ends
        if len(self._parted):
            last = len(self._parted) - 1
            if index:
                there = self._cell_counts >= index
                before = self._parted[np.clip(self._cells_at + index - 1, 0, last)]
                starts = np.where(there, before + 1, ends)
            more = self._cell_counts > index
            behind = self._parted[np.clip(self._cells_at + index, 0, last)]
            ends = np.where(more, behind, ends)
        elif index:
            starts = ends
        return Texts(self._buffer, starts, ends)


def one_line_end(content: bytes) -> bytes:
    """The same text with LF alone at the end of its lines."""
    if b"\r" not in content:
        return content
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def numbers_of(rows: Sequence[Row]) -> Numbers:
    """The number of each row."""
    if isinstance(rows, TypedRows | TextRows):
        return rows.numbers
    return np.fromiter((row.number for row in rows), np.int64, len(rows))


def column_of(rows: Sequence[Row], index: int) -> Texts:
    """One column's cells; empty where a cell is no text, damaged or missing."""
    if isinstance(rows, TypedRows | TextRows):
        return rows.column(index)
    return Texts.of(
        [
            row.cells[index] if index < len(row.cells) and index not in row.damaged else ""
            for row in rows
        ]
    )


def odd_cells(rows: Sequence[Row], index: int, *, numbers: bool = True) -> Flags:
    """The rows whose cell there is no text: true or false, and where ``numbers`` are not harmless
    a number or a date, which ``column_of`` leaves out.
    """
    if isinstance(rows, TextRows):
        return np.zeros(len(rows), np.bool_)
    if isinstance(rows, TypedRows):
        return rows.odd(index, numbers=numbers)
    if not numbers:
        return np.zeros(len(rows), np.bool_)
    return np.fromiter((index in row.damaged for row in rows), np.bool_, len(rows))


def _typed_row(number: int, cells: Sequence[Cell]) -> Row:
    try:
        # All text, as nearly always: the quick way out.
        return Row(number, tuple(map(str.strip, cells)), NO_DAMAGE)  # type: ignore[arg-type]
    except TypeError:
        damaged = frozenset(
            i for i, c in enumerate(cells) if not isinstance(c, str | bool) and c != ""
        )
        return Row(number, tuple(map(shown, cells)), damaged)


def text_row(number: int, cells: Sequence[str], *, exponents: bool = True) -> Row:
    """A row of a plain text file; only an exponent tells there that digits were lost.

    ``exponents``: whether the file holds any at all.
    """
    stripped = tuple(map(str.strip, cells))
    damaged = NO_DAMAGE
    if exponents and any("E+" in cell or "e+" in cell for cell in stripped):
        damaged = frozenset(i for i, c in enumerate(stripped) if _EXPONENT.fullmatch(c))
    return Row(number, stripped, damaged)
