"""Read the calendar of Working Days with the changes in a working folder's calendar file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from exchange.config import Settings
from exchange.domain.time.calendar import WorkingCalendar, build_calendar, calendar_overrides
from exchange.errors import BadInput, ConfigError
from exchange.toml_file import TomlFile


def open_calendar(folder: Path, settings: Settings) -> WorkingCalendar:
    """Return the Working Days, with the calendar file's dated additions and removals."""
    return calendar_of(folder, settings)()


def calendar_of(folder: Path, settings: Settings) -> Callable[[], WorkingCalendar]:
    """Read the calendar file now; return what counts the Working Days of all years.

    Raises ConfigError for a fault of the file; what is returned does for an impossible day.
    """
    path = folder / settings.calendar.file
    named = "file" in settings.calendar.model_fields_set  # only the usual file may be missing
    file = TomlFile.read(path) if named or path.exists() else TomlFile(str(path), "", {})
    additions, removals = calendar_overrides(file.table, file.place)

    def built() -> WorkingCalendar:
        try:
            return build_calendar(settings.calendar.region, additions=additions, removals=removals)
        except BadInput as error:
            raise ConfigError(error.message, place=_place_of_day(file, error.message)) from None

    return built


def _place_of_day(file: TomlFile, message: str) -> str:
    """Return the place in the calendar file of the day that a message names."""
    for name, entries in file.table.items():
        for at, entry in enumerate(entries):
            if entry["date"].isoformat() in message:
                return file.place((name, at, "date"))
    return file.path
