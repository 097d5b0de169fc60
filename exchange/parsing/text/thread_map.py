"""Map a function over chunks in two threads; numpy releases the GIL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

Input = TypeVar("Input")
Output = TypeVar("Output")

_THREADS: Final = 2  # the cores we ask of a machine; each thread needs memory for one chunk
_FEW: Final = 8  # fewer chunks than this are not worth a thread


def thread_map(work: Callable[[Input], Output], chunks: Sequence[Input]) -> list[Output]:
    """Return what ``map`` returns, in order; raise what ``work`` raised on the first bad chunk."""
    if len(chunks) < _FEW:
        return list(map(work, chunks))
    try:
        with ThreadPoolExecutor(_THREADS) as pool:
            return list(pool.map(work, chunks))
    except RuntimeError:
        # No thread could be started: the process may have reached its limit.
        return list(map(work, chunks))


def start_in_thread(work: Callable[[], Output]) -> Callable[[], Output]:
    """Start ``work`` in a thread; the function returned waits and gives, or raises, its result."""
    pool = ThreadPoolExecutor(1)
    try:
        future = pool.submit(work)
    except RuntimeError:
        return work
    pool.shutdown(wait=False)
    return future.result
