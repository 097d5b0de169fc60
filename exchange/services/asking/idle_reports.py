"""Settle what is said of letters that did not arrive, once nothing depends on them."""

from __future__ import annotations

from collections.abc import Sequence

from exchange.domain.audit import AuditEvent
from exchange.domain.outbound import ReportRuling
from exchange.services.context import Context
from exchange.store.db import Transaction
from exchange.store.mails.outbox import FAILED, StoredLetter
from exchange.store.requests.delivery_reports import DeliveryReport


def close_reports(
    ctx: Context,
    tx: Transaction,
    reports: Sequence[DeliveryReport],
    why: str,
    actor: str = "exchange",
) -> None:
    """Rule that nothing follows from ``reports``, and resolve the mails that brought them."""
    if not reports:
        return
    for one in reports:
        detail: dict[str, str | int | bool | None] = {
            "mail": one.mail_id, "ruling": ReportRuling.RUN_ON.value, "why": why,
        }  # fmt: skip
        tx.audit.append(ctx.now(), AuditEvent("report.ruled", one.ref, one.party, detail, actor))
        _, _, resolved = tx.mail.claim(one.mail_id)
        if not resolved:
            tx.mail.resolve(one.mail_id, ctx.now(), f"nothing follows from the report: {why}")
    tx.reports.rule([one.letter for one in reports], ReportRuling.RUN_ON, ctx.now())


def close_idle_reports(ctx: Context, tx: Transaction, why: str, actor: str = "exchange") -> None:
    """Close the reports on requests of ours, and on reminders of them, of which nothing is open."""
    reports = tx.reports.waiting()
    if not reports:
        return
    requests = tx.outbound.by_refs({one.ref for one in reports})
    waiting = tx.legs.waiting_requests([one.id for one in requests])
    idle = {one.ref for one in requests if one.id not in waiting}
    close_reports(ctx, tx, [one for one in reports if one.ref in idle], why, actor)


def without_settled(tx: Transaction, letters: Sequence[StoredLetter]) -> list[StoredLetter]:
    """Return letters without those that failed and whose request wants nothing any more."""
    refs = {one.ref for one in letters if one.state == FAILED}
    requests = tx.outbound.by_refs(refs)
    waiting = tx.legs.waiting_requests([one.id for one in requests])
    settled = {one.ref for one in requests if one.id not in waiting}
    return [one for one in letters if one.state != FAILED or one.ref not in settled]
