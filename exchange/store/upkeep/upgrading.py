"""Upgrade a database of an older version: check it, back it up, change it, check it again.

All in one transaction that blocks other writers: an interrupted process leaves the old schema or
the new one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.exc import SQLAlchemyError

from exchange.domain.audit import AuditEvent
from exchange.errors import StoreError
from exchange.store.db import Store, writing_engine
from exchange.store.upkeep import schema, shape
from exchange.store.upkeep.backup import back_up

_NOT_BY_HAND: Final = ("locked", "disk is full", "malformed", "readonly", "I/O", "lock timeout")
_REPAIR: Final = "restore the database from a backup, or correct these by hand and run this again"


@dataclass(frozen=True, slots=True)
class Upgraded:
    """The result of an upgrade; nothing was done if ``before`` and ``now`` are equal."""

    before: str
    now: str
    backup: Path | None
    notes: tuple[str, ...]  # harmless additions to the schema


def bring_forward(store: Store, folder: Path, at: datetime, *, backup: bool = True) -> Upgraded:
    """Upgrade the database to the schema of this version, after a backup into ``folder``.

    The caller holds the daemon lock.  Raises StoreError when the database is of a newer or unknown
    version or differs from its schema, and when no backup can be made; then nothing was changed.
    """
    newest = schema.revisions()[-1]
    with schema.opened(store.engine):
        with store.engine.connect() as connection:
            before = schema.found_in(connection)
            if before == newest:
                notes = _check_shape(connection, newest, "")
                return Upgraded(before, newest, None, notes)
        with _changing(store.engine) as connection:
            before = schema.found_in(connection)
            _check_shape(connection, before, "; nothing was changed")
            _check_integrity(connection)
            made = back_up(connection, store.url, folder, before, at) if backup else None
            _upgrade(connection, before)
            _check_references(connection)
            notes = _check_shape(connection, newest, " after the upgrade, which was taken back")
            with store.joined(connection) as tx:
                detail = {"from": before, "to": newest, "backup": made.name if made else None}
                tx.audit.append(at, AuditEvent("schema.upgraded", "database", detail=detail))
    return Upgraded(before, newest, made, notes)


def _check_integrity(connection: Connection) -> None:
    """Raise StoreError if SQLite is damaged: a backup would be, too."""
    if connection.dialect.name != "sqlite":
        return
    found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    if found != "ok":
        reason = " ".join(str(found).split())
        raise StoreError(
            f"the database is damaged: {reason}; nothing was changed",
            hint="restore it from a backup",
        )


def _upgrade(connection: Connection, before: str) -> None:
    try:
        schema.upgrade(connection)
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).partition("\n")[0]
        if any(word in reason for word in _NOT_BY_HAND):
            raise
        raise StoreError(
            f"schema {before} cannot be brought forward: {reason}; the upgrade was taken back",
            hint="something that was added or changed by hand prevents it: correct that and run "
            "this again, or restore the database from a backup",
        ) from None


def _check_shape(connection: Connection, revision: str, when: str) -> tuple[str, ...]:
    found = shape.differences(connection, revision)
    if found.faults:
        raise StoreError(
            f"the database is not as its schema {revision} says{when}: {found.summary()}",
            hint=_REPAIR,
        )
    return found.notes


@contextmanager
def _changing(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that blocks other writers, from before the backup until the end."""
    with writing_engine(engine).connect() as connection:
        sqlite = engine.dialect.name == "sqlite"
        if sqlite:
            # A migration may drop a table and make it again, which would delete rows that refer to
            # it.  Bypasses SQLAlchemy, which would begin a transaction, where this has no effect.
            _foreign_keys(connection, on=False)
        try:
            with connection.begin():
                if not sqlite:
                    _lock_tables(connection)
                yield connection
        finally:
            if sqlite:
                _foreign_keys(connection, on=True)


def _foreign_keys(connection: Connection, *, on: bool) -> None:
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute(f"PRAGMA foreign_keys = {'ON' if on else 'OFF'}")


def _lock_tables(connection: Connection) -> None:
    quote = connection.dialect.identifier_preparer.quote
    tables = ", ".join(map(quote, sorted(inspect(connection).get_table_names())))
    connection.exec_driver_sql("SET LOCAL lock_timeout = '30s'")
    connection.exec_driver_sql(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE")


def _check_references(connection: Connection) -> None:
    """Check the foreign keys, which SQLite did not check while the tables changed."""
    if connection.dialect.name != "sqlite":
        return
    stray = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if stray is not None:
        raise StoreError(
            f"table {stray[0]} refers to a row of {stray[2]} that is not there; the upgrade was "
            "taken back",
            hint="restore the database from a backup",
        )
