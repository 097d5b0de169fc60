"""uuencoded files in a text: found where there is one, and only there."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.parsing.containers.uu import UuFile, extract_uu
from tests.corpus.packing import uuencoded


@given(st.binary(min_size=1, max_size=300))
def test_a_file_comes_back_and_the_text_around_it(content: bytes) -> None:
    written = uuencoded("list.csv", content).encode()
    rest, files = extract_uu(b"before\r\n" + written + b"after\r\n")
    assert files == [UuFile("list.csv", content, True)]
    assert rest.split() == [b"before", b"after"]


def test_blanks_lost_at_the_end_of_a_line_are_filled_in() -> None:
    content = b"ABC" * 14 + bytes(3) + b"ABC"
    written = uuencoded("a", content).encode().replace(b"`\r\nend", b"\r\nend")
    lost = written.replace(b"````\r\n", b"\r\n")
    assert len(lost) == len(written) - 4
    assert extract_uu(lost)[1] == [UuFile("a", content, True)]


def test_the_lines_of_the_text_keep_their_numbers() -> None:
    body = b"a\r\n" + uuencoded("x", b"x" * 100).encode() + b"b\r\n"
    rest, _ = extract_uu(body)
    assert rest.count(b"\n") == body.count(b"\n")
    assert rest.strip(b"\n").split(b"\n")[0] == b"a\r"


def test_several_files() -> None:
    body = uuencoded("one", b"x" * 60) + "between\r\n" + uuencoded("two", b"y" * 60)
    rest, files = extract_uu(body.encode())
    assert [(one.name, one.content[:1], one.whole) for one in files] == [
        ("one", b"x", True),
        ("two", b"y", True),
    ]
    assert b"between" in rest


def test_a_begin_within_a_file_is_part_of_it() -> None:
    """Take the lines of a file as its own, although one of them looks like a beginning."""
    inner = uuencoded("inner", b"x" * 60)
    rest, files = extract_uu(uuencoded("outer", inner.encode()).encode())
    assert [one.name for one in files] == ["outer"]
    assert files[0].content == inner.encode()
    assert rest.strip() == b""


def test_base64_in_a_uuencode_frame() -> None:
    content = b"Device ID\n" * 20
    body = b"begin-base64 644 a.csv\n" + base64.encodebytes(content) + b"====\nend\n"
    rest, files = extract_uu(body)
    assert files == [UuFile("a.csv", content, True)]
    assert rest.strip() == b"end"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nothing here",
        b"begin 644 name\nwith the next line of the letter\n",
        b"begin 644 name\n00DB1234567890A0\nend of the list\n",
        b"begin 644 name",
        b"begin here: 644\n#04)#\nend\n",
        b"x begin 644 a\n#04)#\nend\n",
        b"begin 999 a\n#04)#\nend\n",
        b"begin 644 " + b"n" * 201 + b"\n#04)#\nend\n",
    ],
)
def test_words_that_look_like_a_beginning_are_text(body: bytes) -> None:
    assert extract_uu(body) == (body, [])


def test_an_empty_file() -> None:
    assert extract_uu(b"begin 644 a\n`\nend\n")[1] == [UuFile("a", b"", True)]


def test_a_short_file_needs_its_end() -> None:
    """A Device ID looks like a short line of uuencode, so such a line has to be followed by end."""
    assert extract_uu(b"begin 644 a\n#04)#\nend\n")[1] == [UuFile("a", b"ABC", True)]
    assert extract_uu(b"begin 644 a\n#04)#\n`\nend\n")[1] == [UuFile("a", b"ABC", True)]
    assert extract_uu(b"begin 644 a\n#04)#\n\nend\n")[1] == [UuFile("a", b"ABC", True)]
    assert extract_uu(b"begin 644 a\n#04)#\n#04)#\nend\n")[1] == []


@pytest.mark.parametrize("mode", ["0644", "600"])
def test_modes(mode: str) -> None:
    assert len(extract_uu(f"begin {mode} a\n#04)#\nend\n".encode())[1]) == 1


def test_a_file_without_its_end_is_not_whole() -> None:
    content = b"x" * 90
    cut = uuencoded("a", content, end=False).encode()
    assert extract_uu(cut)[1] == [UuFile("a", content, False)]
    rest, files = extract_uu(cut + b"Kind regards, Ann\r\n")
    assert files == [UuFile("a", content, False)]
    assert rest.endswith(b"Kind regards, Ann\r\n")


def test_a_file_with_a_damaged_line_is_not_whole() -> None:
    lines = uuencoded("a", b"x" * 135).split("\r\n")
    lines[2] = lines[2][:20]
    (found,) = extract_uu("\r\n".join(lines).encode())[1]
    assert (found.content, found.whole) == (b"x" * 90, False)


@pytest.mark.parametrize(
    ("change", "whole"),
    [
        (lambda line: line + b"x", True),  # a checksum
        (lambda line: line + b"xx", True),
        (lambda line: line + b"xxx", False),
        (lambda line: line[:-8], True),  # blanks lost on the way
        (lambda line: line[:-9], False),
    ],
)
def test_how_far_a_line_may_differ(change: Callable[[bytes], bytes], whole: bool) -> None:
    lines = uuencoded("a", bytes(135)).encode().split(b"\r\n")
    lines[2] = change(lines[2])
    (found,) = extract_uu(b"\r\n".join(lines))[1]
    assert found == UuFile("a", bytes(135 if whole else 90), whole)


def test_whatever_fills_the_last_group_is_left_out() -> None:
    assert extract_uu(b'begin 644 a\n"04)z\nend\n')[1] == [UuFile("a", b"AB", True)]
    assert extract_uu(b"begin 644 a\n!04zz\nend\n")[1] == [UuFile("a", b"A", True)]


def test_a_line_of_any_length_is_bounded() -> None:
    lines = uuencoded("a", b"x" * 135).split("\r\n")
    lines[2] += "x" * 200
    (found,) = extract_uu("\r\n".join(lines).encode())[1]
    assert (len(found.content), found.whole) == (90, False)


def test_thousands_of_beginnings_take_linear_time() -> None:
    began = time.process_time()
    for body in (
        b"begin 644 a\n" * 50_000,
        b"begin 644 a\n#04)#\n" * 50_000,
        uuencoded("a", b"x" * 500_000, end=False).encode(),
        b"begin 644 a" * 50_000,
    ):
        extract_uu(body)
    assert time.process_time() - began < 5


@given(
    st.lists(
        st.sampled_from(
            [
                b"begin 644 a",
                b"begin-base64 644 a",
                b"#04)#",
                b"QUJD",
                b"====",
                b"`",
                b"end",
                b"",
                b"a word",
                b"\xff",
            ]
        ),
        max_size=20,
    )
)
def test_any_lines_keep_their_number(lines: list[bytes]) -> None:
    body = b"\n".join(lines)
    rest, files = extract_uu(body)
    assert rest.count(b"\n") == body.count(b"\n")
    assert len(files) <= sum(line.startswith(b"begin") for line in lines)
