"""Bring lists in unusual arrangements into rows under a header: labels and values, lists across,
two tables side by side, delimited text in one column."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice, pairwise
from typing import Final

from exchange.parsing.identifiers.devices import read_device, split_devices
from exchange.parsing.lists.tables.column_finder import HEADER_ROWS, SAMPLE_ROWS
from exchange.parsing.phrases.header_terms import Role, header_meaning
from exchange.parsing.sheets.delimited import delimiter_of
from exchange.parsing.sheets.grid import Row, Table, text_row

_PAIR_ROWS: Final = 60
_DEVICES: Final = (Role.DEVICE, Role.MAYBE_DEVICE)
_MOST_ACROSS: Final = 60  # rows of a list that runs across
_LONGEST_LINE: Final = 10_000


def label_value_lines(table: Table) -> list[tuple[int, str]]:
    """Return a sheet of labels and values (``Device ID | 00-DB-...``) as lines ``Device ID: ...``.

    Each line has the number of its row.  Empty for an ordinary table.
    """
    pairs: list[tuple[int, str]] = []
    upright = False
    for row in table.rows[:_PAIR_ROWS]:
        cells = [cell for cell in row.cells if cell]
        if len(cells) > 2 and any(map(read_device, cells)):
            return []  # rows that are no pairs, and nothing in them may be lost
        for name, value in pairwise(cells):
            named = header_meaning(name).role in (Role.DEVICE, Role.MAYBE_DEVICE)
            upright |= named and read_device(value) is not None
        if len(cells) == 2 and not row.damaged:
            pairs.append((row.number, f"{cells[0].rstrip(':')}: {cells[1]}"))
    return pairs if upright else []


def rearranged(table: Table) -> list[Table]:
    """Return the tables that a sheet holds, as rows under a header; itself if it is one already."""
    for way in (_side_by_side, _from_one_column, _across):
        found = way(table)
        if found:
            return found
    return [table]


def _side_by_side(table: Table) -> list[Table]:
    """Return the tables whose same headers follow one another in one row; empty for any other."""
    for row in islice(table.rows, HEADER_ROWS):
        if any(map(read_device, row.cells)):
            break
        blocks = _repeated_blocks(row.cells)
        if blocks:
            return [
                replace(table, rows=[_part(one, *block) for one in table.rows]) for block in blocks
            ]
    return []


def _repeated_blocks(header: Sequence[str]) -> list[tuple[int, int]]:
    """Return the columns, from and to, of the blocks that all of a header consists of, if any.

    Each block names Device IDs in one column, and has the same titles as the others.
    """
    titles = [" ".join(cell.casefold().split()) for cell in header]
    filled = [at for at, title in enumerate(titles) if title]
    starts = [at for at in filled if titles[at] == titles[filled[0]]]
    if len(starts) < 2:
        return []
    ends = [*starts[1:], len(titles)]
    blocks = list(zip(starts, ends, strict=True))
    named = [[title for title in titles[start:end] if title] for start, end in blocks]
    if any(one != named[0] for one in named):
        return []
    roles = [header_meaning(title).role for title in named[0]]
    return blocks if sum(role in _DEVICES for role in roles) == 1 else []


def _part(row: Row, start: int, end: int) -> Row:
    damaged = frozenset(at - start for at in row.damaged if start <= at < end)
    return Row(row.number, row.cells[start:end], damaged)


def _from_one_column(table: Table) -> list[Table]:
    """Return the table that delimited text in the first column of a sheet holds; else empty."""
    sample = list(islice(table.rows, SAMPLE_ROWS))
    if not sample or any(_filled(row) != 1 or len(row.cells[0]) > _LONGEST_LINE for row in sample):
        return []
    delimiter = delimiter_of("\n".join(" ".join(row.cells[0].split("\n")) for row in sample))
    if not delimiter or any(_filled(row) > 1 for row in table.rows):
        return []
    rows = []
    for row in table.rows:
        line = row.cells[0].replace("\n", " ") if row.cells else ""
        cells = next(csv.reader([line[:_LONGEST_LINE]], delimiter=delimiter), [])
        rows.append(text_row(row.number, cells))
    return [replace(table, rows=rows)]


def _across(table: Table) -> list[Table]:
    """Return a list whose Devices are side by side, one in each column, upright; else empty."""
    rows = list(islice(table.rows, _MOST_ACROSS + 1))
    if len(rows) > _MOST_ACROSS:
        return []
    named = [row for row in rows if _names_devices_across(row)]
    if len(named) != 1:
        return []
    width = max(len(row.cells) for row in rows)
    upright = [
        Row(
            at + table.left + 1,
            tuple(row.cells[at] if at < len(row.cells) else "" for row in rows),
            frozenset(index for index, row in enumerate(rows) if at in row.damaged),
        )
        for at in range(width)
    ]
    return [Table(table.where, (), [row for row in upright if any(row.cells)], "column")]


def _names_devices_across(row: Row) -> bool:
    filled = [cell for cell in row.cells if cell]
    if len(filled) < 3 or header_meaning(filled[0].rstrip(": ")).role not in _DEVICES:
        return False
    devices = sum(bool(read_device(cell) or split_devices(cell)) for cell in filled[1:])
    return devices * 2 > len(filled) - 1


def _filled(row: Row) -> int:
    return sum(map(bool, row.cells))
