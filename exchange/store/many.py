"""Rows by the hundred thousand: one statement prepared once, values handed to the driver as is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from sqlalchemy import Table
from sqlmodel import Session

_AT_ONCE = 20_000


def insert_rows(
    session: Session, table: Table, names: Sequence[str], rows: Iterable[tuple[object, ...]]
) -> None:
    """Insert ``rows`` of the columns ``names``; values must be what the driver itself takes."""
    connection = session.connection()
    quote = connection.dialect.identifier_preparer
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    columns = ", ".join(quote.quote(name) for name in names)
    marks = ", ".join([mark] * len(names))
    statement = f"INSERT INTO {quote.format_table(table)} ({columns}) VALUES ({marks})"  # noqa: S608
    source = iter(rows)
    while some := list(islice(source, _AT_ONCE)):
        connection.exec_driver_sql(statement, some)
