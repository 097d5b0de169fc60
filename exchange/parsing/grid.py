"""Rows and tables as people see them in a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import repeat
from typing import Final, NamedTuple, TypeAlias, overload

Cell: TypeAlias = str | int | float | bool | date | datetime | time | timedelta
NO_DAMAGE: Final[frozenset[int]] = frozenset()
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
    left: int = 0  # empty columns of the sheet before the first cell of a row

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

    @classmethod
    def numbered(cls, raw: Iterable[tuple[int, Sequence[Cell]]]) -> TypedRows:
        """Rows whose numbers are known, none of them empty."""
        rows = TypedRows(())
        rows._raw = list(raw)
        return rows

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
    def numbers(self) -> list[int]:
        """The number of each row."""
        return [number for number, _ in self._raw]

    def column(self, index: int) -> list[str]:
        """One column's cells, outer blanks removed; empty where a cell is no text or missing."""
        try:
            return [cells[index].strip() for _, cells in self._raw]  # type: ignore[union-attr]
        except (AttributeError, IndexError):
            return [
                cell.strip() if index < len(cells) and isinstance(cell := cells[index], str) else ""
                for _, cells in self._raw
            ]

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

    ``delimiter`` is empty where a line is one cell.
    """

    def __init__(self, lines: Sequence[str], delimiter: str, first: int = 1) -> None:
        self.delimiter = delimiter
        self._lines: Sequence[str] = [line for line in lines if line]
        if len(self._lines) == len(lines):
            self.numbers: Sequence[int] = range(first, first + len(lines))
        else:
            self.numbers = [number for number, line in enumerate(lines, first) if line]
        bare = [
            at
            for at, line in enumerate(self._lines)
            if not line[0].isalnum() and not any(map(str.strip, self._cells(line)))
        ]
        if bare:
            gone = frozenset(bare)
            self.numbers = [n for at, n in enumerate(self.numbers) if at not in gone]
            self._lines = [line for at, line in enumerate(self._lines) if at not in gone]

    def _cells(self, line: str) -> list[str]:
        return line.split(self.delimiter) if self.delimiter else [line]

    def _row(self, index: int) -> Row:
        return text_row(self.numbers[index], self._cells(self._lines[index]), exponents=False)

    def __len__(self) -> int:
        return len(self._lines)

    def __iter__(self) -> Iterator[Row]:
        return map(self._row, range(len(self._lines)))

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, slice):
            return [self._row(at) for at in range(*index.indices(len(self._lines)))]
        return self._row(range(len(self._lines))[index])

    @property
    def widest(self) -> int:
        """The most cells that a row has."""
        if not self.delimiter:
            return 1
        return max(map(str.count, self._lines, repeat(self.delimiter)), default=0) + 1

    def column(self, index: int) -> list[str]:
        """One column's cells, outer blanks removed; empty where a row ends before it."""
        if not self.delimiter:
            return list(map(str.strip, self._lines)) if index == 0 else [""] * len(self._lines)
        delimiter, parts = self.delimiter, index + 1
        try:
            return [line.split(delimiter, parts)[index].strip() for line in self._lines]
        except IndexError:
            return [
                cells[index].strip() if index < len(cells) else ""
                for cells in (line.split(delimiter, parts) for line in self._lines)
            ]


def numbers_of(rows: Sequence[Row]) -> Sequence[int]:
    """The number of each row."""
    if isinstance(rows, TypedRows | TextRows):
        return rows.numbers
    return [row.number for row in rows]


def column_of(rows: Sequence[Row], index: int) -> list[str]:
    """One column's cells; empty where a cell is no text, damaged or missing."""
    if isinstance(rows, TypedRows | TextRows):
        return rows.column(index)
    return [
        row.cells[index] if index < len(row.cells) and index not in row.damaged else ""
        for row in rows
    ]


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
