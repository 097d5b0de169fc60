"""Requests whose list lies in a file: CSV, text and workbooks, whole and damaged."""

from __future__ import annotations

from tests.corpus.making import (
    XLSX,
    Case,
    D,
    mail,
    multi,
    ods,
    part,
    plain,
    raw_part,
    table,
    xls,
    xlsx,
)

_SEE = part("Hi,\n\nplease provide the install codes for the attached list.\n\nThanks, Ann\n")


def _with(*parts: bytes, **more: str) -> bytes:
    return mail(multi("mixed", _SEE, *parts), **more)  # type: ignore[arg-type]


def _files() -> list[Case]:
    listed = f"Device ID,MPAN\r\n{plain(D[0])},1234567890126\r\n{D[1]},2234567890125\r\n"
    where = [(D[0], "devices.csv > row 2"), (D[1], "devices.csv > row 3")]
    return [
        Case(
            "csv-comma",
            _with(part(listed, "text/csv", name="devices.csv")),
            "request",
            devices=where,
        ),
        Case(
            "csv-semicolon-sep-line",
            _with(
                raw_part(
                    ("sep=;\r\n" + listed.replace(",", ";")).encode(),
                    "application/octet-stream",
                    "devices.csv",
                )
            ),
            "request",
            devices=[(D[0], "devices.csv > row 3"), (D[1], "devices.csv > row 4")],
        ),
        Case(
            "csv-tab-utf16-bom",
            _with(
                raw_part(listed.replace(",", "\t").encode("utf-16"), "text/plain", "devices.csv")
            ),
            "request",
            devices=where,
        ),
        Case(
            "csv-pipe-utf16-without-bom",
            _with(
                raw_part(listed.replace(",", "|").encode("utf-16-le"), "text/csv", "devices.csv")
            ),
            "request",
            devices=where,
        ),
        Case(
            "csv-cp1252-quoted-formula",
            _with(
                raw_part(
                    (
                        f'Site;Device ID\r\n"Caf\u00e9; No 1";="{plain(D[0])}"\r\n'
                        f'x;"=""{D[1]}"""\r\n'
                    ).encode("cp1252"),
                    "text/csv",
                    "devices.csv",
                )
            ),
            "request",
            devices=where,
        ),
        Case(
            "csv-no-header",
            _with(
                raw_part(
                    f"{plain(D[0])},A\r\n{plain(D[1])},B\r\n".encode(), "text/csv", "devices.csv"
                )
            ),
            "request",
            devices=[(D[0], "devices.csv > row 1"), (D[1], "devices.csv > row 2")],
        ),
        Case(
            "txt-list",
            _with(
                raw_part(
                    f"{plain(D[0])}\r\n{plain(D[1])}\r\n".encode(), "text/plain", "devices.txt"
                )
            ),
            "request",
            devices=[(D[0], "devices.txt > line 1"), (D[1], "devices.txt > line 2")],
        ),
        Case(
            "csv-excel-damage",
            _with(
                raw_part(
                    b"Device ID,Note\r\n1.23457E+15,a\r\n12345678901234,b\r\n00DB1234567890,c\r\n"
                    b"0000000000000000,d\r\n" + plain(D[0]).encode() + b",e\r\n",
                    "text/csv",
                    "devices.csv",
                )
            ),
            "request",
            devices=[(D[0], "devices.csv > row 6")],
            rejects=[
                ("devices.csv > row 2", "exponent notation"),
                ("devices.csv > row 3", "leading zeros may be lost"),
                ("devices.csv > row 4", "Device ID too short: 14 characters, 16 needed"),
                ("devices.csv > row 5", "all zeros"),
            ],
        ),
        Case(
            "csv-rounded-column",
            _with(
                raw_part(
                    b"Device ID\r\n1234567890123450\r\n2234567890123450\r\n3234567890123450\r\n",
                    "text/csv",
                    "devices.csv",
                )
            ),
            "request",
            rejects=[(f"devices.csv > row {n}", "rounded") for n in (2, 3, 4)],
        ),
        Case(
            "csv-called-xlsx",
            _with(raw_part(listed.encode(), XLSX, "devices.xlsx")),
            "request",
            devices=[(D[0], "devices.xlsx > row 2"), (D[1], "devices.xlsx > row 3")],
        ),
        Case(
            "csv-duplicates-and-body",
            mail(
                multi(
                    "mixed",
                    part(f"Please send install codes, first of all for\n{D[1]}\n"),
                    raw_part((listed + plain(D[0]) + ",x\r\n").encode(), "text/csv", "devices.csv"),
                )
            ),
            "request",
            devices=[(D[1], "body line 2"), (D[0], "devices.csv > row 2")],
            warnings=["00-DB-12-34-56-78-90-A0 in rows 2 and 4"],
        ),
        Case(
            "csv-hub-column-is-not-asked",
            _with(
                raw_part(
                    f"CHF ID,ESME ID,GSME ID\r\n{D[9]},{D[0]},{D[1]}\r\n".encode(),
                    "text/csv",
                    "devices.csv",
                )
            ),
            "request",
            devices=[(D[0], "devices.csv > row 2"), (D[1], "devices.csv > row 2")],
            warnings=["'CHF ID' is not asked about"],
        ),
        Case(
            "csv-two-columns-could-be-it",
            _with(
                raw_part(
                    f"A,B,C\r\n{D[0]},{D[1]},x\r\n{D[2]},{D[3]},y\r\n".encode(),
                    "text/csv",
                    "devices.csv",
                )
            ),
            "unknown",
            "question",
            warnings=["several columns look like Device IDs"],
        ),
        Case(
            "csv-two-columns-under-words-for-something-else",
            _with(
                raw_part(
                    f"Kit ref,Previous kit,Job\r\n{D[0]},{D[1]},1\r\n{D[2]},{D[3]},2\r\n".encode(),
                    "text/csv",
                    "devices.csv",
                )
            ),
            "unknown",
            "question",
            warnings=["several columns look like Device IDs"],
        ),
        Case(
            "csv-one-column-without-a-word-and-one-for-something-else",
            _with(
                raw_part(
                    f"Kit ref,B\r\n{D[0]},{D[1]}\r\n{D[2]},{D[3]}\r\n".encode(),
                    "text/csv",
                    "devices.csv",
                )
            ),
            "unknown",
            "question",
            warnings=["several columns look like Device IDs"],
        ),
        Case(
            "csv-uuid-under-guid",
            _with(
                raw_part(
                    b"GUID\r\n550e8400-e29b-41d4-a716-446655440000\r\n", "text/csv", "requests.csv"
                )
            ),
            "unknown",
            "question",
        ),
    ]


def _workbooks() -> list[Case]:
    rows = [
        ["Gained in October"],
        [],
        ["MPAN", "Device ID", "Type"],
        ["1234567890126", plain(D[0]), "ESME"],
        ["2234567890125", D[1], "GSME"],
    ]
    found = [(D[0], "request.xlsx > Sheet1 > row 4"), (D[1], "request.xlsx > Sheet1 > row 5")]
    damaged = [
        ["EUI"],
        [1234567890123456],
        [12345678901234],
        [1.23457e20],
        ["O0DB1234567890A0"],
        ["00DB1234567890A"],
        [plain(D[0])],
        ["TBC"],
    ]
    return [
        Case(
            "xlsx-header-below-a-title",
            _with(raw_part(xlsx(("Sheet1", rows)), XLSX, "request.xlsx")),
            "request",
            devices=found,
        ),
        Case(
            "xlsx-without-name-or-type",
            mail(
                multi(
                    "mixed",
                    _SEE,
                    raw_part(xlsx(("Sheet1", rows)), "application/octet-stream", "request.dat"),
                )
            ),
            "request",
            devices=[
                (D[0], "request.dat > Sheet1 > row 4"),
                (D[1], "request.dat > Sheet1 > row 5"),
            ],
        ),
        Case(
            "xlsx-excel-damage",
            _with(raw_part(xlsx(("Sheet1", damaged)), XLSX, "request.xlsx")),
            "request",
            devices=[(D[0], "request.xlsx > Sheet1 > row 7")],
            rejects=[
                ("request.xlsx > Sheet1 > row 2", "digits beyond the fifteenth are lost"),
                ("request.xlsx > Sheet1 > row 3", "14 digits: leading zeros are lost"),
                ("request.xlsx > Sheet1 > row 4", "exponent notation"),
                ("request.xlsx > Sheet1 > row 5", "00-DB-12-34-56-78-90-A0 may be meant"),
                ("request.xlsx > Sheet1 > row 6", "Device ID too short: 15 characters, 16 needed"),
                ("request.xlsx > Sheet1 > row 8", "not a Device ID"),
            ],
        ),
        Case(
            "xlsx-several-sheets-one-hidden",
            _with(
                raw_part(
                    xlsx(
                        ("North", [["Device ID"], [D[0]]]),
                        ("South", [["Meter GUID"], [D[1]]]),
                        ("Old", [["Device ID"], [D[2]], [D[3]]]),
                        hidden=["Old"],
                    ),
                    XLSX,
                    "request.xlsx",
                )
            ),
            "request",
            devices=[
                (D[0], "request.xlsx > North > row 2"),
                (D[1], "request.xlsx > South > row 2"),
            ],
            warnings=["request.xlsx > Old is hidden: 2 Device IDs"],
        ),
        Case(
            "xlsx-reads-across",
            _with(
                raw_part(
                    xlsx(
                        (
                            "Form",
                            [["Supplier", "Op B"], ["Device ID", D[0]], ["MPAN", "1234567890126"]],
                        )
                    ),
                    XLSX,
                    "form.xlsx",
                )
            ),
            "request",
            devices=[(D[0], "form.xlsx > Form > row 2")],
        ),
        Case(
            "ods-list",
            _with(
                raw_part(
                    ods("Blatt", [["Device ID", "Nr"], [D[0], 1.0], [plain(D[1]), 2.0]]),
                    "application/vnd.oasis.opendocument.spreadsheet",
                    "request.ods",
                )
            ),
            "request",
            devices=[(D[0], "request.ods > Blatt > row 2"), (D[1], "request.ods > Blatt > row 3")],
        ),
        Case(
            "xls-list",
            _with(
                raw_part(
                    xls("Sheet1", [["Device ID", "Nr"], [D[0], 1.0], [1234567890123456.0, 2.0]]),
                    "application/vnd.ms-excel",
                    "request.xls",
                )
            ),
            "request",
            devices=[(D[0], "request.xls > Sheet1 > row 2")],
            rejects=[("request.xls > Sheet1 > row 3", "digits beyond the fifteenth")],
        ),
        Case(
            "html-called-xls",
            _with(
                raw_part(
                    (
                        "<html><body>" + table(("Device ID",), (D[0],), (D[1],)) + "</body></html>"
                    ).encode(),
                    "application/vnd.ms-excel",
                    "export.xls",
                )
            ),
            "request",
            devices=[
                (D[0], "export.xls > table 1 > row 2"),
                (D[1], "export.xls > table 1 > row 3"),
            ],
        ),
        Case(
            "xlsx-truncated",
            _with(raw_part(xlsx(("Sheet1", rows))[:900], XLSX, "request.xlsx")),
            "request",
            rejects=[("request.xlsx", "the archive is damaged")],
        ),
    ]


def cases() -> list[Case]:
    """All of this module."""
    return _files() + _workbooks()
