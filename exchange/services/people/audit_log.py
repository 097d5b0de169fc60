"""Read and check the audit log."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from heapq import merge
from operator import attrgetter
from typing import Final

from exchange.domain.audit import GENESIS, AuditRow
from exchange.errors import StoreError
from exchange.services.context import Context

_PAGE: Final = 5_000  # rows that one transaction reads


def verify(ctx: Context) -> tuple[int, str]:
    """(rows, head) of an intact log; raises StoreError naming the first bad row.

    A row never changes once it is there, so the log is walked in short transactions up to where it
    ended at the beginning: what others write meanwhile neither waits nor piles up.
    """
    with ctx.store.reading() as tx:
        head = tx.audit.checked_head()
    good = (0, GENESIS)
    while good[0] < head[0]:
        with ctx.store.reading() as tx:
            good = tx.audit.walk(good, min(good[0] + _PAGE, head[0]))
    if good != head:
        raise StoreError(f"audit row {good[0]} was changed", place="audit log")
    return head


def kinds(ctx: Context) -> list[str]:
    """Every kind of event that stands in the log, in the order of the alphabet."""
    with ctx.store.reading() as tx:
        return tx.audit.kinds()


def rows(ctx: Context, subject: str = "", event: str = "") -> Iterator[AuditRow]:
    """The log in order up to its present end, optionally of one subject or kind of event.

    A Device ID is also found in the events of long answers, which tell of many devices at once.
    """
    with ctx.store.reading() as tx:
        until = tx.audit.head()[0]
        refs = tx.inbound.refs_of(subject) if subject else []
    found = _paged(ctx, subject, event, until)
    together = [
        (row for row in _paged(ctx, ref, event, until) if subject in _named(row)) for ref in refs
    ]
    return merge(found, *together, key=attrgetter("seq"))


def _paged(ctx: Context, subject: str, event: str, until: int) -> Iterator[AuditRow]:
    """Rows up to ``until``; no transaction stays open while somebody looks at them."""
    after = 0
    while True:
        with ctx.store.reading() as tx:
            page = list(tx.audit.rows(after, subject, event, until=until, limit=_PAGE))
        yield from page
        if len(page) < _PAGE:
            return
        after = page[-1].seq


def _named(row: AuditRow) -> Sequence[str]:
    named = json.loads(row.detail).get("device_ids", "")
    return str(named).split(",")
