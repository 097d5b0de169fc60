"""Withdraw the Devices of a request that its sender takes back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from exchange.domain.audit import AuditEvent
from exchange.domain.device import mask_codes
from exchange.domain.inbound import DeviceEvent, DeviceState, move
from exchange.domain.mail import Understanding
from exchange.domain.meaning.taking_back import number_named, takes_back_plainly
from exchange.domain.party import Party
from exchange.rendering.wording import counted
from exchange.services.answering.earlier_answers import SpokenOf
from exchange.services.context import Context
from exchange.services.letters import claiming
from exchange.store.db import Transaction
from exchange.store.mails.mail import KeptMail

_OPEN = (DeviceState.HELD, DeviceState.UNREADABLE)


class OpenRow(NamedTuple):
    """A row of a request that has no answer yet; ``subject`` is its Device, or its place."""

    id: int
    subject: str
    state: DeviceState


class TakenBack(NamedTuple):
    """What followed from a mail that takes a request back."""

    withdrawn: int  # rows
    left: tuple[str, ...]  # what a person has to look at; empty if everything was withdrawn


def withdraw(
    ctx: Context,
    tx: Transaction,
    ref: str,
    rows: Iterable[OpenRow],
    why: str,
    actor: str = "exchange",
    mail: int = 0,
) -> int:
    """Withdraw open rows of a request for the party that sent it; return how many.

    ``mail`` is the mail that took them back, 0 where a person did.
    """
    request, rows = tx.inbound.find(ref), list(rows)
    tx.inbound.move_many((row.id, move(row.state, DeviceEvent.WITHDRAW), why) for row in rows)
    tx.inbound.mark_if_answered(request.id)
    detail: dict[str, str | int | bool | None] = {"ref": ref, "why": why}
    if mail:
        detail["mail"] = mail
    events = (
        AuditEvent("device.withdrawn", row.subject, request.party, detail, actor) for row in rows
    )
    tx.audit.append(ctx.now(), *events)
    return len(rows)


def take_back(
    ctx: Context,
    tx: Transaction,
    mail: KeptMail,
    said: Understanding,
    party: Party,
    spoken: SpokenOf,
    words: str,
) -> TakenBack:
    """Withdraw what a mail takes back, where that is plain; hold letters that carry its codes.

    The Devices that it names count; if it names none, those of the one request that it replies to.
    """
    left: list[str] = []
    if spoken.devices:
        open_rows, left = _named(tx, party, spoken)
    elif len(spoken.thread) == 1:
        open_rows, left = _whole_request(tx, spoken)
    else:
        return TakenBack(0, ("it is not certain which request is meant",))
    left += _hold_codes(ctx, tx, party, spoken)
    doubtful = said.rejects or said.answers
    plain = takes_back_plainly(said.statements, named=bool(spoken.devices)) and not doubtful
    if not plain:
        return TakenBack(0, (*left, "not so plain that it can be withdrawn unattended"))
    number = number_named(said.statements)
    rows = sum(map(len, open_rows.values()))
    if number not in (None, len(spoken.devices) or rows):
        return TakenBack(
            0, (*left, f"it speaks of {counted(number or 0, 'Device')}, and {rows} open")
        )
    why = mask_codes(f"taken back in mail {mail.id}: {words}")
    for ref, some in open_rows.items():
        withdraw(ctx, tx, ref, some, why, mail=mail.id)
    if not rows and not left:
        left.append("no Device of it is open")
    return TakenBack(rows, tuple(left))


def _named(
    tx: Transaction, party: Party, spoken: SpokenOf
) -> tuple[dict[str, list[OpenRow]], list[str]]:
    """Return the open rows of the Devices named, by reference, and what is not to be withdrawn."""
    for request in sorted({row.request_id for row in spoken.rows}):
        tx.inbound.claim(request)
    rows = tx.inbound.earlier([party.signifier], spoken.devices)  # as they are now
    open_rows: dict[str, list[OpenRow]] = {}
    answered: dict[str, int] = {}
    for row in rows:
        if row.state in _OPEN:
            open_rows.setdefault(row.ref, []).append(OpenRow(row.id, row.device, row.state))
        else:
            answered[row.ref] = answered.get(row.ref, 0) + 1
    left = [f"{counted(some, 'Device')} answered in {ref}" for ref, some in answered.items()]
    unknown = len(spoken.devices - {row.device for row in rows})
    if unknown:
        left.append(f"{counted(unknown, 'Device')} that this party has not asked about")
    return open_rows, left


def _whole_request(tx: Transaction, spoken: SpokenOf) -> tuple[dict[str, list[OpenRow]], list[str]]:
    """Return the open rows of the request that a mail replies to, and what was answered."""
    (request,) = spoken.thread
    tx.inbound.claim(request.id)
    rows = [
        OpenRow(row.id, row.device or row.where, row.state)
        for row in tx.inbound.devices(request.id, _OPEN)
    ]
    counts = tx.inbound.counts(request.id)
    answered = sum(counts.get(one, 0) for one in (DeviceState.PROVIDED, DeviceState.NOT_INSTALLER))
    left = [f"{counted(answered, 'Device')} answered in {request.ref}"] if answered else []
    return ({request.ref: rows} if rows else {}), left


def _hold_codes(ctx: Context, tx: Transaction, party: Party, spoken: SpokenOf) -> list[str]:
    """Hold the letters that wait with codes of what is taken back; return what to say of them."""
    if spoken.devices:
        provided = [row for row in spoken.rows if row.state is DeviceState.PROVIDED]
        heads = tx.outbox.heads(numbers={row.outbox_id for row in provided if row.outbox_id})
    else:
        heads = [one for request in spoken.thread for one in tx.outbox.heads(ref=request.ref)]
    tx.outbox.take_turn()
    carrying = [one for one in heads if one.purpose == "answer" and one.codes]
    why = f"{party.signifier} takes back what it asked for"
    held = claiming.hold_waiting(ctx, tx, carrying, why, "exchange")
    return [f"letter {one.id} with codes of it is held: cancel or release it" for one in held]
