"""The columns that a person put on file for a party, laid on the tables of that party's mail.

A mapping either fits a table wholly or not at all.  One that does not fit is not bent: the table
is read as usual, and where that reading takes anything that the mapping does not bear out, the
mail is for a person.
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
    fill_columns,
    find_columns,
    header_index,
)
from exchange.parsing.lists.tables.table_preview import look_at
from exchange.parsing.phrases.header_terms import Role, Wording, header_wording, normalised
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
    """Why a mapping does not fit a table, in words; ``device``: its column, where that is there."""

    def __init__(self, reason: str, device: int | None = None) -> None:
        super().__init__(reason)
        self.device = device


@dataclass(frozen=True, slots=True)
class Place:
    """Where a table stands, as far as a mapping may be bound to it."""

    file: str = ""  # the name of its file; empty in a body
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the mappings make of one table: columns, or why none of them fits."""

    columns: Columns | None = None
    misfit: str = ""
    devices: frozenset[int] = frozenset()  # columns of Device IDs, of mappings that do not fit


@dataclass(frozen=True, slots=True)
class Mapping:
    """The mappings for one mail; ``looks``, where given, gathers how each table was read."""

    maps: tuple[ColumnMap, ...] = ()
    looks: list[TablePreview] | None = field(default=None, compare=False)

    def choose(self, table: Table, place: Place) -> Chosen:
        """The columns of the first mapping that is for this table and fits it."""
        applying = [one for one in self.maps if _applies(one, place)]
        if not applying or _is_ours(table):
            return Chosen()
        misfits: list[_Misfit] = []
        for one in applying:
            try:
                return Chosen(_fit(one, table))
            except _Misfit as error:
                misfits.append(error)
        reasons = "; ".join(dict.fromkeys(map(str, misfits)))
        said = mask_codes(f"{table.where}: the columns on file do not fit: {reasons}")
        found = frozenset(one.device for one in misfits if one.device is not None)
        return Chosen(misfit=said, devices=found)

    def look(self, table: Table, chosen: Chosen) -> None:
        """Gather how a table is read, where somebody wants to see it."""
        if self.looks is not None:
            found = look_at(table, chosen.columns, chosen.misfit)
            if found:
                self.looks.append(found)


UNMAPPED: Final = Mapping()


def told_misfit(table: Table, chosen: Chosen, found: Findings) -> None:
    """Say in the findings of the usual reading that the mapping did not fit the table.

    It agrees with the usual reading only where that lists the devices of the mapped column and
    takes no answer; anything else is for a person.
    """
    found.warnings.append(chosen.misfit)
    usual = find_columns(table.rows)
    lists = usual is not None or bool(found.devices)
    agrees = usual is not None and not usual.warnings and usual.devices.keys() == chosen.devices
    if found.claims or (lists and not agrees):
        found.misfits.append(chosen.misfit)


def _applies(one: ColumnMap, place: Place) -> bool:
    # "[" may well stand in a file's name; only * and ? stand for something else.
    file, sheet = (pattern.replace("[", "[[]") for pattern in one.scope)
    return (not file or fnmatchcase(place.file.casefold(), file)) and (
        not sheet or fnmatchcase(place.sheet.casefold(), sheet)
    )


def _is_ours(table: Table) -> bool:
    """A workbook of our own, filled in: its columns are known better than from any mapping."""
    return any(
        len(row.cells) >= len(_OURS[0]) and tuple(map(normalised, row.cells[:5])) in _OURS
        for row in islice(table.rows, HEADER_ROWS)
    )


def _fit(one: ColumnMap, table: Table) -> Columns:
    """The columns that a mapping gives a table; raises _Misfit."""
    sample = list(islice(table.rows, max(one.header_row, HEADER_ROWS) + SAMPLE_ROWS))
    at = _header_at(one, sample)
    device = _column(one.device, sample[at] if at is not None else None, table)
    if at is None:
        at = _above_list(sample, device)
    first = 0 if at is None else at + 1
    _check_devices(one, table, sample, device, first)
    try:
        return _columns(one, table, sample[at] if at is not None else None, first, sample[first:])
    except _Misfit as error:
        raise _Misfit(str(error), device) from None


def _header_at(one: ColumnMap, sample: Sequence[Row]) -> int | None:
    """The index of the row that names the most of the columns; None where none names any."""
    if one.header_row:
        for index, row in enumerate(sample):
            if row.number == one.header_row:
                return index
        raise _Misfit(f"there is nothing in row {one.header_row}")
    wanted = {_key(name): not _is_position(name) for name in one.columns}
    best, most = None, (0, 0)
    for index, row in enumerate(sample[:HEADER_ROWS]):
        if any(read_device(cell) for cell in row.cells):
            break  # the list has begun
        hits = wanted.keys() & {_key(cell) for cell in row.cells}
        wordy = sum(wanted[key] for key in hits)
        if not wordy and (row.damaged or any(_is_value(cell) for cell in row.cells)):
            continue  # "G" may be a letter, a title, or the fuel of a row
        if (wordy, len(hits)) > most:
            best, most = index, (wordy, len(hits))
    return best


def _above_list(sample: Sequence[Row], device: int) -> int | None:
    """The header of a table whose columns are known by their places; None when it has none."""
    for index, row in enumerate(sample):
        cell = row.cells[device] if device < len(row.cells) else ""
        if device in row.damaged or read_device(cell) or _is_value(cell):
            usual = header_index(sample[:index])
            return usual if usual is not None else index - 1 if index else None
    return None


def _column(name: str, header: Row | None, table: Table) -> int:
    """A column by its title, else by its letter or its number; raises _Misfit."""
    titles = header.cells if header else ()
    found = [at for at, title in enumerate(titles) if _key(title) == _key(name)]
    if len(found) > 1:
        raise _Misfit(f"{len(found)} columns are called {name!r}")
    if found:
        return found[0]
    if _is_position(name):
        at = _position(name) - table.left
        if any(at < len(row.cells) for row in table.rows[:SAMPLE_ROWS]) and at >= 0:
            return at
    raise _Misfit(f"there is no column {name!r}")


def _check_devices(
    one: ColumnMap, table: Table, sample: Sequence[Row], device: int, first: int
) -> None:
    """Raises _Misfit where the column has no Device ID in it, not even one spoiled by Excel."""

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


def _columns(
    one: ColumnMap, table: Table, header: Row | None, first: int, below: Sequence[Row]
) -> Columns:
    """Every column of a table; those that the mapping is silent about are told as usual."""

    def given(name: str | None) -> int | None:
        return _column(name, header, table) if name else None

    device = _column(one.device, header, table)
    codes = [_column(name, header, table) for name in one.code or ()]
    words = [at for name in (one.status, one.comment) if (at := given(name)) is not None]
    denial, kinds = given(one.installed), given(one.device_type)
    mapped = [device, *codes, *words, *(at for at in (denial, kinds) if at is not None)]
    if len(set(mapped)) < len(mapped):
        raise _Misfit("two things would come from the same column")
    wordings = [header_wording(title) for title in header.cells] if header else []
    _check_titles(one, header, wordings, device, codes)
    # Named as devices here, so that none of them is told anew.
    usual = Columns(devices=dict.fromkeys(mapped, ""))
    fill_columns(usual, wordings, below, header or Row(0, (), frozenset()))
    kind = wordings[device].device_type if device < len(wordings) else ""
    columns = Columns(first, {device: kind}, headed=header is not None)
    columns.codes = usual.codes if one.code is None else dict.fromkeys(codes, "")
    columns.joined = tuple(codes) if len(codes) > 1 else ()
    keeps_words = one.comment is None and one.status != ""
    columns.remarks = words + (usual.remarks if keeps_words else [])
    columns.denial = usual.denial if one.installed is None else denial
    columns.type = usual.type if one.device_type is None else kinds
    columns.again = _again(one, table, header, columns)
    return columns


def _check_titles(
    one: ColumnMap,
    header: Row | None,
    wordings: Sequence[Wording],
    device: int,
    codes: Sequence[int],
) -> None:
    """Raises _Misfit where a column known by its place is, by the titles, plainly another one.

    Somebody inserted a column, or it is another kind of table.
    """
    titles = header.cells if header else ()
    meters = [w.role is Role.DEVICE and w.device_type not in OUT_OF_SCOPE for w in wordings]
    keys = [w.role is Role.CODE for w in wordings]
    checked = [(device, one.device, meters), *zip(codes, one.code or (), repeat(keys))]
    for at, name, said in checked:
        if at >= len(titles) or not titles[at] or _key(titles[at]) == _key(name):
            continue
        found = wordings[at]
        other = found.device_type in OUT_OF_SCOPE or found.role not in (
            None,
            Role.MAYBE_DEVICE,
        )
        if other and not said[at] and any(said):
            raise _Misfit(f"the column {name!r} is called {titles[at][:_LONGEST_TITLE]!r}")


def _again(
    one: ColumnMap, table: Table, header: Row | None, columns: Columns
) -> Callable[[Row], Columns | None]:
    """Tells a second header further down, perhaps with its columns in another order."""
    wanted = {_key(name) for name in one.columns if not _is_position(name)}

    def again(row: Row) -> Columns | None:
        if header is not None and row.cells == header.cells:
            return columns
        if not wanted and _is_header(row):
            return Columns()  # what stands where now is not known
        if not wanted or not wanted <= {_key(cell) for cell in row.cells}:
            return None
        try:
            return _columns(one, table, row, columns.first, ())
        except _Misfit:
            return None

    return again


def _is_header(row: Row) -> bool:
    roles = {header_wording(cell).role for cell in row.cells if cell}
    return Role.DEVICE in roles and not any(read_device(cell) for cell in row.cells)


def _key(text: str) -> str:
    """A title for comparison: without case, blanks and punctuation where anything else is left."""
    return normalised(text) or " ".join(text.split()).casefold()


def _is_position(name: str) -> bool:
    return bool(_LETTERS.fullmatch(name.strip()) or _NUMBER.fullmatch(name.strip()))


def _position(name: str) -> int:
    """The index of a column called by its letters or its number."""
    name = name.strip().upper()
    if name.isdecimal():
        return int(name) - 1
    at = 0
    for letter in name:
        at = at * 26 + ord(letter) - ord("A") + 1
    return at - 1


def _is_value(cell: str) -> bool:
    return sum(map(str.isdigit, cell)) > _TITLE_DIGITS
