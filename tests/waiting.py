"""How long tests wait for what surely comes, on a machine that does other things meanwhile.

A wait ends with its event, so a long deadline costs time only where a test fails.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TypeVar

PATIENCE: Final = 120.0  # seconds; what takes three on a quiet machine takes forty on a busy one
T = TypeVar("T")
_LOOK: Final = 0.02
_LONGER: Final = (1, 4, 16, 64)


def until(
    true: Callable[[], object], what: str | Callable[[], str] = "", seconds: float = PATIENCE
) -> float:
    """Wait until it is true; return the seconds that it took.

    Raises AssertionError with ``what`` was waited for when the time is over.
    """
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"waited in vain {what if isinstance(what, str) else what()}")
        time.sleep(_LOOK)
    return time.monotonic() - began


def patiently(call: Callable[[], T], *passing: type[Exception]) -> T:
    """Return what ``call`` returns, once it does not end in one of these passing faults.

    For calls with a short timeout, which a busy machine may let expire by itself.
    """
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return call()
        except passing:
            if time.monotonic() > end:
                raise
        time.sleep(_LOOK)


def with_longer(seconds: float, call: Callable[[float], T], *passing: type[BaseException]) -> T:
    """Return what ``call`` returns with a short time, or with the next longer one.

    For what is ended by its time: it has to have come so far, which takes longer on a busy machine.
    """
    for times in _LONGER:
        try:
            return call(times * seconds)
        except passing:
            if times == _LONGER[-1]:
                raise
    raise NotImplementedError
