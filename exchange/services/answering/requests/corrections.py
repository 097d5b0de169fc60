"""Settle the rows that we could not read and that a later mail in the thread replaces."""

from __future__ import annotations

from exchange.domain.audit import AuditEvent
from exchange.domain.inbound import DeviceEvent, DeviceState, move
from exchange.domain.mail import Understanding, names_row
from exchange.domain.party import Party
from exchange.services.context import Context
from exchange.store.db import Transaction


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
