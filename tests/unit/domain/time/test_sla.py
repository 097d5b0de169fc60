"""Due dates: by hand, by property across 2020-2030, and at the edges of days and clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.time.calendar import build_calendar
from exchange.domain.time.sla import (
    LONDON,
    Due,
    SlaRule,
    changed_due_dates,
    due,
    explain,
    explanation_json,
    explanation_text,
    is_late,
    local_date,
    parse_instant,
    parse_month,
)
from exchange.errors import BadInput

ENGLAND = build_calendar()
SCOTLAND = build_calendar("SCT")
TEN = SlaRule()
DEEMED = SlaRule(deemed_receipt=True)
_FIRST, _LAST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 12, 31, tzinfo=UTC)
INSTANTS = st.timedeltas(timedelta(0), _LAST - _FIRST).map(lambda after: _FIRST + after)
RULES = st.builds(SlaRule, st.integers(1, 40), st.booleans())


@pytest.mark.parametrize(
    ("received", "day_zero", "due_on"),
    [
        ("2026-12-21T16:45", "2026-12-21", "2027-01-07"),
        ("2026-12-21T23:59:59", "2026-12-21", "2027-01-07"),
        ("2026-12-22T00:00", "2026-12-22", "2027-01-08"),
        ("2026-12-25T09:00", "2026-12-25", "2027-01-12"),
        ("2026-10-05T09:00", "2026-10-05", "2026-10-19"),  # no holiday on the way
        ("2026-10-03T09:00", "2026-10-03", "2026-10-16"),  # a Saturday is day zero all the same
        ("2026-03-25T12:00", "2026-03-25", "2026-04-10"),  # Easter
        ("2022-05-25T12:00", "2022-05-25", "2022-06-10"),  # the jubilee: two days off
        ("2022-09-14T12:00", "2022-09-14", "2022-09-29"),  # the state funeral
        ("2023-05-05T12:00", "2023-05-05", "2023-05-22"),  # the coronation
        ("2026-08-21T12:00", "2026-08-21", "2026-09-07"),
        # Summer time: 23:30 UTC is already tomorrow in London.
        ("2026-07-01T22:59:59Z", "2026-07-01", "2026-07-15"),
        ("2026-07-01T23:00:00Z", "2026-07-02", "2026-07-16"),
        ("2026-07-01T23:59:59+01:00", "2026-07-01", "2026-07-15"),
        # Clocks go forward on 29 March 2026 and back on 25 October 2026, both Sundays.
        ("2026-03-29T00:30", "2026-03-29", "2026-04-14"),
        ("2026-03-28T23:59:59Z", "2026-03-28", "2026-04-14"),
        ("2026-10-25T00:30:00Z", "2026-10-25", "2026-11-06"),
        ("2026-10-25T01:30:00Z", "2026-10-25", "2026-11-06"),
        ("2026-10-24T23:00:00Z", "2026-10-25", "2026-11-06"),
        ("2026-10-25T23:59:59Z", "2026-10-25", "2026-11-06"),
        ("2026-10-26T00:00:00Z", "2026-10-26", "2026-11-09"),
    ],
)
def test_due_dates_counted_by_hand(received: str, day_zero: str, due_on: str) -> None:
    found = due(parse_instant(received), TEN, ENGLAND)
    assert (found.day_zero.isoformat(), found.due_on.isoformat()) == (day_zero, due_on)


def test_a_due_date_carries_what_produced_it() -> None:
    found = due(parse_instant("2026-07-01T16:45"), TEN, ENGLAND)
    assert found == Due(
        received=datetime(2026, 7, 1, 15, 45, tzinfo=UTC),
        day_zero=date(2026, 7, 1),
        due_on=date(2026, 7, 15),
        due_at=datetime(2026, 7, 15, 23, 0, tzinfo=UTC),  # midnight in summer time
        rule_text="10 Working Days after the day of receipt (Europe/London)",
        calendar_version=ENGLAND.version,
    )
    assert found.received.tzinfo is UTC
    assert found.due_at.tzinfo is UTC


def test_the_end_of_the_due_day_across_the_clock_change() -> None:
    # Received in summer time, due in winter time.
    assert due(parse_instant("2026-10-16T12:00"), TEN, ENGLAND).due_at == datetime(
        2026, 10, 31, 0, 0, tzinfo=UTC
    )
    assert due(parse_instant("2026-03-20T12:00"), TEN, ENGLAND).due_at == datetime(
        2026, 4, 7, 23, 0, tzinfo=UTC
    )


def test_late_means_after_the_last_second_of_the_due_day() -> None:
    found = due(parse_instant("2026-07-01T16:45"), TEN, ENGLAND)
    assert not is_late(parse_instant("2026-07-15T23:59:59"), found)
    assert is_late(parse_instant("2026-07-16T00:00:00"), found)
    assert not is_late(datetime(2026, 7, 15, 22, 59, 59, tzinfo=UTC), found)
    assert is_late(datetime(2026, 7, 15, 23, 0, tzinfo=UTC), found)


@pytest.mark.parametrize(
    ("received", "day_zero"),
    [
        ("2026-10-05T17:30:00", "2026-10-05"),
        ("2026-10-05T17:30:01", "2026-10-06"),
        ("2026-10-05T16:45:00Z", "2026-10-06"),  # 17:45 in summer time
        ("2026-10-09T18:00:00", "2026-10-12"),  # Friday evening
        ("2026-10-10T09:00:00", "2026-10-12"),  # Saturday
        ("2026-12-24T18:00:00", "2026-12-29"),
        ("2026-12-25T09:00:00", "2026-12-29"),
    ],
)
def test_deemed_receipt(received: str, day_zero: str) -> None:
    found = due(parse_instant(received), DEEMED, ENGLAND)
    assert found.day_zero.isoformat() == day_zero
    assert found.due_on == ENGLAND.add(found.day_zero, 10)


@given(INSTANTS, RULES)
def test_the_due_date_is_the_nth_working_day_after_day_zero(
    received: datetime, rule: SlaRule
) -> None:
    found = due(received, rule, ENGLAND)
    assert ENGLAND.is_working(found.due_on)
    assert ENGLAND.working_days_between(found.day_zero, found.due_on) == rule.days
    assert found.day_zero >= received.astimezone(LONDON).date()
    if not rule.deemed_receipt:
        assert found.day_zero == received.astimezone(LONDON).date()
    last = found.due_at - timedelta(microseconds=1)
    assert last.astimezone(LONDON).date() == found.due_on
    assert found.due_at.astimezone(LONDON).time() == time(0, 0)
    assert received < found.due_at


@given(INSTANTS, st.timedeltas(timedelta(0), timedelta(days=30)), RULES)
def test_what_arrives_later_is_never_due_earlier(
    received: datetime, later: timedelta, rule: SlaRule
) -> None:
    first, second = due(received, rule, ENGLAND), due(received + later, rule, ENGLAND)
    assert first.day_zero <= second.day_zero
    assert first.due_on <= second.due_on
    assert first.due_at <= second.due_at


@given(INSTANTS, st.integers(-12, 12), RULES)
def test_the_offset_in_which_an_instant_is_written_does_not_matter(
    received: datetime, hours: int, rule: SlaRule
) -> None:
    elsewhere = received.astimezone(timezone(timedelta(hours=hours)))
    assert due(elsewhere, rule, SCOTLAND) == due(received, rule, SCOTLAND)


@given(INSTANTS, RULES)
def test_an_explanation_shows_every_day_and_counts_to_n(received: datetime, rule: SlaRule) -> None:
    told = explain(received, rule, ENGLAND)
    found = due(received, rule, ENGLAND)
    assert (told.day_zero, told.due_on) == (found.day_zero, found.due_on)
    assert sum(line.working for line in told.days) == rule.days
    assert [line.date for line in told.days] == [
        told.day_zero + timedelta(n + 1) for n in range((told.due_on - told.day_zero).days)
    ]
    assert all((line.why == "Working Day") == line.working for line in told.days)
    assert explain(found, rule, ENGLAND) == told


def test_an_explanation_for_machines() -> None:
    told = explanation_json(explain(parse_instant("2026-12-23T16:45"), SlaRule(days=2), ENGLAND))
    assert told == {
        "received": "2026-12-23T16:45:00+00:00",
        "day_zero": "2026-12-23",
        "due": "2026-12-29",
        "days": [
            {"date": "2026-12-24", "working": True, "why": "Working Day"},
            {"date": "2026-12-25", "working": False, "why": "Christmas Day (bank holiday)"},
            {"date": "2026-12-26", "working": False, "why": "Saturday"},
            {"date": "2026-12-27", "working": False, "why": "Sunday"},
            {
                "date": "2026-12-28",
                "working": False,
                "why": "Boxing Day, substitute day (bank holiday)",
            },
            {"date": "2026-12-29", "working": True, "why": "Working Day"},
        ],
        "calendar": ENGLAND.version,
    }
    summer = explain(datetime(2026, 7, 1, 23, 30, tzinfo=UTC), TEN, ENGLAND)
    assert explanation_json(summer)["received"] == "2026-07-02T00:30:00+01:00"


def test_an_explanation_for_people() -> None:
    text = explanation_text(explain(parse_instant("2026-12-21T16:45"), TEN, ENGLAND))
    lines = text.splitlines()
    assert lines[0] == "Received  Mon 21 Dec 2026 at 16:45 GMT"
    assert " 3  Thu 24 Dec 2026  Working Day" in lines
    assert "    Fri 25 Dec 2026  Christmas Day (bank holiday)" in lines
    assert "    Fri  1 Jan 2027  New Year's Day (bank holiday)" in lines
    assert "10  Thu  7 Jan 2027  Working Day" in lines
    assert "Due       the end of Thu 7 Jan 2027" in lines
    assert f"Calendar  {ENGLAND.version}" in lines
    assert "deemed" not in text


def test_an_explanation_says_when_receipt_was_deemed() -> None:
    text = explanation_text(explain(parse_instant("2026-12-24T18:00"), DEEMED, ENGLAND))
    assert "Received  Thu 24 Dec 2026 at 18:00 GMT\n" in text
    assert "Day zero  Tue 29 Dec 2026 (deemed receipt)\n" in text


@given(
    st.integers(1, 260),
    st.booleans(),
    st.times().map(lambda at: at.replace(microsecond=0)),
    st.text(max_size=60),
)
def test_a_rule_is_read_back_from_its_text(
    days: int, deemed: bool, after: time, agreed: str
) -> None:
    rule = SlaRule(days, deemed, after if deemed else time(17, 30), agreed)
    assert "\n" not in rule.text
    assert SlaRule.from_text(rule.text) == rule


def test_a_rule_says_what_was_agreed() -> None:
    rule = SlaRule(20, agreed="Head of Metering,\n2026-08-03")
    assert rule.text == (
        "20 Working Days after the day of receipt (Europe/London);"
        " agreed: Head of Metering, 2026-08-03"
    )
    assert SlaRule(1).text.startswith("1 Working Day after")
    assert DEEMED.text.endswith(
        "; deemed received on the next Working Day when after 17:30 or not on a Working Day"
    )


@pytest.mark.parametrize(
    "text", ["", "10", "ten Working Days", TEN.text + "; ", "999 " + TEN.text[3:], " " + TEN.text]
)
def test_other_texts_are_no_rule(text: str) -> None:
    with pytest.raises(BadInput):
        SlaRule.from_text(text)


@pytest.mark.parametrize("days", [0, -1, 261])
def test_an_answer_time_that_makes_no_sense(days: int) -> None:
    with pytest.raises(BadInput, match="1 to 260"):
        SlaRule(days)


def test_a_new_holiday_moves_exactly_the_clocks_that_pass_it() -> None:
    received = [
        "2027-04-20T10:00",  # due 5 May: before the new holiday
        "2027-04-26T10:00",  # due 11 May: over it
        "2027-04-23T10:00",  # due 10 May: on it
        "2027-05-10T10:00",  # day zero on it: the tenth Working Day stays
    ]
    rules = [TEN, SlaRule(10, agreed="by mail"), DEEMED, TEN]
    dues = [due(parse_instant(at), rule, ENGLAND) for at, rule in zip(received, rules, strict=True)]
    assert [one.due_on.isoformat() for one in dues] == [
        "2027-05-05",
        "2027-05-11",
        "2027-05-10",
        "2027-05-24",
    ]
    changed = build_calendar(additions={date(2027, 5, 10): "One-off bank holiday"})
    moved = changed_due_dates(dues, changed)
    assert [(one.position, one.after.due_on.isoformat()) for one in moved] == [
        (1, "2027-05-12"),
        (2, "2027-05-11"),
    ]
    assert moved[0].before == dues[1]
    assert moved[0].after.rule_text == dues[1].rule_text
    assert moved[0].after.received == dues[1].received
    assert moved[0].after.calendar_version == changed.version
    assert changed_due_dates(dues, ENGLAND) == ()
    # A removal moves them back.
    assert [
        one.after.due_on for one in changed_due_dates([one.after for one in moved], ENGLAND)
    ] == [
        date(2027, 5, 11),
        date(2027, 5, 10),
    ]


def test_a_deemed_receipt_is_replayed_with_its_own_day_zero() -> None:
    found = due(parse_instant("2027-05-10T10:00"), DEEMED, ENGLAND)
    changed = build_calendar(additions={date(2027, 5, 10): "One-off bank holiday"})
    (moved,) = changed_due_dates([found], changed)
    assert (moved.before.day_zero, moved.after.day_zero) == (date(2027, 5, 10), date(2027, 5, 11))


def test_the_local_date() -> None:
    assert local_date(datetime(2026, 7, 1, 22, 59, 59, tzinfo=UTC)) == date(2026, 7, 1)
    assert local_date(datetime(2026, 7, 1, 23, 0, tzinfo=UTC)) == date(2026, 7, 2)
    assert local_date(datetime(2026, 12, 1, 23, 59, 59, tzinfo=UTC)) == date(2026, 12, 1)
    with pytest.raises(TypeError):
        local_date(datetime(2026, 7, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-12-21T16:45", "2026-12-21T16:45:00+00:00"),
        ("2026-07-01T16:45", "2026-07-01T15:45:00+00:00"),
        (" 2026-07-01 16:45:30 ", "2026-07-01T15:45:30+00:00"),
        ("2026-07-01T16:45Z", "2026-07-01T16:45:00+00:00"),
        ("2026-07-01T16:45+05:30", "2026-07-01T11:15:00+00:00"),
        ("2026-03-29T00:59:59", "2026-03-29T00:59:59+00:00"),
        ("2026-03-29T02:00", "2026-03-29T01:00:00+00:00"),
        # 01:30 comes twice on 25 October 2026: the first is still summer time.
        ("2026-10-25T01:30", "2026-10-25T00:30:00+00:00"),
        ("2026-10-25T01:30+00:00", "2026-10-25T01:30:00+00:00"),
        ("2026-10-25T02:00", "2026-10-25T02:00:00+00:00"),
    ],
)
def test_instants_are_read(text: str, instant: str) -> None:
    found = parse_instant(text)
    assert found.isoformat() == instant
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        *("", "2026-12-21", "16:45", "21/12/2026 16:45", "2026-W52-1T16:45", "20261221T1645"),
        *(
            "2026-02-30T10:00",
            "2026-12-21T25:00",
            "2026-12-21T16:45+25:00",
            "0001-01-01T00:00+14:00",
        ),
        *("9999-12-31T23:59-14:00", "٢٠٢٦-12-21T16:45", "2026-12-21T16:45 GMT"),
    ],
)
def test_other_texts_are_no_instant(text: str) -> None:
    with pytest.raises(BadInput, match="is not a date and time"):
        parse_instant(text)


@pytest.mark.parametrize("text", ["2026-03-29T01:00", "2026-03-29T01:30", "2026-03-29T01:59:59"])
def test_a_local_time_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="clocks go forward"):
        parse_instant(text)


@given(INSTANTS)
def test_an_instant_with_its_offset_is_read_back(instant: datetime) -> None:
    assert parse_instant(instant.isoformat()) == instant
    assert parse_instant(instant.astimezone(LONDON).isoformat()) == instant


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026-10", "2026-09-30T23:00:00+00:00", "2026-11-01T00:00:00+00:00"),
        ("2026-03", "2026-03-01T00:00:00+00:00", "2026-03-31T23:00:00+00:00"),
        ("2026-12", "2026-12-01T00:00:00+00:00", "2027-01-01T00:00:00+00:00"),
        ("2026-07", "2026-06-30T23:00:00+00:00", "2026-07-31T23:00:00+00:00"),
    ],
)
def test_months(text: str, start: str, end: str) -> None:
    assert tuple(instant.isoformat() for instant in parse_month(text)) == (start, end)


@given(INSTANTS)
def test_every_instant_is_in_the_month_of_its_local_date(instant: datetime) -> None:
    start, end = parse_month(local_date(instant).isoformat()[:7])
    assert start <= instant < end


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "2026-00", "10-2026", "0000-01", "9999-12"]
)
def test_other_texts_are_no_month(text: str) -> None:
    with pytest.raises(BadInput, match="is not a month"):
        parse_month(text)
