"""Lists as spreadsheets hold them: totals, units, errors, struck-out rows, unusual arrangements."""

from __future__ import annotations

from tests.corpus.making import (
    CODE,
    XLSX,
    Case,
    D,
    mail,
    multi,
    part,
    plain,
    raw_part,
    xlsx,
)
from tests.office.convert import FILES
from tests.office.lists import LISTS, device

_SEE = part("Hello,\n\nplease send us the install codes for the attached list.\n\nRegards, Bo\n")
_MEDIA = {
    "xlsx": XLSX,
    "xls": "application/vnd.ms-excel",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}


def _with(content: bytes, media: str, name: str, see: bytes = _SEE) -> bytes:
    return mail(multi("mixed", see, raw_part(content, media, name)))


def _of_libreoffice() -> list[Case]:
    cases = []
    for form, media in _MEDIA.items():
        for name in ("kept-list", "struck-rows"):
            listed, file = LISTS[name], f"{name}.{form}"
            where = f"{file} > List > row "
            cases.append(
                Case(
                    f"table-{name}-{form}",
                    _with((FILES / file).read_bytes(), media, file),
                    "request",
                    devices=[(device(which), f"{where}{row}") for which, row in listed.devices],
                    rejects=[(f"{where}{row}", words) for row, words in listed.rejects],
                    warnings=["2 Device IDs struck out are ignored"] if listed.struck else [],
                )
            )
    return cases


def _texts() -> list[Case]:
    head = "MPAN,Device ID,Fuel\r\n"
    mixed = f"{head}1,{D[0]},gas\r\n2,{D[1]},gas\r\n3;{D[2]};elec\r\n4\t{D[3]}\telec\r\n"
    whole = (
        f"{head}digits,hex,text\r\n1,{D[0]},gas\r\n2,n/a,gas\r\n3,,elec\r\n4,#REF!,gas\r\n"
        f"5,{D[1]},elec\r\nTotal,5,\r\n"
    )
    markup = (
        '<?xml version="1.0"?><d:Request xmlns:d="http://duis.example/ns">'
        f'<d:Device DeviceID="{D[0]}"/><d:DeviceID>{D[1]}</d:DeviceID></d:Request>\n'
    )
    return [
        Case(
            "table-two-delimiters",
            _with(mixed.encode(), "text/csv", "may.csv"),
            "request",
            devices=[(D[at], f"may.csv > row {at + 2}") for at in range(4)],
        ),
        Case(
            "table-padded-with-ctrl-z-and-nul",
            _with(f"Device ID\r\n{D[0]}\r\n\x1a{chr(0) * 100}".encode(), "text/csv", "dos.csv"),
            "request",
            devices=[(D[0], "dos.csv > row 2")],
        ),
        Case(
            "table-totals-units-and-missing-ids",
            _with(whole.encode(), "text/csv", "kits.csv"),
            "request",
            devices=[(D[0], "kits.csv > row 3"), (D[1], "kits.csv > row 7")],
            rejects=[
                ("kits.csv > row 4", "no Device ID in this row"),
                ("kits.csv > row 5", "no Device ID in this row"),
                ("kits.csv > row 6", "shows an error"),
            ],
        ),
        Case(
            "table-across",
            _with(f"Site,North,South\r\nDevice ID,{D[0]},{D[1]}\r\n".encode(), "text/csv", "a.csv"),
            "request",
            devices=[(D[0], "a.csv > column 2"), (D[1], "a.csv > column 3")],
        ),
        Case(
            "table-ids-in-xml",
            _with(markup.encode(), "application/xml", "duis.xml"),
            "request",
            devices=[(D[0], "duis.xml > line 1"), (D[1], "duis.xml > line 1")],
        ),
    ]


def _called_off() -> list[Case]:
    rows = [
        ["Device ID", "Site", "Request status"],
        [D[0], "North", "Open"],
        [D[1], "South", "Cancelled - customer has moved"],
        [D[2], "East", "No longer needed"],
        [D[3], "West", "Meter exchange cancelled, code still wanted"],
    ]
    text = f"EUI;Comments\r\n{D[0]};please do not send it\r\n{D[1]};\r\n{D[2]};withdrawn\r\n"
    sheets = xlsx(("May", rows), ("Please ignore", [["Device ID"], [D[4]]]))
    return [
        Case(
            "table-rows-and-sheet-called-off",
            _with(sheets, XLSX, "may.xlsx"),
            "request",
            devices=[(D[0], "may.xlsx > May > row 2"), (D[3], "may.xlsx > May > row 5")],
            warnings=[
                f"2 Device IDs called off in the words of the list are ignored: {D[1]}, {D[2]}",
                "may.xlsx > Please ignore: 1 Device ID on a sheet called off by its name",
            ],
        ),
        Case(
            "table-rows-called-off-in-a-csv",
            _with(text.encode(), "text/csv", "may.csv"),
            "request",
            devices=[(D[1], "may.csv > row 3")],
            warnings=["2 Device IDs called off in the words of the list"],
        ),
    ]


def _bodies() -> list[Case]:
    links = (
        "Hello,\n\nplease send the install codes of\n\n"
        f"https://assets.example/unit/9,{D[0]}\nbo@gain.example;{D[1]};gas\n"
    )
    addresses = (
        "Hello,\n\nhere are the headers that you asked for:\n\n"
        "Received: from mail.gain.example ([fe80::3d58:a9bc:50f6:e563])\n"
        "Received: from mx.gain.example (2001:db8:0:12:3d58:a9bc:50f6:e563)\n"
    )
    answered = (
        f"<p>Please see below.</p><table><tr><th>Device ID<th>Install code"
        f"<tr><td>{D[0]}<td>{CODE}<tr><td>{D[1]}<td>#N/A<tr><td>#N/A<td>{CODE}"
        f"<tr><td>EUI-64: {plain(D[2])}<td>not ours</table>"
    )
    return [
        Case(
            "table-ids-beside-links",
            mail(part(links)),
            "request",
            devices=[(D[0], "body line 5"), (D[1], "body line 6")],
        ),
        Case("table-ipv6-addresses-are-no-ids", mail(part(addresses)), "unknown"),
        Case(
            "table-answers-with-errors",
            mail(part(answered, "text/html")),
            "response",
            devices=[(D[at], f"body table 1 > row {row}") for at, row in enumerate((2, 3, 5))],
            answers=[
                (D[0], "provided", CODE, "body table 1 > row 2"),
                (D[1], "unclear", None, "body table 1 > row 3"),
                (D[2], "not_installer", None, "body table 1 > row 5"),
            ],
            rejects=[(f"body table 1 > row {row}", "shows an error") for row in (3, 4)],
        ),
    ]


def cases() -> list[Case]:
    return [*_of_libreoffice(), *_texts(), *_called_off(), *_bodies()]
