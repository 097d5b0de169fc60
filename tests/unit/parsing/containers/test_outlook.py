"""Outlook message files: the same mail, attachments and ceilings as in any other form."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain.limits import DEFAULT, Limits
from exchange.domain.mail import Reject
from exchange.errors import Unreadable
from exchange.parsing.containers.openers import Budget, Opened
from exchange.parsing.containers.outlook import open_outlook
from exchange.parsing.mime.headers import parse_date
from exchange.parsing.mime.parts import Part
from tests.corpus.outlook import Item, compound_file, msg


def opened(content: bytes, limits: Limits = DEFAULT, depth: int = 1) -> Opened:
    return open_outlook("a.msg", content, Budget(limits), depth)


def mail(item: Item) -> Part:
    found = opened(msg(item))
    assert (found.rejects, found.warnings) == ([], [])
    (inner,) = found.inner
    assert (inner.step, inner.mail, inner.same_mail) == ("", True, False)
    return inner.part


def texts(part: Part) -> list[tuple[str, bytes]]:
    return [
        (one.media, one.content)
        for alternative in part.children
        if alternative.media == "multipart/alternative"
        for one in alternative.children
    ]


def files(part: Part) -> list[tuple[str, bytes]]:
    return [(one.name, one.content) for one in part.children if one.attached]


@pytest.mark.parametrize("eight_bit", [False, True])
def test_the_header_and_the_body(eight_bit: bool) -> None:
    part = mail(Item(subject="Zähler", plain="plain", codepage=1252, eight_bit=eight_bit))
    assert list(part.headers) == [("subject", "Zähler"), ("from", '"Ann Other" <ann@op-b.test>')]
    assert texts(part) == [("text/plain", b"plain")]


def test_unicode_counts_before_the_code_page() -> None:
    tree = {
        "__substg1.0_0037001E": b"as bytes",
        "__substg1.0_0037001F": "as Unicode".encode("utf-16-le"),
        "__properties_version1.0": bytes(32),
    }
    (inner,) = opened(compound_file(dict(tree))).inner
    assert inner.part.headers.get("subject") == "as Unicode"


def test_files_in_their_order_and_with_their_bytes() -> None:
    names = [f"{number}.csv" for number in range(18)]
    part = mail(Item(files=[(name, name.encode() + b"\0\0") for name in names]))
    assert files(part) == [(name, name.encode() + b"\0\0") for name in names]


def test_a_large_file_is_in_sectors_of_another_size() -> None:
    content = bytes(range(256)) * 40
    assert files(mail(Item(files=[("a.bin", content)]))) == [("a.bin", content)]


def test_a_mail_in_a_mail_in_a_mail() -> None:
    inmost = Item(subject="inmost", files=[("a.csv", b"x")])
    part = mail(Item(subject="outer", items=[Item(subject="middle", items=[inmost])]))
    middle = part.children[0]
    assert (middle.is_mail, middle.name) == (True, "middle")
    assert files(middle.children[0].children[0].children[0]) == [("a.csv", b"x")]


def test_names_of_an_attachment_are_in_the_code_page_of_the_mail() -> None:
    name = "__attach_version1.0_#00000000"
    fixed = bytes(32) + b"\x03\x00\xde\x3f" + bytes(4) + (1250).to_bytes(8, "little")
    attachment = {
        "__properties_version1.0": bytes(8),
        "__substg1.0_3707001E": "Łódź.csv".encode("cp1250"),
        "__substg1.0_37010102": b"x",
    }
    tree = compound_file({"__properties_version1.0": fixed, name: dict(attachment)})
    assert files(opened(tree).inner[0].part) == [("Łódź.csv", b"x")]


def test_a_file_dropped_into_the_text() -> None:
    assert files(mail(Item(objects=[("a.csv", b"x")]))) == [("a.csv", b"x")]


def test_a_link_is_reported() -> None:
    assert opened(msg(Item(links=["a.csv"]))).warnings == ["a.msg > a.csv is only a link to a file"]


@pytest.mark.parametrize("rest", [b"", b"\x03", bytes(15)])
def test_the_fixed_properties_of_a_mail(rest: bytes) -> None:
    """Read a time after a number, and ignore an entry that is cut short after them."""
    sent = 134_064_000_000_000_000  # ticks of 100 ns since 1601
    number = struct.pack("<HHI8s", 0x03, 0x3FDE, 6, (1250).to_bytes(8, "little"))
    time = struct.pack("<HHIQ", 0x40, 0x0039, 6, sent)
    tree = {
        "__properties_version1.0": bytes(32) + number + time + rest,
        "__substg1.0_0037001E": "Łódź".encode("cp1250"),
    }
    headers = opened(compound_file(dict(tree))).inner[0].part.headers
    assert headers.get("subject") == "Łódź"
    assert parse_date(headers.get("date")) == datetime(1601, 1, 1, tzinfo=UTC) + timedelta(
        seconds=sent // 10_000_000
    )


def test_an_item_without_fixed_properties_is_still_read() -> None:
    tree = compound_file({"__substg1.0_0037001F": "s".encode("utf-16-le")})
    assert opened(tree).inner[0].part.headers.get("subject") == "s"


# Bad input


@pytest.mark.parametrize("content", [b"", b"PK", msg(Item(subject="s"))[:700]])
def test_damage_is_refused(content: bytes) -> None:
    found = opened(content)
    assert found.inner == []
    assert found.rejects == [Reject("a.msg", "the Outlook message file is damaged", "a.msg")]


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(member_bytes=4999), "it holds a file of more than 4,999 bytes"),
        (Limits(inflated_bytes=9000), "its containers hold more than 9,000 bytes"),
        (Limits(members=1), "its containers hold more than 1 files"),
    ],
)
def test_ceilings(limits: Limits, message: str) -> None:
    content = msg(Item(files=[("a", b"x" * 5000), ("b", b"y" * 5000)]))
    assert opened(content, Limits(member_bytes=5000)).inner
    with pytest.raises(Unreadable, match=message) as caught:
        opened(content, limits)
    assert caught.value.place == "a.msg"


def test_mails_nested_too_deep_are_refused() -> None:
    content = msg(Item(items=[Item(items=[Item()])]))
    assert opened(content, Limits(depth=3)).inner
    with pytest.raises(Unreadable, match="deeper than 2 levels"):
        opened(content, Limits(depth=2))
    with pytest.raises(Unreadable, match="deeper than 3 levels"):
        opened(content, Limits(depth=3), depth=2)


_WHOLE = msg(Item(subject="s", plain="x", files=[("a.csv", b"x")], items=[Item(subject="i")]))


@given(st.integers(512, len(_WHOLE) - 1), st.binary(min_size=1, max_size=8))
@settings(max_examples=40)
def test_any_damage_is_refused_or_read(at: int, new: bytes) -> None:
    try:
        found = opened(_WHOLE[:at] + new + _WHOLE[at + len(new) :])
    except Unreadable as error:
        assert error.place == "a.msg"  # noqa: PT017
    else:
        assert bool(found.inner) != bool(found.rejects)
