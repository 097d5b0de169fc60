"""The Working Days, as the calendar file of a working folder changes them."""

from __future__ import annotations

from pathlib import Path

from exchange.config import Settings, read_toml
from exchange.domain.time.calendar import WorkingCalendar, build_calendar, calendar_overrides


def open_calendar(folder: Path, settings: Settings) -> WorkingCalendar:
    """The Working Days, with the dated additions and removals of the calendar file."""
    path = folder / settings.calendar.file
    table = read_toml(path) if path.exists() else {}
    additions, removals = calendar_overrides(table, str(path))
    return build_calendar(settings.calendar.region, additions=additions, removals=removals)
