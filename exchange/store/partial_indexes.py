"""Partial indexes and their conditions.

A query that should use one repeats the condition word for word: SQLite recognises it only then.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Index, text

UNRESOLVED: Final = "folder IN ('review', 'shunted') AND resolved_at IS NULL"
TO_FETCH: Final = "next_fetch_at IS NOT NULL"
OPEN_CASE: Final = "closed_at IS NULL"
QUEUED_LEG: Final = "state = 'queued' AND request_id IS NULL"
CHASED_LEG: Final = "next_due IS NOT NULL"
UNRULED: Final = "ruling = ''"


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """Return an index over the rows that meet ``where``, on SQLite and PostgreSQL."""
    condition = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
