"""Locks for roles that only one process may have: the daemon of a database, and its sender.

On SQLite it is a lock on a file, on PostgreSQL an advisory lock in its own session.  Both end with
the process, however that ends.  Both can be lost while it runs (the file is deleted, the server
ends the session), so their holder checks them.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from exchange.errors import StoreError, StoreReplaced
from exchange.later import Log
from exchange.store.samefile import SameFiles

log = Log("exchange.store")

_CHECK_SECONDS: Final = 1.0


class LockName(NamedTuple):
    """A role that only one process at a time may have."""

    key: int  # of an advisory lock (PostgreSQL)
    suffix: str  # of a file next to the database (SQLite)
    description: str


DAEMON_LOCK: Final = LockName(0x4D503132, ".lock", "the lock of the one daemon")
SENDER: Final = LockName(0x4D503133, ".sending.lock", "the lock of the one sender")


class HeldLock(Protocol):
    """A lock that this process took."""

    def check(self) -> bool:
        """Return whether it is still held; raises StoreReplaced if its file was replaced."""

    def take_again(self) -> bool | None:
        """Take a lost lock again: True if taken, False if another has it, None if not known.

        Raises StoreReplaced if its database was replaced.
        """

    def release(self) -> None:
        """Release the lock; never raises."""


class FileLock:
    """A lock by flock, not by a PID in a file: the kernel releases it even after kill -9."""

    def __init__(self, path: Path, descriptor: int, files: SameFiles) -> None:
        self._path, self._descriptor, self._files = path, descriptor, files
        files.watch(path, descriptor)

    @classmethod
    def take(cls, database: Path, name: LockName, files: SameFiles) -> FileLock | None:
        """Take the lock; return None if another process has it."""
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

    def check(self) -> bool:
        """Return True, as the kernel keeps the lock; raises StoreReplaced if its file is gone."""
        self._files.check()
        return True

    def take_again(self) -> bool | None:
        """Return None: the lock is lost only with its file, and then the daemon ends."""
        return None

    def release(self) -> None:
        """Release the lock; its file stays."""
        self._files.unwatch(self._path)
        os.close(self._descriptor)


_TAKE = text(
    "SELECT pg_try_advisory_lock(:key), pg_backend_pid(), "
    "(SELECT backend_start::text FROM pg_stat_activity WHERE pid = pg_backend_pid())"
)
_CHECK = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted "
    "AND pid = pg_backend_pid() AND objid = :key "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
# End our earlier session if the server still has it: it would keep the lock from us.
_END_OURS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE pid = :pid AND backend_start::text = :began"
)


class SessionLock:
    """An advisory lock in its own PostgreSQL session."""

    def __init__(self, engine: Engine, name: LockName) -> None:
        self._engine, self._name = engine, name
        self._connection: Connection | None = None
        self._session: tuple[int, str] | None = None

    def take(self) -> bool:
        """Try to take the lock; return whether it is ours.  Database errors pass through."""
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

    def check(self) -> bool:
        """Return whether the server still counts the lock as ours."""
        connection = self._connection
        if connection is None:
            return False
        try:
            found = connection.scalar(_CHECK, {"key": self._name.key})
            connection.commit()
        except SQLAlchemyError:
            found = 0
        if not found:
            self._connection = None
            self._forget(connection)
        return bool(found)

    def take_again(self) -> bool | None:
        """Take the lock again, ending our former session if the server still has it.

        Returns True if taken, False if another has it, None if that is not known yet: the server
        cannot be asked, or our session is still being ended.
        """
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
        """Release the lock and end its session, so that nobody gets the lock from the pool."""
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


class LockGuard:
    """Checks a held lock each second and on request.

    When it is lost, sets ``lost`` and calls ``on_loss`` at once; with ``again`` it tries to take
    the lock again.  ``taken`` is set if another process has it by then; ``fault`` is the error that
    makes it impossible to continue.
    """

    def __init__(
        self, held: HeldLock, name: LockName, on_loss: Callable[[], None], *, again: bool
    ) -> None:
        self._held, self._name, self._on_loss, self._again = held, name, on_loss, again
        self._turn = threading.Lock()
        self._over = threading.Event()
        self.lost = threading.Event()
        self.taken = False
        self.fault: StoreReplaced | None = None
        self._thread = threading.Thread(target=self._run, name="lock-guard", daemon=True)
        self._thread.start()

    def check(self) -> bool:
        """Check whether the lock is held; take a lost one again if possible."""
        with self._turn:
            if self._over.is_set():
                return False
            if self.lost.is_set():
                return self._retake()
            try:
                if self._held.check():
                    return True
            except StoreReplaced as error:
                self.fault = error
            self.lost.set()
        self._on_loss()
        if self.fault is None:
            log.error(
                f"{self._name.description} was lost: the database ended its session;"
                " nothing is sent",
                what="tried again each second" if self._again else "sending stops",
            )
        return False

    def close(self) -> None:
        """Release the lock."""
        self._over.set()
        with self._turn:
            self._held.release()

    def _retake(self) -> bool:
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
            log.info(f"{self._name.description} is held again")
            self.lost.clear()
        return bool(took)

    def _run(self) -> None:
        while not self._over.wait(_CHECK_SECONDS):
            try:
                self.check()
            except Exception as error:  # must not end the thread; the next check may succeed
                log.error("a lock could not be checked", fault=type(error).__name__)
