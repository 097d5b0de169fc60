"""Read a request again of which something could not be read, and answer what can be read now.

A password that came later, or a new version of this program, may read what was reported back.  The
request stays the same: its reference, its clock, and what was answered of it.
"""

from __future__ import annotations

from collections.abc import Iterable

from exchange.domain.audit import AuditEvent
from exchange.domain.device import mask_codes
from exchange.domain.inbound import DeviceEvent, DeviceState, InboundRequest, RequestedDevice, move
from exchange.domain.mail import NEEDS_PASSWORD, Found, Kind, Reject, Understanding, needs_password
from exchange.domain.party import Party
from exchange.errors import BadInput, NotFound
from exchange.services.answering.mail_outcome import MailOutcome
from exchange.services.answering.requests import answer_request
from exchange.services.answering.requests.answer_text import ListRemarks
from exchange.services.answering.requests.device_decisions import decide_devices, unreadable_rows
from exchange.services.answering.requests.device_holdings import Holdings
from exchange.services.answering.requests.history import History
from exchange.services.context import Context
from exchange.store.db import Transaction
from exchange.store.mails.mail import PROCESSED, KeptMail
from exchange.store.mails.waiting import MailFilter


def unread_request(tx: Transaction, mail: KeptMail) -> InboundRequest | None:
    """Return the request that a processed mail opened, if some of it could not be read."""
    if mail.folder != PROCESSED:
        return None
    request = tx.inbound.by_mail(mail.id)
    if request is None or not tx.inbound.counts(request.id).get(DeviceState.UNREADABLE):
        return None
    return request


def locked_mails(ctx: Context, party: str) -> list[int]:
    """Return the mails of a party that have a file which needed a password and was not opened.

    Those of open requests first, then those in Review; oldest first.
    """
    with ctx.store.reading() as tx:
        return locked_now(tx, party, tx.inbound.requests(open_only=True))


def locked_now(tx: Transaction, party: str, requests: Iterable[InboundRequest]) -> list[int]:
    """Return what ``locked_mails`` does, of the open ``requests`` given."""
    unread = [one.mail_id for one in requests if one.party == party and locked_files(tx, one)]
    return [*unread, *tx.waiting.numbers(MailFilter(party=party, reason=NEEDS_PASSWORD))]


def locked_files(tx: Transaction, request: InboundRequest) -> list[str]:
    """Return the files of a request that need a password."""
    rows = tx.inbound.devices(request.id, [DeviceState.UNREADABLE])
    return [row.where for row in rows if needs_password(row.reason)]


def answer_rest(
    ctx: Context, mail: KeptMail, request: InboundRequest, said: Understanding, actor: str
) -> MailOutcome:
    """Answer the Devices that ``said`` has and the request has not; ``said`` is read just now.

    Raises BadInput if there are none; then nothing was changed.
    """
    with ctx.store.reading() as tx:
        party = _active(tx, request.party)
        listed = {row.device for row in tx.inbound.devices(request.id)}
    new = [one for one in said.devices if str(one.device) not in listed]
    if said.kind is not Kind.REQUEST or not new:
        raise BadInput(
            f"nothing more of mail {mail.id} can be read{_why(said)}",
            hint=f"`exchange contacts passwords {request.party}` keeps the passwords of its files",
        )
    holdings = Holdings.of(ctx.vault, [new])  # before the transaction
    with ctx.store.transaction("read again") as tx:
        tx.inbound.claim(request.id)
        unread = list(tx.inbound.devices(request.id, [DeviceState.UNREADABLE]))
        if not unread:
            raise BadInput(f"somebody else is reading mail {mail.id} again; look again")
        outcome = _decide(ctx, tx, party, request, said, new, holdings, unread)
        detail: dict[str, str | int | bool | None] = {"mail": mail.id, "devices": len(new)}
        event = AuditEvent("request.read_again", request.ref, party.signifier, detail, actor)
        tx.audit.append(ctx.now(), event)
    return outcome


def _decide(
    ctx: Context,
    tx: Transaction,
    party: Party,
    request: InboundRequest,
    said: Understanding,
    new: list[Found],
    holdings: Holdings,
    unread: list[RequestedDevice],
) -> MailOutcome:
    known = holdings.devices(new)
    history = History(tx, [(party.signifier, known)])
    if ours := history.asked_of_them(party.signifier, known):
        raise BadInput(f"lists {ours}, which we ask {party.signifier} about")
    decided = decide_devices(
        new,
        known,
        answer_request.terms(ctx, tx, request.clock.day_zero, asks=answer_request.asks(said)),
        earlier=history.before(party.signifier, known),
    )
    still = {_key(one) for one in said.rejects}
    reported = {(row.where, row.reason) for row in unread}
    fresh = [one for one in said.rejects if _key(one) not in reported]
    if fresh:
        decided += unreadable_rows(fresh, decided, said.text)
    parts = answer_request.send_answer(
        ctx, tx, request, party, party.reply_address, said.head, decided,
        ListRemarks(left_out=answer_request.left_out_words(said)),
    )  # fmt: skip
    for rows, outbox_id in parts:
        answer_request.keep_rows(ctx, tx, request.id, decided.take(rows), outbox_id)
    tx.inbound.move_many(
        (row.id, move(row.state, DeviceEvent.WITHDRAW), "read again, and answered")
        for row in unread
        if (row.where, row.reason) not in still
    )
    tx.inbound.mark_if_answered(request.id)
    reason = answer_request.in_words(decided.counts())
    return MailOutcome(PROCESSED, said.kind, reason, party.signifier, request.ref)


def _key(reject: Reject) -> tuple[str, str]:
    return mask_codes(reject.where), mask_codes(reject.reason)


def _why(said: Understanding) -> str:
    first = next(iter(said.rejects), None)
    return f": {mask_codes(first.where)}: {mask_codes(first.reason)}" if first else ""


def _active(tx: Transaction, signifier: str) -> Party:
    party = tx.parties.get(signifier)
    if party is None or not party.active:
        raise NotFound(f"{signifier} is not an active party on the contacts register")
    return party
