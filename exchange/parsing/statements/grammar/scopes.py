"""Find which Devices the words of a clause are about: these, the rest, row 2, the gas meter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from exchange.domain.device_type import DeviceType
from exchange.domain.statements import Scope
from exchange.parsing.phrases import statement_words as parts
from exchange.parsing.statements.grammar.words import ENDS_MARK, PAUSES, ROWS_MARK, Clause, Word
from exchange.parsing.statements.sentences import DEVICE_MARK

_MOST_ROWS: Final = 500
_SPAN = r"\d{1,3}(?:\s*(?:,\s*and|,|and|&|to|-|\+)\s*\d{1,3})*"
_SEVERAL = r"\d{1,3}(?:\s*(?:,\s*and|,|and|&|\+)\s*\d{1,3})+"
_ROWS = re.compile(
    rf"\b(?:(?:rows?|numbers?|nos?\.?|lines?|items?|entries|meters?|devices?)\s+|#\s?)({_SPAN})\b"
    rf"|^\W*({_SPAN})(?=\s+(?:are|is|were|was)\b)"
    rf"|^\W*({_SEVERAL})(?=\s*[:=-]?\s*(?:not|no|ours|us|installed)\b)"
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
_AFTER_ORDINALS: Final = frozenset(
    ("one", "ones", "device", "devices", "meter", "meters", "unit", "units", "row", "rows", "line",
     "lines", "item", "items", "entry", "entries", "id", "ids", "guid", "guids", "asset", "is",
     "are", "was", "were", "and", "or", "of", "on", "in", "not", "has", "had", "have", "gas",
     "electric", "electricity", "elec", "esme", "gsme", "isn", "wasn", "isn't", "wasn't", "belongs",
     "listed", "batch", "lot", "set", "list", "pair", "group", "page", "sheet", "tab", "table",
     "column", "to", "please", "use", "came", "went", "couple", "few", "half", "though", "but",
     "only", "as", "we", "never", "by", "with", "at", "from", "i", "there", "for", "also", "can",
     "which", "that", "property", "site", "address", "serial", "number", "did", "does", "may",
     "might", "could", "should", "would", "will", "house", "flat", "code", "codes")
)  # fmt: skip
_BEFORE_ORDINALS: Final = frozenset(("the", "and", "your", "but", ",", "with"))
_TYPES: Final = {
    "gas": DeviceType.GSME, "gsme": DeviceType.GSME, "gsmes": DeviceType.GSME,
    "electric": DeviceType.ESME, "electricity": DeviceType.ESME, "elec": DeviceType.ESME,
    "leccy": DeviceType.ESME, "lecky": DeviceType.ESME,
    "esme": DeviceType.ESME, "esmes": DeviceType.ESME, "ppmid": DeviceType.PPMID,
    "ppmids": DeviceType.PPMID,
}  # fmt: skip


_WHICH: Final = frozenset(
    (parts.THESE, parts.THIS, parts.DEVICE, parts.ONE_DEVICE, parts.NUMBER, parts.NO_ONE,
     parts.REST, parts.ROW, parts.KIND, parts.PARTLY)
)  # fmt: skip
_POINTING: Final = frozenset(
    ("those", "them", "they", "these", "it", "this", "either", "neither", "one")
)


_BOTH_METERS: Final = {DeviceType.ESME.value, DeviceType.GSME.value}


def fuels_in(words: Iterable[Word]) -> tuple[str, ...]:
    """Return the types of meters that words name; nothing if they name another kind too."""
    named = [_TYPES.get(word.text.lower()) for word in words if word.part == parts.KIND]
    found = {one.value for one in named if one is not None}
    plain = len(found) == 1 or found == _BOTH_METERS
    return tuple(sorted(found)) if plain and None not in named else ()


def kinds_of(clauses: Sequence[Clause]) -> tuple[str, ...]:
    """Return the Device type that the last of the clauses with one names."""
    return next(filter(None, (fuels_in(one.kept) for one in reversed(clauses))), ())


def is_back_reference(words: Iterable[Word]) -> bool:
    """Return whether words only point back: ``those``, ``them``, with no Devices of their own."""
    named = [word for word in words if word.part in _WHICH and word.part != parts.NUMBER]
    return bool(named) and all(word.text.lower() in _POINTING for word in named)


def endings_in(words: Iterable[Word]) -> tuple[str, ...]:
    """Return the last digits of Devices that words name: ``the ones ending C438 and 2A9C``."""
    marked = (word.text.split()[1:] for word in words if word.text.startswith(ENDS_MARK))
    return tuple(one for each in marked for one in each)


def scope_in(words: Sequence[Word]) -> tuple[Scope, tuple[int, ...], int | None]:
    """Return the scope of words, the rows that they name, and the number of Devices."""
    shape = "".join(word.part for word in words)
    rows = tuple(number for word in words if word.part == parts.ROW for number in word.numbers)
    count = next((word.numbers[0] for word in words if word.part == parts.NUMBER), None)
    if any(word.text.lower() in ("both", "neither", "either", "beide") for word in words):
        count = count or 2
    if parts.ALL_BUT in shape:
        return Scope.ALL_BUT, rows, None
    if any(word.text == DEVICE_MARK for word in words):
        return Scope.NAMED, (), None
    if parts.KIND in shape and parts.PARTLY not in shape and not rows and fuels_in(words):
        several = parts.NO_ONE in shape or len(fuels_in(words)) > 1
        one = parts.ONE_DEVICE in shape and not several
        return Scope.KIND, (), count or (1 if one else None)
    if parts.PARTLY in shape or parts.KIND in shape:
        return Scope.PART, (), None
    if rows or endings_in(words):
        return Scope.ROWS, rows, None
    if parts.REST in shape:
        return Scope.REST, (), count
    none = any(
        one.text.lower() == "no" and two.part == parts.ONE_DEVICE for one, two in pairwise(words)
    )
    if parts.THESE in shape or parts.NO_ONE in shape or parts.DEVICE in shape or count or none:
        return Scope.THESE, (), count
    if parts.THIS in shape or parts.ONE_DEVICE in shape:
        return Scope.ONE, (), None
    return Scope.NONE, (), None


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
    if after.isalpha() and after not in _AFTER_ORDINALS and parts.number_of(after) is None:
        return None  # the first thing, the second paragraph
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
