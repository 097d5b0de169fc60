"""Lists in Outlook's own files (.msg, winmail.dat) and in S/MIME."""

from __future__ import annotations

from tests.corpus.containers_cases import ASK, attaching, book, csv, request
from tests.corpus.making import (
    CODE,
    CODE_CRC,
    XLSX,
    Case,
    D,
    crlf,
    grouped,
    mail,
    multi,
    part,
    raw_part,
    table,
    xlsx,
)
from tests.corpus.outlook import Item, html_in_rtf, msg, packed_rtf, tnef
from tests.corpus.packing import compressed, enveloped, signed, signed_in_pieces

_MSG, _TNEF = "application/vnd.ms-outlook", "application/ms-tnef"
_CMS = "application/pkcs7-mime"


def _outlook() -> list[Case]:
    page = (
        "<html><body><p>Please provide the codes for</p>"
        + table(("Device ID",), (D[0],))
        + "</body></html>"
    )
    inner = Item(subject="October list", html=page.encode(), files=[("request.xlsx", book(D[1]))])
    whole = msg(Item(subject="Fwd", plain="see below", items=[inner]))

    def attached(item: Item) -> bytes:
        return attaching(msg(item), _MSG, "old mail.msg")

    def winmail(item: Item, text: str = ASK) -> bytes:
        return mail(multi("mixed", part(text), raw_part(tnef(item), _TNEF, "winmail.dat")))

    return [
        request(
            "msg-plain-with-csv",
            attached(
                Item(
                    subject="codes",
                    plain=f"first of all {D[0]}\n",
                    files=[("list.csv", csv(D[1]) * 60)],
                )
            ),
            (D[0], "old mail.msg > body line 1"),
            (D[1], "old mail.msg > list.csv > row 2"),
        ),
        request(
            "msg-html-table",
            attached(Item(subject="codes", plain=D[0], html=page.encode())),
            (D[0], "old mail.msg > body table 1 > row 2"),
        ),
        request(
            "msg-html-in-rtf",
            attached(Item(subject="codes", plain=D[0], rtf=packed_rtf(html_in_rtf(page)))),
            (D[0], "old mail.msg > body table 1 > row 2"),
        ),
        request(
            "msg-rtf-only",
            attached(
                Item(
                    rtf=packed_rtf(
                        rb"{\rtf1\ansi{\fonttbl{\f0 Arial;}}{\*\generator x;}Codes for\par "
                        + D[0].encode()
                        + rb"\tab IC?\par}"
                    )
                )
            ),
            (D[0], "old mail.msg > body line 2"),
        ),
        request(
            "msg-in-msg",
            attaching(whole, "application/octet-stream", "forwarded.msg"),
            (D[0], "forwarded.msg > October list > body table 1 > row 2"),
            (D[1], "forwarded.msg > October list > request.xlsx > Sheet1 > row 2"),
        ),
        request(
            "msg-code-page",
            attached(
                Item(
                    subject="Caf\u00e9",
                    plain=f"Meters at Caf\u00e9 R\u00f4ti \u2013 {D[0]}\n",
                    codepage=1252,
                    eight_bit=True,
                )
            ),
            (D[0], "old mail.msg > body line 1"),
        ),
        Case(
            "msg-of-our-own",
            attached(
                Item(subject="ours", sender=("Op A", "codes@op-a.test"), plain=f"{D[0]}\n{D[1]}\n")
            ),
            "unknown",
            "question",
            own=["codes@op-a.test"],
            warnings=[
                "old mail.msg is a mail of our own",
                "2 Device IDs are only in quoted text",
            ],
        ),
        Case(
            "msg-with-a-link",
            attached(Item(subject="list", plain="the list is on the drive", links=["list.xlsx"])),
            "unknown",
            "question",
            warnings=["old mail.msg > list.xlsx is only a link to a file"],
        ),
        request(
            "msg-cut-short",
            attaching(whole[:2500], _MSG, "old mail.msg"),
            rejects=[("old mail.msg", "the file is damaged")],
        ),
        request(
            "winmail-workbook",
            winmail(Item(subject="Install codes", plain=ASK, files=[("ids.xlsx", book(D[0]))])),
            (D[0], "winmail.dat > ids.xlsx > Sheet1 > row 2"),
        ),
        request(
            "winmail-repeats-the-body",
            winmail(
                Item(
                    rtf=packed_rtf(
                        html_in_rtf(
                            f"<html><body><p>codes please</p><p>{D[0]}</p>"
                            "<p>00DB1234567890A</p></body></html>"
                        )
                    )
                ),
                f"codes please\n{D[0]}\n00DB1234567890A\n",
            ),
            (D[0], "body line 2"),
            rejects=[("body line 3", "too short: 15 characters")],
        ),
        request(
            "winmail-only",
            mail(raw_part(tnef(inner), _TNEF, "winmail.dat")),
            (D[0], "winmail.dat > body table 1 > row 2"),
            (D[1], "winmail.dat > request.xlsx > Sheet1 > row 2"),
        ),
        request(
            "winmail-with-mail-within",
            winmail(Item(plain=ASK, codepage=1252, eight_bit=True, items=[inner])),
            (D[0], "winmail.dat > October list > body table 1 > row 2"),
            (D[1], "winmail.dat > October list > request.xlsx > Sheet1 > row 2"),
        ),
        request(
            "winmail-cut-short",
            attaching(
                tnef(Item(plain=ASK, files=[("a.csv", csv(D[0])), ("b.csv", csv(D[1]) * 10)]))[
                    :-200
                ],
                _TNEF,
                "winmail.dat",
            ),
            (D[0], "winmail.dat > a.csv > row 2"),
            rejects=[("winmail.dat", "winmail.dat is damaged")],
        ),
        Case(
            "winmail-answer",
            mail(
                multi(
                    "mixed",
                    part(""),
                    raw_part(
                        tnef(Item(plain=f"Hi,\n{D[0]} IC: {grouped(CODE_CRC)}\n")),
                        _TNEF,
                        "winmail.dat",
                    ),
                ),
                subject="Re: MP121 request MP121-OPA-2611-Q00001",
            ),
            "response",
            devices=[(D[0], "winmail.dat > body line 2")],
            answers=[(D[0], "provided", CODE, "winmail.dat > body line 2")],
            references=["MP121-OPA-2611-Q00001"],
        ),
    ]


def _sealed() -> list[Case]:
    entity = multi("mixed", part(ASK + D[2] + "\n"), raw_part(csv(D[0]), "text/csv", "list.csv"))
    listed = [(D[2], "body line 6"), (D[0], "list.csv > row 2")]
    signature = raw_part(signed(b"")[:40], "application/pkcs7-signature", "smime.p7s")

    def sealed(content: bytes, kind: str, media: str = _CMS) -> bytes:
        return mail(raw_part(content, f"{media}; smime-type={kind}", "smime.p7m"))

    return [
        request(
            "smime-signed-beside",
            mail(
                multi(
                    "signed",
                    entity,
                    signature,
                    boundary="=_sig",
                    more='; protocol="application/pkcs7-signature"; micalg=sha-256',
                )
            ),
            *listed,
        ),
        request("smime-signed-around", sealed(signed(entity), "signed-data"), *listed),
        request("smime-signed-in-pieces", sealed(signed_in_pieces(entity), "signed-data"), *listed),
        request("smime-compressed", sealed(compressed(entity), "compressed-data"), *listed),
        request(
            "smime-compressed-within-signed",
            sealed(signed(raw_part(compressed(entity), _CMS, "smime.p7m")), "signed-data"),
            *listed,
        ),
        request(
            "smime-as-octet-stream",
            sealed(signed(entity), "signed-data", "application/octet-stream"),
            *((device, f"smime.p7m > {where}") for device, where in listed),
        ),
        Case(
            "smime-encrypted-without-a-key",
            sealed(enveloped(b"\x5a" * 300), "enveloped-data"),
            "unknown",
            rejects=[("smime.p7m", "encrypted: no key for it is configured")],
        ),
        Case(
            "smime-damaged",
            sealed(signed(entity)[:200], "signed-data"),
            "unknown",
            rejects=[("smime.p7m", "signed or encrypted part is damaged")],
        ),
        request(
            "forwarded-mail-with-workbook",
            mail(
                multi(
                    "mixed",
                    part("Please see the forwarded list and send us the install codes.\n"),
                    part(
                        crlf(
                            mail(
                                multi(
                                    "mixed",
                                    part("list attached"),
                                    raw_part(
                                        xlsx(
                                            ("Notes", [["x"]]),
                                            ("Sheet2", [[""]] * 12 + [["Device ID"], [D[0]]]),
                                        ),
                                        XLSX,
                                        "request.xlsx",
                                    ),
                                    boundary="=_inner",
                                )
                            )
                        ),
                        "message/rfc822",
                    ),
                ),
                subject="FW: list",
            ),
            (D[0], "forwarded mail > request.xlsx > Sheet2 > row 14"),
        ),
    ]


def cases() -> list[Case]:
    """All of this module."""
    return [*_outlook(), *_sealed()]
