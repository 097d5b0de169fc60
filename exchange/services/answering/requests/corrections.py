"""Take a reply that brings what we could not read of a request, and settle what it replaces."""

from __future__ import annotations

from dataclasses import replace

from exchange.domain.audit import AuditEvent
from exchange.domain.inbound import DeviceEvent, DeviceState, move
from exchange.domain.mail import Kind, Subkind, Understanding, names_row
from exchange.domain.meaning.corrections import corrects, may_correct
from exchange.domain.party import Party
from exchange.services.answering.earlier_answers import spoken_of
from exchange.services.context import Context
from exchange.store.db import Transaction


def as_request(ctx: Context, said: Understanding, party: Party | None) -> Understanding:
    """Return ``said`` as a request if it corrects one of ``party`` that is open, else as it is."""
    if party is None or said.head.fault or not may_correct(said):
        return said
    with ctx.store.reading() as tx:
        found = _corrects(tx, said, party)
    return replace(said, kind=Kind.REQUEST, subkind=Subkind.NONE) if found else said


def _corrects(tx: Transaction, said: Understanding, party: Party) -> bool:
    asked: set[str] = set()
    rows = files = 0
    for request in spoken_of(tx, said, party).thread:
        for row in tx.inbound.devices(request.id):
            asked.add(row.device)
            if row.state is DeviceState.UNREADABLE:
                rows += names_row(row.where)
                files += not names_row(row.where)
    return corrects(said, asked, rows, files)


def supersede(
    ctx: Context, tx: Transaction, understood: Understanding, party: Party, ref: str
) -> None:
    """Withdraw the unreadable rows that a follow-up in the thread, our request ``ref``, corrects.

    If it lists fewer Devices than there are such rows, or comes from fewer files than could not be
    opened, nobody can tell which it corrects: the rows stay for a person.
    """
    ids = (understood.head.in_reply_to, *understood.head.references)
    refs = {letter.ref for letter in tx.outbox.by_message_id(ids)}
    for earlier in tx.inbound.by_refs(refs - {ref}, party.signifier):
        rows = list(tx.inbound.devices(earlier.id, [DeviceState.UNREADABLE]))
        if not rows or len(understood.devices) < len(rows):
            continue
        files = sum(not names_row(row.where) for row in rows)
        if files > 1 and _files_of(understood) < files:
            continue
        tx.inbound.move_many(
            (row.id, move(row.state, DeviceEvent.WITHDRAW), f"corrected in {ref}") for row in rows
        )
        tx.inbound.mark_if_answered(earlier.id)
        tx.audit.append(
            ctx.now(),
            AuditEvent("request.corrected", earlier.ref, party.signifier, {"by": ref}),
        )


def _files_of(understood: Understanding) -> int:
    """Return from how many files its Devices are; the body counts as one."""
    return len({one.where.partition(" > ")[0].partition(" line ")[0] for one in understood.devices})
