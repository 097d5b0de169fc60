"""Decide what becomes of what is written like a Device ID and was read as nothing.

In a list of Devices it is a row that could not be read, and the sender is told.  Anywhere else it
is named in a warning; a decimal number may be a phone, a meter point or an account, and is not.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice
from typing import Final, NamedTuple

from exchange.domain.device import DeviceId
from exchange.domain.mail import Reject
from exchange.parsing.findings.findings import Findings
from exchange.parsing.identifiers.devices import DamagedId, read_device_cell
from exchange.parsing.identifiers.stretches import Stretch
from exchange.parsing.lists.prose.line_segments import is_mere_item
from exchange.parsing.phrases.header_terms import labels_device, labels_id

_NEAR: Final = 2  # lines from one item of a list to the next, with a blank one between
_MANY: Final = 3  # so many alike are another column of the list, not slips of the hand
_START: Final = 4  # characters at the start that the IDs of one maker have in common
_COMPARED: Final = 1000
_MOST_NAMED: Final = 40
_LEAD: Final = 200
_REFERENCE = re.compile(r"[G-Zg-z]|[A-Za-z][G-Zg-z]")  # begins with letters that are no digits
# E6S12345678961: what a maker writes on a meter, with a letter that no slip puts there.
_SERIAL = re.compile(
    r"[A-Za-z][0-9](?=[0-9]?[G-HJ-KM-NP-Zg-hj-km-np-z])[0-9A-Za-z]{1,2}[0-9]{6,11}"
)
_PHONE = re.compile(r"0[1-37-9]|44")
_MPAN_WEIGHTS: Final = (3, 5, 7, 13, 17, 19, 23, 29, 31, 37, 41, 43)
_REASON: Final = "it is written like a Device ID, and cannot be read as one"


class _Suspect(NamedTuple):
    number: int
    where: str
    stretch: Stretch
    listed: bool  # by what is above it
    begins: bool  # its line begins with it


class UnreadItems:
    """Collects what was not read, until the lines around it are known."""

    def __init__(self, found: Findings) -> None:
        self.found = found
        self.last_item = -9  # the last line with a Device ID
        self._suspects: list[_Suspect] = []
        self._warned = 0
        self._waiting = 0  # how many of them have their neighbours below still to come

    def add(
        self, text: str, stretch: Stretch, number: int, where: str, *, listed: bool, beside: bool
    ) -> bool:
        """Add a stretch of the line ``text``; return whether it may be a Device ID.

        ``listed``: the lines above make its line an item of a list of Devices.  ``beside``: there
        is a Device ID on its line.
        """
        lead = text[max(0, stretch.start - _LEAD) : stretch.start]
        label = labels_device(lead)
        alike = stretch.paired or (beside and self._begins_alike(stretch))
        if label is False or (beside and not alike):
            self._warn(stretch, where)
            return False
        if not stretch.decimal and (beside or label or labels_id(lead)):
            self._reject(stretch, where)
            return True
        listed = listed or number - self.last_item <= _NEAR
        begins = is_mere_item(lead) and is_mere_item(text[stretch.end :])
        self._suspects.append(_Suspect(number, where, stretch, listed, begins))
        return not stretch.decimal and (begins or stretch.paired)

    def item(self, number: int) -> None:
        """Note that line ``number`` has a Device ID."""
        self.last_item = number
        while self._waiting < len(self._suspects):
            one = self._suspects[self._waiting]
            if number - one.number <= _NEAR:
                self._suspects[self._waiting] = one._replace(listed=True)
            self._waiting += 1

    def is_like_those(self, device: DeviceId | None) -> bool:
        """Return whether a Device ID begins as one that was read."""
        return device is not None and device.raw[:2] in self._starts()

    def _begins_alike(self, stretch: Stretch) -> bool:
        start = stretch.digits[:_START].upper()
        return any(one.hex().upper() == start for one in self._starts())

    def settle(self) -> None:
        """Decide, at the end of the text."""
        self._decide()
        if self._warned > _MOST_NAMED:
            more = self._warned - _MOST_NAMED
            self.found.warnings.append(f"{more:,} more like these are not taken")

    def _decide(self) -> None:
        if not self._suspects:
            return
        starts = {one.hex().upper() for one in self._starts()}
        alike = Counter(_form(one.stretch) for one in self._suspects)
        for one in self._suspects:
            stretch = one.stretch
            known = stretch.digits[:_START].upper() in starts
            column = alike[_form(stretch)] >= _MANY and not known and not stretch.paired
            row = one.begins and not column and not _is_other_number(stretch)
            listed = one.listed and (known or row)
            if listed or (stretch.paired and not stretch.decimal):
                self._reject(stretch, one.where)
            else:
                self._warn(stretch, one.where)

    def _starts(self) -> set[bytes]:
        """Return the first two bytes of the Device IDs that were read."""
        return {one.device.raw[:2] for one in islice(self.found.devices, _COMPARED)}

    def _reject(self, stretch: Stretch, where: str) -> None:
        seen = read_device_cell(stretch.text)
        reason = seen.reason if isinstance(seen, DamagedId) else _REASON
        self.found.rejects.append(Reject(stretch.text, reason, where))

    def _warn(self, stretch: Stretch, where: str) -> None:
        if stretch.decimal or not (stretch.likely or stretch.paired):
            return
        self._warned += 1
        if self._warned <= _MOST_NAMED:
            self.found.warnings.append(
                f"{where}: {stretch.text} is not taken: nothing says that it is a Device ID"
            )


def _form(stretch: Stretch) -> tuple[int, str]:
    return len(stretch.digits), re.sub("[0-9]", "0", stretch.digits[:3])


def _is_other_number(stretch: Stretch) -> bool:
    """Return whether it is plainly a reference, a phone, a date, a meter point."""
    digits = stretch.digits
    if not stretch.decimal:
        return bool(_REFERENCE.match(digits) or _SERIAL.fullmatch(digits))
    return digits != stretch.text or bool(_PHONE.match(digits)) or _is_meter_point(digits)


def _is_meter_point(digits: str) -> bool:
    """Return whether 13 digits are an MPAN core by their check digit."""
    if len(digits) != len(_MPAN_WEIGHTS) + 1:
        return False
    total = sum(int(one) * weight for one, weight in zip(digits, _MPAN_WEIGHTS, strict=False))
    return total % 11 % 10 == int(digits[-1])
