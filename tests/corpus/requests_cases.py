"""Mails that ask: bodies, HTML, CSV and workbooks, and what must not be taken for a device."""

from __future__ import annotations

from tests.corpus.making import (
    CODE_CRC,
    XLSX,
    Case,
    D,
    both,
    colons,
    html,
    mail,
    multi,
    ods,
    part,
    plain,
    raw_part,
    spaced,
    table,
    xls,
    xlsx,
)

_ASK = "Hello,\n\nPlease send the install codes for the devices below.\n\n"
_BYE = "\nKind regards\nAnn\n"
_SEE = part("Hi,\n\nplease provide the install codes for the attached list.\n\nThanks, Ann\n")


def _with(*parts: bytes, **more: str) -> bytes:
    return mail(multi("mixed", _SEE, *parts), **more)  # type: ignore[arg-type]


def _bodies() -> list[Case]:
    forms = [D[0], plain(D[1]), plain(D[2]).lower(), colons(D[3]), spaced(D[4])]
    return [
        Case(
            "body-every-written-form",
            mail(_ASK + "\n".join(forms) + "\n" + _BYE),
            "request",
            devices=[(D[i], f"body line {5 + i}") for i in range(5)],
        ),
        Case(
            "body-bullets-and-numbers",
            mail(_ASK + f"1. {plain(D[0])}\n2) {plain(D[1])}\n- {plain(D[2])}\n\u2022 {D[3]}\n"),
            "request",
            devices=[(D[i], f"body line {5 + i}") for i in range(4)],
        ),
        Case(
            "body-in-a-sentence",
            mail(f"Please can you send the install code for {plain(D[0])} and {D[1]}, thank you."),
            "request",
            devices=[(D[0], "body line 1"), (D[1], "body line 1")],
        ),
        Case(
            "body-labelled-all-digits",
            mail(_ASK + "Device ID: 1234567890123456\nDevice ID: 9012345678901230\n"),
            "request",
            devices=[
                ("12-34-56-78-90-12-34-56", "body line 5"),
                ("90-12-34-56-78-90-12-30", "body line 6"),
            ],
        ),
        Case(
            "body-quoted-printable-nbsp-endash",
            mail(
                part(
                    _ASK + D[0].replace("-", "\u2013") + "\n" + D[1].replace("-", "\u00a0") + "\n",
                    how="qp",
                )
            ),
            "request",
            devices=[(D[0], "body line 5"), (D[1], "body line 6")],
        ),
        Case(
            "body-pasted-tab-table",
            mail(
                f"Install codes please\n\nMPAN\tDevice ID\tType\n1234567890126\t{plain(D[0])}\tESME\n"
                f"2234567890125\t{plain(D[1])}\tESME\n"
            ),
            "request",
            devices=[(D[0], "body line 4"), (D[1], "body line 5")],
        ),
        Case(
            "subject-names-the-device",
            mail("Can you please provide it? Thanks", subject=f"Install code for {D[0]}"),
            "request",
            devices=[(D[0], "subject")],
        ),
        Case(
            "body-lookalikes-and-lengths",
            mail(
                _ASK + f"OODB1234567890A0\n{D[1][:-2]}AO\nDevice ID: 00DB1234567890A\n{D[3]}-00\n"
                f"{D[4]}\n"
            ),
            "request",
            devices=[(D[4], "body line 9")],
            rejects=[
                ("body line 5", "00-DB-12-34-56-78-90-A0 may be meant"),
                ("body line 6", "00-DB-12-34-56-78-90-A0 may be meant"),
                ("body line 7", "15 hex digits instead of 16"),
                ("body line 8", "18 hex digits instead of 16"),
            ],
        ),
        Case(
            "body-not-a-device",
            mail(
                f"Please see the device portal https://portal.test/d/{plain(D[0])}?id={plain(D[1])}\n"
                f"Message-ID: <{plain(D[2])}@op-b.test>\nSHA hash: {plain(D[3])}\n"
                f"User ID: {D[4]}\nTicket: {plain(D[5])}\nMPAN 1234567890126\n"
                f"conversation 550e8400-e29b-41d4-a716-446655440000\n"
                "Our card 4929123456781234\nMeter serial 21E5123456\nMAC 00:11:22:33:44:55\n"
            ),
            "unknown",
            "question",
        ),
        Case(
            "body-code-in-halves-is-no-device",
            mail(
                f"Please confirm this install code:\nIC: {CODE_CRC[:16]} {CODE_CRC[16:32]}"
                f" {CODE_CRC[32:]}\n"
            ),
            "request",
            rejects=[("body line 2", "a code in halves")],
        ),
    ]


def _html() -> list[Case]:
    rows = [("MPAN", "Device ID"), ("1234567890126", plain(D[0])), ("2234567890125", D[1])]
    return [
        Case(
            "html-table-from-excel",
            mail(both("see table", "<p>Please send the install codes</p>" + table(*rows))),
            "request",
            devices=[(D[0], "body table 1 > row 2"), (D[1], "body table 1 > row 3")],
        ),
        Case(
            "html-list-with-spans-and-br",
            mail(
                html(
                    f"<p>Install codes needed for these meters:<br>{plain(D[0])[:8]}<span>"
                    f"{plain(D[0])[8:]}</span><br>{plain(D[1])}</p><ul><li>{D[2]}</li></ul>"
                )
            ),
            "request",
            devices=[(D[0], "body line 2"), (D[1], "body line 3"), (D[2], "body line 4")],
        ),
        Case(
            "html-hidden-text",
            mail(
                html(
                    f"<p>Please send the codes for this device:</p><p>{D[0]}</p>"
                    f"<div style='display:none'>{D[1]}</div>"
                )
            ),
            "request",
            devices=[(D[0], "body line 2")],
            warnings=["1 Device IDs stand in hidden text"],
        ),
        Case(
            "html-layout-tables",
            mail(
                html(
                    "<table><tr><td>Please send the install codes"
                    + table(("Device ID", "Fuel"), (D[0], "Gas"))
                    + "<p>Regards</p></td></tr></table>"
                )
            ),
            "request",
            devices=[(D[0], "body table 1 > row 2")],
        ),
    ]


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
                    f'Site;Device ID\r\n"Caf\u00e9; No 1";="{plain(D[0])}"\r\nx;"=""{D[1]}"""\r\n'.encode(
                        "cp1252"
                    ),
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
                ("devices.csv > row 4", "14 hex digits instead of 16"),
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
                ("request.xlsx > Sheet1 > row 6", "15 hex digits instead of 16"),
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
            "unknown",
            "question",
            warnings=["request.xlsx: an archive is not opened"],
        ),
    ]


def _others() -> list[Case]:
    inner = mail(_ASK + f"{D[0]}\n{plain(D[1])}\n", subject="Codes", sender="Cat <cat@op-c.test>")
    forwarded = (
        "FYI\n\n---------- Forwarded message ---------\nFrom: Cat <cat@op-c.test>\n"
        f"Date: Mon, 2 Nov 2026\nSubject: codes\nTo: ann\n\nPlease provide install codes\n{D[0]}\n"
    )
    return [
        Case(
            "forwarded-inline",
            mail(forwarded, subject="Fwd: codes"),
            "request",
            devices=[(D[0], "body line 10")],
        ),
        Case(
            "forwarded-as-attachment",
            mail(
                multi(
                    "mixed",
                    part("Please see below, install codes needed\n"),
                    b"Content-Type: message/rfc822\r\n\r\n" + inner,
                ),
                subject="FW: Codes",
            ),
            "request",
            devices=[
                (D[0], "forwarded mail > body line 5"),
                (D[1], "forwarded mail > body line 6"),
            ],
        ),
        Case(
            "forwarded-eml-file-with-csv",
            _with(
                raw_part(
                    mail(
                        multi(
                            "mixed",
                            part("list"),
                            raw_part(f"Device ID,x\r\n{D[0]},1\r\n".encode(), "text/csv", "a.csv"),
                            boundary="=_in",
                        )
                    ),
                    "application/octet-stream",
                    "old.eml",
                )
            ),
            "request",
            devices=[(D[0], "old.eml > a.csv > row 2")],
        ),
        Case(
            "our-own-mail-forwarded-back",
            mail(forwarded.replace("cat@op-c.test", "codes@op-a.test"), subject="Fwd: codes"),
            "unknown",
            own=["codes@op-a.test"],
            warnings=["1 Device ID stands only in quoted text"],
        ),
        Case(
            "request-of-this-software",
            mail(
                multi(
                    "mixed",
                    part("Please provide the install codes. Ref MP121-OPB-2611-Q00012\n"),
                    raw_part(
                        xlsx(
                            (
                                "Devices",
                                [
                                    [
                                        "Device ID",
                                        "Device type",
                                        "Outcome",
                                        "Install code",
                                        "Reason",
                                    ],
                                    [D[0], "ESME", "", "", ""],
                                ],
                            )
                        ),
                        XLSX,
                        "MP121-OPB-2611-Q00012.xlsx",
                    ),
                ),
                subject="MP121 request MP121-OPB-2611-Q00012",
                extra=[
                    "Auto-Submitted: auto-generated",
                    "X-MP121-Exchange: request; ref=MP121-OPB-2611-Q00012",
                ],
            ),
            "request",
            references=["MP121-OPB-2611-Q00012"],
            devices=[(D[0], "MP121-OPB-2611-Q00012.xlsx > Devices > row 2")],
        ),
        Case(
            "format-flowed-and-latin1",
            mail(
                b"Content-Type: text/plain; charset=iso-8859-1; format=flowed\r\n\r\n"
                b"Please send the install codes \r\nfor the caf\xe9 meters:\r\n"
                + D[0].encode()
                + b"\r\n"
            ),
            "request",
            devices=[(D[0], "body line 2")],
        ),
    ]


def cases() -> list[Case]:
    """All of this module."""
    return _bodies() + _html() + _files() + _workbooks() + _others()
