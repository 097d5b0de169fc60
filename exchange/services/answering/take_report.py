"""Take delivery reports: which letter of ours is said not to have arrived, and who says so.

A report counts only for the address that we sent the letter to.  Without proof it suspends and
flags: the chase of the request rests, its clock runs on, and a person decides.  Only the tagged
return address of the letter (``letters/return_tags.py``), or our own mail server while it takes the
letter, voids a clock without a person.  An answer to the letter shows that it arrived.
"""

from __future__ import annotations

from typing import Final

from exchange.domain.audit import AuditEvent
from exchange.domain.delivery import about_recipient, same_address
from exchange.domain.mail import Bounce, Kind, Subkind, Understanding
from exchange.domain.outbound import (
    OPEN_LEGS,
    LegEvent,
    LegState,
    OutboundRequest,
    ReportRuling,
    leg_takes,
    letter_name,
)
from exchange.domain.party import Party
from exchange.services.answering.mail_outcome import MailOutcome
from exchange.services.asking.idle_reports import close_reports
from exchange.services.asking.leg_clocks import void
from exchange.services.context import Context
from exchange.services.letters import return_tags
from exchange.store.db import Transaction
from exchange.store.mails.mail import PROCESSED, REVIEW, KeptMail
from exchange.store.mails.outbox import SENT, StoredLetter

REQUEST: Final = "request"  # the purpose of a letter that starts clocks

# What only an answer to our letter leads to.
_BY_THE_PARTY: Final = frozenset(
    (LegState.ACKNOWLEDGED, LegState.PROVIDED, LegState.NOT_INSTALLER, LegState.REFUSED)
)


def take(ctx: Context, tx: Transaction, mail: KeptMail, said: Understanding) -> MailOutcome:
    """Take a delivery report; what is not about our letter to that address changes nothing."""
    tx.reports.forget(mail.id)
    proved = return_tags.letter_of(ctx, tx, said.head)
    letters = [proved] if proved else _named(tx, said)
    if not letters:
        return MailOutcome(REVIEW, Kind.BOUNCE, "a delivery report on an unknown letter")
    letter, about = _reported(letters, said)
    what = f"the {letter_name(letter.purpose)} {letter.ref}".rstrip()
    if why := _disbelieved(tx, said, letter, about, what):
        return MailOutcome(REVIEW, Kind.BOUNCE, why, letter.party, letter.ref)
    if about is None or not about.permanent:
        reason = f"a delay notice for {what}"
        return MailOutcome(PROCESSED, Kind.BOUNCE, reason, letter.party, letter.ref)
    bounced = f"{what} to {letter.recipient} bounced {about.status}".rstrip()
    nothing = f"{bounced}, says a report, and that changes nothing"
    if letter.state != SENT:
        reason = f"{bounced}; it is {letter.state} already"
    elif _answered(tx, letter):
        reason = f"{nothing}: {letter.party} has answered that letter"
    elif proved and _reached_nobody(about) and _returns(letter, said):
        failed(ctx, tx, letter, about.status)
        reason = bounced
    elif tx.reports.ruled(letter.id) is ReportRuling.RUN_ON:
        reason = f"{nothing}: a person has ruled that the letter arrived"
    else:
        reason = f"{bounced}, says a report that nothing proves"
        reason += _doubt(ctx, tx, mail, letter, about.status)
        reason += f": `exchange inbox bounce {mail.id}` decides"
    return MailOutcome(REVIEW, Kind.BOUNCE, reason, letter.party, letter.ref)


def held_back(tx: Transaction, said: Understanding, party: Party) -> MailOutcome | None:
    """Decide a mail in which a party says that it held ours back; None if it names none of ours.

    What it writes itself is not believed any more than its delivery reports are: nothing follows,
    and a person sees it with the letter.
    """
    letters = _named(tx, said) or [one for ref in said.references for one in tx.outbox.by_ref(ref)]
    letter = next((one for one in letters if one.party == party.signifier), None)
    if letter is None:
        return None
    what = f"the {letter_name(letter.purpose)} {letter.ref}".rstrip()
    reason = (
        f"{party.signifier} says that {what} was held back, or waits to be let through: nothing"
        " follows from that by itself"
    )
    return MailOutcome(REVIEW, said.kind, reason, party.signifier, letter.ref)


def arrived(ctx: Context, tx: Transaction, mail: KeptMail, request: OutboundRequest) -> None:
    """Close the reports that a request did not arrive, because its party answers it in ``mail``.

    Once nothing of it is open, those on reminders of it are closed as well.
    """
    reports = tx.reports.waiting(ref=request.ref)
    if not reports:
        return
    if any(leg.state in OPEN_LEGS for leg in tx.legs.legs(request_id=request.id)):
        reports = [one for one in reports if one.purpose == REQUEST]
    close_reports(ctx, tx, reports, f"mail {mail.id} answers the request")


def failed(
    ctx: Context, tx: Transaction, letter: StoredLetter, status: str, actor: str = "exchange"
) -> None:
    """Record that a letter did not arrive, and void the clocks that it started."""
    why = f"bounced {status}".strip()
    tx.outbox.fail(letter.id, why)
    detail: dict[str, str | int | bool | None] = {
        "purpose": letter.purpose, "address": letter.recipient, "status": status,
    }  # fmt: skip
    event = AuditEvent("mail.bounced", letter.ref, letter.party, detail, actor)
    tx.audit.append(ctx.now(), event)
    void(ctx, tx, letter, why)
    tx.reports.rule([letter.id], ReportRuling.VOID, ctx.now())


def _named(tx: Transaction, said: Understanding) -> list[StoredLetter]:
    """Return our letters that a report names: by the mail it returns, else by its thread."""
    named = {one.original_message_id for one in said.bounces} - {""}
    found = tx.outbox.by_message_id(named)
    return found or tx.outbox.by_message_id({said.head.in_reply_to, *said.head.references})


def _reported(
    letters: list[StoredLetter], said: Understanding
) -> tuple[StoredLetter, Bounce | None]:
    """Return the letter whose recipient the report names, a failed one first, and what it says."""
    pairs = [(one, about_recipient(said.bounces, one.recipient)) for one in letters]
    for letter, about in pairs:
        if about and about.permanent:
            return letter, about
    return next((pair for pair in pairs if pair[1]), pairs[0])


def _disbelieved(
    tx: Transaction, said: Understanding, letter: StoredLetter, about: Bounce | None, what: str
) -> str:
    """Return why a report changes nothing, or an empty text."""
    if said.subkind is Subkind.REFUSED:
        # A receipt (RFC 8098) tells what happened to a mail that arrived.
        return f"a receipt that says that {what} was refused: that changes nothing"
    for party in tx.parties.all():
        people = (one.address for one in party.escalation)
        if said.head.sender in (party.request_address, party.reply_address, *people):
            return f"a delivery report on {what} that {party.signifier} itself wrote: not believed"
    if not said.bounces:
        # It may have failed or only be delayed.
        return f"a delivery report on {what} that names no recipient"
    if about is None:
        others = ", ".join(one.recipient for one in said.bounces[:3])
        return f"a delivery report on {what} about {others}; we sent it to {letter.recipient}"
    return ""


def _answered(tx: Transaction, letter: StoredLetter) -> bool:
    """Whether the party has answered or acknowledged the request that a letter brought it."""
    request = tx.outbound.find(letter.ref) if letter.purpose == REQUEST else None
    return request is not None and any(
        leg.state in _BY_THE_PARTY for leg in tx.legs.legs(request_id=request.id)
    )


def _returns(letter: StoredLetter, said: Understanding) -> bool:
    """Whether the mail that a report returns is this letter, as far as it names any."""
    named = {one.original_message_id for one in said.bounces} - {""}
    return not named or letter.message_id in named


def _reached_nobody(about: Bounce) -> bool:
    """Whether the address that failed is the recipient's own, not one that it forwards to."""
    return not about.forwarded_to or same_address(about.forwarded_to, about.recipient)


def _doubt(ctx: Context, tx: Transaction, mail: KeptMail, letter: StoredLetter, status: str) -> str:
    """Record the report for a person; return what rests until then, in words."""
    request = tx.outbound.find(letter.ref) if letter.purpose == REQUEST else None
    running = request is not None and any(
        leg_takes(leg.state, LegEvent.BOUNCE) for leg in tx.legs.legs(request_id=request.id)
    )
    number = request.id if request is not None and running else None
    tx.reports.open(mail.id, letter.id, number, status, ctx.now())
    detail: dict[str, str | int | bool | None] = {
        "mail": mail.id, "purpose": letter.purpose, "address": letter.recipient,
        "status": status, "chase_suspended": running,
    }  # fmt: skip
    event = AuditEvent("mail.reported", letter.ref, letter.party, detail)
    tx.audit.append(ctx.now(), event)
    return "; nobody is reminded of it meanwhile, its clock runs on" if running else ""
