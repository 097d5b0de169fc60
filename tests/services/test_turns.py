"""Several processes at one database: who writes, who sends, who waits."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange.errors import StoreError
from exchange.services.context import Desk
from exchange.store import db
from exchange.store.db import Store
from tests.servers import want
from tests.servers.postgres import missing, postgres
from tests.services.desks import make_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = make_desk(tmp_path / "lose")
    yield desk
    desk.store.dispose()


@pytest.fixture
def other(desk: Desk) -> Iterator[sqlite3.Connection]:
    """What another process has: a connection of its own."""
    path = desk.folder / "exchange.db"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    yield other
    other.close()


def test_who_writes_waits_until_another_process_is_done(
    desk: Desk, other: sqlite3.Connection
) -> None:
    other.execute("BEGIN IMMEDIATE")
    other.execute("INSERT INTO fact (name, value) VALUES ('theirs', '1')")
    written = threading.Event()

    def write() -> None:
        with desk.store.transaction("test") as tx:
            tx.facts.put("ours", tx.facts.get("theirs") + "2")
        written.set()

    thread = threading.Thread(target=write)
    thread.start()
    assert not written.wait(0.1)
    other.execute("COMMIT")
    thread.join(20)
    with desk.store.reading() as tx:
        assert tx.facts.get("ours") == "12"  # it began after the other had ended


def test_a_writer_that_does_not_end_is_told_and_nothing_is_changed(
    desk: Desk, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "_BUSY_SECONDS", 0.05)
    other.execute("BEGIN IMMEDIATE")
    with (
        pytest.raises(StoreError, match="database is locked"),
        desk.store.transaction("test") as tx,
    ):
        tx.facts.put("ours", "1")
    other.execute("ROLLBACK")
    with desk.store.reading() as tx:
        assert tx.facts.get("ours") == ""
    with desk.store.transaction("test") as tx:  # the connection is as good as before
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


def test_one_process_sends_at_a_time(desk: Desk) -> None:
    _one_sends_at_a_time(desk.store.url)


def test_one_process_sends_at_a_time_on_postgresql() -> None:
    want(missing())
    with postgres() as url:
        _one_sends_at_a_time(url)


def test_the_turn_to_send_goes_with_an_error(desk: Desk) -> None:
    with pytest.raises(RuntimeError), desk.store.sole_sender():
        raise RuntimeError
    with desk.store.sole_sender() as ours:
        assert ours
