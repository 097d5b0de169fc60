"""A request answered as one would first write it, with the libraries that everybody knows.

openpyxl reads it, a pattern a cell; each code is a Fernet token in a row over SQLAlchemy, asked
for by five hundred; XlsxWriter and ``csv`` write the answer; every device is an ORM row.  One
commit at the end.  It makes no audit log, knows no clock and never asks who is allowed what.
"""

from __future__ import annotations

import base64
import csv
import io
import re
from collections.abc import Iterable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Final

import xlsxwriter
from cryptography.fernet import Fernet
from sqlalchemy import Engine, LargeBinary, String, create_engine, insert, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from exchange.domain.device import crc16_x25

_KEY: Final = Fernet(base64.urlsafe_b64encode(bytes(range(32))))
_ID: Final = re.compile(r"[0-9A-Fa-f]{2}([-:. ]?)[0-9A-Fa-f]{2}(?:\1[0-9A-Fa-f]{2}){6}")
_AT_ONCE: Final = 500
_HEADER: Final = ("Device ID", "Outcome", "Install code", "Place")


class _Row(DeclarativeBase):
    pass


class CodeRow(_Row):
    """One code."""

    __tablename__ = "code"
    device: Mapped[str] = mapped_column(String(23), primary_key=True)
    token: Mapped[bytes] = mapped_column(LargeBinary)


class ItemRow(_Row):
    """One device of a request, and what was answered."""

    __tablename__ = "item"
    id: Mapped[int] = mapped_column(primary_key=True)
    device: Mapped[str] = mapped_column(String(23), index=True)
    place: Mapped[str]
    outcome: Mapped[str]


class LetterRow(_Row):
    """One mail to be sent."""

    __tablename__ = "letter"
    id: Mapped[int] = mapped_column(primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


def _engine(folder: Path) -> Engine:
    return create_engine(f"sqlite:///{folder / 'usual.db'}")


def make(folder: Path, codes: Iterable[tuple[str, bytes]]) -> None:
    """The database, with a row for each code."""
    engine = _engine(folder)
    _Row.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(
            insert(CodeRow),
            [{"device": device, "token": _KEY.encrypt(code)} for device, code in codes],
        )
    engine.dispose()


def answer(raw: bytes, folder: Path) -> int:
    """Answer one request; returns how many devices got a code."""
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    places = _asked(mail)
    engine = _engine(folder)
    with Session(engine) as session:
        codes = dict(_found(session, list(places)))
        rows = [
            (device, "provided" if device in codes else "unknown", codes.get(device, ""), place)
            for device, place in places.items()
        ]
        reply = EmailMessage()
        reply["From"], reply["To"] = str(mail["to"]), str(mail["from"])
        reply["Subject"] = f"Re: {mail['subject']}"
        reply["In-Reply-To"] = str(mail["message-id"])
        reply.set_content(f"Dear colleagues,\n\nplease find {len(codes)} codes attached.\n")
        reply.add_attachment(
            _workbook(rows, folder / "answer.xlsx"),
            maintype="application", subtype="octet-stream", filename="answer.xlsx",
        )  # fmt: skip
        reply.add_attachment(_csv(rows), maintype="text", subtype="csv", filename="answer.csv")
        session.add_all(
            ItemRow(device=device, place=place, outcome=outcome)
            for device, outcome, _code, place in rows
        )
        session.add(LetterRow(sealed=_KEY.encrypt(reply.as_bytes())))
        session.commit()
    engine.dispose()
    return len(codes)


def sealed_letter(folder: Path) -> bytes:
    """The one letter of the outbox, opened."""
    engine = _engine(folder)
    with Session(engine) as session:
        sealed = session.scalars(select(LetterRow.sealed)).one()
    engine.dispose()
    return _KEY.decrypt(sealed)


def _asked(mail: EmailMessage) -> dict[str, str]:
    """Every Device ID once, with the cell where it first stands."""
    import openpyxl  # of the bench group: only who measures needs it

    (part,) = mail.iter_attachments()
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    found: dict[str, str] = {}
    for sheet in book.worksheets:
        for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
            for cell in row:
                if isinstance(cell, str) and _ID.fullmatch(cell.strip()):
                    device = bytes.fromhex(re.sub(r"[-:. ]", "", cell)).hex("-").upper()
                    found.setdefault(device, f"{sheet.title}, row {number}")
    return found


def _found(session: Session, devices: list[str]) -> Iterator[tuple[str, str]]:
    """The codes that are held, as they are written."""
    for first in range(0, len(devices), _AT_ONCE):
        some = devices[first : first + _AT_ONCE]
        wanted = select(CodeRow.device, CodeRow.token).where(CodeRow.device.in_(some))
        for device, token in session.execute(wanted):
            code = _KEY.decrypt(token)
            full = (code + crc16_x25(code).to_bytes(2, "little")).hex().upper()
            yield device, " ".join(full[at : at + 4] for at in range(0, len(full), 4))


def _workbook(rows: list[tuple[str, str, str, str]], path: Path) -> bytes:
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("Answers")
    for number, row in enumerate([_HEADER, *rows]):
        sheet.write_row(number, 0, row)
    book.close()
    content = path.read_bytes()
    path.unlink()
    return content


def _csv(rows: list[tuple[str, str, str, str]]) -> bytes:
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(_HEADER)
    writer.writerows(rows)
    return target.getvalue().encode()
