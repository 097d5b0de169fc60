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
    """Return (rows, head) of an intact log; raises StoreError naming the first bad row.

    Rows never change, so the log is checked in short transactions up to its end at the start:
    other writers need not wait, and no long transaction piles up changes.
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
    """Return every kind of event in the log, in alphabetical order."""
    with ctx.store.reading() as tx:
        return tx.audit.kinds()


def rows(ctx: Context, subject: str = "", event: str = "") -> Iterator[AuditRow]:
    """Yield the log in order up to its present end, optionally for one subject or kind of event.

    A Device ID is also found in events of long answers, which name many devices at once.
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
    """Yield rows up to ``until``; no transaction stays open between pages."""
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
