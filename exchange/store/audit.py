"""The audit log: appended in the same transaction as what it tells of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import insert
from sqlmodel import Session, col, select

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
from exchange.store.tables import AUDIT, AuditRowTable, FactRow

# SHA-256 in hexadecimal, which we computed ourselves and which looks like a code to the mask.
_HASHES = frozenset({"sha256", "audit_head"})
_HEAD = "audit.head"
_FIELDS = ("at", "actor", "event", "subject", "party", "detail")
Detail = Mapping[str, str | int | bool | None]


def _masked(detail: Detail | None) -> Detail:
    """People type into reasons and file names, so these pass the last net as well."""
    return {
        name: mask_codes(value) if isinstance(value, str) and name not in _HASHES else value
        for name, value in (detail or {}).items()
    }


class AuditLog:
    """Append and read; nothing else is offered."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def append(self, at: datetime, *events: AuditEvent) -> None:
        """Chain the events behind the newest row.

        The head row is locked first: two writers on PostgreSQL queue up, on SQLite there is one.
        """
        if not events:
            return
        head = self._session.exec(
            select(FactRow).where(FactRow.name == _HEAD).with_for_update()
        ).first()
        if head is None:
            head = FactRow(name=_HEAD, value=f"0 {GENESIS}")
            self._session.add(head)
        seq_text, previous = head.value.split(" ")
        seq, stamp = int(seq_text), instant_text(at)
        rows = []
        # Many events of one mail share one detail; ``events`` keeps each alive, and so its id.
        written: dict[int, str] = {}
        for happened in events:
            seq += 1
            detail = written.get(id(happened.detail))
            if detail is None:
                detail = written[id(happened.detail)] = canonical(_masked(happened.detail))
            # Subjects are references and Device IDs; masking is the last net, not the rule.
            fields = (
                stamp,
                happened.actor,
                happened.event,
                mask_codes(happened.subject),
                happened.party,
                detail,
            )
            digest = chain_hash(previous, seq, *fields)
            row = dict(zip(_FIELDS, fields, strict=True))
            rows.append({**row, "seq": seq, "previous": previous, "hash": digest})
            previous = digest
        self._session.execute(insert(AUDIT), rows)
        head.value = f"{seq} {previous}"
        self._session.flush()

    def head(self) -> tuple[int, str]:
        """Number and hash of the newest row; (0, GENESIS) for an empty log."""
        row = self._session.get(FactRow, _HEAD)
        if row is None:
            return 0, GENESIS
        seq, digest = row.value.split(" ")
        return int(seq), digest

    def rows(self, after: int = 0, subject: str = "", event: str = "") -> Iterator[AuditRow]:
        """Rows in order, streamed; optionally of one subject or kind of event."""
        query = select(AuditRowTable).where(col(AuditRowTable.seq) > after)
        if subject:
            query = query.where(AuditRowTable.subject == subject)
        if event:
            query = query.where(AuditRowTable.event == event)
        query = query.order_by(col(AuditRowTable.seq)).execution_options(yield_per=5000)
        for row in self._session.exec(query):
            yield AuditRow(
                row.seq, row.at, row.actor, row.event, row.subject, row.party, row.detail,
                row.previous, row.hash,
            )  # fmt: skip

    def verify(self) -> int:
        """Walk the whole chain; returns the number of rows.

        Raises StoreError naming the first row that was changed, added or taken away.
        """
        previous, seq = GENESIS, 0
        for row in self.rows():
            if row.seq != seq + 1:
                raise StoreError(f"audit row {seq + 1} is missing", place="audit log")
            if row.previous != previous or row_hash(row) != row.hash:
                raise StoreError(f"audit row {row.seq} was changed", place="audit log")
            previous, seq = row.hash, row.seq
        if self.head() != (seq, previous):
            raise StoreError(
                f"the log ends at row {seq}, but its head says row {self.head()[0]}",
                place="audit log",
            )
        return seq
