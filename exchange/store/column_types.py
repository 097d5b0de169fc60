"""Column types that all tables share."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Dialect, LargeBinary, String, Text
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field

from exchange.domain.audit import instant_text


@lru_cache(maxsize=1024)
def _cached_text(value: datetime) -> str:
    """Format each instant once for the thousands of rows written at that instant."""
    return instant_text(value.astimezone(UTC))


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant as sortable ISO text: SQLite's own type would drop the zone."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return _cached_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else datetime.fromisoformat(value)


def instant_field(nullable: bool = True, index: bool = False) -> Any:
    """Return a field for an instant, None by default."""
    return Field(default=None, sa_column=Column(Instant, nullable=nullable, index=index))


def sealed_field(nullable: bool = False) -> Any:
    """Return a field for a sealed text."""
    return Field(default=None, sa_column=Column(LargeBinary, nullable=nullable))


def text_field() -> Any:
    """Return a field for a text of any length, empty by default."""
    return Field(default="", sa_column=Column(Text, nullable=False, default=""))
