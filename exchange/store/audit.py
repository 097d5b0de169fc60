"""The audit log: events are written in the same transaction as the change they record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, insert
from sqlmodel import Session, col, select, update

from exchange.domain.audit import (
    GENESIS,
    AuditEvent,
    AuditRow,
    canonical,
    chain_hash,
    instant_text,
    row_hash,
)
from exchange.domain.device import mask_codes
from exchange.errors import StoreError
from exchange.store.bulk.bulk_insert import insert_rows
from exchange.store.tables import AuditRowTable, FactRow, table_of

# Values we write ourselves that would look like install codes: hashes, lists of Device IDs.
_UNMASKED = frozenset({"sha256", "audit_head", "device_ids"})
_COLUMNS = ("seq", "at", "actor", "event", "subject", "party", "detail", "previous", "hash")
_HEAD = "audit.head"
Detail = Mapping[str, str | int | bool | None]


def _masked(detail: Detail | None) -> Detail:
    """Mask install codes in what people typed, such as reasons and file names."""
    return {
        name: mask_codes(value) if isinstance(value, str) and name not in _UNMASKED else value
        for name, value in (detail or {}).items()
    }


def _rows_after(
    events: Sequence[tuple[datetime, AuditEvent]], seq: int, previous: str
) -> list[tuple[object, ...]]:
    """Return rows (as _COLUMNS) for ``events``, to follow row ``seq`` with hash ``previous``."""
    rows: list[tuple[object, ...]] = []
    # The events of one mail share one detail; ``events`` keeps it alive, so its id stays unique.
    texts: dict[int, str] = {}
    last, stamp = None, ""
    for at, happened in events:
        seq += 1
        if at is not last:
            last, stamp = at, instant_text(at)
        detail = texts.get(id(happened.detail))
        if detail is None:
            detail = texts[id(happened.detail)] = canonical(_masked(happened.detail))
        # Subjects are references and Device IDs; masking is only a last safeguard.
        fields = (
            stamp,
            happened.actor,
            happened.event,
            mask_codes(happened.subject),
            happened.party,
            detail,
        )
        digest = chain_hash(previous, seq, *fields)
        rows.append((seq, *fields, previous, digest))
        previous = digest
    return rows


class AuditLog:
    """Appends and reads events; they cannot be changed or deleted."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._unwritten: list[tuple[datetime, AuditEvent]] = []

    def append(self, at: datetime, *events: AuditEvent) -> None:
        """Append the events to the chain when the transaction ends.

        The events of a transaction are written together: the head of the chain is then read and
        changed only once, and other writers on PostgreSQL wait for it as briefly as possible.
        """
        self._unwritten += [(at, one) for one in events]

    def flush(self) -> None:
        """Write the appended events.

        Locks the head row first: writers on PostgreSQL queue up; SQLite has only one.
        """
        if not self._unwritten:
            return
        unwritten, self._unwritten = self._unwritten, []
        head = self._session.execute(
            select(FactRow.value).where(FactRow.name == _HEAD).with_for_update()
        ).scalar()
        if head is None:
            head = f"0 {GENESIS}"
            self._session.execute(insert(FactRow), {"name": _HEAD, "value": head})
        seq_text, previous = head.split(" ")
        rows = _rows_after(unwritten, int(seq_text), previous)
        insert_rows(self._session, table_of(AuditRowTable), _COLUMNS, rows)
        seq, *_, digest = rows[-1]
        fact = table_of(FactRow)
        self._session.connection().execute(
            update(fact).where(fact.c.name == _HEAD).values(value=f"{seq} {digest}")
        )

    def kinds(self) -> list[str]:
        """Return the kinds of event that were recorded, in alphabetical order."""
        event = AuditRowTable.event
        return list(self._session.exec(select(event).distinct().order_by(event)))

    def head(self) -> tuple[int, str]:
        """Return number and hash of the newest row; (0, GENESIS) for an empty log."""
        self.flush()
        value = self._session.exec(select(FactRow.value).where(FactRow.name == _HEAD)).first()
        if value is None:
            return 0, GENESIS
        seq, _, digest = value.partition(" ")
        if not seq.isascii() or not seq.isdigit():
            raise StoreError("the head of the log is damaged", place="audit log")
        return int(seq), digest

    def newest(self) -> datetime | None:
        """Return when the newest row was written; None for an empty log."""
        self.flush()
        query = select(AuditRowTable.at).order_by(col(AuditRowTable.seq).desc()).limit(1)
        at = self._session.exec(query).first()
        return datetime.fromisoformat(at) if at else None

    def rows(
        self,
        after: int = 0,
        subject: str = "",
        event: str = "",
        *,
        until: int | None = None,
        limit: int | None = None,
    ) -> Iterator[AuditRow]:
        """Yield rows in order; optionally only those of one subject or kind of event."""
        self.flush()
        query = select(*(table_of(AuditRowTable).c[name] for name in _COLUMNS))
        query = query.where(col(AuditRowTable.seq) > after).limit(limit)
        if until is not None:
            query = query.where(col(AuditRowTable.seq) <= until)
        if subject:
            query = query.where(AuditRowTable.subject == subject)
        if event:
            query = query.where(AuditRowTable.event == event)
        query = query.order_by(col(AuditRowTable.seq)).execution_options(yield_per=5000)
        for row in self._session.execute(query):
            yield AuditRow(*row)

    def verify(self) -> int:
        """Check the whole chain in this transaction; return the number of rows.

        Raises StoreError naming the first row that was changed, added or removed.
        """
        head = self.checked_head()
        if self.walk((0, GENESIS), head[0]) != head:
            raise _changed(head[0])
        return head[0]

    def checked_head(self) -> tuple[int, str]:
        """Return the head; raises StoreError if it is not the last row of the log."""
        head = self.head()
        last = self._session.exec(select(func.max(AuditRowTable.seq))).one() or 0
        if last != head[0]:
            raise StoreError(
                f"the log checked_head at row {last}, but its head says row {head[0]}",
                place="audit log",
            )
        return head

    def walk(self, good: tuple[int, str], until: int) -> tuple[int, str]:
        """Check the rows after ``good`` (already checked) up to row ``until``; return the last one.

        Both rows are (number, hash).  Raises StoreError naming the first row that is wrong.
        """
        seq, previous = good
        for row in self.rows(after=seq, until=until):
            if row.seq != seq + 1:
                break
            if row.previous != previous or row_hash(row) != row.hash:
                raise _changed(row.seq)
            previous, seq = row.hash, row.seq
        if seq < until:
            raise StoreError(f"audit row {seq + 1} is missing", place="audit log")
        return seq, previous


def _changed(seq: int) -> StoreError:
    return StoreError(f"audit row {seq} was changed", place="audit log")
