"""All sealed texts of the database, for sealing them again with another key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Table, bindparam, func, select, update
from sqlmodel import Session, SQLModel

from exchange.store.tables import (
    CaseRow,
    InboundDeviceRow,
    MailRow,
    OutboxRow,
    PartySecretRow,
)

_KEY_AT, _KEY_BYTES = 3, 8  # after version and form, see vault/keys/seal.py
_PART_BYTES: Final = 32_000_000


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column of sealed texts, the row's key, and the purpose they are sealed for."""

    model: type[SQLModel]
    key: str
    name: str
    purpose: str

    @property
    def table(self) -> Table:
        """Return the table that has the column."""
        return SQLModel.metadata.tables[str(self.model.__tablename__)]

    @property
    def column(self) -> Column[Any]:
        """Return the column of sealed texts."""
        return self.table.c[self.name]

    @property
    def row(self) -> Column[Any]:
        """Return the primary key of the table."""
        return self.table.c[self.key]


SEALED: Final = (
    SealedColumn(MailRow, "id", "sealed", "mail"),
    SealedColumn(OutboxRow, "id", "sealed", "outbox"),
    SealedColumn(InboundDeviceRow, "id", "seen", "row"),
    SealedColumn(PartySecretRow, "signifier", "sealed", "party"),
    SealedColumn(CaseRow, "id", "sealed_code", "code"),
)


class SealedTexts:
    """Finds sealed texts by the data key that they name, and replaces them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def stale(self, kind: SealedColumn, key_id: bytes, after: object, limit: int) -> list[object]:
        """Return the keys of the next rows whose text names another data key than ``key_id``."""
        other = _key_of(kind).is_distinct_from(key_id)
        wanted = select(kind.row).where(kind.column.is_not(None), other)
        if after is not None:
            wanted = wanted.where(kind.row > after)
        return list(self._session.execute(wanted.order_by(kind.row).limit(limit)).scalars())

    def reseal(
        self, kind: SealedColumn, rows: list[object], reseal: Callable[[bytes], bytes]
    ) -> int:
        """Replace the texts of the first ``rows``, some megabytes, by ``reseal(text)``; count."""
        done, spent = [], 0
        for row, sealed in self._texts(kind, rows):
            done.append({"resealed_row": row, "resealed": reseal(sealed)})
            spent += len(sealed)
            if spent > _PART_BYTES:
                break
        if done:
            self._session.connection().execute(
                update(kind.table)
                .where(kind.row == bindparam("resealed_row"))
                .values({kind.name: bindparam("resealed")}),
                done,
            )
        return len(done)

    def by_key(self) -> Counter[bytes]:
        """Count the texts that name each data key."""
        found: Counter[bytes] = Counter()
        for kind in SEALED:
            key_id = _key_of(kind)
            counted = select(key_id, func.count()).where(kind.column.is_not(None)).group_by(key_id)
            for each, number in self._session.execute(counted):
                found[bytes(each)] += int(number)
        return found

    def _texts(self, kind: SealedColumn, rows: list[object]) -> Iterator[tuple[object, bytes]]:
        # One by one: a text may be as large as a mail. Locked on PostgreSQL.
        for row in rows:
            found = self._session.execute(
                select(kind.column).where(kind.row == row).with_for_update()
            ).scalar_one_or_none()
            if found is not None:
                yield row, bytes(found)


def _key_of(kind: SealedColumn) -> ColumnElement[Any]:
    return func.substr(kind.column, _KEY_AT, _KEY_BYTES)
