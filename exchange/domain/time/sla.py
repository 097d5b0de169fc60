"""When an answer about a device is due, and why.

SEC Appendix AC 4.16(b): within ten Working Days of receiving the request.  The day of receipt, a
local date in Great Britain, is day zero; the answer is due at the end of the tenth Working Day
after it.  Instants are timezone-aware; dates are dates in Europe/London.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from exchange.domain.time.calendar import WorkingCalendar
from exchange.errors import BadInput

LONDON: Final = ZoneInfo("Europe/London")
DEFAULT_DAYS: Final = 10
MOST_DAYS: Final = 260  # a year of Working Days

_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?", re.ASCII
)
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)
_RULE = re.compile(
    r"(?P<days>\d{1,3}) Working Days? after the day of receipt \(Europe/London\)"
    r"(?P<deemed>; deemed received on the next Working Day"
    r" when after (?P<after>\d\d:\d\d(?::\d\d)?) or not on a Working Day)?"
    r"(?:; agreed: (?P<agreed>.+))?",
    re.ASCII,
)
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


@dataclass(frozen=True, slots=True)
class SlaRule:
    """How an answer's due date follows from the receipt of the request.

    Deemed receipt (unverified, off by default): a request that arrives after ``deemed_after`` local
    time, or not on a Working Day, counts as received on the next Working Day.  ``agreed`` says who
    agreed to another number of days, and when.  Raises BadInput when a value makes no sense.
    """

    days: int = DEFAULT_DAYS
    deemed_receipt: bool = False
    deemed_after: time = time(17, 30)
    agreed: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.days <= MOST_DAYS:
            raise BadInput(f"{self.days} Working Days: an answer time is 1 to {MOST_DAYS} of them")
        if self.deemed_after.tzinfo or self.deemed_after.microsecond:
            raise BadInput("deemed receipt starts at a plain time of day such as 17:30")
        # The text is stored on one line and read back from it.
        object.__setattr__(self, "agreed", " ".join(self.agreed.split()))

    @property
    def text(self) -> str:
        """Return the rule in one line, stored with each due date; ``from_text`` reads it back."""
        plural = "" if self.days == 1 else "s"
        said = f"{self.days} Working Day{plural} after the day of receipt (Europe/London)"
        if self.deemed_receipt:
            after = self.deemed_after.isoformat("auto").removesuffix(":00")
            said += (
                f"; deemed received on the next Working Day when after {after}"
                " or not on a Working Day"
            )
        return f"{said}; agreed: {self.agreed}" if self.agreed else said

    @classmethod
    def from_text(cls, text: str) -> SlaRule:
        """Return the rule that ``text`` describes, so that a stored clock can be replayed.

        Raises BadInput for any other text.
        """
        return _rule_of(text)

    def day_zero(self, received: datetime, calendar: WorkingCalendar) -> date:
        """Return the local date that counts as the day of receipt."""
        local = _aware(received).astimezone(LONDON)
        day = local.date()
        if self.deemed_receipt and (
            local.time() > self.deemed_after or not calendar.is_working(day)
        ):
            return calendar.next_working(day)
        return day


@lru_cache(maxsize=256)
def _rule_of(text: str) -> SlaRule:
    match = _RULE.fullmatch(text)
    if not match:
        raise BadInput("not the text of an answer time")
    if not match["deemed"]:
        return SlaRule(days=int(match["days"]), agreed=match["agreed"] or "")
    try:
        after = time.fromisoformat(match["after"])
    except ValueError:
        raise BadInput("not the text of an answer time") from None
    return SlaRule(
        days=int(match["days"]),
        deemed_receipt=True,
        deemed_after=after,
        agreed=match["agreed"] or "",
    )


@dataclass(frozen=True, slots=True)
class Due:
    """One due date and how it was worked out."""

    received: datetime  # UTC
    day_zero: date  # Europe/London
    due_on: date  # Europe/London; the whole of this day is still in time
    due_at: datetime  # UTC; the first instant that is too late: local midnight after due_on
    rule_text: str
    calendar_version: str


def due(received: datetime, rule: SlaRule, calendar: WorkingCalendar) -> Due:
    """Return when the answer to a request received at ``received`` is due.

    Raises BadInput when the calendar does not cover the days.
    """
    day_zero = rule.day_zero(received, calendar)
    due_on = calendar.add(day_zero, rule.days)
    return Due(
        received=received.astimezone(UTC),
        day_zero=day_zero,
        due_on=due_on,
        due_at=_midnight(due_on + timedelta(days=1)),
        rule_text=rule.text,
        calendar_version=calendar.version,
    )


def is_late(answered_at: datetime, when_due: Due) -> bool:
    """Return whether an answer at that instant is later than the end of the due day."""
    return _aware(answered_at) >= when_due.due_at


@dataclass(frozen=True, slots=True)
class Moved:
    """A due date that another calendar moves."""

    position: int  # the position of the due date among those replayed
    before: Due
    after: Due


def changed_due_dates(dues: Iterable[Due], calendar: WorkingCalendar) -> tuple[Moved, ...]:
    """Return the due dates whose day zero or due day differs under ``calendar``, in their order.

    Each is worked out again from its receipt and its own rule.  One that does not move keeps its
    old calendar version, which is still correct for it.
    """
    moved = []
    for position, before in enumerate(dues):
        after = due(before.received, SlaRule.from_text(before.rule_text), calendar)
        if (after.day_zero, after.due_on) != (before.day_zero, before.due_on):
            moved.append(Moved(position, before, after))
    return tuple(moved)


@dataclass(frozen=True, slots=True)
class DayLine:
    """One day on the way to a due date."""

    date: date
    working: bool
    why: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A due date, day by day."""

    received: datetime  # in Europe/London, with its offset
    day_zero: date
    due_on: date
    days: tuple[DayLine, ...]  # every day after day zero, up to and including the due day
    calendar: str  # version
    rule_text: str = ""


def explain(of: datetime | Due, rule: SlaRule, calendar: WorkingCalendar) -> Explanation:
    """Explain day by day why an answer is due when it is.

    For a stored Due pass ``SlaRule.from_text(due.rule_text)``; the explanation uses the calendar
    given, so with another version than the Due's own it may end on another day.
    """
    received = of.received if isinstance(of, Due) else of
    when = due(received, rule, calendar)
    days = []
    for ordinal in range(when.day_zero.toordinal() + 1, when.due_on.toordinal() + 1):
        day = date.fromordinal(ordinal)
        days.append(DayLine(day, calendar.is_working(day), calendar.why(day)))
    return Explanation(
        received=received.astimezone(LONDON),
        day_zero=when.day_zero,
        due_on=when.due_on,
        days=tuple(days),
        calendar=calendar.version,
        rule_text=rule.text,
    )


def explanation_json(explanation: Explanation) -> dict[str, object]:
    """Return the explanation as ``exchange explain --json`` prints it."""
    return {
        "received": explanation.received.isoformat(),
        "day_zero": explanation.day_zero.isoformat(),
        "due": explanation.due_on.isoformat(),
        "days": [
            {"date": line.date.isoformat(), "working": line.working, "why": line.why}
            for line in explanation.days
        ],
        "calendar": explanation.calendar,
    }


def explanation_text(explanation: Explanation) -> str:
    """Return the explanation for people: a line a day, Working Days numbered."""
    received = explanation.received
    arrived = f"{_long(received.date())} at {received:%H:%M} {received.tzname()}"
    zero = _long(explanation.day_zero)
    if explanation.day_zero != received.date():
        zero += " (deemed receipt)"
    lines = [f"Received  {arrived}", f"Day zero  {zero}"]
    if explanation.rule_text:
        lines.append(f"Rule      {explanation.rule_text}")
    lines.append("")
    count = 0
    for line in explanation.days:
        count += line.working
        number = f"{count:2}" if line.working else "  "
        lines.append(f"{number}  {_long(line.date, width=2)}  {line.why}")
    lines += ["", f"Due       the end of {_long(explanation.due_on)}"]
    lines.append(f"Calendar  {explanation.calendar}")
    return "\n".join(lines)


def local_date(instant: datetime) -> date:
    """Return the date in Europe/London at that instant."""
    return _aware(instant).astimezone(LONDON).date()


def parse_date_or_instant(text: str) -> datetime:
    """Return an instant as people write it, in UTC; a date alone means noon in Europe/London."""
    try:
        return parse_instant(f"{date.fromisoformat(text.strip())}T12:00")
    except ValueError:
        return parse_instant(text)


def parse_instant(text: str) -> datetime:
    """Return an ISO 8601 date-time in UTC; without an offset it is Europe/London time.

    A local time that happens twice at a clock change is taken as the first.  Raises BadInput for a
    local time that the clock change skips, and for anything else.
    """
    written = text.strip()
    hint = "write for example 2026-12-21T16:45"
    if not _INSTANT.fullmatch(written):
        raise BadInput(f"{written!r} is not a date and time", hint=hint)
    try:
        instant = datetime.fromisoformat(written)
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
        utc = instant.replace(tzinfo=LONDON, fold=0).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadInput(f"{written!r} is not a date and time", hint=hint) from None
    if utc.astimezone(LONDON).replace(tzinfo=None) != instant:
        raise BadInput(
            f"{written} does not exist in Europe/London: the clocks go forward over it",
            hint="add an offset: +00:00 or +01:00",
        )
    return utc


def parse_month(text: str) -> tuple[datetime, datetime]:
    """Return the UTC instants at which a month (``2026-10``) starts and ends in Europe/London.

    The end is the start of the next month and no longer belongs to it.
    """
    match = _MONTH.fullmatch(text.strip())
    try:
        if not match:
            raise ValueError
        year, month = int(match[1]), int(match[2])
        first = date(year, month, 1)
        following = date(year + month // 12, month % 12 + 1, 1)
    except ValueError:
        raise BadInput(
            f"{text.strip()!r} is not a month", hint="write for example 2026-10"
        ) from None
    return _midnight(first), _midnight(following)


def _midnight(day: date) -> datetime:
    """Return the UTC instant when a day starts in Europe/London; no clock changes at midnight."""
    return datetime.combine(day, time(), LONDON).astimezone(UTC)


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise TypeError("an instant needs its time zone")
    return instant


def _long(day: date, width: int = 0) -> str:
    # Not strftime: its names follow the locale of the machine.
    return f"{_WEEKDAYS[day.weekday()]} {day.day:{width or 1}} {_MONTHS[day.month - 1]} {day.year}"
