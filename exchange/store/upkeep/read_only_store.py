"""A read-only view of the database that disturbs nobody and leaves no trace.

For ``exchange health``, which runs every minute, as any user, in any state of the machine.  It
writes nothing, makes no file (SQLite makes two next to a database that it opens), takes no lock
that blocks others, and reports within seconds whatever is locked, missing or silent.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.pool import NullPool
from sqlmodel import Session

from exchange.errors import StoreError
from exchange.store.db import Store, Transaction, address_faults, sqlite_path, translate_errors
from exchange.store.file import check_file
from exchange.store.locks import DAEMON_LOCK

_LOCKS: Final = Path("/proc/locks")
_OF_ANOTHER_SCHEMA: Final = ("no such table", "no such column", "does not exist")
_HOLDERS: Final = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted "
    "AND classid = 0 AND objid = :key AND objsubid = 1 AND database = "
    "(SELECT oid FROM pg_database WHERE datname = current_database())"
)


@dataclass(frozen=True, slots=True)
class DaemonLock:
    """Whether a daemon holds the database; ``held`` is None if that cannot be found out."""

    held: bool | None
    pid: int = 0  # of the process on this machine; 0: unknown


class ReadOnlyStore(Store):
    """A store that only reads; every call gives up after ``seconds``."""

    def __init__(self, url: str, seconds: float) -> None:
        self.url = url
        self._sqlite = make_url(url).get_backend_name() == "sqlite"
        with address_faults():
            self.engine = self._sqlite_engine(seconds) if self._sqlite else _server(url, seconds)

    def _sqlite_engine(self, seconds: float) -> Engine:
        path = sqlite_path(self.url)
        check_file(path)
        # A stopped daemon leaves only the one file, which is read as it is; otherwise the two other
        # files exist already and are needed for reading.
        shared = all(path.with_name(path.name + end).exists() for end in ("-wal", "-shm"))
        alone = "" if shared else "&immutable=1"
        address = f"file:{quote(str(path.absolute()))}?mode=ro{alone}"

        def opened() -> sqlite3.Connection:
            return sqlite3.connect(address, uri=True, timeout=seconds, check_same_thread=False)

        return create_engine("sqlite://", creator=opened, hide_parameters=True, poolclass=NullPool)

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Open a read transaction, as ``Store.reading``; errors name the database."""
        try:
            with translate_errors(self.engine), Session(self.engine) as session:
                yield Transaction(session)
                session.rollback()
        except StoreError as error:
            other = any(sign in error.message for sign in _OF_ANOTHER_SCHEMA)
            hint = "`exchange init --upgrade`, or `exchange doctor`" if other else error.hint
            place = str(sqlite_path(self.url)) if self._sqlite else error.place
            raise StoreError(error.message, place=place, hint=hint) from None

    def holder(self) -> DaemonLock:
        """Return whether, and by which process, the daemon lock is held."""
        if self._sqlite:
            path = sqlite_path(self.url)
            return _holder_of(path.with_name(path.name + DAEMON_LOCK.suffix))
        with translate_errors(self.engine), self.engine.connect() as connection:
            return DaemonLock(bool(connection.scalar(_HOLDERS, {"key": DAEMON_LOCK.key})))


def _holder_of(path: Path) -> DaemonLock:
    """Find who has the lock file, in the kernel's list of locks.

    Trying the lock would take it for a moment, and a daemon that starts then would be refused.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        return DaemonLock(held=False)
    except OSError:
        return DaemonLock(held=None)
    try:
        listed = _LOCKS.read_text("ascii", "replace").splitlines()
    except OSError:
        return DaemonLock(held=None)
    for line in listed:
        words = line.split()
        if len(words) < 6 or words[1] == "->" or words[1] != "FLOCK":
            continue
        device, _, inode = words[5].rpartition(":")
        if inode == str(found.st_ino) and _same_device(device, found.st_dev, words[4], path):
            pid = int(words[4]) if words[4].isdigit() else 0
            return DaemonLock(held=True, pid=pid)
    return DaemonLock(held=False)


def _same_device(written: str, device: int, pid: str, path: Path) -> bool:
    """Return whether the kernel's ``major:minor`` is the file's device.

    Layered file systems have two numbers: then look at the files that the process has open.
    """
    with suppress(ValueError):
        major, minor = (int(part, 16) for part in written.split(":"))
        if os.makedev(major, minor) == device:
            return True
    with suppress(OSError):
        return any(
            os.path.realpath(path) == str(one.readlink())
            for one in Path(f"/proc/{pid}/fd").iterdir()
        )
    return False


def _server(url: str, seconds: float) -> Engine:
    whole = max(1, round(seconds))
    given = {
        "connect_timeout": max(2, whole),  # libpq takes less as no limit at all
        "options": f"-c statement_timeout={whole * 1000} -c default_transaction_read_only=on",
    }
    address = make_url(url)
    return create_engine(address, hide_parameters=True, poolclass=NullPool, connect_args=given)
