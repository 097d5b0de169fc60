"""What one process at a time may be: this database's daemon, and whoever sends its letters.

On SQLite a lock on a file, on PostgreSQL an advisory lock of a session of its own.  Both go with
the process, however it ends; both can be lost while it lives (the file deleted, the session ended
by the server), so whoever holds one looks after it.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple, Protocol

import structlog
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from exchange.errors import StoreError, StoreReplaced
from exchange.store.samefile import SameFiles

log = structlog.get_logger("exchange.store")

_LOOK_SECONDS: Final = 1.0


class LockName(NamedTuple):
    """What one process at a time may be."""

    key: int  # of an advisory lock (PostgreSQL)
    suffix: str  # of a file beside the database (SQLite)
    words: str


DAEMON: Final = LockName(0x4D503132, ".lock", "the lock of the one daemon")
SENDER: Final = LockName(0x4D503133, ".sending.lock", "the lock of the one sender")


class Held(Protocol):
    """A lock while somebody has it."""

    def look(self) -> bool:
        """Whether it is held still, seen now; raises StoreReplaced where its file is another."""

    def take_again(self) -> bool | None:
        """Take a lost lock once more: True taken, False another has it, None not to be told now.

        Raises StoreReplaced where its database is another one now.
        """

    def release(self) -> None:
        """Give it up; never raises."""


class FileLock:
    """flock, not a file with a process number in it: the kernel gives it back after kill -9."""

    def __init__(self, path: Path, descriptor: int, files: SameFiles) -> None:
        self._path, self._descriptor, self._files = path, descriptor, files
        files.watch(path, descriptor)

    @classmethod
    def take(cls, database: Path, name: LockName, files: SameFiles) -> FileLock | None:
        """The lock, or None where another has it."""
        path = database.with_name(database.name + name.suffix)
        try:
            descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise StoreError(
                f"the lock file cannot be made: {error.strerror}", place=str(path)
            ) from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            return None
        return cls(path, descriptor, files)

    def look(self) -> bool:
        """As ``Held``: the kernel keeps it, but perhaps of a file that is gone."""
        self._files.check()
        return True

    def take_again(self) -> bool | None:
        """As ``Held``: it is never lost but with its file, which ends everything."""
        return None

    def release(self) -> None:
        """As ``Held``."""
        self._files.unwatch(self._path)
        os.close(self._descriptor)


_TAKE = text(
    "SELECT pg_try_advisory_lock(:key), pg_backend_pid(), "
    "(SELECT backend_start::text FROM pg_stat_activity WHERE pid = pg_backend_pid())"
)
_LOOK = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted "
    "AND pid = pg_backend_pid() AND objid = :key "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
# A session that we lost sight of and the server did not: it would hold the lock against us.
_END_OURS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE pid = :pid AND backend_start::text = :began"
)


class SessionLock:
    """An advisory lock of a PostgreSQL session of its own."""

    def __init__(self, engine: Engine, name: LockName) -> None:
        self._engine, self._name = engine, name
        self._connection: Connection | None = None
        self._session: tuple[int, str] | None = None

    def take(self) -> bool:
        """Whether it is ours now; database errors pass through."""
        connection = self._engine.connect()
        try:
            ours, pid, began = connection.execute(_TAKE, {"key": self._name.key}).one()
            connection.commit()
        except BaseException:
            self._forget(connection)
            raise
        if not ours:
            connection.close()
            return False
        self._connection, self._session = connection, (int(pid), str(began))
        return True

    def look(self) -> bool:
        """As ``Held``."""
        connection = self._connection
        if connection is None:
            return False
        try:
            found = connection.scalar(_LOOK, {"key": self._name.key})
            connection.commit()
        except SQLAlchemyError:
            found = 0
        if not found:
            self._connection = None
            self._forget(connection)
        return bool(found)

    def take_again(self) -> bool | None:
        """As ``Held``."""
        try:
            if self.take():
                return True
            if self._session is not None:
                pid, began = self._session
                with self._engine.connect() as connection:
                    ended = connection.execute(_END_OURS, {"pid": pid, "began": began}).all()
                    connection.commit()
                if ended:
                    self._session = None
                    return None
        except SQLAlchemyError:
            return None
        return False

    def release(self) -> None:
        """As ``Held``: the session goes with it, so nobody inherits the lock from the pool."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        with suppress(SQLAlchemyError):
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": self._name.key})
            connection.commit()
            connection.close()
            return
        self._forget(connection)

    @staticmethod
    def _forget(connection: Connection) -> None:
        with suppress(SQLAlchemyError):
            connection.invalidate()
        with suppress(SQLAlchemyError):
            connection.close()


class Guard:
    """Looks after a lock that is held, each second and whenever it is asked.

    When it is lost, ``lost`` is set and ``on_loss`` called at once; ``again`` says whether to try
    to take it once more.  ``taken`` is set when another process has it by then, and ``fault``
    holds what makes going on impossible.
    """

    def __init__(
        self, held: Held, name: LockName, on_loss: Callable[[], None], *, again: bool
    ) -> None:
        self._held, self._name, self._on_loss, self._again = held, name, on_loss, again
        self._turn = threading.Lock()
        self._over = threading.Event()
        self.lost = threading.Event()
        self.taken = False
        self.fault: StoreReplaced | None = None
        self._thread = threading.Thread(target=self._run, name="lock-guard", daemon=True)
        self._thread.start()

    def look(self) -> bool:
        """Whether the lock is held, seen now; takes a lost one again where that can be."""
        with self._turn:
            if self._over.is_set():
                return False
            if self.lost.is_set():
                return self._once_more()
            try:
                if self._held.look():
                    return True
            except StoreReplaced as error:
                self.fault = error
            self.lost.set()
        self._on_loss()
        if self.fault is None:
            log.error(
                f"{self._name.words} was lost: the database ended its session; nothing is sent",
                what="tried again each second" if self._again else "the sending ends",
            )
        return False

    def close(self) -> None:
        """Give the lock up."""
        self._over.set()
        with self._turn:
            self._held.release()

    def _once_more(self) -> bool:
        if not self._again or self.taken or self.fault is not None:
            return False
        try:
            took = self._held.take_again()
        except StoreReplaced as error:
            self.fault = error
            return False
        if took is False:
            self.taken = True
            self._over.set()
            return False
        if took:
            log.info(f"{self._name.words} is held again")
            self.lost.clear()
        return bool(took)

    def _run(self) -> None:
        while not self._over.wait(_LOOK_SECONDS):
            try:
                self.look()
            except Exception as error:  # a thread's border; the next look may see more
                log.error("a lock could not be looked at", fault=type(error).__name__)
