"""From what is to be said to the bytes of a mail: RFC 5322 with CRLF, text, HTML, attachments."""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from hashlib import sha256
from typing import Final, Literal

import numpy as np

from exchange.errors import BadInput
from exchange.rendering.headers import POLICY, SUBJECT_LIMIT, message_id, reply_subject, thread
from exchange.rendering.shipped import shipped_folder
from exchange.rendering.templates import Templates
from exchange.rendering.wording import one_line

__all__ = ["Attachment", "Mail", "Templates", "compose", "reply_subject", "shipped_folder"]

TemplateName = Literal["answer", "request", "reminder", "breach", "escalation", "evidence"]

MARKER_HEADER: Final = "X-MP121-Exchange"
_NAME_LIMIT: Final = 100
_LINE_BYTES: Final = 57  # of content, in one base64 line of 76 characters
_ADDRESS = re.compile(r"([!#-'*+\-./-9=?A-Z^-~]{1,64})@([A-Za-z0-9.\-]{1,253}|\[[0-9A-Fa-f.:]+\])")
_CONTENT_TYPE = re.compile(r"([a-z]+)/([a-z0-9][a-z0-9.+\-]*)")
_UNSAFE_IN_NAME = re.compile(r'[\\/:*?"<>|;]')
# Of the control characters a text keeps only line ends and tabs; lone surrogates have no UTF-8.
_UNSENDABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail; its content stays out of ``repr``."""

    filename: str
    content_type: str  # text/csv
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
        """The value of Auto-Submitted (RFC 3834, section 5)."""
        return "auto-replied" if self.template == "answer" else "auto-generated"


def compose(mail: Mail, templates: Templates) -> bytes:
    """The whole mail.  The same ``mail`` and templates give the same bytes.

    Raises ConfigError when a template cannot be filled in, and BadInput when sender, recipient,
    Message-ID or date cannot stand in a header.  Subjects and thread references come from other
    people: whatever is in them, they are made harmless and never raise.
    """
    subject = mail.subject_override or templates.render(
        f"{mail.template}/subject.txt", mail.context
    )
    text = _sendable(templates.render(f"{mail.template}/body.txt", mail.context))
    html = _sendable(templates.render(f"{mail.template}/body.html", mail.context))

    message = EmailMessage(policy=POLICY)
    _set_headers(message, mail, one_line(subject, SUBJECT_LIMIT))
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    # Derived from everything that is said, so nobody can write a boundary into what we quote.
    seed = sha256("\0".join((mail.message_id, text, html)).encode()).hexdigest()[:32]
    message.set_boundary(f"=_{seed}-alternative")
    places = [f"=_{seed}-attachment-{nth}" for nth, _ in enumerate(mail.attachments)]
    for attachment, place in zip(mail.attachments, places, strict=True):
        _attach(message, attachment, place)
    if mail.attachments:
        message.set_boundary(f"=_{seed}-mixed")
    return _with_contents(message.as_bytes(), mail.attachments, places)


def _set_headers(message: EmailMessage, mail: Mail, subject: str) -> None:
    own_id = message_id(mail.message_id)
    if not own_id:
        raise BadInput("a Message-ID cannot be sent as it is", place="Message-ID")
    if mail.date.tzinfo is None:
        raise BadInput("the date of a mail has no time zone", place="Date")
    message["From"] = _address(mail.sender, mail.sender_name, "From")
    message["To"] = _address(mail.recipient, "", "To")
    message["Subject"] = subject
    message["Date"] = mail.date
    message["Message-ID"] = own_id
    parent = message_id(mail.in_reply_to)
    if parent:
        message["In-Reply-To"] = parent
    references = thread(mail.references, parent)
    if references:
        message["References"] = " ".join(references)
    message["Auto-Submitted"] = mail.auto_submitted
    # Not "All": that would also suppress the non-delivery reports which we need.
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    if mail.marker:
        message[MARKER_HEADER] = one_line(mail.marker, 200).encode("ascii", "replace").decode()


def _address(address: str, name: str, header: str) -> Address:
    found = _ADDRESS.fullmatch(address)
    if not found or ".." in address or address.startswith(".") or ".@" in address:
        raise BadInput(f"{one_line(address, 100)!r} is not a mail address", place=header)
    return Address(one_line(name, _NAME_LIMIT), username=found[1], domain=found[2])


def _sendable(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNSENDABLE.sub("\ufffd", lines).strip("\n") + "\n"


def _attach(message: EmailMessage, attachment: Attachment, place: str) -> None:
    """Add the part with ``place`` where its content will stand.

    EmailMessage would turn the content into text and split and join its lines twice over: 2.4 s
    for 60 MB against 0.4 s for putting the encoded bytes in afterwards.
    """
    kind = _CONTENT_TYPE.fullmatch(attachment.content_type)
    maintype, subtype = kind.groups() if kind else ("application", "octet-stream")
    name = _UNSAFE_IN_NAME.sub("_", one_line(attachment.filename, _NAME_LIMIT)).strip(". ")
    message.add_attachment(b"", maintype=maintype, subtype=subtype, filename=name or "attachment")
    (*_, part) = message.iter_attachments()
    part.set_payload(place)


def _with_contents(raw: bytes, attachments: tuple[Attachment, ...], places: list[str]) -> bytes:
    pieces: list[bytes | memoryview] = []
    for attachment, place in zip(attachments, places, strict=True):
        before, raw = raw.split(place.encode("ascii"), 1)
        pieces += [before, _base64(attachment.content)]
    return b"".join([*pieces, raw])


def _base64(content: bytes) -> bytes | memoryview:
    """Base64 in lines of 76 characters, parted by CRLF, without one at the end (RFC 2045, 6.8)."""
    whole = len(content) // _LINE_BYTES
    if not whole:
        return b2a_base64(content, newline=False)
    encoded = b2a_base64(memoryview(content)[: whole * _LINE_BYTES], newline=False)
    lines = np.empty((whole, 78), dtype=np.uint8)
    lines[:, :76] = np.frombuffer(encoded, dtype=np.uint8).reshape(whole, 76)
    lines[:, 76:] = (13, 10)
    rest = b2a_base64(memoryview(content)[whole * _LINE_BYTES :], newline=False)
    return lines.tobytes() + rest if rest else lines.tobytes()[:-2]
