"""Where mails are on their servers, and which of them to fetch, or fetch again.

A place is mailbox, UIDVALIDITY and UID.  If another mail has taken the place of a row (the server
was restored to an earlier state and reuses UIDs), the row has its own negated number as its UID.
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
    """A row to fetch, for the first time or to check which mail has its place."""

    number: int
    ref: MailRef
    state: str
    at: datetime  # when to fetch it


@dataclass(frozen=True, slots=True)
class RowAtPlace:
    """The row that has a place."""

    number: int
    state: str
    content_hash: str
    sender: str
    attempts: int
    doubted: bool  # marked already: another mail may have the place


class MailPlaces:
    """The ledger, by place."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def states(self, mailbox: str, refs: Iterable[MailRef]) -> dict[MailRef, str]:
        """Return the states of those of ``refs`` that are in the ledger."""
        mail = table_of(MailRow)
        listed = list(refs)
        known: dict[MailRef, str] = {}
        # Only those listed, not all mails ever stored: decided mails leave the inbox.
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
        """Return the highest UID in the ledger; 0 for none."""
        mail = table_of(MailRow)
        found = self._session.execute(
            sa_select(func.max(mail.c.uid)).where(
                mail.c.mailbox == mailbox, mail.c.uidvalidity == validity
            )
        ).scalar()
        return max(found or 0, 0)

    def pending(self, mailbox: str) -> list[Pending]:
        """Return all rows of a mailbox to fetch, now or later, in order of their numbers."""
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

    def holders(self, mailbox: str, refs: Collection[MailRef]) -> dict[MailRef, RowAtPlace]:
        """Lock the rows that have these places until we commit, and return them."""
        mail = table_of(MailRow)
        found: dict[MailRef, RowAtPlace] = {}
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
            found.update((MailRef(validity, uid), RowAtPlace(*rest)) for uid, *rest in rows)
        return found

    def doubt(self, mailbox: str, refs: Sequence[MailRef], now: datetime) -> int:
        """Have the mails at these places fetched again; until then they are not filed."""
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
        self, mailbox: str, now: datetime, limit: int
    ) -> tuple[list[int], list[tuple[MailRef, str]]]:
        """Return the numbers of decided mails to file, and their places with folders.

        A mail that has lost its place has only a number.  Mails whose place is in doubt are left
        out.
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
            .limit(limit)
        ).all()
        places = [(MailRef(validity, uid), folder) for _, validity, uid, folder in rows if uid > 0]
        return [row[0] for row in rows], places

    def confirm_place(self, number: int, looked_again: datetime | None = None) -> None:
        """Record that this row's mail is at its place, or that nothing is there."""
        self._change(number, next_fetch_at=looked_again)

    def file_again(self, number: int, looked_again: datetime) -> None:
        """File a mail again that is still, or again, in the inbox; check it next at this time."""
        attempts = col(MailRow.attempts) + 1
        self._change(number, state=DECIDED, attempts=attempts, next_fetch_at=looked_again)

    def free(self, number: int) -> None:
        """Record that another mail has this row's place; the decision stays valid."""
        self._change(number, uid=-number, next_fetch_at=None)

    def fill(self, number: int, mail: NewMail, now: datetime) -> None:
        """Put the mail that the server finally handed over into its waiting row."""
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
        """Record another failed attempt to fetch."""
        self._change(
            number,
            state=NOT_GIVEN,
            folder=folder_of(NOT_GIVEN),
            reason=reason,
            attempts=col(MailRow.attempts) + 1,
            next_fetch_at=next_fetch_at,
        )

    def vanished(self, number: int, reason: str) -> None:
        """Record that a mail left the inbox before it was fetched."""
        self._change(
            number,
            state=VANISHED,
            folder=folder_of(VANISHED),
            reason=reason,
            next_fetch_at=None,
        )

    def want(self, number: int, now: datetime, reason: str) -> None:
        """Have a mail fetched in the next round, however old it is."""
        self._change(
            number, state=WANTED, folder=folder_of(WANTED), reason=reason, next_fetch_at=now
        )

    def _change(self, number: int, **values: object) -> None:
        self._session.exec(update(MailRow).where(col(MailRow.id) == number).values(**values))
        self._session.expire_all()
