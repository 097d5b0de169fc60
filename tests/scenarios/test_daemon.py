"""``exchange run`` as a process: works, refuses to start twice, stops in time, keeps quiet."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from exchange.daemon import main
from tests.scenarios.stage import STORIES, US, Stage, staged
from tests.scenarios.traces import traces
from tests.waiting import PATIENCE, until

STORY = STORIES / "request-in-the-body"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(STORY, tmp_path) as stage:
        yield stage


class Daemon:
    """``exchange run`` with its log in a file."""

    def __init__(self, stage: Stage) -> None:
        self.log = stage.folder.parent / "daemon.log"
        self._file = self.log.open("w")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "exchange", "run", "--folder", str(stage.folder)],
            stderr=self._file,
            stdout=self._file,
            env={**os.environ, "EXCHANGE_NOW": "2026-12-14T10:30"},
        )

    def stop(self) -> int:
        """SIGTERM; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def text(self) -> str:
        return self.log.read_text()


@pytest.fixture
def start(stage: Stage) -> Iterator[Callable[[], Daemon]]:
    started: list[Daemon] = []

    def begin() -> Daemon:
        started.append(Daemon(stage))
        return started[-1]

    yield begin
    for daemon in started:
        if daemon.process.poll() is None:
            daemon.process.kill()
            daemon.process.wait()


def _until(true: Callable[[], bool], what: str, daemon: Daemon) -> None:
    until(true, lambda: f"for {what}:\n{daemon.text()}")


def test_a_stop_takes_five_seconds_at_most() -> None:
    """What the daemon allows itself; the tests below say only that it ends."""
    assert main._PATIENCE < 5


def test_answers_what_arrives_while_it_runs(stage: Stage, start: Callable[[], Daemon]) -> None:
    config = stage.folder / "config" / "exchange.toml"
    config.write_text(config.read_text().replace("# poll_seconds = 60.0", "poll_seconds = 600"))
    daemon = start()
    _until(lambda: "started" in daemon.text(), "the start", daemon)
    stage.servers.deliver(stage.mail("request.eml"), US)
    # Polling is once in some minutes: only IDLE can bring the answer while the test waits.
    _until(lambda: bool(stage.sent()), "an answer", daemon)
    _until(lambda: bool(stage.servers.mails(US, "Processed")), "filing", daemon)
    assert daemon.stop() == 0
    assert traces(daemon.log.read_bytes(), stage.secrets()) == []


def test_refuses_to_start_twice(stage: Stage, start: Callable[[], Daemon]) -> None:
    first = start()
    _until(lambda: "started" in first.text(), "the start", first)
    again = subprocess.run(
        [sys.executable, "-m", "exchange", "run", "--once", "--folder", str(stage.folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert again.returncode == 1
    assert "another exchange daemon" in again.stderr
    assert "Traceback" not in again.stderr
    assert first.stop() == 0


def test_a_mailbox_that_goes_away_is_said_once_and_comes_back(
    stage: Stage, start: Callable[[], Daemon]
) -> None:
    config = stage.folder / "config" / "exchange.toml"
    config.write_text(config.read_text().replace("# poll_seconds = 60.0", "poll_seconds = 0.3"))
    daemon = start()
    _until(lambda: "started" in daemon.text(), "the start", daemon)
    stage.servers.imap_down()
    _until(lambda: "cannot be used" in daemon.text(), "the complaint", daemon)
    time.sleep(1.5)  # it polls all the time
    assert daemon.text().count("cannot be used") == 1
    stage.servers.imap_up()
    stage.servers.deliver(stage.mail("request.eml"), US)
    _until(lambda: bool(stage.sent()), "an answer", daemon)
    assert "can be used again" in daemon.text()
    assert "Traceback" not in daemon.text()
    assert daemon.stop() == 0


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("key", "key"),
        ("database", "exchange init"),
        ("config", "line"),
        ("password", "password file"),
    ],
)
def test_a_start_that_cannot_work_ends_with_one_clear_line(
    stage: Stage, damage: str, said: str
) -> None:
    if damage == "key":
        (stage.folder / "keys" / "exchange.key").unlink()
    elif damage == "database":
        (stage.folder / "exchange.db").unlink()
    elif damage == "config":
        path = stage.folder / "config" / "exchange.toml"
        path.write_text(path.read_text().replace("[sla]", "[sla]\ndays = 0"))
    else:
        (stage.folder / "secrets" / "imap-password").unlink()
    result = subprocess.run(
        [sys.executable, "-m", "exchange", "run", "--once", "--folder", str(stage.folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
