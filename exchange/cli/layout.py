"""How a table fits a terminal: free text is folded, an address or an ID is never broken."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import Final

from rich.cells import cell_len

# What is never broken: addresses, Device IDs, references, and every word of a usual length.
_WHOLE: Final = re.compile(r"\S+@\S+|(?:[0-9A-Fa-f]{2}[-:]){7}\S+|\S*MP121-\S+|\S{1,32}")
_EDGES: Final = 3  # a border and a space on each side of a cell

TableRow = Sequence[str]


def table_width(widths: Sequence[int]) -> int:
    """Return how many terminal columns a table takes whose cells have these widths."""
    return sum(widths) + _EDGES * len(widths) + 1


def narrowest(headers: TableRow, rows: Sequence[TableRow]) -> list[int]:
    """Return the least width of each column that breaks no address and no ID."""
    return [
        max(1, *(_longest_word(cell) for cell in cells))
        for cells in zip(headers, *rows, strict=True)
    ]


def column_widths(headers: TableRow, rows: Sequence[TableRow], width: int) -> list[int] | None:
    """Return the widths of the columns of a table in ``width``; None where it cannot fit.

    Columns that need little more than their longest word get it first; the others share the rest.
    """
    widths = narrowest(headers, rows)
    spare = width - table_width(widths)
    if spare < 0:
        return None
    wanted = [
        max(least, *(cell_len(line) for cell in cells for line in cell.splitlines() or [""]))
        for least, *cells in zip(widths, headers, *rows, strict=True)
    ]
    columns = sorted(range(len(widths)), key=lambda one: wanted[one] - widths[one])
    for done, column in enumerate(columns):
        more = min(wanted[column] - widths[column], spare // (len(columns) - done))
        widths[column] += more
        spare -= more
    return widths


def blocks(headers: TableRow, rows: Sequence[TableRow], width: int) -> Iterator[str]:
    """Yield the lines of one block a row: each cell after its header, empty ones left out."""
    margin = max(cell_len(header) for header in headers) + 2
    for row in rows:
        for header, cell in zip(headers, row, strict=True):
            if not cell:
                continue
            lines = [
                line
                for text in cell.splitlines()
                for line in textwrap.wrap(
                    text,
                    max(width - margin, 20),
                    break_long_words=False,
                    break_on_hyphens=False,
                )
            ]
            for number, line in enumerate(lines):
                yield f"{'' if number else header:<{margin}}{line}"
        yield ""


def _longest_word(cell: str) -> int:
    return max((cell_len(word) for word in cell.split() if _WHOLE.fullmatch(word)), default=0)
