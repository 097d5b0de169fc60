"""A header that two readers may read in two ways."""

from __future__ import annotations

import pytest

from exchange.parsing.mime.headers import head_end, header_fault
from exchange.parsing.reading.understand import read_head, understand

FROM = b"From: codes@gain.example\r\n"
MIXED = FROM + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n%s\r\nText\r\n--b--\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        FROM + b"Subject: a\r\n b\r\n\r\nText with a \r in it, and a \0\r\n \r\n",
        FROM.replace(b"\r", b"") + b"\nText",
        FROM + b"Subject: no body",
        FROM + b"Subject: cut within a fie",
        FROM + b"X-Cut-Within-A-Na",
        b"From codes@gain.example Mon Dec 14 09:00:00 2026\r\n>From there\r\n" + FROM + b"\r\nText",
        FROM + b"Subject : \x1b$B%a!<%k\x1b(B, caf\xe9\x85\r\n\r\nText",
    ],
)
def test_a_plain_header_has_no_fault(raw: bytes) -> None:
    head = read_head(raw)
    assert (head.fault, head.sender) == ("", "codes@gain.example")


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"X-A: a\r" + FROM + b"\r\nText", "a bare carriage return"),
        (FROM.replace(b"\r\n", b"\r") + b"\rText", "a bare carriage return"),
        (b"X-A: a\0b\r\n" + FROM + b"\r\nText", "a NUL"),
        (FROM + b"this is no field\r\nTo: us@ours.example\r\n\r\nText", "is no header field"),
        (b"\x0bFrom: else@where.example\r\n" + FROM + b"\r\nText", "ends a line for some"),
        (b"\xa0From: else@where.example\r\n" + FROM + b"\r\nText", "is no header field"),
        (b"\xef\xbb\xbfFrom: else@where.example\n" + FROM + b"\nText", "is no header field"),
        (b"X-A: b\x1cFrom: else@where.example\r\n" + FROM + b"\r\nText", "ends a line for some"),
        (b" \r\n" + FROM + b"\r\nText", "is no header field"),
        (FROM + b" \r\nFrom: else@where.example\r\n\r\nText", "a line of blanks"),
        (FROM + b"\t \t\nFrom: else@where.example\n\nText", "a line of blanks"),
    ],
)
def test_what_can_be_read_in_two_ways_is_nobody(raw: bytes, why: str) -> None:
    head = read_head(raw)
    assert why in head.fault
    assert head.sender == ""
    ends = head_end(raw, 1000)
    assert ends is not None
    assert header_fault(raw, ends) == head.fault


PART = b"Content-Type: text/html\r\n"


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (FROM + PART + b"Content-Type: text/plain\r\n\r\nText", "two fields Content-Type"),
        (FROM + PART + b"Content-Type: text/html\r\n\r\nText", ""),
        (MIXED % (PART + b"Content-Disposition: inline\rX: y\r\n"), "a part holds a bare carriage"),
        (MIXED % (PART + b"Content-Transfer-Encoding: 7bit\r\n" * 2), ""),
        (MIXED % (PART + b"X-A: \0\r\n"), "the header of a part holds a NUL"),
        (MIXED % b"Content-Type: message/rfc822\r\n\r\nFrom: a@b.example\r\nX-A: \rb\r\n", ""),
    ],
)
def test_a_part_that_can_be_read_in_two_ways_makes_the_mail_doubtful(raw: bytes, why: str) -> None:
    head = understand(raw).head
    assert (why in head.fault) if why else not head.fault
    assert head.sender == ("" if why else "codes@gain.example")
