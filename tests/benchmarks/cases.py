"""What is measured: each case ours and done the usual way, over one file, to one result."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import TYPE_CHECKING

from exchange.domain.device import crc16_x25
from exchange.domain.limits import DEFAULT
from exchange.parsing.reading.understand import understand
from exchange.services.codes.code_file import ReadOptions
from exchange.services.codes.code_stream import read_delivery
from exchange.services.codes.import_report import CodeSource, Delivered
from tests.benchmarks import made

if TYPE_CHECKING:
    import pandas

_ID = re.compile(r"[0-9A-Fa-f]{2}([-:. ]?)[0-9A-Fa-f]{2}(?:\1[0-9A-Fa-f]{2}){6}")
_TODAY = date(2026, 11, 22)
_CODE = re.compile(r"[0-9A-Fa-f]{4}(?: ?[0-9A-Fa-f]{4}){8}")


@dataclass(frozen=True)
class Case:
    """One line of the table.

    ``number`` is how many things the file holds at full size.  ``goal`` is in ``unit``: seconds
    are to stay below it, a rate above it; ``ratio`` is how many times the pace of the first of
    ``others`` is wanted, 0 where nothing is.
    """

    name: str
    unit: str  # "s", or "mails/s"
    number: int
    build: Callable[[int], bytes]
    ours: Callable[[bytes], int]  # returns how many Device IDs were found
    others: Mapping[str, Callable[[bytes], int]]  # by the words of the table
    goal: float
    ratio: float = 0.0
    peak_mb: int = 600


def _understood(raw: bytes) -> int:
    return len(understand(raw).devices)


def _attached(raw: bytes) -> bytes:
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    part = next(iter(mail.iter_attachments()))
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


def _searched(rows: Iterable[Sequence[object]]) -> int:
    """A pattern a cell: every Device ID once, with the row where it first stands."""
    first: dict[bytes, int] = {}
    for number, row in enumerate(rows, 1):
        for cell in row:
            if isinstance(cell, str):
                seen = _ID.fullmatch(cell.strip())
                if seen:
                    digits = re.sub(r"[-:. ]", "", seen.group())
                    first.setdefault(bytes.fromhex(digits), number)
    return len(first)


def _by_openpyxl(raw: bytes) -> int:
    import openpyxl  # only the process that measures it needs it

    book = openpyxl.load_workbook(io.BytesIO(_attached(raw)), read_only=True, data_only=True)
    return sum(_searched(sheet.iter_rows(values_only=True)) for sheet in book.worksheets)


def _by_pandas_xlsx(raw: bytes) -> int:
    import pandas

    sheets = pandas.read_excel(
        io.BytesIO(_attached(raw)), sheet_name=None, header=None, dtype=str, engine="openpyxl"
    )
    return sum(map(_searched_frame, sheets.values()))


def _by_pandas_csv(raw: bytes) -> int:
    import pandas

    return _searched_frame(
        pandas.read_csv(io.BytesIO(_attached(raw)), header=None, dtype=str, keep_default_na=False)
    )


def _searched_frame(frame: pandas.DataFrame) -> int:
    """A pattern a column: every Device ID once, with the row where it first stands."""
    import pandas

    found = []
    for name in frame.columns:
        column = frame[name].dropna().str.strip()
        listed = column[column.str.fullmatch(_ID)]
        found.append(listed.str.replace(r"[-:. ]", "", regex=True).str.upper())
    return len(pandas.concat(found).sort_index(kind="stable").drop_duplicates())


def _by_csv(raw: bytes) -> int:
    return _searched(csv.reader(io.StringIO(_attached(raw).decode(), newline="")))


def _by_lines(raw: bytes) -> int:
    return _searched([line] for line in _attached(raw).decode().splitlines())


def _by_body(raw: bytes) -> int:
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return _searched([line] for line in str(mail.get_content()).splitlines())


def _answered(raw: bytes) -> int:
    return len(understand(raw).answers)


def _searched_answers(rows: Iterable[Sequence[object]]) -> int:
    """A pattern a cell: every Device ID with its code, the CRC of each checked."""
    found: dict[bytes, bytes] = {}
    for row in rows:
        device, code = b"", b""
        for cell in row:
            text = cell.strip() if isinstance(cell, str) else ""
            if _ID.fullmatch(text):
                device = bytes.fromhex(re.sub(r"[-:. ]", "", text))
            elif _CODE.fullmatch(text):
                code = bytes.fromhex(re.sub(r"[-:. ]", "", text))
        if device and (not code or crc16_x25(code[:16]).to_bytes(2, "little") == code[16:]):
            found.setdefault(device, code)
    return len(found)


def _answers_by_openpyxl(raw: bytes) -> int:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(_attached(raw)), read_only=True, data_only=True)
    rows = (sheet.iter_rows(values_only=True) for sheet in book.worksheets)
    return sum(map(_searched_answers, rows))


def _answers_by_csv(raw: bytes) -> int:
    return _searched_answers(csv.reader(io.StringIO(_attached(raw).decode(), newline="")))


def _delivered(raw: bytes) -> int:
    """A delivery read for import: every row checked, in the columns that the vault takes."""
    source = CodeSource.of("codes.xlsx", raw)
    batches = read_delivery(
        source, ReadOptions(source="x"), DEFAULT, _TODAY, Delivered("codes.xlsx")
    )
    return sum(len(batch.rows) for batch in batches)


def _delivered_by_openpyxl(raw: bytes) -> int:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
    return sum(_searched_answers(sheet.iter_rows(values_only=True)) for sheet in book.worksheets)


def _small_mails(number: int) -> bytes:
    return b"".join(
        len(mail).to_bytes(4, "big") + mail for mail in map(made.small_mail, range(number))
    )


def _mails(raw: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(raw):
        size = int.from_bytes(raw[at : at + 4], "big")
        yield raw[at + 4 : at + 4 + size]
        at += 4 + size


def _all_understood(raw: bytes) -> int:
    return sum(map(_understood, _mails(raw)))


def _by_email(raw: bytes) -> int:
    found = 0
    for one in _mails(raw):
        mail = message_from_bytes(one, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        body = mail.get_body(("plain",))
        text = body.get_content() if body else ""
        assert str(mail["subject"])
        assert str(mail["from"])
        found += _searched([line] for line in text.splitlines())
    return found


CASES = (
    Case("understand 500,000 IDs in XLSX", "s", 500_000,
         lambda number: made.xlsx_mail(list(made.rows_of(number))), _understood,
         {"openpyxl read-only, a pattern a cell": _by_openpyxl,
          "pandas, a pattern a column": _by_pandas_xlsx}, 2.5, 9.0),
    Case("understand 500,000 IDs in CSV", "s", 500_000,
         lambda number: made.csv_mail(list(made.rows_of(number))), _understood,
         {"csv, a pattern a cell": _by_csv,
          "pandas, a pattern a column": _by_pandas_csv}, 1.0),
    Case("understand 500,000 IDs in plain text", "s", 500_000,
         lambda number: made.text_mail(list(made.rows_of(number))), _understood,
         {"str.splitlines, a pattern a line": _by_lines}, 1.0),
    Case("understand 500,000 IDs in CSV, every cell quoted", "s", 500_000,
         lambda number: made.quoted_mail(list(made.rows_of(number))), _understood,
         {"csv, a pattern a cell": _by_csv}, 1.5),
    Case("understand 500,000 IDs in a body", "s", 500_000,
         lambda number: made.body_mail(list(made.rows_of(number))), _understood,
         {"str.splitlines, a pattern a line": _by_body}, 1.0),
    Case("understand 500,000 answers in XLSX", "s", 500_000,
         lambda number: made.answers_xlsx_mail(list(made.answers_of(number))), _answered,
         {"openpyxl read-only, a pattern a cell, a CRC a code": _answers_by_openpyxl}, 3.0),
    Case("understand 500,000 answers in CSV", "s", 500_000,
         lambda number: made.answers_csv_mail(list(made.answers_of(number))), _answered,
         {"csv, a pattern a cell, a CRC a code": _answers_by_csv}, 3.0),
    Case("read 1,000,000 codes from XLSX for import", "s", 1_000_000,
         lambda number: made.workbook(list(made.delivery_of(number)), made.DELIVERY_HEADER),
         _delivered,
         {"openpyxl read-only, a pattern a cell, a CRC a code": _delivered_by_openpyxl}, 6.0,
         peak_mb=300),
    Case("understand 10,000 small requests", "mails/s", 10_000, _small_mails, _all_understood,
         {"email policy.default, a pattern a line": _by_email}, 1500.0),
)  # fmt: skip
