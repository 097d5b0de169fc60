"""Ask a party that asks for install codes without a list of Devices to send it as a file.

Once for a mail, and never where a machine wrote it: two machines would write to each other for
ever.  The letter has no codes, and goes only to the address on the contacts register.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from exchange.domain.audit import AuditEvent
from exchange.domain.device import mask_codes
from exchange.domain.mail import Kind, Subkind, Understanding
from exchange.domain.party import Party
from exchange.errors import BadInput
from exchange.rendering.compose import reply_subject
from exchange.services.context import Context
from exchange.services.letters import letters
from exchange.store.db import Transaction
from exchange.store.mails.mail import KeptMail

LIST: Final = "list"
_APART: Final = timedelta(days=1)  # between two that no person asked for, to one party


def may_ask_by_itself(ctx: Context, tx: Transaction, said: Understanding, party: Party) -> bool:
    """Return whether the daemon may ask for the list, without a person."""
    return (
        ctx.settings.release.ask_for_list
        and bool(said.lack)
        and said.subkind is Subkind.QUESTION
        and not (said.by_machine or said.head.list_id or said.head.fault)
        and tx.outbox.sent_to(party.signifier, ctx.now() - _APART, LIST)[0] == 0
    )


def ask_for_list(
    ctx: Context,
    tx: Transaction,
    mail: KeptMail,
    said: Understanding,
    party: Party,
    actor: str = "exchange",
) -> None:
    """Queue the letter that asks for the list, in the thread of ``mail``.

    Raises BadInput if it asks for nothing, if a machine wrote it, or if the list was asked for
    because of this mail before.
    """
    ref = f"MAIL-{mail.id}"
    if said.by_machine:
        raise BadInput(f"a machine wrote mail {mail.id}, and machines are not asked")
    if said.kind is not Kind.UNKNOWN:
        raise BadInput(f"mail {mail.id} is no mail without a list, but of the kind {said.kind}")
    message_id = ctx.message_id(ref, LIST, mail.content_hash[:12])
    if tx.outbox.by_message_id([message_id]):
        raise BadInput(f"the list was asked for because of mail {mail.id} before")
    draft = letters.Draft(
        template="list",
        ref=ref,
        recipient=party.reply_address,
        party=party.signifier,
        marker=LIST,
        in_reply_to=said.head.message_id,
        references=said.head.references,
        subject=reply_subject(mask_codes(said.head.subject)),
        context={
            "us": letters.us(ctx),
            "them": letters.them(party),
            "ref": ref,
            "received": mail.arrived_at,
            "lack": said.lack.value,
        },
        message_id=message_id,
    )
    letters.queue(ctx, tx, draft)
    detail: dict[str, str | int | bool | None] = {"lack": said.lack.value, "message_id": message_id}
    event = AuditEvent("mail.list_asked", f"mail {mail.id}", party.signifier, detail, actor)
    tx.audit.append(ctx.now(), event)
