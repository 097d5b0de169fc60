"""Notice in the XML of an XLSX what the library drops or misreads, at the speed of a search.

Whatever is noticed here is read by ``xlsx_exact.py``, so a false alarm costs time and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Set
from typing import Final

from exchange.parsing.sheets.xlsx_styles import struck_styles

_BOM: Final = b"\xef\xbb\xbf"
_USUAL: Final = (b"utf-8", b"utf8", b"us-ascii", b"ascii")
_BLANKS: Final = (b" ", b"\n", b"\t", b"\r")
# Cells of errors, comments and CDATA, values with attributes, and white space around a value.
_MARKS: Final = (
    *(b't="e"', b"t='e'", b"<!", b"<v "),
    *(b"<v>" + blank for blank in _BLANKS),
    *(blank + b"</v>" for blank in _BLANKS),
)
_PREFIXED = re.compile(rb"<\w{1,20}:c[\s>]")
_NO_VALUE = re.compile(rb"(?:</f>|<f[^<>]{0,400}/>)\s{0,20}(?:</c>|<v\s?/>|<v></v>)")
_STRIKE = re.compile(rb"<(?:\w{1,20}:)?strike[\s/>]")


class UnusualXlsx:
    """Looks through the parts of one workbook, piece by piece; ``found``: whether any is unusual.

    ``styles`` is its ``styles.xml``, empty if it has none.
    """

    def __init__(self, styles: bytes | bytearray) -> None:
        struck = struck_styles(styles)
        self.found = _is_foreign(styles)
        self._struck = _style_pattern(struck) if struck else None

    @property
    def strikes(self) -> bool:
        """Return whether any style strikes out what its cell holds."""
        return self._struck is not None

    def begin(self, piece: bytes | bytearray) -> None:
        """Look at the first bytes of a part."""
        self.found = self.found or _is_foreign(piece)

    def look_at_sheet(self, text: bytes | bytearray) -> None:
        """Look at a piece of a sheet; successive pieces must overlap."""
        self.found = (
            self.found
            or any(mark in text for mark in _MARKS)
            or (b"<f" in text and _NO_VALUE.search(text) is not None)
            or (b":c " in text and _PREFIXED.search(text) is not None)
            or _strikes(text)
            or (self._struck is not None and self._struck.search(text) is not None)
        )

    def look_at_strings(self, text: bytes | bytearray) -> None:
        """Look at a piece of the shared strings."""
        self.found = self.found or b"<!" in text or _strikes(text)


def _strikes(text: bytes | bytearray) -> bool:
    # The pattern alone would stop at every tag.
    return b"strike" in text and _STRIKE.search(text) is not None


def _style_pattern(styles: Set[int]) -> re.Pattern[bytes]:
    numbers = b"|".join(b"%d" % one for one in sorted(styles))
    return re.compile(rb"\ss=[\"'](?:" + numbers + rb")[\"']")


def _is_foreign(part: bytes | bytearray) -> bool:
    """Return whether a part does not begin like XML in UTF-8 or ASCII."""
    if not part:
        return False
    head = bytes(part[:200])
    if not head.removeprefix(_BOM).lstrip().startswith(b"<") or b"\0" in head.rstrip(b"\0"):
        return True
    declared = re.search(rb"encoding\s?=\s?[\"']([\w.\-]{1,40})", head)
    return declared is not None and declared[1].lower() not in _USUAL
