"""The figures of the monthly report, counted by the database without an object per device.

Inbound, a Device is answered once the recipient's server has accepted the letter that answers it;
if the letter is still queued, was refused or bounced, the Device is open.  Outbound, a request
belongs to the month in which the recipient's server accepted it, or, if it was not sent yet or
bounced, to the month in which it was created.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Integer, String, and_, case, cast, func, null, or_, select, type_coerce
from sqlmodel import Session, col

from exchange.domain.inbound import DeviceState
from exchange.domain.outbound import LegState
from exchange.store.mails.outbox import FAILED, SENT
from exchange.store.tables import (
    InboundDeviceRow,
    InboundRequestRow,
    LegRow,
    OutboundRequestRow,
    OutboxRow,
    table_of,
)


class DueStatus(StrEnum):
    """Whether a requested Device was, or is, in time; each Device has exactly one status."""

    ANSWERED_IN_TIME = "answered_in_time"
    ANSWERED_LATE = "answered_late"
    OPEN_IN_TIME = "open_in_time"
    OPEN_LATE = "open_late"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class AskedOfUs:
    """The number of Devices in a Supplier's requests to us with the same status."""

    party: str
    state: DeviceState
    due_status: DueStatus
    undelivered: bool  # decided, but its letter was refused or bounced
    devices: int


@dataclass(frozen=True, slots=True)
class AskedByUs:
    """The number of Devices we asked a Supplier about, of one day, state and hour of answer."""

    party: str
    state: LegState
    overdue: bool  # the request's due date has passed; without a clock it never does
    day_zero: date | None  # None: no clock runs
    answered_in: datetime | None  # the full hour (UTC) in which the answers arrived
    devices: int
    late: int  # of them: answered after their due date
    escalated: int  # of them: a breach notice or a later step went out


_ANSWERS = (DeviceState.PROVIDED.value, DeviceState.NOT_INSTALLER.value)
_LEG_ANSWERS = (LegState.PROVIDED.value, LegState.NOT_INSTALLER.value)
_LEGS = table_of(LegRow).c
_HOUR = 13  # characters of an instant's text up to its hour: 2026-10-24T23


class Figures:
    """Counts from ``start`` up to, not including, ``end``, as seen at the instant ``at``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def requests_to_us(self, start: datetime, end: datetime) -> dict[str, int]:
        """Count each Supplier's requests to us."""
        query = (
            select(col(InboundRequestRow.party), func.count())
            .where(*_received(start, end))
            .group_by(col(InboundRequestRow.party))
        )
        return {party: int(number) for party, number in self._session.execute(query)}

    def asked_of_us(self, start: datetime, end: datetime, at: datetime) -> list[AskedOfUs]:
        """Count the Devices of received requests, by Supplier, state and due status."""
        # Counted before the join: a request has few letters, however many Devices.
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
        undelivered = case((and_(decided, col(OutboxRow.state) == FAILED), 1), else_=0)
        query = (
            select(
                col(InboundRequestRow.party),
                alike.c.state,
                _due_status(alike.c.state, at).label("due_status"),
                undelivered.label("undelivered"),
                _total(alike.c.devices),
            )
            .join(InboundRequestRow, col(InboundRequestRow.id) == alike.c.request_id)
            .join(OutboxRow, col(OutboxRow.id) == alike.c.outbox_id, isouter=True)
            # By name: PostgreSQL would take the same CASE with new parameters as another one.
            .group_by(col(InboundRequestRow.party), alike.c.state, "due_status", "undelivered")
        )
        return [
            AskedOfUs(party, DeviceState(state), DueStatus(how), bool(failed), number)
            for party, state, how, failed, number in self._session.execute(query)
        ]

    def requests_by_us(self, start: datetime, end: datetime) -> dict[str, int]:
        """Count our requests to each Supplier."""
        query = (
            select(col(OutboundRequestRow.party), func.count())
            .where(_sent(start, end))
            .group_by(col(OutboundRequestRow.party))
        )
        return {party: int(number) for party, number in self._session.execute(query)}

    def asked_by_us(self, start: datetime, end: datetime, at: datetime) -> list[AskedByUs]:
        """Count the Devices of sent requests, by Supplier, day zero, state and hour of answer."""
        # Counted before the join, from the index alone and in its order.  One mail answers many
        # Devices at one instant, so few groups are left to join.
        alike = (
            select(
                _LEGS.request_id,
                _LEGS.state,
                _LEGS.answered_at,
                _LEGS.level,
                func.count().label("devices"),
            )
            .where(
                _LEGS.request_id.in_(select(col(OutboundRequestRow.id)).where(_sent(start, end)))
            )
            .group_by(_LEGS.request_id, _LEGS.state, _LEGS.answered_at, _LEGS.level)
            .subquery()
        )
        answered = alike.c.state.in_(_LEG_ANSWERS)
        # An answer to a mail that bounced has no clock, so it is not late.
        late = and_(answered, alike.c.answered_at >= col(OutboundRequestRow.due_at))
        hour = func.substr(type_coerce(alike.c.answered_at, String()), 1, _HOUR)
        query = (
            select(
                col(OutboundRequestRow.party),
                alike.c.state,
                case((col(OutboundRequestRow.due_at) <= at, 1), else_=0).label("overdue"),
                col(OutboundRequestRow.day_zero),
                case((answered, hour), else_=null()).label("answered_in"),
                _total(alike.c.devices),
                _total(case((late, alike.c.devices), else_=0)),
                _total(case((alike.c.level > 0, alike.c.devices), else_=0)),
            )
            .join(OutboundRequestRow, col(OutboundRequestRow.id) == alike.c.request_id)
            # By name: PostgreSQL would take the same CASE with new parameters as another one.
            .group_by(
                col(OutboundRequestRow.party),
                alike.c.state,
                "overdue",
                col(OutboundRequestRow.day_zero),
                "answered_in",
            )
        )
        return [
            AskedByUs(
                party, LegState(state), bool(overdue), day_zero, _instant(hour),
                devices, late, escalated,
            )
            for party, state, overdue, day_zero, hour, devices, late, escalated
            in self._session.execute(query)
        ]  # fmt: skip


def _due_status(state: Any, at: datetime) -> Any:
    """Return the ``DueStatus`` of Devices in ``state`` as an SQL expression."""
    due_at = col(InboundRequestRow.due_at)
    in_time = col(OutboxRow.accepted_at) < due_at
    return case(
        (state == DeviceState.WITHDRAWN.value, DueStatus.WITHDRAWN.value),
        (
            and_(state.in_(_ANSWERS), col(OutboxRow.state) == SENT),
            case(
                (in_time, DueStatus.ANSWERED_IN_TIME.value),
                else_=DueStatus.ANSWERED_LATE.value,
            ),
        ),
        (due_at <= at, DueStatus.OPEN_LATE.value),
        else_=DueStatus.OPEN_IN_TIME.value,
    )


def _total(numbers: Any) -> Any:
    """Return the sum as an integer: PostgreSQL sums integers into NUMERIC."""
    return cast(func.sum(numbers), Integer)


def _received(start: datetime, end: datetime) -> tuple[Any, Any]:
    return col(InboundRequestRow.received_at) >= start, col(InboundRequestRow.received_at) < end


def _sent(start: datetime, end: datetime) -> Any:
    accepted, created = col(OutboundRequestRow.accepted_at), col(OutboundRequestRow.created_at)
    return or_(
        and_(accepted >= start, accepted < end),
        and_(accepted.is_(None), created >= start, created < end),
    )


def _instant(hour: str | None) -> datetime | None:
    return datetime.fromisoformat(hour).replace(tzinfo=UTC) if hour else None
