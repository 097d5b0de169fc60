"""Read the header fields of a mail or a part: in linear time, capped, never raising.

RFC 5322 section 2.2 (fields and folding), RFC 2047 (encoded words), RFC 2231 (parameters), RFC
2045 section 5 (media types).  The standard library is not used: it is quadratic on some input and
raises on other.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import unquote_to_bytes

from exchange.parsing.text.charset import known_charset, to_text

_FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]*:[ \t]*(.*)", re.DOTALL)
_HEAD_END = re.compile(rb"\r?\n[ \t]*\r?\n|\r[ \t]*\r")
# Some readers end the header at a line that is no field.  Mailboxes and old servers put the line
# "From ", marked or not, on top of a mail.
_NO_FIELD = re.compile(rb"(?:\A|\n)(?![ \t]|[!-9;-~]{1,100}[ \t]*:|>?From )[^\r\n]")
_ENDS_LINES = re.compile(rb"[\x0b\x0c\x1c-\x1e]")  # for some readers, as U+2028 does
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([BbQq])\?([^?\r\n]*)\?=")
_BETWEEN = re.compile(r"(\?=)[ \t\r\n]+(=\?[^?\s]{1,60}\?[BbQq]\?)")
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f\u0085\u2028\u2029]+")
_PARAM = re.compile(
    r";\s*([A-Za-z0-9_.\-]{1,60}(?:\*\d{1,3})?\*?)\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"?|([^;\"]*))",
    re.DOTALL,
)
_ANGLED = re.compile(r"<[^<>\s]{1,996}>")
_LONGEST_DATE: Final = 120
CONTENT_FIELDS: Final = ("content-type", "content-transfer-encoding", "content-disposition")


class Headers:
    """The fields of one header, in order; names are compared without case."""

    __slots__ = ("_fields", "_first", "fault")

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        self.fault = ""  # see ``header_fault``
        self._fields = fields
        self._first = dict(reversed(fields))

    def get(self, name: str) -> str:
        """Return the first field of this name, unfolded but not decoded, or the empty string."""
        return self._first.get(name.lower(), "")

    def all(self, name: str) -> list[str]:
        """Return every field of this name."""
        wanted = name.lower()
        return [value for key, value in self._fields if key == wanted]

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._first

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)


def head_end(
    content: bytes, ceiling: int, start: int = 0, end: int | None = None
) -> tuple[int, int] | None:
    """Return where the header that begins at ``start`` ends, and where its body begins.

    The first empty line separates them; None when the header is longer than ``ceiling`` bytes.
    """
    end = len(content) if end is None else end
    for blank in (b"\r\n", b"\n", b"\r"):
        if content.startswith(blank, start, end):
            return start, start + len(blank)
    found = _HEAD_END.search(content, start, min(end, start + ceiling + 4))
    if found:
        return found.start(), found.end()
    return None if end - start > ceiling else (end, end)


def header_fault(content: bytes, ends: tuple[int, int]) -> str:
    """Return why two readers may see two headers at the beginning of a mail, or an empty text.

    ``ends`` is what ``head_end`` returned.  Some readers end a line at a carriage return, a text at
    a NUL, or a header at a line of blanks or at one that is no field; others go on, and see other
    fields.
    """
    head = content[: ends[0]]
    if ends[0] == ends[1]:  # a header that was cut, perhaps within a line
        head = head.removesuffix(b"\r")
    why = _two_ways(head, content[ends[0] : ends[1]])
    if not why and ends[0] == ends[1]:
        head = head[: head.rfind(b"\n") + 1]
    if not why and _ENDS_LINES.search(head):
        why = "its header holds a control character that ends a line for some"
    if not why and (head[:1] in (b" ", b"\t") or _NO_FIELD.search(head)):
        why = "a line of its header is no header field"
    return f"{why}: another reader may see another sender" if why else ""


def part_fault(content: bytes, start: int, ends: tuple[int, int], headers: Headers) -> str:
    """Return why two readers may see two texts in the part that begins at ``start``, or nothing.

    ``ends`` is what ``head_end`` returned, ``headers`` what was read there.
    """
    why = _two_ways(content[start : ends[0]], b"") if start else ""
    if why:
        why = why.replace("its header", "the header of a part")
        return f"{why}: another reader may see another text"
    for name in CONTENT_FIELDS:
        if len(set(headers.all(name))) > 1:
            return f"it has two fields {name.title()}: another reader may see another text"
    return ""


def _two_ways(head: bytes, end: bytes) -> str:
    """Return what may split a header in two ways; ``end`` is the empty line after it."""
    if b"\0" in head:
        return "its header holds a NUL"
    if head.count(b"\r") != head.count(b"\r\n") or end.count(b"\r") != end.count(b"\r\n"):
        return "its header holds a bare carriage return"
    return "a line of blanks ends its header" if end.strip(b"\r\n") else ""


def read_fields(head: bytes) -> Headers:
    """Return the fields of a header; lines that are not fields are left out."""
    fields: list[tuple[str, str]] = []
    lines: list[bytes] = []

    def close() -> None:
        match = _FIELD.fullmatch(b" ".join(lines)) if lines else None
        if match:
            value = (
                to_text(match.group(2))
                if not match.group(2).isascii()
                else (match.group(2).decode("ascii"))
            )
            fields.append((match.group(1).decode("ascii").lower(), value.strip()))

    for line in head.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"):
        if line[:1] in (b" ", b"\t") and lines:
            lines.append(line.strip(b" \t"))
        else:
            close()
            lines = [line]
    close()
    return Headers(fields)


def decode_words(value: str) -> str:
    """Return a field's value with its encoded words decoded, as one line, no control characters."""
    if "=?" in value:
        value = _WORD.sub(_read_word, _BETWEEN.sub(r"\1\2", _BETWEEN.sub(r"\1\2", value)))
    return collapse_blanks(value)


def collapse_blanks(text: str) -> str:
    """Replace each run of blanks and control characters by one space, so no line end slips in."""
    return _BLANKS.sub(" ", text).strip()


def _read_word(match: re.Match[str]) -> str:
    charset, encoding, body = match.groups()
    charset = known_charset(charset.partition("*")[0])
    try:
        if encoding in "Bb":
            content = from_base64(body.encode("ascii", "ignore"))
        else:
            content = binascii.a2b_qp(body.encode("ascii", "ignore"), header=True)
    except (binascii.Error, ValueError):
        return match.group()
    if charset:
        try:
            return content.decode(charset)
        except (UnicodeError, ValueError):
            pass
    return to_text(content)


_AT_ONCE: Final = 1 << 20  # bytes of base64 decoded at a time
_NOT_BASE64: Final = bytes(
    set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
)


def from_base64(content: bytes, start: int = 0, end: int | None = None) -> bytes:
    """Decode base64, however damaged: other characters are dropped, missing padding is added.

    It is decoded in chunks, so that a large workbook is in memory once, not in three forms.
    """
    end = len(content) if end is None else end
    pieces, digits = list[bytes](), b""
    for at in range(start, end, _AT_ONCE):
        digits += content[at : min(at + _AT_ONCE, end)].translate(None, _NOT_BASE64)
        whole = len(digits) // 4 * 4
        pieces.append(binascii.a2b_base64(digits[:whole]))
        digits = digits[whole:]
    if len(digits) > 1:  # a single digit is not even a byte
        pieces.append(binascii.a2b_base64(digits + b"=" * (4 - len(digits))))
    return b"".join(pieces)


def media_type(value: str) -> str:
    """Return the media type of a Content-Type in lower case; empty when it is malformed."""
    kind = value.partition(";")[0].strip().lower()
    return (
        kind if re.fullmatch(r"[a-z0-9!#$&^_.+\-]{1,100}/[a-z0-9!#$&^_.+\-]{1,100}", kind) else ""
    )


def parse_params(value: str) -> dict[str, str]:
    """Return the parameters of a Content-Type or Content-Disposition, RFC 2231 pieces joined.

    Names are in lower case; values are decoded, including the quoted RFC 2047 words Outlook writes.
    """
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[bool, str]]] = {}
    for match in _PARAM.finditer(";" + value.partition(";")[2]):
        name = match.group(1).lower()
        text = match.group(2)
        text = re.sub(r"\\(.)", r"\1", text) if text is not None else (match.group(3) or "").strip()
        starred = name.endswith("*")
        base, _, number = name.rstrip("*").partition("*")
        if starred or number:
            pieces.setdefault(base, {}).setdefault(int(number or 0), (starred, text))
        else:
            plain.setdefault(name, decode_words(text))
    for base, numbered in pieces.items():
        plain[base] = _joined(numbered)
    return plain


def _joined(numbered: dict[int, tuple[bool, str]]) -> str:
    content, charset = b"", ""
    for index, (starred, text) in sorted(numbered.items()):
        if starred and not content and "'" in text and index == min(numbered):
            charset, _, text = text.partition("'")
            text = text.partition("'")[2]
        content += unquote_to_bytes(text) if starred else text.encode("utf-8", "replace")
    return collapse_blanks(to_text(content, charset))


def message_ids(value: str) -> tuple[str, ...]:
    """Return the Message-IDs of a field, with their angle brackets, in order."""
    return tuple(_ANGLED.findall(value))


def parse_date(value: str) -> datetime | None:
    """Return a Date field in UTC, or None when it is not a date."""
    if not value or len(value) > _LONGEST_DATE:
        return None
    try:
        stamp = parsedate_to_datetime(value)
        return (stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None
