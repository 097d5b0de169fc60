"""Find how many Devices a list says of itself that it has: ``Number of devices: 26``.

A list that ends early, or of which rows are hidden, still has its total.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from exchange.parsing.sheets.grid import Row
from exchange.parsing.text.lines import Line

_HEAD: Final = 20  # rows or lines that may be above a list
_FOOT: Final = 8
_NUMBER: Final = r"(?P<number>\d{1,3}(?:,\d{3})+|\d{1,6})"
_THINGS: Final = r"(?:device|meter|id|eui|guid|row|record|entrie|entry|item|line)s?(?:\s+ids?)?"
_COUNTED = re.compile(
    rf"\W*(?:grand\s+)?(?:(?:total|number|no\.?|nr\.?|count|sum)\s+)+(?:of\s+)?(?:all\s+)?"
    rf"(?:the\s+)?(?:smart\s+)?{_THINGS}(?:\s+(?:requested|listed|in\s+(?:the\s+|this\s+)?list))?"
    rf"\s*[:=\-\u2013|\t]?\s*(?:{_NUMBER})?\s*\.?",
    re.I,
)
_BARE = re.compile(
    rf"\W*(?:(?:grand\s+)?totals?|count|sum)\s*[:=\-\u2013|\t]?\s*(?:{_NUMBER})?\s*\.?", re.I
)
_ALONE = re.compile(rf"{_NUMBER}(?:\.0)?")
_LONGEST: Final = 80
_MOST_CELLS: Final = 3


class StatedTotal(NamedTuple):
    """The numbers that a list gives as its own length, and how long it may be called."""

    where: str
    numbers: tuple[int, ...]
    lengths: frozenset[int]


def totals_of_rows(rows: Sequence[Row]) -> Iterator[tuple[int, int]]:
    """Yield row and number of each total above or below a list in a table.

    A total that does not say of what is one of Devices if its number is all that is beside it.
    """
    ends = [*rows[:_HEAD], *rows[max(_HEAD, len(rows) - _FOOT) :]]
    for row in ends:
        filled = [cell for cell in row.cells if cell]
        if not 0 < len(filled) <= _MOST_CELLS:
            continue
        number = _total_of(filled)
        if number is not None:
            yield row.number, number


def _total_of(filled: Sequence[str]) -> int | None:
    label = filled[0][:_LONGEST]
    found = _COUNTED.fullmatch(label) or (_BARE.fullmatch(label) if len(filled) < 3 else None)
    if found is None:
        return None
    if found["number"]:
        return _as_number(found["number"]) if len(filled) == 1 else None
    if len(filled) == 1:
        return None
    beside = _ALONE.fullmatch(filled[1])
    return _as_number(beside["number"]) if beside else None


def totals_of_lines(lines: Sequence[Line]) -> Iterator[tuple[Line, int]]:
    """Yield line and number of each total of Devices above or below a list in a text."""
    for line in [*lines[:_HEAD], *lines[max(_HEAD, len(lines) - _FOOT) :]]:
        found = _COUNTED.fullmatch(line.text.strip()) if len(line.text) <= _LONGEST else None
        if found and found["number"]:
            yield line, _as_number(found["number"])


def _as_number(written: str) -> int:
    return int(written.replace(",", ""))


def contradicted(totals: Iterable[StatedTotal], lengths: Collection[int]) -> str:
    """Return how the totals of a list contradict it; empty if one, or their sum, fits it.

    ``lengths``: how long all lists together may be called.
    """
    for one in totals:
        said = {*one.numbers, sum(one.numbers)}
        if said.isdisjoint(one.lengths) and said.isdisjoint(lengths):
            number = max(one.numbers)
            return f"{one.where} says {number:,} Devices, and the list has {max(one.lengths):,}"
    return ""
