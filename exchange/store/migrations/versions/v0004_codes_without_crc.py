"""Whether the install code of a gained device came without its CRC, or with one that failed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both marks; of the codes that came before nobody knows."""
    op.add_column("gained_case", sa.Column("code_without_crc", sa.Boolean(), nullable=True))
    op.add_column("gained_case", sa.Column("crc_failed", sa.Boolean(), nullable=True))
