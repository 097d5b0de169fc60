"""Read the text layer of a PDF: lines page by page, in the order the file draws them.

The columns of a table come out as words on a line at best, so what is read here is less certain
than a workbook, and every finding made of it says so.
"""

from __future__ import annotations

import io
import re
import struct
import zlib
from dataclasses import dataclass
from typing import Final

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from exchange.domain.limits import Limits
from exchange.errors import Unreadable
from exchange.parsing.sheets.pdf.pdf_page import page_text

MOST_PAGES: Final = 500
STRUCK: Final = "struck out"
UNSEEN: Final = "in text that does not show on its page"
_PAIR: Final = "[0-9A-Fa-f]{2}"
_ID: Final = f"(?:{_PAIR}-){{7}}{_PAIR}"
# Two Device IDs of one cell, drawn one below the other: eight pairs, and no hyphen before the next
# eight.  An install code in pairs has a hyphen or blank there.
_GLUED = re.compile(rf"(?<![0-9A-Fa-f\-])({_ID})(?={_ID}(?![0-9A-Fa-f\-]))")
_FAULTS = (PyPdfError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError,
           OSError, AssertionError, NotImplementedError, zlib.error, struct.error)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PdfLine:
    """A line of a page; pages and lines are counted from 1."""

    page: int
    number: int
    text: str
    unit: str = "line"  # or "form field": what its number counts
    left_out: str = ""  # STRUCK or UNSEEN: then it is in no line of the page


def read_pdf(where: str, content: bytes, limits: Limits) -> list[PdfLine]:
    """Return every line of text; none when the pages are pictures.

    Raises Unreadable, naming ``where``, when the file is protected, damaged or too large.
    """
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("the PDF is protected by a password", place=where)
        pages = len(reader.pages)
        if pages > MOST_PAGES:
            raise Unreadable(f"the PDF has {pages} pages, more than {MOST_PAGES}", place=where)
        return _lines(where, reader, limits)
    except RecursionError:
        raise Unreadable("the PDF is damaged: it has no end", place=where) from None
    except _FAULTS as error:
        raise Unreadable(f"the PDF is damaged ({type(error).__name__})", place=where) from None


def _lines(where: str, reader: PdfReader, limits: Limits) -> list[PdfLine]:
    found: list[PdfLine] = []
    characters = 0
    for number, page in enumerate(reader.pages, 1):
        text = page_text(page)
        characters += sum(sum(map(len, part)) for part in text)
        if characters > limits.text_chars:
            raise Unreadable(f"the PDF holds more than {limits.text_chars} characters", place=where)
        found += [
            PdfLine(number, line, _GLUED.sub(r"\1, ", words))
            for line, words in enumerate(text.lines, 1)
            if words.strip()
        ]
        found += [PdfLine(number, 0, words, left_out=STRUCK) for words in text.struck]
        found += [PdfLine(number, 0, words, left_out=UNSEEN) for words in text.unseen]
        found += [
            PdfLine(number, at, words, unit="form field") for at, words in enumerate(text.fields, 1)
        ]
        if len(found) > limits.rows:
            raise Unreadable(f"the PDF has more than {limits.rows} lines", place=where)
    return found
