"""Our own requests: cases, legs, and the requests that contain them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, text, update
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from exchange.domain.audit import instant_text
from exchange.domain.outbound import (
    CHASED_LEGS,
    CaseState,
    Gained,
    LegState,
    OutboundRequest,
)
from exchange.errors import NotFound
from exchange.store.bulk.bulk_insert import insert_rows, update_rows
from exchange.store.bulk.in_list import among
from exchange.store.tables import CaseRow, LegRow, OutboundRequestRow, table_of

_CHUNK = 5000
_CODES_LOCK = 0x4D503134  # an advisory lock of PostgreSQL
_STATES = {state.value: state for state in CaseState}
_CASES, _LEGS = table_of(CaseRow), table_of(LegRow)
_NEW_CASE = (
    "device", "device_type", "state", "opened_at", "source", "code_tag", "code_from",
)  # fmt: skip
_NEW_LEG = ("case_id", "device", "party", "position", "state", "overdue", "level")
_RECEIVED = ("sealed_code", "code_tag", "code_from", "code_at", "state", "code_without_crc")
_CASE = (
    *(
        _CASES.c[name]
        for name in (
            *("id", "device", "device_type", "state", "sealed_code"),
            *("code_tag", "code_from", "opened_at", "code_at", "code_without_crc", "crc_failed"),
        )
    ),
    _CASES.c.closed_at.is_not(None),
)


@dataclass(frozen=True, slots=True)
class Case:
    """A gained device whose install code we ask for."""

    id: int
    device: str
    device_type: str
    state: CaseState
    sealed_code: bytes | None
    code_tag: str
    code_from: str
    opened_at: datetime
    code_at: datetime | None
    code_without_crc: bool  # so none of our making leaves with it
    crc_failed: bool  # a code for it came whose CRC did not fit
    closed: bool


@dataclass(frozen=True, slots=True)
class ReceivedCode:
    """A code for a case, sealed, with its fingerprint."""

    case_id: int
    sealed: bytes
    tag: str
    without_crc: bool = False


class OutboundStore:
    """Cases and requests, and new legs."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def _connection(self) -> Connection:
        """Return the connection, for bulk statements: there are hundreds of thousands of cases."""
        return self._session.connection()

    # -- cases ---------------------------------------------------------------------------------

    def open_devices(self, devices: Collection[str]) -> set[str]:
        """Return those of ``devices`` that have an open case."""
        return set(self.open_cases_of(devices))

    def open_cases_of(self, devices: Collection[str]) -> dict[str, int]:
        """Return the numbers of the open cases of ``devices``, by device."""
        query = select(_CASES.c.device, _CASES.c.id).where(
            _CASES.c.closed_at.is_(None), among(_CASES.c.device, devices)
        )
        return {row.device: row.id for row in self._connection.execute(query)}

    def open_cases(self, gained: Sequence[Gained], now: datetime, source: str) -> int:
        """Open a case for each device, with legs: the first queued, the others waiting."""
        seeking, at = CaseState.SEEKING.value, instant_text(now.astimezone(UTC))
        first, next_ones = LegState.QUEUED.value, LegState.WAITING.value
        for start in range(0, len(gained), _CHUNK):
            chunk = gained[start : start + _CHUNK]
            cases = [(one.device, one.device_type, seeking, at, source, "", "") for one in chunk]
            insert_rows(self._session, _CASES, _NEW_CASE, cases)
            numbers = self.open_cases_of([one.device for one in chunk])
            legs = [
                (numbers[one.device], one.device, party, position,
                 next_ones if position else first, False, 0)
                for one in chunk
                for position, party in enumerate(one.suppliers)
            ]  # fmt: skip
            insert_rows(self._session, _LEGS, _NEW_LEG, legs)
        return len(gained)

    def cases(self, state: CaseState | None = None) -> Iterator[Case]:
        """Yield all cases, oldest first."""
        query = select(*_CASE).order_by(_CASES.c.id)
        if state:
            query = query.where(_CASES.c.state == state.value)
        for row in self._connection.execute(query.execution_options(yield_per=1000)):
            yield _case(row)

    def case_counts(self) -> dict[CaseState, int]:
        """Count the cases in each state."""
        query = select(_CASES.c.state, func.count()).group_by(_CASES.c.state)
        return {CaseState(state): number for state, number in self._connection.execute(query)}

    def cases_of(self, numbers: Collection[int]) -> dict[int, Case]:
        """Return these cases by number."""
        query = select(*_CASE).where(among(_CASES.c.id, numbers))
        return {row.id: _case(row) for row in self._connection.execute(query)}

    def wait_for_codes(self) -> None:
        """Block others from taking or ruling on received codes until this transaction ends.

        Otherwise two mails that are decided at the same time, by the daemon and by a person, could
        bring the same code for two devices unnoticed.  SQLite has only one writer.
        """
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(
                text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CODES_LOCK}
            )

    def holders(self, tags: Collection[str]) -> list[Case]:
        """Return cases that hold a code with one of these tags, open ones first, then newest."""
        query = select(*_CASE).where(among(_CASES.c.code_tag, tags))
        query = query.order_by(_CASES.c.closed_at.is_not(None), _CASES.c.id.desc())
        return [_case(row) for row in self._connection.execute(query)]

    def receive_codes(self, codes: Sequence[ReceivedCode], party: str, now: datetime) -> None:
        """Store sealed codes that came from a party."""
        at, state = instant_text(now.astimezone(UTC)), CaseState.CODE_RECEIVED.value
        rows = [
            (one.sealed, one.tag, party, at, state, one.without_crc, one.case_id) for one in codes
        ]
        update_rows(self._session, _CASES, _RECEIVED, rows)

    def note_failed_crcs(self, case_ids: Collection[int]) -> None:
        """Note that codes came for these cases whose CRC did not fit."""
        if case_ids:
            self._connection.execute(
                update(_CASES).where(among(_CASES.c.id, case_ids)).values(crc_failed=True)
            )

    def drop_codes(self, case_ids: Sequence[int]) -> None:
        """Drop received codes that belong to other devices: these cases seek theirs again."""
        if case_ids:
            self._connection.execute(
                update(_CASES)
                .where(among(_CASES.c.id, case_ids))
                .values(
                    state=CaseState.SEEKING.value,
                    sealed_code=None, code_tag="", code_from="", code_at=None,
                    code_without_crc=None,
                )
            )  # fmt: skip

    def set_states(self, case_ids: Sequence[int], state: CaseState) -> None:
        """Write the new state of cases; they stay open or closed."""
        if case_ids:
            self._connection.execute(
                update(_CASES).where(among(_CASES.c.id, case_ids)).values(state=state.value)
            )

    def move_cases(
        self, case_ids: Sequence[int], state: CaseState, closed_at: datetime | None = None
    ) -> None:
        """Write the new state of cases, and when they were closed."""
        if case_ids:
            self._connection.execute(
                update(_CASES)
                .where(among(_CASES.c.id, case_ids))
                .values(state=state.value, closed_at=closed_at)
            )

    # -- requests ------------------------------------------------------------------------------

    def add_request(
        self, ref: str, party: str, message_id: str, sla_days: int, now: datetime
    ) -> int:
        """Add a request to a party; return its number."""
        row = OutboundRequestRow(
            ref=ref, party=party, message_id=message_id, sla_days=sla_days, created_at=now
        )
        self._session.add(row)
        self._session.flush()
        return row.id or 0

    def find(self, ref: str) -> OutboundRequest:
        """Return the request with a reference; raises NotFound."""
        found = self._requests(OutboundRequestRow.ref == ref)
        if not found:
            raise NotFound(f"no request of ours has the reference {ref}")
        return found[0]

    def by_number(self, numbers: Collection[int]) -> dict[int, OutboundRequest]:
        """Return these requests by number."""
        wanted = among(table_of(OutboundRequestRow).c.id, numbers)
        return {request.id: request for request in self._requests(wanted)}

    def requests(self, party: str = "") -> list[OutboundRequest]:
        """Return all our requests, or those to ``party``, oldest first."""
        return self._requests(OutboundRequestRow.party == party) if party else self._requests()

    def of_other_calendar(self, version: str) -> list[OutboundRequest]:
        """Return chased requests whose due date comes from another version of the calendar."""
        chased = select(_LEGS.c.request_id).where(
            _LEGS.c.state.in_([state.value for state in CHASED_LEGS])
        )
        return self._requests(
            col(OutboundRequestRow.accepted_at).is_not(None),
            OutboundRequestRow.calendar != version,
            col(OutboundRequestRow.id).in_(chased),
        )

    def by_refs(self, refs: Collection[str]) -> list[OutboundRequest]:
        """Return our requests among ``refs``."""
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
        """Record that the recipient's server accepted the mail, which starts the clock."""
        row = self._request_row(request_id)
        row.accepted_at, row.day_zero, row.due_on, row.due_at = (
            accepted_at, day_zero, due_on, due_at,
        )  # fmt: skip
        row.rule, row.calendar = rule, calendar
        self._session.flush()

    def void_clock(self, request_id: int) -> None:
        """Clear the clock of a request whose mail bounced."""
        row = self._request_row(request_id)
        row.accepted_at = row.day_zero = row.due_on = row.due_at = None
        self._session.flush()

    def set_message_id(self, request_id: int, message_id: str) -> None:
        """Set the Message-ID of a request mail that was rewritten before it was sent."""
        self._request_row(request_id).message_id = message_id
        self._session.flush()

    def acknowledged(self, request_id: int, now: datetime) -> None:
        """Record that the party confirmed receipt."""
        row = self._request_row(request_id)
        row.acknowledged_at = row.acknowledged_at or now
        self._session.flush()

    def away_until(self, request_id: int, returns_on: date) -> None:
        """Record the return date from an absence notice."""
        self._request_row(request_id).returns_on = returns_on
        self._session.flush()

    # -- below ---------------------------------------------------------------------------------

    def _request_row(self, number: int) -> OutboundRequestRow:
        row = self._session.get(OutboundRequestRow, number)
        if row is None:
            raise NotFound(f"there is no request {number}")
        return row

    def _requests(self, *conditions: object) -> list[OutboundRequest]:
        query = select_rows(OutboundRequestRow).order_by(col(OutboundRequestRow.id))
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


def _case(row: Row[*tuple[Any, ...]]) -> Case:
    number, device, kind, state, sealed_code, tag, code_from, opened_at, code_at, *marks = row
    bare, failed, closed = map(bool, marks)
    return Case(
        number, device, kind, _STATES[state], sealed_code, tag, code_from, opened_at, code_at,
        bare, failed, closed,
    )  # fmt: skip
