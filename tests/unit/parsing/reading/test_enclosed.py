"""What a mail has instead of a list of Devices is named, and files and links are listed."""

from __future__ import annotations

import io
from email.message import EmailMessage
from fnmatch import fnmatchcase

import pytest
import xlsxwriter

from exchange.domain.mail import Kind, Lack, Understanding
from exchange.domain.statements import Act
from exchange.parsing.reading.understand import understand
from exchange.worker.frames import decode, encode
from tests.corpus.making import D

ASKS = "Hello,\n\ncould you send us the install codes of the meters in the enclosed list, please?\n"
PICTURE = ("image/jpeg", b"\xff\xd8\xff\xe0" + bytes(range(200)))


def _book(*rows: tuple[str, ...]) -> tuple[str, bytes]:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return "application/vnd.ms-excel", made.getvalue()


def _read(
    text: str, *files: tuple[str, tuple[str, bytes]], html: str = "", **header: str
) -> Understanding:
    mail = EmailMessage()
    mail["From"], mail["To"] = "codes@gain.example", "codes@lose.example"
    mail["Subject"], mail["Message-ID"] = "Gained meters", "<7@gain.example>"
    for name, value in header.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    for name, (media, content) in files:
        main, _, sub = media.partition("/")
        mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    said = understand(mail.as_bytes())
    assert decode(encode(said)) == said
    return said


@pytest.mark.parametrize(
    ("said", "lack", "lacking"),
    [
        (lambda: _read(ASKS, ("a.xlsx", _book())), Lack.EMPTY, "a.xlsx"),
        (lambda: _read(ASKS, ("a.xlsx", _book(("Device ID", "Fuel")))), Lack.EMPTY, "a.xlsx"),
        (lambda: _read(ASKS, ("a.csv", ("text/csv", b"EUI,Fuel\r\n"))), Lack.EMPTY, "a.csv"),
        (
            lambda: _read(ASKS, ("a.xlsx", _book(("MPAN", "Town"), ("2000012345678", "Bath")))),
            Lack.METER_POINTS,
            "a.xlsx",
        ),
        (
            lambda: _read(ASKS, ("a.xlsx", _book(("Town", "Ref"), ("Bath", "99001234")))),
            Lack.NO_IDS,
            "a.xlsx",
        ),
        (lambda: _read(ASKS, ("IMG_1.jpg", PICTURE)), Lack.PICTURE, "IMG_1.jpg"),
        (lambda: _read(ASKS), Lack.FORGOTTEN, ""),
        # The logo of a signature is no list, and what was attached is missing.
        (lambda: _read(ASKS, ("image001.png", PICTURE)), Lack.FORGOTTEN, ""),
        (
            lambda: _read(
                "Could you send us the install codes for the screenshot attached?",
                ("image001.png", PICTURE),
            ),
            Lack.PICTURE,
            "image001.png",
        ),
        (
            lambda: _read(
                "Please provide install codes for the list here:\n\nhttps://1drv.ms/x/s!Ab"
            ),
            Lack.LINK,
            "https://1drv.ms/x/s!Ab",
        ),
        (
            lambda: _read(
                "We need the codes of the meters in https://gain.example/gained.xlsx?dl=1"
            ),
            Lack.LINK,
            "https://gain.example/gained.xlsx?dl=1",
        ),
        (
            lambda: _read(
                "Please give us the install codes of the meters in https://gain.sharepoint.com/x/1?e=a."
            ),
            Lack.LINK,
            "https://gain.sharepoint.com/x/1?e=a",
        ),
        (
            lambda: _read(
                "Please provide the install codes for meters.xlsx",
                html="<p>Please provide the install codes for <a href='https://1drv.ms/x/s!A'>"
                "meters.xlsx</a></p>",
            ),
            Lack.LINK,
            "https://1drv.ms/x/s!A",
        ),
        (
            lambda: _read("Please send the install codes for MSN 21E5012345 and 21E5012346."),
            Lack.METER_POINTS,
            "",
        ),
        # It asks for nothing, or it lists a Device.
        (lambda: _read("See you at https://docs.google.com/document/d/1 on Friday"), Lack.NONE, ""),
        (lambda: _read(f"{ASKS}\n00-DB-41-07-00-1A-20-31", ("a.jpg", PICTURE)), Lack.NONE, ""),
    ],
)
def test_what_there_is_instead_of_a_list(said: object, lack: Lack, lacking: str) -> None:
    assert callable(said)
    found = said()
    assert (found.lack, found.lacking) == (lack, lacking)


def test_files_and_links_are_listed_once_in_any_mail() -> None:
    said = _read(
        "00-DB-41-07-00-1A-20-31 as in (https://gain.example/a), https://gain.example/a.",
        ("photo.jpg", PICTURE),
        html="<a href=https://gain.example/b?x=1&amp;y=2>00-DB-41-07-00-1A-20-31</a>",
    )
    assert [(one.name, one.media, one.size) for one in said.enclosed] == [
        ("photo.jpg", "image/jpeg", 204)
    ]
    assert said.links == ("https://gain.example/b?x=1&y=2",)
    plain = _read("00-DB-41-07-00-1A-20-31 as in (https://gain.example/a), https://gain.example/a.")
    assert plain.links == ("https://gain.example/a",)


def test_a_machine_is_known_by_its_header() -> None:
    assert not _read(ASKS).by_machine
    assert _read(ASKS, Auto_Submitted="auto-generated").by_machine


def test_a_link_alone_is_no_sentence() -> None:
    said = _read("Please provide install codes for the list here:\n\nhttps://1drv.ms/x/ids!codes")
    assert [one.act for one in said.statements] == [Act.ASKS]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("more.csv", b"", "the file is empty"),
        ("more.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "the file is damaged*"),
        ("photo.jpg", PICTURE[1], "we cannot read pictures*"),
        ("image001.png", PICTURE[1], ""),
        ("ATT00001.txt", b"", ""),
    ],
)
def test_a_file_next_to_a_list_is_reported_if_it_may_have_more(
    name: str, content: bytes, reason: str
) -> None:
    media = "image/png" if name.endswith(("png", "jpg")) else "application/octet-stream"
    text = f"Please send us the codes of {D[0]} and of the meter in the photo, and in the file."
    said = _read(text, (name, (media, content)))
    assert said.kind is Kind.REQUEST
    assert [(one.where, fnmatchcase(one.reason, reason)) for one in said.rejects] == (
        [(name, True)] if reason else []
    )
