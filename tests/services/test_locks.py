"""One daemon and one sender, also where the database server or a file goes away under them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from exchange.bootstrap import open_context, the_clock
from exchange.errors import AlreadyRunning, StoreReplaced
from exchange.provision import OwnParty, make_folder
from exchange.services.context import Context
from exchange.store.db import Store
from tests.servers import want
from tests.servers.postgres import missing, postgres
from tests.waiting import PATIENCE, until


@pytest.fixture
def ctx(tmp_path: Path) -> Iterator[Context]:
    folder = tmp_path / "lose"
    make_folder(folder, OwnParty("LOSE", "Lose Power", "codes@lose.example"))
    ctx = open_context(folder, the_clock())
    yield ctx
    ctx.store.dispose()


def _write(store: Store, number: int) -> None:
    with store.transaction("note") as tx:
        tx.counters.next(f"X{number}")


def _read(store: Store) -> None:
    with store.reading() as tx:
        tx.outbox.counts()


@pytest.mark.parametrize("ending", ["", "-wal", "-shm", ".lock"])
@pytest.mark.parametrize("how", ["deleted", "replaced", "moved away"])
def test_the_next_transaction_finds_a_file_that_is_another_one(
    ctx: Context, ending: str, how: str
) -> None:
    path = ctx.folder / f"exchange.db{ending}"
    with ctx.store.sole_daemon() as guard:
        _write(ctx.store, 1)
        if how == "moved away":
            path.rename(path.with_name("aside"))
        else:
            content = path.read_bytes()
            path.rename(path.with_name("aside"))  # its inode is not given to the next
            if how == "replaced":
                path.write_bytes(content)
            path.with_name("aside").unlink()
        said = "replaced" if how == "replaced" else "deleted"
        for work in (
            lambda: _write(ctx.store, 2),
            lambda: _read(ctx.store),
            lambda: ctx.vault.put_many([]),
            lambda: ctx.vault.verify(),
        ):
            with pytest.raises(StoreReplaced, match=f"{said} while it was in use .inode") as fault:
                work()
            assert fault.value.place == str(path)
            assert "exchange doctor" in fault.value.hint
        assert not guard.check()
        assert isinstance(guard.fault, StoreReplaced)


def test_whoever_sends_hears_of_it_without_a_transaction(ctx: Context) -> None:
    lost = threading.Event()
    ctx.store.when_lost(lost.set)
    with ctx.store.sole_sender() as ours:
        assert ours
        (ctx.folder / "exchange.db.sending.lock").unlink()
        assert lost.wait(PATIENCE)


def test_files_beside_it_that_go_with_the_last_connection_are_no_fault(ctx: Context) -> None:
    for number in range(3):
        _write(ctx.store, number)
        ctx.store.dispose()
        assert not (ctx.folder / "exchange.db-wal").exists()


# -- PostgreSQL


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    want(missing())
    with postgres(alone=True) as url:
        yield url


def _end_sessions(url: str, *, of_locks: bool) -> None:
    """As a restart of the server does: it ends every session, or only those that hold a lock."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    which = "pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory')" if of_locks else "true"
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE pid <> pg_backend_pid() AND backend_type = 'client backend' AND {which}"
        )


@pytest.mark.servers
@pytest.mark.parametrize("of_locks", [True, False])
def test_a_lost_session_is_noticed_and_the_lock_taken_again(server: str, of_locks: bool) -> None:
    store = Store(server)
    lost: list[float] = []
    store.when_lost(lambda: lost.append(time.monotonic()))
    with store.sole_daemon() as guard:
        assert guard.check()
        _end_sessions(server, of_locks=of_locks)
        until(lambda: bool(lost))
        until(lambda: not guard.lost.is_set())
        assert guard.check()
        assert not guard.taken
        other = Store(server)
        with pytest.raises(AlreadyRunning), other.sole_daemon():
            pass
        other.dispose()
    with Store(server).sole_daemon():  # given up again
        pass
    store.dispose()


@pytest.mark.servers
def test_where_another_has_it_by_then_the_first_one_knows(server: str) -> None:
    first, second = Store(server), Store(server)
    with first.sole_daemon() as ours, first.sole_sender() as sending:
        assert sending
        halted = threading.Event()
        first.when_lost(halted.set)
        # The second gets in between: the first one's look is made to wait.
        with ours._turn, sending._turn:
            _end_sessions(server, of_locks=True)
            theirs = second.sole_daemon()
            until(lambda: _entered(theirs))
        until(lambda: ours.taken)
        assert halted.is_set()
        assert not ours.check()
        assert not sending.check()  # a sender does not take it again: it begins anew
        assert sending.lost.is_set()
        theirs.__exit__(None, None, None)
    for store in (first, second):
        store.dispose()


def _entered(block: object) -> bool:
    try:
        block.__enter__()  # type: ignore[attr-defined]
    except AlreadyRunning:
        return False
    return True


@pytest.mark.servers
def test_a_database_that_another_one_took_the_place_of_ends_everything(server: str) -> None:
    """Put back from a backup under the same name, while the daemon is connected."""

    def run(*statements: str) -> None:
        plain = make_url(server).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            for one in statements:
                connection.execute(one)

    run("CREATE DATABASE live")
    store = Store(make_url(server).set(database="live").render_as_string(hide_password=False))
    with store.sole_daemon() as guard:
        assert guard.check()
        run(
            "ALTER DATABASE live ALLOW_CONNECTIONS false",
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'live'",
            "ALTER DATABASE live RENAME TO before",
            "CREATE DATABASE live",
        )
        until(lambda: guard.fault is not None)
        assert "database live: the database was replaced while it was in use" in str(guard.fault)
        with pytest.raises(StoreReplaced), store.reading() as tx:
            tx.facts.get("anything")
    store.dispose()
