"""The header fields that matter, made fit to be kept: the rules that last."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from exchange.domain.foreign import storable
from exchange.parsing.mime.headers import read_fields
from exchange.parsing.reading.head import head_of, received

RECEIVED = (
    b"Received: from b by a; Mon, 02 Nov 2026 09:15:07 +0100\r\n"
    b"Received: from c by b; Mon, 02 Nov 2026 08:00:00 +0000\r\n"
)


def _head(*fields: str) -> bytes:
    return "\r\n".join([*fields, "", ""]).encode()


def test_the_fields_of_an_ordinary_mail() -> None:
    head = head_of(
        read_fields(
            _head(
                "From: Ann Other <Ann@OP-B.test>",
                "Reply-To: b@op-b.test, c@op-b.test",
                "To: codes@op-a.test",
                "Subject: =?utf-8?q?Codes=2C_please?=",
                "Message-ID: <1@op-b.test>",
                "In-Reply-To: <2@op-a.test> <3@op-a.test>",
                "References: <4@op-a.test>",
                " <2@op-a.test>",
                "Date: Mon, 02 Nov 2026 09:15:00 +0100",
                "X-MP121-Exchange: OURS 1",
            )
        )
    )
    assert (head.sender, head.sender_name) == ("ann@op-b.test", "Ann Other")
    assert (head.reply_to, head.to) == (("b@op-b.test", "c@op-b.test"), ("codes@op-a.test",))
    assert (head.subject, head.message_id) == ("Codes, please", "<1@op-b.test>")
    assert (head.in_reply_to, head.references) == (
        "<2@op-a.test>",
        ("<4@op-a.test>", "<2@op-a.test>"),
    )
    assert head.date == datetime(2026, 11, 2, 8, 15, tzinfo=UTC)
    assert head.own_marker == "OURS 1"


def test_a_mail_without_fields_says_nothing() -> None:
    head = head_of(read_fields(b"\r\n"))
    assert (head.sender, head.subject, head.message_id, head.date) == ("", "", "", None)
    assert (head.in_reply_to, head.references, head.reply_to) == ("", (), ())


def test_two_senders_are_none() -> None:
    assert head_of(read_fields(_head("From: a@b.test, c@d.test"))).sender == ""
    assert head_of(read_fields(_head("From: a@b.test", "From: c@d.test"))).sender == ""


def test_what_no_database_holds_is_replaced_and_lengths_are_bounded() -> None:
    fields = _head(
        "From: A\x00nn <ann@op-b.test>",
        f"Subject: =?utf-16-be?b?AGHYAABi?= {'x' * 5000}",
        "Message-ID: <1\x00@op-b.test>",
        f"X-MP121-Exchange: {'y' * 999}",
    )
    head = head_of(read_fields(fields))
    for text in (head.subject, head.sender_name, head.message_id, *head.references):
        assert storable(text) == text
    assert (len(head.subject), len(head.own_marker)) == (2000, 300)


def test_a_subject_cannot_smuggle_another_field() -> None:
    head = head_of(read_fields(_head("Subject: =?utf-8?q?a=0D=0ABcc:_x@y.test?=")))
    assert "\r" not in head.subject
    assert "\n" not in head.subject


def test_the_topmost_received_field_says_when_it_came() -> None:
    raw = RECEIVED + b"Subject: x\r\n\r\nReceived: from z; Mon, 02 Nov 2020 09:15:07 +0100"
    assert received(raw) == datetime(2026, 11, 2, 8, 15, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"Subject: x\r\n\r\n",
        b"Received: from b by a\r\n\r\n",
        b"Received: from b by a; soon\r\n\r\n",
        RECEIVED + b"X: " + b"x" * 2_000_000 + b"\r\n\r\n",
    ],
)
def test_without_such_a_field_nobody_knows(raw: bytes) -> None:
    assert received(raw) is None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (b"List-Id: A group <Codes.Gain.Example>\r\n", "codes.gain.example"),
        (b"List-Id: <a.example>\r\nList-Id: <A.example>\r\n", "a.example"),
        (b"List-Id: <a.example>\r\nList-Id: <b.example>\r\n", "a.example, b.example"),
        (b"List-Id:\r\n", "without a name"),
        (b"Mailing-List: list a@b.example\r\nX-Google-Group-Id: 1\r\n", "list a@b.example"),
        (b"X-Google-Group-Id: 82\r\n", "82"),
        (b"Subject: no list\r\n", ""),
    ],
)
def test_every_list_that_a_mail_came_through_is_named(fields: bytes, expected: str) -> None:
    assert head_of(read_fields(fields)).list_id == expected
