"""Brings a database to the schema of this version, and says when it is of another one."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError

from exchange.errors import StoreError
from exchange.store.file import look_at

_DAMAGED = "malformed"  # SQLite's word
_UNOPENED = "unable to open database file"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def upgrade(connection: Connection, to: str = "head") -> None:
    """Run every migration the database has not had, inside the caller's transaction."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def check(engine: Engine) -> None:
    """Raise StoreError unless the database has exactly the schema of this version."""
    place = "database.url"
    if engine.dialect.name == "sqlite" and engine.url.database:
        place = engine.url.database
        look_at(Path(place))
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    try:
        with engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
    except DatabaseError as error:
        said = str(error.orig).partition("\n")[0]
        hint = "restore it from a backup" if _DAMAGED in said else ""
        if _UNOPENED in said:
            hint = "its folder must be one that we may write to: SQLite keeps two files beside it"
        raise StoreError(f"the database cannot be opened: {said}", place=place, hint=hint) from None
    if found is None:
        raise StoreError(
            "the database is missing or empty", hint="run `exchange init` in the working folder"
        )
    if found != newest:
        raise StoreError(
            f"the database has schema {found}, this version of exchange needs {newest}",
            hint="`exchange init --upgrade` brings it forward",
        )
