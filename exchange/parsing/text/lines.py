"""The lines of a mail body, plain or HTML: each knows whether it is quoted and in which table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_DASHES: Final = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_INVISIBLE: Final = "\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
_DASH = re.compile(f"[{_DASHES}]")
_DROPPED = re.compile(f"[{_INVISIBLE}\x00]")
# Full-width digits, hex letters, colon and hyphen: the same characters as their ASCII forms.
_WIDE = re.compile("[\uff0d\uff10-\uff1a\uff21-\uff26\uff41-\uff46]")
_WIDE_FROM_ASCII: Final = 0xFEE0
_BLANK = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\x0b\x0c]")


@dataclass(slots=True)
class Line:
    """One line, numbered from 1 as a reader counts."""

    number: int
    text: str
    quoted: bool = False
    forwarded: bool = False  # quoted in a forwarded mail, not in the mail that is answered
    table: int = 0  # the number of the HTML table it is a row of, from 1; 0 for no table
    row: int = 0
    cells: tuple[str, ...] = ()
    struck: bool = False  # whether a cell of the row has struck-out text, which is left out

    @property
    def spot(self) -> str:
        """Return ``line 4``, or ``table 1 > row 3``."""
        return f"table {self.table} > row {self.row}" if self.table else f"line {self.number}"

    @property
    def where(self) -> str:
        """Return ``body line 4``, or ``body table 1 > row 3``."""
        return f"body {self.spot}"


def split_lines(text: str) -> list[str]:
    """Split a text into lines as an editor shows them: only CRLF, LF or CR ends a line."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def plain_lines(text: str) -> list[Line]:
    """Return the lines of a plain-text body."""
    return [Line(number, line) for number, line in enumerate(split_lines(text), 1)]


def normalized(text: str) -> str:
    """Return the text with one kind of dash and of blank, and without invisible characters."""
    if text.isascii():
        return text
    text = _WIDE.sub(lambda wide: chr(ord(wide.group()) - _WIDE_FROM_ASCII), text)
    return _BLANK.sub(" ", _DROPPED.sub("", _DASH.sub("-", text)))
