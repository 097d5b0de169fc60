"""Check a SQLite file before it is opened, because opening it may already write to it."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path
from typing import Final

from exchange.errors import StoreError

# https://www.sqlite.org/fileformat.html, 1.3: the database header.
_HEADER_BYTES: Final = 100
_MAGIC: Final = b"SQLite format 3\x00"
_RESTORE: Final = "restore it from a backup; nothing was changed"


def check_file(path: Path) -> None:
    """Raise StoreError if the file at ``path`` is not a database of ours, or is cut off."""
    if _open_here(path):
        return
    header, size = b"", 0
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
            size = file.seek(0, 2)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise StoreError(
            f"the database cannot be read: {error.strerror}", place=str(path), hint=_RESTORE
        ) from None
    if not size:
        raise StoreError(
            "the database is missing or empty",
            place=str(path),
            hint="restore it from a backup, or run `exchange init` in the working folder",
        )
    if not header.startswith(_MAGIC[:size]) or size < _HEADER_BYTES:
        reason = "is cut off" if header.startswith(_MAGIC[:size]) else "file is not a database"
        raise StoreError(f"the database cannot be opened: {reason}", place=str(path), hint=_RESTORE)
    due = _page_size(header) * int.from_bytes(header[28:32], "big")
    # The missing part may still be in the write-ahead log, if a process was killed.
    if size < due and header[24:28] == header[92:96] and not _logged(path):
        raise StoreError(
            f"the database is cut off: {size:,} of its {due:,} bytes are there",
            place=str(path),
            hint=_RESTORE,
        )
    if header[18] == 1:  # not in WAL mode: not ours, unless it is a copy
        _check_tables(path)


def _open_here(path: Path) -> bool:
    """Return whether this process has the file open already, so that it was checked before.

    Closing another descriptor of the file would release SQLite's locks on it (POSIX), and another
    process that ends would delete the write-ahead log.
    """
    held = Path("/proc/self/fd")
    try:
        wanted = path.stat()
        for one in held.iterdir():
            with contextlib.suppress(OSError):
                if os.path.samestat(one.stat(), wanted):
                    return True
    except OSError:
        pass  # no such file, or a system without /proc
    return False


def _page_size(header: bytes) -> int:
    size = int.from_bytes(header[16:18], "big")
    return 65536 if size == 1 else size


def _logged(path: Path) -> bool:
    log = path.with_name(path.name + "-wal")
    return log.exists() and log.stat().st_size > 0


def _check_tables(path: Path) -> None:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        found = connection.execute(
            "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
        ).fetchone()
    except sqlite3.Error as error:
        raise StoreError(
            f"the database cannot be opened: {error}", place=str(path), hint=_RESTORE
        ) from None
    finally:
        connection.close()
    if found is None:
        raise StoreError(
            "this is the database of another program; it was not changed",
            place=str(path),
            hint="check database.url, or " + _RESTORE,
        )
