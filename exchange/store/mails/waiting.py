"""Mails that wait for a person: the database selects, counts and pages them.

Sealed mails are never read here: a mailbox of four years has fifty thousand rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, exists, func, or_, select, text
from sqlmodel import Session

from exchange.domain.mail import Kind
from exchange.store.mails.mail import NOT_FETCHED, REVIEW, SHUNTED
from exchange.store.partial_indexes import UNRESOLVED
from exchange.store.tables import InboundRequestRow, MailRow, table_of

FOLDERS = (REVIEW, SHUNTED, *NOT_FETCHED)
_TABLE = table_of(MailRow)
_MAIL = _TABLE.c
_REQUEST = table_of(InboundRequestRow).c
_SHOWN = (
    "id", "mailbox", "sender", "subject", "arrived_at", "state", "folder", "kind", "reason",
    "party",
)  # fmt: skip
_ESCAPE = "\\"


@dataclass(frozen=True, slots=True)
class MailFilter:
    """Selects waiting mails; an empty field or None selects all.

    ``folder`` is one of ``FOLDERS``; empty: Review and Shunted.  ``sender`` and ``reason`` match
    parts of the text in any case.  ``numbers`` are ranges, both ends included.
    """

    folder: str = ""
    sender: str = ""
    reason: str = ""
    kind: str = ""
    party: str = ""
    numbers: tuple[tuple[int, int], ...] | None = None

    @property
    def narrows(self) -> bool:
        """Return whether it excludes any mail in Review or Shunted."""
        return self != MailFilter()


@dataclass(frozen=True, slots=True)
class WaitingMail:
    """A waiting mail, without its content."""

    id: int
    mailbox: str
    sender: str
    subject: str
    arrived_at: datetime
    state: str
    folder: str
    kind: str
    reason: str
    party: str

    @property
    def place(self) -> str:
        """Return the one of ``FOLDERS`` that it waits in."""
        return self.state if self.state in NOT_FETCHED else self.folder


class ClockedMail(NamedTuple):
    """A waiting mail to which an answer may be due, from the index alone."""

    id: int
    party: str
    kind: str
    arrived_at: datetime


class WaitingMails:
    """Mails that nobody has dealt with."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def count(self, mail_filter: MailFilter) -> int:
        """Count them."""
        query = select(func.count()).select_from(_TABLE).where(*_conditions(mail_filter))
        return int(self._session.execute(query).scalar_one())

    def numbers(self, mail_filter: MailFilter) -> list[int]:
        """Return all their numbers, oldest first."""
        query = select(_MAIL.id).where(*_conditions(mail_filter)).order_by(_MAIL.id)
        return list(self._session.execute(query).scalars())

    def in_order(self, mail_filter: MailFilter) -> list[int]:
        """Return all their numbers, newest first."""
        query = (
            select(_MAIL.id)
            .where(*_conditions(mail_filter))
            .order_by(_MAIL.arrived_at.desc(), _MAIL.id.desc())
        )
        return list(self._session.execute(query).scalars())

    def with_clocks(self, mail_filter: MailFilter) -> list[ClockedMail]:
        """Return those in Review and Shunted to which an answer may be due.

        A mail whose request is on record is left out: the request has the clock.
        """
        maybe = or_(
            _MAIL.kind.in_([Kind.REQUEST.value, ""]),
            and_(_MAIL.kind == Kind.UNKNOWN.value, _MAIL.party != ""),
        )
        recorded = exists().where(_REQUEST.mail_id == _MAIL.id)
        query = select(*(_MAIL[name] for name in ClockedMail._fields)).where(
            *_conditions(mail_filter), text(UNRESOLVED), maybe, ~recorded
        )
        return [ClockedMail(*row) for row in self._session.execute(query)]

    def rows(self, numbers: Sequence[int]) -> list[WaitingMail]:
        """Return these mails in this order, waiting or not."""
        found: dict[int, WaitingMail] = {}
        for first in range(0, len(numbers), 500):
            query = select(*(_MAIL[name] for name in _SHOWN)).where(
                _MAIL.id.in_(numbers[first : first + 500])
            )
            found.update((row[0], WaitingMail(*row)) for row in self._session.execute(query))
        return [found[number] for number in numbers if number in found]

    def counts(self) -> dict[str, int]:
        """Count the mails in each of ``FOLDERS``."""
        found = dict.fromkeys(FOLDERS, 0)
        for column, conditions in (
            (_MAIL.folder, [text(UNRESOLVED)]),
            (_MAIL.state, [_MAIL.state.in_(NOT_FETCHED), _MAIL.resolved_at.is_(None)]),
        ):
            query = select(column, func.count()).where(*conditions).group_by(column)
            found.update((row[0], row[1]) for row in self._session.execute(query))
        return found

    def reasons(self, mail_filter: MailFilter, limit: int) -> list[tuple[str, str, int]]:
        """Return the most common reasons as (folder, reason, count)."""
        number = func.count().label("number")
        query = (
            select(_MAIL.folder, _MAIL.reason, number)
            .where(*_conditions(mail_filter))
            .group_by(_MAIL.folder, _MAIL.reason)
            .order_by(number.desc(), _MAIL.reason)
            .limit(limit)
        )
        return [(folder, reason, many) for folder, reason, many in self._session.execute(query)]


def _conditions(mail_filter: MailFilter) -> Iterable[Any]:
    if mail_filter.folder in NOT_FETCHED:
        yield _MAIL.state == mail_filter.folder
        yield _MAIL.resolved_at.is_(None)
    else:
        yield text(UNRESOLVED)
        if mail_filter.folder:
            yield _MAIL.folder == mail_filter.folder
    if mail_filter.sender:
        yield _contains(_MAIL.sender, mail_filter.sender)
    if mail_filter.reason:
        yield _contains(_MAIL.reason, mail_filter.reason)
    if mail_filter.kind:
        yield _MAIL.kind == mail_filter.kind
    if mail_filter.party:
        yield _MAIL.party == mail_filter.party
    if mail_filter.numbers is not None:
        yield or_(
            *(and_(_MAIL.id >= first, _MAIL.id <= last) for first, last in mail_filter.numbers)
        )


def _contains(column: Any, wanted: str) -> Any:
    pattern = wanted.lower()
    for sign in (_ESCAPE, "%", "_"):
        pattern = pattern.replace(sign, _ESCAPE + sign)
    return func.lower(column).like(f"%{pattern}%", escape=_ESCAPE)
