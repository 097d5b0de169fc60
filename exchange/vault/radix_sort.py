"""Sort, join and select many rows in the ways that are fast in numpy.

numpy sorts 16-bit numbers by counting, five times as fast as by comparison.  ``take`` copies a row
as a block of bytes; an index in brackets copies structured rows field by field, fifty times slower.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Order = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]
StructArray = npt.NDArray[np.void]


def order_of(numbers: npt.NDArray[np.unsignedinteger]) -> Order:
    """Return the stable sorting order of unsigned numbers."""
    digits = np.ascontiguousarray(numbers, numbers.dtype.newbyteorder("<"))
    parts = digits.view("<u2").reshape(len(numbers), digits.itemsize // 2)
    order = np.argsort(parts[:, 0], kind="stable")
    for at in range(1, parts.shape[1]):
        order = order.take(np.argsort(parts[:, at].take(order), kind="stable"))
    return order


def concatenated(parts: Sequence[StructArray], dtype: np.dtype[np.void]) -> StructArray:
    """Return all rows of ``parts``, in order.

    Copied as plain bytes: np.concatenate copies field by field and loses their byte order.
    """
    plain = np.dtype((np.void, dtype.itemsize))
    whole = [np.ascontiguousarray(part).view(plain) for part in parts if len(part)]
    return np.concatenate(whole).view(dtype) if whole else np.empty(0, dtype)


def rows_where(rows: StructArray, mask: Mask) -> StructArray:
    """Return the rows where ``mask`` is true."""
    return rows if mask.all() else rows.take(np.flatnonzero(mask))
