"""The mails that the benchmarks read: made once per run, the same bytes every time."""

from __future__ import annotations

import base64
import io
import random
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from exchange.domain.columns.format_columns import Grid
from exchange.domain.device import InstallCode
from exchange.rendering.sheet import SheetLayout, write_sheet

HEADER: Final = ("Device ID", "Device Type", "MPAN", "Supply Start", "Postcode")
_TYPES: Final = ("ESME", "GSME")
_WORKBOOK_PARTS: Final = {
    "[Content_Types].xml": (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-'
        'officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.'
        'openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        '<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.'
        'openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
    ),
    "_rels/.rels": (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
        ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/worksheet" Target="worksheets/sheet1.xml"/>'
        '<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    ),
}


def rows_of(number: int) -> Iterator[tuple[str, ...]]:
    """``number`` rows below ``HEADER``, every Device ID another one, one in fifty listed twice."""
    chance = random.Random(20261102)
    before = ""
    for index in range(number):
        device = f"00DB1234{(index * 2654435761) & 0xFFFFFFFF:08X}"
        written = "-".join(device[at : at + 2] for at in range(0, 16, 2))
        if index % 50 == 49:
            written = before
        before = written
        yield (
            written,
            _TYPES[index & 1],
            str(chance.randrange(10**12, 10**13)),
            f"2026-{1 + index % 12:02}-{1 + index % 28:02}",
            f"LE{index % 90 + 10} {index % 9 + 1}AB",
        )


DELIVERY_HEADER: Final = ("Device ID", "Install code", "Device type", "Delivered", "Batch")


def delivery_of(number: int) -> Iterator[tuple[str, ...]]:
    """``number`` rows below ``DELIVERY_HEADER``, as a manufacturer sends them."""
    chance = random.Random(20261122)
    for index in range(number):
        device = f"00DB1234{(index * 2654435761) & 0xFFFFFFFF:08X}"
        written = "-".join(device[at : at + 2] for at in range(0, 16, 2))
        code = InstallCode(chance.randbytes(16)).with_crc
        yield written, code, _TYPES[index & 1], f"2026-{1 + index % 9:02}-01", f"B{index // 500}"


def workbook(rows: Sequence[tuple[str, ...]], header: tuple[str, ...] = HEADER) -> bytes:
    """An XLSX of ``rows`` below ``header``, with shared strings, as Excel writes it."""
    numbers: dict[str, int] = {}
    sheet = [
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
        ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        f'<dimension ref="A1:E{len(rows) + 1}"/><sheetData>'
    ]
    for number, row in enumerate([header, *rows], 1):
        cells = [
            f'<c r="{"ABCDE"[at]}{number}" t="s">'
            f"<v>{numbers.setdefault(cell, len(numbers))}</v></c>"
            for at, cell in enumerate(row)
        ]
        sheet.append(f'<row r="{number}" spans="1:5">{"".join(cells)}</row>')
    sheet.append("</sheetData></worksheet>")
    strings = [
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
        f' count="{5 * (len(rows) + 1)}" uniqueCount="{len(numbers)}">',
        *(f"<si><t>{text}</t></si>" for text in numbers),
        "</sst>",
    ]
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _WORKBOOK_PARTS.items():
            archive.writestr(name, content)
        archive.writestr("xl/worksheets/sheet1.xml", "".join(sheet))
        archive.writestr("xl/sharedStrings.xml", "".join(strings))
    return made.getvalue()


def delimited(rows: Sequence[tuple[str, ...]], header: tuple[str, ...] = HEADER) -> bytes:
    """The same as CSV, as Excel writes it."""
    return "".join(",".join(row) + "\r\n" for row in [header, *rows]).encode("ascii")


def plain(rows: Sequence[tuple[str, ...]]) -> bytes:
    """The Device IDs alone, one a line."""
    return "".join(row[0] + "\r\n" for row in rows).encode("ascii")


ANSWER_HEADER: Final = ("Device ID", "Outcome", "Install code", "Reason")


def answers_of(number: int) -> Iterator[tuple[str, ...]]:
    """``number`` rows below ``ANSWER_HEADER``: a code each, one in ten denied instead."""
    chance = random.Random(20261103)
    for index in range(number):
        device = f"00DB1234{(index * 2654435761) & 0xFFFFFFFF:08X}"
        written = "-".join(device[at : at + 2] for at in range(0, 16, 2))
        if index % 10 == 9:
            yield (written, "not the installing supplier", "", "")
        else:
            code = InstallCode(chance.randbytes(16)).grouped
            yield (written, "install code provided", code, "")


def inline_workbook(rows: Sequence[tuple[str, ...]]) -> bytes:
    """An XLSX of ``rows`` below ``ANSWER_HEADER``, its texts inline, as our own replies have it."""
    layout = SheetLayout("Answers", ANSWER_HEADER, (25, 27, 50, 30))
    chunks = (Grid.of(rows[at : at + 5000], 4) for at in range(0, len(rows), 5000))
    return write_sheet(layout, chunks, "Answers", "", datetime(2026, 11, 2, tzinfo=UTC))


def quoted(rows: Sequence[tuple[str, ...]]) -> bytes:
    """The first four columns as CSV with every cell in quotes."""
    lines = (",".join(f'"{cell}"' for cell in row[:4]) + "\r\n" for row in [HEADER, *rows])
    return "".join(lines).encode("ascii")


def _head(subject: str, number: int = 0) -> str:
    return (
        "From: Meter Desk <codes@losing.example>\r\nTo: codes@ours.example\r\n"
        f"Subject: {subject}\r\nMessage-ID: <{number}.bench@losing.example>\r\n"
        "Date: Mon, 02 Nov 2026 09:30:00 +0000\r\nMIME-Version: 1.0\r\n"
    )


def mail_with(name: str, media: str, content: bytes) -> bytes:
    """A request that has ``content`` as its attachment, in base64."""
    return (
        (
            _head("Install code request")
            + 'Content-Type: multipart/mixed; boundary="=_part"\r\n\r\n'
            "--=_part\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
            "Hello,\r\n\r\nplease send us the install codes of the devices attached.\r\n\r\n"
            f'--=_part\r\nContent-Type: {media}; name="{name}"\r\n'
            f'Content-Disposition: attachment; filename="{name}"\r\n'
            "Content-Transfer-Encoding: base64\r\n\r\n"
        ).encode("ascii")
        + base64.encodebytes(content).replace(b"\n", b"\r\n")
        + b"--=_part--\r\n"
    )


def small_mail(number: int) -> bytes:
    """A request typed by hand: a few devices in the body, another list in every mail."""
    lines = [
        f"00-DB-12-34-{number >> 8 & 255:02X}-{number & 255:02X}-56-{at:02X}" for at in range(5)
    ]
    return (
        _head(f"Install codes please ({number})", number)
        + "Content-Type: text/plain; charset=utf-8\r\n\r\n"
        "Dear colleagues,\r\n\r\nwe have gained the following meters. Please send us their install"
        " codes.\r\n\r\n" + "\r\n".join(lines) + "\r\n\r\nKind regards,\r\nA. Person\r\n"
    ).encode("ascii")


def xlsx_mail(rows: Sequence[tuple[str, ...]]) -> bytes:
    """A request with a workbook."""
    media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return mail_with("request.xlsx", media, workbook(rows))


def csv_mail(rows: Sequence[tuple[str, ...]]) -> bytes:
    """A request with a CSV file."""
    return mail_with("request.csv", "text/csv", delimited(rows))


def text_mail(rows: Sequence[tuple[str, ...]]) -> bytes:
    """A request with a plain list."""
    return mail_with("devices.txt", "text/plain", plain(rows))


def quoted_mail(rows: Sequence[tuple[str, ...]]) -> bytes:
    """A request with a CSV file whose cells stand in quotes."""
    return mail_with("request.csv", "text/csv", quoted(rows))


def body_mail(rows: Sequence[tuple[str, ...]]) -> bytes:
    """A request with the plain list in its body."""
    words = "Hello,\r\n\r\nplease send us the install codes of these devices:\r\n\r\n"
    head = _head("Install code request") + "Content-Type: text/plain; charset=utf-8\r\n\r\n"
    return (head + words).encode("ascii") + plain(rows)


def answers_xlsx_mail(rows: Sequence[tuple[str, ...]]) -> bytes:
    """A reply of ours: four columns, texts inline."""
    media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return mail_with("answers.xlsx", media, inline_workbook(rows))


def answers_csv_mail(rows: Sequence[tuple[str, ...]]) -> bytes:
    """Answers as CSV: device and code, or the words in its place."""
    pairs = [(row[0], row[2].replace(" ", "") or row[1]) for row in rows]
    return mail_with("answers.csv", "text/csv", delimited(pairs, ("Device ID", "Install code")))
