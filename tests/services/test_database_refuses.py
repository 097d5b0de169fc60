"""A database that takes nothing for a while: no mail is at fault, and nothing untrue is said."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from exchange.bootstrap import SetClock
from exchange.domain.time.sla import parse_instant
from exchange.errors import StoreError
from exchange.sandbox.servers import SandboxServers
from tests.services.test_faults import PASSWORD, THEM, US, Site

STRANGER = "stranger@elsewhere.example"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    clock = SetClock(parse_instant("2026-12-14T10:30"))
    accounts = dict.fromkeys((US, THEM), PASSWORD)
    with SandboxServers(tmp_path / "servers", accounts, clock.now) as servers:
        found = Site(tmp_path / "lose", servers, clock)
        yield found
        found.ctx.reader.close()
        found.ctx.store.dispose()


@pytest.mark.parametrize("times", [1, 2])
def test_a_mail_met_by_a_locked_database_is_answered_and_not_shunted(
    site: Site, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    site.ask()
    real, refused = site.ctx.store.transaction, list[str]()

    def locked_at_first(name: str) -> Any:
        if name == "keep" and len(refused) < times:
            refused.append(name)
            raise StoreError("the database refuses: database is locked")
        return real(name)

    monkeypatch.setattr(site.ctx.store, "transaction", locked_at_first)
    for _ in range(times):
        with pytest.raises(StoreError):
            site.round()
    site.round()
    assert len(refused) == times
    assert site.sql("SELECT folder FROM mail") == [("processed",)]
    assert len(site.servers.sent) == 1


@pytest.mark.parametrize("kept_before", [True, False])
def test_what_a_full_disk_takes_back_is_not_said_of_a_mail(site: Site, kept_before: bool) -> None:
    engine = site.ctx.store.engine

    def full(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO audit"):  # the last thing before the commit
            raise OperationalError("", {}, sqlite3.OperationalError("database or disk is full"))

    site.ask(sender=STRANGER)
    if kept_before:
        site.keep()
    event.listen(engine, "before_cursor_execute", full)
    with capture_logs() as said:
        for _ in range(3):
            with pytest.raises(StoreError, match="disk is full"):
                site.round()
    assert [one["event"] for one in said if "mail" in one["event"]] == []
    event.remove(engine, "before_cursor_execute", full)
    with capture_logs() as said:
        site.round()
    waiting = [one for one in said if one["event"] == "a mail waits for a person"]
    assert [(one["mail"], one["folder"]) for one in waiting] == [(1, "review")]


def test_a_row_that_the_database_cannot_hold_costs_its_mail_alone(site: Site) -> None:
    for number in (1, 2):
        site.ask(number, sender=STRANGER)
    site.keep()
    site.sql(
        "CREATE TRIGGER one_of_them BEFORE UPDATE OF folder ON mail "
        "WHEN NEW.id = 1 AND NEW.folder = 'review' BEGIN SELECT RAISE(ABORT, 'not this'); END"
    )
    site.round()
    (first, second) = site.sql("SELECT folder, reason FROM mail ORDER BY id")
    assert first[0] == "shunted"
    assert "not this" in str(first[1])
    assert second[0] == "review"
