"""Write device lists as workbooks and CSV: every cell is text, never a formula or a number.

Excel turns ``0012345678901234`` into a number and ``12345678901E2345`` into an exponent; cells
typed as text (number format ``@``) keep their content, also in the empty columns that the
recipient fills in.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Final, NamedTuple

from exchange.domain.columns.format_columns import Grid
from exchange.errors import BadInput
from exchange.rendering.bulk_rows import ROWS_AT_ONCE, cleaned, csv_lines
from exchange.rendering.sheet import SheetLayout, write_sheet
from exchange.rendering.wording import OutcomeWord, one_line

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV: Final = "text/csv"

SHEET_ROWS: Final = 1_048_575  # what Excel opens, below the header row
# Excel takes 32,767 UTF-16 units in a cell; nobody reads more than this.
_CELL_LIMIT: Final = 2_000
_ROWS_AT_ONCE: Final = 2_000
_BETWEEN: Final = "\x1f"  # never in a clean cell
# What Excel and its like would run when they open a CSV; no Device ID or code begins so.
_FORMULA: Final = "=+-@\uff1d\uff0b\uff0d\uff20"
_CSV_CARE: Final = ('"', ",", *(_BETWEEN + first for first in _FORMULA))
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


def answers_workbook(rows: Iterable[tuple[str, ...]], facts: SheetFacts) -> bytes:
    """Return an XLSX with the columns of AnswerRow: Device ID, Outcome, Install code and so on.

    Raises BadInput beyond the 1,048,575 rows that a sheet holds.
    """
    return _workbook(_ANSWERS, rows, facts)


def answers_csv(rows: Iterable[tuple[str, ...]]) -> bytes:
    """Return the same as CSV: UTF-8 with BOM, CRLF, comma, quoted as in RFC 4180."""
    return _csv(_ANSWERS.headers, rows)


def requests_workbook(rows: Iterable[RequestRow], facts: SheetFacts) -> bytes:
    """Return an XLSX with columns Device ID, Device type, Outcome, Install code, Reason.

    The recipient fills in the last three.  MPxN and Note follow them if a row has one.
    Raises BadInput beyond the 1,048,575 rows that a sheet holds.
    """
    layout, cells = _request_table(rows)
    return _workbook(layout, cells, facts)


def requests_csv(rows: Iterable[RequestRow]) -> bytes:
    """Return the same as CSV: UTF-8 with BOM, CRLF, comma, quoted as in RFC 4180."""
    layout, cells = _request_table(rows)
    return _csv(layout.headers, cells)


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


def _chunks(rows: Iterable[tuple[str, ...]]) -> Iterator[Sequence[tuple[str, ...]]]:
    """Yield batches of rows whose cells are short, one line of legal XML, and stripped.

    Checking a batch of plain rows as one text costs a fifth of checking every cell; in columns
    each different text is checked once.
    """
    if isinstance(rows, Grid):
        grid = cleaned(rows, _clean)
        yield from (grid[at : at + ROWS_AT_ONCE] for at in range(0, len(grid), ROWS_AT_ONCE))
        return
    source = iter(rows)
    while chunk := list(islice(source, _ROWS_AT_ONCE)):
        joined = _joined(chunk)
        bare = joined.replace(_BETWEEN, "")
        plain = bare.isascii() and bare.isprintable()
        plain = plain and len(joined) - len(bare) == sum(map(len, chunk)) + 1
        plain = plain and f"{_BETWEEN} " not in joined and f" {_BETWEEN}" not in joined
        if plain and max(map(len, joined.split(_BETWEEN))) <= _CELL_LIMIT:
            yield chunk
        else:
            yield [tuple(map(_clean, row)) for row in chunk]


def _joined(chunk: Iterable[tuple[str, ...]]) -> str:
    return _BETWEEN.join(["", *map(_BETWEEN.join, chunk), ""])


def _clean(cell: str) -> str:
    # Must give the same as for a plain batch, whatever is in other rows.
    if cell.isascii() and cell.isprintable() and len(cell) <= _CELL_LIMIT and cell == cell.strip():
        return cell
    return _NO_XML.sub("\ufffd", one_line(cell, _CELL_LIMIT))


def _workbook(layout: SheetLayout, rows: Iterable[tuple[str, ...]], facts: SheetFacts) -> bytes:
    return write_sheet(
        layout,
        _capped(_chunks(rows)),
        _clean(facts.title),
        _clean(facts.reference),
        facts.created.astimezone(UTC),
    )


def _capped(chunks: Iterable[Sequence[tuple[str, ...]]]) -> Iterator[Sequence[tuple[str, ...]]]:
    count = 0
    for chunk in chunks:
        count += len(chunk)
        if count > SHEET_ROWS:
            raise BadInput(f"a workbook holds {SHEET_ROWS:,} rows at most", hint="split the list")
        yield chunk


def _csv(headers: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> bytes:
    pieces = [codecs.BOM_UTF8, _csv_rows([headers])]
    for chunk in _chunks(rows):
        lines = csv_lines(chunk, _csv_cell) if isinstance(chunk, Grid) else None
        pieces.append(_csv_rows(chunk) if lines is None else lines)
    return b"".join(pieces)


def _csv_rows(chunk: Sequence[tuple[str, ...]]) -> bytes:
    joined = _joined(chunk)
    if not any(sign in joined for sign in _CSV_CARE):
        return "".join([f"{','.join(row)}\r\n" for row in chunk]).encode()
    target = io.StringIO(newline="")
    writer = csv.writer(target)  # comma, CRLF, quotes doubled and only where needed
    writer.writerows(map(_csv_cells, chunk))
    return target.getvalue().encode()


def _csv_cells(row: tuple[str, ...]) -> list[str]:
    """Put a quote mark before what a spreadsheet would run; no Device ID or code needs one."""
    return [f"'{cell}" if cell and cell[0] in _FORMULA else cell for cell in row]


def _csv_cell(cell: str) -> bytes:
    """Encode one cell that is not empty, as in a line."""
    return _csv_rows([(cell,)])[:-2]
