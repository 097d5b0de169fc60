"""The figures of a month, counted by the database: no device becomes an object on the way.

Inbound, a Device is answered once the recipient's server has taken the letter that answers it; a
letter that is still queued, was refused or came back leaves it open.  Outbound, a request belongs
to the month in which the recipient's server took it, or, while none has (not sent yet, or
bounced), to the month in which it was raised.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, String, and_, case, cast, func, null, or_, select, type_coerce
from sqlmodel import Session, col

from exchange.domain.inbound import DeviceState
from exchange.domain.outbound import LegState
from exchange.store.outbox import FAILED, SENT
from exchange.store.tables import (
    InboundDeviceRow,
    InboundRequestRow,
    LegRow,
    OutboundRequestRow,
    OutboxRow,
)

if TYPE_CHECKING:
    from exchange.store.db import Transaction


class Standing(StrEnum):
    """How a Device stands against its due date; each Device has exactly one."""

    ANSWERED_IN_TIME = "answered_in_time"
    ANSWERED_LATE = "answered_late"
    OPEN_IN_TIME = "open_in_time"
    OPEN_LATE = "open_late"
    BOUNCED = "bounced"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class AskedOfUs:
    """So many Devices of one Supplier's requests to us stand alike."""

    party: str
    state: DeviceState
    standing: Standing
    undelivered: bool  # decided, but its letter was refused or bounced
    devices: int


@dataclass(frozen=True, slots=True)
class AskedByUs:
    """So many Devices that we asked one Supplier about stand alike."""

    party: str
    state: LegState
    standing: Standing
    escalated: bool
    day_zero: date | None  # None: no clock runs
    answered_in: datetime | None  # the full hour (UTC) in which the answer arrived
    devices: int


_ANSWERS = (DeviceState.PROVIDED.value, DeviceState.NOT_INSTALLER.value)
_LEG_ANSWERS = (LegState.PROVIDED.value, LegState.NOT_INSTALLER.value)
_HOUR = 13  # characters of an instant's text up to its hour: 2026-10-24T23


class Figures:
    """Counts over a span of instants, start included, end not; ``at`` is when they are seen."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def requests_to_us(self, start: datetime, end: datetime) -> dict[str, int]:
        """How many requests each Supplier's mails made of us."""
        query = (
            select(col(InboundRequestRow.party), func.count())
            .where(*_received(start, end))
            .group_by(col(InboundRequestRow.party))
        )
        return {party: int(number) for party, number in self._session.execute(query)}

    def asked_of_us(self, start: datetime, end: datetime, at: datetime) -> list[AskedOfUs]:
        """Every Device of the requests received, by Supplier, state and standing."""
        # Counted first, joined then: a request has few letters, however many Devices.
        alike = (
            select(
                col(InboundDeviceRow.request_id).label("request_id"),
                col(InboundDeviceRow.state).label("state"),
                col(InboundDeviceRow.outbox_id).label("outbox_id"),
                func.count().label("devices"),
            )
            .where(
                col(InboundDeviceRow.request_id).in_(
                    select(col(InboundRequestRow.id)).where(*_received(start, end))
                )
            )
            .group_by(
                col(InboundDeviceRow.request_id),
                col(InboundDeviceRow.state),
                col(InboundDeviceRow.outbox_id),
            )
            .subquery()
        )
        decided = alike.c.state.in_(_ANSWERS)
        standing = case(
            (alike.c.state == DeviceState.WITHDRAWN.value, Standing.WITHDRAWN.value),
            (
                and_(decided, col(OutboxRow.state) == SENT),
                case(
                    (
                        col(OutboxRow.accepted_at) < col(InboundRequestRow.due_at),
                        Standing.ANSWERED_IN_TIME.value,
                    ),
                    else_=Standing.ANSWERED_LATE.value,
                ),
            ),
            (col(InboundRequestRow.due_at) <= at, Standing.OPEN_LATE.value),
            else_=Standing.OPEN_IN_TIME.value,
        )
        undelivered = case((and_(decided, col(OutboxRow.state) == FAILED), 1), else_=0)
        query = (
            select(
                col(InboundRequestRow.party),
                alike.c.state,
                standing.label("standing"),
                undelivered.label("undelivered"),
                # PostgreSQL sums whole numbers into NUMERIC.
                cast(func.sum(alike.c.devices), Integer),
            )
            .join(InboundRequestRow, col(InboundRequestRow.id) == alike.c.request_id)
            .join(OutboxRow, col(OutboxRow.id) == alike.c.outbox_id, isouter=True)
            # By name: the same CASE twice has other parameters, which PostgreSQL takes as another.
            .group_by(col(InboundRequestRow.party), alike.c.state, "standing", "undelivered")
        )
        return [
            AskedOfUs(party, DeviceState(state), Standing(how), bool(failed), number)
            for party, state, how, failed, number in self._session.execute(query)
        ]

    def requests_by_us(self, start: datetime, end: datetime) -> dict[str, int]:
        """How many requests we made of each Supplier."""
        query = (
            select(col(OutboundRequestRow.party), func.count())
            .where(_sent(start, end))
            .group_by(col(OutboundRequestRow.party))
        )
        return {party: int(number) for party, number in self._session.execute(query)}

    def asked_by_us(self, start: datetime, end: datetime, at: datetime) -> list[AskedByUs]:
        """Every Device of the requests we sent, by Supplier, state, standing and time to answer."""
        due_at = col(OutboundRequestRow.due_at)
        answered = col(LegRow.state).in_(_LEG_ANSWERS)
        standing = case(
            (col(LegRow.state) == LegState.WITHDRAWN.value, Standing.WITHDRAWN.value),
            (col(LegRow.state) == LegState.BOUNCED.value, Standing.BOUNCED.value),
            # An answer to a mail that came back all the same has no clock, so it is not late.
            (and_(answered, col(LegRow.answered_at) >= due_at), Standing.ANSWERED_LATE.value),
            (answered, Standing.ANSWERED_IN_TIME.value),
            (due_at <= at, Standing.OPEN_LATE.value),
            else_=Standing.OPEN_IN_TIME.value,
        )
        hour = case(
            (answered, func.substr(type_coerce(col(LegRow.answered_at), String()), 1, _HOUR)),
            else_=null(),
        )
        query = (
            select(
                col(OutboundRequestRow.party),
                col(LegRow.state),
                standing.label("standing"),
                case((col(LegRow.level) > 0, 1), else_=0).label("escalated"),
                col(OutboundRequestRow.day_zero),
                hour.label("answered_in"),
                func.count(),
            )
            .join(OutboundRequestRow, col(OutboundRequestRow.id) == col(LegRow.request_id))
            .where(_sent(start, end))
            .group_by(
                col(OutboundRequestRow.party),
                col(LegRow.state),
                "standing",
                "escalated",
                col(OutboundRequestRow.day_zero),
                "answered_in",
            )
        )
        return [
            AskedByUs(
                party, LegState(state), Standing(how), bool(escalated), day_zero, _instant(hour),
                number,
            )
            for party, state, how, escalated, day_zero, hour, number in self._session.execute(query)
        ]  # fmt: skip


def figures_of(tx: Transaction) -> Figures:
    """The figures inside a transaction."""
    return Figures(tx.facts._session)


def _received(start: datetime, end: datetime) -> tuple[Any, Any]:
    return col(InboundRequestRow.received_at) >= start, col(InboundRequestRow.received_at) < end


def _sent(start: datetime, end: datetime) -> Any:
    accepted, created = col(OutboundRequestRow.accepted_at), col(OutboundRequestRow.created_at)
    return or_(
        and_(accepted >= start, accepted < end),
        and_(accepted.is_(None), created >= start, created < end),
    )


def _instant(hour: str | None) -> datetime | None:
    return datetime.strptime(hour, "%Y-%m-%dT%H").replace(tzinfo=UTC) if hour else None
