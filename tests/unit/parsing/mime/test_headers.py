"""Header fields: read in linear time, and never an exception, whatever they contain."""

from __future__ import annotations

import base64
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.parsing.mime.headers import (
    Headers,
    collapse_blanks,
    decode_words,
    from_base64,
    head_end,
    media_type,
    message_ids,
    parse_date,
    parse_params,
    read_fields,
)

# Fields


def test_fields_are_found_without_case_and_in_order() -> None:
    headers = read_fields(b"To: a\r\nX-One: 1\r\nto: b\r\n")
    assert headers.get("TO") == "a"
    assert headers.all("To") == ["a", "b"]
    assert list(headers) == [("to", "a"), ("x-one", "1"), ("to", "b")]
    assert len(headers) == 3
    assert "x-ONE" in headers
    assert "x-two" not in headers
    assert headers.get("x-two") == ""


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
def test_a_folded_field_is_one_value(end: bytes) -> None:
    head = end.join([b"Subject: one", b"  two", b"\tthree", b"To: x"])
    assert list(read_fields(head)) == [("subject", "one two three"), ("to", "x")]


def test_blanks_before_the_colon_are_allowed() -> None:
    assert read_fields(b"Subject \t:  x  ").get("subject") == "x"


def test_lines_that_are_no_fields_are_left_out() -> None:
    head = b"no field\r\n continued\r\nTo: a\r\n: empty\r\nTwo words: b\r\n" + b"n" * 101 + b": c"
    assert list(read_fields(head)) == [("to", "a")]
    assert read_fields(b"n" * 100 + b": c").get("n" * 100) == "c"


def test_a_continuation_at_the_very_beginning_is_left_out() -> None:
    assert list(read_fields(b" x: y\r\nTo: a")) == [("to", "a")]


def test_eight_bit_values_are_decoded() -> None:
    assert read_fields("Subject: Zähler".encode()).get("subject") == "Zähler"
    assert read_fields("Subject: Zähler".encode("latin-1")).get("subject") == "Zähler"


@given(st.binary(max_size=300))
def test_no_bytes_raise(head: bytes) -> None:
    for name, value in read_fields(head):
        assert name == name.lower()
        assert "\n" not in value.replace("\x0b", "")


# Where a header ends


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"A: b\r\n\r\nbody", (4, 8)),
        (b"A: b\n\nbody", (4, 6)),
        (b"A: b\r\rbody", (4, 6)),
        (b"A: b\n \t\nbody", (4, 8)),
        (b"\r\nbody", (0, 2)),
        (b"\nbody", (0, 1)),
        (b"A: b", (4, 4)),
        (b"", (0, 0)),
    ],
)
def test_the_first_empty_line_ends_a_header(content: bytes, found: tuple[int, int]) -> None:
    assert head_end(content, 100) == found


def test_a_header_may_be_as_long_as_the_ceiling_and_no_longer() -> None:
    head = b"A: " + b"x" * 97
    assert head_end(head, 100) == (100, 100)
    assert head_end(head + b"\r\n\r\nbody", 100) == (100, 104)
    assert head_end(head + b"x", 100) is None
    assert head_end(head + b"x" * 5 + b"\r\n\r\n", 100) is None


def test_a_header_within_a_mail_has_its_own_bounds() -> None:
    mail = b"....A: b\r\n\r\nbody"
    assert head_end(mail, 100, 4) == (8, 12)
    assert head_end(mail, 100, 4, 8) == (8, 8)


# Encoded words (RFC 2047)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=?utf-8?q?Z=C3=A4hler?=", "Zähler"),
        ("=?iso-8859-1?Q?Z=E4hler_1?=", "Zähler 1"),
        ("=?iso-8859-2?q?=A3=F3d=BC?=", "Łódź"),
        ("=?koi8-r?b?08Lc1A==?=", "сбэт"),
        ("=?utf-8?b?WsOkaGxlcg==?=", "Zähler"),
        ("=?utf-8?B?WsOkaGxlcg?=", "Zähler"),
        # Blanks between two words are not part of the text; those beside plain text are.
        ("=?utf-8?q?a?= =?utf-8?q?b?=\r\n =?utf-8?q?c?= =?utf-8?q?d?= e", "abcd e"),
        ("no word", "no word"),
        ("=?utf-8?x?abc?=", "=?utf-8?x?abc?="),
        ("=?no-such-charset?q?Z=E4hler?=", "Zähler"),
        ("=?utf-8*en?q?abc?=", "abc"),
    ],
)
def test_encoded_words(value: str, text: str) -> None:
    assert decode_words(value) == text


def test_an_encoded_line_end_does_not_slip_in() -> None:
    assert decode_words("=?utf-8?q?a=0D=0ABcc:_evil=00=E2=80=A8x?=") == "a Bcc: evil x"
    assert collapse_blanks("\x85a\r\n\tb\x7f\u2029 c\x00") == "a b c"


@given(st.text(max_size=200))
def test_a_decoded_value_is_one_line(value: str) -> None:
    decoded = decode_words(value)
    assert len(decoded.splitlines()) <= 1
    assert decoded == decoded.strip()


# base64


@given(st.binary(max_size=200), st.integers(0, 76))
def test_base64_comes_back_whatever_is_between_its_characters(content: bytes, at: int) -> None:
    written = base64.b64encode(content)
    assert from_base64(written) == content
    assert from_base64(written.rstrip(b"=")) == content
    assert from_base64(written[:at] + b"\r\n !\xff" + written[at:]) == content


def test_a_single_character_left_over_is_dropped() -> None:
    assert from_base64(b"QUJDR") == b"ABC"
    assert from_base64(b"QUJDRA") == b"ABCD"


def test_base64_is_the_same_in_chunks() -> None:
    """Use a content with line ends, so that a group of four is in two chunks."""
    content = bytes(range(256)) * 8192
    written = base64.encodebytes(content)
    assert len(written) > 2 << 20
    assert from_base64(written) == content


def test_base64_of_a_slice() -> None:
    assert from_base64(b"xxxxQUJDyyyy", 4, 8) == b"ABC"
    assert from_base64(b"xxxxQUJD", 4) == b"ABC"


# Media types and parameters


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("Text/Plain; charset=x", "text/plain"),
        (" application/vnd.ms-excel ", "application/vnd.ms-excel"),
        ("text", ""),
        ("text/", ""),
        ("text/plain extra", ""),
        ("a/b/c", ""),
        ("a" * 101 + "/b", ""),
        ("", ""),
    ],
)
def test_media_types(value: str, kind: str) -> None:
    assert media_type(value) == kind


@pytest.mark.parametrize(
    ("value", "params"),
    [
        ('a/b; Charset="utf-8"; name=x.csv', {"charset": "utf-8", "name": "x.csv"}),
        (r'a/b; name="a\"b\\c;d.csv"', {"name": 'a"b\\c;d.csv'}),
        ("a/b; name=two words ; x=1", {"name": "two words", "x": "1"}),
        ('a/b; name="=?utf-8?q?Z=C3=A4.csv?="', {"name": "Zä.csv"}),
        ("a/b; name*=iso-8859-1'de'Z%E4.csv", {"name": "Zä.csv"}),
        ('a/b; name*0="long "; name*1="name.csv"', {"name": "long name.csv"}),
        ("a/b; name*1*=%A4.csv; name*0*=utf-8''Z%C3", {"name": "Zä.csv"}),
        ("a/b; name*0*=utf-8''Z%C3%A4; name*1=%41.csv", {"name": "Zä%41.csv"}),
        # The decoded form counts, whichever comes first.
        ("a/b; name=plain; name*=utf-8''Z%C3%A4", {"name": "Zä"}),
        ("a/b; name*=utf-8''Z%C3%A4; name=plain", {"name": "Zä"}),
        # The first of two.
        ("a/b; name=one; name=two", {"name": "one"}),
        ('a/b; name="unclosed', {"name": "unclosed"}),
        ("a/b; name*=utf-8''a%0D%0Ab", {"name": "a b"}),
        ("a/b; =x; ;;", {}),
        ("a/b", {}),
    ],
)
def test_parameters(value: str, params: dict[str, str]) -> None:
    assert parse_params(value) == params


# Message-IDs and dates


def test_message_ids_in_order() -> None:
    assert message_ids("<a@b> text <c@d>\t<e@f>") == ("<a@b>", "<c@d>", "<e@f>")
    assert message_ids("a@b <two words> <> <" + "x" * 997 + ">") == ()
    assert message_ids("<" + "x" * 996 + ">") == ("<" + "x" * 996 + ">",)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("Mon, 02 Nov 2026 09:15:00 +0100", datetime(2026, 11, 2, 8, 15, tzinfo=UTC)),
        ("Mon, 02 Nov 2026 09:15:00", datetime(2026, 11, 2, 9, 15, tzinfo=UTC)),
        ("2 Nov 2026 09:15 -0000", datetime(2026, 11, 2, 9, 15, tzinfo=UTC)),
        ("", None),
        ("yesterday", None),
        ("Mon, 32 Nov 2026 09:15:00 +0000", None),
        ("Fri, 31 Dec 9999 23:59:00 -2359", None),
        ("Mon, 02 Nov 2026 09:15:00 +0000".ljust(120), datetime(2026, 11, 2, 9, 15, tzinfo=UTC)),
        ("Mon, 02 Nov 2026 09:15:00 +0000".ljust(121), None),
    ],
)
def test_dates(value: str, found: datetime | None) -> None:
    assert parse_date(value) == found


@given(st.text(max_size=120))
def test_no_date_raises(value: str) -> None:
    found = parse_date(value)
    assert found is None or found.tzinfo is UTC


# Time


@pytest.mark.parametrize(
    "value",
    [
        "=?utf-8?q?" * 20_000,
        "=?a?q?b?= " * 20_000,
        "\\" * 200_000,
        '"' * 200_000,
        "; name*0=" * 20_000,
        "a/b;" + " " * 200_000,
        "<" * 200_000,
    ],
    ids=["open words", "words", "backslashes", "quotes", "pieces", "blanks", "brackets"],
)
def test_hostile_values_take_linear_time(value: str) -> None:
    began = time.process_time()
    decode_words(value)
    parse_params(value)
    media_type(value)
    message_ids(value)
    list(read_fields(b"Subject: " + value.encode()))
    assert time.process_time() - began < 2


def test_headers_of_fields_made_by_hand() -> None:
    headers = Headers([("to", "a"), ("to", "b")])
    assert headers.get("to") == "a"
    assert len(headers) == 2
