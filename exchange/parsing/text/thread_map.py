"""Pieces of a long list read side by side: numpy leaves the interpreter to others meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

From = TypeVar("From")
To = TypeVar("To")

_THREADS: Final = 2  # what is asked of a machine; each has the room of one piece
_FEW: Final = 8


def side_by_side(work: Callable[[From], To], pieces: Sequence[From]) -> list[To]:
    """What ``map`` gives, in its order; raises what ``work`` raised on the first such piece."""
    if len(pieces) < _FEW:
        return list(map(work, pieces))
    try:
        with ThreadPoolExecutor(_THREADS) as pool:
            return list(pool.map(work, pieces))
    except RuntimeError:
        # No thread can be had: the process may be at its ceiling.
        return list(map(work, pieces))


def begun(work: Callable[[], To]) -> Callable[[], To]:
    """``work`` begun at once; what it gives or raises comes when the outcome is called for."""
    pool = ThreadPoolExecutor(1)
    try:
        outcome = pool.submit(work)
    except RuntimeError:
        return work
    pool.shutdown(wait=False)
    return outcome.result
