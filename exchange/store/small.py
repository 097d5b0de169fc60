"""Counters and facts: the small rows."""

from __future__ import annotations

from sqlmodel import Session, col, select, update

from exchange.store.tables import CounterRow, FactRow


class Counters:
    """Numbers that only grow."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def next(self, name: str) -> int:
        """The next number of ``name``, starting at 1; unique whoever asks at the same time."""
        changed = self._session.exec(
            update(CounterRow)
            .where(col(CounterRow.name) == name)
            .values(value=col(CounterRow.value) + 1)
        )
        if not changed.rowcount:
            self._session.add(CounterRow(name=name, value=1))
            self._session.flush()
            return 1
        return self._session.exec(select(CounterRow.value).where(CounterRow.name == name)).one()


class Facts:
    """What somebody declared, by name."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, name: str) -> str:
        """The value, or an empty text."""
        row = self._session.get(FactRow, name)
        return row.value if row else ""

    def put(self, name: str, value: str) -> None:
        """Set or replace."""
        self._session.merge(FactRow(name=name, value=value))
        self._session.flush()
