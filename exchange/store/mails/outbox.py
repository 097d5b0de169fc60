"""The outbox: the letters to send, and the fate of each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, case, func, not_, or_, text, update
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from exchange.domain.audit import instant_text
from exchange.errors import NotFound
from exchange.store.bulk.bulk_insert import IdAllocator, insert_rows
from exchange.store.bulk.in_list import among
from exchange.store.tables import OutboxRow, table_of

_MANY_ATTEMPTS = 5
LONGEST_PAUSE = timedelta(hours=4)  # between two attempts
_MARGIN = timedelta(minutes=5)
_HELD_BYTES = 8_000_000  # of letters that are pending and not written yet
QUEUED, DEFERRED, SENT, FAILED = "queued", "deferred", "sent", "failed"
HELD, CANCELLED = "held", "cancelled"
# A PostgreSQL advisory lock: sending letters and holding them back exclude each other.
_CLAIM_LOCK = 0x4D503141


@dataclass(frozen=True, slots=True)
class NewLetter:
    """A letter to put into the outbox; ``sealed`` is the whole mail."""

    message_id: str
    purpose: str
    ref: str
    party: str
    recipient: str
    codes: int
    sealed: bytes
    size: int


@dataclass(frozen=True, slots=True)
class StoredLetter:
    """A letter in the outbox."""

    id: int
    message_id: str
    purpose: str
    ref: str
    party: str
    recipient: str
    codes: int
    sealed: bytes
    state: str
    attempts: int
    created_at: datetime
    accepted_at: datetime | None
    reply: str


@dataclass(frozen=True, slots=True)
class LetterHead:
    """A letter in the outbox without its content: what people see, and choose letters by."""

    id: int
    message_id: str
    purpose: str
    ref: str
    party: str
    recipient: str
    codes: int
    size: int
    state: str
    attempts: int
    created_at: datetime
    next_attempt_at: datetime
    accepted_at: datetime | None
    reply: str


class DueLetter(NamedTuple):
    """A letter that is due now, without its content."""

    id: int
    purpose: str
    ref: str
    party: str
    recipient: str
    size: int


@dataclass(frozen=True, slots=True)
class AcceptedLetter:
    """A letter that its recipient's server accepted, without its content."""

    purpose: str
    recipient: str
    accepted_at: datetime


_LETTER = (
    "id", "message_id", "purpose", "ref", "party", "recipient", "codes", "sealed", "size", "state",
    "attempts", "created_at", "next_attempt_at", "reply",
)  # fmt: skip


_OUTBOX = table_of(OutboxRow)
_STORED: tuple[Any, ...] = tuple(_OUTBOX.c[field.name] for field in fields(StoredLetter))
_HEAD: tuple[Any, ...] = tuple(_OUTBOX.c[field.name] for field in fields(LetterHead))
_DUE: tuple[Any, ...] = tuple(_OUTBOX.c[name] for name in DueLetter._fields)
_WAITING = (QUEUED, DEFERRED)


class Outbox:
    """The letters to send, one row and one recipient each."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._numbers = IdAllocator(session, table_of(OutboxRow))
        self._unwritten: list[tuple[object, ...]] = []
        self._weight = 0

    def add(self, letter: NewLetter, now: datetime) -> int:
        """Queue a letter; return its number."""
        number, at = self._numbers.next(), instant_text(now.astimezone(UTC))
        self._unwritten.append((
            number, letter.message_id, letter.purpose, letter.ref, letter.party, letter.recipient,
            letter.codes, letter.sealed, letter.size, QUEUED, 0, at, at, "",
        ))  # fmt: skip
        self._weight += letter.size
        if self._weight >= _HELD_BYTES:
            self.flush()
        return number

    def add_many(self, letters: Sequence[NewLetter], now: datetime) -> list[int]:
        """Queue letters; return their numbers, in the same order."""
        numbers = [self.add(letter, now) for letter in letters]
        self.flush()
        return numbers

    def flush(self) -> None:
        """Write all pending letters."""
        if self._unwritten:
            rows, self._unwritten, self._weight = self._unwritten, [], 0
            insert_rows(self._session, table_of(OutboxRow), _LETTER, rows)

    def due(self, now: datetime, limit: int, max_bytes: int) -> list[StoredLetter]:
        """Return the letters due now, oldest first, within both limits but at least one."""
        return self.letters([one.id for one in self.due_letters(now, limit, max_bytes)])

    def due_letters(
        self,
        now: datetime,
        limit: int,
        max_bytes: int,
        *,
        last: Collection[str] = (),
        without: Collection[str] = (),
    ) -> list[DueLetter]:
        """Return due letters without content; domains in ``last`` come last, ``without`` never."""
        self.flush()
        query = sa_select(*_DUE).where(_OUTBOX.c.state.in_(_WAITING), _is_due(now)).limit(limit)
        if without:
            query = query.where(not_(_goes_to(without)))
        if last:
            query = query.order_by(case((_goes_to(last), 1), else_=0))
        listed = self._session.execute(query.order_by(_OUTBOX.c.id))
        found, weight = list[DueLetter](), 0
        for row in listed:
            letter = DueLetter._make(row)
            weight += letter.size
            if found and weight > max_bytes:
                break
            found.append(letter)
        return found

    def any_due(self, now: datetime) -> bool:
        """Return whether any letter is due now."""
        self.flush()
        query = sa_select(_OUTBOX.c.id).where(_OUTBOX.c.state.in_(_WAITING), _is_due(now))
        return self._session.execute(query.limit(1)).first() is not None

    def letters(self, numbers: Collection[int]) -> list[StoredLetter]:
        """Return these letters, oldest first."""
        return self._stored(among(_OUTBOX.c.id, numbers))

    def heads(
        self,
        *,
        numbers: Collection[int] | None = None,
        ref: str = "",
        party: str = "",
        states: Collection[str] = (),
        reply: str = "",
        domain: str = "",
    ) -> list[LetterHead]:
        """Return letters that match all of these, oldest first; ``reply``: a part of it."""
        self.flush()
        query = sa_select(*_HEAD).order_by(_OUTBOX.c.id)
        if numbers is not None:
            query = query.where(among(_OUTBOX.c.id, numbers))
        if ref:
            query = query.where(_OUTBOX.c.ref == ref)
        if party:
            query = query.where(_OUTBOX.c.party == party)
        if states:
            query = query.where(_OUTBOX.c.state.in_(list(states)))
        if domain:
            query = query.where(_goes_to([domain]))
        if reply:
            query = query.where(_OUTBOX.c.reply.icontains(reply, autoescape=True))
        return [LetterHead(*row) for row in self._session.execute(query)]

    def take_turn(self) -> None:
        """Block others from claiming letters or holding them back until this transaction ends."""
        line = self._session.connection()
        if line.dialect.name == "postgresql":  # SQLite has only one writer
            line.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CLAIM_LOCK})

    def put_aside(
        self,
        numbers: Collection[int],
        state: str,
        reply: str | None = None,
        *,
        next_attempt_at: datetime | None = None,
        uncounted: bool = False,
    ) -> None:
        """Set a state without an attempt; with ``uncounted`` do not count the last attempt."""
        self.flush()
        values: dict[str, Any] = {"state": state}
        if reply is not None:
            values["reply"] = reply
        if next_attempt_at is not None:
            values["next_attempt_at"] = next_attempt_at
        if uncounted:
            one_less = _OUTBOX.c.attempts - 1
            values["attempts"] = case((_OUTBOX.c.attempts > 0, one_less), else_=0)
        self._session.connection().execute(
            update(_OUTBOX).where(among(_OUTBOX.c.id, numbers)).values(values)
        )

    def replace(self, number: int, letter: NewLetter) -> None:
        """Replace the mail of a letter; purpose and reference stay the same."""
        self.flush()
        self._session.connection().execute(
            update(_OUTBOX)
            .where(_OUTBOX.c.id == number)
            .values(
                message_id=letter.message_id, recipient=letter.recipient,
                sealed=letter.sealed, size=letter.size, accepted_at=None,
            )
        )  # fmt: skip

    def tried_since(self, since: datetime, now: datetime) -> int:
        """Count the attempts from ``since`` to now, for the rate budget.

        Attempts in the future are left out: the clock was wrong when they were made.
        """
        self.flush()
        at = _OUTBOX.c.attempted_at
        query = select(func.count()).where(at > since, at <= now + _MARGIN)
        return int(self._session.execute(query).scalar_one())

    def accepted(self, letters: Sequence[tuple[int, str]], now: datetime) -> None:
        """Record that the server accepted these letters: (number, reply of the server)."""
        self.flush()
        if not letters:
            return
        outbox = table_of(OutboxRow)
        changed = self._session.connection().execute(
            update(outbox)
            .where(outbox.c.id == bindparam("number"))
            .values(
                attempts=outbox.c.attempts + 1,
                state=SENT,
                reply=bindparam("server_reply"),
                attempted_at=bindparam("at"),
                accepted_at=bindparam("at"),
            ),
            [{"number": number, "server_reply": reply, "at": now} for number, reply in letters],
        )
        if changed.rowcount != len(letters):
            raise NotFound("a letter is not in the outbox any more")

    def record(
        self,
        number: int,
        now: datetime,
        *,
        state: str,
        reply: str = "",
        next_attempt_at: datetime | None = None,
    ) -> None:
        """Record an attempt."""
        self.flush()
        outbox = table_of(OutboxRow)
        values: dict[str, object] = {"state": state, "reply": reply, "attempted_at": now}
        if state == SENT:
            values["accepted_at"] = now
        if next_attempt_at:
            values["next_attempt_at"] = next_attempt_at
        changed = self._session.connection().execute(
            update(outbox)
            .where(outbox.c.id == number)
            .values(attempts=outbox.c.attempts + 1, **values)
        )
        if not changed.rowcount:
            raise NotFound(f"there is no letter {number}")

    def fail(self, number: int, reply: str) -> None:
        """Record that an accepted letter bounced."""
        self.put_aside([number], FAILED, reply)

    def retry(self, number: int, now: datetime) -> None:
        """Queue a failed letter again, with the same Message-ID."""
        self.flush()
        if self._session.get(OutboxRow, number) is None:
            raise NotFound(f"there is no letter {number}")
        self.put_aside([number], QUEUED, next_attempt_at=now)

    def get(self, number: int) -> StoredLetter:
        """Return a letter; raises NotFound."""
        found = self.letters([number])
        if not found:
            raise NotFound(f"there is no letter {number}")
        return found[0]

    def by_message_id(self, message_ids: Iterable[str]) -> list[StoredLetter]:
        """Return our letters with these Message-IDs."""
        wanted = [one for one in message_ids if one]
        return self._stored(_OUTBOX.c.message_id.in_(wanted)) if wanted else []

    def by_ref(self, ref: str) -> list[StoredLetter]:
        """Return all letters of a reference, oldest first."""
        return self._stored(_OUTBOX.c.ref == ref)

    def _stored(self, condition: ColumnElement[bool]) -> list[StoredLetter]:
        self.flush()
        query = sa_select(*_STORED).where(condition).order_by(_OUTBOX.c.id)
        return [StoredLetter(*row) for row in self._session.execute(query)]

    def count(self, ref: str, purpose: str) -> int:
        """Count the letters of a reference for a purpose."""
        self.flush()
        outbox = table_of(OutboxRow)
        query = select(func.count()).where(outbox.c.ref == ref, outbox.c.purpose == purpose)
        return int(self._session.execute(query).scalar_one())

    def accepted_by_ref(self, refs: Collection[str]) -> dict[str, list[AcceptedLetter]]:
        """Return the accepted letters of each reference, oldest first."""
        self.flush()
        outbox = table_of(OutboxRow)
        found: dict[str, list[AcceptedLetter]] = {ref: [] for ref in refs}
        query = (
            select(outbox.c.ref, outbox.c.purpose, outbox.c.recipient, outbox.c.accepted_at)
            .where(among(outbox.c.ref, found), outbox.c.accepted_at.is_not(None))
            .order_by(outbox.c.id)
        )
        for ref, purpose, recipient, accepted_at in self._session.execute(query):
            found[ref].append(AcceptedLetter(purpose, recipient, accepted_at))
        return found

    def stuck(self) -> list[StoredLetter]:
        """Return letters that failed, were deferred many times, or are held back."""
        self.flush()
        often = and_(_OUTBOX.c.state == DEFERRED, _OUTBOX.c.attempts >= _MANY_ATTEMPTS)
        return self._stored(or_(_OUTBOX.c.state.in_([FAILED, HELD]), often))

    def sent_to(self, party: str, since: datetime, purpose: str) -> tuple[int, int]:
        """Count (letters, codes in them) for a party since ``since``, for the circuit breaker."""
        self.flush()
        letters, codes = self._session.exec(
            select(func.count(), func.coalesce(func.sum(OutboxRow.codes), 0)).where(
                OutboxRow.party == party,
                col(OutboxRow.created_at) >= since,
                OutboxRow.purpose == purpose,
            )
        ).one()
        return int(letters), int(codes)

    def counts(self) -> dict[str, int]:
        """Count the letters in each state."""
        self.flush()
        query = select(OutboxRow.state, func.count()).group_by(OutboxRow.state)
        return dict(self._session.exec(query).all())


def _is_due(now: datetime) -> ColumnElement[bool]:
    """Return whether a letter is due, or due so late that the clock was wrong when that was set."""
    at = _OUTBOX.c.next_attempt_at
    return or_(at <= now, at > now + LONGEST_PAUSE + _MARGIN)


def _goes_to(domains: Collection[str]) -> ColumnElement[bool]:
    """Return whether a letter goes to one of these domains."""
    return or_(*(_OUTBOX.c.recipient.iendswith(f"@{one}", autoescape=True) for one in domains))
