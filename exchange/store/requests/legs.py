"""Legs: a Supplier asked about a device, with clock and rungs of the ladder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Row, and_, delete, func, or_, select, text, update
from sqlmodel import Session

from exchange.domain.audit import instant_text
from exchange.domain.outbound import CHASED_LEGS, OPEN_LEGS, CaseState, Leg, LegState
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
# Word for word the condition of the index: SQLite uses it only then.
_WAITS_TO_BE_ASKED = text("leg.state = 'queued' AND leg.request_id IS NULL")


@dataclass(frozen=True, slots=True)
class TakenRung:
    """A rung of the ladder that a leg has passed; without a letter it was skipped."""

    leg_id: int
    rung: str
    outbox_id: int | None


class LegStore:
    """Legs by party, request, case or due date."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def queued_parties(self) -> list[str]:
        """Return the parties with queued legs that are in no request yet."""
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
        """Return the legs that match all of these, in order of the cases."""
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
        """Return the newest leg of each of these Devices that the party was asked about."""
        found = self.legs(party=party, devices=devices)
        return {leg.device: leg for leg in found if leg.request_id is not None}

    def of_cases(self, case_ids: Collection[int]) -> list[Leg]:
        """Return all legs of these cases, in order of the cases."""
        query = (
            select(*_LEG)
            .select_from(_WITH_CASE)
            .where(among(_L.case_id, case_ids))
            .order_by(_L.case_id, _L.position)
        )
        return [_leg(row) for row in self._session.execute(query)]

    def of_letter(self, outbox_id: int) -> list[Leg]:
        """Return the legs that a reminder or other letter of the ladder lists, in its order."""
        query = (
            select(*_LEG)
            .select_from(_WITH_CASE.join(RUNGS, RUNGS.c.leg_id == _L.id))
            .where(RUNGS.c.outbox_id == outbox_id)
            .order_by(_L.case_id)
        )
        return [_leg(row) for row in self._session.execute(query)]

    def to_ask(self, party: str) -> list[Leg]:
        """Lock and return the queued legs of ``party`` that are in no request, in order of cases.

        Others who want to ask about them wait until we commit, and then find them in a request.
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
        """Return whether ``party`` has a leg for any of these devices."""
        query = select(_L.id).where(_L.party == party, among(_L.device, devices)).limit(1)
        return self._session.scalar(query) is not None

    def asked_of(self, parties: Collection[str], devices: Collection[str]) -> set[tuple[str, str]]:
        """Return which of ``devices`` were asked of which of ``parties``: (party, device)."""
        query = select(_L.party, _L.device).where(
            _L.party.in_(list(parties)), among(_L.device, devices),
            _L.state != LegState.WAITING.value,
        )  # fmt: skip
        return {(party, device) for party, device in self._session.execute(query)}

    def asked_parties(self, parties: Collection[str]) -> set[str]:
        """Return those of ``parties`` that were asked about any device, or are next."""
        found = (_L.party == one for one in parties)
        query = [select(_L.party).where(one).limit(1) for one in found]
        return {party for one in query for party in self._session.scalars(one)}

    def carry(self, leg_ids: Sequence[int], request_id: int) -> None:
        """Put these legs into a request."""
        self._update(leg_ids, request_id=request_id)

    def move_legs(
        self,
        leg_ids: Sequence[int],
        state: LegState,
        *,
        answered_at: datetime | None = None,
        answer_mail_id: int | None = None,
    ) -> None:
        """Write a new state, keeping the invariant of ``next_due``."""
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
        """Start the clocks of legs whose request was accepted; optionally set their state."""
        values: dict[str, object] = {} if state is None else {"state": state.value}
        values.update(accepted_on=accepted_on, due_on=due_on, next_due=next_due)
        self._update(leg_ids, **values)

    def stop_clocks(self, leg_ids: Sequence[int]) -> None:
        """Clear the clocks of legs whose request bounced."""
        self._update(leg_ids, accepted_on=None, due_on=None, next_due=None, overdue=False, level=0)

    def unask(self, leg_ids: Sequence[int]) -> None:
        """Take bounced legs out of their request, so that a new request can ask about them."""
        self._update(leg_ids, request_id=None)

    def reopen(self, leg_ids: Sequence[int]) -> None:
        """Ask about these legs again, with new clocks and a new ladder: the answer is not valid."""
        if not leg_ids:
            return
        self._update(
            leg_ids, state=LegState.QUEUED.value, request_id=None, answered_at=None,
            answer_mail_id=None,
        )  # fmt: skip
        self.stop_clocks(leg_ids)
        self._session.connection().execute(delete(RUNGS).where(among(RUNGS.c.leg_id, leg_ids)))

    def due_requests(self, today: date) -> list[tuple[int, int]]:
        """Return the requests with legs whose next rung is due, and the number of these legs."""
        # Counted here: for GROUP BY, SQLite would walk through all requests in order.
        query = select(_L.request_id).where(_L.next_due <= today)
        counted = Counter(self._session.scalars(query))
        return sorted((number, legs) for number, legs in counted.items() if number is not None)

    def due_legs(self, request_ids: Collection[int], today: date) -> dict[int, list[Leg]]:
        """Return per request the legs whose next rung is due, in order of the cases."""
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
        """Return the passed rungs of each leg, and when their mail was written (None: skipped)."""
        done: dict[int, dict[str, datetime | None]] = {number: {} for number in leg_ids}
        query = select(RUNGS.c.leg_id, RUNGS.c.rung, RUNGS.c.at, RUNGS.c.outbox_id)
        for leg, rung, at, outbox in self._session.execute(
            query.where(among(RUNGS.c.leg_id, done))
        ):
            done[leg][rung] = at if outbox is not None else None
        return done

    def rung_of(self, outbox_id: int) -> str:
        """Return the rung of the ladder that a letter was written for, or an empty text."""
        query = select(RUNGS.c.rung).where(RUNGS.c.outbox_id == outbox_id).limit(1)
        return self._session.execute(query).scalar() or ""

    def take_rungs(self, taken: Iterable[TakenRung], now: datetime) -> None:
        """Record rungs as taken or skipped; each once per leg."""
        at = instant_text(now.astimezone(UTC))
        rows = ((one.leg_id, one.rung, at, one.outbox_id) for one in taken)
        insert_rows(self._session, RUNGS, ("leg_id", "rung", "at", "outbox_id"), rows)

    def set_next(self, leg_ids: Sequence[int], next_due: date | None) -> None:
        """Set when the next rung of these legs is due."""
        self._update(leg_ids, next_due=next_due)

    def mark_overdue(self, leg_ids: Sequence[int], *, overdue: bool = True) -> None:
        """Mark legs as overdue (or, after a recalculation, as not overdue)."""
        self._update(leg_ids, overdue=overdue)

    def mark_level(self, leg_ids: Sequence[int], level: int) -> None:
        """Record the level to which legs were escalated."""
        self._update(leg_ids, level=level)

    def leg_counts(self, request_id: int | None = None) -> dict[LegState, int]:
        """Count the legs in each state."""
        query = select(_L.state, func.count()).group_by(_L.state)
        if request_id is not None:
            query = query.where(_L.request_id == request_id)
        return {LegState(state): number for state, number in self._session.execute(query)}

    def overdue(self, request_ids: Collection[int]) -> dict[int, int]:
        """Count the legs of each of these requests that are overdue and not answered."""
        query = select(_L.request_id, func.count().label("legs")).where(
            among(_L.request_id, request_ids),
            _L.overdue,
            _L.state.in_([state.value for state in CHASED_LEGS]),
        )
        counted = self._session.execute(query.group_by(_L.request_id))
        return {row.request_id: row.legs for row in counted}

    def waiting_requests(self, request_ids: Collection[int]) -> set[int]:
        """Return those of these requests of which an answer, or a new letter, is still wanted.

        A leg whose letter bounced wants one as long as its code came from nobody else.
        """
        still = [state.value for state in OPEN_LEGS]
        bounced = and_(_L.state == LegState.BOUNCED.value, CASES.c.state == CaseState.SEEKING.value)
        query = (
            select(_L.request_id)
            .select_from(_WITH_CASE)
            .where(among(_L.request_id, request_ids), or_(_L.state.in_(still), bounced))
        )
        return set(self._session.scalars(query.distinct()))

    def asked(self, request_ids: Collection[int]) -> dict[int, int]:
        """Count the legs of each of these requests."""
        query = select(_L.request_id, func.count().label("legs")).where(
            among(_L.request_id, request_ids)
        )
        counted = self._session.execute(query.group_by(_L.request_id))
        return {row.request_id: row.legs for row in counted}

    def overdue_and_escalated(self) -> tuple[int, int]:
        """Count (overdue, escalated) legs, including those answered since."""
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
