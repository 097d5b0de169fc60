"""``exchange run`` among slow servers, signals, full disks, replaced files, clocks that jump."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from tests.scenarios.running import US, Running, children, trickling
from tests.servers.scripted import Line, ScriptedSmtp
from tests.waiting import PATIENCE, until

_LONG = f"timeout_seconds = {10 * PATIENCE}\n"  # nobody gives up while a test waits


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    with Running(tmp_path) as running:
        yield running


def test_one_byte_a_second_and_signals_of_every_day_hold_nobody_up(running: Running) -> None:
    config = running.folder / "config" / "exchange.toml"
    # An answer over that line takes some hundred seconds, longer than the test waits.
    with trickling(running.servers.imap_port) as port:
        running.configure(second_port=port)
        config.write_text(
            config.read_text().replace(f"port = {port}\n", f"port = {port}\n{_LONG}", 1)
        )
        good = config.read_text()
        process = running.start()
        running.ask(1)
        running.answer_to(1)
        until(lambda: len(running.servers.mails(US, "Processed")) == 1, "for filing")
        for number in (signal.SIGPIPE, signal.SIGHUP, signal.SIGUSR1, signal.SIGALRM):
            for one in (process.pid, *children(process, "exchange.worker")):
                os.kill(one, number)
        until(lambda: "was read again" in running.log, "for the configuration")
        until(lambda: "signal=SIGUSR1" in running.log, "for a word on a stray signal")
        for times, (broken, words) in enumerate(
            (
                (good.replace("[smtp]", "[smtp"), "is not valid TOML"),
                (good.replace("secrets/smtp", "secrets/none"), "secrets/none"),
                (f'{good}\n[database]\nurl = "sqlite:///other.db"\n', "database.url"),
            ),
            1,
        ):
            shutil.copy(running.folder / "exchange.db", running.folder / "other.db")
            config.write_text(broken)
            process.send_signal(signal.SIGHUP)
            until(partial(_logged, running, words), f"for {words}")
            assert running.log.count("stays in force") == times
        # Whoever else closes the database now is not the last: its files stay where they are.
        listed = [sys.executable, "-m", "exchange", "inbox", "list", "-C", str(running.folder)]
        config.write_text(good)
        subprocess.run(listed, check=True, capture_output=True)
        running.ask(2)
        running.answer_to(2)
        code = running.stop(process)
    assert code == 0
    assert "Traceback" not in running.log


def test_letters_to_a_slow_server_hold_up_nothing_that_arrives(
    running: Running, tmp_path: Path
) -> None:
    over = threading.Event()

    def slowly(_line: Line) -> str:
        if len(slow.taken) > 2:
            over.wait(2 * PATIENCE)  # longer than the test waits for what arrives
        return "250 taken"

    with ScriptedSmtp(tmp_path / "slow", flaws={".": slowly}) as slow:
        # Not by hints, which may be lost: IDLE is one, polling is what counts.
        running.configure(smtp_port=slow.port, smtp_ca=slow.ca_file, poll=0.5, more=_LONG)
        for nth in range(20):
            running.ask(nth)
        process = running.start()
        until(lambda: len(running.servers.mails(US, "Processed")) == 20, "for the first")
        for nth in (20, 21):
            running.ask(nth)
            until(partial(_processed_more, running, nth), "for it")
        assert len(slow.taken) < 10, "the server was not slow"
        code = running.stop(process)
        over.set()
    assert code == 0
    ctx = running.ctx()
    with ctx.store.reading() as tx:
        counts = tx.outbox.counts()
        tx.audit.verify()
    ctx.store.dispose()
    assert sum(counts.values()) == 22
    assert counts.get("sent", 0) <= len(slow.taken)


def test_a_full_disk_under_the_log_costs_the_log_alone(running: Running) -> None:
    with Path("/dev/full").open("wb") as full:
        process = running.start(stderr=full, wait=False)
        running.ask(1)
        running.answer_to(1)
        until(lambda: len(running.servers.mails(US, "Processed")) == 1, "for filing")
        code = running.stop(process)
    assert code == 0


def test_a_database_put_back_under_it_stops_it_at_once(running: Running) -> None:
    process = running.start()
    running.ask(1)
    running.answer_to(1)
    until(lambda: len(running.servers.mails(US, "Processed")) == 1, "for filing")
    files = list(running.folder.glob("exchange.db*"))
    copies = {path: path.read_bytes() for path in files}
    for path in files:
        path.unlink()
    for path, content in copies.items():
        path.write_bytes(content)
    running.ask(2)
    assert process.wait(PATIENCE) == 1
    last = running.log.splitlines()[-1]
    assert "was replaced while it was in use (inode" in last
    assert "exchange doctor" in last
    assert set(running.answered()) == {"<1@gain.example>"}


_JUMP = """
import datetime, os, sys, time

SINCE, REAL, FLAG = time.monotonic(), time.time, sys.argv.pop(1)
back = lambda: 3 * 3600 if os.path.exists(FLAG) else 0

class Wall(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(time.time(), tz)

    @classmethod
    def utcnow(cls):
        return cls.fromtimestamp(time.time(), datetime.UTC).replace(tzinfo=None)

time.time = lambda: REAL() - back()
datetime.datetime = Wall
from exchange.__main__ import main
main()
"""


def _logged(running: Running, words: str) -> bool:
    return words in running.log


def _processed_more(running: Running, number: int) -> bool:
    return len(running.servers.mails(US, "Processed")) > number


def _has_kept(running: Running, number: int) -> bool:
    return _kept(running.folder) == number


def _kept(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "exchange.db")) as database:
        return int(database.execute("SELECT count(*) FROM mail").fetchone()[0])


def test_a_wall_clock_set_back_three_hours_stops_no_tick(running: Running, tmp_path: Path) -> None:
    config = running.folder / "config" / "exchange.toml"
    running.configure(poll=0.5)
    # Nobody hints: what comes is seen by polling alone.
    config.write_text(config.read_text().replace("poll_seconds", "idle = false\npoll_seconds"))
    jump = tmp_path / "jumped"
    process = running.start(sys.executable, "-c", _JUMP, str(jump))
    running.ask(1)
    running.answer_to(1)
    jump.touch()
    time.sleep(1)
    for nth in (2, 3):  # listed and kept as ever; letters wait for a clock that can be right
        running.ask(nth)
        until(partial(_has_kept, running, nth), f"for mail {nth} to be kept")
    assert "the clock jumped 3 hours back" in running.log
    jump.unlink()
    for nth in (2, 3):
        running.answer_to(nth)
    assert running.stop(process) == 0
