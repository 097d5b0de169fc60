"""BER: elements of definite and indefinite length, pieces without end, and no recursion."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.parsing.containers.ber import (
    CONTEXT,
    OCTETS,
    SEQUENCE,
    Element,
    at_end,
    children,
    element,
    end_of_element,
    octet_string,
)
from tests.sealing import tlv

CONSTRUCTED = OCTETS | 0x20


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"\x04\x02ab", Element(4, 2, 4)),
        (b"\x04\x00", Element(4, 2, 2)),
        (b"\x04\x81\x02ab", Element(4, 3, 5)),
        (b"\x04\x88\0\0\0\0\0\0\0\x02ab", Element(4, 10, 12)),
        (b"\x30\x80\x04\x00\0\0", Element(0x30, 2, -1)),
        (tlv(4, b"x" * 0x80), Element(4, 3, 0x83)),
        (tlv(4, b"x" * 0x7F), Element(4, 2, 0x81)),
    ],
)
def test_a_tag_and_where_its_content_is(content: bytes, found: Element) -> None:
    assert element(content, 0) == found
    assert element(b"..." + content, 3) == Element(
        found.tag, found.start + 3, found.end + 3 if found.end >= 0 else -1
    )


def test_numbered_tags_count_from_the_first() -> None:
    for number in range(4):
        assert element(tlv(0xA0 | number), 0).tag == CONTEXT + number


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x1f\x81\x00", "a long tag"),
        (b"\x04\x80", "an indefinite length where there is none"),
        (b"\x04\x89" + bytes(9), "an oversized length"),
        (b"\x04\x03ab", "cut short"),
        (b"\x04\x88" + b"\xff" * 8, "cut short"),
    ],
)
def test_what_is_no_element_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        element(content, 0)


@pytest.mark.parametrize("content", [b"", b"\x04"])
def test_nothing_is_no_element(content: bytes) -> None:
    with pytest.raises(IndexError):
        element(content, 0)


def test_the_end_of_an_element_of_indefinite_length() -> None:
    inner = tlv(OCTETS, b"ab") + tlv(SEQUENCE, tlv(OCTETS, b"c"), endless=True)
    assert end_of_element(tlv(SEQUENCE, inner, endless=True) + b"rest", 0) == len(inner) + 4
    assert end_of_element(tlv(SEQUENCE, inner) + b"rest", 0) == len(inner) + 2
    assert end_of_element(b"\x04\x02ab", 0) == 4


@pytest.mark.parametrize(
    "content", [b"\x30\x80", b"\x30\x80\x04\x02ab", b"\x30\x80" * 5 + b"\0\0" * 4]
)
def test_an_element_that_never_ends_is_refused(content: bytes) -> None:
    with pytest.raises((ValueError, IndexError)):
        end_of_element(content, 0)


def test_a_place_before_the_beginning_is_refused() -> None:
    """Refuse -1, which is the end of an element of indefinite length and no place."""
    with pytest.raises(ValueError, match="an indefinite length where there is none"):
        end_of_element(b"\x04\x02ab", -1)


@pytest.mark.parametrize("endless", [False, True])
def test_children_up_to_the_most(endless: bool) -> None:
    content = tlv(SEQUENCE, tlv(OCTETS, b"a"), tlv(SEQUENCE, endless=True), endless=endless)
    holder = element(content, 0)
    found = children(content, holder, 2)
    assert [(place, one.tag) for place, one in found] == [(2, OCTETS), (5, SEQUENCE)]
    assert at_end(content, holder, 9)
    assert not at_end(content, holder, 5)
    with pytest.raises(ValueError, match="too many pieces"):
        children(content, holder, 1)


def test_no_children() -> None:
    for content in (tlv(SEQUENCE), tlv(SEQUENCE, endless=True)):
        assert children(content, element(content, 0), 0) == []


@pytest.mark.parametrize(
    ("content", "tag"),
    [
        (tlv(OCTETS, b"abcd"), OCTETS),
        (tlv(0x80, b"abcd"), 0x80),
        (tlv(0xA0, tlv(OCTETS, b"ab"), tlv(OCTETS, b"cd")), 0x80),
        (tlv(CONSTRUCTED, tlv(OCTETS, b"ab"), tlv(OCTETS, b"cd"), endless=True), OCTETS),
        (tlv(CONSTRUCTED, tlv(CONSTRUCTED, tlv(OCTETS, b"abc")), tlv(OCTETS, b"d")), OCTETS),
        (tlv(CONSTRUCTED, tlv(CONSTRUCTED, tlv(OCTETS, b"abcd"), endless=True)), OCTETS),
    ],
)
def test_an_octet_string_in_any_pieces(content: bytes, tag: int) -> None:
    assert octet_string(content + b"rest", 0, tag) == b"abcd"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (tlv(0x02, b"a"), "not an OCTET STRING"),
        (tlv(0x80, b"a"), "not an OCTET STRING"),
        (tlv(CONSTRUCTED, tlv(0x02, b"a")), "not a piece of an OCTET STRING"),
        (b"\x24\x80" * 64 + b"\x04\x01a", "not a piece|cut short"),
    ],
)
def test_what_is_no_octet_string_is_refused(content: bytes, message: str) -> None:
    with pytest.raises((ValueError, IndexError)) as caught:
        octet_string(content, 0)
    if isinstance(caught.value, ValueError):
        assert caught.match(message)


def test_pieces_nested_too_deep_are_refused() -> None:
    def nested(levels: int) -> bytes:
        return b"\x24\x80" * levels + tlv(OCTETS, b"a") + b"\0\0" * levels

    assert octet_string(nested(64), 0) == b"a"
    with pytest.raises(ValueError, match="not a piece of an OCTET STRING"):
        octet_string(nested(65), 0)


def test_a_million_levels_cost_no_recursion() -> None:
    deep = b"\x30\x80" * 300_000 + b"\0\0" * 300_000
    began = time.process_time()
    assert end_of_element(deep, 0) == len(deep)
    assert len(octet_string(b"\x24\x80" + tlv(OCTETS, b"a") * 100_000 + b"\0\0", 0)) == 100_000
    assert time.process_time() - began < 5


@given(st.lists(st.binary(max_size=300), max_size=5), st.booleans())
def test_pieces_come_back(pieces: list[bytes], endless: bool) -> None:
    content = tlv(CONSTRUCTED, *(tlv(OCTETS, one) for one in pieces), endless=endless)
    assert octet_string(content, 0) == b"".join(pieces)
    assert end_of_element(content, 0) == len(content)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for read in (end_of_element, octet_string):
        try:
            read(content, 0)
        except (ValueError, IndexError):
            continue
