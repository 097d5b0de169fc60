"""A mail, its files and the mails within it are read to one result."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exchange.domain.limits import DEFAULT, Limits
from exchange.errors import Unreadable
from exchange.parsing.containers.openers import NO_OPENERS
from exchange.parsing.mime.parts import read_parts
from exchange.parsing.reading.head import head_of
from exchange.parsing.reading.walk import Reading, read_mail, scope_of
from tests.corpus import making
from tests.corpus.packing import zipped

A, B, C = (f"00-DB-12-34-56-78-90-A{number}" for number in range(3))
X = "83FED3407A939723A5C639B26916D505C3B5"
OURS = frozenset({"codes@op-a.test"})


def _read(raw: bytes, limits: Limits = DEFAULT) -> Reading:
    mail = read_parts(raw, limits)
    return read_mail(mail, head_of(mail.headers), scope_of(limits, OURS, NO_OPENERS))


def _devices(reading: Reading) -> list[tuple[str, str]]:
    return [(str(one.device), one.where) for one in reading.findings.devices]


def _csv(*devices: str, name: str = "a.csv") -> bytes:
    return making.raw_part("\r\n".join(["Device ID", *devices]).encode(), "text/csv", name)


def _within(mail: bytes) -> bytes:
    return b"Content-Type: message/rfc822\r\n\r\n" + mail


def test_body_and_files_are_read_with_their_places() -> None:
    files = _csv(B), _csv(C, name="b.csv")
    body = making.part(f"Codes please\n{A}")
    reading = _read(making.mail(making.multi("mixed", body, *files)))
    assert _devices(reading) == [(A, "body line 2"), (B, "a.csv > row 2"), (C, "b.csv > row 2")]
    assert reading.findings.asks
    assert reading.text.splitlines()[:2] == ["Codes please", A]


def test_a_quote_is_not_the_senders_and_its_devices_are_only_named() -> None:
    reading = _read(making.mail(f"Thank you\n\nOn Monday Kim wrote:\n> {A}\n", subject="Re: codes"))
    assert _devices(reading) == []
    assert [str(one) for one in reading.findings.quoted] == [A]
    assert A in reading.text
    assert A not in reading.own_text


def test_files_within_files_keep_the_whole_path() -> None:
    archive = zipped(("x/a.csv", f"Device ID\n{A}\n".encode()))
    reading = _read(making.mail(making.raw_part(archive, "application/zip", "all.zip")))
    assert _devices(reading) == [(A, "all.zip > x/a.csv > row 2")]


def test_a_mail_within_counts_unless_it_is_our_own() -> None:
    inner = making.mail(f"Please send the code of\n{A}", subject="inner")
    reading = _read(making.mail(making.multi("mixed", making.part("see below"), _within(inner))))
    ((device, where),) = _devices(reading)
    assert device == A
    assert where.endswith(" > body line 2")
    ours = making.mail(f"Please send the code of\n{A}", sender="Ours <codes@op-a.test>")
    reading = _read(making.mail(making.multi("mixed", making.part("see below"), _within(ours))))
    assert _devices(reading) == []
    assert [str(one) for one in reading.findings.quoted] == [A]
    assert any("a mail of our own" in one for one in reading.findings.warnings)


def test_a_mail_attached_as_a_file_is_read_as_a_mail() -> None:
    inner = making.mail(f"Please send the code of\n{A}")
    reading = _read(making.mail(making.raw_part(inner, "application/octet-stream", "x.eml")))
    assert _devices(reading) == [(A, "x.eml > body line 2")]
    box = b"From a Mon Nov  2 09:15:00 2026\n"
    both = box + inner + b"\n\n" + box + making.mail(f"And of\n{B}")
    reading = _read(making.mail(making.raw_part(both, "application/octet-stream", "x.mbox")))
    assert [where for _, where in _devices(reading)] == [
        "x.mbox > mail 1 > body line 2",
        "x.mbox > mail 2 > body line 2",
    ]


FORWARDED = (
    "\n-----Original Message-----\nFrom: {}\nSent: Monday\nTo: b@op-b.test\nSubject: codes\n\n"
    "Please send the code of\n{}\n"
)


def test_what_is_only_forwarded_is_what_the_sender_means() -> None:
    body = "See below" + FORWARDED.format("Kim <kim@op-c.test>", A)
    assert [device for device, _ in _devices(_read(making.mail(body, subject="Fwd: codes")))] == [A]
    ours = "See below" + FORWARDED.format("Ours <codes@op-a.test>", A)
    reading = _read(making.mail(ours, subject="Fwd: codes"))
    assert (_devices(reading), [str(one) for one in reading.findings.quoted]) == ([], [A])
    own_list = f"Please send\n{B}\n" + FORWARDED.format("Kim <kim@op-c.test>", A)
    reading = _read(making.mail(own_list, subject="Fwd: codes"))
    assert [device for device, _ in _devices(reading)] == [B]


@pytest.mark.parametrize(
    ("subject", "devices", "asks"),
    [
        (f"Please send the install code of {A}", [A], True),
        (f"Re: Please send the install code of {A}", [], False),
        (f"Re: {A} {X}", [A], False),
    ],
)
def test_a_subject_asks_and_an_echoed_one_only_gives_codes(
    subject: str, devices: list[str], asks: bool
) -> None:
    reading = _read(making.mail("Thanks, Kim", subject=subject))
    assert [device for device, _ in _devices(reading)] == devices
    assert reading.findings.asks is asks
    answered = _read(making.mail(f"{B} {X}", subject=f"Re: {A} {X}"))
    assert [str(one.device) for one in answered.findings.claims] == [B]


def test_what_nobody_sees_is_ignored_and_mentioned() -> None:
    page = f'<p>Please send the code of {A}</p><p style="display:none">{B}</p><p><s>{C}</s></p>'
    reading = _read(making.mail(making.html(page)))
    assert [device for device, _ in _devices(reading)] == [A]
    assert reading.findings.warnings == [
        "body: 1 Device ID in hidden text is ignored",
        f"body: 1 Device ID struck out is ignored: {C}",
    ]


def test_a_mail_that_came_in_pieces_is_asked_for_whole() -> None:
    piece = making.part(b"some text", "message/partial; id=1; number=1", name="p")
    reading = _read(making.mail(making.multi("mixed", making.part("x"), piece)))
    assert any("sent in pieces" in one.reason for one in reading.findings.rejects)


def test_mails_within_mails_end_somewhere() -> None:
    mail = making.mail("x")
    for depth in range(4):
        mail = making.mail(making.raw_part(mail, "application/octet-stream", f"{depth}.eml"))
    assert _read(mail).findings.devices == []
    with pytest.raises(Unreadable, match=r"deep"):
        _read(mail, replace(DEFAULT, depth=2))


def test_rows_of_body_and_files_are_counted_together() -> None:
    raw = making.mail(making.multi("mixed", making.part("x\n" * 5), _csv(A, B)))
    assert len(_devices(_read(raw, replace(DEFAULT, rows=20)))) == 2
    with pytest.raises(Unreadable, match="more than 7 rows"):
        _read(raw, replace(DEFAULT, rows=7))


OTHER = "3F9D7152AC4239666D3AFE669F26F33A0661"


@pytest.mark.parametrize(
    ("html", "text", "contradicts"),
    [
        (f"{A} {X}\n{B} {OTHER}", f"{B} {X}\n{A} {OTHER}", True),
        (f"{A} {X}", f"Not the installing Supplier: {A}", True),
        (f"{A} not the installing Supplier", f"{A} ours, code to follow", True),
        ("1 and 3 are not ours.", "1 and 2 are not ours.", True),
        ("None of these were installed by us.", "DRAFT\nNone of these were installed by us.", True),
        (
            "None of these were installed by us.",
            "None  of these were installed by us.\n\nKim",
            False,
        ),
        (f"{A} {X}\n{B} {OTHER}", f"{A} | {X}\n{B} | {OTHER}", False),
        (f"{A} {X}", f"{A}: please see the table", True),
        (f"{A} not the installing Supplier", f"- {A} - not the installing Supplier", False),
    ],
)
def test_answers_of_html_and_text_are_compared_device_by_device(
    html: str, text: str, contradicts: bool
) -> None:
    lines = "".join(f"<p>{line}</p>" for line in html.split("\n"))
    body = making.multi("alternative", making.part(text), making.part(lines, "text/html"))
    reading = _read(making.mail(body, subject="Re: codes"))
    assert bool(reading.findings.contradiction) is contradicts


@pytest.mark.parametrize("media", ["plain", "html", "x-amp-html", "enriched"])
def test_every_further_rendering_of_a_body_is_compared(media: str) -> None:
    first = making.part(f"Codes for {A}", f"text/{media}")
    last = making.part(f"<p>Codes for {B}</p>", "text/html")
    for body in (
        making.multi("alternative", first, last),
        making.multi("alternative", last, first),
    ):
        reading = _read(making.mail(body))
        assert len(_devices(reading)) == 1
        assert "name different Devices" in reading.findings.contradiction
