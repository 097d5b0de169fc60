"""Cache what a function returns for short texts: greetings and signatures come again and again."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Final, TypeVar

_Result = TypeVar("_Result")

_SHORT: Final = 300  # characters; a line may have two million
_MOST: Final = 2048  # texts cached for each function


def cache_short(function: Callable[[str], _Result]) -> Callable[[str], _Result]:
    """Return ``function``, which depends on its text alone, with a cache for short texts."""
    cached = lru_cache(maxsize=_MOST)(function)

    @wraps(function)
    def call(text: str) -> _Result:
        return cached(text) if len(text) <= _SHORT else function(text)

    return call
