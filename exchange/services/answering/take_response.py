"""Take what comes back on our requests: answers, acknowledgements, absences.

Only two answers discharge a leg: a code whose CRC holds, or "not the installing Supplier".
Nothing is guessed: two codes for one device, one code for two, a device that we never asked about
and a bad CRC go to a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from exchange.domain.audit import AuditEvent
from exchange.domain.device import InstallCode
from exchange.domain.mail import Answer, Kind, Outcome, Understanding
from exchange.domain.meaning.resolve import needs_thread
from exchange.domain.meaning.tickets import refs_of_tickets, tickets_in
from exchange.domain.outbound import (
    CaseState,
    Leg,
    LegEvent,
    LegState,
    OutboundRequest,
    leg_takes,
)
from exchange.domain.party import Party
from exchange.later import Log
from exchange.rendering.wording import counted
from exchange.services.answering import disputes, query_bad_codes, take_report, thread_context
from exchange.services.answering.mail_outcome import MailOutcome
from exchange.services.asking.idle_reports import close_idle_reports
from exchange.services.asking.next_supplier import next_turn
from exchange.services.context import Context
from exchange.store.db import Transaction
from exchange.store.mails.mail import PROCESSED, REVIEW, KeptMail
from exchange.store.mails.outbox import StoredLetter
from exchange.store.requests.disputes import ContestedCode
from exchange.store.requests.outbound import Case, ReceivedCode

log = Log("exchange.receive")


def is_ours(ctx: Context, tx: Transaction, said: Understanding) -> bool:
    """Return whether this is our own letter, such as an evidence file sent to our own mailbox."""
    return said.head.sender in ctx.own_addresses and bool(
        tx.outbox.by_message_id([said.head.message_id])
    )


def own_letters(tx: Transaction, said: Understanding) -> list[StoredLetter]:
    """Return our letters that a mail replies to, by In-Reply-To and References."""
    return tx.outbox.by_message_id((said.head.in_reply_to, *said.head.references))


def asked_in(tx: Transaction, said: Understanding, party: Party) -> list[OutboundRequest]:
    """Return our requests to ``party`` that a mail belongs to.

    By thread, else by a reference of ours, else by what the party wrote before: the mail that it
    continues, or a ticket number that it gave.
    """
    found = _named_in(tx, said, party)
    if found or said.references:
        return found
    before = (said.head.in_reply_to, *said.head.references)
    found = _to(party, tx.outbound.by_refs(tx.mail.refs_of(party.signifier, before)))
    if found or not tickets_in(said.head.subject):
        return found
    refs = refs_of_tickets(said.head.subject, tx.mail.threads_of(party.signifier))
    return _to(party, tx.outbound.by_refs(refs))


def _named_in(tx: Transaction, said: Understanding, party: Party) -> list[OutboundRequest]:
    """Return our requests that a mail names: by thread, else by a reference."""
    refs = {letter.ref for letter in own_letters(tx, said) if letter.party == party.signifier}
    return _to(party, tx.outbound.by_refs(refs)) or _to(party, tx.outbound.by_refs(said.references))


def _to(party: Party, requests: Sequence[OutboundRequest]) -> list[OutboundRequest]:
    return [one for one in requests if one.party == party.signifier]


def replies_to_ours(tx: Transaction, said: Understanding, party: Party) -> bool:
    """Return whether an apparent request is a reply to our own, about the same devices."""
    if not _named_in(tx, said, party):
        return False
    return tx.legs.was_asked(party.signifier, (str(found.device) for found in said.devices))


def answers_in_thread(tx: Transaction, said: Understanding, party: Party) -> bool:
    """Whether a mail of no known kind answers a request of ours, given its thread."""
    if not needs_thread(said):
        return False
    found = thread_context.resolved(tx, said, party, asked_in(tx, said, party))
    return found.kind is Kind.RESPONSE


class _Code(NamedTuple):
    leg: Leg
    code: InstallCode
    tag: str
    without_crc: bool


@dataclass(slots=True)
class _Sorted:
    """The answers of one mail matched with our legs, before anything is written."""

    codes: list[_Code] = field(default_factory=list)
    denials: list[Leg] = field(default_factory=list)
    again: int = 0  # already known
    unclear: list[str] = field(default_factory=list)  # devices
    strays: int = 0  # devices that we never asked this party about
    ruled: int = 0  # codes of this mail that a person has ruled out
    claims: list[ContestedCode] = field(default_factory=list)  # codes that other devices hold
    doubts: list[str] = field(default_factory=list)


def answers(
    ctx: Context, tx: Transaction, mail: KeptMail, said: Understanding, party: Party
) -> MailOutcome:
    """Apply a response of ``party``; what is doubtful changes nothing and goes to Review."""
    requests = asked_in(tx, said, party)
    found = thread_context.resolved(tx, said, party, requests)
    said = replace(said, answers=found.answers, rejects=found.rejects)
    sorted_ = _sort(ctx, tx, mail, said, party)
    sorted_.doubts += found.doubts
    if not requests and sorted_.strays:
        # No thread, no reference, and devices we never asked about: the sender's address alone,
        # which anybody can forge, is not enough to take the rest.
        reason = "belongs to no request of ours by thread or reference, and " + sorted_.doubts[0]
        return MailOutcome(REVIEW, Kind.RESPONSE, reason, party.signifier)
    disputes.open_claims(ctx, tx, sorted_.claims)
    _take_codes(ctx, tx, mail, party, sorted_.codes)
    _take_denials(ctx, tx, mail, party, sorted_.denials)
    if sorted_.codes or sorted_.denials:
        for request in requests:
            take_report.arrived(ctx, tx, mail, request)
    ref = requests[0].ref if requests else ""
    queried = query_bad_codes.ask_again(ctx, tx, mail, said, party, requests)
    for reject in said.rejects:
        if not (reject.spoils_code and str(reject.device) in queried):
            sorted_.doubts.append(f"{reject.where}: {reject.reason}")
    ours = said.head.own_marker.startswith("answer")
    unclear = sum(device not in queried for device in sorted_.unclear)
    if unclear and not ours:
        sorted_.doubts.append(f"{counted(unclear, 'Device')} without a clear answer")
    answered = {answer.device for answer in said.answers}
    unanswered = [found for found in said.devices if found.device not in answered]
    if unanswered:
        # They may be a request in the same mail, or forgotten rows.
        listed = counted(len(unanswered), "Device is", "Devices are")
        sorted_.doubts.append(f"{unanswered[0].where}: {listed} listed without an answer")
    sorted_.doubts += [f"left out: {place}" for place in said.left_out]
    known = sorted_.again or sorted_.ruled
    if not (sorted_.codes or sorted_.denials or known or sorted_.unclear):
        sorted_.doubts.append("no device that we asked this party about is answered")
    bare = sum(one.without_crc for one in sorted_.codes)
    said_so = (
        f"{counted(len(sorted_.codes), 'code')}{f' ({bare} without a CRC)' if bare else ''}, "
        f"{counted(len(sorted_.denials), 'denial')}, {unclear} not answered yet"
    )
    if sorted_.ruled:
        said_so += f", {sorted_.ruled} ruled out by a person"
    if queried:
        said_so += f", {counted(len(queried), 'code')} asked for again"
    if sorted_.doubts:
        doubts = list(dict.fromkeys(sorted_.doubts))
        shown = "; ".join(doubts[:5])
        more = f"; and {len(doubts) - 5} more" if len(doubts) > 5 else ""
        return MailOutcome(
            REVIEW, Kind.RESPONSE, f"{shown}{more} ({said_so})", party.signifier, ref
        )
    return MailOutcome(PROCESSED, Kind.RESPONSE, said_so, party.signifier, ref)


def _sort(
    ctx: Context, tx: Transaction, mail: KeptMail, said: Understanding, party: Party
) -> _Sorted:
    out = _Sorted()
    if any(answer.code is not None for answer in said.answers):
        tx.outbound.wait_for_codes()
    legs = tx.legs.newest(party.signifier, {str(answer.device) for answer in said.answers})
    cases = tx.outbound.cases_of({leg.case_id for leg in legs.values()})
    tags = {
        answer.device: ctx.sealer.tag(answer.code.raw, "code")
        for answer in said.answers
        if answer.code is not None
    }
    known = disputes.known(tx, set(tags.values()), cases)
    for answer in said.answers:
        leg = legs.get(str(answer.device))
        if leg is None:
            out.strays += 1
            out.doubts.append(f"{answer.where}: {answer.device} was not asked of {party.signifier}")
        elif answer.outcome is Outcome.PROVIDED and answer.code is not None:
            tag, case = tags[answer.device], cases[leg.case_id]
            objections = known.objections(tag, case, leg, mail.id)
            if objections.settled:
                out.ruled += 1
            elif objections.doubt:
                out.doubts.append(f"{answer.where}: {objections.doubt}")
                out.claims += objections.claims
            else:
                _sort_code(out, answer, answer.code, leg, case, tag)
        elif answer.outcome is Outcome.NOT_INSTALLER:
            _sort_denial(out, answer, leg, cases[leg.case_id])
        else:
            out.unclear.append(str(answer.device))
    return out


def _sort_code(
    out: _Sorted, answer: Answer, code: InstallCode, leg: Leg, case: Case, tag: str
) -> None:
    if case.code_tag and case.code_tag != tag:
        out.doubts.append(
            f"{answer.where}: another code for {leg.device} was received from {case.code_from}"
        )
    elif case.code_tag == tag and leg.state is LegState.PROVIDED:
        out.again += 1
    elif answer.without_crc and case.crc_failed:
        out.doubts.append(
            f"{answer.where}: the CRC of the code of {leg.device} did not fit before, and now there"
            " is none: it may be the same damaged code"
        )
    elif leg_takes(leg.state, LegEvent.CODE):
        out.codes.append(_Code(leg, code, tag, answer.without_crc))
    else:
        out.doubts.append(f"{answer.where}: {leg.device} is {leg.state}, a code was not expected")


def _sort_denial(out: _Sorted, answer: Answer, leg: Leg, case: Case) -> None:
    if leg.state is LegState.NOT_INSTALLER or case.state is not CaseState.SEEKING:
        if leg.state is LegState.PROVIDED:
            out.doubts.append(
                f"{answer.where}: {leg.device} is denied now, a code came from them before"
            )
        else:
            out.again += 1
    elif leg_takes(leg.state, LegEvent.NOT_OURS):
        out.denials.append(leg)
    else:
        out.doubts.append(
            f"{answer.where}: {leg.device} is {leg.state}, an answer was not expected"
        )


def _take_codes(
    ctx: Context,
    tx: Transaction,
    mail: KeptMail,
    party: Party,
    codes: Sequence[_Code],
) -> None:
    if not codes:
        return
    now = ctx.now()
    tx.outbound.receive_codes(
        [
            ReceivedCode(
                one.leg.case_id, ctx.sealer.seal(one.code.raw, "code"), one.tag, one.without_crc
            )
            for one in codes
        ],
        party.signifier,
        now,
    )
    tx.legs.move_legs(
        [one.leg.id for one in codes],
        LegState.PROVIDED,
        answered_at=mail.arrived_at,
        answer_mail_id=mail.id,
    )
    events = [
        AuditEvent(
            "code.received",
            one.leg.device,
            party.signifier,
            {"mail": mail.id, "without_crc": True} if one.without_crc else {"mail": mail.id},
        )
        for one in codes
    ]
    # Other Suppliers asked about these devices need not answer any more.
    by_case = {one.leg.case_id: one.leg.id for one in codes}
    others = [
        leg
        for leg in tx.legs.of_cases(by_case)
        if leg.id != by_case[leg.case_id]
        and leg.state is not LegState.BOUNCED
        and leg_takes(leg.state, LegEvent.WITHDRAW)
    ]
    tx.legs.move_legs([leg.id for leg in others], LegState.WITHDRAWN)
    close_idle_reports(ctx, tx, f"{party.signifier} gave the code in mail {mail.id}")
    why = {"why": "the code was received"}
    events += [AuditEvent("leg.withdrawn", leg.device, leg.party, why) for leg in others]
    tx.audit.append(now, *events)


def _take_denials(
    ctx: Context, tx: Transaction, mail: KeptMail, party: Party, legs: Sequence[Leg]
) -> None:
    if not legs:
        return
    now = ctx.now()
    tx.legs.move_legs(
        [leg.id for leg in legs],
        LegState.NOT_INSTALLER,
        answered_at=mail.arrived_at,
        answer_mail_id=mail.id,
    )
    detail = {"mail": mail.id}
    events = [AuditEvent("leg.not_installer", leg.device, party.signifier, detail) for leg in legs]
    events += next_turn(tx, {leg.case_id: leg.device for leg in legs}, now)
    tx.audit.append(now, *events)


def acknowledgement(
    ctx: Context, tx: Transaction, said: Understanding, party: Party
) -> MailOutcome:
    """Note that they have our request; this discharges nothing and stops no clock."""
    requests = asked_in(tx, said, party)
    for request in requests:
        tx.outbound.acknowledged(request.id, ctx.now())
        legs = [
            leg
            for leg in tx.legs.legs(request_id=request.id, states=[LegState.SENT])
            if leg_takes(leg.state, LegEvent.ACKNOWLEDGE)
        ]
        # ``next_due`` stays: an acknowledged leg is chased like any other.
        tx.legs.move_legs([leg.id for leg in legs], LegState.ACKNOWLEDGED)
        tx.audit.append(ctx.now(), AuditEvent("request.acknowledged", request.ref, party.signifier))
    ref = requests[0].ref if requests else ""
    reason = "an acknowledgement" if ref else "an acknowledgement of an unknown request"
    return MailOutcome(PROCESSED, Kind.ACKNOWLEDGEMENT, reason, party.signifier, ref)


def absence(ctx: Context, tx: Transaction, said: Understanding, party: Party) -> MailOutcome:
    """Note the return date of an automatic reply; this discharges nothing."""
    requests = asked_in(tx, said, party)
    until = said.returns_on
    for request in requests:
        if until:
            tx.outbound.away_until(request.id, until)
        tx.audit.append(
            ctx.now(),
            AuditEvent(
                "request.auto_reply",
                request.ref,
                party.signifier,
                {"returns_on": until.isoformat() if until else None},
            ),
        )
    reason = f"an automatic reply, back on {until.isoformat()}" if until else "an automatic reply"
    ref = requests[0].ref if requests else ""
    return MailOutcome(PROCESSED, Kind.AUTO_REPLY, reason, party.signifier, ref)
