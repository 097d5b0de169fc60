"""Working Days against days that were checked by hand and against a slow, plain count."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.time.calendar import WorkingCalendar, build_calendar, calendar_overrides
from exchange.errors import BadInput, ConfigError
from exchange.toml_file import TomlFile
from tests.places import ROOT

ENGLAND = build_calendar()
SCOTLAND = build_calendar("SCT")
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
SHIPPED = ROOT / "config" / "calendar.toml"


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2022-06-02", "Spring Bank Holiday (bank holiday)"),  # moved from 30 May
        ("2022-06-03", "Platinum Jubilee of Elizabeth II (bank holiday)"),
        ("2022-09-19", "State Funeral of Queen Elizabeth II (bank holiday)"),
        ("2023-05-08", "Coronation of Charles III (bank holiday)"),
        ("2026-08-31", "Late Summer Bank Holiday (bank holiday)"),
        ("2026-12-25", "Christmas Day (bank holiday)"),
        ("2026-04-03", "Good Friday (bank holiday)"),
        ("2020-12-28", "Boxing Day, substitute day (bank holiday)"),
        ("2021-12-27", "Christmas Day, substitute day (bank holiday)"),
        ("2021-12-28", "Boxing Day, substitute day (bank holiday)"),
        ("2026-12-28", "Boxing Day, substitute day (bank holiday)"),
        ("2027-12-27", "Christmas Day, substitute day (bank holiday)"),
        ("2027-12-28", "Boxing Day, substitute day (bank holiday)"),
        ("2022-01-03", "New Year's Day, substitute day (bank holiday)"),
        ("2026-12-26", "Saturday"),
        ("2026-12-27", "Sunday"),
    ],
)
def test_days_off_are_named(day: str, why: str) -> None:
    off = date.fromisoformat(day)
    assert not ENGLAND.is_working(off)
    assert ENGLAND.why(off) == why


@pytest.mark.parametrize("day", ["2022-05-30", "2026-12-24", "2026-12-29", "2026-06-15"])
def test_working_days_are_so_called(day: str) -> None:
    assert ENGLAND.is_working(date.fromisoformat(day))
    assert ENGLAND.why(date.fromisoformat(day)) == "Working Day"


def test_the_number_of_days_off_in_a_year() -> None:
    def bank_holidays(calendar: WorkingCalendar, year: int) -> int:
        days = [date(year, 1, 1) + timedelta(n) for n in range(365)]
        return sum(1 for day in days if day.weekday() < 5 and not calendar.is_working(day))

    assert [bank_holidays(ENGLAND, year) for year in (2021, 2022, 2023, 2026)] == [8, 10, 9, 8]


@pytest.mark.parametrize(
    ("day", "england", "scotland"),
    [
        ("2026-01-02", True, False),
        ("2027-01-04", True, False),  # 2 January 2027 is a Saturday
        ("2026-04-06", False, True),  # Easter Monday
        ("2026-08-03", True, False),
        ("2026-08-31", False, True),
        ("2026-11-30", True, False),
    ],
)
def test_scotland_differs(day: str, england: bool, scotland: bool) -> None:
    asked = date.fromisoformat(day)
    assert (ENGLAND.is_working(asked), SCOTLAND.is_working(asked)) == (england, scotland)


def test_northern_ireland_and_wales() -> None:
    assert build_calendar("NIR").why(date(2026, 3, 17)) == "Saint Patrick's Day (bank holiday)"
    wales = build_calendar("WLS")
    assert wales.version.rpartition("-")[2] == ENGLAND.version.rpartition("-")[2]
    assert wales.version.startswith("WLS-")


def test_names_are_english_whatever_the_machine_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "th")
    assert build_calendar().why(date(2026, 12, 25)) == "Christmas Day (bank holiday)"


@given(DAYS, st.integers(1, 60))
def test_add_counts_as_a_plain_loop_does(day: date, n: int) -> None:
    reached, left = day, n
    while left:
        reached += timedelta(1)
        left -= ENGLAND.why(reached) == "Working Day"
    assert ENGLAND.add(day, n) == reached
    assert ENGLAND.working_days_between(day, reached) == n
    assert ENGLAND.is_working(reached)


@given(DAYS)
def test_add_nothing_is_the_day_itself(day: date) -> None:
    assert ENGLAND.add(day, 0) == day
    assert ENGLAND.next_working(day) == ENGLAND.add(day, 1) > day


@given(DAYS, DAYS, DAYS)
def test_counts_between_days_add_up(a: date, b: date, c: date) -> None:
    between = ENGLAND.working_days_between
    assert between(a, b) == -between(b, a)
    assert between(a, c) == between(a, b) + between(b, c)


@given(DAYS)
def test_why_and_is_working_agree(day: date) -> None:
    assert ENGLAND.is_working(day) == (ENGLAND.why(day) == "Working Day")
    assert ENGLAND.is_working(day) == (ENGLAND.working_days_between(day - timedelta(1), day) == 1)


@pytest.mark.parametrize("day", [date(2014, 12, 31), date(2041, 1, 1)])
def test_a_day_outside_the_years_is_refused(day: date) -> None:
    assert ENGLAND.covers == (date(2015, 1, 1), date(2040, 12, 31))
    for ask in (ENGLAND.is_working, ENGLAND.why, ENGLAND.next_working):
        with pytest.raises(BadInput, match="covers 2015-01-01 to 2040-12-31"):
            ask(day)


def test_the_edges_of_the_years() -> None:
    assert not ENGLAND.is_working(date(2015, 1, 1))
    assert ENGLAND.next_working(date(2015, 1, 1)) == date(2015, 1, 2)
    assert ENGLAND.is_working(date(2040, 12, 31))
    assert ENGLAND.next_working(date(2040, 12, 30)) == date(2040, 12, 31)
    with pytest.raises(BadInput, match="outside"):
        ENGLAND.next_working(date(2040, 12, 31))
    assert build_calendar(removals={date(2015, 1, 1): "x"}).is_working(date(2015, 1, 1))
    with pytest.raises(BadInput, match="10 Working Days after 2040-12-20 is outside"):
        ENGLAND.add(date(2040, 12, 20), 10)


def test_misuse_is_loud() -> None:
    with pytest.raises(BadInput, match="-1 Working Days"):
        ENGLAND.add(date(2026, 1, 5), -1)
    with pytest.raises(TypeError):
        ENGLAND.is_working(datetime(2026, 1, 5, 23, tzinfo=UTC))


@pytest.mark.parametrize(
    ("region", "first", "last", "said"),
    [
        ("GB", 2015, 2040, "no region 'GB'"),
        ("ENG", 2020, 2019, "is empty"),
        ("ENG", 2015, 2101, "not for 2015 to 2101"),
    ],
)
def test_a_calendar_that_cannot_be(region: str, first: int, last: int, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        build_calendar(region, first_year=first, last_year=last)


def test_the_version_depends_on_the_days_and_on_nothing_else() -> None:
    assert re.fullmatch(r"ENG-[\d.]+-[0-9a-f]{8}", ENGLAND.version)
    assert build_calendar() == ENGLAND
    assert build_calendar(additions={date(2026, 12, 26): "weekend"}).version == ENGLAND.version
    added = build_calendar(additions={date(2027, 5, 10): "One"})
    assert added.version != ENGLAND.version
    assert added.version == build_calendar(additions={date(2027, 5, 10): "Two"}).version
    assert added != build_calendar(additions={date(2027, 5, 10): "Two"})
    assert ENGLAND.version != build_calendar(last_year=2041).version
    assert ENGLAND.version != SCOTLAND.version


def test_additions_and_removals() -> None:
    calendar = build_calendar(
        additions={date(2027, 5, 10): "Celebration"},
        removals={date(2027, 5, 3): "May Day moved to 10 May"},
    )
    assert calendar.why(date(2027, 5, 10)) == "Celebration"
    assert not calendar.is_working(date(2027, 5, 10))
    assert calendar.why(date(2027, 5, 3)) == "Working Day (May Day moved to 10 May)"
    assert calendar.is_working(date(2027, 5, 3))
    assert calendar.add(date(2027, 4, 30), 1) == date(2027, 5, 3)
    assert calendar.redundant == ()


def test_overrides_that_change_nothing_are_named_and_kept() -> None:
    calendar = build_calendar(
        additions={date(2026, 12, 25): "Christmas", date(2026, 12, 26): "Weekend"},
        removals={date(2026, 12, 24): "Eve"},
    )
    assert len(calendar.redundant) == 3
    assert "2026-12-24 is removed but is a Working Day anyway" in calendar.redundant
    assert calendar.version == ENGLAND.version


@pytest.mark.parametrize(
    ("additions", "removals", "said"),
    [
        ({date(2050, 1, 3): "x"}, {}, "2050-01-03 is outside"),
        ({date(2027, 5, 3): "x"}, {date(2027, 5, 3): "y"}, "both added and removed"),
        ({}, {date(2026, 12, 26): "x"}, "is a Saturday and cannot become a Working Day"),
    ],
)
def test_overrides_that_cannot_be(
    additions: dict[date, str], removals: dict[date, str], said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        build_calendar(additions=additions, removals=removals)


def test_overrides_are_read_from_the_file() -> None:
    table = tomllib.loads(
        '[[add]]\ndate = 2027-05-10\nname = "Celebration"\n'
        '[[remove]]\ndate = 2027-05-03\nname = " May Day "\n'
    )
    assert calendar_overrides(table, str) == (
        {date(2027, 5, 10): "Celebration"},
        {date(2027, 5, 3): "May Day"},
    )


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("[[holiday]]\n", "line 1 > holiday", "unknown key 'holiday'"),
        ("[[ad]]\n", "line 1 > ad", "did you mean add"),
        ("\n[add]\ndate = 2027-05-10\n", "line 2 > add", "not a list"),
        ("add = [1]\n", "line 1 > add.1", "not a table"),
        ('[[add]]\ndate = "2027-05-10"\nname = "x"\n', "line 2 > add.1.date", "not a date"),
        ('[[add]]\ndate = 2027-05-10T00:00:00\nname = "x"\n', "line 2 > add.1.date", "not a date"),
        ('[[add]]\nname = "x"\n', "line 1 > add.1.date", "not a date"),
        ("[[remove]]\ndate = 2027-05-10\n", "line 1 > remove.1.name", "say in one line"),
        ('[[add]]\ndate = 2027-05-10\nname = "a\\nb"\n', "line 3 > add.1.name", "one line"),
        (
            '[[add]]\ndate = 2027-05-10\nnaem = "a"\n',
            "line 3 > add.1.naem",
            "unknown key 'naem' .did you mean name",
        ),
        (
            '[[add]]\ndate = 2027-05-10\nname = "a"\n[[add]]\ndate = 2027-05-10\nname = "b"\n',
            "line 5 > add.2.date",
            "2027-05-10 is listed twice",
        ),
        (
            '[[add]]\ndate = 2027-05-10\nname = "a"\n[[remove]]\ndate = 2027-05-10\nname = "b"\n',
            "line 5 > remove.1.date",
            "both added and removed",
        ),
    ],
)
def test_faults_of_the_file_name_their_place(text: str, place: str, said: str) -> None:
    file = TomlFile.parse(text, "c.toml")
    with pytest.raises(ConfigError, match=said) as caught:
        calendar_overrides(file.table, file.place)
    assert caught.value.place == f"c.toml {place}"


def test_the_shipped_file_changes_nothing_and_its_examples_work() -> None:
    shipped = SHIPPED.read_text("utf-8")
    assert calendar_overrides(tomllib.loads(shipped), str) == ({}, {})
    examples = re.sub(r"(?m)^# (?=\[\[|date =|name =)", "", shipped)
    additions, removals = calendar_overrides(tomllib.loads(examples), str)
    calendar = build_calendar(additions=additions, removals=removals)
    assert len(additions) == len(removals) == 1
    assert calendar.redundant == ()
