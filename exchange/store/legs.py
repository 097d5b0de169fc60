"""Legs: one Supplier asked about one device, its clock and its rungs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlmodel import Session, col

from exchange.domain.outbound import CHASED_LEGS, Leg, LegState
from exchange.store.tables import CaseRow, LegRow, LegRungRow

_CHUNK = 5000
_LEG: tuple[Any, ...] = (
    col(LegRow.id),
    col(LegRow.case_id),
    col(LegRow.device),
    col(CaseRow.device_type),
    col(LegRow.party),
    col(LegRow.position),
    col(LegRow.state),
    col(LegRow.request_id),
    col(LegRow.accepted_on),
    col(LegRow.due_on),
    col(LegRow.overdue),
    col(LegRow.level),
)


class LegStore:
    """Legs by party, request, case or due date."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def queued_parties(self) -> list[str]:
        """Parties with queued legs that no request carries yet."""
        return list(
            self._session.scalars(
                select(col(LegRow.party))
                .where(col(LegRow.state) == LegState.QUEUED.value, col(LegRow.request_id).is_(None))
                .group_by(col(LegRow.party))
                .order_by(col(LegRow.party))
            )
        )

    def legs(
        self,
        *,
        party: str = "",
        request_id: int | None = None,
        case_id: int | None = None,
        devices: Collection[str] | None = None,
        states: Collection[LegState] = (),
        unasked: bool = False,
    ) -> list[Leg]:
        """Legs by any of these, in order of the cases."""
        query = select(*_LEG).join(CaseRow, col(CaseRow.id) == col(LegRow.case_id))
        if party:
            query = query.where(col(LegRow.party) == party)
        if request_id is not None:
            query = query.where(col(LegRow.request_id) == request_id)
        if case_id is not None:
            query = query.where(col(LegRow.case_id) == case_id)
        if states:
            query = query.where(col(LegRow.state).in_([state.value for state in states]))
        if unasked:
            query = query.where(col(LegRow.request_id).is_(None))
        query = query.order_by(col(LegRow.case_id), col(LegRow.position))
        if devices is None:
            return [_leg(row) for row in self._session.execute(query)]
        wanted, found = list(devices), list[Leg]()
        for start in range(0, len(wanted), _CHUNK):
            part = query.where(col(LegRow.device).in_(wanted[start : start + _CHUNK]))
            found.extend(_leg(row) for row in self._session.execute(part))
        return found

    def carry(self, leg_ids: Sequence[int], request_id: int) -> None:
        """These legs are asked by this request."""
        self._update(leg_ids, request_id=request_id)

    def move_legs(
        self,
        leg_ids: Sequence[int],
        state: LegState,
        *,
        answered_at: datetime | None = None,
        answer_mail_id: int | None = None,
    ) -> None:
        """Write a new state; the invariant of ``next_due`` is kept."""
        values: dict[str, object] = {"state": state.value}
        if state not in CHASED_LEGS:
            values["next_due"] = None
        if answered_at is not None:
            values.update(answered_at=answered_at, answer_mail_id=answer_mail_id)
        self._update(leg_ids, **values)

    def start_clocks(
        self, leg_ids: Sequence[int], accepted_on: date, due_on: date, next_due: date | None
    ) -> None:
        """The clock of each leg starts with the acceptance of its request."""
        self._update(leg_ids, accepted_on=accepted_on, due_on=due_on, next_due=next_due)

    def stop_clocks(self, leg_ids: Sequence[int]) -> None:
        """A bounce voids the clock, and the request with it."""
        self._update(leg_ids, accepted_on=None, due_on=None, next_due=None, overdue=False, level=0)

    def unask(self, leg_ids: Sequence[int]) -> None:
        """Free bounced legs for a new request."""
        self._update(leg_ids, request_id=None)

    def due_requests(self, today: date) -> list[int]:
        """Requests with a leg whose next rung is due, by number."""
        return [
            number
            for number in self._session.scalars(
                select(col(LegRow.request_id))
                .where(col(LegRow.next_due) <= today)
                .group_by(col(LegRow.request_id))
                .order_by(col(LegRow.request_id))
            )
            if number is not None
        ]

    def due_legs(self, request_id: int, today: date) -> list[Leg]:
        """Legs of a request whose next rung is due."""
        query = (
            select(*_LEG)
            .join(CaseRow, col(CaseRow.id) == col(LegRow.case_id))
            .where(col(LegRow.request_id) == request_id, col(LegRow.next_due) <= today)
            .order_by(col(LegRow.case_id))
        )
        return [_leg(row) for row in self._session.execute(query)]

    def rungs_done(self, leg_ids: Sequence[int]) -> dict[int, dict[str, datetime | None]]:
        """The rungs each leg has behind it, and when their mail was written (None: skipped)."""
        done: dict[int, dict[str, datetime | None]] = {number: {} for number in leg_ids}
        for start in range(0, len(leg_ids), _CHUNK):
            for leg, rung, at, outbox in self._session.execute(
                select(
                    col(LegRungRow.leg_id),
                    col(LegRungRow.rung),
                    col(LegRungRow.at),
                    col(LegRungRow.outbox_id),
                ).where(col(LegRungRow.leg_id).in_(list(leg_ids[start : start + _CHUNK])))
            ):
                done[leg][rung] = at if outbox is not None else None
        return done

    def take_rung(
        self, leg_ids: Sequence[int], rung: str, now: datetime, outbox_id: int | None
    ) -> None:
        """Record a rung as taken (or, without a letter, skipped); once per leg."""
        if leg_ids:
            self._session.execute(
                insert(LegRungRow),
                [
                    {"leg_id": number, "rung": rung, "at": now, "outbox_id": outbox_id}
                    for number in leg_ids
                ],
            )

    def set_next(self, leg_ids: Sequence[int], next_due: date | None) -> None:
        """When these legs are looked at next."""
        self._update(leg_ids, next_due=next_due)

    def mark_overdue(self, leg_ids: Sequence[int], *, overdue: bool = True) -> None:
        """The due date has passed without an answer (or, after a replay, it has not)."""
        self._update(leg_ids, overdue=overdue)

    def mark_level(self, leg_ids: Sequence[int], level: int) -> None:
        """Escalated to this level."""
        self._update(leg_ids, level=level)

    def leg_counts(self, request_id: int | None = None) -> dict[LegState, int]:
        """How many legs in each state."""
        query = select(col(LegRow.state), func.count()).group_by(col(LegRow.state))
        if request_id is not None:
            query = query.where(col(LegRow.request_id) == request_id)
        return {LegState(state): number for state, number in self._session.execute(query)}

    def standing(self) -> tuple[int, int]:
        """(overdue, escalated) legs, whether answered since or not."""
        overdue, escalated = self._session.execute(
            select(
                func.count().filter(col(LegRow.overdue)),
                func.count().filter(col(LegRow.level) > 0),
            )
        ).one()
        return int(overdue), int(escalated)

    def _update(self, leg_ids: Sequence[int], **values: object) -> None:
        for start in range(0, len(leg_ids), _CHUNK):
            self._session.execute(
                update(LegRow)
                .where(col(LegRow.id).in_(list(leg_ids[start : start + _CHUNK])))
                .values(**values)
            )


def _leg(row: Row[*tuple[Any, ...]]) -> Leg:
    number, case, device, kind, party, position, state, request, accepted, due, over, level = row
    return Leg(
        number, case, device, kind, party, position, LegState(state), request, accepted, due,
        over, level,
    )  # fmt: skip
