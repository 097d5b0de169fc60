"""The queries of ``exchange health``, and of the warnings to our own team: what waits, how long."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import case, exists, func, or_, select, text, type_coerce
from sqlmodel import Session

from exchange.domain.inbound import DeviceState
from exchange.domain.outbound import CHASED_LEGS
from exchange.store.bulk.in_list import among
from exchange.store.column_types import Instant
from exchange.store.mails.mail import KEPT
from exchange.store.mails.outbox import DEFERRED, FAILED, HELD, QUEUED
from exchange.store.partial_indexes import UNRESOLVED
from exchange.store.tables import (
    DeliveryReportRow,
    InboundDeviceRow,
    InboundRequestRow,
    LegRow,
    MailRow,
    OutboundRequestRow,
    OutboxRow,
    table_of,
)

_MAIL, _OUTBOX, _LEG = table_of(MailRow).c, table_of(OutboxRow).c, table_of(LegRow).c
_REPORT = table_of(DeliveryReportRow).c
_ASKED_OF_US = table_of(InboundRequestRow).c
_ASKED_BY_US = table_of(OutboundRequestRow).c
_ROW = table_of(InboundDeviceRow).c


@dataclass(frozen=True, slots=True)
class Oldest:
    """How many items wait, and since when the oldest does."""

    number: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Owed:
    """Open requests: how many, how many are overdue, and the one due next."""

    number: int = 0
    past: int = 0
    nearest: date | None = None
    ref: str = ""
    party: str = ""


class OpenRequest(NamedTuple):
    """A request to us that is not answered, or whose answer has not left."""

    id: int
    ref: str
    party: str
    mail_id: int
    received_at: datetime
    due_on: date
    rule: str
    answered: bool


class Pulse:
    """Health queries; each uses an index, so they stay fast however much is stored."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def undecided(self) -> Oldest:
        """Count undecided mails; a mail to be decided again counts from then."""
        since = _later(_MAIL.kept_at, _MAIL.decided_at)
        return self._oldest(since, _MAIL.state == KEPT)

    def in_state(self, state: str) -> Oldest:
        """Count unresolved mails in a state such as ``not_given`` or ``old``."""
        return self._oldest(_MAIL.kept_at, _MAIL.state == state, _MAIL.resolved_at.is_(None))

    def for_a_person(self) -> Oldest:
        """Count unresolved mails in Review and Shunted."""
        return self._oldest(_MAIL.arrived_at, text(UNRESOLVED))

    def letters_waiting(self) -> Oldest:
        """Count letters not accepted yet; one that is queued again counts from then."""
        since = case(
            (_OUTBOX.state == QUEUED, _later(_OUTBOX.created_at, _OUTBOX.attempted_at)),
            else_=_OUTBOX.created_at,
        )
        return self._oldest(type_coerce(since, Instant), _OUTBOX.state.in_([QUEUED, DEFERRED]))

    def letters_in(self, state: str) -> int:
        """Count the letters in a state."""
        query = select(func.count()).where(_OUTBOX.state == state)
        return int(self._session.execute(query).scalar_one())

    def owed_by_us(self, today: date) -> Owed:
        """Count requests to us that are unanswered, or whose answer is not accepted yet."""
        unsent = select(_OUTBOX.ref).where(
            _OUTBOX.state.in_([QUEUED, DEFERRED, FAILED]), _OUTBOX.purpose == "answer"
        )
        wanted = or_(_ASKED_OF_US.answered.is_(False), _ASKED_OF_US.ref.in_(unsent))
        return self._owed(_ASKED_OF_US, today, wanted)

    def owed_to_us(self, today: date) -> Owed:
        """Count the requests of ours that are being chased."""
        chased = exists().where(
            _LEG.request_id == _ASKED_BY_US.id,
            _LEG.state.in_([state.value for state in CHASED_LEGS]),
        )
        return self._owed(_ASKED_BY_US, today, _ASKED_BY_US.due_on.is_not(None), chased)

    def next_chase(self) -> date | None:
        """Return the earliest day on which a leg's next step is, or was, due.

        A request that a report suspends has none until a person rules.
        """
        reported = select(_REPORT.id).where(
            text("delivery_report.ruling = ''"), _REPORT.request_id == _LEG.request_id
        )
        query = select(_LEG.next_due).where(_LEG.next_due.is_not(None), ~exists(reported))
        found: date | None = self._session.scalar(query.order_by(_LEG.next_due).limit(1))
        return found

    def open_requests(self) -> list[OpenRequest]:
        """Return requests to us with anything open or whose answer was not accepted, in order."""
        unsent = select(_OUTBOX.ref).where(
            _OUTBOX.state.in_([QUEUED, DEFERRED, FAILED, HELD]), _OUTBOX.purpose == "answer"
        )
        query = (
            select(*(_ASKED_OF_US[name] for name in OpenRequest._fields))
            .where(or_(_ASKED_OF_US.answered.is_(False), _ASKED_OF_US.ref.in_(unsent)))
            .order_by(_ASKED_OF_US.due_on, _ASKED_OF_US.id)
        )
        return [OpenRequest(*row) for row in self._session.execute(query)]

    def in_doubt(self, requests: Collection[int]) -> dict[int, tuple[int, int]]:
        """Return, per request, how many Devices are held and how many rows not readable."""
        held, unreadable = DeviceState.HELD.value, DeviceState.UNREADABLE.value
        query = (
            select(_ROW.request_id, _ROW.state, func.count())
            .where(among(_ROW.request_id, requests), _ROW.state.in_([held, unreadable]))
            .group_by(_ROW.request_id, _ROW.state)
        )
        found = dict.fromkeys(requests, (0, 0))
        for number, state, many in self._session.execute(query):
            before = found[number]
            found[number] = (many, before[1]) if state == held else (before[0], many)
        return found

    def _oldest(self, since: Any, *conditions: Any) -> Oldest:
        query = select(func.count(), func.min(since)).where(*conditions)
        number, oldest = self._session.execute(query).one()
        return Oldest(int(number), oldest)

    def _owed(self, table: Any, today: date, *conditions: Any) -> Owed:
        counted = select(
            func.count(), func.coalesce(func.sum(case((table.due_on < today, 1), else_=0)), 0)
        ).where(*conditions)
        number, past = self._session.execute(counted).one()
        if not number:
            return Owed()
        first = (
            select(table.due_on, table.ref, table.party)
            .where(*conditions)
            .order_by(table.due_on, table.id)
            .limit(1)
        )
        nearest, ref, party = self._session.execute(first).one()
        return Owed(int(number), int(past), nearest, ref, party)


def _later(one: Any, other: Any) -> Any:
    """Return the later of two instants; ``other`` may be missing."""
    return type_coerce(case((other > one, other), else_=one), Instant)
