"""Note the Device IDs of a text that are seen and not taken: struck out, or hidden."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from exchange.parsing.findings.findings import Findings
from exchange.parsing.lists.prose.device_recognition import devices_in
from exchange.parsing.sheets.pdf.pdf import STRUCK
from exchange.parsing.text.lines import Line

_NAMED: Final = 5  # Device IDs that a warning names


def leave_out_struck(
    found: Findings, where: str, lines: Iterable[Line], what: str = STRUCK
) -> None:
    """Note the Device IDs in a text that its sender struck out or that does not show, if any."""
    struck = devices_in(lines)
    if struck:
        named = ", ".join(map(str, struck[:_NAMED]))
        found.leave_out(where, len(struck), what, f": {named}")


def hidden_devices(text: str) -> int:
    """Count the Device IDs in a hidden text."""
    return len(devices_in([Line(0, text)])) if text.strip() else 0
