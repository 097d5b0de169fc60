"""Delivery reports that wait for a person, and what each decided mail asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table of reports, and the fingerprint by which a second copy is recognised."""
    op.add_column("mail", sa.Column("asks", sa.String(), nullable=True))
    op.create_table(
        "delivery_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=False),
        sa.Column("outbox_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("opened_at", sa.String(27), nullable=False),
        sa.Column("ruling", sa.String(), nullable=False),
        sa.Column("ruled_at", sa.String(27), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"]),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"]),
        sa.ForeignKeyConstraint(["request_id"], ["outbound_request.id"]),
        sa.UniqueConstraint("mail_id", "outbox_id", name="uq_delivery_report_mail_letter"),
    )
    op.create_index(
        "ix_delivery_report_unruled",
        "delivery_report",
        ["request_id"],
        sqlite_where=sa.text("ruling = ''"),
        postgresql_where=sa.text("ruling = ''"),
    )
