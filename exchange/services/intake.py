"""Keep, understand, decide, file: what happens to every mail that arrives.

Commit 1 keeps the raw bytes, sealed; from there nothing is lost.  Commit 2 holds the decision with
everything that follows from it.  Filing moves the mail on the server and may be repeated.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import structlog

from exchange.domain.audit import AuditEvent
from exchange.domain.device import mask_codes
from exchange.domain.mail import Kind, MailHead, Understanding
from exchange.domain.party import Party
from exchange.domain.release import Verdict, identify
from exchange.errors import (
    BadInput,
    ConfigError,
    ExchangeError,
    ReaderEnded,
    StoreError,
    Unreadable,
    VaultError,
)
from exchange.parsing.message import read_head
from exchange.ports import FetchedMail, Mailbox, MailRef
from exchange.services import columns, receive, respond, secrets
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


@dataclass(slots=True)
class Decided:
    """What a pass over the kept mails came to."""

    folders: Counter[str] = field(default_factory=Counter)
    left: dict[int, str] = field(default_factory=dict)  # kept for later: number and why


def decide_all(desk: Desk) -> Decided:
    """Commit 2 for every kept mail that can be decided now.

    Raises StoreError when the database cannot take it; then the mail at hand stays kept.
    """
    done = Decided()
    while True:
        with desk.store.reading() as tx:
            listed = tx.mail.waiting(KEPT, most=_DECIDE_BATCH + len(done.left))
        waiting = [number for number in listed if number not in done.left]
        if not waiting:
            return done
        for number in waiting:
            outcome, why = _decide_one(desk, number)
            if outcome is None:
                done.left[number] = why
            else:
                done.folders[outcome.folder] += 1


def _decide_one(desk: Desk, number: int) -> tuple[MailOutcome | None, str]:
    """What became of one mail; None and why when it stays kept and is tried again."""
    with desk.store.reading() as tx:
        mail = tx.mail.get(number)
    try:
        raw = desk.sealer.open(mail.sealed, "mail")
        maps = columns.of_sender(desk, mail.sender)
        understood = desk.reader.read(raw, secrets.of_sender(desk, mail.sender), columns=maps)
        return _decide(desk, mail, understood), ""
    except StoreError:
        raise
    except ReaderEnded as error:
        return _once_more(desk, mail, str(error))
    except (ConfigError, VaultError) as error:
        # Ours to mend (a template, a damaged bucket), and no fault of the mail's: it waits.
        return None, str(error)
    except ExchangeError as error:
        return _shunt(desk, mail, str(error)), ""
    except Exception as error:
        # The border of one mail: whatever it set off, the others go on. The message may quote
        # the mail, so only the kind of fault is told.
        log.error("a mail set off a fault", mail=mail.id, fault=type(error).__name__)
        return _shunt(desk, mail, f"an internal fault ({type(error).__name__})"), ""


def _once_more(desk: Desk, mail: KeptMail, why: str) -> tuple[MailOutcome | None, str]:
    """A busy machine can end the reading process too: a few attempts, then a person."""
    with desk.store.transaction("attempt") as tx:
        attempts = tx.mail.attempt(mail.id)
    if attempts < desk.settings.limits.attempts:
        return None, why
    return _shunt(desk, mail, f"{why}, {attempts} times"), ""


def _shunt(desk: Desk, mail: KeptMail, reason: str) -> MailOutcome:
    outcome = MailOutcome(SHUNTED, reason=mask_codes(reason))
    with desk.store.transaction("decide") as tx:
        if tx.mail.claim(mail.id)[0] == KEPT:
            _record(desk, tx, mail, outcome)
    return outcome


def _decide(desk: Desk, mail: KeptMail, said: Understanding) -> MailOutcome:
    with desk.store.reading() as tx:
        candidates = tx.parties.by_address(said.head.sender) if said.head.sender else []
    who = identify(said.head, candidates, desk.signifier)
    plan = _plan(desk, said, who)
    with desk.store.transaction("decide") as tx:
        state, folder, _ = tx.mail.claim(mail.id)
        if state != KEPT:
            return MailOutcome(folder, said.kind)  # somebody else decided it meanwhile
        twin = tx.mail.twin(mail.content_hash, mail.sender, mail.id)
        if twin is not None:
            outcome = MailOutcome(PROCESSED, said.kind, f"the same as mail {twin}", mail.party)
        else:
            outcome = _follow(desk, tx, mail, said, who, plan)
        _record(desk, tx, mail, outcome)
    return outcome


def _plan(desk: Desk, said: Understanding, who: Verdict) -> respond.Plan | None:
    """Look-ups, which come before the transaction."""
    return respond.prepare(desk, said) if said.kind is Kind.REQUEST and who.party else None


def release(
    desk: Desk, mail: KeptMail, said: Understanding, party: Party, actor: str
) -> MailOutcome:
    """Decide a waiting mail as sent by a party that a person vouches for.

    Raises BadInput when the mail does not wait (any more); then nothing was changed.
    """
    who = Verdict(party=party, vouched=True)
    plan = _plan(desk, said, who)
    with desk.store.transaction("release") as tx:
        _, folder, resolved = tx.mail.claim(mail.id)
        if folder in ("", PROCESSED) or resolved:
            raise BadInput(f"mail {mail.id} does not wait for a person")
        outcome = _follow(desk, tx, mail, said, who, plan)
        _record(desk, tx, mail, outcome)
        if outcome.folder == PROCESSED:
            resolve(desk, tx, mail.id, f"released as {party.signifier}: {outcome.reason}", actor)
    return outcome


def resolve(desk: Desk, tx: Transaction, number: int, resolution: str, actor: str) -> None:
    """A person dealt with a waiting mail."""
    said = mask_codes(resolution)
    tx.mail.resolve(number, desk.now(), said)
    tx.audit.append(
        desk.now(), AuditEvent("mail.resolved", f"mail {number}", "", {"resolution": said}, actor)
    )


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
    if said.subkind == "columns":
        reason = said.warnings[0] if said.warnings else "the columns on file do not fit"
        return MailOutcome(REVIEW, said.kind, reason, party)
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
