"""The makings of corpus mails: bytes as real programs write them, and what must be read of them."""

from __future__ import annotations

import base64
import io
import quopri
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import xlsxwriter

from exchange.domain.device import InstallCode

# Device IDs and codes of this corpus: made up, or the public vectors.
D = [f"00-DB-12-34-56-78-90-{n:02X}" for n in range(0xA0, 0xC0)]
CODE = "83FED3407A939723A5C639B26916D505"
CODE_CRC = CODE + "C3B5"
OTHER = "83FED3407A939723A5C639B269161802"
OTHER_CRC = OTHER + "AEBB"
THIRD = "000102030405060708090A0B0C0D0E0F"
THIRD_CRC = InstallCode.parse(THIRD).with_crc
BAD_CRC = "5492072F8DE72829FEE139CF8ACA4F43EF21"

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def plain(device: str) -> str:
    return device.replace("-", "")


def colons(device: str) -> str:
    return device.replace("-", ":").lower()


def spaced(device: str) -> str:
    return device.replace("-", " ")


def grouped(code: str, size: int = 4) -> str:
    return " ".join(code[i : i + size] for i in range(0, len(code), size))


@dataclass
class Case:
    """One mail and what must be read of it; every list is the whole list, in order.

    devices: (device, where); answers: (device, outcome, code or None, where);
    rejects: (where, part of the reason); warnings: parts of warnings that must be there.
    """

    name: str
    raw: bytes
    kind: str
    subkind: str = ""
    devices: list[tuple[str, str]] = field(default_factory=list)
    answers: list[tuple[str, str, str | None, str]] = field(default_factory=list)
    rejects: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    bounces: list[tuple[str, bool, str, str]] = field(default_factory=list)
    returns_on: str | None = None
    sender: str | None = None
    own: list[str] = field(default_factory=list)
    passwords: list[str] = field(default_factory=list)  # on file for the contact
    columns: list[dict[str, object]] = field(default_factory=list)  # the same: column mappings


def part(
    content: bytes | str,
    media: str = "text/plain; charset=utf-8",
    *,
    name: str = "",
    how: str = "",
    disposition: str = "",
) -> bytes:
    """One part with its header; ``how`` is base64, qp or empty for none."""
    body = content.encode() if isinstance(content, str) else content
    fields = [f"Content-Type: {media}" + (f'; name="{name}"' if name else "")]
    if disposition or name:
        fields.append(
            f"Content-Disposition: {disposition or 'attachment'}"
            + (f'; filename="{name}"' if name else "")
        )
    if how == "base64":
        fields.append("Content-Transfer-Encoding: base64")
        body = base64.encodebytes(body)
    elif how == "qp":
        fields.append("Content-Transfer-Encoding: quoted-printable")
        body = quopri.encodestring(body)
    return "\r\n".join(fields).encode() + b"\r\n\r\n" + crlf(body)


def crlf(body: bytes) -> bytes:
    return body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def raw_part(content: bytes, media: str, name: str) -> bytes:
    """An attachment in base64, its bytes untouched."""
    head = (
        f'Content-Type: {media}; name="{name}"\r\n'
        f'Content-Disposition: attachment; filename="{name}"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    return head.encode() + crlf(base64.encodebytes(content))


def multi(subtype: str, *parts: bytes, boundary: str = "=_b0", more: str = "") -> bytes:
    """A multipart with its Content-Type header."""
    head = f'Content-Type: multipart/{subtype}; boundary="{boundary}"{more}\r\n\r\n'.encode()
    mark = f"--{boundary}\r\n".encode()
    body = b"".join(mark + one.rstrip(b"\r\n") + b"\r\n" for one in parts)
    return head + body + f"--{boundary}--\r\n".encode()


def mail(
    content: bytes | str,
    *,
    subject: str = "Install codes",
    sender: str = "Ann Other <ann@op-b.test>",
    to: str = "codes@op-a.test",
    date: str = "Mon, 02 Nov 2026 09:15:00 +0000",
    extra: Sequence[str] = (),
    number: int = 1,
) -> bytes:
    """A whole mail; ``content`` is a body text, or a part with its own header as bytes."""
    fields = [
        f"From: {sender}",
        f"To: {to}",
        f"Subject: {subject}",
        f"Date: {date}",
        f"Message-ID: <m{number}@op-b.test>",
        "MIME-Version: 1.0",
        *extra,
    ]
    head = "\r\n".join(fields).encode() + b"\r\n"
    return head + (part(content) if isinstance(content, str) else content)


def html(body: str) -> bytes:
    return part(
        f"<html><head><style>p.MsoNormal{{margin:0}}</style></head><body>{body}</body></html>",
        "text/html; charset=utf-8",
        how="qp",
    )


def both(text: str, body: str) -> bytes:
    return multi("alternative", part(text), html(body), boundary="=_alt")


def table(*rows: Sequence[str]) -> str:
    """An HTML table as Outlook pastes it from Excel."""
    lines = "".join(
        "<tr>"
        + "".join(f"<td><p class=MsoNormal>{cell}<o:p></o:p></p></td>" for cell in row)
        + "</tr>"
        for row in rows
    )
    return f"<table class=MsoNormalTable border=0 cellspacing=0>{lines}</table>"


def xlsx(*sheets: tuple[str, Sequence[Sequence[object]]], hidden: Sequence[str] = ()) -> bytes:
    """A workbook; numbers are written as numbers, the way Excel keeps them."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": datetime(2026, 11, 2, tzinfo=UTC)})
    for name, rows in sheets:
        sheet = book.add_worksheet(name)
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, str):
                    sheet.write_string(row, column, cell)
                elif cell is not None:
                    sheet.write(row, column, cell)
        if name in hidden:
            sheet.hide()
    book.close()
    return out.getvalue()


_ODS_NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)


def ods(name: str, rows: Sequence[Sequence[str | float]]) -> bytes:
    """An OpenDocument spreadsheet."""

    def cell(value: str | float) -> str:
        if isinstance(value, str):
            return (
                f'<table:table-cell office:value-type="string"><text:p>{value}</text:p>'
                "</table:table-cell>"
            )
        return f'<table:table-cell office:value-type="float" office:value="{value}"/>'

    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    content = (
        f'<?xml version="1.0"?><office:document-content {_ODS_NAMES} office:version="1.2">'
        f'<office:body><office:spreadsheet><table:table table:name="{name}">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0"?><manifest:manifest '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="/" '
        'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
        "</manifest:manifest>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path, text in (
            ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
            ("META-INF/manifest.xml", manifest),
            ("content.xml", content),
        ):
            archive.writestr(zipfile.ZipInfo(path, (2026, 11, 2, 0, 0, 0)), text)
    return out.getvalue()


def xls(name: str, rows: Sequence[Sequence[str | float]]) -> bytes:
    """A BIFF8 workbook in a compound file, as old Excel writes it ([MS-XLS], [MS-CFB])."""

    def record(kind: int, content: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(content)) + content

    def text(value: str, size: str) -> bytes:
        return struct.pack(size, len(value)) + b"\x00" + value.encode("latin-1")

    sheet = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 1997, 0, 6))
    for row, cells in enumerate(rows):
        for column, value in enumerate(cells):
            place = struct.pack("<HHH", row, column, 0)
            if isinstance(value, str):
                sheet += record(0x204, place + text(value, "<H"))
            else:
                sheet += record(0x203, place + struct.pack("<d", value))
    sheet += record(0x0A)
    head = record(0x809, struct.pack("<HHHHII", 0x600, 0x05, 0, 1997, 0, 6))
    start = len(head) + 4 + 6 + 2 + len(name) + 4
    bound = record(0x85, struct.pack("<IBB", start, 0, 0) + text(name, "<B"))
    return compound("Workbook", head + bound + record(0x0A) + sheet)


def compound(stream: str, content: bytes) -> bytes:
    """A compound file with one stream, kept out of the mini stream by its size."""
    content = content.ljust(max(4096, -(-len(content) // 512) * 512), b"\x00")
    sectors = len(content) // 512
    end, free, fat = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    table = [fat, end, *range(3, 2 + sectors), end]
    table += [free] * (128 - len(table))

    def entry(name: str, kind: int, child: int, first: int, size: int) -> bytes:
        wide = (name + "\x00").encode("utf-16-le")
        return (
            wide.ljust(64, b"\x00")
            + struct.pack("<HBBIII", len(wide), kind, 1, free, free, child)
            + b"\x00" * 36
            + struct.pack("<IQ", first, size)
        )

    directory = entry("Root Entry", 5, 1, end, 0) + entry(stream, 2, free, 2, len(content))
    directory += (b"\x00" * 68 + struct.pack("<III", free, free, free)).ljust(128, b"\x00") * 2
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\x00" * 16
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + b"\x00" * 6
        + struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0)
        + struct.pack("<I", 0)
        + struct.pack("<I", free) * 108
    )
    return header + struct.pack("<128I", *table) + directory + content
