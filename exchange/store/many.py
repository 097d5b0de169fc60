"""Rows by the hundred thousand: one statement prepared once, values handed to the driver as is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from sqlalchemy import Connection, Table
from sqlmodel import Session

_AT_ONCE = 20_000


def insert_one(
    session: Session, table: Table, names: Sequence[str], row: tuple[object, ...]
) -> int:
    """Insert one row and give its ``id``; values must be what the driver itself takes.

    A tenth of a millisecond each is what building and compiling the statement would cost.
    """
    connection = session.connection()
    statement = f"{_insert(connection, table, names)} RETURNING id"
    number: int = connection.exec_driver_sql(statement, row).scalar_one()
    return number


def insert_rows(
    session: Session, table: Table, names: Sequence[str], rows: Iterable[tuple[object, ...]]
) -> None:
    """Insert ``rows`` of the columns ``names``; values must be what the driver itself takes."""
    connection = session.connection()
    statement = _insert(connection, table, names)
    source = iter(rows)
    while some := list(islice(source, _AT_ONCE)):
        connection.exec_driver_sql(statement, some)


def _insert(connection: Connection, table: Table, names: Sequence[str]) -> str:
    quote = connection.dialect.identifier_preparer
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    columns = ", ".join(quote.quote(name) for name in names)
    marks = ", ".join([mark] * len(names))
    return f"INSERT INTO {quote.format_table(table)} ({columns}) VALUES ({marks})"  # noqa: S608
