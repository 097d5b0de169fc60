"""The schema, one for SQLite and PostgreSQL.  Rows never leave this package.

What can hold an install code (a raw mail, an outgoing mail, a received code, an unreadable row)
is sealed; what stands in the clear beside it has passed ``mask_codes``.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from exchange.domain.audit import instant_text


@lru_cache(maxsize=1024)
def _instant_text(value: datetime) -> str:
    """Written once for the thousands of rows that one moment writes; equal instants are alike."""
    return instant_text(value.astimezone(UTC))


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant as sortable ISO text: SQLite's own type would drop the zone."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive instant")
        return _instant_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else datetime.fromisoformat(value)


def _instant(nullable: bool = True, index: bool = False) -> Any:
    return Field(default=None, sa_column=Column(Instant, nullable=nullable, index=index))


def _sealed(nullable: bool = False) -> Any:
    return Field(default=None, sa_column=Column(LargeBinary, nullable=nullable))


def _text() -> Any:
    return Field(default="", sa_column=Column(Text, nullable=False, default=""))


def table_of(row: type[SQLModel]) -> Table:
    """The table behind a row: what is written by the hundred goes past the row objects."""
    table: Table = row.__table__  # type: ignore[attr-defined]
    return table


# The condition of a partial index; a query that wants it says the same in the same words.
UNRESOLVED = "folder IN ('review', 'shunted') AND resolved_at IS NULL"
TO_FETCH = "next_fetch_at IS NOT NULL"


class MailRow(SQLModel, table=True):
    """The ledger: every mail that was ever kept, by mailbox, UIDVALIDITY and UID."""

    __tablename__ = "mail"
    __table_args__ = (
        UniqueConstraint("mailbox", "uidvalidity", "uid", name="uq_mail_place"),
        Index("ix_mail_state", "state"),
        Index("ix_mail_content_hash", "content_hash"),
        Index("ix_mail_message_id", "message_id"),
        # Only what waits for a person, beside all mails ever kept.
        Index(
            "ix_mail_unresolved",
            "party",
            "kind",
            "arrived_at",
            sqlite_where=text(UNRESOLVED),
            postgresql_where=text(UNRESOLVED),
        ),
        Index(
            "ix_mail_next_fetch",
            "mailbox",
            "next_fetch_at",
            sqlite_where=text(TO_FETCH),
            postgresql_where=text(TO_FETCH),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    mailbox: str
    # Both are unsigned 32-bit numbers (RFC 9051, 9), which INTEGER of PostgreSQL is too small for.
    uidvalidity: int = Field(sa_type=BigInteger)
    uid: int = Field(sa_type=BigInteger)  # below 0: its place on the server is another mail's now
    content_hash: str
    message_id: str = _text()
    sender: str = _text()
    subject: str = _text()  # codes masked
    size: int
    arrived_at: datetime = _instant(nullable=False)
    kept_at: datetime = _instant(nullable=False)
    sealed: bytes = _sealed()
    state: str  # kept, decided, filed; before them: old, wanted, not_given, vanished
    folder: str = ""  # processed, review, shunted: where it goes; before that as the state
    kind: str = ""
    reason: str = _text()
    party: str = ""
    ref: str = ""
    attempts: int = 0
    decided_at: datetime | None = _instant()
    resolved_at: datetime | None = _instant()
    resolution: str = _text()
    next_fetch_at: datetime | None = _instant()  # of the server, for the first time or again


class PartyRow(SQLModel, table=True):
    """The contacts register."""

    __tablename__ = "party"

    signifier: str = Field(primary_key=True)
    name: str
    mpids: str = ""  # separated by spaces
    role: str = "supplier"
    request_address: str = Field(index=True)
    reply_address: str = Field(index=True)
    escalation: str = _text()  # JSON: [[level, name, address], ...]
    sla_days: int | None = None
    sla_agreed: str = _text()
    max_mail_mb: int | None = None
    active: bool = True
    confirmed_on: date | None = None
    updated_at: datetime = _instant(nullable=False)


class PartyChangeRow(SQLModel, table=True):
    """History of the contacts register."""

    __tablename__ = "party_change"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = _instant(nullable=False)
    actor: str
    source: str = _text()
    signifier: str = Field(index=True)
    field: str
    before: str = _text()
    after: str = _text()


class PartySecretRow(SQLModel, table=True):
    """Passwords that a party's protected files open with, sealed."""

    __tablename__ = "party_secret"

    signifier: str = Field(primary_key=True, foreign_key="party.signifier")
    sealed: bytes = _sealed()
    updated_at: datetime = _instant(nullable=False)


class PartyColumnsRow(SQLModel, table=True):
    """Which columns of a party's tables hold what, as a person told us."""

    __tablename__ = "party_columns"

    signifier: str = Field(primary_key=True, foreign_key="party.signifier")
    maps: str = _text()  # JSON: a list of mappings, in the order in which they are tried
    updated_at: datetime = _instant(nullable=False)


class InboundRequestRow(SQLModel, table=True):
    """A request another Supplier made of us."""

    __tablename__ = "inbound_request"

    id: int | None = Field(default=None, primary_key=True)
    ref: str = Field(unique=True)
    mail_id: int = Field(foreign_key="mail.id", unique=True)
    party: str = Field(index=True)
    their_ref: str = _text()
    received_at: datetime = _instant(nullable=False, index=True)
    day_zero: date
    due_on: date
    due_at: datetime = _instant(nullable=False)
    rule: str = _text()
    calendar: str
    answered: bool = Field(default=False, index=True)


class InboundDeviceRow(SQLModel, table=True):
    """One row of a request: a Device, or something unreadable where one should be."""

    __tablename__ = "inbound_device"
    __table_args__ = (
        # With the letter, so that the monthly report counts in the index alone.
        Index("ix_inbound_device_request", "request_id", "state", "outbox_id"),
        Index("ix_inbound_device_device", "device"),
    )

    id: int | None = Field(default=None, primary_key=True)
    request_id: int = Field(foreign_key="inbound_request.id")
    device: str = ""
    device_type: str = ""
    where: str = Field(default="", sa_column=Column("place", Text, nullable=False, default=""))
    state: str
    reason: str = _text()
    seen: bytes | None = _sealed(nullable=True)  # what an unreadable row said
    outbox_id: int | None = Field(default=None, foreign_key="outbox.id")


class OutboxRow(SQLModel, table=True):
    """One outgoing mail to one recipient, with its fixed Message-ID."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_due", "state", "next_attempt_at"),)

    id: int | None = Field(default=None, primary_key=True)
    message_id: str = Field(unique=True)
    purpose: str  # answer, request, query, reminder, breach, escalation, evidence
    ref: str = Field(default="", index=True)
    party: str = ""
    recipient: str
    codes: int = 0  # how many install codes it carries
    sealed: bytes = _sealed()
    size: int = 0
    state: str = "queued"  # queued, deferred, sent, failed, held, cancelled
    attempts: int = 0
    created_at: datetime = _instant(nullable=False, index=True)
    next_attempt_at: datetime = _instant(nullable=False)
    attempted_at: datetime | None = _instant(index=True)
    accepted_at: datetime | None = _instant()
    reply: str = _text()


class CaseRow(SQLModel, table=True):
    """A gained device whose code we seek."""

    __tablename__ = "gained_case"
    __table_args__ = (
        Index(
            "uq_gained_case_open",
            "device",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_gained_case_state", "state"),
        Index("ix_gained_case_code_tag", "code_tag"),
    )

    id: int | None = Field(default=None, primary_key=True)
    device: str
    device_type: str = ""
    state: str
    opened_at: datetime = _instant(nullable=False)
    source: str = _text()
    sealed_code: bytes | None = _sealed(nullable=True)
    code_tag: str = ""  # keyed fingerprint: tells equal codes without opening them
    code_from: str = ""
    code_at: datetime | None = _instant()
    closed_at: datetime | None = _instant()


class OutboundRequestRow(SQLModel, table=True):
    """One mail that asked one Supplier about many devices."""

    __tablename__ = "outbound_request"

    id: int | None = Field(default=None, primary_key=True)
    ref: str = Field(unique=True)
    party: str = Field(index=True)
    message_id: str = Field(unique=True)
    created_at: datetime = _instant(nullable=False, index=True)
    accepted_at: datetime | None = _instant()
    day_zero: date | None = None
    due_on: date | None = None
    due_at: datetime | None = _instant()
    rule: str = _text()
    calendar: str = ""
    sla_days: int
    acknowledged_at: datetime | None = _instant()
    returns_on: date | None = None


# The conditions of partial indexes; a query that wants one says the same in the same words.
_QUEUED = "state = 'queued' AND request_id IS NULL"
_CHASED = "next_due IS NOT NULL"


class LegRow(SQLModel, table=True):
    """One Supplier asked about one device.

    Invariant of ``next_due``: it is set exactly when the leg is sent or acknowledged and has a
    rung of the ladder ahead; the chase tick reads nothing else.
    """

    __tablename__ = "leg"
    __table_args__ = (
        UniqueConstraint("case_id", "party", name="uq_leg_case_party"),
        Index("ix_leg_party_device", "party", "device"),
        # With what the monthly report asks of each leg, so that it counts in the index alone.
        Index("ix_leg_request", "request_id", "state", "answered_at", "level"),
        # Only what waits: closed legs, of which there are many more, are in neither index.
        Index(
            "ix_leg_queued",
            "party",
            sqlite_where=text(_QUEUED),
            postgresql_where=text(_QUEUED),
        ),
        Index(
            "ix_leg_next_due",
            "next_due",
            "request_id",
            sqlite_where=text(_CHASED),
            postgresql_where=text(_CHASED),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="gained_case.id")
    device: str
    party: str
    position: int
    state: str
    request_id: int | None = Field(default=None, foreign_key="outbound_request.id")
    accepted_on: date | None = None
    due_on: date | None = None
    next_due: date | None = None
    overdue: bool = False
    level: int = 0
    answered_at: datetime | None = _instant()
    answer_mail_id: int | None = Field(default=None, foreign_key="mail.id")


class LegRungRow(SQLModel, table=True):
    """A rung of the ladder taken (or skipped after an outage), once per leg."""

    __tablename__ = "leg_rung"

    leg_id: int = Field(primary_key=True, foreign_key="leg.id")
    rung: str = Field(primary_key=True)
    at: datetime = _instant(nullable=False)
    outbox_id: int | None = Field(default=None, foreign_key="outbox.id")  # None: skipped


_UNRULED = "ruling = ''"


class CodeDisputeRow(SQLModel, table=True):
    """One install code that came for a second device, its rival: a person says whose it is."""

    __tablename__ = "code_dispute"
    __table_args__ = (
        UniqueConstraint("code_tag", "rival_case_id", name="uq_code_dispute_code_rival"),
        Index("ix_code_dispute_mail", "mail_id"),
        Index(
            "ix_code_dispute_unruled",
            "rival_case_id",
            sqlite_where=text(_UNRULED),
            postgresql_where=text(_UNRULED),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    code_tag: str
    case_id: int = Field(foreign_key="gained_case.id")
    device: str
    party: str  # who gave it first
    rival_case_id: int = Field(foreign_key="gained_case.id")
    rival: str
    rival_party: str
    mail_id: int = Field(foreign_key="mail.id")  # which brought it for the rival
    opened_at: datetime = _instant(nullable=False)
    ruling: str = ""  # first, second, neither
    ruled_at: datetime | None = _instant()


class AuditRowTable(SQLModel, table=True):
    """The hash-chained audit log."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_subject", "subject"),)

    seq: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    at: str
    actor: str
    event: str
    subject: str
    party: str = ""
    detail: str = _text()
    previous: str
    hash: str


class CounterRow(SQLModel, table=True):
    """Numbers that only grow: references by month."""

    __tablename__ = "counter"

    name: str = Field(primary_key=True)
    value: int = 0


class FactRow(SQLModel, table=True):
    """Facts somebody declared, and the daemon's own few notes."""

    __tablename__ = "fact"

    name: str = Field(primary_key=True)
    value: str = _text()
