"""Each row finds the first one that equals it, whatever the values are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.columns import group_equal_rows
from exchange.domain.columns.group_equal_rows import first_equal_rows

NUMBERS = st.sampled_from((0, 1, 2, 2**63, 2**64 - 1))


def _plain(rows: list[tuple[int, int]]) -> list[int]:
    return [rows.index(row) for row in rows]


def _columns(rows: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    return (
        np.array([one for one, _ in rows], np.uint64),
        np.array([two for _, two in rows], np.uint64),
    )


@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=30))
def test_rows_are_equal_if_every_column_is(rows: list[tuple[int, int]]) -> None:
    assert first_equal_rows(*_columns(rows)).tolist() == _plain(rows)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=30))
def test_rows_that_collide_every_time_are_sorted(rows: list[tuple[int, int]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(group_equal_rows, "_MIX", (np.uint64(0),) * 2)
        assert first_equal_rows(*_columns(rows)).tolist() == _plain(rows)


@pytest.mark.parametrize("number", [1, 2, 1000, 40_000])
def test_many_rows(number: int) -> None:
    values = np.random.default_rng(7).integers(0, number, number)
    known: dict[int, int] = {}
    expected = [known.setdefault(one, at) for at, one in enumerate(values.tolist())]
    assert first_equal_rows(values).tolist() == expected


def test_small_numbers_and_flags_are_columns_too() -> None:
    flags = np.array([True, False, True, False])
    small = np.array([1, 1, 1, 2], np.uint8)
    assert first_equal_rows(flags, small).tolist() == [0, 1, 0, 3]
