"""Find the items of a list of Devices that are words alone: "3. the gas meter", "- to follow".

Between two items that name a Device, begun by the same sign, such a line is a row whose Device ID
is missing, and its sender is told.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from exchange.domain.mail import Reject
from exchange.parsing.findings.findings import Findings

MISSING: Final = "this item of the list has no Device ID"

_SIGN = re.compile(
    r"\s{0,20}(?:([-*\u2022\u00b7\u25cf\u25e6\u2013])|(\(?)\d{1,4}([.):]))\s{1,10}\S"
)
_NEAR: Final = 2  # lines from one item to the next, with a blank one between
_FEWER: Final = 2  # items with a Device ID for each one without; else they are notes on them
_LONGEST: Final = 200


class _Item(NamedTuple):
    text: str
    where: str


class WordItems:
    """Collects the items of lists, line by line."""

    def __init__(self, found: Findings) -> None:
        self._found = found
        self._sign = ""
        self._last = -9  # the line of the last item
        self._devices = 0
        self._between: list[_Item] = []  # since the last item with a Device
        self._missing: list[_Item] = []

    def device(self, text: str, number: int) -> None:
        """Note a line that names a Device."""
        if self._follows(text, number):
            self._missing += self._between
        else:
            self.settle()
            self._sign = _sign_of(text)
        self._between = []
        self._devices += 1
        self._last = number

    def words(self, text: str, number: int, where: str) -> None:
        """Note a line of words alone."""
        if self._sign and self._follows(text, number):
            self._between.append(_Item(text.strip()[:_LONGEST], where))
            self._last = number

    def settle(self) -> None:
        """End a list: report its items without a Device ID, if they are the exception."""
        if self._missing and len(self._missing) * _FEWER <= self._devices:
            self._found.rejects += [Reject(one.text, MISSING, one.where) for one in self._missing]
        self._sign, self._devices, self._between, self._missing = "", 0, [], []

    def _follows(self, text: str, number: int) -> bool:
        return bool(self._sign) and number - self._last <= _NEAR and _sign_of(text) == self._sign


def _sign_of(text: str) -> str:
    """Return what begins an item, its number left out; empty if nothing does."""
    found = _SIGN.match(text)
    return (found[1] or f"{found[2]}1{found[3]}") if found else ""
