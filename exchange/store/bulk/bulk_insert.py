"""Insert and update many rows: one prepared statement, values passed directly to the driver.

On PostgreSQL many rows are inserted by COPY (``pg_copy``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, count, islice

from sqlalchemy import Connection, LargeBinary, Table, func, select, text
from sqlmodel import Session

from exchange.store.bulk.pg_copy import copy_rows

_AT_ONCE = 20_000
_UPDATED_AT_ONCE = 1_000  # with more, PostgreSQL reads the whole table instead
_WORTH_COPYING = 50  # rows; COPY takes two round trips of its own
_NUMBERS_AT_ONCE = 20


class IdAllocator:
    """Allocates the ``id`` of new rows before they are written.

    Valid for one transaction, which must not add rows to the table in any other way.
    """

    def __init__(self, session: Session, table: Table) -> None:
        self._session, self._table = session, table
        self._drawn: Iterator[int] = iter(())

    def next(self) -> int:
        """Return a number that no other row of the table has or will get."""
        number = next(self._drawn, None)
        if number is None:
            self._drawn = self._draw()
            number = next(self._drawn)
        return number

    def _draw(self) -> Iterator[int]:
        line = self._session.connection()
        if line.dialect.name == "sqlite":
            # Nobody else writes meanwhile; SQLite would choose the same numbers.
            return count((line.execute(select(func.max(self._table.c.id))).scalar() or 0) + 1)
        drawn = text(
            "SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :most)"
        )
        values = {"table": self._table.name, "most": _NUMBERS_AT_ONCE}
        return map(int, line.execute(drawn, values).scalars().all())


def insert_rows(
    session: Session, table: Table, names: Sequence[str], rows: Iterable[tuple[object, ...]]
) -> None:
    """Insert ``rows`` with the columns ``names``; values must be types that the driver accepts."""
    connection = session.connection()
    if connection.dialect.name == "postgresql" and not _has_sealed_column(table, names):
        source = iter(rows)
        few = list(islice(source, _WORTH_COPYING))
        if len(few) == _WORTH_COPYING:
            copy_rows(connection, table, names, chain(few, source))
            return
        rows = few
    placeholder, table_name, columns = _quoted(connection, table, names)
    placeholders = ", ".join([placeholder] * len(names))
    statement = f"INSERT INTO {table_name} ({', '.join(columns)}) VALUES ({placeholders})"  # noqa: S608
    _in_chunks(connection, statement, rows)


def update_rows(
    session: Session, table: Table, names: Sequence[str], rows: Iterable[tuple[object, ...]]
) -> None:
    """Update the columns ``names``; each of ``rows`` has their values, then the ``id``."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        _update_together(connection, table, names, rows)
        return
    placeholder, table_name, columns = _quoted(connection, table, names)
    values = ", ".join(f"{column} = {placeholder}" for column in columns)
    statement = f"UPDATE {table_name} SET {values} WHERE id = {placeholder}"  # noqa: S608
    _in_chunks(connection, statement, rows)


def _update_together(
    connection: Connection, table: Table, names: Sequence[str], rows: Iterable[tuple[object, ...]]
) -> None:
    """Update with one array per column: PostgreSQL takes four times longer row by row."""
    _, table_name, columns = _quoted(connection, table, names)
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


def _has_sealed_column(table: Table, names: Sequence[str]) -> bool:
    """Return whether each row has a sealed text: COPY would double its megabytes by hex digits."""
    columns = [table.c[name] for name in names]
    return any(isinstance(one.type, LargeBinary) and not one.nullable for one in columns)


def _in_chunks(connection: Connection, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
    source = iter(rows)
    while some := list(islice(source, _AT_ONCE)):
        connection.exec_driver_sql(statement, some)


def _quoted(
    connection: Connection, table: Table, names: Sequence[str]
) -> tuple[str, str, list[str]]:
    """Return the driver's placeholder, the table and the columns, quoted where necessary."""
    quote = connection.dialect.identifier_preparer
    placeholder = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    return placeholder, quote.format_table(table), [quote.quote(name) for name in names]
