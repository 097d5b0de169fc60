"""Compose a letter, seal it and put it into the outbox: the same for every purpose."""

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
_AHEAD: Final = 2  # letters written before they are asked for: each may be as large as a mail


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter to be written."""

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
    """One end of the exchange, as the templates name it."""

    name: str
    signifier: str
    address: str
    contact_name: str = ""
    contact_phone: str = ""


def us(ctx: Context) -> Named:
    """Ourselves."""
    party = ctx.settings.party
    return Named(
        party.name, party.signifier, party.address, party.contact_name, party.contact_phone
    )


def them(party: Party) -> Named:
    """The other party, whose address templates have no need of."""
    return Named(party.name, party.signifier, "")


def server_limit(tx: Transaction) -> int:
    """The largest mail that our server takes, as it announced last; 0: it named none."""
    return int(tx.facts.get(_SIZE_LIMIT) or 0)


def learn_limit(ctx: Context, announced: int | None) -> None:
    """Remember what the server announced; None: it was not reached."""
    if announced is None:
        return
    with ctx.store.reading() as tx:
        known = server_limit(tx)
    if known != announced:
        with ctx.store.transaction("size") as tx:
            tx.facts.put(_SIZE_LIMIT, str(announced))


def most_bytes(ctx: Context, tx: Transaction, party: Party) -> int:
    """The largest answer to ``party``: what it takes, and what our server takes; 0: no ceiling."""
    return min((one for one in (ctx.mail_bytes(party), server_limit(tx)) if one), default=0)


def queue(ctx: Context, tx: Transaction, draft: Draft) -> tuple[int, str]:
    """Write the letter into the outbox; returns its number and Message-ID."""
    letter = write(ctx, draft)
    return tx.outbox.add(letter, ctx.now()), letter.message_id


def written(ctx: Context, drafts: list[Draft]) -> Iterator[NewLetter]:
    """The letters, in their order; while the caller is at work on one, the next is written.

    Each is taken out of ``drafts``, for together they may be larger than ten mails.
    """
    drafts.reverse()
    if len(drafts) == 1:
        yield write(ctx, drafts.pop())
        return
    with ThreadPoolExecutor(1) as writer:
        try:
            ahead: deque[Future[NewLetter]] = deque()
            while drafts or ahead:
                while drafts and len(ahead) < _AHEAD:
                    ahead.append(writer.submit(write, ctx, drafts.pop()))
                yield ahead.popleft().result()
        finally:
            writer.shutdown(cancel_futures=True)


def write(ctx: Context, draft: Draft) -> NewLetter:
    """The letter, composed and sealed, as it goes into the outbox.

    The Message-ID is fixed here, before the first attempt: whatever happens later, another copy
    of this letter can be recognised as the same.
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
