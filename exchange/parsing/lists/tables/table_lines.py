"""Turn the rows of a table that is no list of Devices into lines, to be read as running text."""

from __future__ import annotations

from itertools import islice
from typing import Final

from exchange.parsing.identifiers.devices import read_device
from exchange.parsing.lists.tables.column_finder import SAMPLE_ROWS, header_index, share_of_devices
from exchange.parsing.phrases.header_terms import Role, header_meaning
from exchange.parsing.sheets.grid import Row, Table
from exchange.parsing.text.lines import Line

_MOSTLY: Final = 0.5  # the share of a column's cells that are IDs


def other_columns(table: Table) -> dict[int, str]:
    """Return the columns of IDs that a header calls something else, with their titles.

    ``Previous device ID``, ``Certificate serial``.
    """
    sample = list(islice(table.rows, SAMPLE_ROWS))
    at = header_index(sample)
    if at is None:
        return {}
    return {
        column: title
        for column, title in enumerate(sample[at].cells)
        if header_meaning(title).role is Role.NEVER_DEVICE
        and share_of_devices(sample[at + 1 :], column) > _MOSTLY
    }


def table_lines(table: Table, others: dict[int, str]) -> tuple[list[Line], list[str]]:
    """Return the rows as lines, and warnings that count the Device IDs in the ``others``.

    These columns are left out of the lines.
    """
    lines = [Line(row.number, ",".join(_without(row, others))) for row in table.rows]
    warnings = []
    for column, title in others.items():
        cells = (row.cells[column] for row in table.rows if column < len(row.cells))
        count = sum(read_device(cell) is not None for cell in cells)
        if count:
            ids, verb = ("1 Device ID", "is") if count == 1 else (f"{count} Device IDs", "are")
            warnings.append(f"{table.where}: {ids} under {title[:60]!r} {verb} not taken")
    return lines, warnings


def _without(row: Row, others: dict[int, str]) -> list[str]:
    return ["" if column in others else cell for column, cell in enumerate(row.cells)]
