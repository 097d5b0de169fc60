"""Back up the database before its schema changes: complete, checked, and private to its owner.

SQLite makes the copy itself; a PostgreSQL database is copied by ``pg_dump``, if it is installed.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Connection, inspect, make_url

from exchange.errors import StoreError
from exchange.store.upkeep.schema import VERSION_TABLE

_MAX_PER_SECOND: Final = 999  # backups of one second
_ELSEWHERE: Final = "or make a backup elsewhere (docs/operations.md) and use --no-backup"


def back_up(connection: Connection, url: str, folder: Path, revision: str, at: datetime) -> Path:
    """Copy the database to a new file of mode 0600; return its path.

    ``connection`` blocks writers meanwhile.  The file is made next to the SQLite file, else in
    ``folder``.  Raises StoreError if the copy cannot be made or differs from the database; then no
    file is left.
    """
    database = Path(make_url(url).database or "database")
    sqlite = connection.dialect.name == "sqlite"
    stem = database if sqlite else folder / database.name
    part = stem.with_name(f"{stem.name}.backup.part")
    rows = _counts(connection)
    try:
        part.unlink(missing_ok=True)  # of an interrupted upgrade
        # Made first, so that nobody else can ever open it; both programs accept an empty file.
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        if sqlite:
            _copy(database, part)
            _check_copy(part, revision, rows)
        else:
            _dump(url, part)
            _check_dump(part, list(rows))
        _sync(part)
        name = f"{stem.name}.schema-{revision}.{at:%Y-%m-%d-%H%M%S}"
        return _finish(part, stem.with_name(name), "backup" if sqlite else "dump")
    except OSError as error:
        raise _impossible(error.strerror or str(error), part) from None
    except sqlite3.Error as error:
        raise _impossible(str(error), part) from None
    finally:
        part.unlink(missing_ok=True)


def _impossible(why: str, part: Path) -> StoreError:
    return StoreError(
        f"the backup cannot be made: {why}; the database was not changed",
        place=str(part.parent),
        hint=f"check the folder's space and permissions, {_ELSEWHERE}",
    )


def _counts(connection: Connection) -> Mapping[str, int]:
    quote = connection.dialect.identifier_preparer.quote
    return {
        table: int(
            connection.exec_driver_sql(f"SELECT count(*) FROM {quote(table)}").scalar_one()  # noqa: S608
        )
        for table in sorted(inspect(connection).get_table_names())
    }


def _copy(database: Path, part: Path) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("VACUUM INTO ?", (str(part),))


def _check_copy(part: Path, revision: str, rows: Mapping[str, int]) -> None:
    with closing(sqlite3.connect(f"{part.absolute().as_uri()}?mode=ro", uri=True)) as copy:
        found = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok":
            raise _impossible(f"the copy is damaged ({found}), as the database may be", part)
        (made_of,) = copy.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()  # noqa: S608
        counted = {
            table: copy.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608
            for table in rows
        }
    if made_of != revision or counted != rows:
        raise _impossible("the copy differs from the database", part)


def _dump(url: str, part: Path) -> None:
    program = _program("pg_dump", part)
    parsed = make_url(url)
    # The password goes through the environment: everybody can read a command line.
    address = URL.create(
        "postgresql",
        parsed.username,
        host=parsed.host,
        port=parsed.port,
        database=parsed.database,
        query={name: value for name, value in parsed.query.items() if name != "password"},
    )
    environment = dict(os.environ)
    password = parsed.password or parsed.query.get("password")
    if password:
        environment["PGPASSWORD"] = str(password)
    target = f"--dbname={address.render_as_string()}"
    words = [program, "--format=custom", "--no-password", f"--file={part.absolute()}", target]
    _run(words, part, environment)


def _check_dump(part: Path, tables: Sequence[str]) -> None:
    listed = _run(
        [_program("pg_restore", part), "--list", str(part.absolute())], part, dict(os.environ)
    )
    held = {
        line.split("TABLE DATA", 1)[1].split()[1]
        for line in listed.splitlines()
        if "TABLE DATA" in line
    }
    missing = [table for table in tables if table not in held]
    if missing:
        raise _impossible(f"the dump lacks {', '.join(missing)}", part)


def _program(name: str, part: Path) -> str:
    found = shutil.which(name)
    if found is None:
        raise StoreError(
            f"no backup can be made: {name} is not installed; the database was not changed",
            place=str(part.parent),
            hint=f"install the PostgreSQL client of the server's version, {_ELSEWHERE}",
        )
    return found


def _run(words: list[str], part: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(  # noqa: S603 - a program of PostgreSQL, no shell
        words, capture_output=True, env=environment, stdin=subprocess.DEVNULL, cwd="/", check=False
    )
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise _impossible(reason or f"{Path(words[0]).name} failed", part)
    return done.stdout.decode(errors="replace")


def _finish(part: Path, name: Path, ending: str) -> Path:
    """Give the finished file its final name, one that is free."""
    for number in range(1, _MAX_PER_SECOND):
        final = name.with_name(f"{name.name}{f'-{number}' if number > 1 else ''}.{ending}")
        try:
            os.link(part, final)
        except FileExistsError:
            continue
        except OSError:  # a file system without links; no race, because we hold the lock
            if final.exists():
                continue
            part.rename(final)
        _sync(final.parent)
        return final
    raise _impossible("all names for it are taken", part)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
