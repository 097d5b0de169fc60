"""Rows, columns and tables as people see them in a spreadsheet."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple, TypeAlias, overload

import numpy as np

from exchange.domain.columns.device_columns import BoolArray, Int64Array
from exchange.parsing.text.byte_column import ByteColumn

Cell: TypeAlias = str | int | float | bool | date | datetime | time | timedelta
NO_DAMAGE: Final[frozenset[int]] = frozenset()
# A long number in the short form in which Excel writes it to a CSV: 1.23457E+15.
_EXPONENT = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE]\+\d{1,3}")


class Row(NamedTuple):
    """One row; ``number`` is the one the spreadsheet shows: from 1, the header counts."""

    number: int
    cells: tuple[str, ...]  # outer blanks removed
    damaged: frozenset[int]  # columns whose cell is a number or a date: digits may be lost


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet, a CSV or an HTML table; ``header`` is empty when there is none."""

    where: str
    header: tuple[str, ...]
    rows: Sequence[Row]
    unit: str = field(default="row")  # "row", or "line" of a plain text
    left: int = 0  # empty columns of the sheet before the first cell of a row
    struck: frozenset[int] = NO_DAMAGE  # numbers of the rows with struck-out text, left out here

    def place(self, number: int) -> str:
        """Return where a row is: ``request.xlsx > Sheet1 > row 14``."""
        return f"{self.place_prefix}{number}"

    @property
    def place_prefix(self) -> str:
        """Return the place of a row without its number: ``request.xlsx > Sheet1 > row ``."""
        return f"{self.where} > {self.unit} " if self.where else f"{self.unit} "


def cell_text(cell: Cell) -> str:
    """Return a typed cell as text, as a person sees it; a whole number has no decimal point."""
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


class ColumnRows(Sequence[Row]):
    """Rows that can also be read column by column."""

    @property
    @abstractmethod
    def numbers(self) -> Int64Array:
        """Return the number of each row."""

    @abstractmethod
    def column(self, index: int) -> ByteColumn:
        """Return the cells of one column; empty where a cell is missing or is not text."""

    def distinct(self, index: int) -> tuple[list[str], Int64Array]:
        """Return the distinct texts of one column, as people see them, and each row's index."""
        return factorize(row.cells[index] if index < len(row.cells) else "" for row in self)

    @abstractmethod
    def lossy(self, index: int, *, numbers: bool) -> BoolArray:
        """Return which cells of a column are a boolean or (with ``numbers``) a number or a date."""


def factorize(cells: Iterable[str]) -> tuple[list[str], Int64Array]:
    """Return the distinct texts among ``cells``, and each cell's index into them."""
    texts: dict[str, int] = {}
    which = [texts.setdefault(cell, len(texts)) for cell in cells]
    return list(texts), np.array(which, np.int64)


class WorkbookRows(ColumnRows):
    """The rows of a workbook's sheet, built on demand; empty rows are left out."""

    def __init__(self, raw: Iterable[Sequence[Cell]]) -> None:
        self._raw = [
            (number, cells)
            for number, cells in enumerate(raw, 1)
            if cells and (cells[0] != "" or any(c != "" for c in cells))
        ]

    @classmethod
    def numbered(cls, raw: Iterable[tuple[int, Sequence[Cell]]]) -> WorkbookRows:
        """Return rows whose numbers are known and of which none is empty."""
        rows = WorkbookRows(())
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
    def numbers(self) -> Int64Array:
        """Return the number of each row."""
        return np.fromiter((number for number, _ in self._raw), np.int64, len(self._raw))

    def column(self, index: int) -> ByteColumn:
        """Return the cells of one column; empty where a cell is missing or is not text."""
        try:
            return ByteColumn.of([cells[index] for _, cells in self._raw])  # type: ignore[misc]
        except (TypeError, IndexError):
            return ByteColumn.of(
                [
                    cell if index < len(cells) and isinstance(cell := cells[index], str) else ""
                    for _, cells in self._raw
                ]
            )

    def distinct(self, index: int) -> tuple[list[str], Int64Array]:
        """Return the distinct texts of one column, as people see them, and each row's index."""
        return factorize(
            cell_text(cells[index]) if index < len(cells) else "" for _, cells in self._raw
        )

    def lossy(self, index: int, *, numbers: bool) -> BoolArray:
        """Return which cells of a column are a boolean or (with ``numbers``) a number or a date."""
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

    def with_texts(self, texts: Mapping[tuple[int, int], str], left: int) -> WorkbookRows:
        """Return the rows with ``texts`` at (row, column of the sheet) where a cell is empty."""
        if not texts:
            return self
        cells = {number: list(row) for number, row in self._raw}
        for (number, column), text in texts.items():
            row, at = cells.setdefault(number, []), column - left
            if at < 0:
                continue
            row += [""] * (at + 1 - len(row))
            row[at] = text if row[at] == "" else row[at]
        return WorkbookRows.numbered(sorted(cells.items()))

    def without_cells(
        self, places: Set[tuple[int, int]], left: int
    ) -> tuple[WorkbookRows, list[tuple[int, str]]]:
        """Return the rows without the cells at (row, column of the sheet), and what these held."""
        found: list[tuple[int, str]] = []
        kept: list[tuple[int, Sequence[Cell]]] = []
        for number, row in self._raw:
            own = [at for at in range(len(row)) if (number, at + left) in places]
            found += [(number, cell_text(row[at])) for at in own if row[at] != ""]
            cells = ["" if at in own else cell for at, cell in enumerate(row)] if own else row
            if any(cell != "" for cell in cells):
                kept.append((number, cells))
        return WorkbookRows.numbered(kept), found

    def without(self, numbers: Set[int], columns: Set[int]) -> WorkbookRows:
        """Return the rows except those in ``numbers``, with ``columns`` left blank."""
        kept = WorkbookRows(())
        kept._raw = [pair for pair in self._raw if pair[0] not in numbers]
        if columns:
            kept._raw = [
                (number, ["" if i in columns else cell for i, cell in enumerate(cells)])
                for number, cells in kept._raw
            ]
        return kept


def numbers_of(rows: Sequence[Row]) -> Int64Array:
    """Return the number of each row."""
    if isinstance(rows, ColumnRows):
        return rows.numbers
    return np.fromiter((row.number for row in rows), np.int64, len(rows))


def column_of(rows: Sequence[Row], index: int) -> ByteColumn:
    """Return the cells of one column; empty where a cell is missing, damaged or not text."""
    if isinstance(rows, ColumnRows):
        return rows.column(index)
    return ByteColumn.of(
        [
            row.cells[index] if index < len(row.cells) and index not in row.damaged else ""
            for row in rows
        ]
    )


def distinct_cells(rows: Sequence[Row], index: int) -> tuple[list[str], Int64Array]:
    """Return the distinct texts of one column, as people see them, and each row's index."""
    if isinstance(rows, ColumnRows):
        return rows.distinct(index)
    return factorize(row.cells[index] if index < len(row.cells) else "" for row in rows)


def lossy_cells(rows: Sequence[Row], index: int, *, numbers: bool = True) -> BoolArray:
    """Return which cells of a column are a boolean or, with ``numbers``, a number or a date.

    ``column_of`` leaves these cells empty; ``numbers=False`` is for columns where they do no harm.
    """
    if isinstance(rows, ColumnRows):
        return rows.lossy(index, numbers=numbers)
    if not numbers:
        return np.zeros(len(rows), np.bool_)
    return np.fromiter((index in row.damaged for row in rows), np.bool_, len(rows))


def _typed_row(number: int, cells: Sequence[Cell]) -> Row:
    try:
        # Nearly always every cell is text.
        return Row(number, tuple(map(str.strip, cells)), NO_DAMAGE)  # type: ignore[arg-type]
    except TypeError:
        damaged = frozenset(
            i for i, c in enumerate(cells) if not isinstance(c, str | bool) and c != ""
        )
        return Row(number, tuple(map(cell_text, cells)), damaged)


def text_row(number: int, cells: Sequence[str], *, exponents: bool = True) -> Row:
    """Return a row of a text file; only an exponent shows there that digits were lost.

    ``exponents``: whether the file holds any exponent at all.
    """
    stripped = tuple(map(str.strip, cells))
    damaged = NO_DAMAGE
    if exponents and any("E+" in cell or "e+" in cell for cell in stripped):
        damaged = frozenset(i for i, c in enumerate(stripped) if _EXPONENT.fullmatch(c))
    return Row(number, stripped, damaged)
