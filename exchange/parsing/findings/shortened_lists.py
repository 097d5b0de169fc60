"""Notice a list in a body that a person has shortened, so that not every Device in it is written.

"From 41-07 to 41-15", "41-07, 08 and 09", a ditto mark, "...": to answer what is written in full
would be to answer a part as the whole.
"""

from __future__ import annotations

import re
from typing import Final

_ID = re.compile(r"(?:[0-9A-Fa-f]{2}[-:. ]?){7}[0-9A-Fa-f]{2}(?![0-9A-Za-z])")
_DIGIT = re.compile(r"[0-9]")
_BLANKS: Final = r"[ \t]{0,9}"
_END: Final = rf"(?![0-9A-Za-z:/-])(?={_BLANKS}(?:$|[.,;?)]|inclusive|please))"
# Right after a Device ID: "to 41-15".
_RANGE: Final = (
    rf"{_BLANKS}(?:\b(?:to|through|thru|until|up to)\b|\.{{2,3}}|\u2026){_BLANKS}"
    rf"[-.\u2026]{{0,3}}[0-9A-Fa-f]{{2}}(?:[-: .]?[0-9A-Fa-f]{{2}}){{0,7}}{_END}"
)
# ", 08 and 09".
_ENDINGS: Final = (
    rf"(?:{_BLANKS},{_BLANKS}-?[0-9A-Fa-f]{{2}}(?![0-9A-Za-z])){{0,50}}{_BLANKS}(?:,{_BLANKS})?"
    rf"(?:\band\b|&){_BLANKS}-?[0-9A-Fa-f]{{2}}(?:-[0-9A-Fa-f]{{2}}){{0,3}}{_END}"
)
_AFTER = re.compile(f"{_RANGE}|{_ENDINGS}", re.I)
# A whole line under one with a Device ID: a ditto mark, or the rest is left out.
_UNDER = re.compile(
    r"(?:[\"\u201d\u2033]|''|ditto\b|do\.|\.{2,}|\u2026|-)[ \t\"\u201d\u2033.\u2026-]{0,40}"
    r"[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){0,3}"
    r"|\[?(?:\.{3,}|\u2026)\]?|etc\.?|and so on\.?|\[message clipped\].*",
    re.I,
)
_TOTAL = re.compile(
    r"^[ \t]{0,40}(?:grand )?(?:total|count|number)(?: (?:of )?(?:devices|meters|ids))?"
    r"[ \t]{0,9}[:=][ \t]{0,9}(\d{1,6})(?: (?:devices|meters|ids))?[ \t.]{0,9}$",
    re.I | re.M,
)
_COUNTED: Final = ("total", "count", "number")
_SHORTEST: Final = 16  # characters of a Device ID
_LONGEST: Final = 2_000  # characters of a line that are looked at
_LONGEST_UNDER: Final = 100
_SEARCHED: Final = 200_000  # characters of a body


def shortened(text: str) -> str:
    """Return the line of the sender's own ``text`` that shortens its list of Devices, else ""."""
    under = False  # a line with a Device ID, perhaps with blank ones between
    for line in text[:_SEARCHED].split("\n"):
        shown = line.strip()
        if not shown:
            continue
        ends = _ends_of_ids(shown[:_LONGEST])
        if under and not ends and len(shown) <= _LONGEST_UNDER and _UNDER.fullmatch(shown):
            return " ".join(shown.split())
        if any(end < len(shown) and _AFTER.match(shown, end) for end in ends):
            return " ".join(shown.split())
        under = bool(ends)
    return ""


def _ends_of_ids(line: str) -> list[int]:
    if len(line) < _SHORTEST or not _DIGIT.search(line):
        return []
    return [match.end() for match in _ID.finditer(line)]


def stated_totals(text: str) -> list[int]:
    """Return the totals that stand on a line of their own in the sender's own ``text``."""
    text = text[:_SEARCHED]
    low = text.lower()  # a pattern that ignores case takes longer than all the rest
    if not any(word in low for word in _COUNTED):
        return []
    return [int(match[1]) for match in _TOTAL.finditer(text)]
