"""Cells as slices of one buffer give the same texts as a list of strings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.parsing.text.byte_column import (
    PADDING,
    ByteColumn,
    byte_rows,
    padded_buffer,
    to_utf8,
)

# Blanks of every kind, characters of one to four bytes, lone surrogates.
_CHARACTERS = st.sampled_from(
    ["a", "B", "0", " ", "\t", "\n", "\x1f", "\x00", "\xa0", "é", "\u2028", "漢", "😀", "\ud800"]
)
cells = st.lists(st.text(_CHARACTERS, max_size=80), max_size=12)


@given(cells)
def test_a_column_has_the_stripped_texts(texts: list[str]) -> None:
    column = ByteColumn.of(texts)
    stripped = [text.strip() for text in texts]
    assert len(column) == len(texts)
    assert list(column) == stripped
    assert [column[at] for at in range(len(texts))] == stripped
    assert column[1:5:2] == stripped[1:5:2]
    assert column[::-1] == stripped[::-1]


@given(cells)
def test_distinct_texts_with_their_indexes_give_the_column_back(texts: list[str]) -> None:
    distinct, which = ByteColumn.of(texts).distinct()
    assert [distinct[at] for at in which.tolist()] == [text.strip() for text in texts]
    assert len(which) == len(texts)


@pytest.mark.parametrize("length", [1, 7, 8, 9, 16, 63, 64, 65, 200])
def test_equal_texts_are_one_distinct_text(length: int) -> None:
    texts = ["a" * length, "b" * length, "a" * length, "a" * (length - 1) + "c", "a" * length]
    distinct, which = ByteColumn.of(texts).distinct()
    assert sorted(distinct) == sorted(set(texts))
    assert [distinct[at] for at in which.tolist()] == texts


@pytest.mark.parametrize("length", range(1, 18))
def test_texts_that_differ_in_one_bit_are_two(length: int) -> None:
    for at in range(length):
        texts = ["a" * length, "a" * at + "`" + "a" * (length - at - 1)]
        distinct, which = ByteColumn.of(texts).distinct()
        assert [distinct[one] for one in which.tolist()] == texts


def test_a_text_and_the_same_with_a_zero_byte_differ() -> None:
    distinct, which = ByteColumn.of(["a", "a\0", "", "\0"]).distinct()
    assert [distinct[at] for at in which.tolist()] == ["a", "a\0", "", "\0"]


def test_no_cells_have_no_distinct_text() -> None:
    distinct, which = ByteColumn.of([]).distinct()
    assert distinct == []
    assert which.tolist() == []


def test_keys_replace_the_comparison_of_bytes() -> None:
    buffer = padded_buffer(b"aabbaa")
    starts, ends = np.array([0, 2, 4]), np.array([2, 4, 6])
    column = ByteColumn(buffer, starts, ends, np.array([7, 9, 7]))
    distinct, which = column.distinct()
    assert (distinct, which.tolist()) == (["aa", "bb"], [0, 1, 0])


@pytest.mark.parametrize("blanks", [0, 1, 31, 32, 33, 34, 500])
def test_outer_blanks_go_however_many(blanks: int) -> None:
    outer = " \t\r\n"[: blanks % 4] + " " * (blanks - blanks % 4)
    column = ByteColumn.of([f"{outer}a b{outer}", outer, f"x{outer}", f"{outer}y"])
    assert list(column) == ["a b", "", "x", "y"]
    assert column.lengths.tolist() == [3, 0, 1, 1]


def test_trimming_does_not_change_what_the_caller_gave() -> None:
    starts, ends = np.array([0, 4]), np.array([4, 8])
    column = ByteColumn(padded_buffer(b" ab  cd "), starts, ends)
    assert list(column) == ["ab", "cd"]
    assert (starts.tolist(), ends.tolist()) == ([0, 4], [4, 8])


def test_cells_with_other_than_ascii_are_found() -> None:
    column = ByteColumn.of(["a", "é", "", "xé", "éx", "b", "xéx"])
    assert column.non_ascii().tolist() == [1, 3, 4, 6]
    assert ByteColumn.of(["a", "b"]).non_ascii().tolist() == []


def test_entities_are_read_only_in_xml() -> None:
    buffer = padded_buffer(b"a&amp;b &lt; ")
    starts, ends = np.array([0, 8]), np.array([7, 13])
    assert list(ByteColumn(buffer, starts, ends)) == ["a&amp;b", "&lt;"]
    escaped = ByteColumn(buffer, starts, ends, escaped=True)
    assert list(escaped) == ["a&b", "<"]
    assert list(escaped.same_buffer(starts[:1], ends[:1])) == ["a&b"]


def test_another_column_of_the_same_buffer() -> None:
    column = ByteColumn.of(["one", "two"])
    other = column.same_buffer(np.array([3]), np.array([6]), np.array([1]))
    assert list(other) == ["two"]
    assert other.distinct()[0] == ["two"]


def test_the_first_bytes_of_each_chosen_cell() -> None:
    column = ByteColumn.of(["abcd", "efgh", "ijkl"])
    rows = column.byte_rows(np.array([2, 0]), 3)
    assert [row.tobytes() for row in rows] == [b"ijk", b"abc"]


def test_bytes_after_the_last_cell_are_padding() -> None:
    buffer = padded_buffer(b"ab")
    assert byte_rows(buffer, np.array([1]), 8)[0].tobytes() == b"b" + bytes(7)
    assert len(PADDING) >= 72  # the longest key, and one more word


def test_rows_wider_than_the_buffer_are_refused() -> None:
    with pytest.raises(IndexError):
        byte_rows(np.frombuffer(b"ab", np.uint8), np.array([0]), 3)


@given(st.text(_CHARACTERS))
def test_any_text_comes_back_from_utf_8(text: str) -> None:
    assert to_utf8(text).decode("utf-8", "surrogatepass") == text
