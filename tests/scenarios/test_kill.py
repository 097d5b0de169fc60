"""kill -9 right after each commit, then a restart: nothing is lost and nothing answered twice."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.scenarios.forks import Forks, forks
from tests.scenarios.stage import STORIES, Stage, attached_devices, staged

STORY = STORIES / "request-in-the-body"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(STORY, tmp_path) as stage:
        yield stage


@pytest.fixture(scope="module")
def far() -> Iterator[Forks]:
    with forks() as made:
        yield made


Round = Callable[..., int]


@pytest.fixture
def again(far: Forks) -> Round:
    """One step of the agent in a process of its own; returns how the process ended."""

    def go(stage: Stage, kill_after: str = "", now: str = "2026-12-14T10:30") -> int:
        return far.step(stage.folder, {"now": now, "do": "round"}, kill_after)

    return go


@pytest.mark.parametrize("commit", ["keep", "decide", "file", "delivered"])
def test_killed_after(stage: Stage, again: Round, commit: str) -> None:
    stage.servers.deliver(stage.mail("request.eml"), "install-codes@lose.example")
    assert again(stage, kill_after=commit) == -signal.SIGKILL
    assert again(stage) == 0
    assert again(stage) == 0
    sent = stage.sent()
    assert {str(mail["Message-ID"]) for mail in sent} == {str(sent[0]["Message-ID"])}
    assert len(sent) == 1
    assert attached_devices(sent[0]) == {
        "00-DB-11-22-33-44-55-01": "install code provided",
        "00-DB-11-22-33-44-55-02": "not the installing Supplier",
        "00-DB-11-22-33-44-55-03": "being looked into",
    }
    assert stage.rows("SELECT count(*) FROM inbound_request") == [[1]]
    assert stage.rows("SELECT count(*) FROM audit WHERE event = 'code.released'") == [[1]]
    assert stage.rows("SELECT state, folder FROM mail") == [["filed", "processed"]]
    assert len(stage.servers.mails("install-codes@lose.example", "Processed")) == 1
    assert "intact" in stage.command(["audit", "verify"])


@pytest.mark.parametrize("commit", ["digest", "delivered"])
def test_our_own_team_is_warned_once_whatever_is_killed(
    tmp_path: Path, again: Round, commit: str
) -> None:
    with staged(STORIES / "our-team-is-warned", tmp_path) as stage:
        stage.servers.deliver(stage.mail("request.eml"), "install-codes@lose.example")
        assert again(stage) == 0
        fifth, sixth = "2026-12-21T09:00", "2026-12-22T09:00"
        assert again(stage, kill_after=commit, now=fifth) == -signal.SIGKILL
        assert again(stage, now=fifth) == 0
        assert again(stage, now="2026-12-21T17:00") == 0
        assert again(stage, now=sixth) == 0
        to_us = {
            str(mail["Message-ID"]) for mail in stage.sent() if mail["To"] == "team@lose.example"
        }
        assert len(to_us) == 1
        assert stage.rows("SELECT count(*) FROM outbox WHERE purpose = 'alert'") == [[1]]
        assert stage.rows("SELECT count(*) FROM audit WHERE event = 'team.warned'") == [[1]]


@pytest.mark.parametrize(
    ("killed_at", "times"), [("send_mail.TakenLetters.note", 2), ("send_mail.record_deliveries", 1)]
)
def test_killed_between_acceptance_and_record(
    stage: Stage, far: Forks, again: Round, killed_at: str, times: int
) -> None:
    """Once it is noted it does not go again; before, the same Message-ID goes out twice."""
    stage.servers.deliver(stage.mail("request.eml"), "install-codes@lose.example")
    assert again(stage, kill_after="file") == -signal.SIGKILL
    # The outbox holds the decided answer.  The server takes it, and its word is lost:
    ghost = far.run(
        "import os, sys\n"
        "from collections import Counter\n"
        "from pathlib import Path\n"
        "from exchange.bootstrap import open_courier, open_context, the_clock\n"
        "from exchange.services.sending import send_mail\n"
        "ctx = open_context(Path(sys.argv[1]), the_clock('2026-12-14T10:31'))\n"
        f"{killed_at} = lambda *_, **__: os._exit(9)\n"
        "send_mail.deliver(ctx, open_courier(ctx), Counter())\n",
        str(stage.folder),
    )
    assert ghost == 9
    assert again(stage) == 0
    assert len(stage.relayed()) == times
    assert len({one["Message-ID"] for one in stage.sent()}) == 1
    assert len({one.raw for one in stage.relayed()}) == 1
    assert stage.rows("SELECT state, attempts FROM outbox") == [["sent", 1]]
