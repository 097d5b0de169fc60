"""Whether the machine's clock can be right, by everything else that tells the time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from exchange.domain.time.timekeeping import (
    ClockVerdict,
    Witness,
    at_start,
    span_text,
    while_running,
)

NOW = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def _server(at: datetime, *, usual: bool = True) -> Witness:
    return Witness("requests", at, exact=True, usual=usual)


def _mail(at: datetime) -> Witness:
    return Witness("requests", at, exact=False)


def test_a_clock_that_runs_on_is_right() -> None:
    assert while_running(NOW, NOW - 5 * MINUTE, []) == ClockVerdict(likely=NOW, sure=True)


@pytest.mark.parametrize(("shift", "way"), [(6 * MINUTE, "ahead"), (-6 * MINUTE, "back")])
def test_a_clock_that_jumped_is_in_trouble_unless_a_server_confirms_it(
    shift: timedelta, way: str
) -> None:
    verdict = while_running(NOW + shift, NOW, [])
    assert f"jumped 6 minutes {way}" in verdict.trouble
    assert (verdict.likely, verdict.sure) == (NOW, False)
    assert not while_running(NOW + shift, NOW, [_server(NOW + shift)]).trouble
    assert while_running(NOW + shift, NOW, [_mail(NOW + shift)]).trouble


def test_at_the_start_a_clock_known_to_be_right_lately_is_believed() -> None:
    assert at_start(NOW, NOW - 50 * MINUTE, None, [_server(NOW + DAY)]).sure
    assert at_start(NOW, NOW - 90 * MINUTE, None, [_server(NOW + DAY)]).trouble


@pytest.mark.parametrize(
    ("usual", "difference", "sure"),
    [(True, 4, True), (True, 6, False), (False, 59, True), (False, 61, False)],
)
def test_a_server_that_was_never_compared_may_be_an_hour_off(
    usual: bool, difference: int, sure: bool
) -> None:
    verdict = at_start(NOW, None, None, [_server(NOW + difference * MINUTE, usual=usual)])
    assert verdict.sure is sure
    assert bool(verdict.trouble) is not sure


def test_a_year_that_cannot_be_is_no_time() -> None:
    verdict = at_start(datetime(1970, 1, 1, tzinfo=UTC), NOW - DAY, None, [])
    assert "which is impossible" in verdict.trouble
    assert verdict.likely == NOW - DAY


def test_a_clock_before_what_is_on_record_is_wrong() -> None:
    assert "there is a record of" in at_start(NOW, None, NOW + DAY, []).trouble
    assert "has a mail of" in at_start(NOW, None, None, [_mail(NOW + DAY)]).trouble
    assert not at_start(NOW, None, NOW + 4 * MINUTE, []).trouble


def test_an_outage_of_a_long_weekend_needs_no_witness_and_a_longer_one_does() -> None:
    assert not at_start(NOW, NOW - 4 * DAY, None, []).trouble
    long = at_start(NOW, NOW - 5 * DAY, None, [])
    assert "5 days after the last thing on record" in long.trouble
    assert not at_start(NOW, NOW - 5 * DAY, None, [_mail(NOW - DAY)]).trouble


def test_a_first_start_without_anything_to_compare_is_believed_and_not_sure() -> None:
    assert at_start(NOW, None, None, []) == ClockVerdict(likely=NOW, sure=False)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(7, "7 minutes"), (179, "179 minutes"), (180, "3 hours"), (3 * 24 * 60, "3 days")],
)
def test_how_far_apart_in_words(minutes: int, words: str) -> None:
    assert span_text(-minutes * MINUTE) == words
