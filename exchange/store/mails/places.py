"""Where mails stand on their servers, and which of them are to be fetched, or fetched again.

A place is mailbox, UIDVALIDITY and UID.  A row whose place another mail has taken (the server was
put back to an earlier state and gives its UIDs once more) has its own number below zero in the
place of the UID.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_
from sqlalchemy import select as sa_select
from sqlalchemy import update as sa_update
from sqlmodel import Session, col, update

from exchange.ports.mail import MailRef
from exchange.store.bulk.in_list import among
from exchange.store.mails.mail import DECIDED, NOT_GIVEN, VANISHED, WANTED, NewMail, folder_of
from exchange.store.tables import MailRow, table_of


@dataclass(frozen=True, slots=True)
class Pending:
    """A row that is to be fetched, for the first time or to see whose its place is."""

    number: int
    ref: MailRef
    state: str
    at: datetime  # not before


@dataclass(frozen=True, slots=True)
class Holder:
    """The row that has a place."""

    number: int
    state: str
    content_hash: str
    sender: str
    attempts: int
    doubted: bool  # it is known already that the place may be another mail's


class MailPlaces:
    """The ledger by place."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def states(self, mailbox: str, refs: Iterable[MailRef]) -> dict[MailRef, str]:
        """The states of those of ``refs`` that the ledger has."""
        mail = table_of(MailRow)
        listed = list(refs)
        known: dict[MailRef, str] = {}
        # Those listed, and not all that were ever kept: what is decided leaves the inbox.
        for validity in {ref.uidvalidity for ref in listed}:
            uids = [ref.uid for ref in listed if ref.uidvalidity == validity]
            rows = self._session.execute(
                sa_select(mail.c.uid, mail.c.state).where(
                    mail.c.mailbox == mailbox,
                    mail.c.uidvalidity == validity,
                    among(mail.c.uid, uids),
                )
            )
            known.update((MailRef(validity, uid), state) for uid, state in rows)
        return known

    def highest(self, mailbox: str, validity: int) -> int:
        """The highest UID that the ledger has; 0 for none."""
        mail = table_of(MailRow)
        found = self._session.execute(
            sa_select(func.max(mail.c.uid)).where(
                mail.c.mailbox == mailbox, mail.c.uidvalidity == validity
            )
        ).scalar()
        return max(found or 0, 0)

    def pending(self, mailbox: str) -> list[Pending]:
        """Everything of a mailbox that is to be fetched, now or later, in the order of its rows."""
        mail = table_of(MailRow)
        rows = self._session.execute(
            sa_select(
                mail.c.id, mail.c.uidvalidity, mail.c.uid, mail.c.state, mail.c.next_fetch_at
            ).where(mail.c.mailbox == mailbox, mail.c.next_fetch_at.is_not(None))
        )
        return sorted(
            (
                Pending(number, MailRef(validity, uid), state, at)
                for number, validity, uid, state, at in rows
            ),
            key=lambda one: one.number,
        )

    def holders(self, mailbox: str, refs: Collection[MailRef]) -> dict[MailRef, Holder]:
        """The rows that have these places, which nobody else changes until we commit."""
        mail = table_of(MailRow)
        found: dict[MailRef, Holder] = {}
        for validity in {ref.uidvalidity for ref in refs}:
            rows = self._session.execute(
                sa_select(
                    mail.c.uid, mail.c.id, mail.c.state, mail.c.content_hash, mail.c.sender,
                    mail.c.attempts, mail.c.next_fetch_at.is_not(None),
                )
                .where(
                    mail.c.mailbox == mailbox,
                    mail.c.uidvalidity == validity,
                    among(mail.c.uid, [ref.uid for ref in refs if ref.uidvalidity == validity]),
                )
                .with_for_update()
            )  # fmt: skip
            found.update((MailRef(validity, uid), Holder(*rest)) for uid, *rest in rows)
        return found

    def doubt(self, mailbox: str, refs: Sequence[MailRef], now: datetime) -> int:
        """Have what stands at these places fetched again; nothing is filed by them until then."""
        mail = table_of(MailRow)
        doubted = 0
        for validity in {ref.uidvalidity for ref in refs}:
            doubted += (
                self._session.connection()
                .execute(
                    sa_update(mail)
                    .where(
                        mail.c.mailbox == mailbox,
                        mail.c.uidvalidity == validity,
                        among(mail.c.uid, [ref.uid for ref in refs if ref.uidvalidity == validity]),
                    )
                    .values(next_fetch_at=now)
                )
                .rowcount
            )
        return doubted

    def to_file(
        self, mailbox: str, now: datetime, most: int
    ) -> tuple[list[int], list[tuple[MailRef, str]]]:
        """Decided mails that can be filed: their numbers, and each with its place and folder.

        One that has no place any more has a number alone.  Left out are those whose place is in
        doubt.
        """
        mail = table_of(MailRow)
        rows = self._session.execute(
            sa_select(mail.c.id, mail.c.uidvalidity, mail.c.uid, mail.c.folder)
            .where(
                mail.c.state == DECIDED,
                mail.c.mailbox == mailbox,
                or_(mail.c.next_fetch_at.is_(None), mail.c.next_fetch_at > now),
            )
            .order_by(mail.c.id)
            .limit(most)
        ).all()
        places = [(MailRef(validity, uid), folder) for _, validity, uid, folder in rows if uid > 0]
        return [row[0] for row in rows], places

    def settle(self, number: int, looked_again: datetime | None = None) -> None:
        """What stands there is the mail of this row, or nothing at all."""
        self._change(number, next_fetch_at=looked_again)

    def file_again(self, number: int, looked_again: datetime) -> None:
        """A mail is in the inbox still, or once more; it is not looked at again before then."""
        attempts = col(MailRow.attempts) + 1
        self._change(number, state=DECIDED, attempts=attempts, next_fetch_at=looked_again)

    def free(self, number: int) -> None:
        """Another mail has the place of this row; what was decided about it stands."""
        self._change(number, uid=-number, next_fetch_at=None)

    def fill(self, number: int, mail: NewMail, now: datetime) -> None:
        """Put what the server gave at last into the row that waited for it."""
        self._change(
            number,
            content_hash=mail.content_hash,
            message_id=mail.message_id,
            sender=mail.sender,
            subject=mail.subject,
            size=mail.size,
            arrived_at=mail.arrived_at,
            kept_at=now,
            sealed=mail.sealed,
            state=mail.state,
            folder=folder_of(mail.state),
            reason=mail.reason,
            attempts=0,
            resolved_at=None,
            resolution="",
            next_fetch_at=mail.next_fetch_at,
        )

    def still_not_given(self, number: int, reason: str, next_fetch_at: datetime) -> None:
        """One more attempt that brought nothing."""
        self._change(
            number,
            state=NOT_GIVEN,
            folder=folder_of(NOT_GIVEN),
            reason=reason,
            attempts=col(MailRow.attempts) + 1,
            next_fetch_at=next_fetch_at,
        )

    def vanished(self, number: int, reason: str) -> None:
        """It left the inbox before it was given."""
        self._change(
            number,
            state=VANISHED,
            folder=folder_of(VANISHED),
            reason=reason,
            next_fetch_at=None,
        )

    def want(self, number: int, now: datetime, reason: str) -> None:
        """Have it fetched in the next round, however old it is."""
        self._change(
            number, state=WANTED, folder=folder_of(WANTED), reason=reason, next_fetch_at=now
        )

    def _change(self, number: int, **values: object) -> None:
        self._session.exec(update(MailRow).where(col(MailRow.id) == number).values(**values))
        self._session.expire_all()
