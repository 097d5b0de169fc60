"""Understand and decide every mail that was kept.

Commit 2 holds the decision and all its consequences.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from exchange.domain.audit import AuditEvent
from exchange.domain.columns.column_map import ColumnMap
from exchange.domain.device import mask_codes
from exchange.domain.mail import Kind, Understanding
from exchange.domain.meaning.copies import DecidedCopy, asks_of, first_copy
from exchange.domain.party import Party
from exchange.domain.release import Verdict, identify
from exchange.errors import (
    BadInput,
    ConfigError,
    ExchangeError,
    ReaderEnded,
    ReaderUnavailable,
    StoreError,
    VaultError,
)
from exchange.later import Log
from exchange.parsing.identifiers.bulk import gc_paused
from exchange.ports.reading import Question
from exchange.services.answering import (
    allowed_lists,
    brought_later,
    party_columns,
    party_passwords,
    sent_letters,
)
from exchange.services.answering.follow import follow
from exchange.services.answering.mail_outcome import MailOutcome, record_outcome
from exchange.services.answering.requests.answer_request import Basis
from exchange.services.answering.requests.day_tally import DayTally
from exchange.services.answering.requests.device_holdings import Holdings, KnownDevices
from exchange.services.answering.requests.history import History
from exchange.services.context import Context
from exchange.store.db import Transaction
from exchange.store.mails.mail import KEPT, NOT_FETCHED, PROCESSED, SHUNTED, KeptMail

log = Log("exchange.intake")

_BATCH_BYTES = 64_000_000
_STRANGERS_BYTES = 2_000_000
_DECIDE_BATCH = 200
_DECIDE_SECONDS = 5.0  # of reading; then what was understood is decided
_DECIDE_DEVICES = 5000  # in one transaction, unless one mail has more: it locks the database


@dataclass(slots=True)
class Decided:
    """The result of a pass over the kept mails."""

    folders: Counter[str] = field(default_factory=Counter)
    left: dict[int, str] = field(default_factory=dict)  # left for later: number and reason
    read: int = 0  # mails given to the reading process
    unread: ReaderUnavailable | None = None  # why all others stay kept: not their fault
    tally: DayTally = field(default_factory=DayTally)


def decide_all(
    ctx: Context, done: Decided | None = None, stop: threading.Event | None = None
) -> Decided:
    """Decide every kept mail that can be decided now (commit 2); ``done``: from earlier passes.

    Mails left then are not tried again.  Once ``stop`` is set, no further mails are begun.  If
    the reading process fails, ``unread`` says why, and mails stay kept.  Raises StoreError if the
    database refuses; then they stay kept, too.
    """
    done = Decided() if done is None else done
    if done.unread or ctx.clock.trouble:
        return done
    batch = _opened(ctx, (), done)
    ctx.reader.ahead([question for _, question in batch])
    while batch:
        at_hand = [mail.id for mail, _ in batch]
        together: list[Understood] = []
        weight, began = 0, time.monotonic()
        while batch:
            ctx.heart.moved()
            # Free a large mail while its request is answered.
            try:
                said = _understood(ctx, batch.popleft(), done)
            except ReaderUnavailable as error:
                done.unread = error
                break
            done.read += 1
            if said is not None:
                together.append(said)
                weight += said.weight
            if weight >= _DECIDE_DEVICES or time.monotonic() - began > _DECIDE_SECONDS:
                _decide_some(ctx, together, done)
                together, weight, began = [], 0, time.monotonic()
        # The reading process understands the next mails while these are decided here.
        if done.unread is None:
            batch = _opened(ctx, at_hand, done)
            ctx.reader.ahead([question for _, question in batch])
        _decide_some(ctx, together, done)
        if done.unread or ctx.clock.trouble or (stop and stop.is_set()):
            break
    return done


def _opened(
    ctx: Context, at_hand: Sequence[int], done: Decided
) -> deque[tuple[KeptMail, Question]]:
    """Return the next kept mails after those ``at_hand``, with what is on file for their senders.

    A mail may take minutes to read: those of strangers come last, a few at a time.
    """
    with ctx.store.reading() as tx:
        passed = {*done.left, *at_hand}
        mails = list[KeptMail]()
        for senders, most_bytes in (
            (tx.parties.addresses(), _BATCH_BYTES),
            (None, _STRANGERS_BYTES),
        ):
            listed = tx.mail.waiting(KEPT, limit=_DECIDE_BATCH + len(passed), senders=senders)
            fresh = [one for one in listed if one not in passed]
            if mails := tx.mail.get_many(fresh[:_DECIDE_BATCH], most_bytes):
                break
        lists = {mail.id: allowed_lists.of_sender(ctx, tx, mail) for mail in mails}
    on_file: dict[str, tuple[tuple[str, ...], tuple[ColumnMap, ...]]] = {}
    known: sent_letters.Known = {}
    found = deque[tuple[KeptMail, Question]]()
    for mail in mails:
        try:
            if mail.sender not in on_file:
                on_file[mail.sender] = (
                    party_passwords.passwords_of_sender(ctx, mail.sender),
                    party_columns.columns_of_sender(ctx, mail.sender),
                )
            raw = ctx.sealer.open(mail.sealed, "mail")
            sent = sent_letters.named_in(ctx, raw, mail.sender, known)
        except StoreError:
            raise
        except VaultError as error:
            done.left[mail.id] = str(error)  # we must repair it; the mail waits
        except Exception as error:
            _note(done, mail, _fault(ctx, mail, error), "")
        else:
            # Do not keep the sealed copy of a large mail in memory.
            question = Question(raw, *on_file[mail.sender], sent, lists[mail.id])
            found.append((replace(mail, sealed=b""), question))
    if mails and not found:
        return _opened(ctx, at_hand, done)
    return found


@dataclass(frozen=True, slots=True)
class Understood:
    """A kept mail and its contents."""

    mail: KeptMail
    said: Understanding

    @property
    def weight(self) -> int:
        """Return how many rows there are to decide."""
        return len(self.said.devices) + len(self.said.answers) + len(self.said.rejects)


def _understood(ctx: Context, asked: tuple[KeptMail, Question], done: Decided) -> Understood | None:
    """Return what one mail says; None if it is settled already or tried again later."""
    (mail, question), outcome, why = asked, None, ""
    try:
        said = ctx.reader.read(
            question.raw,
            question.passwords,
            columns=question.columns,
            sent=question.sent,
            lists=question.lists,
        )
        return Understood(mail, said)
    except (StoreError, ReaderUnavailable):
        raise
    except ReaderEnded as error:
        outcome, why = _once_more(ctx, mail, str(error))
    except (ConfigError, VaultError) as error:
        why = str(error)
    except ExchangeError as error:
        outcome = _shunt(ctx, mail, str(error))
    except Exception as error:
        outcome = _fault(ctx, mail, error)
    _note(done, mail, outcome, why)
    return None


def _decide_some(ctx: Context, mails: Sequence[Understood], done: Decided) -> None:
    """Decide some mails in one transaction or, if that fails, each in its own."""
    ctx.heart.moved()
    try:
        with gc_paused():
            outcomes = decide(ctx, mails, done.tally) if mails else []
    except Exception:
        done.tally.forget()
        # Nothing was committed; deciding each alone shows which one failed.
        if len(mails) > 1:
            for one in mails:
                _decide_some(ctx, [one], done)
            return
        _decide_alone(ctx, mails[0], done)
        return
    for one, outcome in zip(mails, outcomes, strict=True):
        _note(done, one.mail, outcome, "")


def _decide_alone(ctx: Context, one: Understood, done: Decided) -> None:
    """Decide one mail; if it fails, the others go on."""
    outcome, why = None, ""
    try:
        (outcome,) = decide(ctx, [one], DayTally())
    except StoreError:
        raise
    except (ConfigError, VaultError) as error:
        # We must repair this (a template, a damaged bucket); the mail is not at fault and waits.
        why = str(error)
    except ExchangeError as error:
        outcome = _shunt(ctx, one.mail, str(error))
    except Exception as error:
        outcome = _fault(ctx, one.mail, error)
    done.tally.forget()
    _note(done, one.mail, outcome, why)


def _note(done: Decided, mail: KeptMail, outcome: MailOutcome | None, why: str) -> None:
    if outcome is None:
        done.left[mail.id] = why
    else:
        done.folders[outcome.folder] += 1


def _fault(ctx: Context, mail: KeptMail, error: Exception) -> MailOutcome:
    """Shunt a mail that raised an unexpected error, so that the others go on.

    The error message may quote the mail, so only its type is reported.
    """
    log.error("internal fault at a mail", mail=mail.id, fault=type(error).__name__)
    return _shunt(ctx, mail, f"an internal fault ({type(error).__name__})")


def _once_more(ctx: Context, mail: KeptMail, why: str) -> tuple[MailOutcome | None, str]:
    """Try a mail again, or give it to a person: a busy machine can end the reading process too."""
    with ctx.store.transaction("attempt") as tx:
        attempts = tx.mail.attempt(mail.id)
    if attempts < ctx.settings.limits.attempts:
        return None, why
    return _shunt(ctx, mail, f"{why}, {attempts} times"), ""


def _shunt(ctx: Context, mail: KeptMail, reason: str) -> MailOutcome:
    outcome = MailOutcome(SHUNTED, reason=mask_codes(reason))
    with ctx.store.transaction("decide") as tx:
        if tx.mail.claim(mail.id)[0] == KEPT:
            record_outcome(ctx, tx, mail, outcome)
    return outcome


def decide(ctx: Context, mails: Sequence[Understood], tally: DayTally) -> list[MailOutcome]:
    """Decide some mails in order, in one transaction (commit 2): all or none."""
    who = _senders(ctx, mails)
    mails = [
        replace(one, said=brought_later.as_request(ctx, one.said, verdict.party))
        for one, verdict in zip(mails, who, strict=True)
    ]
    asking = [
        one.said.devices
        for one, verdict in zip(mails, who, strict=True)
        if one.said.kind is Kind.REQUEST and verdict.party
    ]
    holdings = Holdings.of(ctx.vault, asking)  # before the transaction
    outcomes = []
    with ctx.store.transaction("decide") as tx:
        claimed = tx.mail.claim_many([one.mail.id for one in mails])
        copies = tx.mail.decided_copies([one.mail for one in mails])
        history = History(tx, _requests(mails, who, holdings))
        for one, verdict in zip(mails, who, strict=True):
            mail, said = one.mail, one.said
            state, folder, _ = claimed[mail.id]
            if state != KEPT:  # somebody else decided it meanwhile
                outcomes.append(MailOutcome(folder, said.kind))
                continue
            known = copies.setdefault((mail.content_hash, mail.sender), [])
            outcome = _seen_before(mail, said, known)
            if outcome is None:
                basis = Basis(holdings, history, tally)
                outcome = follow(ctx, tx, mail, said, verdict, basis)
                outcome = allowed_lists.said_so(ctx, mail, said, outcome)
            record_outcome(ctx, tx, mail, outcome, said)
            if outcome.folder == PROCESSED:
                known.append(DecidedCopy(mail.id, mail.subject, said.kind, asks_of(said)))
            outcomes.append(outcome)
    return outcomes


def _seen_before(
    mail: KeptMail, said: Understanding, known: Sequence[DecidedCopy]
) -> MailOutcome | None:
    """Return the outcome of another copy of a mail that was processed, else None."""
    first = first_copy(mail.id, mail.subject, said, known) if known else None
    if first is None:
        return None
    return MailOutcome(PROCESSED, said.kind, f"the same as mail {first}", mail.party)


def _senders(ctx: Context, mails: Sequence[Understood]) -> list[Verdict]:
    """Return which party sent each mail."""
    candidates: dict[str, list[Party]] = {}
    with ctx.store.reading() as tx:
        for sender in {one.said.head.sender for one in mails}:
            candidates[sender] = tx.parties.by_address(sender) if sender else []
    return [
        identify(one.said.head, candidates[one.said.head.sender], ctx.signifier) for one in mails
    ]


def release_mail(
    ctx: Context, mail: KeptMail, said: Understanding, party: Party, actor: str
) -> MailOutcome:
    """Decide a waiting mail as sent by the party that a person names.

    Raises BadInput if the mail does not wait, or no longer; then nothing was changed.
    """
    who = Verdict(party=party, vouched=True)
    said = brought_later.as_request(ctx, said, party)
    holdings = Holdings.of(ctx.vault, [said.devices] if said.kind is Kind.REQUEST else [])
    with ctx.store.transaction("release") as tx:
        state, folder, resolved = tx.mail.claim(mail.id)
        if state in NOT_FETCHED or folder in ("", PROCESSED) or resolved:
            raise BadInput(f"mail {mail.id} does not wait for a person")
        known = tx.mail.decided_copies([mail]).get((mail.content_hash, mail.sender), ())
        outcome = _seen_before(mail, said, known)
        if outcome is None:
            history = History(tx, _requests([Understood(mail, said)], [who], holdings))
            basis = Basis(holdings, history, DayTally())
            outcome = follow(ctx, tx, mail, said, who, basis)
            outcome = allowed_lists.said_so(ctx, mail, said, outcome)
        record_outcome(ctx, tx, mail, outcome, said)
        if outcome.folder == PROCESSED:
            resolve(ctx, tx, mail.id, f"released as {party.signifier}: {outcome.reason}", actor)
    return outcome


def resolve(ctx: Context, tx: Transaction, number: int, resolution: str, actor: str) -> None:
    """Close a waiting mail that a person has dealt with."""
    said = mask_codes(resolution)
    tx.mail.resolve(number, ctx.now(), said)
    tx.audit.append(
        ctx.now(), AuditEvent("mail.resolved", f"mail {number}", "", {"resolution": said}, actor)
    )


def _requests(
    mails: Sequence[Understood], who: Sequence[Verdict], holdings: Holdings
) -> list[tuple[str, KnownDevices]]:
    """Return party and devices of each request of a party."""
    return [
        (verdict.party.signifier, holdings.devices(one.said.devices))
        for one, verdict in zip(mails, who, strict=True)
        if one.said.kind is Kind.REQUEST and verdict.party
    ]
