"""Apply the columns that a person put on file for a party to the tables in that party's mail.

A mapping that does not match the table exactly is ignored: the table is read as usual.  If that
reading then finds anything that the mapping does not confirm, the mail goes to a person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import islice, repeat
from typing import Final

from exchange.domain.columns.column_map import ColumnMap
from exchange.domain.device import mask_codes
from exchange.domain.device_type import OUT_OF_SCOPE
from exchange.domain.mail import TablePreview
from exchange.parsing.findings.findings import Findings
from exchange.parsing.identifiers.devices import read_device, split_devices
from exchange.parsing.lists.tables.column_finder import (
    HEADER_ROWS,
    SAMPLE_ROWS,
    Columns,
    add_crcs,
    fill_columns,
    find_columns,
    header_index,
)
from exchange.parsing.lists.tables.table_preview import preview_table
from exchange.parsing.phrases.header_terms import (
    HeaderMeaning,
    Role,
    header_meaning,
    normalise_header,
)
from exchange.parsing.sheets.grid import Row, Table, column_of

_LETTERS = re.compile(r"[A-Za-z]{1,3}")
_NUMBER = re.compile(r"[0-9]{1,4}")
_LONGEST_TITLE: Final = 60
_TITLE_DIGITS: Final = 4  # a header may say EUI-64; a value has more digits
_OURS: Final = (
    ("deviceid", "devicetype", "outcome", "installcode", "reason"),
    ("deviceid", "outcome", "installcode", "reason", "yourrow"),
)


class _Misfit(Exception):
    """Why a mapping does not fit a table, in words; ``device``: its device column, if known."""

    def __init__(self, reason: str, device: int | None = None) -> None:
        super().__init__(reason)
        self.device = device


@dataclass(frozen=True, slots=True)
class TableSource:
    """Where a table comes from: what a mapping may be limited to."""

    file: str = ""  # the name of its file; empty in a body
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class ChosenColumns:
    """The columns that a mapping gives a table, or why no mapping fits."""

    columns: Columns | None = None
    misfit: str = ""
    devices: frozenset[int] = frozenset()  # device columns of the mappings that do not fit


@dataclass(frozen=True, slots=True)
class ColumnMappings:
    """The mappings for one mail; ``previews``, if given, collects how each table was read."""

    maps: tuple[ColumnMap, ...] = ()
    previews: list[TablePreview] | None = field(default=None, compare=False)

    def choose(self, table: Table, place: TableSource) -> ChosenColumns:
        """Return the columns of the first mapping that is for this table and fits it."""
        applying = [one for one in self.maps if _applies(one, place)]
        if not applying or _is_ours(table):
            return ChosenColumns()
        misfits: list[_Misfit] = []
        for one in applying:
            try:
                return ChosenColumns(_fit_mapping(one, table))
            except _Misfit as error:
                misfits.append(error)
        reasons = "; ".join(dict.fromkeys(map(str, misfits)))
        misfit = mask_codes(f"{table.where}: the columns on file do not fit: {reasons}")
        found = frozenset(one.device for one in misfits if one.device is not None)
        return ChosenColumns(misfit=misfit, devices=found)

    def preview(self, table: Table, chosen: ChosenColumns) -> None:
        """Collect how a table is read, if somebody wants to see it."""
        if self.previews is not None:
            found = preview_table(table, chosen.columns, chosen.misfit)
            if found:
                self.previews.append(found)


NO_MAPPING: Final = ColumnMappings()


def report_misfit(table: Table, chosen: ChosenColumns, found: Findings) -> None:
    """Report in the findings of the usual reading that the mapping did not fit the table.

    The mail goes to a person if the usual reading finds an answer, or lists devices from any column
    but the mapped one.
    """
    found.warnings.append(chosen.misfit)
    usual = find_columns(table.rows)
    lists = usual is not None or bool(found.devices)
    agrees = usual is not None and not usual.warnings and usual.devices.keys() == chosen.devices
    if found.claims or (lists and not agrees):
        found.misfits.append(chosen.misfit)


def _applies(one: ColumnMap, place: TableSource) -> bool:
    # Only * and ? are wildcards; "[" may be part of a file name.
    file, sheet = (pattern.replace("[", "[[]") for pattern in one.scope)
    return (not file or fnmatchcase(place.file.casefold(), file)) and (
        not sheet or fnmatchcase(place.sheet.casefold(), sheet)
    )


def _is_ours(table: Table) -> bool:
    """Return whether it is our own workbook, filled in, whose columns need no mapping."""
    return any(
        len(row.cells) >= len(_OURS[0]) and tuple(map(normalise_header, row.cells[:5])) in _OURS
        for row in islice(table.rows, HEADER_ROWS)
    )


def _fit_mapping(one: ColumnMap, table: Table) -> Columns:
    """Return the columns that a mapping gives a table; raises _Misfit if it does not fit."""
    sample = list(islice(table.rows, max(one.header_row, HEADER_ROWS) + SAMPLE_ROWS))
    at = _header_at(one, sample)
    device = _find_column(one.device, sample[at] if at is not None else None, table)
    if at is None:
        at = _header_above_list(sample, device)
    first = 0 if at is None else at + 1
    _check_device_column(one, table, sample, device, first)
    try:
        return _all_columns(
            one, table, sample[at] if at is not None else None, first, sample[first:]
        )
    except _Misfit as error:
        raise _Misfit(str(error), device) from None


def _header_at(one: ColumnMap, sample: Sequence[Row]) -> int | None:
    """Return the index of the row that names the most of the columns; None if no row names any."""
    if one.header_row:
        for index, row in enumerate(sample):
            if row.number == one.header_row:
                return index
        raise _Misfit(f"there is nothing in row {one.header_row}")
    wanted = {_title_key(name): not _is_position(name) for name in one.columns}
    best, most = None, (0, 0)
    for index, row in enumerate(sample[:HEADER_ROWS]):
        if any(read_device(cell) for cell in row.cells):
            break  # the list has begun
        hits = wanted.keys() & {_title_key(cell) for cell in row.cells}
        wordy = sum(wanted[key] for key in hits)
        if not wordy and (row.damaged or any(_is_value(cell) for cell in row.cells)):
            continue  # "G" may be a letter, a title, or the fuel of a row
        if (wordy, len(hits)) > most:
            best, most = index, (wordy, len(hits))
    return best


def _header_above_list(sample: Sequence[Row], device: int) -> int | None:
    """Return the header row of a table whose columns are known by position; None if it has none."""
    for index, row in enumerate(sample):
        cell = row.cells[device] if device < len(row.cells) else ""
        if device in row.damaged or read_device(cell) or _is_value(cell):
            usual = header_index(sample[:index])
            return usual if usual is not None else index - 1 if index else None
    return None


def _find_column(name: str, header: Row | None, table: Table) -> int:
    """Return the column with a title, or else a letter or number; raises _Misfit if none has."""
    titles = header.cells if header else ()
    found = [at for at, title in enumerate(titles) if _title_key(title) == _title_key(name)]
    if len(found) > 1:
        raise _Misfit(f"{len(found)} columns are called {name!r}")
    if found:
        return found[0]
    if _is_position(name):
        at = _position(name) - table.left
        if any(at < len(row.cells) for row in table.rows[:SAMPLE_ROWS]) and at >= 0:
            return at
    raise _Misfit(f"there is no column {name!r}")


def _check_device_column(
    one: ColumnMap, table: Table, sample: Sequence[Row], device: int, first: int
) -> None:
    """Raise _Misfit if the column has no Device ID, not even one damaged by Excel."""

    def fits(cell: str) -> bool:
        return bool(read_device(cell) or split_devices(cell))

    for row in sample[first:]:
        if device < len(row.cells) and (device in row.damaged or fits(row.cells[device])):
            return
    cells = column_of(table.rows, device)[first:]
    if not any(cells):
        raise _Misfit(f"the column {one.device!r} is empty")
    if not any(map(fits, cells)):
        raise _Misfit(f"the column {one.device!r} holds no Device IDs")


def _all_columns(
    one: ColumnMap, table: Table, header: Row | None, first: int, below: Sequence[Row]
) -> Columns:
    """Return every column of a table; those that the mapping does not name are found as usual."""

    def given(name: str | None) -> int | None:
        return _find_column(name, header, table) if name else None

    device = _find_column(one.device, header, table)
    codes = [_find_column(name, header, table) for name in one.code or ()]
    words = [at for name in (one.status, one.comment) if (at := given(name)) is not None]
    denial, kinds = given(one.installed), given(one.device_type)
    taken = [device, *codes, *words, *(at for at in (denial, kinds) if at is not None)]
    if len(set(taken)) < len(taken):
        raise _Misfit("two things would come from the same column")
    meanings = [header_meaning(title) for title in header.cells] if header else []
    _check_titles(one, header, meanings, device, codes)
    # Marked as devices here so that fill_columns leaves them alone.
    usual = Columns(devices=dict.fromkeys(taken, ""))
    fill_columns(usual, meanings, below, header or Row(0, (), frozenset()))
    kind = meanings[device].device_type if device < len(meanings) else ""
    columns = Columns(first, {device: kind}, has_header=header is not None)
    columns.codes = usual.codes if one.code is None else dict.fromkeys(codes, "")
    columns.code_parts = tuple(codes) if len(codes) > 1 else ()
    keeps_words = one.comment is None and one.status != ""
    columns.remarks = words + (usual.remarks if keeps_words else [])
    columns.denial = usual.denial if one.installed is None else denial
    columns.type = usual.type if one.device_type is None else kinds
    add_crcs(columns, meanings, below)
    columns.read_header = _header_reader(one, table, header, columns)
    return columns


def _check_titles(
    one: ColumnMap,
    header: Row | None,
    meanings: Sequence[HeaderMeaning],
    device: int,
    codes: Sequence[int],
) -> None:
    """Raise _Misfit if the title of a column known by position shows that it is another one.

    Somebody inserted a column, or it is another kind of table.
    """
    titles = header.cells if header else ()
    meters = [w.role is Role.DEVICE and w.device_type not in OUT_OF_SCOPE for w in meanings]
    keys = [w.role is Role.CODE for w in meanings]
    checked = [(device, one.device, meters), *zip(codes, one.code or (), repeat(keys))]
    for at, name, roles_match in checked:
        if at >= len(titles) or not titles[at] or _title_key(titles[at]) == _title_key(name):
            continue
        found = meanings[at]
        other = found.device_type in OUT_OF_SCOPE or found.role not in (
            None,
            Role.MAYBE_DEVICE,
        )
        if other and not roles_match[at] and any(roles_match):
            raise _Misfit(f"the column {name!r} is called {titles[at][:_LONGEST_TITLE]!r}")


def _header_reader(
    one: ColumnMap, table: Table, header: Row | None, columns: Columns
) -> Callable[[Row], Columns | None]:
    """Return a function that reads a second header, whose columns may be in another order."""
    wanted = {_title_key(name) for name in one.columns if not _is_position(name)}

    def read_header(row: Row) -> Columns | None:
        if header is not None and row.cells == header.cells:
            return columns
        if not wanted and _is_header(row):
            return Columns()  # we do not know the columns below it
        if not wanted or not wanted <= {_title_key(cell) for cell in row.cells}:
            return None
        try:
            return _all_columns(one, table, row, columns.first_row, ())
        except _Misfit:
            return None

    return read_header


def _is_header(row: Row) -> bool:
    roles = {header_meaning(cell).role for cell in row.cells if cell}
    return Role.DEVICE in roles and not any(read_device(cell) for cell in row.cells)


def _title_key(text: str) -> str:
    """Return a title for comparison, without case, blanks and, if that leaves text, punctuation."""
    return normalise_header(text) or " ".join(text.split()).casefold()


def _is_position(name: str) -> bool:
    return bool(_LETTERS.fullmatch(name.strip()) or _NUMBER.fullmatch(name.strip()))


def _position(name: str) -> int:
    """Return the index of a column given by letters or number."""
    name = name.strip().upper()
    if name.isdecimal():
        return int(name) - 1
    at = 0
    for letter in name:
        at = at * 26 + ord(letter) - ord("A") + 1
    return at - 1


def _is_value(cell: str) -> bool:
    return sum(map(str.isdigit, cell)) > _TITLE_DIGITS
