"""The clock, as the services see it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The only source of the present time."""

    @property
    def simulated(self) -> bool:
        """Whether a person or a test set this clock; servers' own times do not count then."""

    @property
    def trouble(self) -> str:
        """Why the clock must be wrong, so that nothing may be sent; empty while it may be right."""

    def now(self) -> datetime:
        """Return this instant, timezone-aware UTC."""
