"""Brings a database of an older version forward: looked at, backed up, changed, looked at again.

All of it in one transaction that keeps other writers out: a process that is ended in between
leaves the old schema or the new one.
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

_NOBODYS_HAND: Final = ("locked", "disk is full", "malformed", "readonly", "I/O", "lock timeout")
_AS_IT_SHOULD: Final = (
    "restore the database from a backup, or put these right by hand and run this again"
)


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What was done: nothing where ``before`` and ``now`` are the same."""

    before: str
    now: str
    backup: Path | None
    notes: tuple[str, ...]  # what somebody added to the schema, which does no harm


def bring_forward(store: Store, folder: Path, at: datetime, *, backup: bool = True) -> Upgraded:
    """Bring the database to the schema of this version; a backup goes before, in ``folder``.

    The caller holds the database as its one daemon.  Raises StoreError when the database is of a
    newer version, of none, or not as its schema says, and where there can be no backup; then
    nothing was changed.
    """
    newest = schema.revisions()[-1]
    with schema.opened(store.engine):
        with store.engine.connect() as connection:
            before = schema.found_in(connection)
            if before == newest:
                notes = _looked_at(connection, newest, "")
                return Upgraded(before, newest, None, notes)
        with _changing(store.engine) as connection:
            before = schema.found_in(connection)
            _looked_at(connection, before, "; nothing was changed")
            _look_for_damage(connection)
            made = back_up(connection, store.url, folder, before, at) if backup else None
            _forward(connection, before)
            _check_references(connection)
            notes = _looked_at(connection, newest, " after the upgrade, which was taken back")
            with store.joined(connection) as tx:
                detail = {"from": before, "to": newest, "backup": made.name if made else None}
                tx.audit.append(at, AuditEvent("schema.upgraded", "database", detail=detail))
    return Upgraded(before, newest, made, notes)


def _look_for_damage(connection: Connection) -> None:
    """Before a backup, which would hold the damage or fail in words that mislead."""
    if connection.dialect.name != "sqlite":
        return
    found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    if found != "ok":
        said = " ".join(str(found).split())
        raise StoreError(
            f"the database is damaged: {said}; nothing was changed", hint="restore it from a backup"
        )


def _forward(connection: Connection, before: str) -> None:
    try:
        schema.upgrade(connection)
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", None) or error).partition("\n")[0]
        if any(word in said for word in _NOBODYS_HAND):
            raise
        raise StoreError(
            f"schema {before} cannot be brought forward: {said}; the upgrade was taken back",
            hint="something that was added or altered by hand stands in the way: put it right and "
            "run this again, or restore the database from a backup",
        ) from None


def _looked_at(connection: Connection, revision: str, when: str) -> tuple[str, ...]:
    found = shape.differences(connection, revision)
    if found.faults:
        raise StoreError(
            f"the database is not as its schema {revision} says{when}: {found.told()}",
            hint=_AS_IT_SHOULD,
        )
    return found.notes


@contextmanager
def _changing(engine: Engine) -> Iterator[Connection]:
    """A transaction that other writers wait for, from before the backup until the end."""
    with writing_engine(engine).connect() as connection:
        sqlite = engine.dialect.name == "sqlite"
        if sqlite:
            # A table that is made anew is dropped in between, with whatever refers to it.  Said
            # past SQLAlchemy: it would begin a transaction, within which this means nothing.
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
    """What SQLite did not look at while the tables changed."""
    if connection.dialect.name != "sqlite":
        return
    stray = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if stray is not None:
        raise StoreError(
            f"table {stray[0]} refers to a row of {stray[2]} that is not there; the upgrade was "
            "taken back",
            hint="restore the database from a backup",
        )
