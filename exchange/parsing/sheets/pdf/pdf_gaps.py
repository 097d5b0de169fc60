"""Notice what a PDF shows in the shape of a Device ID and what was not read from it.

A printed table has cells that are cut off, run into the next one, or are wrapped over several
lines.  The text layer then has pieces of Device IDs, and the few that are whole are not the list.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from exchange.parsing.text.lines import Line

# Pairs with a mark after each: a Device ID has seven of them, an install code fifteen or more, and
# a date two.
_PAIRS = re.compile(r"(?:[0-9A-Fa-f]{2}[-:])++")
_SOME_PAIRS: Final = range(4 * 3, 9 * 3 + 1, 3)  # characters
# A word of hex digits with at least one letter and one digit, whatever is glued to its end.  A
# telephone number has no letters, the groups of a UUID have a hyphen in front, and an install code
# has 32 digits.
_DIGITS = re.compile(r"(?<![0-9A-Za-z\-])[0-9A-Fa-f]++")
_SOME_DIGITS: Final = range(12, 27)
# More lines than this share of those with pieces: columns are cut off or wrapped.
_FEW: Final = 0.1
_AT_LEAST: Final = 2
_BEGIN: Final = 4  # digits
_PAGE_OF = re.compile(
    r"\W*(?:[\w ,.&-]{0,80}\W)?page\s{0,3}(?P<page>\d{1,3})\s{0,3}(?:of|/)\s{0,3}(?P<total>\d{1,3})"
    r"(?:\W[\w ,.&:/-]{0,80})?",
    re.I,
)
_BROKEN = re.compile(r"(?<![^\s])(?:[0-9A-Fa-f]{2}[-:]){2,7}(?!\S)")
_SINGLE: Final = 0.8  # of the words are single characters: placed letter by letter
_WORDS: Final = 40
CUT_OFF: Final = (
    "columns of the PDF are cut off or wrapped, so its Device IDs cannot be read:"
    " please send a workbook or CSV"
)
LETTERS: Final = (
    "the PDF places its text letter by letter, so it cannot be read: please send a workbook or CSV"
)
UNREAD: Final = "it looks like a Device ID, or a piece of one, that cannot be read in a PDF"


def unread_lines(
    lines: Sequence[str], read: Collection[int], begins: Collection[str] = ()
) -> tuple[list[int], bool]:
    """Return the lines with a piece of a Device ID that are not ``read``, and whether it is many.

    Lines are counted from 0.  Where they are many, what was read is not the list.  ``begins``: the
    first four digits of the Devices that were read; if there are any, a word that begins otherwise
    may be a serial number.
    """
    pieces = [at for at, line in enumerate(lines) if _has_piece(line, begins)]
    unread = [at for at in pieces if at not in read]
    return unread, len(unread) > max(_AT_LEAST, _FEW * len(pieces))


def _has_piece(line: str, begins: Collection[str]) -> bool:
    """Return whether a line has a whole Device ID or a piece of one."""
    if any(len(chain) in _SOME_PAIRS for chain in _PAIRS.findall(line)):
        return True
    return any(
        len(word) in _SOME_DIGITS
        and not (word.isdecimal() or word.isalpha())
        and (not begins or word[:_BEGIN].upper() in begins)
        for word in _DIGITS.findall(line)
    )


def whole_fault(lines: Sequence[str]) -> str:
    """Return why the lines of a PDF are no whole list; empty if they may be one."""
    return LETTERS if letter_by_letter(lines) else missing_pages(lines)


def missing_pages(lines: Sequence[str]) -> str:
    """Return which pages are missing by the numbers at their heads or feet: ``Page 1 of 3``."""
    marks = [found for line in lines if (found := _PAGE_OF.fullmatch(line))]
    totals = {int(one["total"]) for one in marks}
    seen = {int(one["page"]) for one in marks}
    if len(totals) != 1 or not seen or max(seen) > max(totals):
        return ""
    missing = max(totals) - len(seen)
    if not missing:
        return ""
    shown = ", ".join(map(str, sorted(seen)[:5]))
    return (
        f"the PDF is incomplete: it has page {shown} of {max(totals)}:"
        " please send all of its pages, or a workbook or CSV"
    )


def wrapped(lines: Iterable[Line]) -> bool:
    """Return whether lines end where an ID is broken at its hyphens: ``00-DB-12-``."""
    return sum(_BROKEN.search(line.text) is not None for line in lines) >= _AT_LEAST


def letter_by_letter(lines: Sequence[str]) -> bool:
    """Return whether nearly all words of a text are single characters."""
    words = [word for line in lines for word in line.split()]
    single = sum(len(word) == 1 for word in words)
    return len(words) >= _WORDS and single > _SINGLE * len(words)
