"""While mails cannot be read none is set aside, and everything else goes on."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from exchange.bootstrap import open_courier, open_mailbox
from exchange.domain.outbound import Gained
from exchange.errors import ReaderUnavailable
from exchange.services.asking import request
from exchange.services.mailbox.rounds import Reachability, Round, one_round
from exchange.services.people import review
from tests.services import test_faults
from tests.services.broken_readers import at_each_process, broken
from tests.services.test_faults import Site

MAILS = 30


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    yield from test_faults.a_site(tmp_path)


def _rounds(site: Site, number: int, reach: Reachability | None = None) -> list[Round]:
    reach = reach or Reachability()
    box = open_mailbox(site.ctx, site.ctx.settings.mailbox[0])
    try:
        return [one_round(site.ctx, [box], open_courier(site.ctx), reach) for _ in range(number)]
    finally:
        box.close()


def _untouched(site: Site) -> bool:
    return site.sql("SELECT DISTINCT state, attempts FROM mail") == [("kept", 0)]


@pytest.mark.parametrize("how", ["ends at once", "ends at the first mail", "prints something else"])
def test_good_mails_wait_for_a_reading_process_that_works(
    site: Site, how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(MAILS):
        site.ask(number)
    request.create(site.ctx, [Gained("00-DB-00-00-00-00-02-01", ("GAIN",), "", "row")], "g.csv")
    with (
        monkeypatch.context() as changed,
        structlog.testing.capture_logs() as said,
    ):
        changed.setattr(sys, "executable", broken(tmp_path, how))
        done = _rounds(site, 5)
    assert _untouched(site)
    assert done[0].kept == MAILS
    assert done[0].delivered == {"sent": 1}  # our own request: asking and delivering go on
    assert all(["reading process" in one for one in each.troubles] == [True] for each in done)
    (line,) = [one for one in said if one["log_level"] == "error"]
    assert "limits.memory_mb" in line["why"]
    (mended,) = _rounds(site, 1)
    assert mended.decided == {"processed": MAILS}
    assert len(site.servers.sent) == 1 + MAILS
    assert site.sql("SELECT DISTINCT attempts FROM mail") == [(0,)]


def test_somebody_who_kills_every_reading_process_sets_no_mail_aside(site: Site) -> None:
    for number in range(MAILS):
        site.ask(number)
    with at_each_process(lambda pid: os.kill(pid, signal.SIGKILL)):
        _rounds(site, 4)
    assert _untouched(site)
    assert _rounds(site, 1)[0].decided == {"processed": MAILS}


def test_the_pauses_grow(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site.ask()
    instant = [0.0]
    reach = Reachability(lambda: instant[0], first=2.0)
    monkeypatch.setattr(sys, "executable", broken(tmp_path, "ends at once"))
    tried = []
    for second in range(40):
        instant[0] = float(second)
        if _rounds(site, 1, reach)[0].troubles:
            tried.append(second)
    assert tried == [0, 2, 6, 14, 30]


def test_a_person_who_replays_a_mail_is_told(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.ask(sender="stranger@elsewhere.example")
    site.round()
    site.ctx.reader.close()
    with monkeypatch.context() as changed:
        changed.setattr(sys, "executable", broken(tmp_path, "ends at once"))
        with pytest.raises(ReaderUnavailable, match="exit 3"):
            review.replay_mail(site.ctx, 1, "kim")
    assert _untouched(site)
    assert _rounds(site, 1)[0].decided == {"review": 1}


def test_run_once_ends_with_one(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from exchange.cli.main import app
    from tests.services.contexts import command

    site.ask()
    monkeypatch.setattr(sys, "executable", broken(tmp_path, "ends at once"))
    said = command(app, site.folder, "run", "--once", "--json", now="2026-12-14T09:00")
    structlog.reset_defaults()  # it writes to the runner's standard error, which is closed now
    assert said.code == 1
    assert "the reading process is not ready: it ended (exit 3)" in said.out
