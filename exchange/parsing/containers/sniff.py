"""Recognise what a part is by its bytes: names and media types are wrong too often."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from enum import Enum
from typing import Final

from exchange.parsing.text.charset import PADDING

XML_SHEET_URN: Final = "urn:schemas-microsoft-com:office:spreadsheet"
_XML_BOOK = re.compile(rb"<(?:\w{1,20}:)?Workbook[\s>]")
_XML_HEAD: Final = 4096
# An OpenDocument of one XML file (OpenDocument 1.3 part 3, 3.1.2), behind its namespaces.
_FLAT = re.compile(
    rb"<office:document\s[^>]*?\boffice:mimetype\s*=\s*[\"']"
    rb"application/vnd\.oasis\.opendocument\.(\w{1,20})"
)
_FLAT_HEAD: Final = 16_384
# SYLK and DIF keep no words that are struck out, and errors in ways of their own.
_OLD_SHEETS = re.compile(
    rb"ID;P[^\r\n]*\r?\n(?:[A-Z]{1,3};[^\r\n]*\r?\n){3}|TABLE\r?\n0,1\r?\n\"", re.S
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_TNEF = b"\x78\x9f\x3e\x22"
_PACKED = (b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07")
_RTF = b"{\\rtf"
# Readers accept what a gateway or a form has put before the head of a PDF, at the start of a line
# of the first 1,024 bytes (ISO 32000-1, annex H.3).
_LATE_PDF = re.compile(rb"^%PDF-\d\.\d\s", re.M)
_PDF_WITHIN: Final = 1024
_OFFICE = ("word/document.xml", "ppt/presentation.xml", "visio/document.xml")
_SHEET_MAIN = b"spreadsheetml.sheet.main+xml"
_LONGEST_TYPES = 1_000_000
_TAR, _TAR_AT = b"ustar", 257
# No workbook lists more than a few hundred files; listing a million costs seconds.
_LONGEST_DIRECTORY = 2_000_000
_BINARY = (
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"BM",
    b"II*\x00",
    b"MM\x00*",
    b"RIFF",
    b"\x7fELF",
    b"MZ",
    b"OggS",
    b"ID3",
)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|table|div|p|span|meta|o:p)[\s>/]", re.I)
_MAIL = re.compile(rb"(?:From \S|[A-Za-z][A-Za-z0-9-]{1,60}:[ \t\r\n])")
_MAIL_FIELD = re.compile(
    rb"^(?:From|Date|Subject|Message-ID|Received|Return-Path|MIME-Version|DKIM-Signature"
    rb"|Content-Type|Delivered-To|To):",
    re.I | re.M,
)
_MAIL_ONLY = re.compile(
    rb"^(?:Message-ID|Received|Return-Path|MIME-Version|DKIM-Signature|Content-Type):", re.I | re.M
)
_SEEN_FIELD = re.compile(rb"^(From|To|Date|Subject|Reply-To):", re.I | re.M)
_FIELD_LINE = re.compile(rb"[!-9;-~]{1,100}[ \t]*:")


class Shape(Enum):
    """The kinds of content that matter to us; everything else is OTHER."""

    WORKBOOK = "workbook"
    PROTECTED = "protected workbook"
    ARCHIVE = "archive"
    MAIL = "mail"
    OUTLOOK = "Outlook message"
    TNEF = "winmail.dat"
    DOCUMENT = "document"  # Word, PowerPoint, RTF, OpenDocument text
    PDF = "PDF"
    CALENDAR = "calendar"
    VCARD = "contact card"
    HTML = "HTML"
    TEXT = "text"
    EMPTY = "empty"
    OTHER = "other"


def shape_of(content: bytes) -> Shape:
    """Return the shape of ``content`` by its first bytes and, for containers, by what they list."""
    if not content.strip(b"\x00 \t\r\n"):
        return Shape.EMPTY
    if content.startswith(_ZIP):
        return _zip_shape(content)
    if content.startswith(_OLE):
        return _ole_shape(content)
    if content.startswith(_TNEF):
        return Shape.TNEF
    if content.startswith(_PACKED) or content[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR:
        return Shape.ARCHIVE
    head = content[:4096].lstrip()
    if head.startswith(b"%PDF-") or _LATE_PDF.search(head[:_PDF_WITHIN]):
        return Shape.PDF
    if head.startswith(_RTF):
        return Shape.DOCUMENT
    if head.startswith(b"BEGIN:VCALENDAR"):
        return Shape.CALENDAR
    if head.startswith(b"BEGIN:VCARD"):
        return Shape.VCARD
    if content.startswith(_BINARY) and not _is_text(head):
        return Shape.OTHER
    if _MAIL.match(head) and _is_mail(content[:16_384].lstrip()):
        return Shape.MAIL
    flat = flat_document(content)
    if is_xml_sheet(content) or flat == "spreadsheet":
        return Shape.WORKBOOK
    if flat or _OLD_SHEETS.match(head):
        return Shape.DOCUMENT
    if head[:1] == b"<" and _HTML.search(head):
        return Shape.HTML
    return Shape.TEXT if _is_text(content[:4096]) else Shape.OTHER


def _is_mail(head: bytes) -> bool:
    """Return whether the first block is a mail header, with a field that only machines write."""
    head = _first_block(head)
    return len(_MAIL_FIELD.findall(head)) >= 2 and bool(_MAIL_ONLY.search(head))


def _first_block(content: bytes) -> bytes:
    text = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return text.partition(b"\n\n")[0]


def has_mail_header(content: bytes) -> bool:
    """Return whether a text begins with a mail header, even one with only the fields people see.

    Weaker than MAIL: also true for a mail saved by hand, and for Outlook's block above a quotation.
    """
    head = _first_block(content[:16_384].lstrip())
    lines = [line for line in head.split(b"\n")[1:] if line[:1] not in (b" ", b"\t")]
    fields = {name.lower() for name in _SEEN_FIELD.findall(head)}
    return (
        b"from" in fields
        and len(fields) >= 3
        and bool(_MAIL.match(head))
        and all(_FIELD_LINE.match(line) for line in lines)
    )


def _is_text(head: bytes) -> bool:
    """Return whether these bytes are text: few control characters, or the NUL pattern of UTF-16."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        return True
    head = head.rstrip(PADDING.encode())
    nuls = head.count(0)
    if nuls and len(head) >= 4:
        even, odd = head[0::2].count(0), head[1::2].count(0)
        half = len(head) // 2
        return max(even, odd) > half * 0.4 and min(even, odd) < half * 0.1
    controls = sum(1 for byte in head if byte < 32 and byte not in b"\t\n\r\x0c\x1b\x0b")
    return controls <= len(head) // 100


def zip_directory_bytes(content: bytes) -> int:
    """Return the declared size of a ZIP's file list (APPNOTE 4.3.16, and 4.3.14 for ZIP64)."""
    end = content.rfind(b"PK\x05\x06")
    size = int.from_bytes(content[end + 12 : end + 16], "little") if end >= 0 else 0
    if size == 0xFFFFFFFF:
        large = content.rfind(b"PK\x06\x06", 0, end)
        size = int.from_bytes(content[large + 40 : large + 48], "little") if large >= 0 else 0
    return size


def _zip_shape(content: bytes) -> Shape:
    if zip_directory_bytes(content) > _LONGEST_DIRECTORY:
        return Shape.ARCHIVE
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                declared = archive.read("mimetype")
                if b"opendocument.spreadsheet" in declared:
                    return Shape.WORKBOOK
                if b"opendocument" in declared:
                    return Shape.DOCUMENT
            types = next((one for one in archive.infolist() if _is_types(one)), None)
            listed = archive.read(types) if types is not None else b""
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, EOFError,
            RuntimeError, IndexError, OverflowError):  # fmt: skip
        return Shape.ARCHIVE
    lowered = [name.replace("\\", "/").lstrip("/").lower() for name in names]
    if any(name.startswith("xl/workbook.") for name in lowered):
        return Shape.WORKBOOK
    if _SHEET_MAIN in listed.replace(b"\0", b""):  # the main part may have any name
        return Shape.WORKBOOK
    if any(name.endswith(".iwa") for name in lowered):
        return Shape.DOCUMENT  # Apple Numbers or Pages
    if "[content_types].xml" in lowered and any(name.startswith(_OFFICE) for name in lowered):
        return Shape.DOCUMENT
    return Shape.ARCHIVE


def _is_types(member: zipfile.ZipInfo) -> bool:
    """Return whether a member is the list of content types, and no larger than an honest one."""
    name = member.filename.replace("\\", "/").lstrip("/").lower()
    return name == "[content_types].xml" and member.file_size <= _LONGEST_TYPES


def _ole_shape(content: bytes) -> Shape:
    """Return the shape of a compound file; the names in its directory are in UTF-16."""
    if "__properties_version1.0".encode("utf-16-le") in content:
        return Shape.OUTLOOK  # whatever else its attachments hold
    if "EncryptedPackage".encode("utf-16-le") in content:
        return Shape.PROTECTED
    for stream in ("Workbook", "Book"):
        name = re.escape(f"{stream}\0".encode("utf-16-le"))
        if re.search(name, content, re.I):  # the names have no case
            return Shape.WORKBOOK
    for stream in ("WordDocument", "PowerPoint Document"):
        if re.search(re.escape(stream.encode("utf-16-le")), content, re.I):
            return Shape.DOCUMENT
    return Shape.OTHER


def is_xml_sheet(content: bytes) -> bool:
    """Return whether ``content`` begins like an XML Spreadsheet 2003."""
    head = content[:_XML_HEAD].lstrip(b"\xff\xfe").replace(b"\0", b"")
    return (
        head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
        and XML_SHEET_URN.encode() in head
        and bool(_XML_BOOK.search(head))
    )


def flat_document(content: bytes) -> str:
    """Return what a flat OpenDocument holds, such as ``spreadsheet``; "" for anything else."""
    head = content[:_FLAT_HEAD].lstrip(b"\xff\xfe").replace(b"\0", b"")
    if not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return ""
    found = _FLAT.search(head)
    return found[1].decode("ascii") if found else ""
