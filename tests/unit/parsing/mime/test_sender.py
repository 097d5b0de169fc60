"""A mail is from exactly one plain address, or from nobody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.parsing.mime.sender import parse_mailbox, plain_address
from exchange.parsing.reading.understand import read_head


def head(*fields: str) -> bytes:
    return "\r\n".join(fields).encode() + b"\r\n\r\nbody"


@pytest.mark.parametrize(
    ("field", "address", "name"),
    [
        ("ann@op-b.test", "ann@op-b.test", ""),
        ("<Ann@OP-B.Test>", "ann@op-b.test", ""),
        ("Ann Other <ann@op-b.test>", "ann@op-b.test", "Ann Other"),
        ('"Other, Ann (Codes)" <ann@op-b.test>', "ann@op-b.test", "Other, Ann (Codes)"),
        ('"ann@op-b.test" <ann@op-b.test>', "ann@op-b.test", "ann@op-b.test"),
        ("=?utf-8?b?xYHDs2TFug==?= <ann@op-b.test>", "ann@op-b.test", "Łódź"),
        ('"Codes @ Operator B" <ann@op-b.test>', "ann@op-b.test", "Codes @ Operator B"),
        ("ann@op-b.test (Ann)", "ann@op-b.test", "Ann"),
    ],
)
def test_a_plain_mailbox_is_read(field: str, address: str, name: str) -> None:
    found = read_head(head(f"From: {field}"))
    assert (found.sender, found.sender_name) == (address, name)


@pytest.mark.parametrize(
    "field",
    [
        "",
        "Ann",
        "ann@op-b.test, bob@op-b.test",
        "ann@op-b.test; bob@op-b.test",
        "Team: ann@op-b.test;",
        "<ann@op-b.test> bob@evil.test",
        "<ann@op-b.test> <bob@evil.test>",
        "ann@op-b.test <bob@evil.test>",
        '"ann@op-b.test" <bob@evil.test>',
        "=?utf-8?q?ann=40op-b.test?= <bob@evil.test>",
        "ann@op-b.test)bob@evil.test",
        "ann@op-b.test(<bob@evil.test>",
        "ann(@op-b.test)@evil.test",
        "(ann@op-b.test) <bob@evil.test>",
        "ann@op-b.test@evil.test",
        '"ann@op-b.test"@evil.test',
        "ann@[127.0.0.1]",
        "ann@op-b",
        "ann @op-b.test",
        '"ann @ op-b.test" <bob@evil.test>',
        "Codes @ Operator <ann@op-b.test>",
        "аnn@op-b.test",  # the first letter is Cyrillic
        "ann@op-b.test\x00@evil.test",
        "<ann@op-b.test",
        '"ann <ann@op-b.test>',
        "\\<ann@op-b.test>",
    ],
)
def test_an_ambiguous_sender_is_nobody(field: str) -> None:
    assert read_head(head(f"From: {field}")).sender == ""


def test_two_from_fields_are_nobody() -> None:
    assert read_head(head("From: ann@op-b.test", "From: ann@op-b.test")).sender == ""


def test_reply_to_is_kept_apart() -> None:
    found = read_head(head("From: ann@op-b.test", 'Reply-To: "X, Y" <x@evil.test>, z@evil.test'))
    assert found.sender == "ann@op-b.test"
    assert found.reply_to == ("x@evil.test", "z@evil.test")


@given(st.text(max_size=60))
def test_a_found_address_is_in_the_field_unchanged(text: str) -> None:
    found = parse_mailbox(text)
    if found:
        assert found.address in text.lower()
        assert plain_address(found.address) == found.address
        assert found.address.count("@") == 1
