"""Facts that somebody declared, by name."""

from __future__ import annotations

from sqlmodel import Session, col, delete, select

from exchange.store.tables import FactRow


class FactStore:
    """Facts that somebody declared, by name."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._read: dict[str, str] = {}

    def get(self, name: str) -> str:
        """Return the value, or an empty text; a transaction always sees the same value."""
        if name not in self._read:
            query = select(FactRow.value).where(FactRow.name == name)
            self._read[name] = self._session.exec(query).first() or ""
        return self._read[name]

    def starting_with(self, prefix: str) -> dict[str, str]:
        """Return the facts whose names start with ``prefix``, by the rest of the name."""
        query = select(FactRow).where(col(FactRow.name).startswith(prefix, autoescape=True))
        return {row.name.removeprefix(prefix): row.value for row in self._session.exec(query)}

    def remove(self, name: str) -> None:
        """Forget a fact."""
        self._read.pop(name, None)
        self._session.exec(delete(FactRow).where(col(FactRow.name) == name))

    def put(self, name: str, value: str) -> None:
        """Set or replace a value."""
        self._read.pop(name, None)
        self._session.merge(FactRow(name=name, value=value))
        self._session.flush()
