"""Check that a database is still the one that was opened, on SQLite and PostgreSQL.

SQLite continues with a file that was replaced or deleted meanwhile, and so does a lock: whatever is
committed then is in a file that nobody can find again, and a second daemon may start.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Final

from exchange.errors import StoreReplaced

_SQLITE_SUFFIXES: Final = ("-wal", "-shm")  # made by the first connection, removed with the last
_HINT: Final = (
    "stop everything that uses it; find the file with the latest records, put it in place with "
    "its -wal and -shm, run `exchange doctor`, then start again"
)

_Identity = tuple[int, int]  # device and inode


class SameFiles:
    """Device and inode of each file at the time it was opened."""

    def __init__(self, database: Path) -> None:
        self._lock = threading.Lock()
        self._database = database
        self._extra_files = [Path(f"{database}{ending}") for ending in _SQLITE_SUFFIXES]
        self._known: dict[Path, _Identity] = {}
        self._connections = 0

    def opened(self) -> None:
        """Note a new connection: its files are the known ones, else those that exist now."""
        with self._lock:
            self._connections += 1
            paths = [self._database, *self._extra_files]
            fresh = {path: found for path in paths if (found := _identity(path))}
            self._known = {**fresh, **self._known}
        self.check()

    def closed(self) -> None:
        """Note a closed connection; with the last one, -wal and -shm may be deleted."""
        with self._lock:
            self._connections -= 1
            if self._connections <= 0:
                for path in self._extra_files:
                    self._known.pop(path, None)

    def watch(self, path: Path, descriptor: int) -> None:
        """Check another open file as well, a lock file."""
        held = os.fstat(descriptor)
        with self._lock:
            self._known[path] = (held.st_dev, held.st_ino)

    def unwatch(self, path: Path) -> None:
        """Stop checking a file."""
        with self._lock:
            self._known.pop(path, None)

    def check(self) -> None:
        """Raise StoreReplaced if a file was replaced or deleted."""
        for path, known in list(self._known.items()):
            try:
                found = path.stat()
            except OSError:
                now: _Identity | None = None
            else:
                if (found.st_dev, found.st_ino) == known:
                    continue
                now = (found.st_dev, found.st_ino)
            # The last connection may have closed meanwhile and deleted its files.
            with self._lock:
                if self._known.get(path) == known:
                    raise _replaced(path, known, now)


class SameDatabase:
    """Checks by its number (OID) that each PostgreSQL session is in the same database.

    A restored or renamed database that takes the place of another has another number.
    """

    QUERY: Final = "SELECT oid::bigint, datname FROM pg_database WHERE datname = current_database()"

    def __init__(self) -> None:
        self._number: int | None = None

    def opened(self, number: int, name: str) -> None:
        """Note a new session; raises StoreReplaced if it is in another database."""
        known, self._number = self._number, self._number or number
        if known is not None and known != number:
            raise StoreReplaced(
                "the database was replaced while it was in use "
                f"(number {known} was opened, number {number} now has its name)",
                place=f"database {name}",
                hint="stop everything that uses it; find the database with the latest records, "
                "give it the name, run `exchange doctor`, then start again",
            )


def _identity(path: Path) -> _Identity | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _replaced(path: Path, known: _Identity, now: _Identity | None) -> StoreReplaced:
    kind = "lock file" if path.suffix == ".lock" else "database file"
    if now is None:
        what = f"the {kind} was deleted while it was in use (inode {known[1]}; none is there now)"
    else:
        device = "" if known[0] == now[0] else f", on device {now[0]} and no longer {known[0]}"
        what = (
            f"the {kind} was replaced while it was in use "
            f"(inode {known[1]} was opened, inode {now[1]} is there now{device})"
        )
    return StoreReplaced(what, place=str(path), hint=_HINT)
