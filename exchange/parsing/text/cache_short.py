"""Remembers what was found in short texts: greetings, requests and signatures come again."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Final, TypeVar

_Said = TypeVar("_Said")

_SHORT: Final = 300  # characters; a line may have two million
_MOST: Final = 2048  # texts for each question asked of them


def remembered(ask: Callable[[str], _Said]) -> Callable[[str], _Said]:
    """``ask``, which depends on the text alone, asked once for each short text."""
    known = lru_cache(maxsize=_MOST)(ask)

    @wraps(ask)
    def answer(text: str) -> _Said:
        return known(text) if len(text) <= _SHORT else ask(text)

    return answer
