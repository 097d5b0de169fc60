"""Remind and escalate what is due, once per leg and rung.

It reads only stored dates: requests with a leg whose ``next_due`` has come, by an index without
closed legs.  Letters and "rung taken" are committed together, some requests at a time, so a rung
is never sent twice.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from exchange.domain.audit import AuditEvent
from exchange.domain.escalation import Rung
from exchange.domain.outbound import Leg, OutboundRequest
from exchange.domain.party import Party
from exchange.domain.time.sla import local_date
from exchange.errors import ExchangeError, StoreError
from exchange.later import Log
from exchange.rendering.compose import TemplateName
from exchange.rendering.wording import day
from exchange.rendering.workbook import RequestRow
from exchange.services.asking import ladder
from exchange.services.asking.request import request_files
from exchange.services.context import Context
from exchange.services.letters import letters
from exchange.store.db import Transaction
from exchange.store.mails.outbox import AcceptedLetter, NewLetter
from exchange.store.requests.legs import TakenRung

log = Log("exchange.chase")

# The marker in our mails: whoever reads a breach notice takes it for an escalation.
_MARKERS = {
    "reminder": "reminder",
    "breach": "escalation",
    "escalation": "escalation",
    "evidence": "evidence",
}

_NAMES = {
    "request": "our request",
    "query": "a query about codes that cannot be used",
    "reminder": "a reminder",
    "breach": "a breach notice",
    "escalation": "an escalation",
    "evidence": "the evidence file",
}

# Per commit: a commit costs a flush to disk, and one request may have all the legs.
_REQUESTS_AT_ONCE = 200
_LEGS_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class _Known:
    """What is read for a batch of requests, before anything is decided."""

    requests: Mapping[int, OutboundRequest]
    legs: Mapping[int, Sequence[Leg]]  # those that are due
    done: Mapping[int, Mapping[str, datetime | None]]
    asked: Mapping[int, int]
    history: Mapping[str, Sequence[AcceptedLetter]]
    suspended: Collection[int]  # requests that a report says did not arrive: a person decides
    looked_into: Mapping[tuple[str, str], datetime]  # by party, ref: answers that wait for a person


@dataclass(slots=True)
class _Taken:
    """What is decided for a batch of requests, before anything is written."""

    letters: list[NewLetter] = field(default_factory=list)
    rungs: list[tuple[Sequence[Leg], Rung, int | None]] = field(
        default_factory=list
    )  # index of the letter
    next_on: defaultdict[date | None, list[int]] = field(default_factory=lambda: defaultdict(list))
    levels: defaultdict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    overdue: list[int] = field(default_factory=list)
    events: list[AuditEvent] = field(default_factory=list)


def chase(ctx: Context) -> Counter[str]:
    """Take every rung that is due today; return how many letters of each kind were queued.

    A request whose letter cannot be written does not stop the others: its error is raised after
    all of them.
    """
    if ctx.clock.trouble:  # rungs would be skipped, or taken too early
        return Counter()
    today = ctx.today()
    taken: Counter[str] = Counter()
    fault: ExchangeError | None = None
    with ctx.store.reading() as tx:
        waiting = tx.legs.due_requests(today)
        parties = {party.signifier: party for party in tx.parties.all()} if waiting else {}
    batches = list(_batches(waiting))[::-1]
    while batches:
        numbers = batches.pop()
        try:
            taken += _chase_some(ctx, numbers, parties, today)
        except StoreError:
            raise
        except ExchangeError as error:
            # Nothing was committed; chasing each alone shows which one failed.
            if len(numbers) > 1:
                batches += [[number] for number in reversed(numbers)]
            else:
                fault = error
    if fault:
        raise fault
    return taken


def _chase_some(
    ctx: Context, numbers: Sequence[int], parties: Mapping[str, Party], today: date
) -> Counter[str]:
    found = _Taken()
    with ctx.store.transaction("chase") as tx:
        known = _read(tx, numbers, today)
        for number in numbers:
            request = known.requests[number]
            if request.party in parties:
                _chase_request(ctx, known, request, parties[request.party], today, found)
        _write(ctx, tx, found)
    return Counter(rung.kind for _, rung, letter in found.rungs if letter is not None)


def _batches(waiting: Iterable[tuple[int, int]]) -> Iterator[list[int]]:
    batch, legs = list[int](), 0
    for number, due_legs in waiting:
        if batch and (len(batch) == _REQUESTS_AT_ONCE or legs + due_legs > _LEGS_AT_ONCE):
            yield batch
            batch, legs = [], 0
        batch.append(number)
        legs += due_legs
    if batch:
        yield batch


def _read(tx: Transaction, numbers: Sequence[int], today: date) -> _Known:
    requests = tx.outbound.by_number(numbers)
    legs = tx.legs.due_legs(numbers, today)
    return _Known(
        requests,
        legs,
        tx.legs.rungs_done([leg.id for some in legs.values() for leg in some]),
        tx.legs.asked(numbers),
        tx.outbox.accepted_by_ref([request.ref for request in requests.values()]),
        tx.reports.suspended(numbers),
        tx.mail.answers_waiting(),
    )


def _write(ctx: Context, tx: Transaction, found: _Taken) -> None:
    now = ctx.now()
    numbers = tx.outbox.add_many(found.letters, now)
    tx.legs.take_rungs(
        (
            TakenRung(leg.id, rung.name, None if letter is None else numbers[letter])
            for legs, rung, letter in found.rungs
            for leg in legs
        ),
        now,
    )
    for level, legs in found.levels.items():
        tx.legs.mark_level(legs, level)
    for next_on, legs in found.next_on.items():
        tx.legs.set_next(legs, next_on)
    tx.legs.mark_overdue(found.overdue)
    tx.audit.append(now, *found.events)


def _chase_request(
    ctx: Context, known: _Known, request: OutboundRequest, party: Party, today: date, found: _Taken
) -> None:
    due_legs = known.legs[request.id]
    _mark_late(due_legs, today, found)
    if request.id in known.suspended:
        return  # the rungs stay due, and are taken once a person lets the clock run on
    for (taken, accepted_on), legs in ladder.alike(due_legs, known.done).items():
        step = ladder.step(ctx, party, dict(taken), accepted_on, request.sla_days, today)
        found.rungs += [(legs, rung, None) for rung in step.skipped]
        if step.now:
            _take(ctx, known, request, party, legs, step.now, today, found)
        found.next_on[step.next_on] += [leg.id for leg in legs]


def _mark_late(legs: Sequence[Leg], today: date, found: _Taken) -> None:
    late = [leg for leg in legs if not leg.overdue and leg.due_on and today > leg.due_on]
    found.overdue += [leg.id for leg in late]
    found.events += [
        AuditEvent("leg.overdue", leg.device, leg.party, {"due": str(leg.due_on)}) for leg in late
    ]


def _take(
    ctx: Context,
    known: _Known,
    request: OutboundRequest,
    party: Party,
    legs: Sequence[Leg],
    rung: Rung,
    today: date,
    found: _Taken,
) -> None:
    rows = [RequestRow(device_id=leg.device, device_type=leg.device_type) for leg in legs]
    template: TemplateName = rung.kind
    address = ladder.recipient(ctx, party, rung)
    letter = letters.write_letter(
        ctx,
        letters.Draft(
            template=template,
            ref=request.ref,
            recipient=address,
            party=party.signifier,
            marker=_MARKERS[rung.kind],
            in_reply_to=request.message_id,
            context=_context(ctx, known, request, party, rung, rows, today),
            attachments=request_files(ctx, request.ref, rows),
        ),
    )
    found.rungs.append((legs, rung, len(found.letters)))
    found.letters.append(letter)
    if rung.kind in ("breach", "escalation"):
        found.levels[max(rung.level, 1)] += [leg.id for leg in legs]
    detail: dict[str, str | int | bool | None] = {
        "rung": rung.name,
        "devices": len(legs),
        "address": address,
        "message_id": letter.message_id,
        "note": _note(known, request, rung, party),
    }
    found.events.append(AuditEvent(f"request.{rung.kind}", request.ref, party.signifier, detail))
    log.info("chased", ref=request.ref, party=party.signifier, rung=rung.name, devices=len(legs))


def _context(
    ctx: Context,
    known: _Known,
    request: OutboundRequest,
    party: Party,
    rung: Rung,
    rows: Sequence[RequestRow],
    today: date,
) -> dict[str, object]:
    small = ctx.settings.release.body_table_rows
    due_on = request.due_on or today
    first, last = sorted((today, due_on))
    days = ctx.calendar.working_days_between(first, last)
    return {
        "us": letters.us(ctx),
        "them": letters.them(party),
        "ref": request.ref,
        "sent": request.accepted_at or request.created_at,
        "due": due_on,
        "sla_days": request.sla_days,
        "outstanding": len(rows),
        "asked": known.asked.get(request.id, 0),
        "rows": rows if len(rows) <= small else (),
        "days_left": days if today <= due_on else 0,
        "days_late": days if today > due_on else 0,
        "level": rung.level,
        "note": _note(known, request, rung, party),
        "history": _history(known.history[request.ref]),
    }


def _note(known: _Known, request: OutboundRequest, rung: Rung, party: Party) -> str:
    """Return what is unusual, such as that a mail from them still waits for one of our people."""
    places = ((party.signifier, ref) for ref in (request.ref, ""))
    arrived = next((known.looked_into[one] for one in places if one in known.looked_into), None)
    if arrived is None:
        return rung.note
    wrote = (
        f"we received a mail from {party.name} on {day(arrived)} that may answer some of these "
        "Devices; we are still looking into it and have not counted it yet"
    )
    return f"{rung.note}; {wrote}" if rung.note else wrote


def _history(sent: Iterable[AcceptedLetter]) -> list[tuple[date, str]]:
    """Return what we sent for a request, and the day the recipient's server took it."""
    return [
        (local_date(letter.accepted_at), f"{_NAMES[letter.purpose]} to {letter.recipient}")
        for letter in sent
    ]
