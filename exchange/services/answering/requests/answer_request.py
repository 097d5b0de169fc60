"""Answer a request: each device gets its code, "not the installing Supplier", or goes to a person.

One reply per request; it goes only to the address on the contacts register.
Source: SEC Appendix AC, clause 4.16(b) (MP121).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice
from types import SimpleNamespace
from typing import NamedTuple

from exchange.domain.audit import AuditEvent
from exchange.domain.device import mask_codes
from exchange.domain.inbound import (
    DISCHARGED,
    DecisionTerms,
    DeviceState,
    InboundRequest,
    RequestClock,
)
from exchange.domain.mail import NEEDS_PASSWORD, MailHead, Understanding
from exchange.domain.meaning.passwords import gives_password
from exchange.domain.party import Party
from exchange.domain.release import Ceilings, Verdict, may_answer
from exchange.domain.statements import asks_for_codes
from exchange.domain.time.sla import due
from exchange.errors import BadInput
from exchange.rendering.compose import Attachment, reply_subject
from exchange.rendering.workbook import CSV, XLSX, AnswerRow, SheetFacts
from exchange.services.answering.mail_outcome import MailOutcome
from exchange.services.answering.requests import corrections
from exchange.services.answering.requests.answer_events import audit_events
from exchange.services.answering.requests.answer_parts import AnswerPart, Files, answers_in_parts
from exchange.services.answering.requests.answer_text import NO_REMARKS, AnswerText, ListRemarks
from exchange.services.answering.requests.day_tally import DayTally
from exchange.services.answering.requests.device_decisions import (
    OUTCOME_WORDS,
    DecidedRows,
    decide_devices,
    unreadable_rows,
)
from exchange.services.answering.requests.device_holdings import Holdings
from exchange.services.answering.requests.history import History
from exchange.services.codes.register import installed_register
from exchange.services.context import Context
from exchange.services.letters import letters
from exchange.store.bulk.device_rows import DeviceColumns
from exchange.store.db import Transaction
from exchange.store.mails.mail import PROCESSED, REVIEW, KeptMail

_SORTED_ABOVE = 5000
_MOST_LEFT_OUT = 20


class Basis(NamedTuple):
    """What was looked up for all requests that are decided together."""

    holdings: Holdings
    history: History
    tally: DayTally


def take(
    ctx: Context,
    tx: Transaction,
    mail: KeptMail,
    understood: Understanding,
    who: Verdict,
    basis: Basis,
) -> MailOutcome:
    """Open the request, decide each device, queue the one reply."""
    party = who.party
    if party is None:
        return MailOutcome(REVIEW, understood.kind, who.reason)
    asked = len(understood.devices)
    if understood.miscount and not who.vouched:
        return MailOutcome(REVIEW, understood.kind, understood.miscount, party.signifier)
    verdict = _verdict(ctx, tx, understood, who, party, basis.tally)
    if verdict.party is None:
        return MailOutcome(REVIEW, understood.kind, verdict.reason, party.signifier)
    if not understood.devices and not understood.rejects:
        return MailOutcome(
            REVIEW, understood.kind, "a request that names no Device", party.signifier
        )
    when = due(mail.arrived_at, ctx.sla(party), ctx.calendar)
    clock = RequestClock(
        received_at=when.received,
        day_zero=when.day_zero,
        due_on=when.due_on,
        due_at=when.due_at,
        rule=when.rule_text,
        calendar=when.calendar_version,
    )
    known = basis.holdings.devices(understood.devices)
    decided_rows = decide_devices(
        understood.devices,
        known,
        terms(ctx, tx, clock.day_zero, asks=asks(understood)),
        earlier=basis.history.before(party.signifier, known),
    )
    if understood.rejects:
        decided_rows += unreadable_rows(understood.rejects, decided_rows, understood.text)
    counts = decided_rows.counts()
    ref = ctx.new_ref(tx, "A")
    answered = DISCHARGED.issuperset(counts)
    request_id = tx.inbound.add_request(
        ref, mail.id, party.signifier, _their_ref(understood), clock, answered=answered
    )
    request = InboundRequest(
        request_id, ref, party.signifier, mail.id, _their_ref(understood), clock, answered
    )
    parts = 0
    answer = send_answer(
        ctx, tx, request, party, verdict.address, understood.head, decided_rows,
        ListRemarks(understood.repeated, left_out_words(understood), gives_password(understood)),
    )  # fmt: skip
    for rows, outbox_id in answer:
        keep_rows(ctx, tx, request_id, decided_rows.take(rows), outbox_id)
        parts += 1
    basis.tally.note(party.signifier, parts, len(decided_rows))
    basis.history.note(party.signifier, decided_rows, ref, ctx.today())
    corrections.supersede(ctx, tx, understood, party, ref)
    tx.audit.append(
        ctx.now(),
        AuditEvent(
            "request.received",
            ref,
            party.signifier,
            {
                "mail": mail.id,
                "devices": asked,
                "due": clock.due_on.isoformat(),
                "rule": clock.rule,
                "calendar": clock.calendar,
            },
        ),
    )
    reason = in_words(counts)
    if gives_password(understood):
        reason += f"; {NEEDS_PASSWORD}, which it may give: {how_to_open(party.signifier, mail.id)}"
    return MailOutcome(PROCESSED, understood.kind, reason, party.signifier, ref)


def how_to_open(party: str, mail: int) -> str:
    """Return what a person does with a password that a party gives for a file of a mail."""
    return f"`exchange contacts passwords {party}`, then `exchange inbox replay {mail}`"


def in_words(counts: Counter[DeviceState]) -> str:
    """Return ``2 install code provided, 1 being looked into``."""
    return ", ".join(
        f"{counts[state]} {word}" for state, word in OUTCOME_WORDS.items() if counts[state]
    )


def _verdict(
    ctx: Context,
    tx: Transaction,
    understood: Understanding,
    who: Verdict,
    party: Party,
    tally: DayTally,
) -> Verdict:
    """Run the release procedure; a person's word replaces the checks of sender and volume."""
    if who.vouched:
        return Verdict(party=party, address=party.reply_address, vouched=True)
    usage = tally.usage(ctx, tx, party.signifier, len(understood.devices))
    return may_answer(
        understood.kind, understood.head, [party], ctx.signifier, usage, _ceilings(ctx)
    )


def _ceilings(ctx: Context) -> Ceilings:
    release = ctx.settings.release
    return Ceilings(release.mails_per_party_per_day, release.devices_per_party_per_day)


def _their_ref(understood: Understanding) -> str:
    return understood.references[0] if understood.references else ""


def asks(understood: Understanding) -> bool:
    """Return whether a mail asks for codes in words, or as our own kind of software does."""
    ours = understood.head.own_marker.startswith("request")
    return ours or asks_for_codes(understood.statements)


def terms(ctx: Context, tx: Transaction, day_zero: date, *, asks: bool = True) -> DecisionTerms:
    """Return what the rule needs for a request of that day."""
    refused = ctx.settings.release.refused_device_types
    return DecisionTerms(installed_register(ctx, tx), day_zero, refused, asks)


def keep_rows(
    ctx: Context, tx: Transaction, request_id: int, decided_rows: DecidedRows, outbox_id: int
) -> None:
    """Add the decided rows of one letter to a request."""
    if len(decided_rows) > _SORTED_ABOVE:
        # Inserted in the order of the index on devices, they take a third of the time.
        decided_rows = decided_rows.take(decided_rows.devices.argsort())
        readable = decided_rows.devices.present
        unread, many = decided_rows.take(~readable), decided_rows.take(readable)
    else:
        # Rows that are pending go into the database together for all requests of a batch.
        unread, many = decided_rows, None
    seen = [ctx.sealer.seal(one.encode(), "row") if one else None for one in unread.seen.texts()]
    rows = zip(
        unread.devices.texts(), unread.types.texts(), unread.places.texts(), unread.states,
        unread.reasons.texts(), seen,
        strict=True,
    )  # fmt: skip
    tx.inbound.add_devices(request_id, rows, outbox_id)
    if many is not None:
        states = tuple(state for state, _ in many.decisions)
        columns = DeviceColumns(many.devices, many.types, many.places, states, many.reasons)
        tx.inbound.add_columns(request_id, columns, outbox_id)


def send_answer(
    ctx: Context,
    tx: Transaction,
    request: InboundRequest,
    party: Party,
    address: str,
    head: MailHead,
    decided_rows: DecidedRows,
    remarks: ListRemarks = NO_REMARKS,
) -> Iterator[tuple[slice, int]]:
    """Queue the reply and audit every device in it; yield rows and number of each letter.

    The first letter has the ``remarks``.

    The reply is as many letters as the recipient's size limit needs.  Take them all: the next one
    is written while the caller works on this one.
    """
    rows = decided_rows.answer_rows()
    facts = SheetFacts("Answers under MP121", request.ref, ctx.now())
    parts: list[tuple[slice, DecidedRows]] = []
    drafts: list[letters.Draft] = []
    for part, some, files in _in_parts(ctx, tx, party, rows, facts):
        own = decided_rows if part is None else decided_rows.take(some)
        text = _answer_text(ctx, own, rows[some])
        said = NO_REMARKS if drafts else remarks
        drafts.append(draft_answer(ctx, request, party, address, head, text, part, files, said))
        parts.append((some, own))
    del files
    for nth, letter in enumerate(letters.write_letters(ctx, drafts)):
        some, own = parts[nth]
        outbox_id, message_id = tx.outbox.add(letter, ctx.now()), letter.message_id
        del letter  # free the memory of a whole mail, which is in the database now
        happened = audit_events(own, request.ref, party.signifier, address, message_id)
        tx.audit.append(ctx.now(), *happened)
        yield some, outbox_id


def left_out_words(understood: Understanding) -> list[str]:
    """Return what the answer says was seen and not taken, without codes and not too long."""
    shown = list(map(mask_codes, understood.left_out[:_MOST_LEFT_OUT]))
    more = len(understood.left_out) - len(shown)
    return [*shown, f"{more} more"] if more else shown


def _in_parts(
    ctx: Context, tx: Transaction, party: Party, rows: Sequence[tuple[str, ...]], facts: SheetFacts
) -> Iterator[tuple[AnswerPart | None, slice, Files]]:
    """Make the answer's files, within the limits of the party and of our own server.

    If our server's limit is too small for any answer, only the party's counts: the request is not
    at fault, and the letter is held in the outbox.
    """
    most = letters.most_bytes(ctx, tx, party)
    try:
        yield from answers_in_parts(rows, facts, most)
    except BadInput:
        own = ctx.mail_bytes(party)
        if most == own:
            raise
        yield from answers_in_parts(rows, facts, own)


def _answer_text(
    ctx: Context, decided_rows: DecidedRows, rows: Sequence[tuple[str, ...]]
) -> AnswerText:
    small = ctx.settings.release.body_table_rows
    unread = decided_rows.by_state(DeviceState.UNREADABLE)
    whole = decided_rows.whole_files() if unread else set()
    files = [at for at in unread if at in whole]
    lines = [at for at in islice(unread, 4 * small + len(files)) if at not in whole]
    return AnswerText(
        decided_rows.counts(),
        list(map(AnswerRow._make, rows)) if len(rows) <= small else (),
        _first(rows, decided_rows, DeviceState.HELD, small),
        _named(rows, lines[: 4 * small]),
        _named(rows, files[:small]),
        len(files),
    )


def _named(rows: Sequence[tuple[str, ...]], places: Sequence[int]) -> list[AnswerRow]:
    return [AnswerRow._make(rows[at]) for at in places]


def draft_answer(
    ctx: Context,
    request: InboundRequest,
    party: Party,
    address: str,
    head: MailHead,
    text: AnswerText,
    part: AnswerPart | None,
    files: Files,
    remarks: ListRemarks = NO_REMARKS,
) -> letters.Draft:
    """Return the draft of an answer, or of one part of it."""
    subject = reply_subject(mask_codes(head.subject))
    return letters.Draft(
        template="answer",
        ref=request.ref,
        recipient=address,
        party=party.signifier,
        marker="answer",
        codes=text.counts[DeviceState.PROVIDED],
        in_reply_to=head.message_id,
        references=head.references,
        subject=f"{subject} (part {part.number} of {part.of})" if part else subject,
        context={
            "us": letters.us(ctx),
            "them": letters.them(party),
            "ref": request.ref,
            "their_ref": request.their_ref,
            "received": request.clock.received_at,
            "due": request.clock.due_on,
            "counts": SimpleNamespace(
                files=text.file_count,
                password_given=remarks.password_given,
                **{one.value: text.counts[one] for one in OUTCOME_WORDS},
            ),
            "repeated": remarks.repeated,
            "left_out": remarks.left_out,
            "rows": text.rows,
            "held": text.held,
            "unreadable": text.unreadable,
            "files": text.files,
            "file": files.name,
            "part": part,
        },
        attachments=(
            Attachment(f"{files.name}.xlsx", XLSX, files.workbook),
            Attachment(f"{files.name}.csv", CSV, files.csv),
        ),
    )


def _first(
    rows: Sequence[tuple[str, ...]], decided_rows: DecidedRows, state: DeviceState, most: int
) -> list[AnswerRow]:
    if all(one is not state for one, _ in decided_rows.decisions):
        return []
    return _named(rows, decided_rows.by_state(state)[:most])


def reminded(ctx: Context, tx: Transaction, understood: Understanding, party: Party) -> MailOutcome:
    """Take a reminder of a request; its list is not a new request.

    An open request already waits for a person.  If we have answered it, our answer may not have
    reached them, so a person must look.
    """
    found = tx.inbound.by_their_refs(understood.references, party.signifier)
    still_open = [one for one in found if not one.answered]
    tx.audit.append(
        ctx.now(), *(AuditEvent("request.reminded", one.ref, party.signifier) for one in found)
    )
    if still_open:
        refs = ", ".join(one.ref for one in still_open)
        return MailOutcome(
            PROCESSED, understood.kind, f"a reminder of {refs}, which is open", party.signifier,
            still_open[0].ref,
        )  # fmt: skip
    reason = (
        "a reminder of a request that we have answered"
        if found
        else ("a reminder of a request that we do not know")
    )
    return MailOutcome(
        REVIEW, understood.kind, reason, party.signifier, found[0].ref if found else ""
    )
