"""Read and check the audit log."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from heapq import merge
from operator import attrgetter

from exchange.domain.audit import AuditRow
from exchange.services.desk import Desk


def verify(desk: Desk) -> tuple[int, str]:
    """(rows, head) of an intact log; raises StoreError naming the first bad row."""
    with desk.store.reading() as tx:
        rows = tx.audit.verify()
        return rows, tx.audit.head()[1]


def rows(desk: Desk, subject: str = "", event: str = "") -> Iterator[AuditRow]:
    """The log in order, optionally of one subject or kind of event.

    A Device ID is also found in the events of long answers, which tell of many devices at once.
    """
    with desk.store.reading() as tx:
        found = tx.audit.rows(subject=subject, event=event)
        refs = tx.inbound.refs_of(subject) if subject else []
        if not refs:
            yield from found
            return
        together = [
            (row for row in tx.audit.rows(subject=ref, event=event) if subject in _named(row))
            for ref in refs
        ]
        yield from merge(found, *together, key=attrgetter("seq"))


def _named(row: AuditRow) -> Sequence[str]:
    named = json.loads(row.detail).get("device_ids", "")
    return str(named).split(",")
