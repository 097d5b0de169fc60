"""The quick sorts are the plain ones."""

from __future__ import annotations

import numpy as np
import pytest

from exchange.vault.radix_sort import concatenated, order_of, rows_where

DTYPE = np.dtype([("a", "<u8"), ("b", ">u2")])


@pytest.mark.parametrize("dtype", ["<u8", ">u8", "<u4", "<u2"])
@pytest.mark.parametrize("count", [0, 1, 1_999, 5_000])
def test_the_order_is_that_of_a_stable_sort(dtype: str, count: int) -> None:
    high = 1 << (8 * np.dtype(dtype).itemsize - 1)
    numbers = np.random.default_rng(count).integers(0, high, count, np.uint64).astype(dtype)
    numbers[::3] = 7  # equal ones keep their order
    assert order_of(numbers).tolist() == np.argsort(numbers, kind="stable").tolist()


def test_rows_keep_their_byte_order_and_their_places() -> None:
    one = np.array([(1, 258), (2, 3)], DTYPE)
    rows = concatenated([one, np.empty(0, DTYPE), one[:1]], DTYPE)
    assert rows.dtype == DTYPE
    assert rows.tolist() == [(1, 258), (2, 3), (1, 258)]
    assert len(concatenated([], DTYPE)) == 0


def test_chosen_rows_are_those_of_the_mask() -> None:
    rows = np.array([(1, 1), (2, 2), (3, 3)], DTYPE)
    assert rows_where(rows, np.array([True, False, True])).tolist() == [(1, 1), (3, 3)]
    assert rows_where(rows, np.ones(3, bool)) is rows
