"""The first schema: ledger, contacts, requests of both directions, outbox, audit, vault."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("ix_audit_subject", "audit", ["subject"], unique=False)
    op.create_table(
        "counter",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "fact",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "gained_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("device_type", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("opened_at", sa.String(27), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("sealed_code", sa.LargeBinary(), nullable=True),
        sa.Column("code_tag", sa.String(), nullable=False),
        sa.Column("code_from", sa.String(), nullable=False),
        sa.Column("code_at", sa.String(27), nullable=True),
        sa.Column("closed_at", sa.String(27), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_gained_case_code_tag", "gained_case", ["code_tag"], unique=False)
    op.create_index("ix_gained_case_state", "gained_case", ["state"], unique=False)
    op.create_index(
        "uq_gained_case_open",
        "gained_case",
        ["device"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mailbox", sa.String(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("arrived_at", sa.String(27), nullable=False),
        sa.Column("kept_at", sa.String(27), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.String(27), nullable=True),
        sa.Column("resolved_at", sa.String(27), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("mailbox", "uidvalidity", "uid", name="uq_mail_place"),
    )
    op.create_index("ix_mail_content_hash", "mail", ["content_hash"], unique=False)
    op.create_index("ix_mail_message_id", "mail", ["message_id"], unique=False)
    op.create_index("ix_mail_state", "mail", ["state"], unique=False)
    op.create_index(
        "ix_mail_unresolved",
        "mail",
        ["party", "kind", "arrived_at"],
        unique=False,
        sqlite_where=sa.text("folder IN ('review', 'shunted') AND resolved_at IS NULL"),
        postgresql_where=sa.text("folder IN ('review', 'shunted') AND resolved_at IS NULL"),
    )
    op.create_table(
        "outbound_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("accepted_at", sa.String(27), nullable=True),
        sa.Column("day_zero", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_at", sa.String(27), nullable=True),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("calendar", sa.String(), nullable=False),
        sa.Column("sla_days", sa.Integer(), nullable=False),
        sa.Column("acknowledged_at", sa.String(27), nullable=True),
        sa.Column("returns_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message_id"),
        sa.UniqueConstraint("ref"),
    )
    op.create_index(
        op.f("ix_outbound_request_created_at"), "outbound_request", ["created_at"], unique=False
    )
    op.create_index(op.f("ix_outbound_request_party"), "outbound_request", ["party"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("codes", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("next_attempt_at", sa.String(27), nullable=False),
        sa.Column("attempted_at", sa.String(27), nullable=True),
        sa.Column("accepted_at", sa.String(27), nullable=True),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message_id"),
    )
    op.create_index(op.f("ix_outbox_attempted_at"), "outbox", ["attempted_at"], unique=False)
    op.create_index(op.f("ix_outbox_created_at"), "outbox", ["created_at"], unique=False)
    op.create_index("ix_outbox_due", "outbox", ["state", "next_attempt_at"], unique=False)
    op.create_index(op.f("ix_outbox_ref"), "outbox", ["ref"], unique=False)
    op.create_table(
        "party",
        sa.Column("signifier", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("mpids", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("request_address", sa.String(), nullable=False),
        sa.Column("reply_address", sa.String(), nullable=False),
        sa.Column("escalation", sa.Text(), nullable=False),
        sa.Column("sla_days", sa.Integer(), nullable=True),
        sa.Column("sla_agreed", sa.Text(), nullable=False),
        sa.Column("max_mail_mb", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("updated_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("signifier"),
    )
    op.create_index(op.f("ix_party_reply_address"), "party", ["reply_address"], unique=False)
    op.create_index(op.f("ix_party_request_address"), "party", ["request_address"], unique=False)
    op.create_table(
        "party_secret",
        sa.Column("signifier", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.String(27), nullable=False),
        sa.ForeignKeyConstraint(["signifier"], ["party.signifier"]),
        sa.PrimaryKeyConstraint("signifier"),
    )
    op.create_table(
        "party_columns",
        sa.Column("signifier", sa.String(), nullable=False),
        sa.Column("maps", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.String(27), nullable=False),
        sa.ForeignKeyConstraint(["signifier"], ["party.signifier"]),
        sa.PrimaryKeyConstraint("signifier"),
    )
    op.create_table(
        "party_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("signifier", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_party_change_signifier"), "party_change", ["signifier"], unique=False)
    op.create_table(
        "vault_bucket",
        sa.Column(
            "start",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "generation", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("start"),
    )
    op.create_table(
        "vault_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("format", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column(
            "generation", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("stamp", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped_keys", sa.LargeBinary(), nullable=False),
        sa.Column("manifest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "inbound_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("their_ref", sa.Text(), nullable=False),
        sa.Column("received_at", sa.String(27), nullable=False),
        sa.Column("day_zero", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_at", sa.String(27), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("calendar", sa.String(), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mail_id"],
            ["mail.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("mail_id"),
        sa.UniqueConstraint("ref"),
    )
    op.create_index(
        op.f("ix_inbound_request_answered"), "inbound_request", ["answered"], unique=False
    )
    op.create_index(op.f("ix_inbound_request_party"), "inbound_request", ["party"], unique=False)
    op.create_index(
        op.f("ix_inbound_request_received_at"), "inbound_request", ["received_at"], unique=False
    )
    op.create_table(
        "leg",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("next_due", sa.Date(), nullable=True),
        sa.Column("overdue", sa.Boolean(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.String(27), nullable=True),
        sa.Column("answer_mail_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["answer_mail_id"],
            ["mail.id"],
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["gained_case.id"],
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["outbound_request.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("case_id", "party", name="uq_leg_case_party"),
    )
    op.create_index(
        "ix_leg_next_due",
        "leg",
        ["next_due", "request_id"],
        unique=False,
        sqlite_where=sa.text("next_due IS NOT NULL"),
        postgresql_where=sa.text("next_due IS NOT NULL"),
    )
    op.create_index("ix_leg_party_device", "leg", ["party", "device"], unique=False)
    op.create_index(
        "ix_leg_request", "leg", ["request_id", "state", "answered_at", "level"], unique=False
    )
    op.create_index(
        "ix_leg_queued",
        "leg",
        ["party"],
        unique=False,
        sqlite_where=sa.text("state = 'queued' AND request_id IS NULL"),
        postgresql_where=sa.text("state = 'queued' AND request_id IS NULL"),
    )
    op.create_table(
        "inbound_device",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("device_type", sa.String(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("seen", sa.LargeBinary(), nullable=True),
        sa.Column("outbox_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["outbox_id"],
            ["outbox.id"],
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["inbound_request.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_inbound_device_device", "inbound_device", ["device"], unique=False)
    op.create_index(
        "ix_inbound_device_request",
        "inbound_device",
        ["request_id", "state", "outbox_id"],
        unique=False,
    )
    op.create_table(
        "leg_rung",
        sa.Column("leg_id", sa.Integer(), nullable=False),
        sa.Column("rung", sa.String(), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("outbox_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["leg_id"],
            ["leg.id"],
        ),
        sa.ForeignKeyConstraint(
            ["outbox_id"],
            ["outbox.id"],
        ),
        sa.PrimaryKeyConstraint("leg_id", "rung"),
    )
    op.create_table(
        "code_dispute",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code_tag", sa.String(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("rival_case_id", sa.Integer(), nullable=False),
        sa.Column("rival", sa.String(), nullable=False),
        sa.Column("rival_party", sa.String(), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.String(27), nullable=False),
        sa.Column("ruling", sa.String(), nullable=False),
        sa.Column("ruled_at", sa.String(27), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["gained_case.id"]),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"]),
        sa.ForeignKeyConstraint(["rival_case_id"], ["gained_case.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code_tag", "rival_case_id", name="uq_code_dispute_code_rival"),
    )
    op.create_index("ix_code_dispute_mail", "code_dispute", ["mail_id"], unique=False)
    op.create_index(
        "ix_code_dispute_unruled",
        "code_dispute",
        ["rival_case_id"],
        unique=False,
        sqlite_where=sa.text("ruling = ''"),
        postgresql_where=sa.text("ruling = ''"),
    )
