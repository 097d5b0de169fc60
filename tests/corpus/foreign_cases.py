"""Shapes that files of other programs and other projects have, rebuilt with our own words."""

from __future__ import annotations

import binascii
import io
import struct
import zipfile

from tests.corpus.containers_cases import ASK, attaching, csv, request
from tests.corpus.making import XLSX, Case, D, mail, multi, part, plain, raw_part, xlsx
from tests.corpus.outlook import Item, msg, tnef
from tests.corpus.packing import zipped
from tests.corpus.sheetfiles import (
    Page,
    ods_of,
    ods_row,
    ods_table,
    old_xls,
    record,
    xlsb,
    xml_2003,
)

_XLS, _XLSB = "application/vnd.ms-excel", "application/vnd.ms-excel.sheet.binary.macroEnabled.12"
_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_COLUMN = ' table:number-columns-repeated="{}"'
_GONE = ' table:visibility="collapse"'


def cases() -> list[Case]:
    """All of this module."""
    return [*_hidden(), *_open_documents(), *_damaged(), *_mails()]


def _pages() -> tuple[Page, Page]:
    """A list of which row 3, column C and a whole sheet are out of sight."""
    shown = [
        ["Device ID", "Remark", "Device ID"],
        [D[0], "", D[5]],
        [D[1], "done", D[6]],
        [D[2], "", D[7]],
    ]
    return (
        Page("Open", shown, hidden_rows=frozenset((3,)), hidden_columns=(2, 2)),
        Page("Old", [["Device ID"], [D[3]]], hidden=True),
    )


def _refused(name: str, content: bytes, media: str, file: str, reason: str, at: str = "") -> Case:
    """A file that cannot be read: told with its place, and no device taken."""
    return Case(name, attaching(content, media, file), "request", rejects=[(at or file, reason)])


def _hidden() -> list[Case]:
    told = [
        ": 4 Device IDs in hidden rows or columns",
        "> Old is hidden: 1 Device ID in it",
    ]

    def listed(file: str) -> list[tuple[str, str]]:
        return [(D[0], f"{file} > Open > row 2"), (D[2], f"{file} > Open > row 4")]

    return [
        request(
            "xlsb-hidden-rows-columns-sheets",
            attaching(xlsb(*_pages()), _XLSB, "list.xlsb"),
            *listed("list.xlsb"),
            warnings=told,
        ),
        request(
            "xls-hidden-rows-columns-sheets",
            attaching(old_xls(*_pages()), _XLS, "list.xls"),
            *listed("list.xls"),
            warnings=told,
        ),
        request(
            "xml-2003-hidden-rows-columns-sheets",
            attaching(xml_2003(*_pages()), _XLS, "list.xls"),
            *listed("list.xls"),
            warnings=told,
        ),
        request(
            "xml-2003-numbers-and-gaps",
            attaching(
                xml_2003(Page("S", [["", "Device ID"], [], ["", D[0]], ["", 1234567890123456.0]])),
                "text/xml",
                "report.xml",
            ),
            (D[0], "report.xml > S > row 3"),
            rejects=[("report.xml > S > row 4", "as a number")],
        ),
        request(
            "xlsb-numbers",
            attaching(
                xlsb(Page("S", [["Device ID"], [D[0]], [1234567890123456.0]])), _XLSB, "list.xlsb"
            ),
            (D[0], "list.xlsb > S > row 2"),
            rejects=[("list.xlsb > S > row 3", "as a number")],
        ),
    ]


def _open_documents() -> list[Case]:
    head = ods_row("Device ID", "Remark", "Device ID")
    hidden = ods_table(
        "Open",
        "<table:table-column" + _COLUMN.format(2) + "/>",
        "<table:table-column" + _GONE + _COLUMN.format(1) + "/>",
        head,
        ods_row(D[0], "", D[5]),
        ods_row(D[1], "done", D[6], attributes=' table:visibility="filter"'),
        '<table:table-row-group table:display="false">',
        ods_row(D[3], "", D[8]),
        "</table:table-row-group>",
        '<table:table-row table:number-rows-repeated="10"><table:table-cell/></table:table-row>',
        ods_row(D[2], "", D[7]),
    )
    closed = ods_table(
        "Old", ods_row("Device ID"), ods_row(D[4]), attributes=' table:style-name="t2"'
    )
    style = (
        '<style:style style:name="t2" style:family="table">'
        '<style:table-properties table:display="false"/></style:style>'
    )
    repeated = ods_table("S", ods_row("Device ID"), ods_row(D[0], attributes=_times(1_000_000_000)))
    wide = ods_table("S", ods_row("Device ID"), ods_row(D[0], each=_COLUMN.format(100_000)))
    filled = ods_table(
        "S",
        ods_row("Device ID"),
        ods_row(D[0]),
        '<table:table-row table:number-rows-repeated="1048574">'
        '<table:table-cell table:style-name="x"' + _COLUMN.format(16384) + "/></table:table-row>",
    )
    odd = ods_table(
        "S",
        ods_row("Device ID"),
        '<table:table-row><table:table-cell office:value-type="unheard-of"><office:annotation>'
        f"<text:p>was {D[9]}</text:p></office:annotation>"
        f"<text:p>{D[0][:11]}<text:span>{D[0][11:]}</text:span></text:p></table:table-cell>"
        "</table:table-row>",
        f"<table:table-row><table:covered-table-cell><text:p>{D[8]}</text:p>"
        "</table:covered-table-cell></table:table-row>",
        ods_row(D[1], attributes=_times(2)),
    )
    return [
        request(
            "ods-hidden-rows-columns-groups-sheets",
            attaching(ods_of(hidden + closed, style), _ODS, "list.ods"),
            (D[0], "list.ods > Open > row 2"),
            (D[2], "list.ods > Open > row 15"),
            warnings=[
                ": 6 Device IDs in hidden rows or columns",
                "> Old is hidden: 1 Device ID in it",
            ],
        ),
        request(
            "ods-empty-to-its-last-cell",
            attaching(ods_of(filled), _ODS, "list.ods"),
            (D[0], "list.ods > S > row 2"),
        ),
        request(
            "ods-odd-cells",
            attaching(ods_of(odd), _ODS, "list.ods"),
            (D[0], "list.ods > S > row 2"),
            (D[1], "list.ods > S > row 4"),
        ),
        _refused(
            "ods-a-row-repeated-without-end", ods_of(repeated), _ODS, "list.ods", "spans",
            "list.ods > S",
        ),
        _refused(
            "ods-a-cell-repeated-without-end", ods_of(wide), _ODS, "list.ods", "spans",
            "list.ods > S",
        ),
        _refused(
            "ods-cut-short", ods_of(ods_table("S", head) + "<table:table>"), _ODS, "list.ods",
            "damaged",
        ),
    ]  # fmt: skip


def _times(count: int) -> str:
    return f' table:number-rows-repeated="{count}"'


def _damaged() -> list[Case]:
    rows = [["Device ID"], [D[0]]]
    backwards = Page("S", rows, span=(9, 2, 0, 1))
    return [
        _refused("xlsb-cut-in-a-sheet", _cut(xlsb(Page("S", rows))), _XLSB, "list.xlsb", "damaged"),
        _refused(
            "xml-2003-cut-short",
            xml_2003(Page("S", rows))[:-40],
            _XLS,
            "list.xls",
            "damaged",
        ),
        _refused(
            "numbers-file",
            zipped(("Index/Document.iwa", b"\0\1"), ("Index/Tables/Tile.iwa", b"\0\2")),
            "application/octet-stream",
            "list.numbers",
            "we cannot read this kind of document",
        ),
        _refused(
            "access-database",
            b"\0\1\0\0Standard Jet DB\0" + bytes(range(1, 32)) * 40,
            "application/x-msaccess",
            "list.mdb",
            "cannot read this kind of file",
        ),
        _refused(
            "xlsb-claims-texts-without-end",
            xlsb(Page("S", rows), strings_claimed=0xFFFFFFF0),
            _XLSB,
            "list.xlsb",
            "its texts are missing",
        ),
        _refused(
            "xlsb-sheet-ends-before-it-begins", xlsb(backwards), _XLSB, "list.xlsb",
            "the size of a sheet is wrong", "list.xlsb > S",
        ),
        _refused(
            "xls-sheet-ends-before-it-begins", old_xls(backwards), _XLS, "list.xls",
            "the size of a sheet is wrong",
        ),
        _refused(
            "xls-claims-texts-without-end",
            old_xls(Page("S", rows), extra=record(0xFC, struct.pack("<II", 1, 0xFFFFFFF0))),
            _XLS,
            "list.xls",
            "its texts are missing",
        ),
    ]  # fmt: skip


def _cut(workbook: bytes) -> bytes:
    """The workbook with its list of sheets cut off in the middle of a name."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for one in old.infolist():
            content = old.read(one)
            new.writestr(one, content[:20] if one.filename == "xl/workbook.bin" else content)
    return out.getvalue()


def _far_cells(rows: list[list[object]]) -> bytes:
    """A workbook with empty, styled cells out to column AMJ and in its last row of all."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx(("Sheet1", rows)))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for one in old.infolist():
            content = old.read(one)
            if one.filename == "xl/worksheets/sheet1.xml":
                far = b'<c r="AMJ2" s="0"/></row><row r="1048576"><c r="A1048576" s="0"/></row>'
                content = content.replace(b"</row></sheetData>", far + b"</sheetData>")
            new.writestr(one, content)
    return out.getvalue()


def _mails() -> list[Case]:
    fingerprint = "61 6F 46 CD 73 83 4C 63 84 77 56 AF 0D FB 64 A6 E0 97 2A 47"
    line = binascii.b2a_uu(b"Device ID\r\n" + D[0].encode()).rstrip(b"\n")
    encoded = (
        b'Content-Type: text/csv; name="list.csv"\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\n'
        b"begin 644 list.csv\r\n" + line[:-1] + b"_\r\n`\r\nend\r\n"
    )
    body = "Hello,\n\ncodes please for\n" + D[0] + "\n"
    dropped = Item(subject="Install codes", plain=ASK, objects=[("north.csv", csv(D[0]))])
    winmail = Item(subject="Install codes", rtf=b"", plain=body + "\0")
    return [
        request(
            "xlsx-empty-cells-reach-far",
            attaching(_far_cells([["Device ID"], [D[0]]]), XLSX, "list.xlsx"),
            (D[0], "list.xlsx > Sheet1 > row 2"),
        ),
        request(
            "fingerprint-is-no-device",
            mail(f"Install codes please, my key is new:\nlocalKeyID: {fingerprint}\n\n{D[0]}\n"),
            (D[0], "body line 4"),
            rejects=[],
        ),
        request(
            "hex-dump-is-no-list",
            mail(
                f"Codes please for {D[0]}, the hub says:\n\n"
                "30 00 00 00 C5 38 9F 82   8F 0F DB 48 94 2B 2A DC\n"
                "EA C3 D5 0B 28 00 10 00   62 6C 6F 6E 67 40 75 69\n"
            ),
            (D[0], "body line 1"),
            rejects=[("body line 3", "may be a Device ID"), ("body line 4", "may be a Device ID")],
        ),
        request(
            "uuencode-odd-last-group",
            mail(multi("mixed", part(ASK), encoded)),
            (D[0], "list.csv > row 2"),
        ),
        request(
            "winmail-body-ends-in-a-zero",
            mail(
                multi(
                    "mixed",
                    part(tnef(winmail), "application/ms-tnef", how="base64", name="winmail.dat"),
                )
            ),
            (D[0], "winmail.dat > body line 4"),
        ),
        request(
            "winmail-file-dropped-into-the-text",
            mail(raw_part(tnef(dropped), "application/ms-tnef", "winmail.dat")),
            (D[0], "winmail.dat > north.csv > row 2"),
        ),
        request(
            "msg-file-dropped-into-the-text",
            mail(multi("mixed", raw_part(msg(dropped), "application/vnd.ms-outlook", "fwd.msg"))),
            (D[0], "fwd.msg > north.csv > row 2"),
        ),
        request(
            "partial-mail",
            mail(
                b'Content-Type: message/partial; id="p@op-b.test"; number=1; total=2\r\n\r\n'
                b"Subject: Install codes\r\n\r\nCodes please:\r\n" + D[0].encode() + b"\r\n"
            ),
            (D[0], "attachment 1 > line 4"),
            rejects=[("attachment 1", "one piece of a mail")],
        ),
        request(
            "markdown-table",
            mail(
                multi(
                    "mixed",
                    part(ASK),
                    part(
                        f"| Device ID | MPAN |\n|:---|---:|\n| {D[0]} | 1 |\n",
                        "text/markdown",
                        name="list.md",
                    ),
                )
            ),
            (D[0], "list.md > row 3"),
        ),
        request(
            "long-report-and-a-short-list",
            mail(
                multi(
                    "mixed",
                    part(f"Please send the install codes of the attached.\n\n{D[0]}\n"),
                    part(_report(), "text/csv", name="usage.csv"),
                )
            ),
            (D[0], "body line 3"),
            (D[1], "usage.csv > line 4000"),
        ),
    ]


def _report() -> str:
    """6,000 rows of something else; in one of them somebody wrote a Device ID."""
    rows = [f"row {n},2026-10-{n % 28 + 1:02},{n * 7 % 1000}.50" for n in range(1, 6001)]
    rows[3999] = f"Device ID {plain(D[1])} has no install code"
    return "\r\n".join(rows)
