"""Write dates, counts and paragraphs for people, whatever the machine's locale."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from exchange.domain.device import MASKED, mask_codes

_LONDON: Final = ZoneInfo("Europe/London")
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_WIDTH: Final = 72
_KNOWN: Final = 256  # instants and short texts in the cache
_SHORT: Final = 1000  # characters
_BLANKS = re.compile(r"\s+")
# Marks that reorder the text around them: a hostile subject could hide its end with one.
_BIDI: Final = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class OutcomeWord(StrEnum):
    """The words in an Outcome cell, ours or the recipient's."""

    PROVIDED = "install code provided"
    NOT_INSTALLER = "not the installing Supplier"
    HELD = "being looked into"
    UNREADABLE = "not readable"


_SENT_CHARS: Final = 100  # of an unreadable cell, quoted in the answer
_SECRET_CHARS: Final = 24  # as many could be a code that lost its end
_NUMBERS = re.compile(r"[A-Za-z]*[0-9][0-9A-Za-z]*")


def day(when: date | datetime) -> str:
    """Return ``Friday 4 December 2026``; an instant counts as its day in Europe/London."""
    local = _local(when)
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}"


def moment(when: date | datetime) -> str:
    """Return ``Friday 4 December 2026 at 16:45 GMT`` (Europe/London); a date has no time."""
    # Python calls two instants in the repeated hour equal, except in UTC: cache those only.
    if isinstance(when, datetime) and when.tzinfo is UTC:
        return _moment(when)
    return _written(when)


def _written(when: date | datetime) -> str:
    local = _local(when)
    if isinstance(local, datetime):
        return f"{day(local)} at {local:%H:%M} {local.tzname()}"
    return day(local)


_moment = lru_cache(maxsize=_KNOWN)(_written)


def _local(when: date | datetime) -> date | datetime:
    if not isinstance(when, datetime):
        return when
    if when.tzinfo is None:
        raise TypeError("an instant without a time zone cannot be written")
    return when.astimezone(_LONDON)


def month(year_month: str) -> str:
    """Return ``October 2026`` from ``2026-10``."""
    year, number = year_month.split("-")
    return f"{_MONTHS[int(number) - 1]} {year}"


def number(count: int) -> str:
    """Return ``12,345``."""
    return f"{count:,}"


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return ``1 Device`` or ``2 Devices``; ``2 replies`` if the plural is given."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def percent(share: float | None) -> str:
    """Return ``97.5 %`` for 0.975, rounded down so that only 1 is 100 %; a dash for None."""
    if share is None:
        return "–"
    return f"{int(share * 1000 + 1e-9) / 10:.1f} %"


def paragraphs(text: str) -> str:
    """Fill paragraphs and list items (``- `` or ``1. ``) to 72 columns.

    Blank lines separate paragraphs.
    """
    # Most paragraphs are the same in the next mail.
    return _paragraphs(text) if len(text) <= _SHORT else _in_lines(text)


def _in_lines(text: str) -> str:
    filled: list[str] = []
    for block in re.split(r"\n\s*\n", text.strip("\n")):
        for item in re.split(r"\n(?=\s*(?:-|\d+\.) )", block):
            lead = re.match(r"\s*(?:-|\d+\.) ", item)
            indent = " " * len(lead.group()) if lead else ""
            filled += _filled(item.split(), indent)
        filled.append("")
    return "\n".join(filled).rstrip("\n")


_paragraphs = lru_cache(maxsize=_KNOWN)(_in_lines)


def _filled(words: Iterable[str], indent: str) -> list[str]:
    """Fill lines of 72 characters; a longer word gets its own line, unbroken.

    The result is that of ``textwrap.fill`` in a sixth of the time: a mail has a dozen paragraphs.
    """
    lines: list[str] = []
    line = ""
    for word in words:
        if not line:
            line = word
        elif len(line) + 1 + len(word) <= _WIDTH:
            line += f" {word}"
        else:
            lines.append(line)
            line = indent + word
    return [*lines, line]


def one_line(text: str, limit: int = 0) -> str:
    """Return ``text`` on one line without control or reordering characters, cut to ``limit``.

    Whatever separates lines or words becomes one space, lone surrogates become U+FFFD.
    """
    text = text.strip()
    if text.isascii() and text.isprintable():
        shown = " ".join(text.split())
    else:
        shown = _BLANKS.sub(" ", "".join(map(_harmless, text))).strip()
    if limit and len(shown) > limit:
        shown = shown[: limit - 1].rstrip() + "…"
    return shown


def _harmless(character: str) -> str:
    if character in _BIDI:
        return ""
    category = unicodedata.category(character)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    return "\ufffd" if category == "Cs" else character


FILTERS: Final[Mapping[str, Callable[..., str]]] = {
    "day": day,
    "moment": moment,
    "month": month,
    "number": number,
    "counted": counted,
    "percent": percent,
    "paragraphs": paragraphs,
    "one_line": one_line,
}


def safe_quote(sent: str) -> str:
    """Return what was sent on one line, at most 100 characters, with codes masked.

    The quotation marks that it is put into disarm a formula.  A damaged code may have letters that
    are not hex digits, and ``mask_codes`` misses it: if the words with digits are together as long
    as a code, the whole text is masked.
    """
    shown = one_line(mask_codes(sent), _SENT_CHARS)
    if sum(map(len, _NUMBERS.findall(shown))) >= _SECRET_CHARS:
        return MASKED
    return shown
