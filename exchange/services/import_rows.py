"""Read the sheets of a file that a person imports: which column is which, and each cell's place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from exchange.domain.device import DeviceId, mask_codes
from exchange.domain.foreign import storable
from exchange.domain.limits import Limits
from exchange.errors import BadInput, BadInputs
from exchange.parsing.identifiers.devices import DamagedId, read_device, read_device_cell
from exchange.parsing.reading.import_tables import (
    Role,
    Row,
    Table,
    column_letter,
    columns_of,
    header_meaning,
    is_total,
    is_units,
    normalise_header,
    read_tables,
)
from exchange.rendering.wording import safe_quote

DEVICE: Final = "device"
NO_HEADER: Final = "there is no header row that names the columns"
_LONGEST_HEADER: Final = 40
_MOST_HEADERS: Final = 20


class NoColumns(BadInput):
    """A sheet that is not a list at all, such as a sheet of notes."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table; ``columns`` says which column (from 0) holds which field."""

    table: Table = field(repr=False)
    columns: Mapping[str, int]
    device_type: str = ""  # if the header of the device column names one

    @property
    def rows(self) -> Sequence[Row]:
        """Return the rows below the header."""
        return self.table.rows

    def cell(self, row: Row, name: str) -> str:
        """Return the cell of a field; empty if the sheet has no such column."""
        column = self.columns.get(name, -1)
        return storable(row.cells[column]) if 0 <= column < len(row.cells) else ""

    def damaged(self, row: Row, name: str) -> bool:
        """Return whether Excel stored a field's cell as a number or a date."""
        return self.columns.get(name, -1) in row.damaged

    def place(self, row: Row, name: str = "") -> str:
        """Return ``gained.xlsx > Sheet1 > row 14 > Losing supplier``, or only the row."""
        spot = self.table.place(row.number)
        if name not in self.columns:
            return spot
        return f"{spot} > {column_name(self.table, self.columns[name])}"

    def is_beside_the_list(self, row: Row) -> bool:
        """Return whether a row is a total, describes the columns right under the header, or has
        its Device ID struck out."""
        if row.number in self.table.struck and not self.cell(row, DEVICE):
            return True
        column = self.columns.get(DEVICE, -1)
        first = row.number == self.rows[0].number
        return is_total(row, column, -1) or (first and is_units(row, column))

    def read_device(self, row: Row) -> DeviceId:
        """Return the row's Device ID; raises BadInput with reason and place if it has none."""
        found = read_device_cell(self.cell(row, DEVICE), numeric=self.damaged(row, DEVICE))
        if isinstance(found, DeviceId):
            return found
        reason = found.reason if isinstance(found, DamagedId) else "there is no Device ID"
        shown = safe_quote(self.cell(row, DEVICE))
        stood = f' (it has "{shown}")' if shown else ""
        raise BadInput(f"{reason}{stood}", place=self.place(row, DEVICE))


def open_sheets(
    name: str, content: bytes, limits: Limits, choose: Callable[[Table], Sheet]
) -> tuple[list[Sheet], list[str]]:
    """Return the sheets of ``content`` after ``choose``, and notes.

    A note names a sheet that is left out, and what a sheet hides or has struck out.  A sheet is
    left out if ``choose`` raises NoColumns for it and not for all.  Raises BadInput, or BadInputs
    if several sheets are at fault.
    """
    hidden: list[str] = []
    tables = read_tables(name, content, limits, hidden)
    sheets, notes = sort_out(tables, name, choose)
    return sheets, [*hidden, *notes]


def sort_out(
    tables: Iterable[Table], name: str, choose: Callable[[Table], Sheet]
) -> tuple[list[Sheet], list[str]]:
    """Do the same as ``open_sheets`` for tables that have been read."""
    sheets: list[Sheet] = []
    strangers: list[BadInput] = []
    faults: list[BadInput] = []
    for table in tables:
        try:
            if table.rows:
                sheets.append(choose(table))
            else:
                strangers.append(NoColumns("there is no row below the header", place=table.where))
        except NoColumns as error:
            strangers.append(error)
        except BadInput as error:
            faults.append(error)
    if faults or not sheets:
        raise_all(faults or strangers, name)
    return sheets, [f"left out: {error}" for error in strangers]


def raise_all(faults: Sequence[BadInput], place: str) -> None:
    """Raise the one fault, or all of them together; do nothing if there is none."""
    single = flat(faults)
    if len(single) == 1:
        raise single[0]
    if single:
        raise BadInputs(f"{len(single)} faults", single, place=place)


def flat(faults: Sequence[BadInput]) -> list[BadInput]:
    """Return faults with those of which one consists in its place."""
    return [
        part
        for fault in faults
        for part in (fault.faults if isinstance(fault, BadInputs) else [fault])
    ]


def column_name(table: Table, column: int) -> str:
    """Return a column's header as people see it, or ``column B`` if it has none."""
    title = table.header[column] if column < len(table.header) else ""
    return _shown(title) if title else f"column {column_letter(column + table.left)}"


def header_shown(table: Table) -> str:
    """List a table's headers, codes masked: a data row may have been taken for the header."""
    titles = [_shown(title) for title in table.header if title]
    more = ", ..." if len(titles) > _MOST_HEADERS else ""
    return ", ".join(titles[:_MOST_HEADERS]) + more


def _shown(title: str) -> str:
    masked = mask_codes(" ".join(title.split()))
    return masked if len(masked) <= _LONGEST_HEADER else masked[: _LONGEST_HEADER - 3] + "..."


def named_column(table: Table, named: str) -> int:
    """Return the column that a person named by header, letter or number (from 1).

    Raises BadInput listing the columns.
    """
    wanted = normalise_header(named)
    titled = [
        column
        for column, title in enumerate(table.header)
        if wanted and normalise_header(title) == wanted
    ]
    if len(titled) > 1:
        letters = " and ".join(column_letter(column + table.left) for column in titled)
        raise BadInput(
            f"several columns are called {mask_codes(named)!r}: {letters}",
            place=table.where,
            hint="name the column by its letter",
        )
    if titled:
        return titled[0]
    width = max((len(row.cells) for row in table.rows[:50]), default=0)
    for column in range(max(width, len(table.header))):
        shown = column + table.left  # a table may begin further right
        if named.strip().upper() == column_letter(shown) or named.strip() == str(shown + 1):
            return column
    titles = header_shown(table)
    known = f"the columns are {titles}" if titles else f"it has {width} columns and no header"
    raise BadInput(f"there is no column {mask_codes(named)!r}; {known}", place=table.where)


def by_role(table: Table, *roles: Role) -> list[int]:
    """Return the columns whose header has one of the roles."""
    return [
        column for column, title in enumerate(table.header) if header_meaning(title).role in roles
    ]


def code_columns(table: Table) -> list[int]:
    """Return the columns of install codes, found as in a mail."""
    columns = columns_of(table)
    if columns is None or not columns.devices:  # a person named the column of Device IDs
        return by_role(table, Role.CODE)
    return sorted(columns.codes)


def sole_column(table: Table, columns: Sequence[int], what: str, hint: str) -> int | None:
    """Return the one column in ``columns``, None if empty; raises BadInput if several."""
    if len(columns) > 1:
        titles = ", ".join(column_name(table, column) for column in columns)
        raise BadInput(f"several columns could hold {what}: {titles}", place=table.where, hint=hint)
    return columns[0] if columns else None


def device_column(table: Table, hint: str) -> tuple[int, str]:
    """Return the column of Device IDs, and the device type its header names or an empty text.

    It is the column that would be read in a mail; but if that would be several, or one with a
    warning about another, a person must say which.  Raises NoColumns if the sheet has no Device ID
    at all, BadInput if the column is not clear.
    """
    columns = columns_of(table)
    if columns is not None:
        likely = sorted({*columns.devices, *columns.other_ids})
        found = sole_column(table, likely, "the Device ID", hint)
        if found is not None:
            return found, columns.devices[found]
    if not any(read_device(cell) for row in table.rows for cell in row.cells):
        raise NoColumns(_no_device(table), place=table.where, hint=hint)
    raise BadInput(_no_device(table), place=table.where, hint=hint)


def _no_device(table: Table) -> str:
    if not table.header:
        return NO_HEADER
    return f"no column is named Device ID; the columns are {header_shown(table)}"
