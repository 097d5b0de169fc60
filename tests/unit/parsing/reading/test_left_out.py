"""Device IDs that are seen in a text and not taken."""

from __future__ import annotations

from exchange.parsing.findings.findings import Findings
from exchange.parsing.reading.left_out import hidden_devices, leave_out_struck
from exchange.parsing.text.lines import Line

_ID = "00-DB-12-34-56-78-90-A1"


def test_what_is_struck_out_is_named() -> None:
    found = Findings()
    leave_out_struck(found, "body", [Line(1, _ID), Line(2, "and words")])
    (left,) = found.left_out
    assert left.startswith("body")
    assert _ID in left
    leave_out_struck(found, "body", [Line(1, "words alone")])
    assert len(found.left_out) == 1


def test_hidden_devices_are_counted() -> None:
    assert hidden_devices(f"{_ID} 00-DB-12-34-56-78-90-A2") == 2
    assert hidden_devices(" ") == 0
