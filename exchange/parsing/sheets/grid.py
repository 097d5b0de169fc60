"""Rows and tables as people see them in a spreadsheet."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple, TypeAlias, overload

import numpy as np

from exchange.domain.columns.device_columns import BoolArray, Int64Array
from exchange.parsing.text.byte_column import Texts

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


class ColumnRows(Sequence[Row]):
    """Rows that can be had column by column as well."""

    @property
    @abstractmethod
    def numbers(self) -> Int64Array:
        """The number of each row."""

    @abstractmethod
    def column(self, index: int) -> Texts:
        """One column's cells; empty where a cell is no text or missing."""

    def shown(self, index: int) -> tuple[list[str], Int64Array]:
        """The different texts of one column as people see them, and which of them each row has."""
        return told_apart(row.cells[index] if index < len(row.cells) else "" for row in self)

    @abstractmethod
    def odd(self, index: int, *, numbers: bool) -> BoolArray:
        """The rows whose cell there is true or false, or (``numbers``) a number or a date."""


def told_apart(cells: Iterable[str]) -> tuple[list[str], Int64Array]:
    """The different ones of ``cells``, and for each cell which of them it is."""
    texts: dict[str, int] = {}
    which = [texts.setdefault(cell, len(texts)) for cell in cells]
    return list(texts), np.array(which, np.int64)


class TypedRows(ColumnRows):
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
    def numbers(self) -> Int64Array:
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

    def shown(self, index: int) -> tuple[list[str], Int64Array]:
        """The different texts of one column as people see them, and which of them each row has."""
        return told_apart(
            shown(cells[index]) if index < len(cells) else "" for _, cells in self._raw
        )

    def odd(self, index: int, *, numbers: bool) -> BoolArray:
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


def numbers_of(rows: Sequence[Row]) -> Int64Array:
    """The number of each row."""
    if isinstance(rows, ColumnRows):
        return rows.numbers
    return np.fromiter((row.number for row in rows), np.int64, len(rows))


def column_of(rows: Sequence[Row], index: int) -> Texts:
    """One column's cells; empty where a cell is no text, damaged or missing."""
    if isinstance(rows, ColumnRows):
        return rows.column(index)
    return Texts.of(
        [
            row.cells[index] if index < len(row.cells) and index not in row.damaged else ""
            for row in rows
        ]
    )


def shown_texts(rows: Sequence[Row], index: int) -> tuple[list[str], Int64Array]:
    """The different texts of one column as people see them, and which of them each row has."""
    if isinstance(rows, ColumnRows):
        return rows.shown(index)
    return told_apart(row.cells[index] if index < len(row.cells) else "" for row in rows)


def odd_cells(rows: Sequence[Row], index: int, *, numbers: bool = True) -> BoolArray:
    """The rows whose cell there is no text: true or false, and where ``numbers`` are not harmless
    a number or a date, which ``column_of`` leaves out.
    """
    if isinstance(rows, ColumnRows):
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
