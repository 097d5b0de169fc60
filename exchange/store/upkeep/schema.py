"""Upgrade a database to the schema of this version, and check which schema it has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from exchange.errors import StoreError
from exchange.store.file import check_file
from exchange.store.tables import MailRow

if TYPE_CHECKING:
    from alembic.config import Config

VERSION_TABLE: Final = "alembic_version"
MIGRATIONS: list[Path] = [Path(__file__).parents[1] / "migrations" / "versions"]
"""The folders of the revisions."""

_REVISION: Final = re.compile(r"v([0-9]+)_\w+\.py", re.ASCII)
_DAMAGED: Final = "malformed"  # SQLite's word
_UNOPENED: Final = "unable to open database file"
_RESTORE: Final = "check database.url, or restore the database from a backup"


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[1] / "migrations"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(map(str, MIGRATIONS)))
    return config


def revisions() -> list[str]:
    """Return every schema there ever was, the oldest first.

    Read from the names of the files, because every command asks and Alembic is slow to load.
    """
    names = (path.name for folder in MIGRATIONS for path in folder.iterdir())
    return sorted(found[1] for name in names if (found := _REVISION.fullmatch(name)))


def upgrade(connection: Connection, to: str = "head") -> None:
    """Run every migration the database has not had, inside the caller's transaction."""
    from alembic import command
    from alembic.util import CommandError

    config = _config()
    config.attributes["connection"] = connection
    with catalogue(connection):
        try:
            command.upgrade(config, to)
        except CommandError as error:
            said = str(error).partition("\n")[0]
            raise StoreError(f"the database cannot be used: {said}") from None


@contextmanager
def catalogue(connection: Connection) -> Iterator[None]:
    """Let PostgreSQL answer in text format, without which SQLAlchemy cannot read its catalogue."""
    if connection.dialect.name != "postgresql":
        yield
        return
    from psycopg import Cursor

    driver: Any = connection.connection.driver_connection
    usual, driver.cursor_factory = driver.cursor_factory, Cursor
    try:
        yield
    finally:
        driver.cursor_factory = usual


def found_in(connection: Connection) -> str:
    """Return the schema of a database of ours, of this version or an older one.

    Raises StoreError if the database is not ours, is of a newer version, or names no schema.
    """
    there = inspect(connection).get_table_names()
    if not there:
        raise StoreError(
            "the database is missing or empty", hint="run `exchange init` in the working folder"
        )
    if VERSION_TABLE not in there:
        if MailRow.__tablename__ not in there:
            raise StoreError(
                "this is the database of another program, so it was not changed", hint=_RESTORE
            )
        raise StoreError(
            f"its table {VERSION_TABLE} is missing: its schema is unknown, so it was not changed",
            hint=_RESTORE,
        )
    rows = connection.exec_driver_sql(f"SELECT * FROM {VERSION_TABLE}")  # noqa: S608
    if "version_num" not in rows.keys():  # noqa: SIM118 - of a result, not of a mapping
        raise StoreError(
            f"its table {VERSION_TABLE} is not ours: its schema is unknown, so it was not changed",
            hint=_RESTORE,
        )
    found = sorted(str(row.version_num) for row in rows)
    if len(found) != 1:
        reason = f"names {len(found)} schemas ({', '.join(found)})" if found else "is empty"
        raise StoreError(
            f"its table {VERSION_TABLE} {reason}: its schema is unknown", hint=_RESTORE
        )
    known = revisions()
    if found[0] in known:
        return found[0]
    if found[0].isascii() and found[0].isdigit() and int(found[0]) > int(known[-1]):
        raise StoreError(
            f"the database has schema {found[0]} of a newer version of exchange; this version "
            f"knows {known[-1]} and older ones",
            hint="install the newer version again, or restore the backup from before its upgrade",
        )
    raise StoreError(
        f"the database names schema {found[0]!r}, which no version of exchange made",
        hint=_RESTORE,
    )


def check_schema(engine: Engine) -> None:
    """Raise StoreError unless the database has the schema of this version."""
    newest = revisions()[-1]
    with opened(engine), engine.connect() as connection:
        found = found_in(connection)
    if found != newest:
        raise StoreError(
            f"the database has schema {found}, this version of exchange needs {newest}",
            place=database_label(engine),
            hint="stop the daemon, then `exchange init --upgrade`: it makes a backup first",
        )


def database_label(engine: Engine) -> str:
    """Return the name of the database for a message."""
    return engine.url.database or "" if engine.dialect.name == "sqlite" else "database.url"


@contextmanager
def opened(engine: Engine) -> Iterator[None]:
    """Check the file before it is opened; raise StoreError for whatever goes wrong then."""
    place = database_label(engine)
    if engine.dialect.name == "sqlite" and place:
        check_file(Path(place))
    try:
        yield
    except StoreError as error:
        raise StoreError(error.message, place=error.place or place, hint=error.hint) from None
    except DatabaseError as error:
        reason = str(error.orig).partition("\n")[0]
        hint = "restore it from a backup" if _DAMAGED in reason else ""
        if _UNOPENED in reason or "readonly" in reason:
            hint = (
                "its folder and the files next to it (-wal, -shm) must be writable for us;"
                " `exchange doctor` names those that are not"
            )
        if "locked" in reason:
            hint = "another process is using it: wait until it has finished, then try again"
        if "disk is full" in reason:
            hint = "free some space, then try again; nothing was changed"
        raise StoreError(f"the database cannot be used: {reason}", place=place, hint=hint) from None
    except SQLAlchemyError as error:
        reason = str(error).partition("\n")[0]
        raise StoreError(f"the database cannot be used: {reason}", place=place) from None
