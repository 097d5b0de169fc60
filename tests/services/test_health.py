"""``exchange health``: well or not, with words, within seconds, whatever the database does."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from exchange.cli.main import app
from exchange.domain.inbound import RequestClock
from exchange.errors import AlreadyRunning, CourierTrouble
from exchange.ports.mail import MailRef
from exchange.provision import OwnParty, make_folder
from exchange.services.context import Context
from exchange.services.letters import pauses
from exchange.services.running.heartbeat import HEARTBEAT_FILE, SILENCE, Heartbeat, read_heartbeat
from exchange.services.running.progress import Progress
from exchange.store.db import Transaction
from exchange.store.mails.mail import REVIEW, SHUNTED, NewMail
from exchange.store.mails.outbox import DEFERRED, NewLetter
from exchange.store.tables import LegRow, MailRow
from tests.servers import free_ports
from tests.services.contexts import NOW, add_parties, command, make_context, make_party

HOUR = timedelta(hours=1)
SOON = 25.0  # seconds; a few on a quiet machine, but 30 or more where it waits for a database


@pytest.fixture
def ctx(tmp_path: Path) -> Iterator[Context]:
    ctx = make_context(tmp_path / "ours")
    yield ctx
    ctx.store.dispose()


def health(folder: Path) -> tuple[int, dict[str, Any], float]:
    started = time.monotonic()
    said = command(app, folder, "health", "--json")
    return said.code, json.loads(said.out), time.monotonic() - started


def problems(told: dict[str, Any]) -> dict[str, str]:
    for one in told["problems"]:
        assert one["advice"], one
    return {one["what"]: one["found"] for one in told["problems"]}


@contextmanager
def working(ctx: Context) -> Iterator[Heartbeat]:
    """A daemon's lock and its signs of life, in this process."""
    with ctx.store.sole_daemon():
        heart = Heartbeat(ctx.folder, lambda *_: None)
        heart.ready()
        heart.mailbox_good("requests")
        heart.round_ended()
        heart.write()
        yield heart


def keep(tx: Transaction, number: int, at: datetime, kind: str = "") -> int:
    (mail,) = tx.mail.keep(
        [
            NewMail(
                "requests", MailRef(1, number), f"{number}", "", "a@gain.example", "x", 1, at, b"x"
            )
        ],
        at,
    )
    return mail


# -- the daemon


def test_a_new_folder_is_not_well_and_stays_as_it_was(ctx: Context) -> None:
    ctx.store.dispose()
    before = {path: path.stat().st_mtime_ns for path in ctx.folder.rglob("*")}
    code, told, seconds = health(ctx.folder)
    assert code == 1
    assert told["healthy"] is False
    assert set(problems(told)) == {"daemon", "mailbox requests"}
    assert told["daemon"]["alive"] is False
    assert seconds < SOON
    assert {path: path.stat().st_mtime_ns for path in ctx.folder.rglob("*")} == before


def test_a_daemon_at_work_is_well(ctx: Context) -> None:
    with working(ctx) as heart:
        progress = Progress()
        heart.follow(progress)
        with progress.at("round", "deciding what is kept"):
            heart.write()
        code, told, _ = health(ctx.folder)
        assert (code, told["problems"], told["healthy"]) == (0, [], True)
        assert told["daemon"]["alive"] is True
        assert told["daemon"]["holds_lock"] is True
        assert told["daemon"]["pid"] == os.getpid()
        (at,) = told["daemon"]["at"]
        assert (at["line"], at["doing"]) == ("round", "deciding what is kept")
        assert told["mailboxes"][0]["last_good"]
        said = command(app, ctx.folder, "health")
        assert said.code == 0
        assert f"process {os.getpid()}" in said.out
        assert "all is well" in said.out
        heart.mailbox_failed("requests", "the login was refused")
        heart.write()
        assert health(ctx.folder)[0] == 0  # once is no matter yet
        heart.stopped()
    code, told, _ = health(ctx.folder)
    assert "the last one stopped" in problems(told)["daemon"]


def _aged(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    told = json.loads((folder / HEARTBEAT_FILE).read_text())
    change(told)
    (folder / HEARTBEAT_FILE).write_text(json.dumps(told))


def test_a_mailbox_without_a_good_round_and_work_without_progress(ctx: Context) -> None:
    with working(ctx) as heart:
        heart.mailbox_failed("requests", "the server does not answer")
        progress = Progress()
        heart.follow(progress)
        with progress.at("round", "filing in mailbox requests"):
            heart.write()

        def long_ago(told: dict[str, Any]) -> None:
            told["started"] -= 5000
            told["mailboxes"]["requests"]["good"] -= 301
            told["moved"] -= 301

        _aged(ctx.folder, long_ago)
        _, told, _ = health(ctx.folder)
        found = problems(told)
        assert set(found) == {"work", "mailbox requests"}
        assert "the server does not answer" in found["mailbox requests"]
        assert "filing in mailbox requests, since" in found["work"]


def test_a_daemon_that_ended_with_a_reason(ctx: Context) -> None:
    with working(ctx) as heart:
        heart.stopped("exchange.db: the file was replaced")
    _, told, _ = health(ctx.folder)
    assert "the file was replaced" in problems(told)["daemon"]
    assert "without a word" not in problems(told)["daemon"]


def test_a_daemon_that_gives_no_sign_for_a_minute(ctx: Context) -> None:
    with working(ctx):

        def long_ago(told: dict[str, Any]) -> None:
            told["now"] -= SILENCE + 1

        _aged(ctx.folder, long_ago)
        _, told, _ = health(ctx.folder)
        assert "no sign of life since" in problems(told)["daemon"]


def test_a_daemon_held_by_a_signal_is_seen_at_once(ctx: Context) -> None:
    with working(ctx), subprocess.Popen(["sleep", "60"]) as other:
        try:
            os.kill(other.pid, signal.SIGSTOP)
            os.waitpid(other.pid, os.WUNTRACED)
            _aged(ctx.folder, lambda told: told.update(pid=other.pid))
            _, told, _ = health(ctx.folder)
            assert "stopped by a signal" in problems(told)["daemon"]
            assert f"kill -CONT {other.pid}" in told["problems"][0]["advice"]
        finally:
            other.kill()


@pytest.mark.parametrize("content", ["", "{}", '{"boot": 1, "now": "x"}', "[1", '{"now": null}'])
def test_signs_of_life_that_cannot_be_read(ctx: Context, content: str) -> None:
    with ctx.store.sole_daemon():
        (ctx.folder / HEARTBEAT_FILE).write_text(content)
        code, told, _ = health(ctx.folder)
        assert code == 1
        assert "gives no sign of life" in problems(told)["daemon"]


def test_a_wall_clock_that_is_set_makes_nothing_old(ctx: Context) -> None:
    with working(ctx):
        _aged(ctx.folder, lambda told: told.update(wall="2031-01-01T00:00:00+00:00"))
        assert health(ctx.folder)[0] == 0
        # Of another start of the machine: then its age is that of the wall clock.
        _aged(ctx.folder, lambda told: told.update(boot="another", wall="2020-01-01T00:00:00Z"))
        assert "mailbox requests" in problems(health(ctx.folder)[1])


def test_what_a_mailbox_was_is_known_after_a_restart(ctx: Context) -> None:
    with working(ctx) as heart:
        heart.stopped()
    _aged(ctx.folder, lambda told: told["mailboxes"]["requests"].update(good=told["now"] - 400))
    with ctx.store.sole_daemon():
        Heartbeat(ctx.folder, lambda *_: None).ready()
        beat = read_heartbeat(ctx.folder)
        assert beat is not None
        assert 399 < (beat.mailboxes[0].good or 0) < 460
        assert "mailbox requests" in problems(health(ctx.folder)[1])


def test_asking_never_takes_the_lock(ctx: Context) -> None:
    over, refused = threading.Event(), list[str]()

    def starts() -> None:
        while not over.is_set():
            try:
                with ctx.store.sole_daemon():
                    pass
            except AlreadyRunning as error:
                refused.append(str(error))

    thread = threading.Thread(target=starts)
    thread.start()
    try:
        for _ in range(6):
            health(ctx.folder)
    finally:
        over.set()
        thread.join()
    assert refused == []


# -- what waits


def _undecided(tx: Transaction, at: datetime) -> None:
    keep(tx, 1, at)


def _not_given(tx: Transaction, at: datetime) -> None:
    number = keep(tx, 1, at)
    tx.mail._session.get(MailRow, number).state = "not_given"  # type: ignore[union-attr]


def _letter(tx: Transaction, at: datetime) -> None:
    number = tx.outbox.add(NewLetter("<1@x>", "answer", "", "GAIN", "a@b.example", 0, b"x", 1), at)
    tx.outbox.flush()
    tx.outbox.record(number, at, state=DEFERRED, reply="later", next_attempt_at=at)


@pytest.mark.parametrize(
    ("what", "put", "limit"),
    [
        ("mails undecided", _undecided, timedelta(minutes=15)),
        ("mails not given", _not_given, timedelta(minutes=15)),
        ("letters waiting", _letter, 2 * HOUR),
    ],
)
def test_what_waits_for_too_long(
    ctx: Context, what: str, put: Callable[[Transaction, datetime], None], limit: timedelta
) -> None:
    with working(ctx):
        since = ctx.now() - limit
        with ctx.store.transaction("test") as tx:
            put(tx, since)
        assert health(ctx.folder)[0] == 0
        ctx.clock.at += timedelta(seconds=61)  # type: ignore[attr-defined]
        later = f"{ctx.now():%Y-%m-%dT%H:%M}"
        said = command(app, ctx.folder, "health", "--json", now=later)
        assert said.code == 1
        found = problems(json.loads(said.out))
        assert list(found) == [what]
        assert f"{since:%Y-%m-%d %H:%M} UTC" in found[what]


def test_a_mail_that_is_replayed_counts_from_then(ctx: Context) -> None:
    with working(ctx):
        with ctx.store.transaction("test") as tx:
            number = keep(tx, 1, ctx.now() - timedelta(days=40))
            tx.mail.decide(number, ctx.now() - timedelta(days=40), folder=SHUNTED)
            tx.mail.reopen(number, ctx.now())
        _, told, _ = health(ctx.folder)
        assert told["healthy"] is True
        assert told["mails"]["undecided"] == 1


# -- what is due


def _request(tx: Transaction, mail: int, due: datetime, ref: str, *, answered: bool) -> None:
    clock = RequestClock(due - 14 * 24 * HOUR, due.date(), due.date(), due, "rule", "calendar")
    tx.inbound.add_request(ref, mail, "GAIN", "", clock, answered=answered)


def test_due_dates_of_ours(ctx: Context) -> None:
    tomorrow, yesterday = ctx.now() + 24 * HOUR, ctx.now() - 24 * HOUR
    with working(ctx):
        with ctx.store.transaction("test") as tx:
            for number in range(1, 5):
                tx.mail.decide(keep(tx, number, ctx.now()), ctx.now(), folder="processed")
            _request(tx, 1, tomorrow, "MP121-LOSE-2612-A00001", answered=False)
            _request(tx, 2, yesterday, "MP121-LOSE-2612-A00002", answered=True)
        code, told, _ = health(ctx.folder)
        assert code == 0
        assert told["due_from_us"]["nearest"] == tomorrow.date().isoformat()
        assert told["due_from_us"]["ref"] == "MP121-LOSE-2612-A00001"
        assert told["due_from_us"]["requests"] == 1
        # Decided, and its answer has not been taken: we still owe it.
        with ctx.store.transaction("test") as tx:
            letter = NewLetter(
                "<2@x>", "answer", "MP121-LOSE-2612-A00002", "GAIN", "a@b.example", 1, b"x", 1
            )
            tx.outbox.add(letter, ctx.now())
        code, told, _ = health(ctx.folder)
        assert code == 1
        assert "1 past" in problems(told)["due from us"]
        assert told["due_from_us"]["ref"] == "MP121-LOSE-2612-A00002"


@pytest.mark.parametrize(
    ("folder", "kind", "well"),
    [
        (REVIEW, "request", False),
        (SHUNTED, "", False),
        (REVIEW, "response", True),
        (REVIEW, "unknown", True),
    ],
)
def test_a_request_that_waits_for_a_person_has_a_due_date(
    ctx: Context, folder: str, kind: str, well: bool
) -> None:
    with working(ctx):
        with ctx.store.transaction("test") as tx:
            number = keep(tx, 1, ctx.now() - timedelta(days=20))
            tx.mail.decide(number, ctx.now(), folder=folder, kind=kind, reason="why")
        _, told, _ = health(ctx.folder)
        assert told["healthy"] is well
        assert (told["due_from_us"]["waiting_for_a_person"] is None) is well


def test_an_answer_time_agreed_with_a_party_counts(ctx: Context) -> None:
    from dataclasses import replace

    add_parties(ctx, replace(make_party("GAIN"), sla_days=2, sla_agreed="by mail"))
    with ctx.store.transaction("test") as tx:
        number = keep(tx, 1, ctx.now() - timedelta(days=6))
        tx.mail.decide(number, ctx.now(), folder=REVIEW, kind="request", party="GAIN")
    assert "due from us" in problems(health(ctx.folder)[1])


def test_what_is_due_to_us_and_a_reminder_that_nobody_writes(ctx: Context) -> None:
    today = ctx.now().date()
    with working(ctx):
        with ctx.store.transaction("test") as tx:
            number = tx.outbound.add_request("MP121-LOSE-2612-Q00001", "GAIN", "<q@x>", 10, NOW_)
            due = today - timedelta(days=3)
            tx.outbound.accept(number, NOW_, due, due, NOW_, "rule", "calendar")
            tx.mail._session.execute(
                _insert(
                    "gained_case", id=1, device="d", device_type="", state="seeking",
                    opened_at=NOW, source="", code_tag="", code_from="",
                )
            )  # fmt: skip
            tx.mail._session.add(
                LegRow(
                    case_id=1, device="d", party="GAIN", position=0, state="sent",
                    request_id=number, accepted_on=due, due_on=due, next_due=today,
                )
            )  # fmt: skip
        code, told, _ = health(ctx.folder)
        assert code == 0
        assert told["due_to_us"]["past"] == 1
        assert told["due_to_us"]["nearest"] == due.isoformat()
        later = f"{ctx.now() + timedelta(days=2):%Y-%m-%dT%H:%M}"
        said = command(app, ctx.folder, "health", "--json", now=later)
        assert "has not been written" in problems(json.loads(said.out))["due to us"]


NOW_ = datetime.fromisoformat(NOW).replace(tzinfo=UTC)


def _insert(table: str, **values: object) -> Any:
    from sqlalchemy import text

    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    return text(f"INSERT INTO {table} ({names}) VALUES ({marks})").bindparams(**values)


def test_sending_that_rests_and_a_clock_that_cannot_be_right(ctx: Context) -> None:
    with working(ctx):
        trouble = CourierTrouble("550 5.7.60 SendAsDenied", hint="let us send", about="account")
        pauses.begin_pause(ctx, pauses.SendingState(), trouble)
        with ctx.store.transaction("test") as tx:
            tx.facts.put("clock.trouble", "it is 120 days ahead of the audit log")
        code, told, _ = health(ctx.folder)
        assert code == 1
        found = problems(told)
        assert set(found) == {"sending", "clock"}
        assert "SendAsDenied" in found["sending"]
        assert "120 days" in found["clock"]
        assert told["sending"]["paused_until"] > ctx.now().isoformat()
        with ctx.store.transaction("test") as tx:
            pauses.end(ctx, tx, "kim")
            tx.facts.put("clock.trouble", "")
        assert health(ctx.folder)[0] == 0


def test_a_full_disk(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exchange.services.people.health.DISK_BYTES", 1 << 60)
    assert "MB free" in problems(health(ctx.folder)[1])["disk"]


# -- databases that do not answer


def test_no_database_a_cut_one_and_something_else(ctx: Context) -> None:
    ctx.store.dispose()
    path = ctx.folder / "exchange.db"
    content = path.read_bytes()
    for bytes_, said in (
        (None, "there is no database"),
        (content[: len(content) // 2], "is cut off"),
        (b"Dear diary " * 1000, "file is not a database"),
    ):
        path.unlink(missing_ok=True)
        if bytes_ is not None:
            path.write_bytes(bytes_)
        code, told, seconds = health(ctx.folder)
        assert code == 1
        assert said in problems(told)["database"]
        assert seconds < SOON
        assert path.exists() == (bytes_ is not None)


def test_a_database_of_another_schema(ctx: Context) -> None:
    ctx.store.dispose()
    with sqlite3.connect(ctx.folder / "exchange.db") as connection:
        connection.execute("DROP TABLE leg_rung")
        connection.execute("ALTER TABLE outbox RENAME COLUMN created_at TO made_at")
    _, told, _ = health(ctx.folder)
    assert "made_at" not in problems(told)["database"]
    assert "created_at" in problems(told)["database"]
    (advice,) = [one["advice"] for one in told["problems"] if one["what"] == "database"]
    assert "init --upgrade" in advice


def test_a_database_that_somebody_holds_for_himself(ctx: Context) -> None:
    ctx.store.dispose()
    with sqlite3.connect(ctx.folder / "exchange.db") as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        for suffix in ("-wal", "-shm"):
            (ctx.folder / f"exchange.db{suffix}").touch()
        code, told, seconds = health(ctx.folder)
    assert code == 1
    assert "locked" in problems(told)["database"]
    assert str(ctx.folder / "exchange.db") in problems(told)["database"]
    assert seconds < SOON


def test_a_writer_holds_nobody_up(ctx: Context) -> None:
    with working(ctx), ctx.store.transaction("test") as tx:
        tx.facts.put("x", "y")
        code, _, seconds = health(ctx.folder)
    assert code == 0
    assert seconds < SOON


@pytest.mark.parametrize("silent", [False, True])
def test_a_server_that_is_down_or_says_nothing(tmp_path: Path, silent: bool) -> None:
    folder = tmp_path / "ours"
    make_folder(folder, OwnParty("LOSE", "Lose", "codes@lose.example"))
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1] if silent else free_ports(1)[0]
        config = folder / "config" / "exchange.toml"
        url = f"postgresql+psycopg://exchange:hidden-word@127.0.0.1:{port}/mp121"
        config.write_text(
            config.read_text().replace('# url = "sqlite:///exchange.db"', f'url = "{url}" #')
        )
        code, told, seconds = health(folder)
    assert code == 1
    assert "database" in problems(told)
    assert "hidden-word" not in json.dumps(told)
    assert seconds < SOON


def test_a_configuration_that_does_not_load(ctx: Context) -> None:
    path = ctx.folder / "config" / "exchange.toml"
    path.write_text(path.read_text().replace("[sla]", "[sla]\ndays = 0"))
    code, told, _ = health(ctx.folder)
    assert code == 1
    assert "sla.days" in problems(told)["configuration"]


# -- on a PostgreSQL server


def test_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    ctx = make_context_on(tmp_path / "ours", postgres_url)
    with ctx.store.transaction("test") as tx:
        keep(tx, 1, ctx.now() - HOUR)
        number = keep(tx, 2, ctx.now() - timedelta(days=30))
        tx.mail.decide(number, ctx.now(), folder=REVIEW, kind="request")
        _letter(tx, ctx.now() - 3 * HOUR)
    code, told, _ = health(ctx.folder)
    assert told["daemon"]["alive"] is False
    assert told["daemon"]["holds_lock"] is False
    with working(ctx):
        code, told, _ = health(ctx.folder)
        assert code == 1
        assert told["daemon"]["holds_lock"] is True
        assert set(problems(told)) == {"mails undecided", "letters waiting", "due from us"}
    # In a process of its own, while another writes and holds what it wrote.
    with working(ctx), ctx.store.transaction("test") as tx:
        tx.facts.put("x", "y")
        done = subprocess.run(
            [sys.executable, "-m", "exchange", "health", "--folder", str(ctx.folder)],
            capture_output=True, text=True, check=False, timeout=60,
            env={**os.environ, "EXCHANGE_NOW": NOW},
        )  # fmt: skip
    assert done.returncode == 1
    assert "3 not well" in done.stdout
    assert done.stderr == ""
    ctx.store.dispose()


def make_context_on(folder: Path, url: str) -> Context:
    from exchange.bootstrap import SetClock, open_context
    from exchange.domain.time.sla import parse_instant

    make_folder(folder, OwnParty("LOSE", "Lose", "codes@lose.example", url))
    return open_context(folder, SetClock(parse_instant(NOW)))
