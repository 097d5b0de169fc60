"""Rows into PostgreSQL by COPY: no statement for each row, and no round trip.

It is part of the transaction it runs in, as any INSERT.  Values come in COPY's text format, which
every type reads by itself: a text for an instant, a number, t or f.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, Engine, Table
from sqlalchemy.exc import DatabaseError

if TYPE_CHECKING:
    from psycopg import Copy

NONE: Final = "\\N"
_GROWN: Final = "exchange_grown"  # under this the connection remembers what was copied
_WORTH_A_LOOK: Final = 10_000  # rows
_ESCAPED: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def written(value: str) -> str:
    """A text as it stands in COPY's text format."""
    return value.translate(_ESCAPED)


def copy_rows(
    connection: Connection, table: Table, names: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Insert ``rows`` of the columns ``names``."""
    number = 0
    with _opened(connection, table, names) as copy:
        for number, row in enumerate(rows, 1):  # noqa: B007 - how many they were
            copy.write_row(row)
    _note(connection, table, number)


def copy_text(
    connection: Connection, table: Table, names: Sequence[str], number: int, blocks: Iterable[str]
) -> None:
    """Insert ``number`` rows that are in COPY's text format: cells ``written``, tabs, a newline."""
    with _opened(connection, table, names) as copy:
        for block in blocks:
            copy.write(block)
    _note(connection, table, number)


@contextmanager
def _opened(connection: Connection, table: Table, names: Sequence[str]) -> Iterator[Copy]:
    quote = connection.dialect.identifier_preparer
    columns = ", ".join(quote.quote(name) for name in names)
    statement = f"COPY {quote.format_table(table)} ({columns}) FROM STDIN"
    driver = connection.connection.driver_connection
    assert driver is not None
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            yield copy
    except connection.dialect.loaded_dbapi.Error as error:
        # Past SQLAlchemy, whose errors are those that the store knows; without the values.
        raise DatabaseError(statement, None, error, hide_parameters=True) from None


def _note(connection: Connection, table: Table, rows: int) -> None:
    connection.info.setdefault(_GROWN, Counter())[table.name] += rows


def grown(connection: Connection) -> list[str]:
    """The tables that this transaction copied many rows into; to be asked for once, at its end."""
    copied: Counter[str] = connection.info.pop(_GROWN, Counter())
    return sorted(name for name, rows in copied.items() if rows >= _WORTH_A_LOOK)


def look_at(engine: Engine, tables: Sequence[str]) -> None:
    """Let the planner count these tables: until it has, it reads them whole to find a few rows.

    The server does so by itself within minutes, which is too late for who goes on at once.
    """
    if not tables:
        return
    quote = engine.dialect.identifier_preparer.quote
    # What was committed is committed, whatever becomes of this; nobody waits for a lock here.
    with suppress(DatabaseError), engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        names = ", ".join(map(quote, tables))
        connection.exec_driver_sql(f"ANALYZE (SKIP_LOCKED) {names}")
