"""The clock, as the services see it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The only source of the present time."""

    @property
    def simulated(self) -> bool:
        """Return whether a person or a test set this clock: then servers' times do not count."""

    @property
    def trouble(self) -> str:
        """Return why the clock must be wrong, which stops all sending; empty if it may be right."""

    def now(self) -> datetime:
        """Return this instant, timezone-aware UTC."""
