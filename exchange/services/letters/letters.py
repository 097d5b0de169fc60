"""Compose a letter, seal it and put it into the outbox, whatever its purpose."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from exchange.domain.party import Party
from exchange.rendering.compose import Attachment, Mail, TemplateName, compose
from exchange.services.context import Context
from exchange.store.db import Transaction
from exchange.store.mails.outbox import NewLetter

_SIZE_LIMIT: Final = "courier.size_limit"
_AHEAD: Final = 2  # letters written in advance: each may be as large as a mail


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter before it is written."""

    template: TemplateName
    ref: str
    recipient: str
    context: Mapping[str, object] = field(repr=False)
    party: str = ""
    marker: str = ""  # request, query, answer, reminder, escalation
    codes: int = 0
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    subject: str = ""
    attachments: Sequence[Attachment] = ()
    message_id: str = ""


class Named(NamedTuple):
    """One side of the exchange, for the templates; the contact is ours, or empty."""

    name: str
    signifier: str
    address: str
    contact_name: str = ""
    contact_phone: str = ""


def us(ctx: Context) -> Named:
    """Return our own side."""
    party = ctx.settings.party
    return Named(
        party.name, party.signifier, party.address, party.contact_name, party.contact_phone
    )


def them(party: Party) -> Named:
    """Return the other party; templates do not need its address."""
    return Named(party.name, party.signifier, "")


def server_limit(tx: Transaction) -> int:
    """Return the largest mail our server takes, as last announced; 0 if it named no limit."""
    return int(tx.facts.get(_SIZE_LIMIT) or 0)


def learn_limit(ctx: Context, announced: int | None) -> None:
    """Remember the limit the server announced; None means it was not reached."""
    if announced is None:
        return
    with ctx.store.reading() as tx:
        known = server_limit(tx)
    if known != announced:
        with ctx.store.transaction("size") as tx:
            tx.facts.put(_SIZE_LIMIT, str(announced))


def most_bytes(ctx: Context, tx: Transaction, party: Party) -> int:
    """Return the largest mail that both ``party`` and our server take; 0 for no limit."""
    return min((one for one in (ctx.mail_bytes(party), server_limit(tx)) if one), default=0)


def queue(ctx: Context, tx: Transaction, draft: Draft) -> tuple[int, str]:
    """Write a letter into the outbox; return its number and Message-ID."""
    letter = write_letter(ctx, draft)
    return tx.outbox.add(letter, ctx.now()), letter.message_id


def write_letters(ctx: Context, drafts: list[Draft]) -> Iterator[NewLetter]:
    """Yield the letters in order; while the caller works on one, the next is written.

    Each draft is removed from ``drafts``: together they may be larger than ten mails.
    """
    drafts.reverse()
    if len(drafts) == 1:
        yield write_letter(ctx, drafts.pop())
        return
    with ThreadPoolExecutor(1) as writer:
        try:
            ahead: deque[Future[NewLetter]] = deque()
            while drafts or ahead:
                while drafts and len(ahead) < _AHEAD:
                    ahead.append(writer.submit(write_letter, ctx, drafts.pop()))
                yield ahead.popleft().result()
        finally:
            writer.shutdown(cancel_futures=True)


def write_letter(ctx: Context, draft: Draft) -> NewLetter:
    """Return the letter, composed and sealed, for the outbox.

    Its Message-ID is fixed here, before the first attempt, so that another copy of this letter
    can always be recognised as the same.
    """
    message_id = draft.message_id or ctx.new_message_id(draft.ref, draft.template)
    raw = compose(
        Mail(
            template=draft.template,
            context=draft.context,
            sender_name=ctx.settings.party.name,
            sender=ctx.settings.party.address,
            recipient=draft.recipient,
            message_id=message_id,
            date=ctx.now(),
            in_reply_to=draft.in_reply_to,
            references=draft.references,
            subject_override=draft.subject,
            marker=f"{draft.marker}; ref={draft.ref}" if draft.marker else "",
            attachments=tuple(draft.attachments),
        ),
        ctx.templates,
    )
    return NewLetter(
        message_id=message_id,
        purpose=draft.template,
        ref=draft.ref,
        party=draft.party,
        recipient=draft.recipient,
        codes=draft.codes,
        sealed=ctx.sealer.seal(raw, "outbox"),
        size=len(raw),
    )
