"""Read the parts of a mail (RFC 2045-2049) in linear time, under ceilings.

Each part is decoded once.  A part that passes a ceiling ends the reading of the whole mail, because
we must not answer a mail that was only half read.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from exchange.domain.limits import Limits
from exchange.errors import Unreadable
from exchange.parsing.mime.headers import (
    Headers,
    from_base64,
    head_end,
    header_fault,
    media_type,
    parse_params,
    part_fault,
    read_fields,
)

_NAME_BLANKS = re.compile(r"[\x00-\x1f\x7f]+")
_LONGEST_NAME: Final = 120
_LINE_END = re.compile(rb"(--)?[ \t]*(?:\r\n|\r|\n|\Z)")
_MAILS: Final = frozenset(("message/rfc822", "message/global"))


@dataclass(slots=True)
class Part:
    """One part: a leaf with its decoded content, or a container with children."""

    headers: Headers
    media: str
    params: dict[str, str]
    content: bytes = b""
    name: str = ""
    attached: bool = False  # Content-Disposition: attachment
    children: list[Part] = field(default_factory=list)

    @property
    def is_mail(self) -> bool:
        """Return whether this part carries a whole mail, its one child."""
        return self.media in _MAILS and bool(self.children)


class _Budget:
    """Counts parts over the whole mail."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.parts = 0
        self.mails = 0  # that are attached, around the part at hand
        self.fault = ""  # see ``part_fault``

    def spend(self, depth: int) -> None:
        self.parts += 1
        if self.parts > self.limits.parts:
            raise Unreadable(f"more than {self.limits.parts} parts")
        if depth > self.limits.depth:
            raise Unreadable(f"parts nested deeper than {self.limits.depth} levels")


def read_parts(raw: bytes, limits: Limits) -> Part:
    """Return the whole mail as a tree; raises Unreadable when it passes a ceiling."""
    if len(raw) > limits.mail_bytes:
        raise Unreadable(f"the mail has {len(raw):,} bytes, more than {limits.mail_bytes:,}")
    budget = _Budget(limits)
    mail = _read(_Slice(raw, 0, len(raw)), budget, 0, "text/plain", limits.header_bytes)
    mail.headers.fault = mail.headers.fault or budget.fault
    return mail


class _Slice(NamedTuple):
    """The bytes of a mail from ``start`` to ``end``: a part is not copied before it is decoded."""

    mail: bytes
    start: int
    end: int

    @property
    def content(self) -> bytes:
        return self.mail[self.start : self.end]


def _read(own: _Slice, budget: _Budget, depth: int, default: str, ceiling: int) -> Part:
    budget.spend(depth)
    ends = head_end(own.mail, ceiling, own.start, own.end)
    if ends is None:
        raise Unreadable(f"a header of more than {ceiling:,} bytes")
    head, body = own.mail[own.start : ends[0]], own._replace(start=ends[1])
    headers = read_fields(head)
    if depth == 0:
        headers.fault = header_fault(own.mail, ends)
    if not (budget.mails or budget.fault):
        budget.fault = part_fault(own.mail, own.start, ends, headers)
    if head.strip() and not len(headers):
        # No field at all: the text of this part begins at once, without the empty line.
        body = own
    declared = headers.get("content-type")
    media = media_type(declared) or default
    given = parse_params(declared) if declared else {}
    disposition = headers.get("content-disposition")
    placed = parse_params(disposition) if disposition else {}
    part = Part(
        headers,
        media,
        given,
        name=_name(placed.get("filename") or given.get("name", "")),
        attached=disposition.lstrip().lower().startswith("attachment"),
    )
    if media.startswith("multipart/") and given.get("boundary"):
        inner = "message/rfc822" if media == "multipart/digest" else "text/plain"
        bodies = _split(body, given["boundary"])
        if bodies:
            room = budget.limits.part_header_bytes
            part.children = [_read(one, budget, depth + 1, inner, room) for one in bodies]
            return part
    if media.startswith("multipart/"):
        part.media = "text/plain"  # a multipart without parts is read as text
    part.content = _decoded(body, headers.get("content-transfer-encoding"))
    if part.media in _MAILS and part.content.strip():
        whole = _Slice(part.content, 0, len(part.content))
        budget.mails += 1
        mail = _read(whole, budget, depth + 1, "text/plain", budget.limits.header_bytes)
        budget.mails -= 1
        part.children = [mail]
    return part


def read_mail_file(content: bytes, limits: Limits, depth: int) -> Part:
    """Return a mail that was attached as a file, ``depth`` levels down, as a tree.

    Raises Unreadable when it passes a ceiling.
    """
    whole = _Slice(content, 0, len(content))
    return _read(whole, _Budget(limits), depth, "text/plain", limits.header_bytes)


def _split(body: _Slice, boundary: str) -> list[_Slice]:
    """Return the bodies between the delimiter lines; an unclosed last one runs to the end."""
    mark = b"--" + boundary.encode("utf-8", "replace")
    mail, begin, end = body
    bodies: list[_Slice] = []
    start, at = -1, mail.find(mark, begin, end)
    while at >= 0:
        after = _LINE_END.match(mail, at + len(mark), end)
        if after and (at == begin or mail[at - 1] in b"\r\n"):
            if start >= 0:
                bodies.append(_Slice(mail, start, _before_line_end(mail, at, start)))
            start = after.end()
            if after.group(1):
                return bodies
        at = mail.find(mark, at + len(mark), end)
    if start >= 0:
        bodies.append(_Slice(mail, start, end))
    return bodies


def _before_line_end(body: bytes, at: int, start: int) -> int:
    """Return where a part ends: the line end before a delimiter does not belong to it."""
    if at - start >= 2 and body[at - 2 : at] == b"\r\n":
        return at - 2
    return max(start, at - 1)


def _decoded(own: _Slice, encoding: str) -> bytes:
    encoding = encoding.strip().strip("\"'").lower().partition(";")[0]
    if encoding == "base64":
        return from_base64(own.mail, own.start, own.end)
    body = own.content
    if encoding == "quoted-printable":
        if body.count(b"\r") != body.count(b"\r\n"):
            # The decoder drops everything from "=" and a lone carriage return to the next \n.
            body = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return binascii.a2b_qp(body)
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return uudecoded(body)
    return body


def uudecoded(body: bytes) -> bytes:
    """Decode the content between ``begin`` and ``end``; damaged lines are left out."""
    out = bytearray()
    inside = False
    for line in body.splitlines():
        if not inside:
            inside = line.startswith(b"begin ")
            continue
        if line.strip() == b"end":
            break
        try:
            out += binascii.a2b_uu(line)
        except binascii.Error:
            out += _uu_line(line)
    return bytes(out)


def _uu_line(line: bytes) -> bytes:
    """Decode a line, whatever pads its last group or follows it (a checksum, for example)."""
    size = (line[0] - 32) & 63 if line else 0
    try:
        return binascii.a2b_uu(line[: 1 - (-4 * size // 3)])
    except binascii.Error:
        return b""


def _name(text: str) -> str:
    """Return a file name without folders and control characters, shortened if need be."""
    bare = _NAME_BLANKS.sub(" ", text).replace("\\", "/").rpartition("/")[2].strip()
    if len(bare) <= _LONGEST_NAME:
        return bare
    stem, dot, ending = bare.rpartition(".")
    return f"{(stem or ending)[: _LONGEST_NAME - 12]}…{dot}{ending[:8]}" if dot else bare[:120]
