"""Check each row of a file of install codes or installed devices, and say what is wrong with it.

No reason, place or note ever repeats the text of a cell: it may be a code, or most of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice
from typing import Final

from exchange.domain.device import DeviceId, InstallCode, mask_codes
from exchange.domain.device_type import NAMED_TYPES
from exchange.domain.limits import Limits
from exchange.errors import BadInput
from exchange.parsing.identifiers.codes import CODE_DIGITS, BadCode, has_good_crc
from exchange.parsing.identifiers.separate_crc import read_code_and_crc
from exchange.parsing.reading.import_tables import (
    Role,
    Row,
    Table,
    crc_column_of,
    denies_installing,
    device_type_of,
)
from exchange.services.import_rows import (
    DEVICE,
    Sheet,
    by_role,
    code_columns,
    device_column,
    named_column,
    sole_column,
)

NO_CRC: Final = (
    "the install code has no CRC, and others of this list have one: it may have lost a group"
    ' of digits (--crc-column "" takes codes without a CRC)'
)
CODE: Final = "code"
CRC: Final = "crc"
TYPE: Final = "type"
INSTALLED: Final = "installed"
DATED: Final = "date"
# A worksheet has at most 1,048,576 rows; a CSV may be longer, but it is read as a whole.
_MOST_ROWS: Final = 3_000_000
_MOST_CHARS: Final = 500_000_000
_FIRST_DAY: Final = date(1970, 1, 1)
_SAMPLE_ROWS: Final = 200
_YES: Final = frozenset(("yes", "y", "true", "1"))
_NO: Final = frozenset(("no", "n", "false", "0"))


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read the file.

    A column is named by its header, letter or number; None means it is found by its header, an
    empty text that there is none.
    """

    device_column: str | None = None
    code_column: str | None = None
    crc_column: str | None = None  # of codes of 32 digits; empty: found too, but may be missing
    type_column: str | None = None
    installed_column: str | None = None
    installed_only: bool = False  # a list of installed devices, without codes
    installed_by_us: bool = True  # unless an installed column says it row by row
    source: str = ""
    date_column: str | None = None  # never found by its wording
    date_format: str = ""  # as strptime reads it; empty: 2026-11-03
    device_type: str = ""  # if neither a column nor a header says it

    def check(self) -> None:
        """Raise BadInput when the options contradict each other, or name no column."""
        if self.device_column is not None and not self.device_column.strip():
            raise BadInput(
                "the column of Device IDs is named by an empty text",
                hint="give its header, letter or number with --device-column, or leave that out",
            )
        if self.installed_only and (self.code_column or not self.installed_by_us):
            raise BadInput(
                "a list of installed Devices has no codes and is installed by us",
                hint="leave out either --installed-only or --code-column and --not-installed",
            )

    def type_of(self, sheet: Sheet) -> str:
        """Return the device type of rows that name none."""
        return sheet.device_type or self.device_type


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that cannot be imported."""

    where: str  # codes.xlsx > Sheet1 > row 14
    row: int
    order: int  # among the rows of all sheets, from 1
    device: str  # as far as it is readable, else empty
    reason: str

    @property
    def fault(self) -> BadInput:
        """Return the row as an error that names the device, never a code."""
        said = f"{self.device}: {self.reason}" if self.device else self.reason
        return BadInput(said, place=mask_codes(self.where))


@dataclass(frozen=True, slots=True)
class Fact:
    """The contents of a good row."""

    device: DeviceId
    code: InstallCode | None
    with_crc: bool  # the code came with its CRC
    installed: bool
    device_type: str
    day: date


def roomy(limits: Limits) -> Limits:
    """Return the limits for a file that a person imports and that is read as a whole."""
    return replace(
        limits,
        rows=max(limits.rows, _MOST_ROWS),
        text_chars=max(limits.text_chars, _MOST_CHARS),
    )


def choose_columns(reading: ReadOptions, table: Table) -> Sheet:
    """Find out which column of a table is which; raises BadInput if that is not clear."""
    hint = "name the columns by header or letter with --device-column and --code-column"
    kind = ""
    if reading.device_column:
        device = named_column(table, reading.device_column)
    else:
        device, kind = device_column(table, hint)
    columns = {DEVICE: device}
    wanted: tuple[tuple[str, str | None, Role | None, str], ...] = (
        (CODE, reading.code_column, Role.CODE, "--code-column"),
        (TYPE, reading.type_column, Role.TYPE, "--type-column"),
        (INSTALLED, reading.installed_column, Role.DENIAL, "--installed-column"),
        (DATED, reading.date_column, None, "--date-column"),
    )
    for name, said, role, option in wanted:
        if said:
            columns[name] = named_column(table, said)
        elif said is None and role is not None:
            found = code_columns(table) if name == CODE else by_role(table, role)
            column = sole_column(table, found, f"the {name}", f"name one with {option}")
            if column is not None:
                columns[name] = column
    if CODE in columns:
        crc = _crc_column(reading, table, columns)
        columns |= {} if crc is None else {CRC: crc}
    if len(set(columns.values())) != len(columns):
        raise BadInput("two fields are to be read from the same column", place=table.where)
    _check_code_column(reading, table, columns)
    return Sheet(table, columns, kind)


def _crc_column(reading: ReadOptions, table: Table, columns: dict[str, int]) -> int | None:
    if reading.crc_column:
        return named_column(table, reading.crc_column)
    # With the empty name too: a CRC may be missing then, but one that is there must fit.
    return crc_column_of(table, columns[CODE], columns.values())


def wants_crc(sheet: Sheet, reading: ReadOptions) -> bool:
    """Return whether a code without a CRC is refused, as the others of the sheet have one.

    36 digits that lost a group of four look like a code without its CRC.
    """
    if CODE not in sheet.columns or reading.crc_column == "":
        return False
    sample = islice(sheet.rows, _SAMPLE_ROWS)
    return CRC in sheet.columns or any(has_good_crc(sheet.cell(row, CODE)) for row in sample)


def remark_columns(sheet: Sheet, reading: ReadOptions) -> list[int]:
    """Return the columns of a status or remarks that may say that we did not install a Device.

    There is none where a column of yes and no says it, or the person who imports the list.
    """
    said = INSTALLED in sheet.columns or reading.installed_column is not None
    if said or not reading.installed_by_us:
        return []
    taken = set(sheet.columns.values())
    return [one for one in by_role(sheet.table, Role.REMARK) if one not in taken]


def check_remarks(row: Row, columns: Iterable[int]) -> None:
    """Raise BadInput if a row says that its Device was not installed by us."""
    if any(denies_installing(row.cells[at]) for at in columns if at < len(row.cells)):
        raise BadInput(
            "its words say that the Device was not installed by us (import such rows on their own"
            ' with --not-installed; --installed-column "" takes all as installed by us)'
        )


def _check_code_column(reading: ReadOptions, table: Table, columns: dict[str, int]) -> None:
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


def fact_of(
    sheet: Sheet,
    row: Row,
    device: DeviceId,
    reading: ReadOptions,
    today: date,
    *,
    crc_wanted: bool = False,
) -> Fact:
    """Return what a row says of its device; raises BadInput saying what is wrong with it.

    ``crc_wanted``: a code without its CRC is wrong.
    """
    code, with_crc = _code(sheet, row)
    if code is not None and crc_wanted and not with_crc:
        raise BadInput(NO_CRC)
    return Fact(
        device=device,
        code=code,
        with_crc=with_crc,
        installed=_installed(sheet, row, default=reading.installed_by_us),
        device_type=type_of(sheet.cell(row, TYPE), reading.type_of(sheet)),
        day=day_of(sheet.cell(row, DATED), reading, today),
    )


def _code(sheet: Sheet, row: Row) -> tuple[InstallCode | None, bool]:
    """Return the code of a row, and whether it came with its CRC."""
    cell = sheet.cell(row, CODE)
    found, digits = read_code_and_crc(
        cell,
        sheet.cell(row, CRC),
        numeric=sheet.damaged(row, CODE),
        numeric_crc=sheet.damaged(row, CRC),
    )
    if isinstance(found, BadCode):
        raise BadInput(found.reason)
    if found is None and cell:
        raise BadInput("the cell in the code column is not an install code")
    return found, found is not None and digits == CODE_DIGITS[1]


def type_of(cell: str, usual: str) -> str:
    """Return the device type that a cell names, ``usual`` if it is empty."""
    if not cell:
        return usual
    named = device_type_of(cell)
    if not named:
        raise BadInput(
            f'the device type is none of {", ".join(NAMED_TYPES)} (--type-column "" takes no type)'
        )
    return named


def _installed(sheet: Sheet, row: Row, *, default: bool) -> bool:
    if INSTALLED not in sheet.columns:
        return default
    return installed_of(sheet.cell(row, INSTALLED))


def installed_of(cell: str) -> bool:
    """Read the column "installed by us"; raises BadInput unless it is yes or no."""
    said = cell.casefold()
    if said not in _YES | _NO:
        # Never guess: "not installed by us" is an answer that discharges a device.
        raise BadInput("the installed column says neither yes nor no")
    return said in _YES


def day_of(cell: str, reading: ReadOptions, today: date) -> date:
    """Return the date of a cell, in the source's own format; today if it is empty."""
    if not cell:
        return today
    try:
        if reading.date_format:
            day = datetime.strptime(cell, reading.date_format).date()  # noqa: DTZ007
        else:
            day = date.fromisoformat(cell[:10])
    except ValueError:
        # A workbook stores dates as dates, whatever the source's text format.
        try:
            day = datetime.fromisoformat(cell).date()
        except ValueError:
            form = reading.date_format or "YYYY-MM-DD"
            raise BadInput(f"the date is not written as {form}") from None
    if not _FIRST_DAY <= day <= today:
        raise BadInput("the date is before 1970 or in the future")
    return day


def rejects_csv_rows(rejects: Iterable[RejectedRow]) -> Iterator[tuple[str, str, str, str]]:
    """Return (sheet, row number, Device ID, reason) of each, for a file without codes."""
    for one in rejects:
        sheet = mask_codes(one.where.rpartition(" > ")[0])
        yield sheet, str(one.row), one.device, one.reason
