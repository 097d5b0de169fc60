"""The two tables of the vault, in their own metadata; the same on SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)

metadata: Final = MetaData()

# On SQLite only INTEGER PRIMARY KEY is the row number itself; BIGINT would add an index.
_Number = BigInteger().with_variant(Integer(), "sqlite")

vault_head: Final = Table(
    "vault_head",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
    Column("format", Integer, nullable=False),
    Column("key_id", String(16), nullable=False),  # of the key that wraps the data keys
    Column("generation", _Number, nullable=False),  # grows with every write
    Column("stamp", LargeBinary, nullable=False),  # 16 random bytes, new with every write
    Column("wrapped_keys", LargeBinary, nullable=False),
    # Large, so last: reading the other columns does not touch its pages.
    Column("manifest", LargeBinary, nullable=False),
)
"""One row: the authenticated header."""

vault_bucket: Final = Table(
    "vault_bucket",
    metadata,
    Column("start", _Number, primary_key=True, autoincrement=False),  # 0 to 2**32 - 1
    Column("generation", _Number, nullable=False),  # of the write that sealed it
    Column("sealed", LargeBinary, nullable=False),
)
"""One row per bucket, identified by the start of its range of keyed hashes."""
