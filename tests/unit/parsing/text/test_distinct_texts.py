"""A column of cells in one buffer is the list of these cells."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.parsing.text import byte_column
from exchange.parsing.text.byte_column import ByteColumn

_CELLS = st.sampled_from(
    ("", " ", "ESME", " ESME", "ESME\t", "\u00a0ESME", "ESME\x00", "esme", "not ours",
     "00-DB-12-34-56-78-90-A0", "not ours, see below", "é", "e\u0301", "\ud800", "x" * 70,
     "x" * 71)
) | st.text(max_size=9)  # fmt: skip
_ASCII = _CELLS.filter(str.isascii)


@settings(max_examples=200)
@given(st.lists(_CELLS, max_size=25) | st.lists(_ASCII, max_size=25), st.sampled_from((0, 8, 64)))
def test_the_distinct_texts_of_a_column_are_those_of_its_cells(
    cells: list[str], longest: int
) -> None:
    """Short cells are compared as numbers, long ones as texts."""
    column = ByteColumn.of(cells)
    stripped = [cell.strip() for cell in cells]
    assert list(column) == stripped
    with patch.object(byte_column, "_LONGEST_KEY", longest):
        texts, which = column.distinct()
    assert [texts[at] for at in which.tolist()] == stripped
    if all(map(str.isascii, cells)):
        assert len(texts) == len(set(stripped))  # with blanks beyond ASCII a text may repeat


@given(st.lists(st.integers(0, 4), max_size=20), st.lists(_CELLS, min_size=5, max_size=5))
def test_cells_with_numbers_of_their_own_have_the_texts_of_these(
    numbers: list[int], cells: list[str]
) -> None:
    shared = ByteColumn.of(cells)
    own = np.array(numbers, np.int64)
    column = shared.same_buffer(shared.starts[own], shared.ends[own], own)
    texts, which = column.distinct()
    assert [texts[at] for at in which.tolist()] == [cells[one].strip() for one in numbers]
