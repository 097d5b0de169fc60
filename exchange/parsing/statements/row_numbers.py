"""Find the rows that a sentence numbers: ``rows 2 and 3``, ``the second``, ``ending C438``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from exchange.parsing.phrases import statement_words as parts
from exchange.parsing.statements.words import ENDS_MARK, PAUSES, ROWS_MARK, Word

_MOST_ROWS: Final = 500
_SPAN = r"\d{1,3}(?:\s*(?:,\s*and|,|and|&|to|-|\+)\s*\d{1,3})*"
_ROWS = re.compile(
    rf"\b(?:(?:rows?|numbers?|nos?\.?|lines?|items?|entries|meters?|devices?)\s+|#\s?)({_SPAN})\b"
    rf"|^\W*({_SPAN})(?=\s+(?:are|is|were|was)\b)"
    rf"|^\W*(?:site|property)\s+({_SPAN})\b"
    rf"|(?<=[,;:])\s+({_SPAN})(?=\s+(?:are|is|were|was)\b)",
    re.I,
)
_LAST_DIGITS = r"[0-9A-F]{2}[-: ]?[0-9A-F]{2}(?:[-: ]?[0-9A-F]{2}){0,4}\b"
_ENDINGS = re.compile(
    r"(?:\.{2,}|\u2026|[*]{2,}|\b[xX]{2,}|\b[Ee]nd(?:s|ing|ed)?(?: in| with)?"
    r"|\blast (?:four|six|eight|few|[4-8])(?: (?:hex|digits|characters|chars)){0,2}"
    r"(?: (?:are|is|being|of))?)\s{0,3}[-:\"']?"
    rf"({_LAST_DIGITS}(?:(?:\s*,\s*|\s*,?\s*(?:and|&|or)\s+)(?:\.{{2,}})?{_LAST_DIGITS})*)[\"']?"
)
_ENDING = re.compile(_LAST_DIGITS)
_RANGE = re.compile(r"(\d{1,3})\s*(?:to|-)\s*(\d{1,3})|(\d{1,3})")
_TIMES: Final = frozenset(
    ("week", "month", "year", "time", "night", "winter", "summer", "spring", "weeks", "months",
     "years", "days", "quarter")
)  # fmt: skip
_BEFORE_ORDINALS: Final = frozenset(("the", "and", "your", "but", ",", "with"))


def with_rows_marked(text: str) -> tuple[str, list[tuple[int, ...]]]:
    """Return the text with a mark for each group of row numbers, and the numbers of each."""
    rows = [tuple(_numbers_in(next(filter(None, one.groups())))) for one in _ROWS.finditer(text)]
    return (_ROWS.sub(f" {ROWS_MARK} ", text) if rows else text), rows


def with_endings_marked(text: str) -> tuple[str, list[str]]:
    """Return the text with a mark for each group of last digits, and the digits of each."""
    ends = [" ".join(_ending_in(one[1])) for one in _ENDINGS.finditer(text)]
    return (_ENDINGS.sub(f" {ENDS_MARK} ", text) if ends else text), ends


def ordinal_at(low: list[str], at: int) -> tuple[int, Word] | None:
    """Return ``first two`` or ``second`` as rows."""
    start = parts.ORDINALS.get(low[at])
    after = low[at + 1] if at + 1 < len(low) else ""
    before = low[at - 1] if at else ""
    if start is None or after in _TIMES or (at and before not in _BEFORE_ORDINALS):
        return None
    if not at and after in PAUSES and after != ":":  # "First, ..."
        return None
    if low[at + 2 : at + 3] and low[at + 2] in _TIMES:
        return 1, Word(parts.MOMENT, low[at])
    count = parts.number_of(after) if not after.isdecimal() or len(after) < 3 else None
    if count and start in (1, -1) and count <= _MOST_ROWS:
        return 2, Word(
            parts.ROW, f"{low[at]} {after}", tuple(n * start for n in range(1, count + 1))
        )
    return 1, Word(parts.ROW, low[at], (start,))


def _ending_in(text: str) -> Iterator[str]:
    for found in _ENDING.findall(text):
        yield re.sub(r"[-: ]", "", found)


def _numbers_in(text: str) -> Iterator[int]:
    count = 0
    for first, last, single in _RANGE.findall(text):
        numbers = range(int(first), int(last) + 1) if first else (int(single),)
        for number in numbers:
            if count < _MOST_ROWS:
                yield number
            count += 1
