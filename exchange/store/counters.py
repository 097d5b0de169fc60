"""Issue the numbers of references, each once, by letter and month."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, insert, update
from sqlmodel import Session, select

from exchange.store.references import IssuedNumbers, References
from exchange.store.tables import CounterRow, FactRow, table_of

_OWNER: Final = "references.kept_by"  # id of the files that were made with the database


class Counters:
    """Growing numbers, each issued once, even after the database was restored from a backup.

    The files that came first in a month count in the counter's own row.  Other files that count in
    the same database, or came when nobody knew what was issued, have their own rows and numbers.
    """

    def __init__(self, session: Session, references: References | None = None) -> None:
        self._session = session
        self._references = references
        self._ours: dict[str, int] = {}  # counters that are locked until we commit
        self._rows: dict[str, str] = {}  # the row of each counter
        self.gaps: dict[str, int] = {}  # counters that skipped numbers: the last one before

    def next(self, name: str) -> int:
        """Return the next number of ``name`` (a letter and a month), from 1; always unique."""
        if name in self._ours:
            self._ours[name] += 1
            return self._ours[name]
        connection = self._session.connection()
        issued = self._references.read() if self._references else None
        row = self._rows[name] = name if issued is None else _row(connection, name, issued)
        counter = table_of(CounterRow)
        # One statement, so that two processes that begin a month together wait for each other.
        put = _insert(connection)(counter).values(name=row, value=1)
        grown = {"value": counter.c.value + 1}
        put = put.on_conflict_do_update(index_elements=["name"], set_=grown)
        value: int = connection.execute(put.returning(counter.c.value)).scalar_one()
        if self._references and issued:
            before, last = value - 1, issued.last.get(name, 0)
            if value <= last:  # the database was restored, or a commit failed
                value = last + 1 if issued.same_boot else self._references.number_above(last)
            elif row != name and value == 1:
                value = self._references.number_above(0)
            if value != before + 1:
                self.gaps[name] = before
        self._ours[name] = value
        return value

    def flush(self) -> None:
        """Write the last numbers."""
        if not self._ours:
            return
        if self._references is not None:
            # Before the commit: a number recorded and then not used is only a gap.
            self._references.record(self._ours)
        connection, counter = self._session.connection(), table_of(CounterRow)
        for name, value in self._ours.items():
            connection.execute(
                update(counter).where(counter.c.name == self._rows[name]).values(value=value)
            )
        self._ours.clear()


def keep_references(connection: Connection, references: References) -> None:
    """Bind a new database to the reference files of its folder, from its first month on."""
    put = insert(table_of(FactRow))
    connection.execute(put, {"name": _OWNER, "value": references.read().ident})


def _row(connection: Connection, name: str, issued: IssuedNumbers) -> str:
    """Return the row in which the owner of these files counts ``name``."""
    fact, claim = table_of(FactRow), f"{_OWNER}.{name}"
    query = select(fact.c.name, fact.c.value).where(fact.c.name.in_((_OWNER, claim)))
    found = {str(one): str(value) for one, value in connection.execute(query)}
    # Files that are new this month may be there because the earlier ones of this month were lost.
    known = found.get(_OWNER) == issued.ident or any(one[1:] < name[1:] for one in issued.last)
    if known and claim not in found:
        put = _insert(connection)(fact).values(name=claim, value=issued.ident)
        # If somebody else was quicker, their value stays.
        kept = put.on_conflict_do_update(index_elements=["name"], set_={"value": fact.c.value})
        found[claim] = connection.execute(kept.returning(fact.c.value)).scalar_one()
    return name if found.get(claim) == issued.ident else f"{name}.{issued.ident}"


def _insert(connection: Connection) -> Any:
    # Imported only now: the dialect that is not in use takes as long as the rest of this package.
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert
    from sqlalchemy.dialects import postgresql

    return postgresql.insert
