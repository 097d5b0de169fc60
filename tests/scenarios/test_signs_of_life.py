"""``exchange run`` under a supervisor: what it is told, and what the heartbeat file says."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from exchange.bootstrap import open_context
from exchange.ports.mail import MailRef
from exchange.services.running.heartbeat import HEARTBEAT_FILE, Beat, read_heartbeat
from exchange.store.mails.mail import NewMail
from tests.scenarios.stage import STORIES, US, Stage, staged
from tests.waiting import PATIENCE, until

NOW = datetime(2026, 12, 14, 10, 29, tzinfo=UTC)
STORY = STORIES / "request-in-the-body"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(STORY, tmp_path) as stage:
        text = stage.config.read_text()
        stage.config.write_text(text.replace("# poll_seconds = 60.0", "poll_seconds = 0.4"))
        yield stage


class Listener:
    """A service manager's end of the socket: every message with the time it came."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.line.bind("\0" + address[1:] if address.startswith("@") else address)
        self.heard: list[tuple[float, str]] = []

    def hear(self, seconds: float) -> list[str]:
        """Everything that comes within so many seconds, for what must not come."""
        end, first = time.monotonic() + seconds, len(self.heard)
        while (left := end - time.monotonic()) > 0:
            self.line.settimeout(left)
            try:
                message = self.line.recv(4096).decode()
            except TimeoutError:
                break
            self.heard += [(time.monotonic(), line) for line in message.splitlines()]
        return [line for _, line in self.heard[first:]]

    def until(self, wanted: str, times: int = 1) -> None:
        """Wait for so many lines more that begin so."""
        end, first = time.monotonic() + PATIENCE, len(self.heard)
        while sum(line.startswith(wanted) for _, line in self.heard[first:]) < times:
            assert time.monotonic() < end, f"no {wanted} in {self.heard}"
            self.hear(0.2)


@pytest.fixture
def run(stage: Stage) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []

    def begin(**named: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "EXCHANGE_NOW": "2026-12-14T10:30", **named}
        process = subprocess.Popen(
            [sys.executable, "-m", "exchange", "run", "--folder", str(stage.folder)],
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()


def _beat_with(stage: Stage, true: Callable[[Beat], bool]) -> Beat:
    seen: list[Beat] = []

    def look() -> bool:
        seen.extend(filter(None, [read_heartbeat(stage.folder)]))
        return bool(seen) and true(seen[-1])

    until(look, lambda: f"for a sign of life: {seen[-1:]}")
    return seen[-1]


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop a process, and wait until none of its threads runs any more."""
    process.send_signal(signal.SIGSTOP)
    tasks = Path(f"/proc/{process.pid}/task")
    until(
        lambda: all(
            (one / "stat").read_text().rpartition(")")[2].split()[0] == "T"
            for one in tasks.iterdir()
        ),
        "for it to stop",
    )


def _hold(process: subprocess.Popen[bytes], other: sqlite3.Connection, then: Any) -> None:
    """Take the database from a process at a moment when it writes nothing, and do ``then``."""
    while True:
        _stop(process)
        with suppress(sqlite3.OperationalError):
            other.execute("BEGIN IMMEDIATE")
            break
        process.send_signal(signal.SIGCONT)
        time.sleep(0.05)
    other.execute("ROLLBACK")
    then()
    other.execute("BEGIN IMMEDIATE")
    process.send_signal(signal.SIGCONT)


def test_a_supervisor_hears_of_the_start_the_work_and_the_stop(
    stage: Stage, run: Callable[..., subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    listener = Listener(f"@exchange-{secrets.token_hex(6)}")
    process = run(NOTIFY_SOCKET=listener.address, WATCHDOG_USEC="2000000")
    listener.until("READY=1")
    stage.servers.deliver(stage.mail("request.eml"), US)
    listener.until("WATCHDOG=1", 3)
    until(stage.sent, "for an answer")
    # A status is sent when it changes: the first one may have come with the start.
    if not any(line.startswith("STATUS=") for _, line in listener.heard):
        listener.until("STATUS=")
    assert all(len(line) > 10 for _, line in listener.heard if line.startswith("STATUS="))
    # A process that hangs is not fed by anything beside it.
    _stop(process)
    listener.hear(0.1)  # what was sent before
    assert listener.hear(1.5) == []
    process.send_signal(signal.SIGCONT)
    listener.until("WATCHDOG=1")
    process.terminate()
    listener.until("STOPPING=1")
    assert process.wait(PATIENCE) == 0
    assert json.loads((stage.folder / HEARTBEAT_FILE).read_text())["ended"] is True


def test_a_main_thread_that_is_stuck_is_not_fed(
    stage: Stage, run: Callable[..., subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    # Its other threads go on; the main one waits for a lock that another process holds.
    listener = Listener(str(tmp_path / "notify.sock"))
    process = run(NOTIFY_SOCKET=listener.address, WATCHDOG_USEC="1200000")
    listener.until("READY=1")
    beat = _beat_with(stage, lambda beat: beat.last_round is not None)
    assert beat.process_lives
    assert beat.mailboxes[0].good is not None
    raw, ctx = stage.mail("request.eml"), open_context(stage.folder, stage.clock)

    def keep() -> None:
        with ctx.store.transaction("test") as tx:
            place, sealed = MailRef(9, 9), ctx.sealer.seal(raw, "mail")
            tx.mail.keep(
                [NewMail("requests", place, "hash", "", "", "", len(raw), NOW, sealed)], NOW
            )

    path = stage.folder / "exchange.db"
    with closing(sqlite3.connect(path, isolation_level=None, timeout=1)) as other:
        _hold(process, other, keep)
        # Somebody else says so: the file goes on being written.
        _beat_with(
            stage,
            lambda beat: beat.moved > 3.0 and "deciding mails" in [one.step for one in beat.lanes],
        )
        listener.hear(0.1)
        assert "WATCHDOG=1" not in listener.hear(1.5)
        other.execute("ROLLBACK")
    listener.until("WATCHDOG=1")


def test_without_a_supervisor_nothing_is_told_and_a_file_still_tells(
    stage: Stage, run: Callable[..., subprocess.Popen[bytes]]
) -> None:
    process = run(NOTIFY_SOCKET="vsock:2:1234", WATCHDOG_USEC="never")
    beat = _beat_with(stage, lambda beat: beat.last_round is not None)
    assert beat.pid == process.pid
    assert beat.here
    assert beat.same_boot
    assert (stage.folder / HEARTBEAT_FILE).stat().st_mode & 0o777 == 0o600
    stage.servers.imap_down()
    beat = _beat_with(stage, lambda beat: any(one.why for one in beat.mailboxes))
    assert beat.mailboxes[0].failed is not None
    process.kill()
    process.wait()
    beat = _beat_with(stage, lambda beat: not beat.process_lives)
    assert not beat.ended
