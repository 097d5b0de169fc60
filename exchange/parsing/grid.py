"""Rows and tables as people see them in a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
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

    def place(self, number: int) -> str:
        """Where a row stands: ``request.xlsx > Sheet1 > row 14``."""
        spot = f"{self.unit} {number}"
        return f"{self.where} > {spot}" if self.where else spot


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
            (number, cells) for number, cells in enumerate(raw, 1) if any(c != "" for c in cells)
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
