"""Find equal rows of columns without sorting them or making objects."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

_MIX: Final = tuple(
    np.uint64(one)
    for one in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F)
)


def first_equal_rows(*columns: npt.NDArray[np.generic]) -> npt.NDArray[np.int64]:
    """Return for each row the number of the first row that equals it in every column.

    All rows go into one hash table; those whose slot another value took go into the next one.
    Rows that collide every time, as an attacker could arrange, are sorted.
    """
    keys = [column.astype(np.uint64, copy=False) for column in columns]
    number = len(keys[0])
    first = np.arange(number, dtype=np.int64)
    left = first
    for mix in _MIX:
        if not len(left):
            return first
        bits = max(4, (2 * len(left) - 1).bit_length())
        mixed = np.zeros(len(left), np.uint64)
        own = [key[left] for key in keys]
        for key in own:
            mixed = (mixed ^ key) * mix
            mixed ^= mixed >> np.uint64(29)
        slots = ((mixed * mix) >> np.uint64(64 - bits)).astype(np.int64)
        table = np.zeros(1 << bits, np.int64)
        table[slots[::-1]] = np.arange(len(left) - 1, -1, -1)  # the first of several wins
        owner = table[slots]
        same = own[0] == own[0][owner]
        for key in own[1:]:
            same &= key == key[owner]
        first[left[same]] = left[owner[same]]
        left = left[~same]
    if len(left):
        order = np.lexsort([left, *(key[left] for key in keys)])
        ranked = left[order]
        begins = np.zeros(len(ranked), np.bool_)
        begins[:1] = True
        for key in keys:
            begins[1:] |= key[ranked[1:]] != key[ranked[:-1]]
        first[ranked] = ranked[np.flatnonzero(begins)][np.cumsum(begins) - 1]
    return first
