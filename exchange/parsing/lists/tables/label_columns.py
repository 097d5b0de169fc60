"""Take the meter labels of a table apart: a scanner types the ID and the code into one cell."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import Final

from exchange.domain.device import DeviceId
from exchange.parsing.identifiers.devices import read_device
from exchange.parsing.identifiers.meter_labels import find_labels, may_have_labels
from exchange.parsing.lists.tables.column_finder import SAMPLE_ROWS
from exchange.parsing.sheets.grid import Row, Table

OTHER_DEVICE: Final = "the meter label in this row is another Device's"


def has_labels(table: Table) -> bool:
    """Return whether one of the first rows has a meter label."""
    return any(map(_label_cells, islice(table.rows, SAMPLE_ROWS)))


def without_labels(table: Table) -> Table:
    """Return the table with each cell empty that holds a meter label."""
    return replace(table, rows=[_cleared(row) for row in table.rows])


def contradicted(table: Table) -> dict[int, set[DeviceId]]:
    """Return, by its number, each row whose label is another Device's than its ID, with both."""
    found: dict[int, set[DeviceId]] = {}
    for row in table.rows:
        labels = [one for at in _label_cells(row) for one in find_labels(row.cells[at])]
        own = {one.device for one in labels if isinstance(one.device, DeviceId)}
        others = {device for cell in _cleared(row).cells if (device := read_device(cell))}
        if own and others and own.isdisjoint(others):
            found[row.number] = own | others
    return found


def _label_cells(row: Row) -> list[int]:
    return [at for at, cell in enumerate(row.cells) if may_have_labels(cell) and find_labels(cell)]


def _cleared(row: Row) -> Row:
    labels = _label_cells(row)
    if not labels:
        return row
    return row._replace(
        cells=tuple("" if at in labels else cell for at, cell in enumerate(row.cells))
    )
