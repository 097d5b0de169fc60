"""The ladder as tables: which rung on which Working Day, and what an outage does to it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.escalation import Ladder, LadderStep, Rung, next_rung, rungs
from exchange.domain.time.calendar import build_calendar
from exchange.errors import BadInput

ENGLAND = build_calendar()
MONDAY = date(2026, 11, 2)  # no holiday for eight weeks


def on(n: int, start: date = MONDAY) -> date:
    """The n-th Working Day after ``start``."""
    return ENGLAND.add(start, n)


def look(
    today: date,
    *done: str,
    levels: int = 3,
    sla_days: int = 10,
    start: date = MONDAY,
    last_on: date | None = None,
) -> LadderStep:
    return next_rung(
        done,
        start,
        today,
        ladder=Ladder(),
        levels=levels,
        calendar=ENGLAND,
        sla_days=sla_days,
        last_on=last_on,
    )


def table(*args: object, **kwargs: object) -> list[tuple[str, int, str, int]]:
    return [(rung.name, rung.day, rung.recipient, rung.level) for rung in rungs(*args, **kwargs)]


def test_the_default_ladder() -> None:
    assert table(Ladder(), 3) == [
        ("reminder-1", 5, "request", 0),
        ("reminder-2", 8, "request", 0),
        ("breach", 11, "escalation", 1),
        ("level-2", 14, "escalation", 2),
        ("level-3", 17, "escalation", 3),
        ("evidence", 20, "compliance", 0),
    ]
    assert [rung.kind for rung in rungs(Ladder(), 2)] == [
        *("reminder", "reminder", "breach", "escalation", "evidence")
    ]


def test_with_one_escalation_contact() -> None:
    assert table(Ladder(), 1)[2:] == [
        ("breach", 11, "escalation", 1),
        ("evidence", 14, "compliance", 0),
    ]


def test_without_an_escalation_contact_the_breach_goes_to_the_request_address_and_says_so() -> None:
    assert table(Ladder(), 0)[2:] == [
        ("breach", 11, "request", 0),
        ("evidence", 14, "compliance", 0),
    ]
    notes = {rung.name: rung.note for rung in rungs(Ladder(), 0)}
    assert notes.pop("breach").startswith("no escalation contact is registered")
    assert not any(notes.values())
    assert not any(rung.note for rung in rungs(Ladder(), 1))


@pytest.mark.parametrize(
    ("sla_days", "expected"),
    [
        (20, [("reminder-1", 15), ("reminder-2", 18), ("breach", 21), ("evidence", 24)]),
        (11, [("reminder-1", 6), ("reminder-2", 9), ("breach", 12), ("evidence", 15)]),
        (10, [("reminder-1", 5), ("reminder-2", 8), ("breach", 11), ("evidence", 14)]),
        (6, [("reminder-1", 1), ("reminder-2", 4), ("breach", 11), ("evidence", 14)]),
        # The first reminder would come before the request: the second keeps its name.
        (5, [("reminder-2", 3), ("breach", 11), ("evidence", 14)]),
        (2, [("breach", 11), ("evidence", 14)]),
    ],
)
def test_another_answer_time(sla_days: int, expected: list[tuple[str, int]]) -> None:
    assert [(rung.name, rung.day) for rung in rungs(Ladder(), 1, sla_days)] == expected


def test_a_configured_ladder() -> None:
    ladder = Ladder(reminder_days=(3, 9, 10, 12), breach_day=15, next_level_every=1)
    # On or after the due day there is no reminder: the breach notice speaks.
    assert [(rung.name, rung.day) for rung in rungs(ladder, 2)] == [
        ("reminder-1", 3),
        ("reminder-2", 9),
        ("breach", 15),
        ("level-2", 16),
        ("evidence", 17),
    ]
    assert [rung.name for rung in rungs(Ladder(reminder_days=()), 0)] == ["breach", "evidence"]


@given(st.integers(0, 5), st.integers(1, 60), st.integers(1, 30), st.integers(1, 10))
def test_names_are_unique_and_days_rise(levels: int, sla: int, breach: int, every: int) -> None:
    plan = rungs(Ladder(breach_day=breach, next_level_every=every), levels, sla)
    assert len({rung.name for rung in plan}) == len(plan)
    assert [rung.day for rung in plan] == sorted({rung.day for rung in plan})
    assert all(rung.day < sla for rung in plan if rung.kind == "reminder")
    assert all(rung.day > sla for rung in plan if rung.kind != "reminder")
    assert plan[0].day >= 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"reminder_days": (8, 5)},
        {"reminder_days": (5, 5)},
        {"reminder_days": (0,)},
        {"breach_day": 0},
        {"next_level_every": 0},
    ],
)
def test_a_ladder_that_makes_no_sense(wrong: dict[str, object]) -> None:
    with pytest.raises(BadInput) as caught:
        Ladder(**wrong)  # type: ignore[arg-type]
    assert caught.value.place == next(iter(wrong))


def test_a_counterparty_that_stays_silent() -> None:
    """Looked at every day, weekends included: each rung once, on its own day."""
    done: list[str] = []
    sent: list[tuple[str, date]] = []
    last_on = None
    expected_next = on(5)
    for offset in range(60):
        today = MONDAY + timedelta(offset)
        step = look(today, *done, last_on=last_on)
        assert step.skipped == ()
        if step.now:
            assert today == expected_next
            done.append(step.now.name)
            sent.append((step.now.name, today))
            last_on = today
            assert look(today, *done, last_on=last_on).now is None
            expected_next = step.next_on or date.max
        else:
            assert step.next_on == (None if expected_next == date.max else expected_next)
    assert sent == [
        ("reminder-1", date(2026, 11, 9)),
        ("reminder-2", date(2026, 11, 12)),
        ("breach", date(2026, 11, 17)),
        ("level-2", date(2026, 11, 20)),
        ("level-3", date(2026, 11, 25)),
        ("evidence", date(2026, 11, 30)),
    ]


def test_holidays_and_weekends_do_not_count() -> None:
    start = date(2026, 12, 21)
    assert look(date(2026, 12, 29), start=start) == LadderStep(None, date(2026, 12, 30), ())
    step = look(date(2026, 12, 30), start=start)
    assert step.now is not None
    assert (step.now.name, step.next_on) == ("reminder-1", date(2027, 1, 5))
    breach = look(date(2027, 1, 8), "reminder-1", "reminder-2", start=start)
    assert breach.now is not None
    assert (breach.now.name, breach.next_on) == ("breach", date(2027, 1, 13))
    assert look(date(2027, 1, 7), "reminder-1", "reminder-2", start=start).now is None


@pytest.mark.parametrize(
    ("day", "done", "now", "skipped", "next_day"),
    [
        (0, [], None, [], 5),
        (4, [], None, [], 5),
        (5, [], "reminder-1", [], 8),
        (7, [], "reminder-1", [], 8),
        # A week's outage: only the latest reminder goes out.
        (9, [], "reminder-2", ["reminder-1"], 11),
        (10, ["reminder-1"], "reminder-2", [], 11),
        (10, ["reminder-1", "reminder-2"], None, [], 11),
        # None at all once the breach notice is due.
        (11, [], "breach", ["reminder-1", "reminder-2"], 14),
        (12, ["reminder-1"], "breach", ["reminder-2"], 15),
        # Neither breach notice nor levels are skipped, and they keep their distance.
        (30, [], "breach", ["reminder-1", "reminder-2"], 33),
        (30, ["breach"], "level-2", [], 33),
        (30, ["breach", "level-2", "level-3"], "evidence", [], None),
        # The ladder has ended, whatever was recorded before.
        (30, ["evidence"], None, [], None),
        # Overtaken: the answer time was changed after the breach notice went out.
        (12, ["breach"], None, [], 14),
        # A rung that is no longer on the ladder.
        (12, ["reminder-1", "reminder-2", "reminder-3"], "breach", [], 15),
    ],
)
def test_what_is_due(
    day: int, done: list[str], now: str | None, skipped: list[str], next_day: int | None
) -> None:
    step = look(on(day), *done)
    assert (step.now.name if step.now else None) == now
    assert [rung.name for rung in step.skipped] == skipped
    assert step.next_on == (None if next_day is None else on(next_day))


def test_after_an_outage_the_levels_are_not_told_on_one_morning() -> None:
    """Breach notice sent ten days late: level 2 hears of it three Working Days after that."""
    done = ["reminder-1", "reminder-2", "breach"]
    assert look(on(21), *done, last_on=on(21)) == LadderStep(None, on(24), ())
    step = look(on(24), *done, last_on=on(21))
    assert step == LadderStep(Rung("level-2", 14, "escalation", 2), on(27), ())
    # A late reminder does not put the breach notice off.
    assert look(on(11), "reminder-1", "reminder-2", last_on=on(10)).now is not None


def test_contacts_that_change_on_the_way() -> None:
    # Level 2 and 3 were added after the breach notice had gone to the request address.
    assert look(on(14), "breach", levels=3).now == Rung("level-2", 14, "escalation", 2)
    # Contacts were removed after level 2 had been told.
    gone = look(on(20), "breach", "level-2", levels=0, last_on=on(18))
    assert gone == LadderStep(None, on(21), ())
    assert look(on(21), "breach", "level-2", levels=0, last_on=on(18)).now == Rung(
        "evidence", 14, "evidence", 0
    )
    # A contact added after the evidence was written starts nothing again.
    assert look(on(40), "breach", "evidence", levels=2) == LadderStep(None, None, ())


@given(
    st.integers(0, 5),
    st.sampled_from([2, 5, 10, 20]),
    st.lists(st.integers(0, 25), min_size=1, max_size=40),
)
def test_whenever_it_is_looked_at_nothing_is_sent_twice_or_lost(
    levels: int, sla_days: int, gaps: list[int]
) -> None:
    today, last_on = MONDAY, None
    done: list[str] = []
    sent: list[tuple[Rung, date]] = []
    for gap in [*gaps, *([25] * 12)]:
        today += timedelta(gap)
        step = look(today, *done, levels=levels, sla_days=sla_days, last_on=last_on)
        assert all(rung.kind == "reminder" for rung in step.skipped)
        if step.now:
            sent.append((step.now, today))
            last_on = today
            done += [rung.name for rung in (*step.skipped, step.now)]
        elif step.next_on:
            assert step.next_on > today
    plan = rungs(Ladder(), levels, sla_days)
    assert sorted(done) == sorted(rung.name for rung in plan)
    assert [rung for rung, _ in sent if rung.kind != "reminder"] == [
        rung for rung in plan if rung.kind != "reminder"
    ]
    days = [day for _, day in sent]
    assert len(set(days)) == len(days)
    assert all(day >= ENGLAND.add(MONDAY, rung.day) for rung, day in sent)
