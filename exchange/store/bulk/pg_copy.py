"""Insert rows into PostgreSQL by COPY: no statement and no round trip per row.

It is part of its transaction, like any INSERT.  Values are in COPY's text format, which every type
can read: text for an instant, a number, t or f.
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

COPY_NULL: Final = "\\N"
_GROWN: Final = "exchange_grown"  # key of the row counts in ``connection.info``
_WORTH_ANALYZING: Final = 10_000  # rows
_ESCAPED: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def escape(value: str) -> str:
    """Return a text in COPY's text format."""
    return value.translate(_ESCAPED)


def copy_rows(
    connection: Connection, table: Table, names: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Insert ``rows`` with the columns ``names``."""
    row_count = 0
    with _copy_to(connection, table, names) as copy:
        for row_count, row in enumerate(rows, 1):  # noqa: B007 - how many they were
            copy.write_row(row)
    _note_rows(connection, table, row_count)


def copy_text(
    connection: Connection,
    table: Table,
    names: Sequence[str],
    row_count: int,
    blocks: Iterable[str],
) -> None:
    """Insert ``row_count`` rows in COPY's text format: escaped cells, tabs, a newline."""
    with _copy_to(connection, table, names) as copy:
        for block in blocks:
            copy.write(block)
    _note_rows(connection, table, row_count)


@contextmanager
def _copy_to(connection: Connection, table: Table, names: Sequence[str]) -> Iterator[Copy]:
    quote = connection.dialect.identifier_preparer
    columns = ", ".join(quote.quote(name) for name in names)
    statement = f"COPY {quote.format_table(table)} ({columns}) FROM STDIN"
    driver = connection.connection.driver_connection
    assert driver is not None
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            yield copy
    except connection.dialect.loaded_dbapi.Error as error:
        # The driver was called directly: raise what the store handles, without the values.
        raise DatabaseError(statement, None, error, hide_parameters=True) from None


def _note_rows(connection: Connection, table: Table, rows: int) -> None:
    connection.info.setdefault(_GROWN, Counter())[table.name] += rows


def tables_to_analyze(connection: Connection) -> list[str]:
    """Return the tables into which this transaction copied many rows; call once, at its end."""
    copied: Counter[str] = connection.info.pop(_GROWN, Counter())
    return sorted(name for name, rows in copied.items() if rows >= _WORTH_ANALYZING)


def analyze(engine: Engine, tables: Sequence[str]) -> None:
    """Run ANALYZE on these tables: without it the planner reads them whole to find a few rows.

    The server does this by itself within minutes, too late for the next statements.
    """
    if not tables:
        return
    quote = engine.dialect.identifier_preparer.quote
    # The rows are committed, even if this fails; SKIP_LOCKED: do not wait for locks.
    with suppress(DatabaseError), engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        names = ", ".join(map(quote, tables))
        connection.exec_driver_sql(f"ANALYZE (SKIP_LOCKED) {names}")
