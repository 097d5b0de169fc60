"""Suggest the valid word that a person probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(written: str, valid: Iterable[str]) -> str:
    """Return a hint naming the valid word most like ``written``, or all words if none is close."""
    words = {one.lower(): one for one in valid if one}
    close = get_close_matches(written.lower(), words, n=1)
    if close:
        return f"did you mean {words[close[0]]}?"
    return f"one of {', '.join(words.values())}" if words else ""
