"""Decode bytes to text, whatever charset they claim to be in."""

from __future__ import annotations

import codecs
import re
from typing import Final

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: it begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
PADDING: Final = "\x00\x1a"  # what some programs write after the end of a text
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:\-]{0,39}")
# Python has "encodings" that are not mail charsets, and some take quadratic time (idna).
_FAMILIES = re.compile(
    r"(?:iso-?8859-\d+|cp\d{3,4}|koi8-[rut]|mac-\w+|utf-(?:7|8|8-sig|16|16-le|16-be|32|32-le|32-be)"
    r"|ascii|big5(?:hkscs)?|gb(?:2312|k|18030)|shift_jis(?:_2004|x0213)?|euc_(?:jp|kr|jis_2004)"
    r"|iso2022_(?:jp|kr)\w*|hz|tis-620|hp-roman8|johab|ptcp154)"
)
_SEVEN_BIT: Final = frozenset({"utf-7", "hz", "iso2022_jp", "iso2022_kr"})


def known_charset(name: str) -> str:
    """Return Python's name for a mail charset, or the empty string."""
    name = name.strip().strip("\"'")
    if not _NAME.fullmatch(name):
        return ""
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError, UnicodeError):
        return ""
    return found if _FAMILIES.fullmatch(found) else ""


def to_text(content: bytes, declared: str = "") -> str:
    """Decode ``content``; ``declared`` is a hint that a BOM or the bytes themselves overrule.

    Never raises: at worst every byte is read as a character of Windows-1252 or Latin-1.  NUL and
    Ctrl-Z at the end, with which some programs pad a file, are left out.
    """
    return _decoded(content, declared).rstrip(PADDING)


def _decoded(content: bytes, declared: str) -> str:
    for bom, name in _BOMS:
        if content.startswith(bom):
            return content[len(bom) :].decode(name, "replace")
    utf16 = _utf16_without_bom(content)
    if utf16:
        return content.decode(utf16, "replace")
    charset = known_charset(declared) if declared else ""
    if charset in _SEVEN_BIT or charset.startswith("iso2022"):
        text = _strict(content, charset)
        if text is not None:
            return text
    # Bytes outside ASCII that are valid UTF-8 are hardly ever anything else, whatever is declared.
    for name in ("utf-8", charset, "cp1252"):
        text = _strict(content, name) if name else None
        if text is not None:
            return text
    return content.decode("latin-1")


def _strict(content: bytes, name: str) -> str | None:
    try:
        return content.decode(name)
    except (UnicodeError, LookupError, ValueError):
        return None


def _utf16_without_bom(content: bytes) -> str:
    """Recognise UTF-16 without a BOM: Latin text has a NUL in every other byte."""
    head = content[:4000]
    if len(head) < 4 or b"\x00" not in head:
        return ""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if odd > half * 0.4 and even < half * 0.1:
        return "utf-16-le"
    if even > half * 0.4 and odd < half * 0.1:
        return "utf-16-be"
    return ""
