"""Show and settle what waits for a person: mails in Review and Shunted, devices, letters."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from exchange.domain.audit import AuditEvent
from exchange.domain.columns.column_map import ColumnMap
from exchange.domain.device import DeviceId, mask_codes
from exchange.domain.inbound import DeviceState, InboundRequest
from exchange.domain.mail import Kind, MailHead, Understanding
from exchange.domain.meaning.resolve import needs_thread
from exchange.domain.outbound import Ruling
from exchange.domain.party import Party
from exchange.domain.release import identify
from exchange.errors import BadInput, NotFound, Unreadable
from exchange.later import Later
from exchange.services.answering.mail_outcome import MailOutcome
from exchange.services.asking import idle_reports
from exchange.services.context import Context
from exchange.services.letters import owed_answers, party_holds
from exchange.services.letters.owed_answers import Standing
from exchange.services.letters.party_holds import PartyHold
from exchange.store.db import Transaction
from exchange.store.mails.mail import NOT_FETCHED, PROCESSED, WANTED, KeptMail
from exchange.store.mails.outbox import StoredLetter
from exchange.store.mails.waiting import MailFilter, WaitingMail
from exchange.store.requests.delivery_reports import DeliveryReport
from exchange.store.requests.disputes import Dispute

# Who only lists what waits answers nothing.
if TYPE_CHECKING:
    from exchange.services.answering import (
        allowed_lists,
        disputes,
        intake,
        party_columns,
        party_passwords,
        sent_letters,
        take_response,
        taken_back,
        thread_context,
    )
    from exchange.services.answering import ask_for_list as asking
    from exchange.services.answering.requests import answer_request, device_decisions, read_again
else:
    asking = Later("exchange.services.answering.ask_for_list")
    allowed_lists = Later("exchange.services.answering.allowed_lists")
    answer_request = Later("exchange.services.answering.requests.answer_request")
    device_decisions = Later("exchange.services.answering.requests.device_decisions")
    disputes = Later("exchange.services.answering.disputes")
    intake = Later("exchange.services.answering.intake")
    party_columns = Later("exchange.services.answering.party_columns")
    party_passwords = Later("exchange.services.answering.party_passwords")
    read_again = Later("exchange.services.answering.requests.read_again")
    sent_letters = Later("exchange.services.answering.sent_letters")
    take_response = Later("exchange.services.answering.take_response")
    taken_back = Later("exchange.services.answering.taken_back")
    thread_context = Later("exchange.services.answering.thread_context")


class WaitingRequest(NamedTuple):
    """An open request, with what a person has to decide of it."""

    request: InboundRequest
    held: int
    unreadable: int
    locked: int  # files among them that need a password
    standing: Standing
    subject: str  # of its mail


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a person, with one page of the mails."""

    # With the due date of an answer; None where no mail of its kind is answered.
    mails: tuple[tuple[WaitingMail, Standing | None], ...]
    chosen: int  # how many mails the filter selects
    folders: Mapping[str, int]  # how many wait in each of FOLDERS
    requests: tuple[WaitingRequest, ...]
    letters: tuple[StoredLetter, ...]
    disputes: tuple[Dispute, ...]  # install codes that came for two devices
    reports: tuple[DeliveryReport, ...]  # letters that are said not to have arrived
    holds: tuple[PartyHold, ...]  # parties whose letters are all held


def waiting(
    ctx: Context, chosen: MailFilter | None = None, most: int | None = None, skip: int = 0
) -> Waiting:
    """Return what waits: mails and requests by due date, the rest oldest first."""
    chosen = chosen or MailFilter()
    with ctx.store.reading() as tx:
        tx.parties.expect(chosen.party)
        order = owed_answers.by_due_date(ctx, tx, chosen)
        mails = tx.waiting.rows([*order][skip:][:most])
        number, folders = tx.waiting.count(chosen), tx.waiting.counts()
        requests = _open_requests(ctx, tx)
        failed = idle_reports.without_settled(tx, tx.outbox.stuck())
        disputed = tx.disputes.waiting()
        reported = tx.reports.waiting()
        holds = party_holds.in_force(tx)
    return Waiting(
        mails=tuple((mail, order[mail.id]) for mail in mails),
        chosen=number,
        folders=folders,
        requests=tuple(requests),
        letters=tuple(failed),
        disputes=tuple(disputed),
        reports=tuple(reported),
        holds=tuple(holds.values()),
    )


def _open_requests(ctx: Context, tx: Transaction) -> list[WaitingRequest]:
    found = tx.inbound.requests(open_only=True)
    subjects = {mail.id: mail.subject for mail in tx.waiting.rows([one.mail_id for one in found])}
    waiting_requests = []
    for one in found:
        counts = tx.inbound.counts(one.id)
        held, unreadable = counts.get(DeviceState.HELD, 0), counts.get(DeviceState.UNREADABLE, 0)
        near = owed_answers.request_standing(ctx, one.clock, held, unreadable)
        locked = len(read_again.locked_files(tx, one)) if unreadable else 0
        subject = subjects.get(one.mail_id, "")
        waiting_requests.append(WaitingRequest(one, held, unreadable, locked, near, subject))
    return sorted(waiting_requests, key=lambda one: one.request.clock.due_on)


def show_mail(ctx: Context, number: int) -> tuple[KeptMail, Understanding]:
    """Return a kept mail, opened and read again; if reading fails, a warning says why.

    Raises NotFound, and BadInput for a mail that was not fetched.
    """
    with ctx.store.reading() as tx:
        mail = tx.mail.get(number)
    _must_be_fetched(mail)
    try:
        with ctx.store.reading() as tx:
            lists = allowed_lists.of_sender(ctx, tx, mail)
        maps = party_columns.columns_of_sender(ctx, mail.sender)
        return mail, _in_thread(ctx, _understood(ctx, mail, maps, lists))
    except Unreadable as error:
        # It is in Shunted: a person wants to see who sent it, and why it is there.
        return mail, Understanding(MailHead(), Kind.UNKNOWN, warnings=(f"not read: {error}",))


def _understood(
    ctx: Context,
    mail: KeptMail,
    maps: Sequence[ColumnMap],
    lists: Sequence[str],
    *,
    party: str = "",
) -> Understanding:
    """Read a mail; ``party`` is the one that a person says sent it."""
    raw = ctx.sealer.open(mail.sealed, "mail")
    return ctx.reader.read(
        raw,
        party_passwords.of_party(ctx, party)
        if party
        else party_passwords.passwords_of_sender(ctx, mail.sender),
        columns=maps,
        sent=sent_letters.named_in(ctx, raw, mail.sender),
        lists=lists,
    )


def _in_thread(ctx: Context, said: Understanding) -> Understanding:
    """Return what a mail says with what its sentences answer, as it is decided today."""
    if not needs_thread(said):
        return said
    with ctx.store.reading() as tx:
        sender = said.head.sender
        known = tx.parties.by_address(sender) if sender else []
        party = identify(said.head, known, ctx.signifier).party
        if party is None:
            return said
        requests = take_response.asked_in(tx, said, party)
        found = thread_context.resolved(tx, said, party, requests)
    warnings = (*said.warnings, *found.doubts)
    return replace(said, answers=found.answers, rejects=found.rejects, warnings=warnings)


def _must_be_fetched(mail: KeptMail) -> None:
    if mail.state in NOT_FETCHED:
        raise BadInput(
            f"mail {mail.id} was not fetched: {mail.reason}",
            hint=f"`exchange inbox replay {mail.id}` has it fetched in the next round",
        )


def want_mail(ctx: Context, number: int, actor: str, then: str = "") -> MailOutcome | None:
    """Have a mail that is only in the ledger fetched and decided in the next round.

    ``then`` is what a person has to do after that.  Returns None if it has been fetched.  Raises
    BadInput if there is nothing left to fetch.
    """
    with ctx.store.transaction("want") as tx:
        state, _, resolved = tx.mail.claim(number)
        if state not in NOT_FETCHED:
            return None
        mail = tx.mail.get(number)
        if mail.ref.uid <= 0 or resolved:
            why = "was dealt with" if resolved else "is not on the server any more"
            raise BadInput(f"mail {number} {why}")
        reason = "a person wants it: it is fetched and decided in the next round" + then
        tx.places.want(number, ctx.now(), reason)
        detail = {"was": state}
        event = AuditEvent("mail.wanted", f"mail {number}", detail=detail, actor=actor)
        tx.audit.append(ctx.now(), event)
    return MailOutcome(WANTED, reason=reason)


def raw_mail(ctx: Context, number: int) -> bytes:
    """Return the bytes of a kept mail, as received."""
    with ctx.store.reading() as tx:
        mail = tx.mail.get(number)
    _must_be_fetched(mail)
    return ctx.sealer.open(mail.sealed, "mail")


def release_mail(ctx: Context, number: int, signifier: str, actor: str) -> MailOutcome:
    """Decide a waiting mail as sent by the party that a person names.

    The answer still goes only to that party's reply address on the register.  A mail that was not
    fetched is fetched in the next round and decided as any other: its text is not known yet.
    """
    with ctx.store.reading() as tx:
        mail = tx.mail.get(number)
        party = _active(tx, signifier)
    if party.signifier == ctx.signifier:
        raise BadInput("that is our own party")
    then = f" by its sender; where it waits then, release it as {party.signifier} once more"
    if wanted := want_mail(ctx, number, actor, then):
        return wanted
    # A person says who sent the mail, so that party's columns apply, and no list is in the way.
    lists = (head_of_mail(ctx, mail).list_id,)
    maps = party_columns.of_party(ctx, party.signifier)
    said = _understood(ctx, mail, maps, lists, party=party.signifier)
    return intake.release_mail(ctx, mail, said, party, actor)


def head_of_mail(ctx: Context, mail: KeptMail) -> MailHead:
    """Return the head of a kept mail; raises Unreadable when its header exceeds the limit."""
    # Imported here: it loads all the reading code, which a list of mails does not need.
    from exchange.parsing.reading.understand import read_head

    return read_head(ctx.sealer.open(mail.sealed, "mail"))


def replay_mail(ctx: Context, number: int, actor: str) -> MailOutcome:
    """Read and decide a waiting mail again, as if it had just been kept.

    If it was not fetched, the next round fetches it; of an answered request the rest is decided.
    """
    if done := read_rest(ctx, number, actor) or reopen_mail(ctx, number, actor):
        return done
    if (unread := intake.decide_all(ctx).unread) is not None:
        raise unread
    return outcome_of(ctx, number)


def read_rest(ctx: Context, number: int, actor: str) -> MailOutcome | None:
    """Answer what can be read now of a request that was answered in part; None if it is none."""
    with ctx.store.reading() as tx:
        mail = tx.mail.get(number)
        request = read_again.unread_request(tx, mail)
        lists = allowed_lists.of_sender(ctx, tx, mail) if request else ()
    if request is None:
        return None
    maps = party_columns.of_party(ctx, request.party)
    said = _understood(ctx, mail, maps, lists, party=request.party)
    return read_again.answer_rest(ctx, mail, request, said, actor)


def reopen_mail(ctx: Context, number: int, actor: str) -> MailOutcome | None:
    """Put a waiting mail back among those to be read and decided.

    Returns None if that can be done now; if it was not fetched, the next round fetches it.
    """
    if wanted := want_mail(ctx, number, actor):
        return wanted
    with ctx.store.transaction("replay") as tx:
        _claim_waiting(tx, number)
        tx.mail.reopen(number, ctx.now())
        tx.reports.forget(number)
        tx.audit.append(ctx.now(), AuditEvent("mail.replayed", f"mail {number}", actor=actor))
    return None


def outcome_of(ctx: Context, number: int) -> MailOutcome:
    """Return the outcome of a mail; its folder is empty while undecided."""
    with ctx.store.reading() as tx:
        mail = tx.mail.get(number)
    return MailOutcome(mail.folder, mail.kind, mail.reason, mail.party, mail.request_ref)


def reject_mail(ctx: Context, number: int, why: str, actor: str) -> PartyHold | None:
    """Close a waiting mail without action; return what holds letters because of it, still."""
    with ctx.store.transaction("resolve") as tx:
        _claim_waiting(tx, number)
        if tx.disputes.waiting(number):
            raise BadInput(
                f"mail {number} brought install codes that are in dispute",
                hint=f"`exchange inbox rule {number}` decides which Devices they belong to",
            )
        if tx.reports.waiting(mail_id=number):
            raise BadInput(
                f"mail {number} reports that a letter of ours did not arrive",
                hint=f"`exchange inbox bounce {number} --run-on` lets the clock run on",
            )
        if tx.mail.get(number).state in NOT_FETCHED:
            tx.places.confirm_place(number)  # it need not be fetched any more
        intake.resolve(ctx, tx, number, f"rejected: {why}", actor)
        holds = party_holds.in_force(tx).values()
    return next((one for one in holds if one.mail == number), None)


@dataclass(frozen=True, slots=True)
class Settled:
    """The result of ``settle_codes``."""

    codes: int
    mail: MailOutcome | None  # of the mail; None if it was not waiting any more


def settle_codes(
    ctx: Context, number: int, ruling: Ruling, why: str, actor: str, *, only: Collection[str] = ()
) -> Settled:
    """Decide which of two Devices each disputed install code of a mail belongs to.

    ``only`` limits it to some Device IDs, on either side.  The mail is then decided again, as from
    the party that sent it.  Raises NotFound if none of its codes is in dispute, BadInput if the
    ruling is impossible; then nothing was changed.
    """
    wanted = {str(DeviceId.parse(text)) for text in only}
    why = mask_codes(why)
    with ctx.store.transaction("settle") as tx:
        _, folder, resolved = tx.mail.claim(number)
        tx.outbound.wait_for_codes()
        chosen = [
            one
            for one in tx.disputes.waiting(number)
            if not wanted or wanted & {one.claim.device, one.claim.rival}
        ]
        unknown = wanted - {name for one in chosen for name in (one.claim.device, one.claim.rival)}
        if not chosen or unknown:
            named = ", ".join(sorted(unknown)) or "no install code"
            raise NotFound(f"{named} of mail {number}: not in dispute")
        waits = folder not in ("", PROCESSED) and not resolved
        party = chosen[0].claim.rival_party
        if ruling is Ruling.SECOND and not waits:
            raise BadInput(
                f"mail {number} does not wait any more: its code cannot be taken",
                hint="--neither, and have it sent again",
            )
        _active(tx, party)
        disputes.rule(ctx, tx, chosen, ruling, why, actor)
    outcome = release_mail(ctx, number, party, actor) if waits else None
    return Settled(len(chosen), outcome)


def ask_for_list(ctx: Context, number: int, actor: str) -> str:
    """Ask the sender of a waiting mail for the list of Devices as a file, and close the mail.

    Returns the address that the letter goes to.  Raises BadInput if the mail is not from one party,
    was written by a machine, or was answered in this way before.
    """
    mail, said = show_mail(ctx, number)
    with ctx.store.transaction("ask for list") as tx:
        _claim_waiting(tx, number)
        sender = said.head.sender
        known = tx.parties.by_address(sender) if sender else []
        party = identify(said.head, known, ctx.signifier).party
        if party is None:
            raise BadInput(f"mail {number} is from nobody certain on the contacts register")
        asking.ask_for_list(ctx, tx, mail, said, party, actor)
        intake.resolve(ctx, tx, number, "asked for the list as a file", actor)
    return party.reply_address


def reply_address(ctx: Context, signifier: str) -> str:
    """Return the address for answers to a party; raises NotFound if it is not on the register."""
    with ctx.store.reading() as tx:
        return _active(tx, signifier).reply_address


def _active(tx: Transaction, signifier: str) -> Party:
    party = tx.parties.get(signifier)
    if party is None or not party.active:
        raise NotFound(f"{signifier} is not an active party on the contacts register")
    return party


def _claim_waiting(tx: Transaction, number: int) -> None:
    _, folder, resolved = tx.mail.claim(number)
    if folder in ("", PROCESSED) or resolved:
        raise BadInput(f"mail {number} does not wait for a person")
