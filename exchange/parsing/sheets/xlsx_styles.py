"""What the styles of an XLSX say of its cells: which numbers are dates, and what is struck out, in
whole cells and in parts of their texts (ECMA-376 part 1, 18.8.10 cellXfs, 18.8.22 font, 18.8.30
numFmt)."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Final
from xml.parsers import expat

from exchange.parsing.sheets.grid import Cell

_TRUE: Final = ("1", "true")
_DATES: Final = frozenset((*range(14, 23), *range(27, 37), *range(50, 59), 45, 47))
_ELAPSED: Final = 46
_QUOTED = re.compile(r"\"[^\"]{0,200}\"|\\.|_.|\*.")
_IN_BRACKETS = re.compile(r"\[(?!(?:h|hh|m|mm|s|ss)\])[^\]]{0,100}\]", re.I)
_DATED = re.compile(r"[dmyhs]", re.I)
_DURATION = re.compile(r"\[(?:h|hh|m|mm|s|ss)\]", re.I)
_NO_SIZE = re.compile(r"\s*\+?0{1,20}(?:\.0{0,20})?\s*")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_DAY_ONE: Final = datetime(1899, 12, 30)  # noqa: DTZ001
_DAY_ONE_1904: Final = datetime(1904, 1, 1)  # noqa: DTZ001
_LAST_DAY: Final = 2_958_466
_SECONDS: Final = 86_400


class NumberForm(Enum):
    """How a cell shows its number."""

    NUMBER = "number"
    DATE = "date or time of day"
    ELAPSED = "duration"


def shown_number(words: str, form: NumberForm, *, since_1904: bool = False) -> Cell:
    """Return the number of a cell as its style shows it; a text that is no number as it is."""
    try:
        value = float(words)
    except ValueError:
        return words
    if form is NumberForm.NUMBER or not math.isfinite(value) or not 0 <= value < _LAST_DAY:
        return value
    if form is NumberForm.ELAPSED:
        return timedelta(days=value)
    if value < 1 and value:
        return _time_of(value)
    day = (_DAY_ONE_1904 if since_1904 else _DAY_ONE) + timedelta(days=int(value))
    if value.is_integer():
        return date(day.year, day.month, day.day)
    return day + timedelta(seconds=round((value - int(value)) * _SECONDS))


def is_hidden(attributes: dict[str, str], size: str) -> bool:
    """Return whether a row or column is hidden, or nothing of it shows; ``size``: ht or width."""
    return attributes.get("hidden") in _TRUE or bool(_NO_SIZE.fullmatch(attributes.get(size, "")))


def dated(words: str) -> Cell:
    """Return a date in ISO 8601, with or without a time; a text that is none as it is."""
    try:
        return datetime.fromisoformat(words) if "T" in words else date.fromisoformat(words)
    except ValueError:
        return words


def _time_of(value: float) -> time:
    seconds = min(round(value * _SECONDS), _SECONDS - 1)
    return time(seconds // 3600, seconds // 60 % 60, seconds % 60)


def struck_styles(styles: bytes | bytearray) -> frozenset[int]:
    """Return the styles of a ``styles.xml`` that strike out what the cell holds."""
    if b"strike" not in styles:
        return frozenset()
    reader = StyleReader()
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    try:
        parser.Parse(bytes(styles.rstrip(b"\0")), True)
    except (expat.ExpatError, LookupError, UnicodeError):
        return frozenset()  # the reader of the whole file says what is wrong
    return reader.struck()


class StyleReader:
    """Collects fonts, formats and the styles that use them."""

    def __init__(self) -> None:
        self._inside: list[str] = []
        self._custom: dict[int, str] = {}
        self._fonts: list[bool] = []  # for each font: whether it strikes out
        self._styles: list[tuple[int, int]] = []  # number format and font of each style

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take an opening tag of ``styles.xml``."""
        name = tag.rpartition(":")[2]
        outer = self._inside[-1] if self._inside else ""
        if name == "numFmt":
            self._custom[_number(attributes, "numFmtId")] = attributes.get("formatCode", "")
        elif name == "font" and outer == "fonts":
            self._fonts.append(False)
        elif name == "strike" and outer == "font" and self._fonts and "fonts" in self._inside:
            self._fonts[-1] = attributes.get("val", "1") in _TRUE
        elif name == "xf" and outer == "cellXfs":
            self._styles.append((_number(attributes, "numFmtId"), _number(attributes, "fontId")))
        self._inside.append(name)

    def end(self, _tag: str) -> None:
        """Take a closing tag."""
        self._inside.pop()

    def forms(self) -> list[NumberForm]:
        """Return how each style shows a number."""
        return [self._form(number) for number, _ in self._styles]

    def struck(self) -> frozenset[int]:
        """Return the styles that strike out what the cell holds."""
        fonts = frozenset(at for at, strikes in enumerate(self._fonts) if strikes)
        return frozenset(at for at, (_, font) in enumerate(self._styles) if font in fonts)

    def _form(self, number: int) -> NumberForm:
        if number in self._custom:
            code = _QUOTED.sub("", self._custom[number].partition(";")[0])
            if _DURATION.search(code):
                return NumberForm.ELAPSED
            dated = _DATED.search(_IN_BRACKETS.sub("", code).replace("General", ""))
            return NumberForm.DATE if dated else NumberForm.NUMBER
        if number == _ELAPSED:
            return NumberForm.ELAPSED
        return NumberForm.DATE if number in _DATES else NumberForm.NUMBER


def _number(attributes: dict[str, str], name: str) -> int:
    value = attributes.get(name, "0").strip()
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 9 else 0


class RichText:
    """The words of one ``si`` or ``is``: those that hold, and those that are struck out."""

    def __init__(self) -> None:
        self.open = False
        self._phonetic = self._runs = False
        self._struck_run = self._in_words = False
        self._spaced = False
        self._words: list[str] = []
        self._kept: list[str] = []
        self._struck: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take an opening tag."""
        if name == "rPh":
            self._phonetic = True
        elif name == "r":
            self._struck_run = False
        elif name == "strike":
            self._struck_run = attributes.get("val", "1") in _TRUE
        elif name == "t":
            self._in_words = not self._phonetic
            self._spaced = attributes.get("xml:space") == "preserve"
            self._words.clear()

    def end(self, name: str) -> None:
        """Take a closing tag."""
        if name == "rPh":
            self._phonetic = False
        elif name == "t":
            self._in_words = False
            words = "".join(self._words)
            into = self._struck if self._struck_run else self._kept
            into.append(words if self._spaced else words.strip())
        elif name == "r":
            self._struck_run = False

    def add(self, words: str) -> None:
        """Take the characters between two tags."""
        if self._in_words:
            self._words.append(words)

    def take(self) -> tuple[str, str]:
        """Return (what holds, what is struck out), and begin again."""
        both = unescaped("".join(self._kept)), unescaped("".join(self._struck))
        self._kept.clear()
        self._struck.clear()
        return both


def unescaped(text: str) -> str:
    """Return a text with ``_x000D_`` and the like as characters (ECMA-376 part 1, 22.9.2.19)."""
    return _ESCAPE.sub(lambda one: chr(int(one[1], 16)), text) if "_x" in text else text
