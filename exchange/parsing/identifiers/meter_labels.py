"""Read the text of meter labels: ``Z:<EUI-64>$I:<install code with its CRC>``, the ZigBee form.

A scanner types it as one word, so the Device ID and the code of a label always belong together.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from exchange.domain.device import DeviceId, InstallCode
from exchange.parsing.identifiers.codes import CODE_DIGITS, BadCode, code_digits, read_code
from exchange.parsing.identifiers.devices import DamagedId, read_device_cell

_LABEL = re.compile(
    r"(?<![0-9A-Za-z])Z:\s?(?P<device>[^\s$]{1,60})\s?\$I:\s?(?P<code>[^\s$%,;|\"'<>()`]{0,80})",
    re.I,
)
_SIGN: Final = "$I:"
_TRAILING: Final = ".:!?_=-/"


class MeterLabel(NamedTuple):
    """One label: its columns in the line, and what its two parts are."""

    start: int
    end: int
    device: DeviceId | DamagedId
    code: InstallCode | BadCode


def may_have_labels(text: str) -> bool:
    """Return quickly whether a text can have a label."""
    return "$" in text and _SIGN in text.upper()


def find_labels(text: str) -> list[MeterLabel]:
    """Return the labels of a line in order; both parts of each are checked."""
    return [
        MeterLabel(
            found.start(),
            found.end(),
            read_device_cell(found["device"]) or DamagedId(found["device"], "not a Device ID"),
            _read_code(found["code"].rstrip(_TRAILING)),
        )
        for found in _LABEL.finditer(text)
    ]


def _read_code(text: str) -> InstallCode | BadCode:
    code = read_code(text)
    if isinstance(code, InstallCode) and len(code_digits(text)) != CODE_DIGITS[1]:
        return BadCode(text, "the install code of a meter label has its CRC: 36 hex digits")
    return code
