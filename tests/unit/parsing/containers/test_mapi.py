"""An Outlook item as a mail: its header, the renderings of its body, what is attached."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.parsing.containers import mapi
from exchange.parsing.containers.embedded import EmbeddedFile
from exchange.parsing.containers.mapi import Item, ItemAttachment, Value
from exchange.parsing.mime.headers import parse_date
from exchange.parsing.mime.parts import Part
from tests.corpus.outlook import html_in_rtf, packed_rtf


def mail(item: Item) -> tuple[Part, list[str]]:
    warnings: list[str] = []
    return mapi.as_mail(item, 1000, warnings, "a.msg"), warnings


def bodies(properties: dict[int, Value]) -> list[tuple[str, bytes]]:
    """Return media type and content of each rendering of the body."""
    part, warnings = mail(Item(properties))
    assert warnings == []
    return [
        (one.media, one.content)
        for alternative in part.children
        if alternative.media == "multipart/alternative"
        for one in alternative.children
    ]


def header(properties: dict[int, Value], ceiling: int = 1000) -> list[tuple[str, str]]:
    return list(mapi.headers_of(Item(properties), ceiling))


def attached(one: ItemAttachment) -> tuple[list[Part], list[str]]:
    part, warnings = mail(Item({}, [one]))
    return part.children, warnings


# The numbers of the properties are those of [MS-OXPROPS], section 2.
TAGS = {
    "SUBJECT": 0x0037,
    "SENDER_NAME": 0x0C1A,
    "SENDER": 0x0C1F,
    "SENT": 0x0039,
    "SENDER_TYPE": 0x0C1E,
    "SENDER_SMTP": 0x5D01,
    "SENT_BY_SMTP": 0x5D02,
    "SHOWN_TO": 0x0E04,
    "HEADERS": 0x007D,
    "MESSAGE_ID": 0x1035,
    "IN_REPLY_TO": 0x1042,
    "REFERENCES": 0x1039,
    "BODY": 0x1000,
    "RTF": 0x1009,
    "HTML": 0x1013,
    "CODEPAGE": 0x3FDE,
    "MESSAGE_CODEPAGE": 0x3FFD,
    "ATTACHED": 0x3701,
    "SHORT_NAME": 0x3704,
    "LONG_NAME": 0x3707,
    "SHOWN_NAME": 0x3001,
    "METHOD": 0x3705,
    "MEDIA": 0x370E,
    "HIDDEN": 0x7FFE,
}


def test_the_numbers_of_the_properties() -> None:
    assert {name: getattr(mapi, name) for name in TAGS} == TAGS


# Text


@pytest.mark.parametrize(
    ("value", "page", "text"),
    [
        ("Zähler\0", 1250, "Zähler"),
        ("Łódź".encode("cp1250"), 1250, "Łódź"),
        ("Zähler".encode(), 65001, "Zähler"),
        ("Zähler".encode("latin-1"), 28591, "Zähler"),
        (b"a\0\0", 20127, "a"),
        (b"caf\xe9", 0, "café"),
        (b"caf\xe9", 100_000, "café"),
        (b"caf\xe9", "no number", "café"),
        (7, 1252, ""),
    ],
)
def test_strings_are_decoded_in_the_code_page(value: Value, page: Value, text: str) -> None:
    assert mapi.property_text({mapi.SUBJECT: value, mapi.CODEPAGE: page}, mapi.SUBJECT) == text
    assert (
        mapi.property_text({mapi.SUBJECT: value, mapi.MESSAGE_CODEPAGE: page}, mapi.SUBJECT) == text
    )
    assert mapi.property_text({mapi.CODEPAGE: page}, mapi.SUBJECT) == ""


def test_the_charset_of_an_item() -> None:
    assert mapi.charset_of({}) == ""
    assert mapi.charset_of({mapi.CODEPAGE: 1250, mapi.MESSAGE_CODEPAGE: 932}) == "cp1250"
    assert mapi.charset_of({mapi.CODEPAGE: 0, mapi.MESSAGE_CODEPAGE: 932}) == "cp932"
    pages = {65001: "utf-8", 20127: "us-ascii", 28591: "iso-8859-1"}
    assert {page: mapi.charset_of({mapi.CODEPAGE: page}) for page in pages} == pages


# Body

_RTF = packed_rtf(b"{\\rtf1\\ansi text of RTF}")
_HTML_RTF = packed_rtf(html_in_rtf("<p>HTML of RTF</p>"))


@pytest.mark.parametrize(
    ("properties", "found"),
    [
        ({}, []),
        ({mapi.BODY: "plain"}, [("text/plain", b"plain")]),
        ({mapi.BODY: " \r\n"}, []),
        (
            {mapi.BODY: "plain", mapi.HTML: b"<p>a\0"},
            [("text/plain", b"plain"), ("text/html", b"<p>a")],
        ),
        ({mapi.HTML: "<p>ä"}, [("text/html", "<p>ä".encode())]),
        ({mapi.HTML: b"\0\r\n", mapi.RTF: _RTF}, [("text/plain", b"text of RTF")]),
        ({mapi.BODY: "plain", mapi.RTF: _RTF}, [("text/plain", b"plain")]),
        (
            {mapi.BODY: "plain", mapi.RTF: _HTML_RTF},
            [("text/plain", b"plain"), ("text/html", b"<p>HTML of RTF</p>")],
        ),
        ({mapi.HTML: b"<p>a", mapi.RTF: _HTML_RTF}, [("text/html", b"<p>a")]),
        ({mapi.BODY: "plain", mapi.RTF: b"damaged"}, [("text/plain", b"plain")]),
        ({mapi.RTF: 7}, []),
    ],
)
def test_the_renderings_of_a_body(
    properties: dict[int, Value], found: list[tuple[str, bytes]]
) -> None:
    assert bodies(properties) == found


def test_the_charset_of_an_html_body_is_the_item_s() -> None:
    part, _ = mail(Item({mapi.HTML: b"<p>a", mapi.CODEPAGE: 1250}))
    assert part.children[0].children[0].params == {"charset": "cp1250"}


def test_the_only_body_that_cannot_be_read_is_reported() -> None:
    part, warnings = mail(Item({mapi.RTF: b"damaged"}))
    assert warnings == ["a.msg: the RTF body is damaged"]
    assert part.children == []


# Header


def test_the_header_that_the_mail_came_with_counts() -> None:
    kept = "From: ann@op-b.test\r\nSubject: =?utf-8?q?a?=\r\n"
    properties: dict[int, Value] = {mapi.HEADERS: kept, mapi.SUBJECT: "another"}
    assert header(properties) == [("from", "ann@op-b.test"), ("subject", "=?utf-8?q?a?=")]


def test_a_header_without_a_sender_is_made_anew() -> None:
    properties: dict[int, Value] = {mapi.HEADERS: "To: x\r\n", mapi.SUBJECT: "s"}
    assert header(properties) == [("subject", "s")]


def test_a_header_of_the_properties() -> None:
    sent = (
        int(
            (datetime(2026, 11, 2, 9, tzinfo=UTC) - datetime(1601, 1, 1, tzinfo=UTC))
            / timedelta(microseconds=1)
        )
        * 10
    )
    assert header(
        {
            mapi.SUBJECT: "s\r\nBcc: x",
            mapi.SENDER_NAME: 'Ann "A" \\ Other',
            mapi.SENDER: "/O=ORG/CN=ANN",
            mapi.SENT_BY_SMTP: "ann@op-b.test",
            mapi.SHOWN_TO: "codes@op-a.test",
            mapi.MESSAGE_ID: "<a@b>",
            mapi.IN_REPLY_TO: "<c@d>",
            mapi.REFERENCES: "<e@f>\r\n <g@h>",
            mapi.SENT: struct.pack("<Q", sent),
        }
    ) == [
        ("subject", "s Bcc: x"),
        ("from", '"Ann A Other" <ann@op-b.test>'),
        ("to", "codes@op-a.test"),
        ("message-id", "<a@b>"),
        ("in-reply-to", "<c@d>"),
        ("references", "<e@f> <g@h>"),
        ("date", "Mon, 02 Nov 2026 09:00:00 +0000"),
    ]


@pytest.mark.parametrize(
    ("properties", "sender"),
    [
        ({mapi.SENDER: "ann@op-b.test"}, "ann@op-b.test"),
        ({mapi.SENDER: "x@y.test", mapi.SENDER_SMTP: "ann@op-b.test"}, "ann@op-b.test"),
        ({mapi.SENDER: "/O=ORG/CN=ANN", mapi.SENDER_NAME: "Ann"}, None),
        (
            {mapi.SENDER_NAME: "=?utf-8?q?x?=", mapi.SENDER: "a@b.test"},
            '"= ?utf-8?q?x?=" <a@b.test>',
        ),
        ({mapi.SENDER: "a@b.test\r\nBcc: x"}, "a@b.test Bcc: x"),
    ],
)
def test_the_sender(properties: dict[int, Value], sender: str | None) -> None:
    assert dict(header(properties)).get("from") == sender


def test_a_subject_is_no_encoded_word() -> None:
    assert header({mapi.SUBJECT: "=?utf-8?q?x?="}) == [("subject", "= ?utf-8?q?x?=")]


def test_a_header_is_cut_at_the_ceiling() -> None:
    assert header({mapi.SUBJECT: "x" * 200}, 100) == [("subject", "x" * 100)]
    kept = "From: a@b.test\r\nX-Long: " + "x" * 200
    assert [len(value) for _, value in header({mapi.HEADERS: kept}, 100)] == [8, 76]


@pytest.mark.parametrize("value", [0, -1, 2**64, "text", b"short", bytes(8), b"\xff" * 8])
def test_what_is_no_time_is_no_date(value: Value) -> None:
    assert "date" not in dict(header({mapi.SENT: value}))


@given(st.integers(1, 600 * 365 * 86_400))
def test_any_time_comes_back(seconds: int) -> None:
    """Use seconds since 1601, of which Outlook counts ten million ticks each."""
    sent = datetime(1601, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    date = dict(header({mapi.SENT: seconds * 10_000_000}))["date"]
    assert parse_date(date) == sent


# Attachments


@pytest.mark.parametrize(
    ("properties", "name"),
    [
        ({mapi.LONG_NAME: "long name.csv", mapi.SHORT_NAME: "LONGNA~1.CSV"}, "long name.csv"),
        ({mapi.SHORT_NAME: "a.csv", mapi.SHOWN_NAME: "shown"}, "a.csv"),
        ({mapi.SHOWN_NAME: "shown"}, "shown"),
        ({mapi.LONG_NAME: "C:\\dir\\a.csv"}, "a.csv"),
        ({}, ""),
    ],
)
def test_the_name_that_a_person_sees(properties: dict[int, Value], name: str) -> None:
    assert ItemAttachment(properties).name == name


@pytest.mark.parametrize(
    ("media", "kept"),
    [
        ("Text/CSV ", "text/csv"),
        ("multipart/mixed", "application/octet-stream"),
        ("message/rfc822", "application/octet-stream"),
        ("nonsense", "application/octet-stream"),
        ("", "application/octet-stream"),
    ],
)
def test_an_attached_file(media: str, kept: str) -> None:
    one = ItemAttachment({mapi.ATTACHED: b"x", mapi.LONG_NAME: "a.csv", mapi.MEDIA: media})
    (part,), warnings = attached(one)
    assert (part.name, part.media, part.content, part.attached) == ("a.csv", kept, b"x", True)
    assert warnings == []
    (part,), _ = attached(ItemAttachment({mapi.ATTACHED: b"x"}))
    assert part.name == "attachment 1"


def test_an_attached_item_is_an_attached_mail() -> None:
    inner = Item({mapi.SUBJECT: "inner", mapi.BODY: "x", mapi.RTF: b""})
    (part,), warnings = attached(ItemAttachment({}, inner))
    assert part.is_mail
    assert part.name == "inner"
    assert part.children[0].headers.get("subject") == "inner"
    assert warnings == []
    (part,), _ = attached(ItemAttachment({}, Item()))
    assert part.name == "item 1"
    _, warnings = attached(ItemAttachment({mapi.LONG_NAME: "a"}, Item({mapi.RTF: b"damaged"})))
    assert warnings == ["a.msg > a: the RTF body is damaged"]


@pytest.mark.parametrize("method", [2, 3, 4, 7])
def test_a_link_is_reported(method: int) -> None:
    properties: dict[int, Value] = {mapi.METHOD: method, mapi.LONG_NAME: "a.csv"}
    assert attached(ItemAttachment(properties)) == ([], ["a.msg > a.csv is only a link to a file"])
    del properties[mapi.LONG_NAME]
    assert attached(ItemAttachment(properties))[1] == [
        "a.msg > attachment 1 is only a link to a file"
    ]


def test_an_object_of_another_program_is_reported() -> None:
    one = ItemAttachment()
    one.take_file(None)
    assert attached(one) == ([], ["a.msg: an embedded object of another program was not read"])


def test_a_file_in_an_object_is_attached() -> None:
    one = ItemAttachment({mapi.LONG_NAME: "Package"})
    one.take_file(EmbeddedFile("list.csv", b"x"))
    (part,), warnings = attached(one)
    assert (part.name, part.content, warnings) == ("list.csv", b"x", [])
    one = ItemAttachment({mapi.LONG_NAME: "Package"})
    one.take_file(EmbeddedFile("", b"x"))
    assert attached(one)[0][0].name == "Package"


def test_an_attachment_with_nothing_is_left_out() -> None:
    for properties in ({}, {mapi.ATTACHED: b""}, {mapi.METHOD: 1}):
        assert attached(ItemAttachment(dict(properties))) == ([], [])
