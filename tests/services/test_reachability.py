"""What is said of an outside that comes and goes."""

from __future__ import annotations

import pytest
import structlog

from exchange.errors import MailboxRefused, MailboxUnavailable
from exchange.services.mailbox.rounds import Reachability


def _told(failures: list[Exception | None]) -> list[str]:
    reach = Reachability()
    with structlog.testing.capture_logs() as said:
        for failure in failures:
            if failure is None:
                reach.worked("mailbox")
            else:
                reach.failed("mailbox", failure)
    return [str(one.get("why", one["event"])) for one in said]


def test_an_outage_is_said_once_however_its_reasons_read() -> None:
    lost, closed = MailboxUnavailable("connection lost"), MailboxUnavailable("nothing listens")
    assert _told([lost, closed, lost, None, closed]) == [
        "connection lost",
        "can be used again",
        "nothing listens",
    ]


@pytest.mark.parametrize("before", [MailboxUnavailable("gone"), MailboxRefused("wrong password")])
def test_what_somebody_must_mend_is_said_at_each_new_reason(before: Exception) -> None:
    missing = MailboxRefused("no folder Review")
    assert _told([before, missing, missing]) == [str(before), "no folder Review"]
