"""Mails that are to be fetched again, and when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the instant, and an index over the few mails that have one."""
    op.add_column("mail", sa.Column("next_fetch_at", sa.String(27), nullable=True))
    op.create_index(
        "ix_mail_next_fetch",
        "mail",
        ["mailbox", "next_fetch_at"],
        sqlite_where=sa.text("next_fetch_at IS NOT NULL"),
        postgresql_where=sa.text("next_fetch_at IS NOT NULL"),
    )
