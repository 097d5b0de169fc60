"""Rows by the hundred thousand: one statement prepared once, values handed to the driver as is.

On PostgreSQL they go by COPY, for which see ``copying``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, count, islice

from sqlalchemy import Connection, LargeBinary, Table, func, select, text
from sqlmodel import Session

from exchange.store.bulk.pg_copy import copy_rows

_AT_ONCE = 20_000
_UPDATED_AT_ONCE = 1_000  # for more PostgreSQL would rather read the whole table
_WORTH_COPYING = 50  # rows; COPY takes two round trips of its own
_NUMBERS_AT_ONCE = 20


class Numbers:
    """The ``id`` of rows to come, known before they are written.

    Good for one transaction, which adds rows to the table in no other way.
    """

    def __init__(self, session: Session, table: Table) -> None:
        self._session, self._table = session, table
        self._ahead: Iterator[int] = iter(())

    def next(self) -> int:
        """A number that no other row of the table has or gets."""
        number = next(self._ahead, None)
        if number is None:
            self._ahead = self._drawn()
            number = next(self._ahead)
        return number

    def _drawn(self) -> Iterator[int]:
        line = self._session.connection()
        if line.dialect.name == "sqlite":
            # Nobody else writes meanwhile; these are the numbers that SQLite would choose.
            return count((line.execute(select(func.max(self._table.c.id))).scalar() or 0) + 1)
        drawn = text(
            "SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :most)"
        )
        values = {"table": self._table.name, "most": _NUMBERS_AT_ONCE}
        return map(int, line.execute(drawn, values).scalars().all())


def insert_rows(
    session: Session, table: Table, names: Sequence[str], rows: Iterable[tuple[object, ...]]
) -> None:
    """Insert ``rows`` of the columns ``names``; values must be what the driver itself takes."""
    connection = session.connection()
    if connection.dialect.name == "postgresql" and not _holds_texts(table, names):
        source = iter(rows)
        few = list(islice(source, _WORTH_COPYING))
        if len(few) == _WORTH_COPYING:
            copy_rows(connection, table, names, chain(few, source))
            return
        rows = few
    mark, table_name, columns = _words(connection, table, names)
    marks = ", ".join([mark] * len(names))
    statement = f"INSERT INTO {table_name} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608
    _in_chunks(connection, statement, rows)


def update_rows(
    session: Session, table: Table, names: Sequence[str], rows: Iterable[tuple[object, ...]]
) -> None:
    """Set the columns ``names``: ``rows`` are their values, and last the ``id``."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        _update_together(connection, table, names, rows)
        return
    mark, table_name, columns = _words(connection, table, names)
    values = ", ".join(f"{column} = {mark}" for column in columns)
    statement = f"UPDATE {table_name} SET {values} WHERE id = {mark}"  # noqa: S608
    _in_chunks(connection, statement, rows)


def _update_together(
    connection: Connection, table: Table, names: Sequence[str], rows: Iterable[tuple[object, ...]]
) -> None:
    """The same, an array a column: a statement for each row costs PostgreSQL four times as much."""
    _, table_name, columns = _words(connection, table, names)
    kinds = [table.c[name].type.compile(connection.dialect) for name in (*names, "id")]
    values = ", ".join(f"{column} = new.{column}" for column in columns)
    arrays = ", ".join(f"CAST(%s AS {kind}[])" for kind in kinds)
    statement = (
        f"UPDATE {table_name} SET {values}"  # noqa: S608
        f" FROM unnest({arrays}) AS new ({', '.join((*columns, 'id'))})"
        f" WHERE {table_name}.id = new.id"
    )
    source = iter(rows)
    while some := list(islice(source, _UPDATED_AT_ONCE)):
        connection.exec_driver_sql(statement, tuple(map(list, zip(*some, strict=True))))


def _holds_texts(table: Table, names: Sequence[str]) -> bool:
    """Whether each row has a sealed text: megabytes that COPY would take twice, in hex digits."""
    columns = [table.c[name] for name in names]
    return any(isinstance(one.type, LargeBinary) and not one.nullable for one in columns)


def _in_chunks(connection: Connection, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
    source = iter(rows)
    while some := list(islice(source, _AT_ONCE)):
        connection.exec_driver_sql(statement, some)


def _words(
    connection: Connection, table: Table, names: Sequence[str]
) -> tuple[str, str, list[str]]:
    """The driver's mark for a value, the table and the columns, quoted where they need it."""
    quote = connection.dialect.identifier_preparer
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    return mark, quote.format_table(table), [quote.quote(name) for name in names]
