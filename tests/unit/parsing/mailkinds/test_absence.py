"""The date on which an absence ends, as people write it."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.parsing.mailkinds.absence import return_date

SENT = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
BACK = date(2027, 1, 5)


@pytest.mark.parametrize(
    "text",
    [
        "I am back on 5 January 2027.",
        "I will return on Tuesday, 5th of January 2027",
        "returning January 5, 2027",
        "Returning Tue. 5 Jan. 2027",
        "I shall be back in the office on 05/01/2027.",
        "back 5.1.27",
        "back on 2027-01-05",
        "Back 5-Jan-2027",
        "Resuming work 5 Jan 27",
        "available again from 5 January 2027",
        "in the office again from 5 January 2027",
        "at my desk again on 5 January 2027",
        "away until 5 January 2027",
        "away up to 5 January 2027",
        "away through 5 January 2027",
        "till the 5th January 2027",
        "from 21 December 2026 to 5 January 2027",
        "21st - 5th January 2027",
        "24th–5th January 2027",
        "my leave ends on 5 January 2027",
        "Rwy'n dychwelyd ar 5 Ionawr 2027",
        "Ich bin ab dem 5. Januar 2027 zurück, bis 5. Januar 2027 nicht",
        "I am out\nof the office and back\non 5\nJanuary 2027",
    ],
)
def test_dates_with_a_year(text: str) -> None:
    assert return_date(text, SENT) == BACK
    assert return_date(text, None) == BACK


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("back on 5 January", BACK),
        ("back on January 5", BACK),
        ("back on 5/1", BACK),
        ("back on 30 November", date(2026, 11, 30)),  # the day it was sent
        ("back on 29 November", date(2027, 11, 29)),
        ("back on 1 December", date(2026, 12, 1)),
    ],
)
def test_a_date_without_a_year_is_the_next_such_date(text: str, found: date) -> None:
    assert return_date(text, SENT) == found
    assert return_date(text, None) is None


@pytest.mark.parametrize("day", ["1st", "2nd", "3rd", "4th"])
def test_ordinal_numbers(day: str) -> None:
    found = date(2027, 1, int(day[0]))
    assert return_date(f"back on January {day}, 2027", None) == found
    assert return_date(f"back on {day} of January 2027", None) == found
    assert return_date(f"back on {day} January 2027", None) == found


def test_day_and_month_are_in_british_order() -> None:
    assert return_date("back on 3/4/2027", SENT) == date(2027, 4, 3)


def test_the_return_counts_before_the_end_of_the_absence() -> None:
    text = "I am away until 4 January 2027 and back on 5 January 2027."
    assert return_date(text, SENT) == BACK


def test_the_first_date_after_the_words_counts() -> None:
    assert return_date("back on 5 January 2027 or 7 January 2027", SENT) == BACK
    assert return_date("back on 5/1/2027, not 7 January 2027", SENT) == BACK


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I am out of the office.",
        "On 5 January 2027 we moved.",
        "back on 31 February 2027",
        "back on 5 Smarch 2027",
        "back on 5/13/2027",
        "back on 0 January 2027",
        "back in 5 minutes",
        "back on 2027-13-05",
        "feedback 5 January 2027",
    ],
)
def test_anything_else_is_no_date_of_return(text: str) -> None:
    assert return_date(text, SENT) is None


def test_the_29th_of_february_of_a_common_year_is_no_date() -> None:
    assert return_date("back on 29 February", SENT) is None
    assert return_date("back on 29 February 2028", SENT) == date(2028, 2, 29)


def test_only_the_beginning_of_a_text_is_searched_and_quickly() -> None:
    text = "back on 5 January 2027"
    assert return_date("x" * (3999 - len(text)) + f" {text}", None) == BACK
    # Cut within the year or before it, there is no date and no other year.
    assert return_date("x" * (4001 - len(text)) + f" {text}", None) is None
    began = time.process_time()
    for text in (
        "back " * 2000,
        "until " * 2000,
        "back 1 " * 2000,
        "5th - " * 2000,
        "back" + " 9" * 5000,
    ):
        return_date(text, SENT)
    assert time.process_time() - began < 2


@given(
    st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    st.sampled_from(["%d %B %Y", "%d/%m/%Y", "%d.%m.%y", "%Y-%m-%d", "%B %d, %Y", "%a %d %b %Y"]),
)
def test_any_day_in_any_form_is_read(day: date, form: str) -> None:
    assert return_date(f"I am back on {day.strftime(form)}.", None) == day


@given(st.text(max_size=200))
def test_no_text_raises(text: str) -> None:
    return_date(f"back on {text}", SENT)
