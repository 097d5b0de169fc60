"""The figures of the monthly report add up, or say that they do not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from exchange.domain.compliance import (
    InboundFigures,
    MonthlyReport,
    OutboundFigures,
    ReportParty,
)
from exchange.errors import BadInput

INBOUND = InboundFigures(
    devices_received=31,
    answered_in_time=16,
    answered_late=8,
    open_in_time=4,
    open_late=2,
    withdrawn=1,
    provided=20,
    not_installer=4,
    held=3,
    unreadable=1,
)
OUTBOUND = OutboundFigures(
    devices_asked=63,
    answered_in_time=32,
    answered_late=16,
    open=8,
    overdue=4,
    bounced=2,
    withdrawn=1,
    provided=40,
    not_installer=8,
    escalated=9,
)


def test_every_device_is_in_exactly_one_figure() -> None:
    assert (INBOUND.unaccounted, OUTBOUND.unaccounted) == (0, 0)


@pytest.mark.parametrize(
    "name", ["answered_in_time", "answered_late", "open_in_time", "open_late", "withdrawn"]
)
def test_a_device_received_that_is_nowhere_is_noticed(name: str) -> None:
    without = InboundFigures(devices_received=5, **{name: 3})
    assert without.unaccounted == 2


@pytest.mark.parametrize(
    "name", ["answered_in_time", "answered_late", "open", "overdue", "bounced", "withdrawn"]
)
def test_a_device_asked_that_is_nowhere_is_noticed(name: str) -> None:
    without = OutboundFigures(devices_asked=5, **{name: 3})
    assert without.unaccounted == 2


def test_the_share_in_time_is_of_what_is_answered_or_overdue() -> None:
    assert INBOUND.in_time_share == 16 / (16 + 8 + 2)
    assert OUTBOUND.in_time_share == 32 / (32 + 16 + 4)


def test_there_is_no_share_of_nothing() -> None:
    assert InboundFigures(devices_received=3, open_in_time=3).in_time_share is None
    assert OutboundFigures(devices_asked=3, open=2, bounced=1).in_time_share is None
    assert InboundFigures(answered_late=1).in_time_share == 0.0
    assert OutboundFigures(answered_in_time=1).in_time_share == 1.0


def _report(month: str) -> MonthlyReport:
    return MonthlyReport(
        month, ReportParty("OURS", "Ours"), datetime(2026, 11, 2, tzinfo=UTC), "2026", "",
        InboundFigures(), OutboundFigures(),
    )  # fmt: skip


@pytest.mark.parametrize(
    "month", ["", "2026", "2026-1", "2026-00", "2026-13", "26-10", "2026-10-01", "٢026-10"]
)
def test_what_is_no_month_is_refused(month: str) -> None:
    with pytest.raises(BadInput, match="a month is written 2026-10") as raised:
        _report(month)
    assert raised.value.place == month


@pytest.mark.parametrize("month", ["2026-01", "2026-10", "2026-12"])
def test_a_month(month: str) -> None:
    assert _report(month).month == month
