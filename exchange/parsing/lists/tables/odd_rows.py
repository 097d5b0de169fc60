"""Recognise the rows of a list that are no Devices: totals, units, and rows whose ID is missing."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import islice
from typing import Final

from exchange.parsing.identifiers.devices import NOTHING, RULES, read_device
from exchange.parsing.identifiers.stretches import find_stretches
from exchange.parsing.sheets.grid import Row
from exchange.parsing.text.cell_words import missing_value
from exchange.parsing.text.lines import normalized

_WORD = re.compile(r"[^\W\d_]+")
_SUMS: Final = frozenset(
    ("total", "totals", "subtotal", "subtotals", "sum", "count", "counta", "cyfanswm", "summe",
     "gesamt", "gesamtsumme", "gesamtzahl", "anzahl")
)  # fmt: skip
# What else such a label says; "Total Gas" is a name, and no label.
_OF_SUMS: Final = frozenset(
    ("grand", "sub", "number", "no", "nr", "of", "all", "the", "in", "list", "devices", "device",
     "meters", "meter", "rows", "row", "records", "ids", "id", "entries", "lines", "items",
     "requested")
)  # fmt: skip
_SHORT_NUMBER = re.compile(r"\d{1,6}|\d{1,3}(?:[,.]\d{3})")
_DIGITS = re.compile(r"\d")
_PART_DIGITS: Final = 4  # of what may be a part of an ID
_VALUE_DIGITS: Final = 5  # what describes a column has fewer; a value has as many
_LONGEST_LABEL: Final = 60
_SAMPLE: Final = 50
_USUALLY: Final = 0.5


def _is_sum(cell: str) -> bool:
    """Return whether a cell is the label of a total: ``Total``, ``No. of devices: 26``."""
    words = _WORD.findall(cell.lower()) if len(cell) <= _LONGEST_LABEL else []
    counted = words[:2] in (["number", "of"], ["no", "of"], ["nr", "of"])
    known = bool(words) and _SUMS.union(_OF_SUMS).issuperset(words)
    return known and (counted or not _SUMS.isdisjoint(words))


def is_total(row: Row, column: int, devices: int) -> bool:
    """Return whether a row gives the number of the rows: ``Total | 26``.

    ``column``: that of the Device IDs; ``devices``: how many were read so far.  A number that is
    not called a total must be that number, and alone in its row.
    """
    cell = row.cells[column] if column < len(row.cells) else ""
    if cell and not _SHORT_NUMBER.fullmatch(cell):
        return _is_sum(cell)
    named = any(map(_is_sum, row.cells))
    if named or not cell:
        return named
    alone = sum(map(bool, row.cells)) == 1
    return alone and int(re.sub(r"\D", "", cell)) == devices > 0


def is_units(row: Row, column: int) -> bool:
    """Return whether a row only describes the columns: ``hex | text | yyyy-mm-dd``."""
    cell = row.cells[column] if column < len(row.cells) else ""
    return (
        not row.damaged
        and bool(cell)
        and not missing_value(cell)
        and len(_DIGITS.findall(cell)) < _PART_DIGITS
        and not any(len(_DIGITS.findall(one)) >= _VALUE_DIGITS for one in row.cells)
        and not find_stretches(normalized(cell))  # an ID with a slip may have few decimal digits
    )


class MissingIds:
    """Notices the rows whose Device ID is missing, by the columns that the others fill."""

    def __init__(self, rows: Sequence[Row], columns: Collection[int]) -> None:
        self._columns = columns
        sample = [
            row
            for row in islice(rows, _SAMPLE)
            if any(at < len(row.cells) and read_device(row.cells[at]) for at in columns)
        ]
        width = max((len(row.cells) for row in sample), default=0)
        self._usual = [
            at
            for at in range(width)
            if at not in columns and _filled(sample, at) >= _USUALLY * len(sample)
        ]

    def notices(self, row: Row, cell: str) -> bool:
        """Return whether ``row``, which holds no Device ID, should hold one.

        ``cell``: what its column of IDs holds; "n/a" and the like beside anything at all say that
        one is missing.
        """
        cells = [one.strip(RULES) for one in row.cells]
        others = [one for at, one in enumerate(cells) if one and at not in self._columns]
        if not others or any(map(_is_sum, others)):
            return False
        if cell:
            return not cell.strip(RULES) or cell.lower().rstrip(":. ") in NOTHING
        filled = sum(at < len(cells) and bool(cells[at]) for at in self._usual)
        return filled * 2 > len(self._usual) > 0


def _filled(rows: Sequence[Row], column: int) -> int:
    return sum(column < len(row.cells) and bool(row.cells[column]) for row in rows)
