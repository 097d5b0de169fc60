"""A file of install codes, or of installed devices, to vault records: every row good, or said why.

No reason, place or note ever repeats what stood in a cell: it may be a code, or most of one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Final

from exchange.domain.device import DeviceId, InstallCode, mask_codes
from exchange.errors import BadInput
from exchange.parsing.codes import BadCode, read_code_cell
from exchange.parsing.limits import Limits
from exchange.parsing.tables import Row, Table
from exchange.parsing.wording import Role, device_type_of
from exchange.ports import VaultRecord
from exchange.services.sheetrows import (
    DEVICE,
    Sheet,
    by_role,
    device_column,
    named_column,
    open_sheets,
    sole_column,
)

CODE: Final = "code"
TYPE: Final = "type"
INSTALLED: Final = "installed"
# A worksheet has at most 1,048,576 rows; a CSV may be longer, but it is read as a whole.
_MOST_ROWS: Final = 3_000_000
_MOST_CHARS: Final = 500_000_000
_STRIDE: Final = 5_000  # rows between two words to the progress bar
_YES: Final = frozenset(("yes", "y", "true", "1"))
_NO: Final = frozenset(("no", "n", "false", "0"))

Progress = Callable[[str, int, int], None]  # (what is being done, rows done, rows in all)


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read the file.

    A column is named by its header, its letter or its number; None leaves it to the header's
    wording, an empty text says that there is no such column.
    """

    device_column: str | None = None
    code_column: str | None = None
    type_column: str | None = None
    installed_column: str | None = None
    installed_only: bool = False  # a list of installed devices, without codes
    installed_by_us: bool = True  # where no installed column says it row by row
    source: str = ""


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that cannot be taken."""

    where: str  # codes.xlsx > Sheet1 > row 14
    row: int
    order: int  # among the rows of all sheets, from 1
    device: str  # as far as it is readable, else empty
    reason: str

    @property
    def fault(self) -> BadInput:
        """The row as an error; it names the device, never a code."""
        said = f"{self.device}: {self.reason}" if self.device else self.reason
        return BadInput(said, place=mask_codes(self.where))


@dataclass(frozen=True, slots=True)
class Placed:
    """A record, and the row it came from."""

    record: VaultRecord
    table: Table = field(repr=False)
    row: int
    order: int

    @property
    def where(self) -> str:
        """Made when asked for: a large file has a million of these."""
        return self.table.place(self.row)

    def rejected(self, reason: str) -> RejectedRow:
        """The row as one that cannot be taken after all."""
        return RejectedRow(self.where, self.row, self.order, str(self.record.device), reason)


@dataclass(slots=True)
class CodeFile:
    """What a file says: each device once."""

    rows: int = 0
    repeated: int = 0  # rows that only say again what an earlier one said
    placed: dict[DeviceId, Placed] = field(default_factory=dict, repr=False)
    rejects: list[RejectedRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_code_file(
    name: str,
    content: bytes,
    reading: Reading,
    limits: Limits,
    today: date,
    progress: Progress | None = None,
) -> CodeFile:
    """Read a CSV or workbook; bad rows are collected in ``rejects``.

    Raises BadInput when the columns cannot be told or the file cannot be read at all.
    """
    if reading.installed_only and (reading.code_column or not reading.installed_by_us):
        raise BadInput(
            "a list of installed Devices has no codes and is installed by us",
            hint="leave out either --installed-only or --code-column and --not-installed",
        )
    roomy = replace(
        limits,
        rows=max(limits.rows, _MOST_ROWS),
        text_chars=max(limits.text_chars, _MOST_CHARS),
    )
    sheets, notes = open_sheets(name, content, roomy, partial(_choose, reading))
    read = CodeFile(notes=notes)
    total = sum(len(sheet.rows) for sheet in sheets)
    holders: dict[bytes, Placed] = {}
    for sheet in sheets:
        for row in sheet.rows:
            read.rows += 1
            if progress and read.rows % _STRIDE == 0:
                progress("reading", read.rows, total)
            _take(read, holders, sheet, row, reading, today)
    if progress:
        progress("reading", total, total)
    return read


def _choose(reading: Reading, table: Table) -> Sheet:
    hint = "say which column holds what: --device-column and --code-column, by header or letter"
    kind = ""
    if reading.device_column:
        device = named_column(table, reading.device_column)
    else:
        device, kind = device_column(table, hint)
    columns = {DEVICE: device}
    wanted = (
        (CODE, reading.code_column, Role.CODE, "--code-column"),
        (TYPE, reading.type_column, Role.TYPE, "--type-column"),
        (INSTALLED, reading.installed_column, Role.DENIAL, "--installed-column"),
    )
    for name, said, role, option in wanted:
        if said:
            columns[name] = named_column(table, said)
        elif said is None:
            found = by_role(table, role)
            column = sole_column(table, found, f"the {name}", f"name one with {option}")
            if column is not None:
                columns[name] = column
    if len(set(columns.values())) != len(columns):
        raise BadInput("two fields are to come from the same column", place=table.where)
    _check_code_column(reading, table, columns)
    return Sheet(table, columns, kind)


def _check_code_column(reading: Reading, table: Table, columns: dict[str, int]) -> None:
    if CODE in columns and reading.installed_only:
        raise BadInput(
            "there is a column of install codes, and --installed-only would drop it",
            place=table.where,
            hint="leave --installed-only out; rows without a code are taken as installed devices",
        )
    if CODE not in columns and not reading.installed_only:
        raise BadInput(
            "there is no column of install codes",
            place=table.where,
            hint="name it with --code-column; or, for a list of installed devices whose codes"
            " are not held, say --installed-only",
        )


def _take(
    read: CodeFile,
    holders: dict[bytes, Placed],
    sheet: Sheet,
    row: Row,
    reading: Reading,
    today: date,
) -> None:
    """Add one row to what was read, unless it is bad or contradicts an earlier one."""
    device = ""
    try:
        found = sheet.read_device(row)
        device = str(found)
        record = VaultRecord(
            device=found,
            code=_code(sheet, row),
            installed_by_us=_installed(sheet, row, default=reading.installed_by_us),
            device_type=_type(sheet, row),
            source=reading.source,
            imported_on=today,
        )
        placed = Placed(record, sheet.table, row.number, read.rows)
        first = read.placed.get(found)
        if first is not None:
            _require_same(first, record)
            read.repeated += 1
            return
        if record.code is not None:
            holder = holders.setdefault(record.code.raw, placed)
            if holder is not placed:
                raise BadInput(
                    f"the same install code as {holder.record.device} in row {holder.row}"
                )
        read.placed[found] = placed
    except BadInput as error:
        read.rejects.append(
            RejectedRow(sheet.place(row), row.number, read.rows, device, mask_codes(error.message))
        )


def _require_same(first: Placed, again: VaultRecord) -> None:
    """Two rows for one device must agree; which of two codes is right nobody can tell."""
    held = first.record
    if held.code != again.code:
        said = "another install code" if held.code and again.code else "and without a code once"
    elif held.installed_by_us != again.installed_by_us:
        said = "and only one of the rows says that we installed it"
    elif held.device_type != again.device_type:
        said = "another device type"
    else:
        return
    joined = said if said.startswith("and") else f"with {said}"
    raise BadInput(f"the Device stands in row {first.row} too, {joined}")


def _code(sheet: Sheet, row: Row) -> InstallCode | None:
    cell = sheet.cell(row, CODE)
    found = read_code_cell(cell, numeric=sheet.damaged(row, CODE))
    if isinstance(found, BadCode):
        raise BadInput(found.reason)
    if found is None and cell:
        raise BadInput("what stands in the code column is no install code")
    return found


def _type(sheet: Sheet, row: Row) -> str:
    cell = sheet.cell(row, TYPE)
    if not cell:
        return sheet.device_type
    named = device_type_of(cell)
    if not named:
        raise BadInput(
            "the device type is none of ESME, GSME, GPF, CHF, HCALCS, PPMID, IHD, CAD"
            ' (--type-column "" takes no type)'
        )
    return named


def _installed(sheet: Sheet, row: Row, *, default: bool) -> bool:
    if INSTALLED not in sheet.columns:
        return default
    said = sheet.cell(row, INSTALLED).casefold()
    if said not in _YES | _NO:
        # Never guessed: "not installed by us" is an answer that discharges a device.
        raise BadInput("the installed column says neither yes nor no")
    return said in _YES


def rejects_csv_rows(rejects: Sequence[RejectedRow]) -> list[tuple[str, str, str, str]]:
    """(sheet, row number, Device ID, reason) of each, for a file without codes."""
    return [
        (mask_codes(one.where.rpartition(" > ")[0]), str(one.row), one.device, one.reason)
        for one in rejects
    ]
