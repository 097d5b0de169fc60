"""What became of one mail: where it is filed, and why."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MailOutcome:
    """``folder`` is processed, review or shunted; ``reason`` is for a person."""

    folder: str
    kind: str = ""
    reason: str = ""
    party: str = ""
    ref: str = ""
