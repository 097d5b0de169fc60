"""Install codes that came for two devices, and the rulings of people."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, insert, select, text, update
from sqlmodel import Session

from exchange.domain.outbound import CaseState, Ruling
from exchange.store.bulk.in_list import among
from exchange.store.tables import CaseRow, CodeDisputeRow, table_of

_D, _CASES = table_of(CodeDisputeRow), table_of(CaseRow)
# Word for word the condition of the index: SQLite uses it only then.
_UNRULED = text("code_dispute.ruling = ''")
_COLUMNS = (
    _D.c.id, _D.c.code_tag, _D.c.case_id, _D.c.device, _D.c.party, _D.c.rival_case_id, _D.c.rival,
    _D.c.rival_party, _D.c.mail_id, _D.c.opened_at, _D.c.ruling, _CASES.c.state,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ContestedCode:
    """An install code that came for a device although another device holds it."""

    code_tag: str
    case_id: int  # of the holder
    device: str
    party: str
    rival_case_id: int
    rival: str
    rival_party: str
    mail_id: int


@dataclass(frozen=True, slots=True)
class Dispute:
    """A recorded claim."""

    id: int
    claim: ContestedCode
    opened_at: datetime
    ruling: Ruling
    holder: CaseState  # the present state of the holder's case

    @property
    def ruled_out(self) -> tuple[tuple[str, int], ...]:
        """Return (fingerprint, case) of each device that a person ruled not to own the code."""
        tag, first, second = self.claim.code_tag, self.claim.case_id, self.claim.rival_case_id
        not_first = self.ruling in (Ruling.SECOND, Ruling.NEITHER)
        not_second = self.ruling in (Ruling.FIRST, Ruling.NEITHER)
        return ((tag, first),) * not_first + ((tag, second),) * not_second


class DisputeStore:
    """Disputes by code, mail or device; oldest first."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_codes(self, tags: Collection[str]) -> list[Dispute]:
        """Return all disputes over these codes, ruled or not."""
        return self._found(_ALL.where(among(_D.c.code_tag, tags))) if tags else []

    def waiting(self, mail_id: int | None = None) -> list[Dispute]:
        """Return the disputes without a ruling, of one mail or of all."""
        query = _ALL.where(_UNRULED)
        return self._found(query if mail_id is None else query.where(_D.c.mail_id == mail_id))

    def codes_waiting(self) -> int:
        """Count the codes without a ruling."""
        query = select(func.count(_D.c.code_tag.distinct())).where(_UNRULED)
        return int(self._session.scalar(query) or 0)

    def contested(self, case_ids: Collection[int]) -> dict[int, set[str]]:
        """Return per case the codes that came for it, are held by others, and have no ruling."""
        found: dict[int, set[str]] = {}
        query = select(_D.c.rival_case_id, _D.c.code_tag)
        query = query.where(_UNRULED, among(_D.c.rival_case_id, case_ids))
        for case, tag in self._session.execute(query):
            found.setdefault(case, set()).add(tag)
        return found

    def open(self, claims: Iterable[ContestedCode], now: datetime) -> None:
        """Record new disputes; each code once per rival."""
        rows = [
            {
                "code_tag": one.code_tag, "case_id": one.case_id, "device": one.device,
                "party": one.party, "rival_case_id": one.rival_case_id, "rival": one.rival,
                "rival_party": one.rival_party, "mail_id": one.mail_id, "opened_at": now,
                "ruling": Ruling.NONE.value,
            }
            for one in claims
        ]  # fmt: skip
        if rows:
            self._session.connection().execute(insert(_D), rows)

    def rule(self, numbers: Sequence[int], ruling: Ruling, now: datetime) -> None:
        """Record a person's ruling."""
        self._session.connection().execute(
            update(_D).where(among(_D.c.id, numbers)).values(ruling=ruling.value, ruled_at=now)
        )

    def _found(self, query: Select[tuple[Any, ...]]) -> list[Dispute]:
        return [_dispute(row) for row in self._session.execute(query.order_by(_D.c.id))]


_ALL: Select[tuple[Any, ...]] = select(*_COLUMNS).select_from(
    _D.join(_CASES, _CASES.c.id == _D.c.case_id)
)


def _dispute(row: Row[*tuple[Any, ...]]) -> Dispute:
    number, tag, case, device, party, rival_case, rival, rival_party, mail, at, ruling, state = row
    claim = ContestedCode(tag, case, device, party, rival_case, rival, rival_party, mail)
    return Dispute(number, claim, at, Ruling(ruling), CaseState(state))
