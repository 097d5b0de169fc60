"""The mail ledger: every mail and what was decided about it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from sqlalchemy import bindparam, func, text
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select, update

from exchange.domain.audit import instant_text
from exchange.domain.mail import Kind
from exchange.domain.meaning.copies import DecidedCopy
from exchange.errors import NotFound
from exchange.ports.mail import MailRef
from exchange.store.bulk.bulk_insert import IdAllocator, insert_rows
from exchange.store.partial_indexes import UNRESOLVED
from exchange.store.tables import MailRow, table_of

_MOST_IDS = 1_000  # of one mail: References may be as long as a header
MOST_SEARCHED = 20_000  # mails, for one with a ticket number
_AT_ONCE = 500
KEPT, DECIDED, FILED = "kept", "decided", "filed"
# Mails that were not fetched: listed and left out, or not handed over by the server.
OLD, WANTED, NOT_GIVEN, VANISHED = "old", "wanted", "not_given", "vanished"
NOT_FETCHED = (OLD, WANTED, NOT_GIVEN, VANISHED)
PROCESSED, REVIEW, SHUNTED = "processed", "review", "shunted"


@dataclass(frozen=True, slots=True)
class KeptMail:
    """A ledger entry; ``sealed`` is the raw mail."""

    id: int
    mailbox: str
    ref: MailRef
    content_hash: str
    message_id: str
    sender: str
    subject: str
    arrived_at: datetime
    sealed: bytes
    state: str
    folder: str
    kind: str
    reason: str
    party: str
    request_ref: str
    attempts: int
    resolved_at: datetime | None
    resolution: str


@dataclass(frozen=True, slots=True)
class NewMail:
    """What is known of a mail when it is stored."""

    mailbox: str
    ref: MailRef
    content_hash: str
    message_id: str
    sender: str
    subject: str
    size: int
    arrived_at: datetime
    sealed: bytes
    state: str = KEPT
    reason: str = ""
    next_fetch_at: datetime | None = None


_MAIL = (
    "id", "mailbox", "uidvalidity", "uid", "content_hash", "message_id", "sender", "subject",
    "size", "arrived_at", "kept_at", "sealed", "state", "folder", "kind", "reason", "party", "ref",
    "attempts", "resolution", "next_fetch_at",
)  # fmt: skip


_ENTRY: tuple[Any, ...] = tuple(
    table_of(MailRow).c[name]
    for name in (
        "id", "mailbox", "uidvalidity", "uid", "content_hash", "message_id", "sender", "subject",
        "arrived_at", "sealed", "state", "folder", "kind", "reason", "party", "ref", "attempts",
        "resolved_at", "resolution",
    )
)  # fmt: skip


_WAITS_FOR_A_PERSON = text(UNRESOLVED)


class MailLedger:
    """The ledger of every mail ever stored."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._numbers = IdAllocator(session, table_of(MailRow))
        self._decisions: list[dict[str, object]] = []

    def keep(self, mails: Sequence[NewMail], now: datetime) -> list[int]:
        """Add ledger rows; return their numbers."""
        kept_at = instant_text(now.astimezone(UTC))
        numbers = [self._numbers.next() for _ in mails]
        rows = [
            (
                number, mail.mailbox, mail.ref.uidvalidity, mail.ref.uid, mail.content_hash,
                mail.message_id, mail.sender, mail.subject, mail.size,
                instant_text(mail.arrived_at.astimezone(UTC)), kept_at, mail.sealed, mail.state,
                folder_of(mail.state), "", mail.reason, "", "", int(mail.state == NOT_GIVEN), "",
                instant_text(mail.next_fetch_at) if mail.next_fetch_at else None,
            )
            for number, mail in zip(numbers, mails, strict=True)
        ]  # fmt: skip
        insert_rows(self._session, table_of(MailRow), _MAIL, rows)
        return numbers

    def waiting(
        self,
        state: str,
        mailbox: str = "",
        limit: int = 500,
        senders: Collection[str] | None = None,
    ) -> list[int]:
        """Return the numbers of mails in ``state``, oldest first; ``senders`` are in lower case."""
        self.flush()
        query = select(MailRow.id).where(MailRow.state == state).order_by(col(MailRow.id))
        if mailbox:
            query = query.where(MailRow.mailbox == mailbox)
        if senders is not None:
            query = query.where(func.lower(MailRow.sender).in_(senders))
        return [number for number in self._session.exec(query.limit(limit)) if number]

    def get(self, number: int) -> KeptMail:
        """Return an entry; raises NotFound."""
        return _value(self._row(number))

    def get_many(self, numbers: Sequence[int], max_bytes: int) -> list[KeptMail]:
        """Return the first of these entries, up to ``max_bytes`` of mail but at least one."""
        self.flush()
        sizes = self._session.exec(
            select(MailRow.id, MailRow.size)
            .where(col(MailRow.id).in_(numbers))
            .order_by(col(MailRow.id))
        )
        chosen, weight = list[int | None](), 0
        for number, size in sizes:
            weight += size
            if chosen and weight > max_bytes:
                break
            chosen.append(number)
        rows = self._session.execute(
            sa_select(*_ENTRY).where(col(MailRow.id).in_(chosen)).order_by(col(MailRow.id))
        )
        # Columns, not row objects: making those takes longer than all the rest for a small mail.
        return [
            KeptMail(number, mailbox, MailRef(validity, uid), *rest)
            for number, mailbox, validity, uid, *rest in rows
        ]

    def decided_copies(self, mails: Sequence[KeptMail]) -> dict[tuple[str, str], list[DecidedCopy]]:
        """Return the processed mails with the bytes of one of ``mails``, by (hash, sender).

        The sender counts: otherwise a copy that a stranger sends first would leave the real mail
        unanswered.  So does the folder: a mail that waits for a person has settled nothing.
        """
        self.flush()
        found: dict[tuple[str, str], list[DecidedCopy]] = {}
        mail = table_of(MailRow).c
        query = sa_select(
            mail.id, mail.content_hash, mail.sender, mail.subject, mail.kind, mail.asks
        ).where(
            mail.content_hash.in_([one.content_hash for one in mails]),
            mail.state != KEPT,
            mail.folder == PROCESSED,
        )
        for number, content, sender, subject, kind, asks in self._session.execute(query):
            copy = DecidedCopy(number, subject, kind, asks)
            found.setdefault((content, sender), []).append(copy)
        return found

    def claim(self, number: int) -> tuple[str, str, bool]:
        """Lock an entry until we commit; return (state, folder, resolved)."""
        claimed = self.claim_many([number])
        if number not in claimed:
            raise NotFound(f"there is no mail {number}")
        return claimed[number]

    def claim_many(self, numbers: Sequence[int]) -> dict[int, tuple[str, str, bool]]:
        """Lock entries until we commit; return (state, folder, resolved) by number."""
        self.flush()
        rows = self._session.exec(
            select(MailRow.id, MailRow.state, MailRow.folder, MailRow.resolved_at)
            .where(col(MailRow.id).in_(numbers))
            .order_by(col(MailRow.id))  # always in this order: no deadlock between two claims
            .with_for_update()
        )
        return {
            number or 0: (state, folder, resolved_at is not None)
            for number, state, folder, resolved_at in rows
        }

    def attempt(self, number: int) -> int:
        """Count another attempt to understand the mail; return the count."""
        row = self._row(number)
        row.attempts += 1
        self._session.flush()
        return row.attempts

    def decide(
        self,
        number: int,
        now: datetime,
        *,
        folder: str,
        kind: str = "",
        reason: str = "",
        party: str = "",
        ref: str = "",
        asks: str | None = None,
    ) -> None:
        """Record what was decided about a mail and in which folder to file it.

        ``asks``: the fingerprint by which another copy is recognised.
        """
        self._decisions.append(
            {
                "number": number,
                "state": DECIDED,
                "folder": folder,
                "decided_at": now,
                "kind": kind,
                "reason": reason,
                "party": party,
                "ref": ref,
                "asks": asks,
            }
        )

    def flush(self) -> None:
        """Write all pending decisions in one statement."""
        if not self._decisions:
            return
        decisions, self._decisions = self._decisions, []
        mail = table_of(MailRow)
        names = [name for name in decisions[0] if name != "number"]
        self._session.connection().execute(
            update(mail)
            .where(mail.c.id == bindparam("number"))
            .values({name: bindparam(name) for name in names}),
            decisions,
        )
        self._session.expire_all()

    def filed(self, numbers: Collection[int]) -> None:
        """Record that the server moved these mails."""
        self.flush()
        self._session.exec(
            update(MailRow).where(col(MailRow.id).in_(list(numbers))).values(state=FILED)
        )

    def reopen(self, number: int, now: datetime) -> None:
        """Set a mail back to ``kept``, to be understood again; it waits since ``now``."""
        row = self._row(number)
        row.state, row.folder, row.reason, row.attempts = KEPT, "", "", 0
        row.decided_at = now
        self._session.flush()

    def resolve(self, number: int, now: datetime, resolution: str) -> None:
        """Record that a person dealt with a mail in Review or Shunted."""
        row = self._row(number)
        row.resolved_at, row.resolution = now, resolution
        self._session.flush()

    def unresolved(self) -> list[KeptMail]:
        """Return the unresolved mails in Review or Shunted, or not handed over, oldest first."""
        self.flush()
        # First the numbers: with ORDER BY, SQLite would walk through all mails ever stored.
        mail = table_of(MailRow)
        waiting = sa_select(mail.c.id).where(_WAITS_FOR_A_PERSON, mail.c.state != KEPT)
        withheld = sa_select(mail.c.id).where(
            mail.c.state.in_((NOT_GIVEN, VANISHED)), mail.c.resolved_at.is_(None)
        )
        found = (self._session.execute(query).scalars() for query in (waiting, withheld))
        numbers = sorted(chain.from_iterable(found))
        rows: list[KeptMail] = []
        for first in range(0, len(numbers), _AT_ONCE):
            some = numbers[first : first + _AT_ONCE]
            rows += map(
                _value,
                self._session.exec(
                    select(MailRow).where(col(MailRow.id).in_(some)).order_by(col(MailRow.id))
                ),
            )
        return rows

    def answers_waiting(self) -> dict[tuple[str, str], datetime]:
        """Return when the newest answer that waits for a person arrived, by (party, our reference).

        The reference is empty if the mail belongs to no request of ours for certain.
        """
        self.flush()
        mail = table_of(MailRow)
        query = (
            sa_select(mail.c.party, mail.c.ref, func.max(mail.c.arrived_at))
            .where(_WAITS_FOR_A_PERSON, mail.c.kind == Kind.RESPONSE.value)
            .group_by(mail.c.party, mail.c.ref)
        )
        return {(row[0], row[1]): row[2] for row in self._session.execute(query)}

    def threads_of(self, party: str) -> list[tuple[str, str]]:
        """Return subject and reference of the party's newest mails that were filed under one.

        There is no index for it: only the last MOST_SEARCHED mails are looked through.
        """
        self.flush()
        mail = table_of(MailRow)
        newest = self._session.scalar(sa_select(func.max(mail.c.id))) or 0
        query = sa_select(mail.c.subject, mail.c.ref).where(
            mail.c.id > newest - MOST_SEARCHED, mail.c.party == party, mail.c.ref != ""
        )
        return [(row[0], row[1]) for row in self._session.execute(query)]

    def refs_of(self, party: str, message_ids: Collection[str]) -> set[str]:
        """Return our references under which mails of a party with these Message-IDs were filed."""
        wanted = sorted({*message_ids} - {""})[:_MOST_IDS]
        if not wanted:
            return set()
        self.flush()
        mail = table_of(MailRow)
        query = sa_select(mail.c.ref).where(
            mail.c.message_id.in_(wanted), mail.c.party == party, mail.c.ref != ""
        )
        return set(self._session.scalars(query))

    def counts(self) -> dict[str, int]:
        """Count mails by state or, once decided, by folder."""
        self.flush()
        pairs = self._session.exec(
            select(MailRow.state, MailRow.folder, func.count()).group_by(
                MailRow.state, MailRow.folder
            )
        )
        out: dict[str, int] = {}
        for state, folder, number in pairs:
            name = folder or state
            out[name] = out.get(name, 0) + number
        return out

    def message_ids(self) -> set[str]:
        """Return the Message-IDs of all mails ever stored."""
        return set(self._session.exec(select(MailRow.message_id)))

    def _row(self, number: int) -> MailRow:
        self.flush()
        row = self._session.get(MailRow, number)
        if row is None:
            raise NotFound(f"there is no mail {number}")
        return row


def folder_of(state: str) -> str:
    """Return the folder shown for an undecided mail: its state if not fetched, else none."""
    return state if state in NOT_FETCHED else ""


def _value(row: MailRow) -> KeptMail:
    return KeptMail(
        id=row.id or 0,
        mailbox=row.mailbox,
        ref=MailRef(row.uidvalidity, row.uid),
        content_hash=row.content_hash,
        message_id=row.message_id,
        sender=row.sender,
        subject=row.subject,
        arrived_at=row.arrived_at,
        sealed=row.sealed,
        state=row.state,
        folder=row.folder,
        kind=row.kind,
        reason=row.reason,
        party=row.party,
        request_ref=row.ref,
        attempts=row.attempts,
        resolved_at=row.resolved_at,
        resolution=row.resolution,
    )
