"""Write device lists as workbooks and CSV: every cell is text, never a formula or a number.

Excel turns ``0012345678901234`` into a number and ``12345678901E2345`` into an exponent; cells
typed as text (number format ``@``) keep their content, also in the empty columns that the
recipient fills in.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, NamedTuple

from exchange.domain.columns.format_columns import Grid
from exchange.errors import BadInput
from exchange.rendering.bulk_rows import Rows, cleaned, csv_lines, in_batches
from exchange.rendering.sheet import SheetLayout, write_sheet
from exchange.rendering.wording import OutcomeWord, one_line

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV: Final = "text/csv"

SHEET_ROWS: Final = 1_048_575  # what Excel opens, below the header row
# Excel takes 32,767 UTF-16 units in a cell; nobody reads more than this.
_CELL_LIMIT: Final = 2_000
# What Excel and its like would run when they open a CSV; no Device ID or code begins so.
_FORMULA: Final = "=+-@\uff1d\uff0b\uff0d\uff20"
# Noncharacters are not legal in XML.
_NO_XML = re.compile("[\ufffe\uffff]")


# What a recipient can choose in the Outcome column of our request.
CHOICES: Final = (OutcomeWord.PROVIDED, OutcomeWord.NOT_INSTALLER, OutcomeWord.HELD)


class AnswerRow(NamedTuple):
    """Our answer on one device, cell by cell; ``repr`` leaves the code out."""

    device_id: str  # canonical; empty if it was not readable
    outcome: str  # an OutcomeWord
    install_code: str = ""  # grouped, with CRC; or empty
    reason: str = ""  # of an unreadable row with what was sent, made safe
    where: str = ""  # the place in the requester's own mail: request.xlsx > Sheet1 > row 14

    def __repr__(self) -> str:
        return f"AnswerRow({self.device_id!r}, {self.outcome!r}, {self.where!r})"


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One device we ask about.  MPxN is personal data: give it only if the recipient needs it."""

    device_id: str
    device_type: str = ""  # ESME, GSME ... or empty
    mpxn: str = field(default="", repr=False)
    note: str = ""


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """The workbook's properties; they never name a person."""

    title: str
    reference: str
    created: datetime  # aware


@dataclass(frozen=True, slots=True)
class Batches:
    """Rows with clean cells, in batches as they are written."""

    parts: list[Rows] = field(repr=False)

    def __len__(self) -> int:
        return sum(map(len, self.parts))


_ANSWERS: Final = SheetLayout(
    name="Devices",
    headers=("Device ID", "Outcome", "Install code", "Reason", "Your row"),
    widths=(26, 28, 50, 48, 40),
)
_REQUESTS: Final = SheetLayout(
    name="Devices",
    headers=("Device ID", "Device type", "Outcome", "Install code", "Reason"),
    widths=(26, 13, 28, 50, 48),
    choices=("C", tuple(CHOICES)),
)


def answer_batches(rows: Iterable[tuple[str, ...]]) -> Batches:
    """Prepare rows with the columns of AnswerRow once, to write both files of an answer."""
    return _batches(_ANSWERS, rows)


def answers_workbook(rows: Iterable[tuple[str, ...]] | Batches, facts: SheetFacts) -> bytes:
    """Return an XLSX with the columns of AnswerRow: Device ID, Outcome, Install code and so on.

    Raises BadInput beyond the 1,048,575 rows that a sheet holds.
    """
    return _workbook(_ANSWERS, rows, facts)


def answers_csv(rows: Iterable[tuple[str, ...]] | Batches) -> bytes:
    """Return the rows of ``answers_workbook`` as CSV.

    UTF-8 with BOM, CRLF, comma, quoted as in RFC 4180.
    """
    return _csv(_ANSWERS, rows)


def requests_workbook(rows: Iterable[RequestRow], facts: SheetFacts) -> bytes:
    """Return an XLSX with columns Device ID, Device type, Outcome, Install code, Reason.

    The recipient fills in the last three.  MPxN and Note follow them if a row has one.
    Raises BadInput beyond the 1,048,575 rows that a sheet holds.
    """
    layout, cells = _request_table(rows)
    return _workbook(layout, cells, facts)


def requests_csv(rows: Iterable[RequestRow]) -> bytes:
    """Return the rows of ``requests_workbook`` as CSV.

    UTF-8 with BOM, CRLF, comma, quoted as in RFC 4180.
    """
    layout, cells = _request_table(rows)
    return _csv(layout, cells)


def _request_table(rows: Iterable[RequestRow]) -> tuple[SheetLayout, Iterator[tuple[str, ...]]]:
    kept = tuple(rows)
    mpxn, note = any(row.mpxn for row in kept), any(row.note for row in kept)
    layout = SheetLayout(
        name=_REQUESTS.name,
        headers=_REQUESTS.headers + ("MPxN",) * mpxn + ("Note",) * note,
        widths=_REQUESTS.widths + (18,) * mpxn + (48,) * note,
        choices=_REQUESTS.choices,
    )
    cells = (
        (row.device_id, row.device_type, "", "", "") + (row.mpxn,) * mpxn + (row.note,) * note
        for row in kept
    )
    return layout, cells


def _batches(layout: SheetLayout, rows: Iterable[tuple[str, ...]] | Batches) -> Batches:
    """Return batches of rows whose cells are short, one line of legal XML, and stripped."""
    if isinstance(rows, Batches):
        return rows
    return Batches(in_batches(cleaned(Grid.of(rows, len(layout.headers)), _clean)))


def _clean(cell: str) -> str:
    # Nearly all cells are plain, and this is quicker than looking at each character.
    if cell.isascii() and cell.isprintable() and len(cell) <= _CELL_LIMIT and cell == cell.strip():
        return cell
    return _NO_XML.sub("\ufffd", one_line(cell, _CELL_LIMIT))


def _workbook(
    layout: SheetLayout, rows: Iterable[tuple[str, ...]] | Batches, facts: SheetFacts
) -> bytes:
    batches = _batches(layout, rows)
    if len(batches) > SHEET_ROWS:
        raise BadInput(f"a workbook holds {SHEET_ROWS:,} rows at most", hint="split the list")
    title, reference = _clean(facts.title), _clean(facts.reference)
    return write_sheet(layout, batches.parts, title, reference, facts.created.astimezone(UTC))


def _csv(layout: SheetLayout, rows: Iterable[tuple[str, ...]] | Batches) -> bytes:
    header = b",".join(map(_csv_cell, layout.headers)) + b"\r\n"
    lines = (csv_lines(batch, _csv_cell) for batch in _batches(layout, rows).parts)
    return b"".join([codecs.BOM_UTF8, header, *lines])


def _csv_cell(cell: str) -> bytes:
    """Encode one cell that is not empty, as in a line: quoted only where it must be.

    A quote mark goes before what a spreadsheet would run; no Device ID or code needs one.
    """
    if cell[0] in _FORMULA:
        cell = f"'{cell}"
    if '"' in cell or "," in cell:
        cell = '"' + cell.replace('"', '""') + '"'
    return cell.encode()
