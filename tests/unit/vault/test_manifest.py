"""The manifest comes back as it was sealed, and says which bucket covers a place."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.vault.manifest import ALL_PLACES, ENTRY, Entries, Manifest, buckets_of, widths


def _entries(*starts: int) -> Entries:
    entries = np.zeros(len(starts), ENTRY)
    entries["start"] = starts
    entries["records"] = range(7, 7 + len(starts))
    entries["with_code"], entries["installed"], entries["generation"] = 5, 3, 2**40
    return entries


@pytest.mark.parametrize("work", [{}, {"delivery": "é", "next": 7}])
def test_it_comes_back_whole(work: dict[str, str | int]) -> None:
    manifest = Manifest(_entries(0, 100, 2**31), ("delivery 1", "Ünï"), work)
    back = Manifest.from_bytes(manifest.to_bytes())
    assert back.entries.tolist() == manifest.entries.tolist()
    assert (back.sources, dict(back.work)) == (("delivery 1", "Ünï"), work)
    assert list(back.starts) == [0, 100, 2**31]


def test_it_has_24_bytes_a_bucket() -> None:
    small, large = (len(Manifest(_entries(*range(n)), ("a",)).to_bytes()) for n in (1, 101))
    assert large - small == 24 * 100


def test_a_place_is_in_the_bucket_that_begins_before_it() -> None:
    entries = _entries(0, 100, 2**31)
    places = np.array([0, 99, 100, 2**31 - 1, 2**31, 2**32 - 1], np.uint32)
    assert buckets_of(entries, places).tolist() == [0, 0, 1, 1, 2, 2]


@given(st.sets(st.integers(1, 2**32 - 1), max_size=6), st.integers(0, 2**32 - 1))
def test_the_buckets_cover_every_place_once(starts: set[int], place: int) -> None:
    entries = _entries(0, *sorted(starts))
    assert int(widths(entries).sum()) == ALL_PLACES
    (bucket,) = buckets_of(entries, np.array([place], np.uint32)).tolist()
    start = int(entries["start"][bucket])
    assert start <= place < start + int(widths(entries)[bucket])
