"""Compose a mail as bytes: RFC 5322 with CRLF, text, HTML, attachments.

This does not use ``EmailMessage``, which parses and folds every value several times: 1.6 ms a
mail, against 0.2 ms here (docs/decisions/0007-due-work.md).  Every header passes
``rendering/headers.py``, which lets no value end its field.
"""

from __future__ import annotations

import re
from binascii import b2a_base64, b2a_qp
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.utils import encode_rfc2231, format_datetime
from functools import lru_cache
from hashlib import sha256
from typing import Final, Literal

import numpy as np

from exchange.errors import BadInput
from exchange.rendering.headers import (
    SUBJECT_LIMIT,
    free_text,
    message_id,
    reply_subject,
    structured,
    thread,
    verbatim,
)
from exchange.rendering.shipped import shipped_folder
from exchange.rendering.templates import Templates
from exchange.rendering.wording import one_line

__all__ = ["Attachment", "Mail", "Templates", "compose", "reply_subject", "shipped_folder"]

TemplateName = Literal[
    "answer", "list", "request", "query", "reminder", "breach", "escalation", "evidence", "alert"
]

MARKER_HEADER: Final = "X-MP121-Exchange"
_NAME_LIMIT: Final = 100
_LINE_BYTES: Final = 57  # of content, in one base64 line of 76 characters
_LINE_LENGTH: Final = 78  # with its CRLF
_LINES_AT_ONCE: Final = 1 << 14
_PLAIN_LINE: Final = 78  # characters that RFC 5322 (2.1.1) wants a line to stay within
_LONG_LINE: Final = 800  # for HTML, which nobody reads as source; 998 are allowed
_KNOWN: Final = 1024  # folded headers in the cache: addresses and what every mail has
_ADDRESS = re.compile(r"([!#-'*+\-./-9=?A-Z^-~]{1,64})@([A-Za-z0-9.\-]{1,253}|\[[0-9A-Fa-f.:]+\])")
_CONTENT_TYPE = re.compile(r"([a-z]+)/([a-z0-9][a-z0-9.+\-]*)")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9._\-]{1,40}")
_UNSAFE_IN_NAME = re.compile(r'[\\/:*?"<>|;]')
# Of the control characters a text keeps only line ends and tabs; lone surrogates have no UTF-8.
_FINE: Final = bytes([9, 10, *range(32, 127)])
_UNSENDABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Attachment:
    """An attached file; ``repr`` leaves its content out."""

    filename: str
    content_type: str  # such as text/csv; text must be UTF-8
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Mail:
    """What to compose.  templates/README.md lists what each template's ``context`` must have."""

    template: TemplateName
    context: Mapping[str, object] = field(repr=False)
    sender_name: str
    sender: str  # addr-spec
    recipient: str  # addr-spec
    message_id: str  # fixed before the mail is composed: <left@right>
    date: datetime  # aware
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    subject_override: str = ""  # else the template's subject.txt
    marker: str = ""  # the value of X-MP121-Exchange
    attachments: tuple[Attachment, ...] = ()

    @property
    def auto_submitted(self) -> str:
        """Return the value of Auto-Submitted (RFC 3834, section 5)."""
        return "auto-replied" if self.template in ("answer", "list") else "auto-generated"


def compose(mail: Mail, templates: Templates) -> bytes:
    """Return the whole mail as bytes; the same ``mail`` and templates give the same bytes.

    Raises ConfigError when a template cannot be filled in, and BadInput when sender, recipient,
    Message-ID or date is not valid in a header.  Subjects and thread references come from other
    people: they are made harmless, whatever they contain, and never raise.
    """
    subject = mail.subject_override or templates.render(
        f"{mail.template}/subject.txt", mail.context
    )
    text = _sendable(templates.render(f"{mail.template}/body.txt", mail.context))
    html = _sendable(templates.render(f"{mail.template}/body.html", mail.context))
    # Hash the whole text, so that nobody can put the boundary into what we quote.
    seed = sha256("\0".join((mail.message_id, text, html)).encode()).hexdigest()[:32]
    body = _multipart(
        "alternative", f"=_{seed}-alternative", [_text("plain", text), _text("html", html)]
    )
    if mail.attachments:
        parts = [body, *map(_attached, mail.attachments)]
        body = _multipart("mixed", f"=_{seed}-mixed", parts)
    return b"".join([*_headers(mail, one_line(subject, SUBJECT_LIMIT)), *body])


# The pieces of a part: header fields, an empty line, content without a final line end.
Chunks = list[bytes | memoryview]


def _headers(mail: Mail, subject: str) -> Iterator[bytes]:
    own_id = message_id(mail.message_id)
    if not own_id:
        raise BadInput("the Message-ID is not valid", place="Message-ID")
    if mail.date.tzinfo is None:
        raise BadInput("the date of a mail has no time zone", place="Date")
    yield _address("From", mail.sender, mail.sender_name)
    yield _address("To", mail.recipient, "")
    yield free_text("Subject", subject)
    yield verbatim("Date", format_datetime(mail.date))
    yield verbatim("Message-ID", own_id)
    parent = message_id(mail.in_reply_to)
    if parent:
        yield verbatim("In-Reply-To", parent)
    references = thread(mail.references, parent)
    if references:
        yield verbatim("References", " ".join(references))
    yield _same("Auto-Submitted", mail.auto_submitted)
    # Not "All": that would also suppress the non-delivery reports which we need.
    yield _same("X-Auto-Response-Suppress", "OOF, AutoReply")
    if mail.marker:
        marker = one_line(mail.marker, 200).encode("ascii", "replace").decode()
        yield verbatim(MARKER_HEADER, marker)
    yield _same("MIME-Version", "1.0")


@lru_cache(maxsize=_KNOWN)
def _address(name: str, address: str, display: str) -> bytes:
    found = _ADDRESS.fullmatch(address)
    if not found or ".." in address or address.startswith(".") or ".@" in address:
        raise BadInput(f"{one_line(address, 100)!r} is not a mail address", place=name)
    said = one_line(display, _NAME_LIMIT)
    return structured(name, Address(said, username=found[1], domain=found[2]))


@lru_cache(maxsize=_KNOWN)
def _same(name: str, value: str) -> bytes:
    """Return a header field that many mails share, from the cache."""
    return verbatim(name, value)


def _sendable(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    # Checking each character in turn takes ten times as long.
    if lines.isascii():
        suspect = bool(lines.encode().translate(None, _FINE))
    else:
        suspect = not lines.replace("\n", "").isprintable()
    if suspect:
        lines = _UNSENDABLE.sub("\ufffd", lines)
    return lines.strip("\n") + "\n"


def _multipart(kind: str, boundary: str, parts: list[Chunks]) -> Chunks:
    mark = boundary.encode("ascii")
    pieces: Chunks = [verbatim("Content-Type", f'multipart/{kind}; boundary="{boundary}"'), b"\r\n"]
    for part in parts:
        pieces += [b"--", mark, b"\r\n", *part, b"\r\n"]
    pieces += [b"--", mark, b"--\r\n"]
    return pieces


def _text(subtype: str, text: str) -> Chunks:
    """Return a text part: 7bit if its lines allow it, else quoted-printable or base64."""
    lines = text.replace("\n", "\r\n")
    content: bytes | memoryview = lines.encode()
    longest = _PLAIN_LINE if subtype == "plain" else _LONG_LINE
    if len(content) == len(lines) and max(map(len, text.split("\n"))) <= longest:
        encoding = "7bit"
    # If more than one byte in three is escaped, base64 is shorter and no less readable.
    elif 3 * (len(content) - len(lines)) > len(content):
        encoding, content = "base64", _base64(lines.encode())
    else:
        encoding, content = "quoted-printable", b2a_qp(lines.encode())
    return [
        _same("Content-Type", f'text/{subtype}; charset="utf-8"'),
        _same("Content-Transfer-Encoding", encoding),
        b"\r\n",
        content,
    ]


def _attached(attachment: Attachment) -> Chunks:
    found = _CONTENT_TYPE.fullmatch(attachment.content_type)
    kind = found.group() if found else "application/octet-stream"
    if kind.startswith("text/"):
        kind += '; charset="utf-8"'  # else it means US-ASCII (RFC 2046, 4.1.2)
    name = _UNSAFE_IN_NAME.sub("_", one_line(attachment.filename, _NAME_LIMIT)).strip(". ")
    name = name or "attachment"
    return [
        _same("Content-Type", kind),
        _same("Content-Transfer-Encoding", "base64"),
        _disposition(name),
        b"\r\n",
        _base64(attachment.content),
    ]


def _disposition(name: str) -> bytes:
    """Return Content-Disposition (RFC 2183), with a non-ASCII name encoded as in RFC 2231."""
    if _PLAIN_NAME.fullmatch(name):
        return verbatim("Content-Disposition", f'attachment; filename="{name}"')
    named = f'="{name}"' if name.isascii() else "*=" + encode_rfc2231(name, "utf-8", "")
    return structured("Content-Disposition", f"attachment; filename{named}")


def _base64(content: bytes) -> bytes | memoryview:
    """Encode as base64 in lines of 76 characters, with CRLF between them (RFC 2045, 6.8)."""
    whole = len(content) // _LINE_BYTES
    if not whole:
        return b2a_base64(content, newline=False)
    view = memoryview(content)
    rest = b2a_base64(view[whole * _LINE_BYTES :], newline=False)
    written = np.empty(whole * _LINE_LENGTH + len(rest), dtype=np.uint8)
    lines = written[: whole * _LINE_LENGTH].reshape(whole, _LINE_LENGTH)
    lines[:, -2:] = (13, 10)
    for start in range(0, whole, _LINES_AT_ONCE):
        some = lines[start : start + _LINES_AT_ONCE, :-2]
        first = start * _LINE_BYTES
        encoded = b2a_base64(view[first : first + len(some) * _LINE_BYTES], newline=False)
        some[:] = np.frombuffer(encoded, dtype=np.uint8).reshape(some.shape)
    if not rest:
        return written[:-2].data
    written[-len(rest) :] = np.frombuffer(rest, dtype=np.uint8)
    return written.data
