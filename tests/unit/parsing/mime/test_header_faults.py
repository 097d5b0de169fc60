"""A header that two readers may read in two ways."""

from __future__ import annotations

import pytest

from exchange.parsing.mime.headers import head_end, header_fault
from exchange.parsing.reading.understand import read_head

FROM = b"From: codes@gain.example\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        FROM + b"Subject: a\r\n b\r\n\r\nText with a \r in it, and a \0\r\n \r\n",
        FROM.replace(b"\r", b"") + b"\nText",
        FROM + b"Subject: no body",
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
