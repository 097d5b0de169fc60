"""Working Days: which days count, worked out once for all years.

A Working Day is not a Saturday, a Sunday, Christmas Day, Good Friday or a bank holiday under the
Banking and Financial Dealings Act 1971.  That wording is unverified: no public text of the Code's
definition was found, so the days come from the ``holidays`` package and from dated additions and
removals in the configuration; we never present them as law (docs/decisions/0003-working-days.md).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from exchange.domain.nearest import nearest
from exchange.errors import BadInput, ConfigError
from exchange.later import Later

if TYPE_CHECKING:
    import holidays
    from holidays import version as holidays_version
else:
    holidays = Later("holidays")
    holidays_version = Later("holidays.version")

REGIONS: Final = {
    "ENG": "England",
    "SCT": "Scotland",
    "WLS": "Wales",
    "NIR": "Northern Ireland",
}
WORKING_DAY: Final = "Working Day"
FIRST_YEAR: Final = 2015
LAST_YEAR: Final = 2040

_SATURDAY: Final = 5
_WEEKEND: Final = {5: "Saturday", 6: "Sunday"}
_OBSERVED: Final = " (observed)"
# The lists in the file of additions and removals, and the keys of their entries.
_LISTS: Final = ("add", "remove")
_ENTRY: Final = ("date", "name")


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Every day of a range of years, counted once; each question is then one look-up.

    Two calendars are equal when their ``version`` and reasons are.  Days are local
    dates (Europe/London); a ``datetime`` is refused with TypeError, as its date depends on the
    zone.  A day outside ``covers`` raises BadInput.
    """

    version: str  # ENG-0.109-1a2b3c4d: region, holidays package, hash of the days covered
    region: str
    covers: tuple[date, date]  # first and last day, both included
    redundant: tuple[str, ...] = ()  # overrides that change nothing, a sentence each
    _reasons: Mapping[date, str] = field(default_factory=dict, repr=False, hash=False)
    _base: int = field(default=0, repr=False, compare=False)  # ordinal of the first day
    # Per day: the number of Working Days from the first day to this day, both included.
    _counts: tuple[int, ...] = field(default=(), repr=False, compare=False)
    _days: tuple[date, ...] = field(default=(), repr=False, compare=False)  # the Working Days

    def is_working(self, day: date) -> bool:
        """Return whether ``day`` is a Working Day."""
        offset = self._offset(day)
        before = self._counts[offset - 1] if offset else 0
        return self._counts[offset] > before

    def why(self, day: date) -> str:
        """Return what ``day`` is: ``Working Day``, ``Saturday``, or the holiday's name."""
        self._offset(day)
        reason = self._reasons.get(day)
        return reason or _WEEKEND.get(day.weekday(), WORKING_DAY)

    def add(self, day: date, n: int) -> date:
        """Return the n-th Working Day after ``day``, which need not be one; ``day`` for 0."""
        if n < 0:
            raise BadInput(f"{n} Working Days cannot be added: only 0 or more")
        offset = self._offset(day)
        if n == 0:
            return day
        nth = self._counts[offset] + n - 1
        if nth >= len(self._days):
            raise self._not_covered(f"{n} Working Days after {day.isoformat()}")
        return self._days[nth]

    def next_working(self, day: date) -> date:
        """Return the first Working Day after ``day``."""
        return self.add(day, 1)

    def working_days_between(self, first: date, last: date) -> int:
        """Count the Working Days after ``first``, up to and including ``last``.

        Negative when ``last`` is before ``first``: swapping the two only changes the sign.
        """
        return self._counts[self._offset(last)] - self._counts[self._offset(first)]

    def _offset(self, day: date) -> int:
        if isinstance(day, datetime):
            raise TypeError("a calendar takes local dates, not datetimes")
        offset = day.toordinal() - self._base
        # A negative offset would silently count from the far end of the tables.
        if not 0 <= offset < len(self._counts):
            raise self._not_covered(day.isoformat())
        return offset

    def _not_covered(self, what: str) -> BadInput:
        first, last = self.covers
        return BadInput(
            f"{what} is outside the calendar, which covers {first.isoformat()}"
            f" to {last.isoformat()}"
        )


def build_calendar(
    region: str = "ENG",
    *,
    first_year: int = FIRST_YEAR,
    last_year: int = LAST_YEAR,
    additions: Mapping[date, str] | None = None,
    removals: Mapping[date, str] | None = None,
) -> WorkingCalendar:
    """Build the calendar of one region over whole years, both included; names are in English.

    ``additions`` are days off and ``removals`` days that count after all, each with its name.
    A weekend day cannot become a Working Day.  An override that the ``holidays`` package has since
    adopted is listed in ``redundant``, so that an upgrade never makes a good file faulty.  Raises
    BadInput naming the region, the year or the day that is wrong.
    """
    additions, removals = additions or {}, removals or {}
    reasons = _bank_holidays(region, first_year, last_year)
    covers = date(first_year, 1, 1), date(last_year, 12, 31)
    redundant = _check_overrides(additions, removals, reasons, covers)
    reasons.update(additions)
    for day, name in removals.items():
        reasons[day] = f"{WORKING_DAY} ({name})"

    base = covers[0].toordinal()
    counts: list[int] = []
    working: list[date] = []
    for ordinal in range(base, covers[1].toordinal() + 1):
        day = date.fromordinal(ordinal)
        if day.weekday() < _SATURDAY and (day in removals or day not in reasons):
            working.append(day)
        counts.append(len(working))
    return WorkingCalendar(
        version=f"{region}-{holidays_version.__version__}-{_hash_of(covers, working)}",
        region=region,
        covers=covers,
        redundant=redundant,
        _reasons=reasons,
        _base=base,
        _counts=tuple(counts),
        _days=tuple(working),
    )


def _bank_holidays(region: str, first_year: int, last_year: int) -> dict[date, str]:
    """Return the holidays that fall on Monday to Friday, with the words that ``why`` shows."""
    if region not in REGIONS:
        raise BadInput(f"no region {region!r}", hint="one of " + ", ".join(REGIONS))
    if first_year > last_year:
        raise BadInput(f"a calendar from {first_year} to {last_year} is empty")
    # subdiv is needed for England too: without it the package leaves out the summer bank holiday.
    known = holidays.country_holidays("GB", subdiv=region, language="en_GB")
    # Outside its years the package returns no holidays at all, which would look like an answer.
    if first_year < max(known.start_year, 1900) or last_year > known.end_year:
        raise BadInput(
            f"bank holidays are known from {max(known.start_year, 1900)} to {known.end_year},"
            f" not for {first_year} to {last_year}"
        )
    found = holidays.country_holidays(
        "GB", subdiv=region, years=range(first_year, last_year + 1), language="en_GB"
    )
    reasons: dict[date, str] = {}
    for day, name in found.items():
        if first_year <= day.year <= last_year and day.weekday() < _SATURDAY:
            said = name.replace(_OBSERVED, ", substitute day")
            reasons[day] = f"{said} (bank holiday)"
    return reasons


def _check_overrides(
    additions: Mapping[date, str],
    removals: Mapping[date, str],
    reasons: Mapping[date, str],
    covers: tuple[date, date],
) -> tuple[str, ...]:
    """Return the overrides that change nothing; raises BadInput for an impossible one."""
    redundant = []
    for day in sorted({*additions, *removals}):
        written = day.isoformat()
        if not covers[0] <= day <= covers[1]:
            raise BadInput(
                f"{written} is outside the calendar, which covers {covers[0].isoformat()}"
                f" to {covers[1].isoformat()}"
            )
        if day in additions and day in removals:
            raise BadInput(f"{written} is both added and removed")
        off = reasons.get(day) or _WEEKEND.get(day.weekday())
        if day in removals and day.weekday() in _WEEKEND:
            raise BadInput(
                f"{written} is a {_WEEKEND[day.weekday()]} and cannot become a Working Day"
            )
        if day in additions and off:
            redundant.append(f"{written} is added but is no Working Day anyway: {off}")
        if day in removals and not off:
            redundant.append(f"{written} is removed but is a Working Day anyway")
    return tuple(redundant)


def _hash_of(covers: tuple[date, date], working: list[date]) -> str:
    """Return eight hex digits that depend on the days alone, not on their names or sources."""
    first = covers[0].toordinal()
    marks = bytearray((covers[1] - covers[0]) // timedelta(days=1) + 1)
    for day in working:
        marks[day.toordinal() - first] = 1
    return hashlib.sha256(first.to_bytes(4, "big") + marks).hexdigest()[:8]


def calendar_overrides(
    table: Mapping[str, object], place: Callable[[tuple[int | str, ...]], str]
) -> tuple[dict[date, str], dict[date, str]]:
    """Read additions and removals from the content of ``config/calendar.toml``.

    Shape: ``[[add]]`` and ``[[remove]]`` tables, each with ``date`` (a TOML date) and ``name``.
    ``place`` names a value such as ``("add", 1, "date")`` for a person.  Raises ConfigError.
    """
    for key in table:
        if key not in _LISTS:
            raise ConfigError(
                f"unknown key {key!r}", place=place((key,)), hint=nearest(key, _LISTS)
            )
    additions = _entries(table, "add", place)
    removals = _entries(table, "remove", place)
    for at, day in enumerate(removals):
        if day in additions:
            raise ConfigError(
                f"{day.isoformat()} is both added and removed", place=place(("remove", at, "date"))
            )
    return additions, removals


def _entries(
    table: Mapping[str, object], name: str, place: Callable[[tuple[int | str, ...]], str]
) -> dict[date, str]:
    tables = table.get(name, [])
    if not isinstance(tables, list):
        raise ConfigError(
            "not a list of tables", place=place((name,)), hint=f"use double brackets: [[{name}]]"
        )
    days: dict[date, str] = {}
    for number, entry in enumerate(tables):
        if not isinstance(entry, dict):
            raise ConfigError("not a table", place=place((name, number)))
        for key in entry:
            if key not in _ENTRY:
                raise ConfigError(
                    f"unknown key {key!r}",
                    place=place((name, number, key)),
                    hint=nearest(key, _ENTRY),
                )
        day, called = entry.get("date"), entry.get("name")
        if not isinstance(day, date) or isinstance(day, datetime):
            raise ConfigError(
                "not a date",
                place=place((name, number, "date")),
                hint="without quotes: date = 2027-05-03",
            )
        if not isinstance(called, str) or not called.strip() or not called.isprintable():
            raise ConfigError(
                "say in one line what the day is", place=place((name, number, "name"))
            )
        if day in days:
            raise ConfigError(
                f"{day.isoformat()} is listed twice", place=place((name, number, "date"))
            )
        days[day] = called.strip()
    return days
