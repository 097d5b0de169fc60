"""Requests from other Suppliers, and their devices."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, update
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from exchange.domain.audit import instant_text
from exchange.domain.inbound import (
    DISCHARGED,
    DeviceState,
    InboundRequest,
    RequestClock,
    RequestedDevice,
)
from exchange.domain.time.sla import Due
from exchange.errors import NotFound
from exchange.later import Later
from exchange.store.bulk.bulk_insert import IdAllocator, insert_rows, update_rows
from exchange.store.bulk.in_list import among
from exchange.store.mails.outbox import Outbox
from exchange.store.tables import (
    InboundDeviceRow,
    InboundRequestRow,
    MailRow,
    OutboxRow,
    PartyRow,
    table_of,
)

if TYPE_CHECKING:
    from exchange.store.bulk import device_rows
    from exchange.store.bulk.device_rows import DeviceColumns
else:
    device_rows = Later("exchange.store.bulk.device_rows")

_CHUNK = 5000
_DEVICE: tuple[Any, ...] = tuple(
    col(column)
    for column in (
        InboundDeviceRow.id,
        InboundDeviceRow.device,
        InboundDeviceRow.device_type,
        InboundDeviceRow.where,
        InboundDeviceRow.state,
        InboundDeviceRow.reason,
        InboundDeviceRow.outbox_id,
    )
)


# A decided row of a request: device, device type, place, state, reason, and the sealed text of an
# unreadable row.
NewDevice = tuple[str, str, str, DeviceState, str, bytes | None]


_REQUEST = (
    "id", "ref", "mail_id", "party", "their_ref", "received_at", "day_zero", "due_on", "due_at",
    "rule", "calendar", "answered",
)  # fmt: skip


class EarlierRow(NamedTuple):
    """A row of a request that names a device, unless it was withdrawn."""

    party: str
    device: str
    state: DeviceState
    ref: str
    at: datetime  # when our answer was written, or the open request came
    id: int
    request_id: int
    outbox_id: int | None


class InboundStore:
    """Requests from other Suppliers."""

    def __init__(self, session: Session, letters: Outbox) -> None:
        self._session, self._letters = session, letters
        self._numbers = IdAllocator(session, table_of(InboundRequestRow))
        self._requests: list[tuple[object, ...]] = []
        self._rows: list[tuple[object, ...]] = []

    def add_request(
        self,
        ref: str,
        mail_id: int,
        party: str,
        their_ref: str,
        clock: RequestClock,
        *,
        answered: bool = False,
    ) -> int:
        """Add a request; return its number."""
        number = self._numbers.next()
        self._requests.append((
            number, ref, mail_id, party, their_ref, instant_text(clock.received_at.astimezone(UTC)),
            clock.day_zero.isoformat(), clock.due_on.isoformat(),
            instant_text(clock.due_at.astimezone(UTC)), clock.rule, clock.calendar, answered,
        ))  # fmt: skip
        return number

    def add_devices(
        self, request_id: int, devices: Iterable[NewDevice], outbox_id: int | None
    ) -> None:
        """Add rows to a request; rows in a discharged state point to the letter ``outbox_id``."""
        letters = {state: outbox_id if state in DISCHARGED else None for state in DeviceState}
        texts = {state: state.value for state in DeviceState}
        self._rows += [
            (request_id, device, kind, place, texts[state], reason, seen, letters[state])
            for device, kind, place, state, reason, seen in devices
        ]
        if len(self._rows) >= _CHUNK:
            self.flush()

    def add_columns(self, request_id: int, columns: DeviceColumns, outbox_id: int | None) -> None:
        """Add many rows at once, after the pending ones."""
        self.flush()
        device_rows.insert_columns(self._session, request_id, columns, outbox_id)

    def flush(self) -> None:
        """Write all that is pending: first the letters, to which the rows point."""
        self._letters.flush()
        if self._requests:
            requests, self._requests = self._requests, []
            insert_rows(self._session, table_of(InboundRequestRow), _REQUEST, requests)
        if self._rows:
            rows, self._rows = self._rows, []
            insert_rows(self._session, table_of(InboundDeviceRow), device_rows.ROW_COLUMNS, rows)

    def move_many(
        self, rows: Iterable[tuple[int, DeviceState, str]], outbox_id: int | None = None
    ) -> None:
        """Write new states (row, state, reason); ``outbox_id`` is the letter that reports them."""
        self.flush()
        table = table_of(InboundDeviceRow)
        if outbox_id is None:
            values = ((state.value, reason, row) for row, state, reason in rows)
            update_rows(self._session, table, ("state", "reason"), values)
        else:
            reported = ((state.value, reason, outbox_id, row) for row, state, reason in rows)
            update_rows(self._session, table, ("state", "reason", "outbox_id"), reported)

    def rows_of_letter(self, request_id: int, outbox_id: int) -> list[tuple[str, int]]:
        """Return the rows that a letter reports, as (Device ID, row number)."""
        self.flush()
        table = table_of(InboundDeviceRow).c
        query = sa_select(table.device, table.id).where(
            table.request_id == request_id, table.outbox_id == outbox_id
        )
        return [(device, row) for device, row in self._session.execute(query)]

    def assign_letters(self, rows: Iterable[tuple[int, int]]) -> None:
        """Assign rows to another letter: (letter, row)."""
        update_rows(self._session, table_of(InboundDeviceRow), ("outbox_id",), rows)

    def hold_again(self, rows: Iterable[int], reason: str) -> None:
        """Set rows back to held, because their letter is not sent: a person decides again."""
        table = table_of(InboundDeviceRow)
        self._session.connection().execute(
            update(table)
            .where(among(table.c.id, rows))
            .values(state=DeviceState.HELD.value, reason=reason, outbox_id=None)
        )

    def claim(self, request_id: int) -> None:
        """Lock the rows of a request until we commit."""
        self.flush()
        self._session.exec(
            select(InboundRequestRow.id).where(InboundRequestRow.id == request_id).with_for_update()
        ).one()

    def mark_if_answered(self, request_id: int) -> bool:
        """Mark the request as answered if all its devices are; return whether it is."""
        self.flush()
        left = self._session.exec(
            select(func.count())
            .select_from(InboundDeviceRow)
            .where(
                InboundDeviceRow.request_id == request_id,
                col(InboundDeviceRow.state).not_in([state.value for state in DISCHARGED]),
            )
        ).one()
        row = self._session.get(InboundRequestRow, request_id)
        if row is None:
            raise NotFound(f"there is no request {request_id}")
        row.answered = left == 0
        self._session.flush()
        return row.answered

    def find(self, ref: str) -> InboundRequest:
        """Return the request with a reference; raises NotFound."""
        self.flush()
        row = self._session.exec(
            select(InboundRequestRow).where(InboundRequestRow.ref == ref)
        ).first()
        if row is None:
            raise NotFound(f"no request to us has the reference {ref}")
        return _request(row)

    def by_mail(self, mail_id: int) -> InboundRequest | None:
        """Return the request that came with a mail, or None."""
        self.flush()
        row = self._session.exec(
            select(InboundRequestRow).where(InboundRequestRow.mail_id == mail_id)
        ).first()
        return _request(row) if row else None

    def by_refs(self, refs: Collection[str], party: str) -> list[InboundRequest]:
        """Return the requests of ``party`` among ``refs``."""
        if not refs:
            return []
        self.flush()
        rows = self._session.exec(
            select(InboundRequestRow).where(
                col(InboundRequestRow.ref).in_(list(refs)), InboundRequestRow.party == party
            )
        )
        return [_request(row) for row in rows]

    def refs_of(self, device: str) -> list[str]:
        """Return the references of all requests that name a device."""
        self.flush()
        return list(
            self._session.exec(
                select(InboundRequestRow.ref)
                .join(InboundDeviceRow, col(InboundRequestRow.id) == InboundDeviceRow.request_id)
                .where(InboundDeviceRow.device == device)
                .distinct()
            )
        )

    def asking_parties(self, parties: Collection[str]) -> set[str]:
        """Return those of ``parties`` that have sent us a request."""
        self.flush()
        party, request = table_of(PartyRow).c, table_of(InboundRequestRow).c
        asked = sa_select(request.id).where(request.party == party.signifier).exists()
        query = sa_select(party.signifier).where(among(party.signifier, parties), asked)
        return set(self._session.scalars(query))

    def earlier(self, parties: Collection[str], devices: Collection[str]) -> list[EarlierRow]:
        """Return the rows of ``parties`` about ``devices`` that were not withdrawn, oldest first.

        One look-up for many devices, by the index on them.
        """
        self.flush()
        device, request = table_of(InboundDeviceRow), table_of(InboundRequestRow)
        letter = table_of(OutboxRow)
        query = (
            sa_select(
                request.c.party, device.c.device, device.c.state, request.c.ref,
                request.c.received_at, letter.c.created_at, device.c.id, device.c.request_id,
                device.c.outbox_id,
            )
            .select_from(device.join(request, request.c.id == device.c.request_id)
                         .outerjoin(letter, letter.c.id == device.c.outbox_id))
            .where(
                among(device.c.device, devices),
                device.c.state != DeviceState.WITHDRAWN.value,
            )
        )  # fmt: skip
        found = [
            EarlierRow(party, name, DeviceState(state), ref, written or came, *numbers)
            for party, name, state, ref, came, written, *numbers in self._session.execute(query)
            if party in parties  # not in SQL: SQLite would walk through all rows of a party
        ]
        return sorted(found, key=attrgetter("id"))

    def of_mails(self, message_ids: Collection[str], party: str) -> list[InboundRequest]:
        """Return the requests of ``party`` that came with mails with these Message-IDs."""
        wanted = [one for one in message_ids if one]
        if not wanted:
            return []
        self.flush()
        rows = self._session.exec(
            select(InboundRequestRow)
            .join(MailRow, col(MailRow.id) == InboundRequestRow.mail_id)
            .where(col(MailRow.message_id).in_(wanted), InboundRequestRow.party == party)
        )
        return [_request(row) for row in rows]

    def of_other_calendar(self, version: str) -> list[InboundRequest]:
        """Return open requests whose due date comes from another version of the calendar."""
        self.flush()
        rows = self._session.exec(
            select(InboundRequestRow)
            .where(
                col(InboundRequestRow.answered).is_(False), InboundRequestRow.calendar != version
            )
            .order_by(col(InboundRequestRow.id))
        )
        return [_request(row) for row in rows]

    def set_due(self, request_id: int, when: Due) -> None:
        """Set a recalculated due date."""
        self.flush()
        row = self._session.get(InboundRequestRow, request_id)
        if row is None:
            raise NotFound(f"there is no request {request_id}")
        row.day_zero, row.due_on, row.due_at = when.day_zero, when.due_on, when.due_at
        row.calendar = when.calendar_version
        self._session.flush()

    def by_their_refs(self, refs: Collection[str], party: str) -> list[InboundRequest]:
        """Return the requests of ``party`` that carry one of these references of its own."""
        self.flush()
        rows = self._session.exec(
            select(InboundRequestRow)
            .where(
                col(InboundRequestRow.their_ref).in_(list(refs)), InboundRequestRow.party == party
            )
            .order_by(col(InboundRequestRow.id))
        )
        return [_request(row) for row in rows]

    def requests(self, open_only: bool = False) -> list[InboundRequest]:
        """Return all requests, oldest first."""
        self.flush()
        query = select(InboundRequestRow).order_by(col(InboundRequestRow.id))
        if open_only:
            query = query.where(col(InboundRequestRow.answered).is_(False))
        return [_request(row) for row in self._session.exec(query)]

    def devices(
        self, request_id: int, states: Collection[DeviceState] = ()
    ) -> Iterator[RequestedDevice]:
        """Yield the rows of a request in the sender's order, of long lists by Device ID."""
        self.flush()
        query = (
            sa_select(*_DEVICE)
            .where(col(InboundDeviceRow.request_id) == request_id)
            .order_by(col(InboundDeviceRow.id))
        )
        if states:
            query = query.where(col(InboundDeviceRow.state).in_([one.value for one in states]))
        # Without yield_per PostgreSQL's driver reads all rows before it returns the first.
        rows = self._session.execute(query.execution_options(yield_per=_CHUNK))
        for number, device, kind, where, state, reason, outbox in rows:
            yield RequestedDevice(number, device, kind, where, DeviceState(state), reason, outbox)

    def counts(self, request_id: int) -> dict[DeviceState, int]:
        """Count the rows of a request in each state."""
        self.flush()
        pairs = self._session.exec(
            select(InboundDeviceRow.state, func.count())
            .where(InboundDeviceRow.request_id == request_id)
            .group_by(InboundDeviceRow.state)
        )
        return {DeviceState(state): number for state, number in pairs}

    def devices_since(self, party: str, since: datetime) -> int:
        """Count the devices a party asked for since ``since``, for the volume guard."""
        self.flush()
        return self._session.exec(
            select(func.count())
            .select_from(InboundDeviceRow)
            .join(InboundRequestRow, col(InboundRequestRow.id) == InboundDeviceRow.request_id)
            .where(InboundRequestRow.party == party, col(InboundRequestRow.received_at) >= since)
        ).one()


def _request(row: InboundRequestRow) -> InboundRequest:
    return InboundRequest(
        id=row.id or 0,
        ref=row.ref,
        party=row.party,
        mail_id=row.mail_id,
        their_ref=row.their_ref,
        clock=RequestClock(
            received_at=row.received_at,
            day_zero=row.day_zero,
            due_on=row.due_on,
            due_at=row.due_at,
            rule=row.rule,
            calendar=row.calendar,
        ),
        answered=row.answered,
    )
