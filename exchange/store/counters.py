"""Numbers that are given once: those of references, by letter and month."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, select

from exchange.store.references import Given, References
from exchange.store.tables import CounterRow, FactRow, table_of

_KEEPER: Final = "references.kept_by"  # the files that were made with the database


class Counters:
    """Numbers that only grow, each given once: also after the database was put back.

    Whose files came first in a month counts in the counter's own row; others that count in the same
    database, or came to it when nobody knew what was given, have rows and numbers of their own.
    """

    def __init__(self, session: Session, references: References | None = None) -> None:
        self._session = session
        self._references = references
        self._ours: dict[str, int] = {}  # rows that nobody else changes before we commit
        self._rows: dict[str, str] = {}  # the row of each
        self.gaps: dict[str, int] = {}  # where numbers were left out, the last one before

    def next(self, name: str) -> int:
        """The next number of ``name`` (a letter and a month), from 1; unique whoever asks too."""
        if name in self._ours:
            self._ours[name] += 1
            return self._ours[name]
        line = self._session.connection()
        given = self._references.look() if self._references else None
        row = self._rows[name] = name if given is None else _row(line, name, given)
        counter = table_of(CounterRow)
        # In one statement: two that begin a month at the same moment wait for each other.
        put = _insert(line)(counter).values(name=row, value=1)
        grown = {"value": counter.c.value + 1}
        put = put.on_conflict_do_update(index_elements=["name"], set_=grown)
        value: int = line.execute(put.returning(counter.c.value)).scalar_one()
        if self._references and given:
            before, last = value - 1, given.last.get(name, 0)
            if value <= last:  # the database was put back, or could not be committed once
                value = last + 1 if given.same_boot else self._references.beyond(last)
            elif row != name and value == 1:
                value = self._references.beyond(0)
            if value != before + 1:
                self.gaps[name] = before
        self._ours[name] = value
        return value

    def flush(self) -> None:
        """Write how far the numbers went."""
        if not self._ours:
            return
        if self._references is not None:
            # Before the commit: what is remembered and not given is only a gap.
            self._references.note(self._ours)
        line, counter = self._session.connection(), table_of(CounterRow)
        for name, value in self._ours.items():
            line.execute(
                update(counter).where(counter.c.name == self._rows[name]).values(value=value)
            )
        self._ours.clear()


def keep_references(connection: Connection, references: References) -> None:
    """Have a new database count with the files of its folder from its first month on."""
    put = insert(table_of(FactRow))
    connection.execute(put, {"name": _KEEPER, "value": references.look().ident})


def _row(line: Connection, name: str, given: Given) -> str:
    """Which row ``name`` is counted in by whom these files belong to."""
    fact, claim = table_of(FactRow), f"{_KEEPER}.{name}"
    query = select(fact.c.name, fact.c.value).where(fact.c.name.in_((_KEEPER, claim)))
    found = {str(one): str(value) for one, value in line.execute(query)}
    # Files that were not there before this month may have come because the month's were lost.
    known = found.get(_KEEPER) == given.ident or any(one[1:] < name[1:] for one in given.last)
    if known and claim not in found:
        put = _insert(line)(fact).values(name=claim, value=given.ident)
        # Whoever was quicker has it: nothing is changed then.
        kept = put.on_conflict_do_update(index_elements=["name"], set_={"value": fact.c.value})
        found[claim] = line.execute(kept.returning(fact.c.value)).scalar_one()
    return name if found.get(claim) == given.ident else f"{name}.{given.ident}"


def _insert(line: Connection) -> Any:
    return sqlite.insert if line.dialect.name == "sqlite" else postgresql.insert
