"""Compare how many Devices a mail says that it asks for with how many it lists.

"These 12 devices" over a list of 11: one was lost on the way, and only the sender knows which.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Final

_WORDS: Final = (
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
_NUMBER: Final = rf"(?P<number>\d{{1,3}}(?:,\d{{3}})+|\d{{1,7}}|{'|'.join(_WORDS)})"
_KIND: Final = (
    r"(?:(?:more|further|other|new|smart|electric(?:ity)?|gas|smets ?2|install(?:ation)?|device"
    r"|meter|uncommissioned|single|different)\s+){0,3}"
)
_THINGS: Final = r"(?:devices?|meters?|ids?|euis?|guids?|codes?|ics?|esmes?|gsmes?|identifiers?)\b"
# The words that make a number the size of the list: what is before it, or what is after it.
_STATED = re.compile(
    rf"\b(?P<sure>(?:these|those|following|all|all the|list of|codes? for|codes? for the|ics? for"
    rf"|ics? for the|ics? of|codes? of|keys? for)\s+)?(?<![\d.,-]){_NUMBER}\s+{_KIND}{_THINGS}"
    r"(?:(?=(?P<after>[^.;!?\n]{0,40}?\b(?:below|attached|listed|enclosed|above|following)\b)))?",
    re.I,
)
_NO_SIZE = re.compile(r"(?:smets|one of|out of|some of|\bof our|for the other)\s*$", re.I)
_LOOK_BACK: Final = 20
_MOST: Final = 20_000  # characters of a mail's own words


def stated_counts(text: str) -> list[int]:
    """Return how many Devices a sentence says that the list has, each number that it says."""
    found = []
    for match in _STATED.finditer(text[:_MOST]):
        before = text[max(0, match.start("number") - _LOOK_BACK) : match.start("number")]
        if (match["sure"] or match["after"]) and not _NO_SIZE.search(before):
            word = match["number"].lower().replace(",", "")
            found.append(int(word) if word.isdecimal() else _WORDS.index(word) + 2)
    return found


def miscount(
    sentences: Iterable[str],
    listed: Collection[int],
    parts: Iterable[int],
    totals: Iterable[int] = (),
) -> str:
    """Return how the numbers in ``sentences`` contradict the list; empty if one fits it.

    ``listed``: how long the list may be called: its rows, its Devices, with those that could not be
    read and without.  ``parts``: the same of each file and of the body.  ``totals``: what the mail
    gives as totals.
    """
    counts = [*totals, *(count for one in sentences for count in stated_counts(one))]
    fits = {*listed, *parts}
    if not counts or sum(counts) in listed or any(count in fits for count in counts):
        return ""
    said = " and ".join(f"{count:,}" for count in dict.fromkeys(counts))
    devices = max(listed)
    return f"the mail says {said} Devices, and lists {devices:,}"
