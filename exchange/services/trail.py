"""Read and check the audit log."""

from __future__ import annotations

from collections.abc import Iterator

from exchange.domain.audit import AuditRow
from exchange.services.desk import Desk


def verify(desk: Desk) -> tuple[int, str]:
    """(rows, head) of an intact log; raises StoreError naming the first bad row."""
    with desk.store.reading() as tx:
        rows = tx.audit.verify()
        return rows, tx.audit.head()[1]


def rows(desk: Desk, subject: str = "", event: str = "") -> Iterator[AuditRow]:
    """The log in order, optionally of one subject or kind of event."""
    with desk.store.reading() as tx:
        yield from tx.audit.rows(subject=subject, event=event)
