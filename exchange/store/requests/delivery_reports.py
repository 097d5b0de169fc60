"""Reports that letters of ours did not arrive, as long as nothing proves them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, insert, select, text, update
from sqlmodel import Session

from exchange.domain.outbound import ReportRuling
from exchange.store.bulk.in_list import among
from exchange.store.tables import DeliveryReportRow, OutboxRow, table_of

_R, _OUTBOX = table_of(DeliveryReportRow), table_of(OutboxRow)
# Word for word the condition of the index: SQLite uses it only then.
_UNRULED = text("delivery_report.ruling = ''")


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """A report that waits for a person; ``request_id`` if it suspends the clock of a request."""

    id: int
    mail_id: int
    letter: int
    request_id: int | None
    status: str
    opened_at: datetime
    purpose: str  # of the letter, as its reference, party and recipient
    ref: str
    party: str
    recipient: str


class DeliveryReportStore:
    """Reports by mail, letter or request; oldest first."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def waiting(self, *, mail_id: int | None = None, ref: str = "") -> list[DeliveryReport]:
        """Return the reports without a ruling that match all of these."""
        query = _ALL.where(_UNRULED)
        if mail_id is not None:
            query = query.where(_R.c.mail_id == mail_id)
        if ref:
            query = query.where(_OUTBOX.c.ref == ref)
        return [_report(row) for row in self._session.execute(query.order_by(_R.c.id))]

    def suspended(self, request_ids: Collection[int]) -> set[int]:
        """Return those of these requests whose chase is suspended."""
        query = select(_R.c.request_id).where(_UNRULED, among(_R.c.request_id, request_ids))
        return set(self._session.scalars(query))

    def open(
        self, mail_id: int, letter: int, request_id: int | None, status: str, now: datetime
    ) -> None:
        """Record a report that a person has to judge; once for each mail and letter."""
        self.forget(mail_id)
        values = {
            "mail_id": mail_id, "outbox_id": letter, "request_id": request_id, "status": status,
            "opened_at": now, "ruling": ReportRuling.NONE.value,
        }  # fmt: skip
        self._session.connection().execute(insert(_R), [values])

    def rule(self, letters: Collection[int], ruling: ReportRuling, now: datetime) -> None:
        """Record the ruling on every report about these letters that has none."""
        self._session.connection().execute(
            update(_R)
            .where(_UNRULED, among(_R.c.outbox_id, letters))
            .values(ruling=ruling.value, ruled_at=now)
        )

    def ruled(self, letter: int) -> ReportRuling:
        """Return the last ruling on a report about this letter."""
        query = select(_R.c.ruling).where(_R.c.outbox_id == letter, _R.c.ruling != "")
        found = self._session.scalar(query.order_by(_R.c.id.desc()).limit(1))
        return ReportRuling(found or "")

    def forget(self, mail_id: int) -> None:
        """Remove what a mail reported, because it is decided again."""
        self._session.connection().execute(delete(_R).where(_UNRULED, _R.c.mail_id == mail_id))


_ALL: Select[tuple[Any, ...]] = select(
    _R.c.id, _R.c.mail_id, _R.c.outbox_id, _R.c.request_id, _R.c.status, _R.c.opened_at,
    _OUTBOX.c.purpose, _OUTBOX.c.ref, _OUTBOX.c.party, _OUTBOX.c.recipient,
).select_from(_R.join(_OUTBOX, _OUTBOX.c.id == _R.c.outbox_id))  # fmt: skip


def _report(row: Row[*tuple[Any, ...]]) -> DeliveryReport:
    return DeliveryReport(*row)
