"""Whether a database is still the one that was opened: the files of SQLite, one of PostgreSQL.

SQLite goes on with a file that was replaced or deleted meanwhile, and so does a lock: what is
committed then is in no file that anybody can find again, and another daemon may start beside.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Final

from exchange.errors import StoreReplaced

_BESIDE: Final = ("-wal", "-shm")  # made by the first connection, removed with the last
_HINT: Final = (
    "everything that uses it has to stop; see which file holds what was recorded last, put that "
    "one in its place with its -wal and -shm, run `exchange doctor`, then start again"
)

_Identity = tuple[int, int]  # device and inode


class SameFiles:
    """Device and inode of each file, as they were when it was opened."""

    def __init__(self, database: Path) -> None:
        self._lock = threading.Lock()
        self._database = database
        self._beside = [Path(f"{database}{ending}") for ending in _BESIDE]
        self._known: dict[Path, _Identity] = {}
        self._connections = 0

    def opened(self) -> None:
        """A connection was made: its files are those that are there now, or were before."""
        with self._lock:
            self._connections += 1
            paths = [self._database, *self._beside]
            fresh = {path: found for path in paths if (found := _identity(path))}
            self._known = {**fresh, **self._known}
        self.check()

    def closed(self) -> None:
        """A connection was given up; with the last one the files beside the database may go."""
        with self._lock:
            self._connections -= 1
            if self._connections <= 0:
                for path in self._beside:
                    self._known.pop(path, None)

    def watch(self, path: Path, descriptor: int) -> None:
        """Look after another file that is open, a lock."""
        held = os.fstat(descriptor)
        with self._lock:
            self._known[path] = (held.st_dev, held.st_ino)

    def unwatch(self, path: Path) -> None:
        """No longer look after it."""
        with self._lock:
            self._known.pop(path, None)

    def check(self) -> None:
        """Raise StoreReplaced where a file is another one, or none."""
        for path, known in list(self._known.items()):
            try:
                found = path.stat()
            except OSError:
                now: _Identity | None = None
            else:
                if (found.st_dev, found.st_ino) == known:
                    continue
                now = (found.st_dev, found.st_ino)
            # A last connection that closes meanwhile takes its files with it.
            with self._lock:
                if self._known.get(path) == known:
                    raise _replaced(path, known, now)


class SameDatabase:
    """Whether a new session on PostgreSQL is in the database of those before: its number says so.

    One that was put back from a backup, or renamed, and takes the place of another has its own.
    """

    QUERY: Final = "SELECT oid::bigint, datname FROM pg_database WHERE datname = current_database()"

    def __init__(self) -> None:
        self._number: int | None = None

    def opened(self, number: int, name: str) -> None:
        """A session began; raises StoreReplaced where it is in another database."""
        known, self._number = self._number, self._number or number
        if known is not None and known != number:
            raise StoreReplaced(
                "the database was replaced while it was in use "
                f"(number {known} was opened, number {number} has its name now)",
                place=f"database {name}",
                hint="everything that uses it has to stop; see which one holds what was recorded "
                "last, give that one the name, run `exchange doctor`, then start again",
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
