"""The contacts register and its history."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import ColumnElement, func
from sqlalchemy import select as sa_select
from sqlmodel import Session, and_, col, or_, select

from exchange.domain.columns.column_map import ColumnMap, as_values, from_values
from exchange.domain.party import Change, EscalationContact, Party
from exchange.domain.release import MailAddresses
from exchange.errors import NotFound
from exchange.store.bulk.in_list import among
from exchange.store.tables import (
    PartyChangeRow,
    PartyColumnsRow,
    PartyRow,
    PartySecretRow,
    table_of,
)


@dataclass(frozen=True, slots=True)
class PastChange:
    """An entry in the history of the register."""

    at: datetime
    actor: str
    source: str
    change: Change


class PartyStore:
    """The contacts register and its history."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self, active_only: bool = False) -> list[Party]:
        """Return all parties, by signifier."""
        query = select(PartyRow).order_by(col(PartyRow.signifier))
        if active_only:
            query = query.where(PartyRow.active)
        return [_value(row) for row in self._session.exec(query)]

    def get(self, signifier: str) -> Party | None:
        """Return a party, or None."""
        row = self._session.get(PartyRow, signifier)
        return _value(row) if row else None

    def expect(self, signifier: str) -> None:
        """Raise NotFound for a party that was never on the register; ignore an empty signifier."""
        if signifier and self.get(signifier) is None:
            raise NotFound(
                f"{signifier} is not on the contacts register",
                hint="`exchange contacts list` shows who is",
            )

    def mail_addresses(self, signifiers: Collection[str]) -> dict[str, MailAddresses]:
        """Return where mail to these parties may go now, for those on the register."""
        register = table_of(PartyRow).c
        query = sa_select(
            register.signifier, register.active, register.request_address,
            register.reply_address, register.escalation,
        ).where(among(register.signifier, signifiers))  # fmt: skip
        return {
            name: MailAddresses(bool(active), request, reply, _contact_addresses(contacts or "[]"))
            for name, active, request, reply, contacts in self._session.execute(query)
        }

    def by_address(self, address: str) -> list[Party]:
        """Return active parties whose request or reply address is exactly ``address``."""
        rows = self._session.exec(select(PartyRow).where(_has_address(address)))
        return [_value(row) for row in rows]

    def with_contact(self, address: str) -> list[Party]:
        """Return active parties of which exactly ``address`` is an escalation contact."""
        similar = func.lower(PartyRow.escalation).contains(address.lower(), autoescape=True)
        rows = self._session.exec(select(PartyRow).where(col(PartyRow.active), similar))
        return [
            party
            for party in map(_value, rows)
            if any(one.address.lower() == address.lower() for one in party.escalation)
        ]

    def addresses(self) -> frozenset[str]:
        """Return the request and reply addresses of all active parties, in lower case."""
        rows = self._session.exec(
            select(PartyRow.request_address, PartyRow.reply_address).where(col(PartyRow.active))
        )
        return frozenset(one.lower() for row in rows for one in row if one)

    def apply(
        self,
        parties: Sequence[Party],
        changes: Sequence[Change],
        now: datetime,
        *,
        actor: str,
        source: str,
    ) -> None:
        """Write parties and record the changes."""
        for party in parties:
            self._session.merge(
                PartyRow(
                    signifier=party.signifier,
                    name=party.name,
                    mpids=" ".join(party.mpids),
                    role=party.role,
                    request_address=party.request_address,
                    reply_address=party.reply_address,
                    escalation=json.dumps(
                        [[one.level, one.name, one.address] for one in party.escalation]
                    ),
                    sla_days=party.sla_days,
                    sla_agreed=party.sla_agreed,
                    max_mail_mb=party.max_mail_mb,
                    active=party.active,
                    confirmed_on=party.confirmed_on,
                    updated_at=now,
                )
            )
        for change in changes:
            self._session.add(
                PartyChangeRow(
                    at=now,
                    actor=actor,
                    source=source,
                    signifier=change.signifier,
                    field=change.field,
                    before=change.before,
                    after=change.after,
                )
            )
        self._session.flush()

    def keep_secret(self, signifier: str, sealed: bytes | None, now: datetime) -> None:
        """Store a party's sealed passwords, or delete them."""
        row = self._session.get(PartySecretRow, signifier)
        if sealed is None:
            if row is not None:
                self._session.delete(row)
        elif row is None:
            self._session.add(PartySecretRow(signifier=signifier, sealed=sealed, updated_at=now))
        else:
            row.sealed, row.updated_at = sealed, now
        self._session.flush()

    def secret(self, signifier: str) -> bytes | None:
        """Return a party's sealed passwords, or None."""
        row = self._session.get(PartySecretRow, signifier)
        return row.sealed if row else None

    def keep_columns(self, signifier: str, maps: Sequence[ColumnMap], now: datetime) -> None:
        """Store a party's column mappings in place of the old ones, or delete them."""
        row = self._session.get(PartyColumnsRow, signifier)
        text = json.dumps(as_values(maps))
        if not maps:
            if row is not None:
                self._session.delete(row)
        elif row is None:
            self._session.add(PartyColumnsRow(signifier=signifier, maps=text, updated_at=now))
        else:
            row.maps, row.updated_at = text, now
        self._session.flush()

    def columns(self, signifier: str) -> tuple[ColumnMap, ...]:
        """Return a party's column mappings, in the order in which they are tried."""
        row = self._session.get(PartyColumnsRow, signifier)
        return from_values(json.loads(row.maps)) if row else ()

    def columns_of_sender(self, address: str) -> tuple[ColumnMap, ...]:
        """Return the mappings of the active party at ``address``; none if there are several."""
        rows = self._session.exec(
            select(PartyRow.signifier, PartyColumnsRow.maps)
            .outerjoin(PartyColumnsRow, col(PartyColumnsRow.signifier) == PartyRow.signifier)
            .where(_has_address(address))
        ).all()
        maps = rows[0][1] if len(rows) == 1 else None
        return from_values(json.loads(maps)) if maps else ()

    def history(self, signifier: str = "") -> list[PastChange]:
        """Return the changes, oldest first."""
        query = select(PartyChangeRow).order_by(col(PartyChangeRow.id))
        if signifier:
            query = query.where(PartyChangeRow.signifier == signifier)
        return [
            PastChange(
                row.at,
                row.actor,
                row.source,
                Change(row.signifier, row.field, row.before, row.after),
            )
            for row in self._session.exec(query)
        ]


@lru_cache(maxsize=1024)
def _contact_addresses(contacts: str) -> tuple[str, ...]:
    return tuple(address for _, _, address in json.loads(contacts))


def _has_address(address: str) -> ColumnElement[bool]:
    """Return the condition: active, with this request or reply address."""
    return and_(
        col(PartyRow.active),
        or_(
            func.lower(PartyRow.request_address) == address.lower(),
            func.lower(PartyRow.reply_address) == address.lower(),
        ),
    )


def _value(row: PartyRow) -> Party:
    return Party(
        signifier=row.signifier,
        name=row.name,
        mpids=tuple(row.mpids.split()),
        role=row.role,
        request_address=row.request_address,
        reply_address=row.reply_address,
        escalation=tuple(
            EscalationContact(level, name, address)
            for level, name, address in json.loads(row.escalation or "[]")
        ),
        sla_days=row.sla_days,
        sla_agreed=row.sla_agreed,
        max_mail_mb=row.max_mail_mb,
        active=row.active,
        confirmed_on=row.confirmed_on,
    )
