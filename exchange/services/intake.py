"""Keep, understand, decide, file: what happens to every mail that arrives.

Commit 1 keeps the raw bytes, sealed; from there nothing is lost.  Commit 2 holds the decision with
everything that follows from it.  Filing moves the mail on the server and may be repeated.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256

import structlog

from exchange.domain.audit import AuditEvent
from exchange.domain.device import mask_codes
from exchange.domain.mail import Kind, MailHead, Understanding
from exchange.domain.release import Verdict, identify
from exchange.errors import ExchangeError, StoreError, Unreadable
from exchange.parsing.message import read_head
from exchange.ports import FetchedMail, Mailbox, MailRef
from exchange.services import receive, respond
from exchange.services.desk import Desk
from exchange.services.outcome import MailOutcome
from exchange.store.db import Transaction
from exchange.store.mail import DECIDED, KEPT, PROCESSED, REVIEW, SHUNTED, KeptMail, NewMail

log = structlog.get_logger("exchange.intake")

_KEEP_BATCH = 50
_DECIDE_BATCH = 50
_FILE_BATCH = 500
_SUBJECT_CHARS = 300


def content_hash(raw: bytes, message_id: str) -> str:
    """Recognises a mail that comes again by another way: same Message-ID, same body.

    Transport headers differ from copy to copy, so they do not count.  Without a Message-ID every
    byte counts.
    """
    if not message_id:
        return sha256(raw).hexdigest()
    for blank in (b"\r\n\r\n", b"\n\n"):
        head, found, body = raw.partition(blank)
        if found and b"\n\n" not in head:
            return sha256(message_id.encode() + b"\0" + body.replace(b"\r\n", b"\n")).hexdigest()
    return sha256(raw).hexdigest()


def keep(desk: Desk, mailbox: Mailbox) -> int:
    """Commit 1: seal and record every mail of the inbox that the ledger does not have."""
    listed = mailbox.list()
    with desk.store.reading() as tx:
        fresh = tx.mail.unknown(mailbox.name, listed)
    kept, batch = 0, list[tuple[NewMail, int]]()
    try:
        for fetched in mailbox.fetch(fresh):
            batch.append((_new_mail(desk, mailbox.name, fetched), fetched.oversize))
            if len(batch) == _KEEP_BATCH:
                kept += _commit_kept(desk, batch)
                batch = []
    finally:
        # What was fetched before the connection broke is not fetched again.
        if batch:
            kept += _commit_kept(desk, batch)
    return kept


def _commit_kept(desk: Desk, batch: Sequence[tuple[NewMail, int]]) -> int:
    now = desk.now()
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
                _record(desk, tx, tx.mail.get(number), MailOutcome(SHUNTED, reason=reason))
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


def decide_all(desk: Desk) -> Counter[str]:
    """Commit 2 for every kept mail; returns how many went where."""
    done: Counter[str] = Counter()
    while True:
        with desk.store.reading() as tx:
            waiting = tx.mail.waiting(KEPT, most=_DECIDE_BATCH)
            tried = any(tx.mail.get(number).attempts for number in waiting[:1])
        if not waiting:
            return done
        # A mail that once ended the process is tried alone, so that it cannot take others along.
        batch = waiting[:1] if tried else waiting
        with desk.store.transaction("attempt") as tx:
            attempts = {number: tx.mail.attempt(number) for number in batch}
        for number in batch:
            outcome = _decide_one(desk, number, attempts[number])
            done[outcome.folder] += 1


def _decide_one(desk: Desk, number: int, attempt: int) -> MailOutcome:
    with desk.store.reading() as tx:
        mail = tx.mail.get(number)
    if attempt > desk.settings.limits.attempts:
        return _shunt(desk, mail, f"understanding it ended the process {attempt - 1} times")
    try:
        raw = desk.sealer.open(mail.sealed, "mail")
        understood = desk.reader.read(raw)
        return _decide(desk, mail, understood)
    except StoreError:
        raise  # not this mail's fault: nothing was changed, the pass is tried again
    except ExchangeError as error:
        return _shunt(desk, mail, str(error))
    except Exception as error:
        # The border of one mail: whatever it set off, the others go on. The message may quote
        # the mail, so only the kind of fault is told.
        log.error("a mail set off a fault", mail=mail.id, fault=type(error).__name__)
        return _shunt(desk, mail, f"an internal fault ({type(error).__name__})")


def _shunt(desk: Desk, mail: KeptMail, reason: str) -> MailOutcome:
    outcome = MailOutcome(SHUNTED, reason=mask_codes(reason))
    with desk.store.transaction("decide") as tx:
        _record(desk, tx, mail, outcome)
    return outcome


def _decide(desk: Desk, mail: KeptMail, said: Understanding) -> MailOutcome:
    with desk.store.reading() as tx:
        twin = tx.mail.twin(mail.content_hash, mail.id)
        candidates = tx.parties.by_address(said.head.sender) if said.head.sender else []
    if twin is not None:
        outcome = MailOutcome(PROCESSED, said.kind, f"the same as mail {twin}", mail.party)
        with desk.store.transaction("decide") as tx:
            _record(desk, tx, mail, outcome)
        return outcome
    who = identify(said.head, candidates, desk.signifier)
    return decide_as(desk, mail, said, who)


def decide_as(desk: Desk, mail: KeptMail, said: Understanding, who: Verdict) -> MailOutcome:
    """Decide a mail as sent by ``who``; look-ups come before the transaction."""
    plan = respond.prepare(desk, said) if said.kind is Kind.REQUEST and who.party else None
    with desk.store.transaction("decide") as tx:
        outcome = _follow(desk, tx, mail, said, who, plan)
        _record(desk, tx, mail, outcome)
    return outcome


def _follow(
    desk: Desk,
    tx: Transaction,
    mail: KeptMail,
    said: Understanding,
    who: Verdict,
    plan: respond.Plan | None,
) -> MailOutcome:
    """What follows from (state, mail, now), by kind."""
    party = who.party.signifier if who.party else ""
    if said.subkind == "own" or _is_ours(desk, tx, said):
        return MailOutcome(PROCESSED, said.kind, "our own mail came back")
    if said.kind is Kind.BOUNCE:
        return receive.bounce(desk, tx, said)
    if who.party is None:
        return MailOutcome(REVIEW, said.kind, who.reason)
    if said.kind is Kind.AUTO_REPLY:
        return receive.absence(desk, tx, said, who.party)
    if said.kind is Kind.ACKNOWLEDGEMENT:
        return receive.acknowledgement(desk, tx, said, who.party)
    if said.kind is Kind.RESPONSE:
        return receive.answers(desk, tx, mail, said, who.party)
    if said.kind is Kind.REQUEST and plan is not None:
        if receive.replies_to_ours(tx, said, who.party):
            reason = "a reply to our request that lists devices and answers none"
            return MailOutcome(REVIEW, said.kind, reason, party)
        return respond.take(desk, tx, mail, said, who, plan)
    if said.subkind == "reminder":
        return respond.reminded(desk, tx, said, who.party)
    reason = f"not a request ({said.subkind})" if said.subkind else "not a request"
    return MailOutcome(REVIEW, said.kind, reason, party)


def _is_ours(desk: Desk, tx: Transaction, said: Understanding) -> bool:
    """A letter of ours, say an evidence file where no compliance address is configured."""
    return said.head.sender in desk.own_addresses and bool(
        tx.outbox.by_message_id([said.head.message_id])
    )


def _record(desk: Desk, tx: Transaction, mail: KeptMail, outcome: MailOutcome) -> None:
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


def file(desk: Desk, mailbox: Mailbox, folders: dict[str, str]) -> int:
    """Move decided mails into their folders; ``folders`` names the server's for each of ours."""
    filed = 0
    while True:
        with desk.store.reading() as tx:
            numbers = tx.mail.waiting(DECIDED, mailbox.name, _FILE_BATCH)
            mails = [tx.mail.get(number) for number in numbers]
        if not mails:
            return filed
        by_folder: dict[str, list[MailRef]] = {}
        for mail in mails:
            by_folder.setdefault(folders[mail.folder], []).append(mail.ref)
        for folder, refs in by_folder.items():
            mailbox.file(refs, folder)
        with desk.store.transaction("file") as tx:
            tx.mail.filed(numbers)
        filed += len(numbers)
