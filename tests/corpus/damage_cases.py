"""Parts whose names, charsets or encodings are odd, wrong or damaged."""

from __future__ import annotations

from tests.corpus.containers_cases import ASK, attaching, csv, request
from tests.corpus.making import Case, D, html, mail, multi, part, raw_part, table


def cases() -> list[Case]:
    """All of this module."""

    def named(disposition: str, media: str = "text/csv") -> bytes:
        head = f"Content-Type: {media}\r\nContent-Disposition: attachment{disposition}\r\n\r\n"
        return mail(multi("mixed", part(ASK), head.encode() + csv(D[0])))

    wide = f"Install codes please\r\n{D[0]}\r\n{D[1]}\r\n"
    encoded = raw_part(csv(D[0], D[1]), "text/csv", "list.csv")
    return [
        request(
            "name-in-pieces",
            named(
                ";\r\n filename*0*=utf-8''Z%C3%A4hler;\r\n filename*1*=%20Liste;"
                '\r\n filename*2=".csv"'
            ),
            (D[0], "Z\u00e4hler Liste.csv > row 2"),
        ),
        request(
            "name-in-another-charset",
            named("; filename*=iso-8859-1'en'%A3%20list.csv"),
            (D[0], "\u00a3 list.csv > row 2"),
        ),
        request(
            "name-as-encoded-words",
            named('; filename="=?utf-8?B?WsOkaGxl?=\r\n =?utf-8?Q?r.csv?="'),
            (D[0], "Z\u00e4hler.csv > row 2"),
        ),
        request(
            "no-name-type-or-disposition",
            mail(multi("mixed", part(ASK), b"\r\n" + D[0].encode() + b"\r\n")),
            (D[0], "body line 6"),
        ),
        request(
            "no-name-but-attached",
            named("", "application/octet-stream"),
            (D[0], "attachment 1 > row 2"),
        ),
        request(
            "charset-lies-utf-16",
            mail(
                part(wide.encode("utf-16-le"), "text/plain; charset=us-ascii").replace(
                    b"\r\0\r\n\0", b"\r\0\n\0"
                )
            ),
            (D[0], "body line 2"),
            (D[1], "body line 3"),
        ),
        request(
            "charset-lies-cp1252",
            mail(
                part(
                    f"Codes \u2013 caf\u00e9\n{D[0].replace('-', chr(0x2013))}\n".encode("cp1252"),
                    "text/plain; charset=utf-8",
                )
            ),
            (D[0], "body line 2"),
        ),
        request(
            "charset-unknown",
            mail(part(f"Codes please\n{D[0]}\n", "text/plain; charset=x-ours-42")),
            (D[0], "body line 2"),
        ),
        request(
            "csv-utf16-big-endian",
            attaching(
                b"\xfe\xff" + csv(D[0]).decode().encode("utf-16-be"),
                "text/csv; charset=utf-8",
                "list.csv",
            ),
            (D[0], "list.csv > row 2"),
        ),
        request(
            "quoted-printable-damaged",
            mail(
                b"Content-Type: text/plain; charset=utf-8\r\n"
                b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                b"Install codes please =\r\nfor 100=% of these, caf=c3=a9:\r\n"
                + D[0][:11].encode()
                + b"=\r\n"
                + D[0][11:].encode()
                + b"=20\r\n"
                + D[1].encode()
                + b"=\r\n"
            ),
            (D[0], "body line 2"),
            (D[1], "body line 3"),
        ),
        request(
            "base64-damaged",
            mail(
                multi(
                    "mixed",
                    part(ASK),
                    encoded.replace(b"==\r\n", b"\r\n")
                    .replace(b"=\r\n", b"\r\n")
                    .replace(b"\r\n\r\n", b"\r\n\r\n *!\r\n", 1),
                )
            ),
            (D[0], "list.csv > row 2"),
            (D[1], "list.csv > row 3"),
        ),
        request(
            "html-attached-without-a-name",
            mail(
                multi(
                    "mixed",
                    part(ASK),
                    html(table(("Device ID",), (D[0],))).replace(
                        b"\r\n", b"\r\nContent-Disposition: attachment\r\n", 1
                    ),
                )
            ),
            (D[0], "attachment 1 > table 1 > row 2"),
        ),
    ]
