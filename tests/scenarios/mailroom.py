"""Makes the mails of a story: what only a running stage knows is filled in.

``${sent:2:Message-ID}``  a header of the second mail we sent
``${text:2}``             its text, as it was sent
``${ref:2}``              our reference in it
``${envelope:2}``         the envelope sender that it left with
``${in:Subject}``         a header of the mail that an answering machine answers
``${number}``             grows with every mail an answering machine sends
``${xlsx:list.csv}``      base64 of a workbook made of a CSV, every cell text
``${numbers:list.csv}``   the same as Excel keeps it: what looks like a number is one
``${locked:PASSWORD:list.csv}``  the same as ``xlsx``, protected by a password
``${base64:file}``        a file in base64
``${filled:1:back.csv}``  base64 of our own workbook from the first mail we sent, filled in
``${filledcsv:1:back.csv}`` the same of our own CSV
``${nested:2000}``        parts within parts
``${lines:3000:X-A: b}``  a line as often as that
``${NAME}``               from the story's [names]
"""

from __future__ import annotations

import csv
import io
import re
from base64 import encodebytes
from collections.abc import Callable, Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile
from python_calamine import CalamineWorkbook

_PLACEHOLDER = re.compile(r"\$\{([^}]+)\}")


def parsed(raw: bytes) -> EmailMessage:
    """A mail as the standard library reads it."""
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def attachment(mail: EmailMessage, ending: str) -> bytes:
    """The content of the attachment whose name ends so."""
    for part in mail.iter_attachments():
        if str(part.get_filename()).endswith(ending):
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            return content
    raise AssertionError(f"no attachment {ending} in {mail['Subject']}")


class Mailroom:
    """Fills in the mails of one story."""

    def __init__(
        self,
        story: Path,
        names: Mapping[str, str],
        sent: Callable[[], list[EmailMessage]],
        senders: Callable[[], list[str]] = list,
    ) -> None:
        self._senders = senders
        self._story = story
        self._names = dict(names)
        self._sent = sent
        self._number = 0
        self._answered: EmailMessage | None = None

    def name(self, key: str, value: str) -> None:
        """Add a name."""
        self._names[key] = value

    def mail(self, name: str) -> bytes:
        """A mail of the story, with the line ends of the wire."""
        raw = self.file(name).read_bytes()
        if b"${" in raw:
            text = self.fill(raw.decode("utf-8", "surrogateescape"))
            raw = text.encode("utf-8", "surrogateescape")
        return raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")

    def answer_to(self, mail: EmailMessage, name: str) -> bytes:
        """What an answering machine makes of ``mail``."""
        self._answered = mail
        self._number += 1
        return self.mail(name)

    def file(self, name: str) -> Path:
        """A file of the story."""
        return self._story / name

    def fill(self, text: str) -> str:
        """Replace every placeholder."""
        return _PLACEHOLDER.sub(lambda match: self._value(match[1]), text)

    def _value(self, written: str) -> str:
        kind, _, rest = written.partition(":")
        makers: dict[str, Callable[[str], str]] = {
            "sent": self._header_sent,
            "envelope": self._envelope,
            "text": self._text_sent,
            "ref": self._ref,
            "in": self._header_answered,
            "xlsx": lambda name: _encoded(_workbook(self._rows(name), numbers=False)),
            "locked": lambda given: _encoded(self._locked(*given.split(":", 1))),
            "numbers": lambda name: _encoded(_workbook(self._rows(name), numbers=True)),
            "base64": lambda name: _encoded(self.file(name).read_bytes()),
            "filled": lambda given: _encoded(_workbook(self._filled(given), numbers=False)),
            "filledcsv": lambda given: _encoded(_csv(self._filled(given))),
            "nested": lambda depth: _nested(int(depth)),
            "lines": _lines,
        }
        if kind == "number":
            return str(self._number)
        return makers[kind](rest) if rest and kind in makers else self._names[written]

    def _text_sent(self, number: str) -> str:
        body = self._sent()[int(number) - 1].get_body(("plain",))
        return str(body.get_content()) if isinstance(body, EmailMessage) else ""

    def _header_sent(self, given: str) -> str:
        number, _, header = given.partition(":")
        return str(self._sent()[int(number) - 1][header])

    def _envelope(self, number: str) -> str:
        return self._senders()[int(number) - 1]

    def _ref(self, number: str) -> str:
        return str(self._sent()[int(number) - 1]["X-MP121-Exchange"]).partition("ref=")[2]

    def _header_answered(self, header: str) -> str:
        assert self._answered is not None
        return str(self._answered[header])

    def _rows(self, name: str) -> list[list[str]]:
        text = self.fill(self.file(name).read_text(encoding="utf-8"))
        return list(csv.reader(io.StringIO(text)))

    def _locked(self, password: str, name: str) -> bytes:
        return _protected(_workbook(self._rows(name), numbers=False), password)

    def _filled(self, given: str) -> list[list[str]]:
        """Our own list from a mail we sent, with the columns of a CSV put in device by device."""
        number, _, name = given.partition(":")
        book = CalamineWorkbook.from_filelike(
            io.BytesIO(attachment(self._sent()[int(number) - 1], ".xlsx"))
        )
        rows = [[str(cell) for cell in row] for row in book.get_sheet_by_index(0).to_python()]
        header, *lines = self._rows(name)
        answers = {line[0]: dict(zip(header[1:], line[1:], strict=True)) for line in lines}
        places = {title: rows[0].index(title) for title in header[1:]}
        for row in rows[1:]:
            for title, text in answers.pop(row[0], {}).items():
                row[places[title]] = text
        assert not answers, f"{sorted(answers)} do not stand in our list"
        return rows


def _protected(book: bytes, password: str) -> bytes:
    target = io.BytesIO()
    OOXMLFile(io.BytesIO(book)).encrypt(password, target)
    return target.getvalue()


def _workbook(rows: list[list[str]], *, numbers: bool) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_numbers": numbers})
    sheet = book.add_worksheet("Sheet1")
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell and numbers:
                sheet.write(at, column, cell)
            elif cell:
                sheet.write_string(at, column, cell)
    book.close()
    return target.getvalue()


def _csv(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def _encoded(content: bytes) -> str:
    return encodebytes(content).decode("ascii").rstrip("\n")


def _nested(depth: int) -> str:
    opened = (
        f"--b{level}\nContent-Type: multipart/mixed; boundary=b{level + 1}\n"
        for level in range(depth)
    )
    return "\n".join(opened)


def _lines(given: str) -> str:
    count, _, line = given.partition(":")
    return "\n".join([line] * int(count))
