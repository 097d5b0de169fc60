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
    part,
    plain,
    raw_part,
    spaced,
    table,
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
            "body-list-with-rows-damaged",
            mail(
                f"{_ASK}{D[0]}\n00-DB-12-34-56-78-90-A\n00:DB:12:34:5G:78:90:A0\n"
                "00-DB-12-34-56-78-90-A01\n00DB1234G67890A1\n1.23457E+15\n"
                f"{D[1]}\nSR20261122000156\n+44 20 7946 0991\n2026-11-22-10-15-30-07\n{_BYE}"
            ),
            "request",
            devices=[(D[0], "body line 5"), (D[1], "body line 11")],
            rejects=[
                ("body line 6", "Device ID too short: 15 characters, 16 needed"),
                ("body line 7", "characters that are not hex digits"),
                ("body line 8", "Device ID too long: 17 characters, 16 needed"),
                ("body line 9", "characters that are not hex digits"),
                ("body line 10", "exponent notation"),
            ],
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
                "Install codes please\n\nMPAN\tDevice ID\tType\n"
                f"1234567890126\t{plain(D[0])}\tESME\n"
                f"2234567890125\t{plain(D[1])}\tESME\n"
            ),
            "request",
            devices=[(D[0], "body table 1 > row 2"), (D[1], "body table 1 > row 3")],
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
                ("body line 7", "Device ID too short: 15 characters, 16 needed"),
                ("body line 8", "Device ID too long: 18 characters, 16 needed"),
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
        ),
        Case(
            "body-hash-below-is-no-code",
            mail(_ASK + f"{D[0]}\n\nThanks, Ann\n\nd41d8cd98f00b204e9800998ecf8427e\n"),
            "request",
            devices=[(D[0], "body line 5")],
            warnings=["body line 9: 32 hex digits are not taken"],
        ),
        Case(
            "body-code-in-halves-is-no-device",
            mail(
                f"Please confirm this install code:\nIC: {CODE_CRC[:16]} {CODE_CRC[16:32]}"
                f" {CODE_CRC[32:]}\n"
            ),
            "request",
            rejects=[("body line 2", "a piece of an install code")],
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
            warnings=["1 Device ID in hidden text is ignored"],
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


def _others() -> list[Case]:
    inner = mail(_ASK + f"{D[0]}\n{plain(D[1])}\n", subject="Codes", sender="Cat <cat@op-b.test>")
    forwarded = (
        "FYI\n\n---------- Forwarded message ---------\nFrom: Cat <cat@op-b.test>\n"
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
            "forwarded-inline-from-another-company",
            mail(forwarded.replace("cat@op-b.test", "cat@op-c.test"), subject="Fwd: codes"),
            "unknown",
            "not_understood",
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
            mail(forwarded.replace("cat@op-b.test", "codes@op-a.test"), subject="Fwd: codes"),
            "unknown",
            own=["codes@op-a.test"],
            warnings=["1 Device ID is only in quoted text"],
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
    return _bodies() + _html() + _others()
