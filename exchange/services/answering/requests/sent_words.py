"""Quote to the sender what could not be read, as it was sent and made safe."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from exchange.domain.device import MASKED
from exchange.domain.mail import Reject
from exchange.rendering.wording import safe_quote

_BODY_LINE = re.compile(r"body line (\d{1,9})")
_AROUND: Final = (30, 12)  # characters on each side, the fewer where the more have a code's digits
_MOST_AROUND: Final = 1_000  # rejects whose words around them are looked up


def in_their_words(rejects: Sequence[Reject], body: str) -> list[str]:
    """Return the text of each reject, of a line of ``body`` with the words around it."""
    texts = [one.text for one in rejects]
    places = [_BODY_LINE.fullmatch(one.where) for one in rejects[:_MOST_AROUND]]
    if not any(places):
        return texts
    lines = body.split("\n")
    for at, place in enumerate(places):
        if place and 0 < int(place[1]) <= len(lines):
            texts[at] = _with_words(texts[at], lines[int(place[1]) - 1])
    return texts


def _with_words(text: str, line: str) -> str:
    """Return ``text`` with some words of its line before and after it."""
    # Not where it begins another one: an ID that lost its end is the beginning of its neighbour.
    found = re.search(rf"(?<![\w-]){re.escape(text)}(?![\w-])", line) if text else None
    if found is None:
        return text
    before, after = line[: found.start()], line[found.end() :]
    for most in _AROUND:
        first = before.lstrip() if len(before) <= most else f"… {before[-most:].partition(' ')[2]}"
        last = after.rstrip() if len(after) <= most else f"{after[:most].rpartition(' ')[0]} …"
        whole = f"{first}{text}{last}"
        if MASKED not in safe_quote(whole):
            return whole
    return text
