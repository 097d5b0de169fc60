"""Lists that lie in something: archives, Outlook's files, protected workbooks, S/MIME, uuencode."""

from __future__ import annotations

import zipfile

from tests.corpus.making import (
    CODE,
    CODE_CRC,
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
from tests.corpus.outlook import Item, msg
from tests.corpus.packing import (
    aes_zipped,
    document,
    gzipped,
    legacy_zipped,
    protected,
    uuencoded,
    with_declared_size,
    zipped,
)

ASK = "Hi,\n\nplease provide the install codes for the attached list.\n\nThanks, Ann\n"
_ZIP, _MSG, _TNEF = "application/zip", "application/vnd.ms-outlook", "application/ms-tnef"
_CMS = "application/pkcs7-mime"


def csv(*devices: str) -> bytes:
    """A CSV with a header, so that the first device stands in row 2."""
    return "\r\n".join(
        ["Device ID,MPAN", *(f"{plain(d)},1234567890126" for d in devices), ""]
    ).encode()


def book(*devices: str, sheet: str = "Sheet1") -> bytes:
    """A workbook with a header."""
    return xlsx((sheet, [["Device ID"], *([device] for device in devices)]))


def attaching(content: bytes, media: str, name: str) -> bytes:
    """A request whose list lies in this one file."""
    return mail(multi("mixed", part(ASK), raw_part(content, media, name)))


def request(name: str, raw: bytes, *devices: tuple[str, str], **more: object) -> Case:
    """A request for just these devices."""
    return Case(name, raw, "request", devices=list(devices), **more)  # type: ignore[arg-type]


def _archives() -> list[Case]:
    one = ("list.csv", csv(D[0], D[1]))
    listed = [(D[0], "devices.zip > list.csv > row 2"), (D[1], "devices.zip > list.csv > row 3")]

    def attached(content: bytes) -> bytes:
        return attaching(content, _ZIP, "devices.zip")

    return [
        request("zip-csv", attached(zipped(one)), *listed),
        request(
            "zip-two-folders-one-name",
            attached(zipped(("North/list.csv", csv(D[0])), ("South\\list.csv", csv(D[1])))),
            (D[0], "devices.zip > North/list.csv > row 2"),
            (D[1], "devices.zip > South/list.csv > row 2"),
        ),
        request(
            "zip-in-zip-with-workbook",
            attached(zipped(("inner.zip", zipped(("request.xlsx", book(D[0], sheet="Sheet2")))))),
            (D[0], "devices.zip > inner.zip > request.xlsx > Sheet2 > row 2"),
        ),
        request(
            "zip-with-clutter",
            attached(
                zipped(
                    ("__MACOSX/._list.csv", b"\0\x05\x16\x07" + csv(D[5])),
                    ("folder/", b""),
                    ("folder/.DS_Store", b"\0\0\0\1Bud1" + csv(D[6])),
                    ("logo.png", b"\x89PNG\r\n\x1a\n" + csv(D[7])),
                    one,
                )
            ),
            *listed,
        ),
        request(
            "zip-name-tricks",
            attached(
                zipped(
                    ("../../etc/list.csv", csv(D[0])),
                    ("C:\\temp\\list.csv", csv(D[1])),
                    ("etc/list.csv", csv(D[2])),
                    ("fdp\u202evsc.csv", csv(D[3])),
                )
            ),
            (D[0], "devices.zip > etc/list.csv > row 2"),
            (D[1], "devices.zip > temp/list.csv > row 2"),
            (D[2], "devices.zip > etc/list.csv (2) > row 2"),
            (D[3], "devices.zip > fdpvsc.csv > row 2"),
        ),
        request(
            "zip-without-name-or-type",
            mail(
                multi(
                    "mixed",
                    part(ASK),
                    raw_part(zipped(one), "application/octet-stream", "x")
                    .replace(b'; name="x"', b"")
                    .replace(b'; filename="x"', b""),
                )
            ),
            (D[0], "attachment 1 > list.csv > row 2"),
            (D[1], "attachment 1 > list.csv > row 3"),
        ),
        request(
            "zip-aes",
            attached(aes_zipped("Winter-2026", one)),
            *listed,
            passwords=["x", "Winter-2026"],
        ),
        request(
            "zip-legacy-password",
            attached(legacy_zipped("pässword", one)),
            *listed,
            passwords=["pässword"],
        ),
        request(
            "zip-aes-without-a-password",
            attached(aes_zipped("Winter-2026", one, ("b.csv", csv(D[3])))),
            rejects=[("devices.zip", "needs a password, and none is on file")],
        ),
        request(
            "zip-legacy-wrong-password",
            attached(legacy_zipped("right", one)),
            rejects=[("devices.zip", "none of the passwords on file")],
            passwords=["wrong", "also wrong"],
        ),
        request(
            "zip-half-protected",
            attached(aes_zipped("secret", one, ("b.csv", csv(D[3])), plain=["list.csv"])),
            *listed,
            rejects=[("devices.zip", "needs a password")],
        ),
        request(
            "zip-bomb",
            attached(zipped(("list.csv", b"0" * 25_000_000))),
            rejects=[("devices.zip", "unpacks to more than 200 times its size")],
        ),
        request(
            "zip-lies-about-a-size",
            attached(with_declared_size(zipped(one), 20)),
            rejects=[("devices.zip > list.csv", "damaged")],
        ),
        request(
            "zip-lzma",
            attached(zipped(one, method=zipfile.ZIP_LZMA)),
            rejects=[("devices.zip > list.csv", "compressed in a way that we do not support")],
        ),
        request(
            "zip-cut-short",
            attached(zipped(one)[:-40]),
            rejects=[("devices.zip", "the archive is damaged")],
        ),
        request(
            "zip-with-mails",
            attached(
                zipped(
                    (
                        "1.eml",
                        mail(
                            multi(
                                "mixed", part("see list"), raw_part(csv(D[0]), "text/csv", "a.csv")
                            )
                        ),
                    ),
                    ("2.msg", msg(Item(subject="codes", plain=f"for {D[1]}\n"))),
                )
            ),
            (D[0], "devices.zip > 1.eml > a.csv > row 2"),
            (D[1], "devices.zip > 2.msg > body line 1"),
        ),
        request(
            "gzip-csv",
            attaching(gzipped(csv(D[0])), "application/gzip", "list.csv.gz"),
            (D[0], "list.csv.gz > list.csv > row 2"),
        ),
        request(
            "seven-zip",
            attaching(
                b"7z\xbc\xaf\x27\x1c\0\4" + b"\x07" * 40, "application/x-7z-compressed", "list.7z"
            ),
            rejects=[("list.7z", "cannot read this kind of archive")],
        ),
        Case(
            "answers-in-a-zip",
            mail(
                multi(
                    "mixed",
                    part("Codes attached.\n"),
                    raw_part(
                        zipped(("codes.csv", f"Device ID,IC\r\n{D[0]},{CODE_CRC}\r\n".encode())),
                        _ZIP,
                        "codes.zip",
                    ),
                ),
                subject="Re: MP121 request MP121-OPA-2611-Q00001",
            ),
            "response",
            devices=[(D[0], "codes.zip > codes.csv > row 2")],
            answers=[(D[0], "provided", CODE, "codes.zip > codes.csv > row 2")],
            references=["MP121-OPA-2611-Q00001"],
        ),
    ]


def _protected() -> list[Case]:
    locked = protected("Winter-2026", book(D[0], D[1]))

    def attached(content: bytes) -> bytes:
        return attaching(content, XLSX, "request.xlsx")

    listed = [
        (D[0], "request.xlsx > Sheet1 > row 2"),
        (D[1], "request.xlsx > Sheet1 > row 3"),
    ]
    return [
        request(
            "xlsx-password-on-file", attached(locked), *listed, passwords=["old", "Winter-2026"]
        ),
        request(
            "xlsx-password-missing",
            attached(locked),
            rejects=[("request.xlsx", "protected by a password, and none is on file")],
        ),
        request(
            "xlsx-password-wrong",
            attached(locked),
            rejects=[("request.xlsx", "none of those on file for this contact opens it")],
            passwords=["old", "winter-2026"],
        ),
        request(
            "xlsx-locked-against-changes-only",
            attached(protected("VelvetSweatshop", book(D[0], D[1]))),
            *listed,
        ),
        request(
            "xlsx-protection-damaged",
            attached(locked[:5000]),
            rejects=[("request.xlsx", "protected, and it is damaged")],
            passwords=["Winter-2026"],
        ),
        request(
            "xlsx-protected-in-a-protected-zip",
            attaching(aes_zipped("Winter-2026", ("request.xlsx", locked)), _ZIP, "a.zip"),
            *((device, f"a.zip > {where}") for device, where in listed),
            passwords=["Winter-2026"],
        ),
    ]


def _texts() -> list[Case]:
    rows = ["Device ID", D[0], D[1]]
    return [
        request(
            "uuencode-in-the-body",
            mail(
                f"Codes please for {D[2]} and\n\n"
                f"{uuencoded('list.csv', csv(D[0], D[1]))}\nand {D[3]}\n"
            ),
            (D[2], "body line 1"),
            (D[3], "body line 9"),
            (D[0], "list.csv > row 2"),
            (D[1], "list.csv > row 3"),
        ),
        request(
            "uuencode-without-its-end",
            mail(f"Install codes please\n\n{uuencoded('list.csv', csv(D[0]), end=False)}"),
            (D[0], "list.csv > row 2"),
            rejects=[("list.csv", "uuencoded file is damaged")],
        ),
        request(
            "uuencode-begin-is-a-word",
            mail(f"Install codes please, we would\nbegin 644 with these:\n{D[0]}\n"),
            (D[0], "body line 3"),
        ),
        request(
            "uuencode-file",
            attaching(uuencoded("list.csv", csv(D[0])).encode(), "text/plain", "list.uue"),
            (D[0], "list.uue > list.csv > row 2"),
        ),
        request(
            "word-table",
            attaching(
                document([["Device ID", "Site"], [D[0], "North"]], text="Codes please for"),
                "application/msword",
                "list.docx",
            ),
            (D[0], "list.docx > table 1 > row 2"),
        ),
        request(
            "rtf-file",
            attaching(
                rb"{\rtf1\ansi " + b"\\par\r\n".join(row.encode() for row in rows) + b"}",
                "application/rtf",
                "list.rtf",
            ),
            (D[0], "list.rtf > line 2"),
            (D[1], "list.rtf > line 3"),
        ),
    ]


def cases() -> list[Case]:
    """All of this module."""
    return [*_archives(), *_protected(), *_texts()]
