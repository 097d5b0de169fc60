"""When our own team is warned that an answer of ours is nearly due, or late.

We owe an answer within ten Working Days (``sla.py``).  What waits for a person is named to our team
at Working Days 5, 8 and 9, and on every Working Day once its due day is over.  For another answer
time the warnings keep their distance from the due day, as the reminders that we send do
(``exchange/domain/escalation.py``).  Dates are dates in Europe/London.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from enum import StrEnum
from typing import Final, NamedTuple

from exchange.domain.time.calendar import WorkingCalendar
from exchange.domain.time.sla import DEFAULT_DAYS, LONDON

WARNING_DAYS: Final = (5, 8, 9)  # Working Days after day zero, for an answer time of ten
MORNING: Final = time(8)  # Europe/London; no warning is written earlier in the day


class Nearness(StrEnum):
    """How near the due day of an answer is."""

    FAR = ""
    NEAR = "near"  # the first warning is due, or was sent
    PAST = "past"


class Clock(NamedTuple):
    """A due day, and the answer time in Working Days that led to it."""

    due_on: date
    days: int


def warnings_left(days: int) -> tuple[int, ...]:
    """Return how many Working Days are left at each warning, for an answer time of ``days``.

    A warning that would come on the day of receipt or before is left out.
    """
    return tuple(DEFAULT_DAYS - number for number in WARNING_DAYS if DEFAULT_DAYS - number < days)


def days_left(due_on: date, today: date, calendar: WorkingCalendar) -> int:
    """Return the Working Days after ``today`` until the due day; negative for those since it."""
    return calendar.working_days_between(today, due_on)


def nearness(clock: Clock, today: date, calendar: WorkingCalendar) -> Nearness:
    """Return how near the due day is; the whole of that day is still in time."""
    if today > clock.due_on:
        return Nearness.PAST
    first = max(warnings_left(clock.days), default=0)
    near = days_left(clock.due_on, today, calendar) <= first
    return Nearness.NEAR if near else Nearness.FAR


def calls_for_warning(
    clock: Clock, today: date, warned_on: date | None, calendar: WorkingCalendar
) -> bool:
    """Return whether an answer is late, or has reached a day of warning since ``warned_on``.

    ``warned_on`` is the day of the last warning, whatever it named: a day on which nothing ran is
    made up for on the next.
    """
    if today > clock.due_on:
        return True
    left = days_left(clock.due_on, today, calendar)
    if warned_on is None:
        return left <= max(warnings_left(clock.days), default=-1)
    before = days_left(clock.due_on, warned_on, calendar)
    return any(left <= mark < before for mark in warnings_left(clock.days))


def is_time_to_warn(now: datetime, warned_on: date | None, calendar: WorkingCalendar) -> bool:
    """Return whether it is the morning of a Working Day, or later, without a warning so far."""
    local = now.astimezone(LONDON)
    return (
        local.time() >= MORNING
        and (warned_on is None or warned_on < local.date())
        and calendar.is_working(local.date())
    )


def warns_today(
    clocks: Iterable[Clock], today: date, warned_on: date | None, calendar: WorkingCalendar
) -> bool:
    """Return whether any of the answers we owe calls for a warning today."""
    return any(calls_for_warning(one, today, warned_on, calendar) for one in clocks)
