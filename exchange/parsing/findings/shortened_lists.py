"""Notice a list in a body that a person has shortened, so that not every Device in it is written.

"From 41-07 to 41-15", "41-07, 08 and 09", a ditto mark, "...": to answer what is written in full
would be to answer a part as the whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_PAIRS: Final = r"[0-9A-Fa-f]{2}(?:[-: .]?[0-9A-Fa-f]{2}){0,7}"
_END: Final = r"(?![0-9A-Za-z:/-])(?=[ \t]*(?:$|[.,;?)]|inclusive|please))"
# "to 41-15", after a Device ID.
_RANGE = re.compile(
    rf"(?<=[0-9A-Fa-f])[ \t]*(?:\b(?:to|through|thru|until|up to)\b|\.{{2,3}}|\u2026)[ \t]*"
    rf"[-.\u2026]{{0,3}}{_PAIRS}{_END}",
    re.I | re.M,
)
# ", 08 and 09", after a Device ID.
_ENDINGS = re.compile(
    r"(?<=[0-9A-Fa-f])(?:[ \t]*,[ \t]*-?[0-9A-Fa-f]{2}(?![0-9A-Za-z])){0,50}[ \t]*,?[ \t]*"
    rf"(?:\band\b|&)[ \t]*-?[0-9A-Fa-f]{{2}}(?:-[0-9A-Fa-f]{{2}}){{0,3}}{_END}",
    re.I | re.M,
)
# A line of its own, under one with a Device ID.
_DITTO = re.compile(
    r"^[ \t]*(?:[\"\u201d\u2033]|''|ditto\b|do\.|\.{2,}|\u2026|-)[ \t\"\u201d\u2033.\u2026-]{0,40}"
    r"[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){0,3}[ \t]*$",
    re.I | re.M,
)
_CUT = re.compile(
    r"^[ \t]*(?:\[?(?:\.{3,}|\u2026)\]?|etc\.?|and so on\.?|\[message clipped\].{0,80})[ \t]*$",
    re.I | re.M,
)
_TOTAL = re.compile(
    r"^[ \t]*(?:grand )?(?:total|count|number)(?: (?:of )?(?:devices|meters|ids))?[ \t]{0,9}[:=]"
    r"[ \t]{0,9}(\d{1,6})(?: (?:devices|meters|ids))?[ \t.]*$",
    re.I | re.M,
)
_ENDS_WITH_ID = re.compile(r"(?:[0-9A-Fa-f]{2}[-:. ]?){7}[0-9A-Fa-f]{2}\W{0,3}$")
_LOOK_BACK: Final = 40
_SEARCHED: Final = 200_000  # characters of a body


def shortened(text: str) -> str:
    """Return the line of the sender's own ``text`` that shortens its list of Devices, else ""."""
    text = text[:_SEARCHED]
    for at in _starts(text):
        if _ENDS_WITH_ID.search(text[max(0, at - _LOOK_BACK) : at].rstrip()):
            start = text.rfind("\n", 0, at) + 1
            lines = text[start:].split("\n", 2)
            return " ".join(" ".join(lines[: 1 if lines[0].strip() else 2]).split())
    return ""


def _starts(text: str) -> Iterator[int]:
    for pattern in (_RANGE, _ENDINGS, _DITTO, _CUT):
        yield from (match.start() for match in pattern.finditer(text))


def stated_totals(text: str) -> list[int]:
    """Return the totals that stand on a line of their own in the sender's own ``text``."""
    return [int(match[1]) for match in _TOTAL.finditer(text[:_SEARCHED])]
