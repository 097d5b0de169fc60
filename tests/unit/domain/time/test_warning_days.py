"""Our own team is warned at Working Days 5, 8 and 9, and on each Working Day once it is late."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from exchange.domain.time.calendar import build_calendar
from exchange.domain.time.sla import SlaRule, due, parse_instant
from exchange.domain.time.warning_days import (
    Clock,
    Nearness,
    calls_for_warning,
    days_left,
    is_time_to_warn,
    nearness,
    warnings_left,
)

CALENDAR = build_calendar()


def clock(received: str, days: int = 10, deemed: bool = False) -> Clock:
    rule = SlaRule(days=days, deemed_receipt=deemed)
    return Clock(due(parse_instant(received), rule, CALENDAR).due_on, days)


def days_of_warning(one: Clock, first: date, last: date, away: tuple[date, ...] = ()) -> list[date]:
    """Walk from day to day as the daemon does; it is not running on the days ``away``."""
    found: list[date] = []
    day, warned_on = first, None
    while day <= last:
        if day not in away and CALENDAR.is_working(day) and calls_for_warning(
            one, day, warned_on, CALENDAR
        ):  # fmt: skip
            found.append(day)
            warned_on = day
        day += timedelta(1)
    return found


def december(*days: int) -> list[date]:
    return [date(2026, 12, day) for day in days]


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        # Received on Monday 7 December: day 5 is the 14th, 8 the 17th, 9 the 18th, 10 the 21st.
        (clock("2026-12-07T10:00"), december(14, 17, 18, 22, 23, 24, 29)),
        # On a Saturday: no other day zero is needed, Monday is day 1.
        (clock("2026-12-05T10:00"), december(11, 16, 17, 21, 22, 23, 24, 29)),
        # In the evening, deemed received on the next Working Day.
        (clock("2026-12-07T17:31", deemed=True), december(15, 18, 21, 23, 24, 29)),
        # Christmas: received on the 15th; 25 and 28 December are no Working Days.
        (clock("2026-12-15T10:00"), december(22, 29)),
        # An answer time of four Working Days: two and one before its end.
        (clock("2026-12-14T10:00", days=4), december(16, 17, 21, 22, 23, 24, 29)),
        # Of one: it is due tomorrow, and there is no day to warn before it is late.
        (clock("2026-12-21T10:00", days=1), december(23, 24, 29)),
        # Of twenty: as long before its end as with ten.
        (clock("2026-11-23T10:00", days=20), december(14, 17, 18, 22, 23, 24, 29)),
    ],
)
def test_the_days_of_warning(one: Clock, expected: list[date]) -> None:
    assert days_of_warning(one, date(2026, 11, 23), date(2026, 12, 29)) == expected


def test_a_day_on_which_nothing_ran_is_made_up_for_once() -> None:
    one = clock("2026-12-07T10:00")
    away = tuple(december(14, 15))
    assert days_of_warning(one, date(2026, 12, 7), date(2026, 12, 21), away) == december(16, 17, 18)


def test_what_was_found_late_is_named_at_once() -> None:
    one = clock("2026-12-07T10:00")
    assert not calls_for_warning(one, date(2026, 12, 11), None, CALENDAR)
    assert calls_for_warning(one, date(2026, 12, 15), None, CALENDAR)
    # The last digest was before its fifth day, so nobody has been told of it.
    assert calls_for_warning(one, date(2026, 12, 15), date(2026, 12, 11), CALENDAR)
    assert not calls_for_warning(one, date(2026, 12, 15), date(2026, 12, 14), CALENDAR)


@pytest.mark.parametrize(
    ("today", "expected", "left"),
    [
        (date(2026, 12, 11), Nearness.FAR, 6),
        (date(2026, 12, 14), Nearness.NEAR, 5),
        (date(2026, 12, 19), Nearness.NEAR, 1),  # a Saturday
        (date(2026, 12, 21), Nearness.NEAR, 0),  # the whole of the due day is in time
        (date(2026, 12, 22), Nearness.PAST, -1),
        (date(2026, 12, 28), Nearness.PAST, -3),
    ],
)
def test_nearness(today: date, expected: Nearness, left: int) -> None:
    one = clock("2026-12-07T10:00")
    assert (nearness(one, today, CALENDAR), days_left(one.due_on, today, CALENDAR)) == (
        expected, left
    )  # fmt: skip


def test_a_due_day_at_the_weekend_of_another_calendar_is_past_on_the_next_day() -> None:
    saturday = Clock(date(2026, 12, 12), 10)
    assert nearness(saturday, date(2026, 12, 13), CALENDAR) is Nearness.PAST


@pytest.mark.parametrize(
    ("days", "left"), [(10, (5, 2, 1)), (5, (2, 1)), (2, (1,)), (1, ()), (20, (5, 2, 1))]
)
def test_no_warning_on_the_day_of_receipt(days: int, left: tuple[int, ...]) -> None:
    assert warnings_left(days) == left


@pytest.mark.parametrize(
    ("now", "warned_on", "expected"),
    [
        ("2026-12-14T07:59", None, False),
        ("2026-12-14T08:00", None, True),
        ("2026-12-14T16:00", date(2026, 12, 11), True),  # nothing ran in the morning
        ("2026-12-14T16:00", date(2026, 12, 14), False),
        ("2026-12-14T16:00", date(2026, 12, 15), False),  # the clock was put back
        ("2026-12-12T10:00", None, False),  # a Saturday
        ("2026-12-25T10:00", None, False),
        ("2026-12-28T10:00", None, False),
        ("2026-06-15T07:30:00Z", None, True),  # half past eight in London
    ],
)
def test_when_it_is_time(now: str, warned_on: date | None, expected: bool) -> None:
    assert is_time_to_warn(parse_instant(now), warned_on, CALENDAR) is expected
