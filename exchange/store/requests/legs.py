"""Legs: one Supplier asked about one device, its clock and its rungs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Row, delete, func, select, text, update
from sqlmodel import Session

from exchange.domain.audit import instant_text
from exchange.domain.outbound import CHASED_LEGS, Leg, LegState
from exchange.store.bulk.bulk_insert import insert_rows
from exchange.store.bulk.in_list import among
from exchange.store.tables import CaseRow, LegRow, LegRungRow, table_of

_STATES = {state.value: state for state in LegState}
LEGS, CASES, RUNGS = table_of(LegRow), table_of(CaseRow), table_of(LegRungRow)
_L = LEGS.c
_LEG = (
    _L.id, _L.case_id, _L.device, CASES.c.device_type, _L.party, _L.position, _L.state,
    _L.request_id, _L.accepted_on, _L.due_on, _L.overdue, _L.level,
)  # fmt: skip
_WITH_CASE = LEGS.join(CASES, CASES.c.id == _L.case_id)
# Word for word the condition of the index, which SQLite takes only then.
_WAITS_TO_BE_ASKED = text("leg.state = 'queued' AND leg.request_id IS NULL")


@dataclass(frozen=True, slots=True)
class TakenRung:
    """A rung of the ladder that a leg has behind it; without a letter it was skipped."""

    leg_id: int
    rung: str
    outbox_id: int | None


class LegStore:
    """Legs by party, request, case or due date."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def queued_parties(self) -> list[str]:
        """Parties with queued legs that no request carries yet."""
        query = select(_L.party).where(_WAITS_TO_BE_ASKED).distinct().order_by(_L.party)
        return list(self._session.scalars(query))

    def legs(
        self,
        *,
        party: str = "",
        request_id: int | None = None,
        devices: Collection[str] | None = None,
        states: Collection[LegState] = (),
    ) -> list[Leg]:
        """Legs by any of these, in order of the cases."""
        query = select(*_LEG).select_from(_WITH_CASE)
        if party:
            query = query.where(_L.party == party)
        if request_id is not None:
            query = query.where(_L.request_id == request_id)
        if states:
            query = query.where(_L.state.in_([state.value for state in states]))
        query = query.order_by(_L.case_id, _L.position)
        if devices is not None:
            query = query.where(among(_L.device, devices))
        return [_leg(row) for row in self._session.execute(query)]

    def newest(self, party: str, devices: Collection[str]) -> dict[str, Leg]:
        """The newest leg of each of these Devices that the party was really asked about."""
        found = self.legs(party=party, devices=devices)
        return {leg.device: leg for leg in found if leg.request_id is not None}

    def of_cases(self, case_ids: Collection[int]) -> list[Leg]:
        """Every leg of these cases, in order of the cases."""
        query = (
            select(*_LEG)
            .select_from(_WITH_CASE)
            .where(among(_L.case_id, case_ids))
            .order_by(_L.case_id, _L.position)
        )
        return [_leg(row) for row in self._session.execute(query)]

    def to_ask(self, party: str) -> list[Leg]:
        """The queued legs of ``party`` that no request carries yet, in order of the cases.

        Whoever else wants to ask about them waits until we commit, and then finds them carried.
        """
        query = (
            select(*_LEG)
            .select_from(_WITH_CASE)
            .where(_WAITS_TO_BE_ASKED, _L.party == party)
            .order_by(_L.case_id)
            .with_for_update(of=LEGS)
        )
        return [_leg(row) for row in self._session.execute(query)]

    def was_asked(self, party: str, devices: Iterable[str]) -> bool:
        """Whether ``party`` has a leg for any of these devices."""
        query = select(_L.id).where(_L.party == party, among(_L.device, devices)).limit(1)
        return self._session.scalar(query) is not None

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
        self,
        leg_ids: Sequence[int],
        accepted_on: date,
        due_on: date,
        next_due: date | None,
        state: LegState | None = None,
    ) -> None:
        """The clock of each leg starts with the acceptance of its request, which moves it too."""
        values: dict[str, object] = {} if state is None else {"state": state.value}
        values.update(accepted_on=accepted_on, due_on=due_on, next_due=next_due)
        self._update(leg_ids, **values)

    def stop_clocks(self, leg_ids: Sequence[int]) -> None:
        """A bounce voids the clock, and the request with it."""
        self._update(leg_ids, accepted_on=None, due_on=None, next_due=None, overdue=False, level=0)

    def unask(self, leg_ids: Sequence[int]) -> None:
        """Free bounced legs for a new request."""
        self._update(leg_ids, request_id=None)

    def reopen(self, leg_ids: Sequence[int]) -> None:
        """Their answer is none: to be asked anew, with a clock and a ladder of their own."""
        if not leg_ids:
            return
        self._update(
            leg_ids, state=LegState.QUEUED.value, request_id=None, answered_at=None,
            answer_mail_id=None,
        )  # fmt: skip
        self.stop_clocks(leg_ids)
        self._session.connection().execute(delete(RUNGS).where(among(RUNGS.c.leg_id, leg_ids)))

    def due_requests(self, today: date) -> list[tuple[int, int]]:
        """Requests with a leg whose next rung is due, and how many such legs each has."""
        # Counted here: asked to group, SQLite walks through every request to have them in order.
        query = select(_L.request_id).where(_L.next_due <= today)
        counted = Counter(self._session.scalars(query))
        return sorted((number, legs) for number, legs in counted.items() if number is not None)

    def due_legs(self, request_ids: Collection[int], today: date) -> dict[int, list[Leg]]:
        """Per request the legs whose next rung is due, in order of the cases."""
        found: dict[int, list[Leg]] = {number: [] for number in request_ids}
        query = (
            select(*_LEG)
            .select_from(_WITH_CASE)
            .where(among(_L.request_id, request_ids), _L.next_due <= today)
            .order_by(_L.request_id, _L.case_id)
        )
        for row in self._session.execute(query):
            leg = _leg(row)
            if leg.request_id is not None:
                found[leg.request_id].append(leg)
        return found

    def rungs_done(self, leg_ids: Collection[int]) -> dict[int, dict[str, datetime | None]]:
        """The rungs each leg has behind it, and when their mail was written (None: skipped)."""
        done: dict[int, dict[str, datetime | None]] = {number: {} for number in leg_ids}
        query = select(RUNGS.c.leg_id, RUNGS.c.rung, RUNGS.c.at, RUNGS.c.outbox_id)
        for leg, rung, at, outbox in self._session.execute(
            query.where(among(RUNGS.c.leg_id, done))
        ):
            done[leg][rung] = at if outbox is not None else None
        return done

    def rung_of(self, outbox_id: int) -> str:
        """The rung of the ladder that a letter was written for, or an empty text."""
        query = select(RUNGS.c.rung).where(RUNGS.c.outbox_id == outbox_id).limit(1)
        return self._session.execute(query).scalar() or ""

    def take_rungs(self, taken: Iterable[TakenRung], now: datetime) -> None:
        """Record rungs as taken or skipped; each once per leg."""
        at = instant_text(now.astimezone(UTC))
        rows = ((one.leg_id, one.rung, at, one.outbox_id) for one in taken)
        insert_rows(self._session, RUNGS, ("leg_id", "rung", "at", "outbox_id"), rows)

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
        query = select(_L.state, func.count()).group_by(_L.state)
        if request_id is not None:
            query = query.where(_L.request_id == request_id)
        return {LegState(state): number for state, number in self._session.execute(query)}

    def asked(self, request_ids: Collection[int]) -> dict[int, int]:
        """How many legs each of these requests carries."""
        query = select(_L.request_id, func.count().label("legs")).where(
            among(_L.request_id, request_ids)
        )
        counted = self._session.execute(query.group_by(_L.request_id))
        return {row.request_id: row.legs for row in counted}

    def standing(self) -> tuple[int, int]:
        """(overdue, escalated) legs, whether answered since or not."""
        overdue, escalated = self._session.execute(
            select(
                func.count().filter(_L.overdue),
                func.count().filter(_L.level > 0),
            )
        ).one()
        return int(overdue), int(escalated)

    def _update(self, leg_ids: Sequence[int], **values: object) -> None:
        if leg_ids:
            self._session.connection().execute(
                update(LEGS).where(among(_L.id, leg_ids)).values(**values)
            )


def _leg(row: Row[*tuple[Any, ...]]) -> Leg:
    number, case, device, kind, party, position, state, request, accepted, due, over, level = row
    return Leg(
        number, case, device, kind, party, position, _STATES[state], request, accepted, due,
        over, level,
    )  # fmt: skip
