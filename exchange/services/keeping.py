"""Keep what arrives, and file what is decided: the two ends of a mail's way.

Commit 1 keeps the raw bytes, sealed; from there nothing is lost.  Filing moves the mail on the
server and may be repeated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256

import structlog

from exchange.domain.audit import AuditEvent
from exchange.domain.device import mask_codes
from exchange.domain.mail import MailHead
from exchange.errors import Unreadable
from exchange.parsing.message import read_head
from exchange.ports import FetchedMail, Mailbox, MailRef
from exchange.services.desk import Desk
from exchange.services.outcome import MailOutcome
from exchange.store.db import Transaction
from exchange.store.mail import DECIDED, PROCESSED, SHUNTED, KeptMail, NewMail

log = structlog.get_logger("exchange.intake")

_KEEP_BATCH = 200
_BATCH_BYTES = 64_000_000
_FILE_BATCH = 500
_PIECE_BYTES = 1 << 20
_SUBJECT_CHARS = 300


def content_hash(raw: bytes, message_id: str) -> str:
    """Recognises a mail that comes again by another way: same Message-ID, same body.

    Transport headers differ from copy to copy, so they do not count.  Without a Message-ID every
    byte counts.
    """
    if not message_id:
        return sha256(raw).hexdigest()
    for blank in (b"\r\n\r\n", b"\n\n"):
        end = raw.find(blank)
        if end >= 0 and raw.find(b"\n\n", 0, end) < 0:
            found = sha256(message_id.encode() + b"\0")
            for piece in _pieces(raw, end + len(blank)):
                found.update(piece.replace(b"\r\n", b"\n"))
            return found.hexdigest()
    return sha256(raw).hexdigest()


def _pieces(raw: bytes, start: int) -> Iterator[bytes]:
    """What stands from ``start`` on, some at a time; no line end is parted."""
    while start < len(raw):
        end = start + _PIECE_BYTES
        end += raw[end - 1 : end + 1] == b"\r\n"
        yield raw[start:end]
        start = end


def fresh(desk: Desk, mailbox: Mailbox) -> list[MailRef]:
    """Every mail of the inbox that the ledger does not have."""
    listed = mailbox.list()
    with desk.store.reading() as tx:
        return tx.mail.unknown(mailbox.name, listed)


def keep(desk: Desk, mailbox: Mailbox, refs: Sequence[MailRef]) -> int:
    """Commit 1: seal and record the mails at ``refs``, which the ledger does not have."""
    if refs:
        desk.reader.start()  # it takes half a second, in which these are kept
    kept, weight, batch = 0, 0, list[tuple[NewMail, int]]()
    try:
        for fetched in mailbox.fetch(refs):
            batch.append((_new_mail(desk, mailbox.name, fetched), fetched.oversize))
            weight += len(fetched.raw)
            if len(batch) == _KEEP_BATCH or weight >= _BATCH_BYTES:
                kept += _commit_kept(desk, batch)
                weight, batch = 0, []
    finally:
        # What was fetched before the connection broke is not fetched again.
        if batch:
            kept += _commit_kept(desk, batch)
    return kept


def _commit_kept(desk: Desk, batch: Sequence[tuple[NewMail, int]]) -> int:
    now = desk.now()
    desk.heart.moved()
    with desk.store.transaction("keep") as tx:
        numbers = tx.mail.keep([mail for mail, _ in batch], now)
        tx.audit.append(
            now,
            *(
                AuditEvent("mail.kept", f"mail {number}", detail={"sender": mail.sender})
                for number, (mail, _) in zip(numbers, batch, strict=True)
            ),
        )
        for number, (_, oversize) in zip(numbers, batch, strict=True):
            if oversize:
                reason = (
                    f"{oversize:,} bytes, the ceiling is {desk.settings.limits.mail_bytes:,}: "
                    "only its header was fetched"
                )
                record(desk, tx, tx.mail.get(number), MailOutcome(SHUNTED, reason=reason))
    return len(batch)


def _new_mail(desk: Desk, mailbox: str, fetched: FetchedMail) -> NewMail:
    try:
        head = read_head(fetched.raw)
    except Unreadable:
        head = MailHead()
    now = desk.now()
    # A simulated clock, or a server whose clock is ahead: never later than our own now.
    arrived = now if desk.clock.simulated else min(fetched.arrived, now)
    return NewMail(
        mailbox=mailbox,
        ref=fetched.ref,
        content_hash=content_hash(fetched.raw, head.message_id),
        message_id=head.message_id[:998],
        sender=mask_codes(head.sender)[:320],
        subject=mask_codes(head.subject)[:_SUBJECT_CHARS],
        size=len(fetched.raw),
        arrived_at=arrived,
        sealed=desk.sealer.seal(fetched.raw, "mail"),
    )


def record(desk: Desk, tx: Transaction, mail: KeptMail, outcome: MailOutcome) -> None:
    """Write what became of a mail into the ledger and the audit log."""
    now = desk.now()
    reason = mask_codes(outcome.reason)
    tx.mail.decide(
        mail.id,
        now,
        folder=outcome.folder,
        kind=outcome.kind,
        reason=reason,
        party=outcome.party,
        ref=outcome.ref,
    )
    tx.audit.append(
        now,
        AuditEvent(
            f"mail.{outcome.folder}",
            f"mail {mail.id}",
            outcome.party,
            {"kind": str(outcome.kind), "reason": reason, "ref": outcome.ref},
        ),
    )
    if outcome.folder != PROCESSED:
        log.warning("a mail waits for a person", mail=mail.id, folder=outcome.folder, reason=reason)


def file(desk: Desk, mailbox: Mailbox, folders: Mapping[str, str]) -> int:
    """Move decided mails into their folders; ``folders`` names the server's for each of ours."""
    filed = 0
    while True:
        with desk.store.reading() as tx:
            numbers = tx.mail.waiting(DECIDED, mailbox.name, _FILE_BATCH)
            places = tx.mail.places(numbers)
        if not places:
            return filed
        by_folder: dict[str, list[MailRef]] = {}
        for ref, folder in places:
            by_folder.setdefault(folders[folder], []).append(ref)
        for folder, refs in by_folder.items():
            desk.heart.moved()
            mailbox.file(refs, folder)
        with desk.store.transaction("file") as tx:
            tx.mail.filed(numbers)
        filed += len(numbers)
