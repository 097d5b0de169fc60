"""What we ask: cases, legs and the requests that carried them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, insert, update
from sqlmodel import Session, col, select

from exchange.domain.outbound import (
    CHASED_LEGS,
    CaseState,
    Gained,
    LegState,
    OutboundRequest,
)
from exchange.errors import NotFound
from exchange.store.tables import CaseRow, LegRow, OutboundRequestRow

_CHUNK = 5000


@dataclass(frozen=True, slots=True)
class Case:
    """A gained device."""

    id: int
    device: str
    device_type: str
    state: CaseState
    sealed_code: bytes | None
    code_tag: str
    code_from: str
    opened_at: datetime
    code_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReceivedCode:
    """A code for a case, sealed, with its fingerprint."""

    case_id: int
    sealed: bytes
    tag: str


class OutboundStore:
    """Cases, legs, requests and rungs."""

    def __init__(self, session: Session) -> None:
        self._session = session

    # -- cases ---------------------------------------------------------------------------------

    def open_devices(self, devices: Collection[str]) -> set[str]:
        """Those of ``devices`` that have an open case."""
        wanted, found = list(devices), set[str]()
        for start in range(0, len(wanted), _CHUNK):
            found.update(
                self._session.exec(
                    select(CaseRow.device).where(
                        col(CaseRow.device).in_(wanted[start : start + _CHUNK]),
                        col(CaseRow.closed_at).is_(None),
                    )
                )
            )
        return found

    def open_cases(self, gained: Sequence[Gained], now: datetime, source: str) -> int:
        """A case for each device, with its legs: the first queued, the others waiting."""
        for start in range(0, len(gained), _CHUNK):
            chunk = gained[start : start + _CHUNK]
            self._session.execute(
                insert(CaseRow),
                [
                    {
                        "device": one.device,
                        "device_type": one.device_type,
                        "state": CaseState.SEEKING.value,
                        "opened_at": now,
                        "source": source,
                    }
                    for one in chunk
                ],
            )
            found = self._session.exec(
                select(CaseRow.device, CaseRow.id).where(
                    col(CaseRow.device).in_([one.device for one in chunk]),
                    col(CaseRow.closed_at).is_(None),
                )
            )
            numbers = dict(iter(found))
            self._session.execute(
                insert(LegRow),
                [
                    {
                        "case_id": numbers[one.device],
                        "device": one.device,
                        "party": party,
                        "position": position,
                        "state": (LegState.WAITING if position else LegState.QUEUED).value,
                    }
                    for one in chunk
                    for position, party in enumerate(one.suppliers)
                ],
            )
        return len(gained)

    def case(self, number: int) -> Case:
        """One case; raises NotFound."""
        row = self._session.get(CaseRow, number)
        if row is None:
            raise NotFound(f"there is no case {number}")
        return _case(row)

    def open_case(self, device: str) -> Case:
        """The open case of a device; raises NotFound."""
        row = self._session.exec(
            select(CaseRow).where(CaseRow.device == device, col(CaseRow.closed_at).is_(None))
        ).first()
        if row is None:
            raise NotFound(f"{device} has no open case")
        return _case(row)

    def cases(self, state: CaseState | None = None) -> Iterator[Case]:
        """Every case, oldest first."""
        query = select(CaseRow).order_by(col(CaseRow.id))
        if state:
            query = query.where(CaseRow.state == state.value)
        for row in self._session.exec(query.execution_options(yield_per=1000)):
            yield _case(row)

    def case_counts(self) -> dict[CaseState, int]:
        """How many cases in each state."""
        pairs = self._session.exec(select(CaseRow.state, func.count()).group_by(CaseRow.state))
        return {CaseState(state): number for state, number in pairs}

    def cases_of(self, numbers: Collection[int]) -> dict[int, Case]:
        """Several cases by number."""
        wanted, found = list(numbers), dict[int, Case]()
        for start in range(0, len(wanted), _CHUNK):
            rows = self._session.exec(
                select(CaseRow).where(col(CaseRow.id).in_(wanted[start : start + _CHUNK]))
            )
            found.update((row.id or 0, _case(row)) for row in rows)
        return found

    def devices_with_tags(self, tags: Collection[str]) -> dict[str, str]:
        """Which device holds the received code with each of these fingerprints."""
        wanted, found = list(tags), dict[str, str]()
        for start in range(0, len(wanted), _CHUNK):
            found.update(
                self._session.exec(
                    select(CaseRow.code_tag, CaseRow.device).where(
                        col(CaseRow.code_tag).in_(wanted[start : start + _CHUNK])
                    )
                ).all()
            )
        return found

    def receive_codes(self, codes: Sequence[ReceivedCode], party: str, now: datetime) -> None:
        """Codes arrived from a party, sealed."""
        if not codes:
            return
        self._session.execute(
            update(CaseRow),
            [
                {
                    "id": one.case_id,
                    "sealed_code": one.sealed,
                    "code_tag": one.tag,
                    "code_from": party,
                    "code_at": now,
                    "state": CaseState.CODE_RECEIVED.value,
                }
                for one in codes
            ],
        )

    def move_case(self, case_id: int, state: CaseState, closed_at: datetime | None = None) -> None:
        """Write a case's new state."""
        row = self._case_row(case_id)
        row.state = state.value
        row.closed_at = closed_at
        self._session.flush()

    # -- requests ------------------------------------------------------------------------------

    def add_request(
        self, ref: str, party: str, message_id: str, sla_days: int, now: datetime
    ) -> int:
        """A request to one party; returns its number."""
        row = OutboundRequestRow(
            ref=ref, party=party, message_id=message_id, sla_days=sla_days, created_at=now
        )
        self._session.add(row)
        self._session.flush()
        return row.id or 0

    def find(self, ref: str) -> OutboundRequest:
        """By reference; raises NotFound."""
        found = self._requests(OutboundRequestRow.ref == ref)
        if not found:
            raise NotFound(f"no request of ours has the reference {ref}")
        return found[0]

    def by_number(self, numbers: Collection[int]) -> dict[int, OutboundRequest]:
        """Several requests by number."""
        wanted, found = list(numbers), dict[int, OutboundRequest]()
        for start in range(0, len(wanted), _CHUNK):
            some = col(OutboundRequestRow.id).in_(wanted[start : start + _CHUNK])
            found.update((request.id, request) for request in self._requests(some))
        return found

    def requests(self, party: str = "") -> list[OutboundRequest]:
        """Every request of ours, oldest first."""
        return self._requests(OutboundRequestRow.party == party) if party else self._requests()

    def of_other_calendar(self, version: str) -> list[OutboundRequest]:
        """Accepted requests with a leg still chased, whose due date another calendar produced."""
        chased = select(LegRow.request_id).where(
            col(LegRow.state).in_([state.value for state in CHASED_LEGS])
        )
        return self._requests(
            col(OutboundRequestRow.accepted_at).is_not(None),
            OutboundRequestRow.calendar != version,
            col(OutboundRequestRow.id).in_(chased),
        )

    def by_refs(self, refs: Collection[str]) -> list[OutboundRequest]:
        """Requests of ours among ``refs``."""
        return self._requests(col(OutboundRequestRow.ref).in_(list(refs))) if refs else []

    def accept(
        self,
        request_id: int,
        accepted_at: datetime,
        day_zero: date,
        due_on: date,
        due_at: datetime,
        rule: str,
        calendar: str,
    ) -> None:
        """The recipient's server took the mail: the clock of the request runs from here."""
        row = self._request_row(request_id)
        row.accepted_at, row.day_zero, row.due_on, row.due_at = (
            accepted_at, day_zero, due_on, due_at,
        )  # fmt: skip
        row.rule, row.calendar = rule, calendar
        self._session.flush()

    def void_clock(self, request_id: int) -> None:
        """The mail bounced: it was never received."""
        row = self._request_row(request_id)
        row.accepted_at = row.day_zero = row.due_on = row.due_at = None
        self._session.flush()

    def acknowledged(self, request_id: int, now: datetime) -> None:
        """They say they have it."""
        row = self._request_row(request_id)
        row.acknowledged_at = row.acknowledged_at or now
        self._session.flush()

    def away_until(self, request_id: int, returns_on: date) -> None:
        """An absence notice named a date."""
        self._request_row(request_id).returns_on = returns_on
        self._session.flush()

    # -- below ---------------------------------------------------------------------------------

    def _case_row(self, number: int) -> CaseRow:
        row = self._session.get(CaseRow, number)
        if row is None:
            raise NotFound(f"there is no case {number}")
        return row

    def _request_row(self, number: int) -> OutboundRequestRow:
        row = self._session.get(OutboundRequestRow, number)
        if row is None:
            raise NotFound(f"there is no request {number}")
        return row

    def _requests(self, *conditions: object) -> list[OutboundRequest]:
        query = select(OutboundRequestRow).order_by(col(OutboundRequestRow.id))
        for condition in conditions:
            query = query.where(condition)  # type: ignore[arg-type]
        return [
            OutboundRequest(
                id=row.id or 0,
                ref=row.ref,
                party=row.party,
                message_id=row.message_id,
                created_at=row.created_at,
                accepted_at=row.accepted_at,
                day_zero=row.day_zero,
                due_on=row.due_on,
                rule=row.rule,
                calendar=row.calendar,
                sla_days=row.sla_days,
                returns_on=row.returns_on,
            )
            for row in self._session.exec(query)
        ]


def _case(row: CaseRow) -> Case:
    return Case(
        id=row.id or 0,
        device=row.device,
        device_type=row.device_type,
        state=CaseState(row.state),
        sealed_code=row.sealed_code,
        code_tag=row.code_tag,
        code_from=row.code_from,
        opened_at=row.opened_at,
        code_at=row.code_at,
    )
