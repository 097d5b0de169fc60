"""Several processes at one database: who writes, who sends, who waits."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange.errors import StoreError
from exchange.services.context import Context
from exchange.store import db
from exchange.store.db import Store
from tests.servers import want
from tests.servers.postgres import missing, postgres
from tests.services.contexts import make_context
from tests.waiting import PATIENCE


@pytest.fixture
def ctx(tmp_path: Path) -> Iterator[Context]:
    ctx = make_context(tmp_path / "lose")
    yield ctx
    ctx.store.dispose()


@pytest.fixture
def other(ctx: Context) -> Iterator[sqlite3.Connection]:
    """What another process has: a connection of its own."""
    path = ctx.folder / "exchange.db"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    yield other
    other.close()


def test_who_writes_waits_until_another_process_is_done(
    ctx: Context, other: sqlite3.Connection
) -> None:
    other.execute("BEGIN IMMEDIATE")
    other.execute("INSERT INTO fact (name, value) VALUES ('theirs', '1')")
    written = threading.Event()

    def write() -> None:
        with ctx.store.transaction("test") as tx:
            tx.facts.put("ours", tx.facts.get("theirs") + "2")
        written.set()

    thread = threading.Thread(target=write)
    thread.start()
    assert not written.wait(0.1)
    other.execute("COMMIT")
    thread.join(PATIENCE)
    with ctx.store.reading() as tx:
        assert tx.facts.get("ours") == "12"  # it began after the other had ended


def test_a_writer_that_does_not_end_is_told_and_nothing_is_changed(
    ctx: Context, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "_BUSY_SECONDS", 0.05)
    other.execute("BEGIN IMMEDIATE")
    with (
        pytest.raises(StoreError, match="database is locked"),
        ctx.store.transaction("test") as tx,
    ):
        tx.facts.put("ours", "1")
    other.execute("ROLLBACK")
    with ctx.store.reading() as tx:
        assert tx.facts.get("ours") == ""
    with ctx.store.transaction("test") as tx:  # the connection is as good as before
        tx.facts.put("ours", "2")


def _one_sends_at_a_time(url: str) -> None:
    one, two = Store(url), Store(url)
    with one.sole_sender() as first:
        assert first
        for _ in range(2):
            with two.sole_sender() as second:
                assert not second
    with two.sole_sender() as second:
        assert second
        with one.sole_sender() as first, one.sole_daemon():
            assert not first
    for store in (one, two):
        store.dispose()


def test_one_process_sends_at_a_time(ctx: Context) -> None:
    _one_sends_at_a_time(ctx.store.url)


def test_one_process_sends_at_a_time_on_postgresql() -> None:
    want(missing())
    with postgres() as url:
        _one_sends_at_a_time(url)


def test_the_turn_to_send_goes_with_an_error(ctx: Context) -> None:
    with pytest.raises(RuntimeError), ctx.store.sole_sender():
        raise RuntimeError
    with ctx.store.sole_sender() as ours:
        assert ours
