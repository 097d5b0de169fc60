"""Read winmail.dat, the Transport Neutral Encapsulation Format ([MS-OXTNEF]), in one pass.

We use the declared lengths (so a workbook keeps its last zero bytes), copy nothing for an
attribute, and after a damaged property lose only the rest of its own list.
"""

from __future__ import annotations

import struct
from typing import Final

from exchange.domain.mail import Reject
from exchange.errors import Unreadable
from exchange.parsing.containers import mapi
from exchange.parsing.containers.embedded import file_in_compound
from exchange.parsing.containers.mapi import Item, ItemAttachment, Value
from exchange.parsing.containers.openers import Budget, InnerPart, Opened

TNEF_MAGIC: Final = b"\x78\x9f\x3e\x22"
_HEAD = struct.Struct("<BII")  # level, attribute, length
_MESSAGE_CLASS, _SUBJECT, _BODY, _CODEPAGE = 0x8008, 0x8004, 0x800C, 0x9007
_PROPERTIES, _NEW_ATTACHMENT, _TITLE, _FILE, _ATTACHMENT_PROPERTIES = (
    0x9003, 0x9002, 0x8010, 0x800F, 0x9005,
)  # fmt: skip
_MESSAGE_ITEM = bytes.fromhex("0703020000000000c000000000000046")  # IID_IMessage
_INTERFACE: Final = 16  # bytes of the interface ID before an object
_MANY: Final = 0x1000
_FIXED: Final = {
    0x01: 0, 0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8,
    0x40: 8, 0x48: 16,
}  # fmt: skip
_STRING, _UNICODE, _BINARY, _OBJECT = 0x1E, 0x1F, 0x102, 0x0D
_INTEGERS: Final = (0x02, 0x03, 0x0B)


def open_tnef(where: str, content: bytes, budget: Budget, depth: int) -> Opened:
    """Open the mail in a winmail.dat; raises Unreadable when the mail's ceilings are passed."""
    opened = Opened()
    item, whole = _item(where, content, budget, depth)
    if not whole:
        reason = "Outlook's winmail.dat is damaged: a part of it may be missing"
        opened.rejects.append(Reject(where, reason, where))
    part = mapi.as_mail(item, budget.limits.header_bytes, opened.warnings, where)
    opened.inner.append(InnerPart("", part, mail=True, same_mail=True))
    return opened


def _item(where: str, content: bytes, budget: Budget, depth: int) -> tuple[Item, bool]:
    """Return the item in one TNEF stream, and whether the stream was complete."""
    budget.check_depth(depth, where)
    item = Item()
    attachment = ItemAttachment()
    place, end = 6, len(content)
    while place + _HEAD.size <= end:
        level, attribute, length = _HEAD.unpack_from(content, place)
        start = place + _HEAD.size
        if level not in (1, 2) or start + length > end:
            return item, False
        value = content[start : start + length]
        place = start + length + 2
        name = attribute & 0xFFFF
        if name == _NEW_ATTACHMENT or (level == 2 and not item.attachments):
            attachment = ItemAttachment()
            item.attachments.append(attachment)
            budget.count_files(1, where)
        if level == 1:
            _message_attribute(where, item, name, value, budget)
        elif name == _TITLE:
            attachment.properties.setdefault(mapi.SHORT_NAME, value.rstrip(b"\0"))
        elif name == _FILE:
            budget.count_bytes(length, where)
            attachment.properties[mapi.ATTACHED] = value
        elif name == _ATTACHMENT_PROPERTIES:
            _attachment_properties(where, attachment, value, budget, depth)
    charset = {key: item.properties[key] for key in (mapi.CODEPAGE,) if key in item.properties}
    for one in item.attachments:
        one.properties = {**charset, **one.properties}
    return item, place >= end - 2


def _message_attribute(where: str, item: Item, name: int, value: bytes, budget: Budget) -> None:
    if name == _SUBJECT:
        item.properties.setdefault(mapi.SUBJECT, value.rstrip(b"\0"))
    elif name == _BODY:
        item.properties.setdefault(mapi.BODY, value.rstrip(b"\0"))
    elif name == _CODEPAGE and len(value) >= 4:
        item.properties.setdefault(mapi.CODEPAGE, int.from_bytes(value[:4], "little"))
    elif name == _PROPERTIES:
        budget.count_bytes(len(value), where)
        item.properties.update(_properties(value))


def _attachment_properties(
    where: str, attachment: ItemAttachment, value: bytes, budget: Budget, depth: int
) -> None:
    budget.count_bytes(len(value), where)
    found = _properties(value)
    held = found.pop(mapi.ATTACHED, None)
    attachment.properties.update(found)
    if not isinstance(held, bytes):
        return
    if held.startswith(_MESSAGE_ITEM):
        inner = held[len(_MESSAGE_ITEM) :]
        if inner.startswith(TNEF_MAGIC):
            called = attachment.name or "item"
            attachment.item, whole = _item(f"{where} > {called}", inner, budget, depth + 1)
            if not whole and not attachment.item.properties:
                raise Unreadable("a damaged item in winmail.dat", place=f"{where} > {called}")
    elif len(held) > _INTERFACE and found.get(mapi.METHOD) == 6:
        attachment.take_file(file_in_compound(held[_INTERFACE:]))
    else:
        attachment.properties.setdefault(mapi.ATTACHED, held)


def _properties(content: bytes) -> dict[int, Value]:
    """Return a list of MAPI properties, up to the place where it is damaged."""
    found: dict[int, Value] = {}
    try:
        (count,) = struct.unpack_from("<I", content)
        place = 4
        for _ in range(count):
            kind, tag = struct.unpack_from("<HH", content, place)
            place += 4
            if tag >= 0x8000:
                place = _after_name(content, place)
            value, place = _value(content, place, kind)
            if value is not None:
                found[tag] = value
    except (struct.error, UnicodeDecodeError):
        pass  # truncated: keep what was read so far
    return found


def _after_name(content: bytes, place: int) -> int:
    """Return the place after the name of a named property: a GUID, and a number or a text."""
    kind, size = struct.unpack_from("<II", content, place + 16)
    place += 24
    return place + _padded(size) if kind else place


def _value(content: bytes, place: int, kind: int) -> tuple[Value | None, int]:
    """Return the value of a property (None for several), and the place after it."""
    many, kind = bool(kind & _MANY), kind & ~_MANY
    fixed = _FIXED.get(kind)
    if fixed is not None:
        if many:
            (count,) = struct.unpack_from("<I", content, place)
            return None, place + 4 + count * fixed
        if place + fixed > len(content):
            raise struct.error("cut short")
        raw = content[place : place + fixed]
        if kind in _INTEGERS:
            return int.from_bytes(raw, "little"), place + fixed
        return (raw or None), place + fixed
    if kind not in (_STRING, _UNICODE, _BINARY, _OBJECT):
        raise struct.error("an unknown type: its length is not known either")
    (count,) = struct.unpack_from("<I", content, place)
    place += 4
    value: Value | None = None
    for _ in range(count):
        (size,) = struct.unpack_from("<I", content, place)
        place += 4
        if place + size > len(content):
            raise struct.error("cut short")
        if not many:
            raw = content[place : place + size]
            value = raw.decode("utf-16-le", "replace").rstrip("\0") if kind == _UNICODE else raw
            if kind == _STRING:
                value = raw.rstrip(b"\0")
        place += _padded(size)
    return value, place


def _padded(size: int) -> int:
    return (size + 3) & ~3
