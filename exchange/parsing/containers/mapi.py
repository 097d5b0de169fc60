"""Turn an Outlook item into a mail: shared by .msg files and winmail.dat.

The properties are those of [MS-OXPROPS]; a .msg file ([MS-OXMSG]) and a TNEF stream ([MS-OXTNEF])
hold the same ones, packed differently.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Final, TypeAlias

from exchange.errors import Unreadable
from exchange.parsing.containers.embedded import EmbeddedFile
from exchange.parsing.containers.naming import file_part, member_path
from exchange.parsing.containers.rtf import decompress, read_rtf
from exchange.parsing.mime.headers import Headers, collapse_blanks, read_fields
from exchange.parsing.mime.parts import Part
from exchange.parsing.text.charset import to_text

Value: TypeAlias = "str | bytes | int"

SUBJECT, SENDER_NAME, SENDER, SENT = 0x0037, 0x0C1A, 0x0C1F, 0x0039
SENDER_TYPE, SENDER_SMTP, SENT_BY_SMTP = 0x0C1E, 0x5D01, 0x5D02
SHOWN_TO, HEADERS, MESSAGE_ID, IN_REPLY_TO, REFERENCES = 0x0E04, 0x007D, 0x1035, 0x1042, 0x1039
BODY, RTF, HTML = 0x1000, 0x1009, 0x1013
CODEPAGE, MESSAGE_CODEPAGE = 0x3FDE, 0x3FFD
ATTACHED, SHORT_NAME, LONG_NAME, SHOWN_NAME = 0x3701, 0x3704, 0x3707, 0x3001
METHOD, MEDIA, HIDDEN = 0x3705, 0x370E, 0x7FFE
BY_REFERENCE: Final = (2, 3, 4, 7)  # PidTagAttachMethod: the file itself is somewhere else

_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_TICKS_PER_SECOND: Final = 10_000_000
_MEDIA = re.compile(r"[\w.+\-]{1,60}/[\w.+\-]{1,60}")


@dataclass(slots=True)
class ItemAttachment:
    """A file or an item attached to an item; it has neither when it could not be read."""

    properties: dict[int, Value] = field(default_factory=dict)
    item: Item | None = None
    other_program: bool = False  # an object of another program, which we do not support

    def take_file(self, embedded: EmbeddedFile | None) -> None:
        """Keep the file that an object holds; without one the object is another program's."""
        if embedded is None:
            self.other_program = True
            return
        self.properties[ATTACHED] = embedded.content
        if embedded.name:
            self.properties[LONG_NAME] = embedded.name

    @property
    def name(self) -> str:
        """Return the name that a person sees, without folders."""
        for tag in (LONG_NAME, SHORT_NAME, SHOWN_NAME):
            name = property_text(self.properties, tag)
            if name:
                return member_path(name).rpartition("/")[2]
        return ""


@dataclass(slots=True)
class Item:
    """A mail as Outlook keeps it."""

    properties: dict[int, Value] = field(default_factory=dict)
    attachments: list[ItemAttachment] = field(default_factory=list)


def property_text(properties: dict[int, Value], tag: int) -> str:
    """Return a property as text; 8-bit strings are decoded in the item's code page."""
    value = properties.get(tag, "")
    if isinstance(value, bytes):
        value = to_text(value, charset_of(properties))
    return value.rstrip("\0") if isinstance(value, str) else ""


def charset_of(properties: dict[int, Value]) -> str:
    """Return the mail charset of an item's 8-bit strings; empty when the item names none."""
    for tag in (CODEPAGE, MESSAGE_CODEPAGE):
        page = properties.get(tag)
        if isinstance(page, int) and 0 < page < 100_000:
            return {65001: "utf-8", 20127: "us-ascii", 28591: "iso-8859-1"}.get(page, f"cp{page}")
    return ""


def as_mail(item: Item, ceiling: int, warnings: list[str], where: str) -> Part:
    """Return the item as a mail: header, body renderings, attachments, and items as attached mails.

    ``ceiling``: the most bytes of header.  What cannot be read is added to ``warnings``.
    """
    bodies = _bodies(item, warnings, where)
    children = [Part(Headers([]), "multipart/alternative", {}, children=bodies)] if bodies else []
    for number, one in enumerate(item.attachments, 1):
        part = _attached(one, number, ceiling, warnings, where)
        if part is not None:
            children.append(part)
    return Part(headers_of(item, ceiling), "multipart/mixed", {}, children=children)


def _attached(
    one: ItemAttachment, number: int, ceiling: int, warnings: list[str], where: str
) -> Part | None:
    name = one.name
    if one.item is not None:
        title = collapse_blanks(property_text(one.item.properties, SUBJECT))
        called = name or title[:60] or f"item {number}"
        inner = as_mail(one.item, ceiling, warnings, f"{where} > {called}")
        return Part(Headers([]), "message/rfc822", {}, name=called, children=[inner])
    content = one.properties.get(ATTACHED)
    if isinstance(content, bytes) and content:
        media = property_text(one.properties, MEDIA).strip().lower()
        if not _MEDIA.fullmatch(media) or media.startswith(("multipart/", "message/")):
            media = ""
        # Named, so it is an attachment whatever its type: a body is in the item itself.
        return file_part(name or f"attachment {number}", content, media)
    if one.other_program:
        warnings.append(f"{where}: an embedded object of another program was not read")
    elif one.properties.get(METHOD) in BY_REFERENCE:
        warnings.append(f"{where} > {name or f'attachment {number}'} is only a link to a file")
    return None


def _bodies(item: Item, warnings: list[str], where: str) -> list[Part]:
    """Return the renderings of the body, plain text first."""
    bodies: list[Part] = []
    plain = property_text(item.properties, BODY)
    if plain.strip():
        bodies.append(_text("text/plain", plain))
    html = item.properties.get(HTML, b"")
    if isinstance(html, str):
        html = html.encode("utf-8", "surrogatepass")
    if isinstance(html, bytes) and html.strip(b"\0 \r\n"):
        params = {"charset": charset_of(item.properties)}
        bodies.append(Part(Headers([]), "text/html", params, html.rstrip(b"\0")))
        return bodies
    packed = item.properties.get(RTF, b"")
    if not isinstance(packed, bytes) or not packed:
        return bodies
    try:
        text, is_html = read_rtf(decompress(packed))
    except Unreadable as error:
        if not bodies:
            warnings.append(f"{where}: {error.message}")
        return bodies
    if is_html:
        bodies.append(_text("text/html", text))
    elif not bodies:
        bodies.append(_text("text/plain", text))
    return bodies


def _text(media: str, text: str) -> Part:
    content = text.encode("utf-8", "replace")
    return Part(Headers([]), media, {"charset": "utf-8"}, content)


def headers_of(item: Item, ceiling: int) -> Headers:
    """Return the header the mail came with, or one made of Outlook's properties.

    Unsent and internal mail comes without a header.
    """
    kept = property_text(item.properties, HEADERS)
    if kept.strip():
        headers = read_fields(kept.encode("utf-8", "replace")[:ceiling])
        if "from" in headers:
            return headers
    properties = item.properties
    fields = [("subject", _unencoded(property_text(properties, SUBJECT)))]
    address = next((one for one in _addresses(properties) if "@" in one), "")
    name = (
        collapse_blanks(property_text(properties, SENDER_NAME)).replace("\\", "").replace('"', "")
    )
    if address:
        fields.append(("from", f'"{_unencoded(name)}" <{address}>' if name else address))
    for tag, called in (
        (SHOWN_TO, "to"),
        (MESSAGE_ID, "message-id"),
        (IN_REPLY_TO, "in-reply-to"),
        (REFERENCES, "references"),
    ):
        value = collapse_blanks(property_text(properties, tag))
        if value:
            fields.append((called, value))
    sent = _sent(properties.get(SENT))
    if sent:
        fields.append(("date", sent))
    return Headers([(name, value[:ceiling]) for name, value in fields])


def _addresses(properties: dict[int, Value]) -> list[str]:
    return [
        collapse_blanks(property_text(properties, tag))
        for tag in (SENDER_SMTP, SENT_BY_SMTP, SENDER)
    ]


def _unencoded(text: str) -> str:
    """Return Outlook's Unicode text so that nothing in it looks like an encoded word (RFC 2047)."""
    return collapse_blanks(text).replace("=?", "= ?")


def _sent(value: Value | None) -> str:
    """Return a FILETIME (100 ns since 1601) as a Date field; empty when it is not one."""
    if isinstance(value, bytes) and len(value) == 8:
        (value,) = struct.unpack("<Q", value)
    if not isinstance(value, int) or value <= 0:
        return ""
    try:
        return format_datetime(_EPOCH + timedelta(seconds=value // _TICKS_PER_SECOND))
    except OverflowError:
        return ""
