"""The schema, one for SQLite and PostgreSQL.  Rows never leave this package.

Whatever can contain an install code (a raw mail, an outgoing mail, a received code, an unreadable
row) is sealed; text stored in the clear has passed ``mask_codes``.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Column, Index, Table, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from exchange.store.column_types import instant_field, sealed_field, text_field
from exchange.store.partial_indexes import (
    CHASED_LEG,
    OPEN_CASE,
    QUEUED_LEG,
    TO_FETCH,
    UNRESOLVED,
    UNRULED,
    partial_index,
)


def table_of(row: type[SQLModel]) -> Table:
    """Return the table of a row class, for bulk statements without row objects."""
    table: Table = row.__table__  # type: ignore[attr-defined]
    return table


class MailRow(SQLModel, table=True):
    """The ledger: every mail ever stored, by mailbox, UIDVALIDITY and UID."""

    __tablename__ = "mail"
    __table_args__ = (
        UniqueConstraint("mailbox", "uidvalidity", "uid", name="uq_mail_place"),
        Index("ix_mail_state", "state"),
        Index("ix_mail_content_hash", "content_hash"),
        Index("ix_mail_message_id", "message_id"),
        # Only mails that wait for a person, which are few among all mails ever stored.
        partial_index("ix_mail_unresolved", "party", "kind", "arrived_at", where=UNRESOLVED),
        partial_index("ix_mail_next_fetch", "mailbox", "next_fetch_at", where=TO_FETCH),
    )

    id: int | None = Field(default=None, primary_key=True)
    mailbox: str
    # Both are unsigned 32-bit numbers (RFC 9051, 9), too large for INTEGER on PostgreSQL.
    uidvalidity: int = Field(sa_type=BigInteger)
    uid: int = Field(sa_type=BigInteger)  # below 0: another mail has its UID now
    content_hash: str
    message_id: str = text_field()
    sender: str = text_field()
    subject: str = text_field()  # codes masked
    size: int
    arrived_at: datetime = instant_field(nullable=False)
    kept_at: datetime = instant_field(nullable=False)
    sealed: bytes = sealed_field()
    state: str  # kept, decided, filed; without the mail: old, wanted, not_given, vanished
    folder: str = ""  # processed, review, shunted; not fetched: as the state
    kind: str = ""
    reason: str = text_field()
    party: str = ""
    ref: str = ""
    attempts: int = 0
    decided_at: datetime | None = instant_field()
    resolved_at: datetime | None = instant_field()
    resolution: str = text_field()
    next_fetch_at: datetime | None = (
        instant_field()
    )  # when to fetch it, for the first time or again
    asks: str | None = None  # fingerprint of what a decided mail asks; None before schema 0003


class PartyRow(SQLModel, table=True):
    """The contacts register."""

    __tablename__ = "party"

    signifier: str = Field(primary_key=True)
    name: str
    mpids: str = ""  # separated by spaces
    role: str = "supplier"
    request_address: str = Field(index=True)
    reply_address: str = Field(index=True)
    escalation: str = text_field()  # JSON: [[level, name, address], ...]
    sla_days: int | None = None
    sla_agreed: str = text_field()
    max_mail_mb: int | None = None
    active: bool = True
    confirmed_on: date | None = None
    updated_at: datetime = instant_field(nullable=False)


class PartyChangeRow(SQLModel, table=True):
    """History of the contacts register."""

    __tablename__ = "party_change"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = instant_field(nullable=False)
    actor: str
    source: str = text_field()
    signifier: str = Field(index=True)
    field: str
    before: str = text_field()
    after: str = text_field()


class PartySecretRow(SQLModel, table=True):
    """The sealed passwords of a party's protected files."""

    __tablename__ = "party_secret"

    signifier: str = Field(primary_key=True, foreign_key="party.signifier")
    sealed: bytes = sealed_field()
    updated_at: datetime = instant_field(nullable=False)


class PartyColumnsRow(SQLModel, table=True):
    """What the columns of a party's tables contain, as entered by a person."""

    __tablename__ = "party_columns"

    signifier: str = Field(primary_key=True, foreign_key="party.signifier")
    maps: str = text_field()  # JSON: a list of mappings, in the order in which they are tried
    updated_at: datetime = instant_field(nullable=False)


class InboundRequestRow(SQLModel, table=True):
    """A request from another Supplier."""

    __tablename__ = "inbound_request"

    id: int | None = Field(default=None, primary_key=True)
    ref: str = Field(unique=True)
    mail_id: int = Field(foreign_key="mail.id", unique=True)
    party: str = Field(index=True)
    their_ref: str = text_field()
    received_at: datetime = instant_field(nullable=False, index=True)
    day_zero: date
    due_on: date
    due_at: datetime = instant_field(nullable=False)
    rule: str = text_field()
    calendar: str
    answered: bool = Field(default=False, index=True)


class InboundDeviceRow(SQLModel, table=True):
    """One row of a request: a Device, or an unreadable row."""

    __tablename__ = "inbound_device"
    __table_args__ = (
        # Includes the letter, so that the monthly report needs only the index.
        Index("ix_inbound_device_request", "request_id", "state", "outbox_id"),
        Index("ix_inbound_device_device", "device"),
    )

    id: int | None = Field(default=None, primary_key=True)
    request_id: int = Field(foreign_key="inbound_request.id")
    device: str = ""
    device_type: str = ""
    where: str = Field(default="", sa_column=Column("place", Text, nullable=False, default=""))
    state: str
    reason: str = text_field()
    seen: bytes | None = sealed_field(nullable=True)  # the text of an unreadable row
    outbox_id: int | None = Field(default=None, foreign_key="outbox.id")


class OutboxRow(SQLModel, table=True):
    """One outgoing mail to one recipient, with its fixed Message-ID."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_due", "state", "next_attempt_at"),)

    id: int | None = Field(default=None, primary_key=True)
    message_id: str = Field(unique=True)
    # answer, list, request, query, reminder, breach, escalation, evidence, alert
    purpose: str
    ref: str = Field(default="", index=True)
    party: str = ""
    recipient: str
    codes: int = 0  # how many install codes it carries
    sealed: bytes = sealed_field()
    size: int = 0
    state: str = "queued"  # queued, deferred, sent, failed, held, cancelled
    attempts: int = 0
    created_at: datetime = instant_field(nullable=False, index=True)
    next_attempt_at: datetime = instant_field(nullable=False)
    attempted_at: datetime | None = instant_field(index=True)
    accepted_at: datetime | None = instant_field()
    reply: str = text_field()


class CaseRow(SQLModel, table=True):
    """A gained device whose install code we ask for."""

    __tablename__ = "gained_case"
    __table_args__ = (
        partial_index("uq_gained_case_open", "device", where=OPEN_CASE, unique=True),
        Index("ix_gained_case_state", "state"),
        Index("ix_gained_case_code_tag", "code_tag"),
    )

    id: int | None = Field(default=None, primary_key=True)
    device: str
    device_type: str = ""
    state: str
    opened_at: datetime = instant_field(nullable=False)
    source: str = text_field()
    sealed_code: bytes | None = sealed_field(nullable=True)
    code_tag: str = ""  # keyed fingerprint: finds equal codes without opening them
    code_from: str = ""
    code_at: datetime | None = instant_field()
    code_without_crc: bool | None = None  # None: no code, or one from before schema 0004
    crc_failed: bool | None = None  # a code came whose CRC did not fit
    closed_at: datetime | None = instant_field()


class OutboundRequestRow(SQLModel, table=True):
    """One mail that asked one Supplier about many devices."""

    __tablename__ = "outbound_request"

    id: int | None = Field(default=None, primary_key=True)
    ref: str = Field(unique=True)
    party: str = Field(index=True)
    message_id: str = Field(unique=True)
    created_at: datetime = instant_field(nullable=False, index=True)
    accepted_at: datetime | None = instant_field()
    day_zero: date | None = None
    due_on: date | None = None
    due_at: datetime | None = instant_field()
    rule: str = text_field()
    calendar: str = ""
    sla_days: int
    acknowledged_at: datetime | None = instant_field()
    returns_on: date | None = None


class LegRow(SQLModel, table=True):
    """One Supplier asked about one device.

    Invariant: ``next_due`` is set exactly when the leg is sent or acknowledged and has a rung of
    the ladder ahead; the chase reads nothing else.
    """

    __tablename__ = "leg"
    __table_args__ = (
        UniqueConstraint("case_id", "party", name="uq_leg_case_party"),
        Index("ix_leg_party_device", "party", "device"),
        # Includes all the monthly report needs of a leg, so that it reads only the index.
        Index("ix_leg_request", "request_id", "state", "answered_at", "level"),
        # Only waiting legs: the far more numerous closed legs are in neither index.
        partial_index("ix_leg_queued", "party", where=QUEUED_LEG),
        partial_index("ix_leg_next_due", "next_due", "request_id", where=CHASED_LEG),
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
    answered_at: datetime | None = instant_field()
    answer_mail_id: int | None = Field(default=None, foreign_key="mail.id")


class LegRungRow(SQLModel, table=True):
    """A rung of the ladder that was taken, or skipped after an outage; once per leg."""

    __tablename__ = "leg_rung"

    leg_id: int = Field(primary_key=True, foreign_key="leg.id")
    rung: str = Field(primary_key=True)
    at: datetime = instant_field(nullable=False)
    outbox_id: int | None = Field(default=None, foreign_key="outbox.id")  # None: skipped


class CodeDisputeRow(SQLModel, table=True):
    """An install code that came for a second device (the rival): a person decides."""

    __tablename__ = "code_dispute"
    __table_args__ = (
        UniqueConstraint("code_tag", "rival_case_id", name="uq_code_dispute_code_rival"),
        Index("ix_code_dispute_mail", "mail_id"),
        partial_index("ix_code_dispute_unruled", "rival_case_id", where=UNRULED),
    )

    id: int | None = Field(default=None, primary_key=True)
    code_tag: str
    case_id: int = Field(foreign_key="gained_case.id")
    device: str
    party: str  # who gave it first
    rival_case_id: int = Field(foreign_key="gained_case.id")
    rival: str
    rival_party: str
    mail_id: int = Field(foreign_key="mail.id")  # that brought it for the rival
    opened_at: datetime = instant_field(nullable=False)
    ruling: str = ""  # first, second, neither
    ruled_at: datetime | None = instant_field()


class DeliveryReportRow(SQLModel, table=True):
    """A report that a letter of ours did not arrive, without proof: a person decides."""

    __tablename__ = "delivery_report"
    __table_args__ = (
        UniqueConstraint("mail_id", "outbox_id", name="uq_delivery_report_mail_letter"),
        partial_index("ix_delivery_report_unruled", "request_id", where=UNRULED),
    )

    id: int | None = Field(default=None, primary_key=True)
    mail_id: int = Field(foreign_key="mail.id")  # the report
    outbox_id: int = Field(foreign_key="outbox.id")  # the letter that it is about
    # Our request whose clock it suspends; None where the letter started none.
    request_id: int | None = Field(default=None, foreign_key="outbound_request.id")
    status: str = ""  # 5.1.1
    opened_at: datetime = instant_field(nullable=False)
    ruling: str = ""  # void, run_on
    ruled_at: datetime | None = instant_field()


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
    detail: str = text_field()
    previous: str
    hash: str


class CounterRow(SQLModel, table=True):
    """Numbers that only grow: the references of each month."""

    __tablename__ = "counter"

    name: str = Field(primary_key=True)
    value: int = 0


class FactRow(SQLModel, table=True):
    """Facts declared by a person, and a few notes of the daemon."""

    __tablename__ = "fact"

    name: str = Field(primary_key=True)
    value: str = text_field()
