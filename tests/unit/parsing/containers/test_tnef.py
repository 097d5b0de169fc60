"""winmail.dat: declared lengths, and a damaged list loses only its own rest."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.limits import DEFAULT, Limits
from exchange.domain.mail import Reject
from exchange.errors import Unreadable
from exchange.parsing.containers.openers import Budget, Opened
from exchange.parsing.containers.tnef import TNEF_MAGIC, open_tnef
from exchange.parsing.mime.parts import Part
from tests.corpus.outlook import Item, tnef

_DAMAGED = Reject("w", "Outlook's winmail.dat is damaged: a part of it may be missing", "w")


def attribute(level: int, name: int, value: bytes) -> bytes:
    return struct.pack("<BII", level, name, len(value)) + value + b"\0\0"


def stream(*attributes: bytes) -> bytes:
    return TNEF_MAGIC + b"\x01\0" + b"".join(attributes)


def text(tag: int, value: str) -> bytes:
    """Return a Unicode property."""
    coded = value.encode("utf-16-le")
    padded = coded + b"\0" * (-len(coded) % 4)
    return struct.pack("<HHII", 0x1F, tag, 1, len(coded)) + padded


def listed(*properties: bytes, count: int = 0) -> bytes:
    return struct.pack("<I", count or len(properties)) + b"".join(properties)


def opened(content: bytes, limits: Limits = DEFAULT, depth: int = 1) -> Opened:
    return open_tnef("w", content, Budget(limits), depth)


def mail(content: bytes) -> Part:
    found = opened(content)
    assert (found.rejects, found.warnings) == ([], [])
    (inner,) = found.inner
    assert (inner.step, inner.mail, inner.same_mail) == ("", True, True)
    return inner.part


def subject(*properties: bytes, count: int = 0) -> str:
    value = listed(*properties, count=count)
    return mail(stream(attribute(1, 0x69003, value))).headers.get("subject")


def files(part: Part) -> list[tuple[str, bytes]]:
    return [(one.name, one.content) for one in part.children if one.attached]


# The message


@pytest.mark.parametrize("eight_bit", [False, True])
def test_the_header_and_the_body(eight_bit: bool) -> None:
    part = mail(tnef(Item(subject="Zähler", plain="x", codepage=1252, eight_bit=eight_bit)))
    assert list(part.headers) == [("subject", "Zähler"), ("from", '"Ann Other" <ann@op-b.test>')]
    assert [one.content for one in part.children[0].children] == [b"x"]


def test_the_old_attributes_of_a_message() -> None:
    part = mail(
        stream(
            attribute(1, 0x18004, "Łódź\0".encode("cp1250")),
            attribute(1, 0x2800C, b"body\0"),
            attribute(1, 0x69007, struct.pack("<II", 1250, 0)),
        )
    )
    assert part.headers.get("subject") == "Łódź"
    assert [one.content for one in part.children[0].children] == [b"body"]


def test_properties_count_before_old_attributes() -> None:
    old, new = attribute(1, 0x18004, b"old\0"), attribute(1, 0x69003, listed(text(0x37, "new")))
    for content in (stream(old, new), stream(new, old)):
        assert mail(content).headers.get("subject") == "new"


def test_only_attributes_of_the_message_are_its_own() -> None:
    part = mail(stream(attribute(2, 0x18004, b"no"), attribute(1, 0x69003, listed())))
    assert part.headers.get("subject") == ""


# Files


def test_a_file_keeps_its_last_zero_bytes() -> None:
    found = [("a.csv", b"x\0\0"), ("b.csv", b"y")]
    assert files(mail(tnef(Item(files=found)))) == found


def test_a_file_with_the_short_name_alone() -> None:
    content = stream(
        attribute(2, 0x69002, bytes(14)),
        attribute(2, 0x18010, b"SHORT~1.CSV\0"),
        attribute(2, 0x6800F, b"x"),
    )
    assert files(mail(content)) == [("SHORT~1.CSV", b"x")]


def test_a_file_without_its_beginning_is_a_file_still() -> None:
    assert files(mail(stream(attribute(2, 0x6800F, b"x")))) == [("attachment 1", b"x")]


def test_a_file_kept_as_a_property() -> None:
    held = struct.pack("<HHII4s", 0x102, 0x3701, 1, 4, b"abcd")
    value = listed(text(0x3707, "a.csv"), held)
    content = stream(attribute(2, 0x69002, bytes(14)), attribute(2, 0x69005, value))
    assert files(mail(content)) == [("a.csv", b"abcd")]
    # The attribute of its own counts before the property.
    content = stream(attribute(2, 0x6800F, b"x"), attribute(2, 0x69005, value))
    assert files(mail(content)) == [("a.csv", b"x")]


def test_the_name_of_a_file_is_in_the_code_page_of_the_message() -> None:
    content = stream(
        attribute(1, 0x69007, struct.pack("<II", 1250, 0)),
        attribute(2, 0x69002, bytes(14)),
        attribute(2, 0x18010, "Łódź.csv\0".encode("cp1250")),
        attribute(2, 0x6800F, b"x"),
    )
    assert files(mail(content)) == [("Łódź.csv", b"x")]


def test_a_mail_within_and_a_file_dropped_into_the_text() -> None:
    part = mail(tnef(Item(items=[Item(subject="inner")], objects=[("a.csv", b"x")])))
    assert [one.name for one in part.children] == ["inner", "a.csv"]
    assert part.children[0].children[0].headers.get("subject") == "inner"
    assert files(part) == [("a.csv", b"x")]


# Properties of all types


@pytest.mark.parametrize(
    "before",
    [
        struct.pack("<HH", 0x01, 9),
        struct.pack("<HHI", 0x02, 9, 1),
        struct.pack("<HHQ", 0x40, 9, 1),
        struct.pack("<HH16s", 0x48, 9, b"g" * 16),
        struct.pack("<HHIII", 0x1003, 9, 2, 1, 2),
        struct.pack("<HHI", 0x1003, 9, 0),
        struct.pack("<HHII4sI8s", 0x101E, 9, 2, 3, b"abc", 8, b"12345678"),
        struct.pack("<HHII4s", 0x102, 9, 1, 1, b"x"),
        struct.pack("<HH16sIII", 0x03, 0x8001, b"g" * 16, 0, 7, 1),
        struct.pack("<HH16sII12sI", 0x03, 0x8001, b"g" * 16, 1, 10, b"n" * 10, 1),
    ],
    ids=[
        "none",
        "2 bytes",
        "8 bytes",
        "16 bytes",
        "several",
        "none of several",
        "texts",
        "bytes",
        "a number for a name",
        "a text for a name",
    ],
)
def test_the_length_of_every_type_is_known(before: bytes) -> None:
    assert subject(before, text(0x37, "s")) == "s"
    assert subject(before, before, text(0x37, "s")) == "s"


@pytest.mark.parametrize(
    ("kind", "size"),
    [(2, 4), (3, 4), (4, 4), (5, 8), (6, 8), (7, 8), (0x0A, 4), (0x0B, 4), (0x14, 8), (0x40, 8)],
)
def test_the_size_of_numbers(kind: int, size: int) -> None:
    assert subject(struct.pack("<HH", kind, 9) + bytes(size), text(0x37, "s")) == "s"
    two = struct.pack("<HHI", kind | 0x1000, 9, 2) + bytes(2 * size)
    assert subject(two, text(0x37, "s")) == "s"


@pytest.mark.parametrize(
    "damage",
    [
        struct.pack("<HH", 0x77, 9),
        struct.pack("<HHII", 0x1F, 9, 1, 1 << 30),
        b"\x03",
        struct.pack("<HHI", 0x1F, 9, 1 << 31),
    ],
    ids=["an unknown type", "too long", "cut short", "too many"],
)
def test_what_is_before_the_damage_is_kept(damage: bytes) -> None:
    assert subject(text(0x37, "s"), damage) == "s"
    assert subject(text(0x37, "s"), damage, text(0x37, "later")) == "s"


def test_a_text_that_is_cut_short_is_none() -> None:
    cut = struct.pack("<HHII", 0x1F, 0x37, 1, 100) + "cut".encode("utf-16-le")
    assert subject(cut) == ""


@pytest.mark.parametrize(("value", "text"), [(struct.pack("<I", 1250), "Ł"), (b"\xe2\x04", "£")])
def test_the_code_page_has_four_bytes(value: bytes, text: str) -> None:
    part = mail(stream(attribute(1, 0x69007, value), attribute(1, 0x18004, b"\xa3")))
    assert part.headers.get("subject") == text


def test_a_list_that_declares_too_many_ends_with_its_bytes() -> None:
    assert subject(text(0x37, "s"), count=1 << 31) == "s"


def test_damage_in_one_list_does_not_touch_the_next() -> None:
    content = stream(
        attribute(1, 0x69003, listed(b"\x77\x77", count=9)),
        attribute(1, 0x69003, listed(text(0x37, "s"))),
    )
    assert mail(content).headers.get("subject") == "s"


# Bad input


def test_a_stream_cut_short_is_read_and_reported() -> None:
    whole = tnef(Item(subject="s", files=[("a.csv", b"x" * 100)]))
    found = opened(whole[:-60])
    assert found.rejects == [_DAMAGED]
    assert found.inner[0].part.headers.get("subject") == "s"
    assert opened(stream(attribute(3, 0x18004, b"x"))).rejects == [_DAMAGED]


def test_a_missing_checksum_at_the_end_is_no_damage() -> None:
    whole = stream(attribute(1, 0x18004, b"s"))
    for cut in (0, 1, 2):
        assert opened(whole[: len(whole) - cut]).rejects == []
    assert opened(whole[:-3]).rejects == [_DAMAGED]
    assert opened(whole + b"\0\0").rejects == []
    assert opened(whole + b"\0\0\0").rejects == [_DAMAGED]


def test_a_damaged_mail_within_is_refused() -> None:
    held = bytes.fromhex("0703020000000000c000000000000046") + TNEF_MAGIC + b"\x01\0" + b"\x09" * 20
    value = listed(struct.pack("<HHII", 0x0D, 0x3701, 1, len(held)) + held + bytes(-len(held) % 4))
    content = stream(attribute(2, 0x69002, b""), attribute(2, 0x69005, value))
    with pytest.raises(Unreadable, match=r"^w > item: a damaged item in winmail\.dat$"):
        opened(content)


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(inflated_bytes=9000), "its containers hold more than 9,000 bytes"),
        (Limits(members=1), "its containers hold more than 1 files"),
        (Limits(depth=0), "containers nested deeper than 0 levels"),
    ],
)
def test_ceilings(limits: Limits, message: str) -> None:
    content = tnef(Item(files=[("a", b"x" * 5000), ("b", b"y" * 5000)]))
    assert opened(content).inner
    with pytest.raises(Unreadable, match=message):
        opened(content, limits)


def test_mails_nested_too_deep_are_refused() -> None:
    content = tnef(Item(items=[Item(items=[Item()])]))
    assert opened(content, Limits(depth=3)).inner
    with pytest.raises(Unreadable, match="deeper than 2 levels"):
        opened(content, Limits(depth=2))


def test_properties_count_against_the_ceiling() -> None:
    value = listed(text(0x1000, "x" * 5000))
    for level in (1, 2):
        name = 0x69003 if level == 1 else 0x69005
        with pytest.raises(Unreadable, match="hold more than 9,000 bytes"):
            opened(stream(attribute(level, name, value)), Limits(inflated_bytes=9000))


_WHOLE = tnef(Item(subject="s", plain="x", files=[("a.csv", b"x")], items=[Item(subject="i")]))


@given(st.integers(0, len(_WHOLE) - 1), st.binary(min_size=1, max_size=8))
def test_any_damage_is_refused_or_read(at: int, new: bytes) -> None:
    try:
        found = opened(_WHOLE[:at] + new + _WHOLE[at + len(new) :])
    except Unreadable as error:
        assert error.place.startswith("w")  # noqa: PT017
    else:
        assert len(found.inner) == 1
