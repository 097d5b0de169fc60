"""Mails that wait for a person: chosen, counted and shown a page at a time by the database.

What is sealed is never read here: a mailbox of four years is fifty thousand rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select, text
from sqlmodel import Session

from exchange.store.mails.mail import NOT_FETCHED, REVIEW, SHUNTED
from exchange.store.tables import UNRESOLVED, MailRow, table_of

FOLDERS = (REVIEW, SHUNTED, *NOT_FETCHED)
_TABLE = table_of(MailRow)
_MAIL = _TABLE.c
_SHOWN = (
    "id", "mailbox", "sender", "subject", "arrived_at", "state", "folder", "kind", "reason",
    "party",
)  # fmt: skip
_ESCAPE = "\\"


@dataclass(frozen=True, slots=True)
class MailFilter:
    """Which of the waiting mails are meant; what is empty or None does not matter.

    ``folder`` is one of ``FOLDERS``, empty: Review and Shunted.  ``sender`` and ``reason`` are
    parts of what stands there, whatever their case.  ``numbers`` are spans, both ends included.
    """

    folder: str = ""
    sender: str = ""
    reason: str = ""
    kind: str = ""
    party: str = ""
    numbers: tuple[tuple[int, int], ...] | None = None

    @property
    def narrows(self) -> bool:
        """Whether it leaves anything out that waits in Review and Shunted."""
        return self != MailFilter()


@dataclass(frozen=True, slots=True)
class WaitingMail:
    """One that waits, without what it says."""

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
        """Which of ``FOLDERS`` it waits in."""
        return self.state if self.state in NOT_FETCHED else self.folder


class WaitingMails:
    """Mails that nobody has dealt with."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def count(self, chosen: MailFilter) -> int:
        """How many there are."""
        query = select(func.count()).select_from(_TABLE).where(*_conditions(chosen))
        return int(self._session.execute(query).scalar_one())

    def page(self, chosen: MailFilter, most: int | None, skip: int = 0) -> list[WaitingMail]:
        """Some of them, newest first."""
        # Their numbers first: these come from an index, without the sealed mails between them.
        query = (
            select(_MAIL.id)
            .where(*_conditions(chosen))
            .order_by(_MAIL.arrived_at.desc(), _MAIL.id.desc())
            .offset(skip)
        )
        numbers = list(self._session.execute(query.limit(most)).scalars())
        return self.rows(numbers)

    def numbers(self, chosen: MailFilter) -> list[int]:
        """The numbers of all of them, oldest first."""
        query = select(_MAIL.id).where(*_conditions(chosen)).order_by(_MAIL.id)
        return list(self._session.execute(query).scalars())

    def rows(self, numbers: Sequence[int]) -> list[WaitingMail]:
        """These mails, in this order, whether they wait or not."""
        found: dict[int, WaitingMail] = {}
        for first in range(0, len(numbers), 500):
            query = select(*(_MAIL[name] for name in _SHOWN)).where(
                _MAIL.id.in_(numbers[first : first + 500])
            )
            found.update((row[0], WaitingMail(*row)) for row in self._session.execute(query))
        return [found[number] for number in numbers if number in found]

    def counts(self) -> dict[str, int]:
        """How many wait in each of ``FOLDERS``."""
        found = dict.fromkeys(FOLDERS, 0)
        for column, conditions in (
            (_MAIL.folder, [text(UNRESOLVED)]),
            (_MAIL.state, [_MAIL.state.in_(NOT_FETCHED), _MAIL.resolved_at.is_(None)]),
        ):
            query = select(column, func.count()).where(*conditions).group_by(column)
            found.update((row[0], row[1]) for row in self._session.execute(query))
        return found

    def reasons(self, chosen: MailFilter, most: int) -> list[tuple[str, str, int]]:
        """The commonest reasons among them: (folder, reason, how many)."""
        number = func.count().label("number")
        query = (
            select(_MAIL.folder, _MAIL.reason, number)
            .where(*_conditions(chosen))
            .group_by(_MAIL.folder, _MAIL.reason)
            .order_by(number.desc(), _MAIL.reason)
            .limit(most)
        )
        return [(folder, reason, many) for folder, reason, many in self._session.execute(query)]


def _conditions(chosen: MailFilter) -> Iterable[Any]:
    if chosen.folder in NOT_FETCHED:
        yield _MAIL.state == chosen.folder
        yield _MAIL.resolved_at.is_(None)
    else:
        yield text(UNRESOLVED)
        if chosen.folder:
            yield _MAIL.folder == chosen.folder
    if chosen.sender:
        yield _holds(_MAIL.sender, chosen.sender)
    if chosen.reason:
        yield _holds(_MAIL.reason, chosen.reason)
    if chosen.kind:
        yield _MAIL.kind == chosen.kind
    if chosen.party:
        yield _MAIL.party == chosen.party
    if chosen.numbers is not None:
        yield or_(*(and_(_MAIL.id >= first, _MAIL.id <= last) for first, last in chosen.numbers))


def _holds(column: Any, wanted: str) -> Any:
    sought = wanted.lower()
    for sign in (_ESCAPE, "%", "_"):
        sought = sought.replace(sign, _ESCAPE + sign)
    return func.lower(column).like(f"%{sought}%", escape=_ESCAPE)
