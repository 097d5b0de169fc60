"""Counters and facts: the small rows."""

from __future__ import annotations

from sqlalchemy import insert, update
from sqlmodel import Session, select

from exchange.store.tables import CounterRow, FactRow, table_of


class Counters:
    """Numbers that only grow."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._ours: dict[str, int] = {}  # rows that nobody else changes before we commit

    def next(self, name: str) -> int:
        """The next number of ``name``, starting at 1; unique whoever asks at the same time."""
        if name in self._ours:
            self._ours[name] += 1
            return self._ours[name]
        counter = table_of(CounterRow)
        line = self._session.connection()
        value = line.execute(
            update(counter)
            .where(counter.c.name == name)
            .values(value=counter.c.value + 1)
            .returning(counter.c.value)
        ).scalar()
        if value is None:
            value = 1
            line.execute(insert(counter), {"name": name, "value": value})
        self._ours[name] = value
        return value

    def flush(self) -> None:
        """Write how far the numbers went."""
        counter = table_of(CounterRow)
        for name, value in self._ours.items():
            self._session.connection().execute(
                update(counter).where(counter.c.name == name).values(value=value)
            )
        self._ours.clear()


class Facts:
    """What somebody declared, by name."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._read: dict[str, str] = {}

    def get(self, name: str) -> str:
        """The value, or an empty text; one transaction sees one value."""
        if name not in self._read:
            query = select(FactRow.value).where(FactRow.name == name)
            self._read[name] = self._session.exec(query).first() or ""
        return self._read[name]

    def put(self, name: str, value: str) -> None:
        """Set or replace."""
        self._read.pop(name, None)
        self._session.merge(FactRow(name=name, value=value))
        self._session.flush()
