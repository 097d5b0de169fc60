"""Held and unreadable Devices of a request: answered by a person's word, or withdrawn."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from exchange.domain.audit import AuditEvent
from exchange.domain.device import DeviceId, mask_codes
from exchange.domain.inbound import DeviceState, RequestedDevice
from exchange.domain.mail import Found
from exchange.errors import BadInput, NotFound
from exchange.later import Later
from exchange.services.context import Context
from exchange.services.people.review import head_of_mail

# Who only lists what waits answers nothing.
if TYPE_CHECKING:
    from exchange.services.answering import (
        allowed_lists,
        disputes,
        intake,
        party_columns,
        party_passwords,
        sent_letters,
        take_response,
        taken_back,
        thread_context,
    )
    from exchange.services.answering.requests import (
        answer_request,
        device_decisions,
        device_holdings,
    )
else:
    allowed_lists = Later("exchange.services.answering.allowed_lists")
    answer_request = Later("exchange.services.answering.requests.answer_request")
    device_decisions = Later("exchange.services.answering.requests.device_decisions")
    device_holdings = Later("exchange.services.answering.requests.device_holdings")
    disputes = Later("exchange.services.answering.disputes")
    intake = Later("exchange.services.answering.intake")
    party_columns = Later("exchange.services.answering.party_columns")
    party_passwords = Later("exchange.services.answering.party_passwords")
    sent_letters = Later("exchange.services.answering.sent_letters")
    take_response = Later("exchange.services.answering.take_response")
    taken_back = Later("exchange.services.answering.taken_back")
    thread_context = Later("exchange.services.answering.thread_context")


_OPEN: Final = (DeviceState.HELD, DeviceState.UNREADABLE)


@dataclass(frozen=True, slots=True)
class Released:
    """The result of ``release_devices``."""

    provided: int
    not_installer: int
    still_held: int


def release_devices(
    ctx: Context,
    ref: str,
    actor: str,
    *,
    only: Collection[str] = (),
    not_installer: str = "",
    dry: bool = False,
) -> Released:
    """Decide the held devices of a request again, from the present vault and register.

    ``only`` limits it to some Device IDs.  ``not_installer`` is a person's reason for answering
    "not the installing Supplier" where the register alone would not; it is never accepted for a
    device that our register says we installed.  ``dry`` only counts what would become of them.
    """
    wanted = {str(DeviceId.parse(text)) for text in only}
    not_installer = mask_codes(not_installer)
    with ctx.store.reading() as tx:
        request = tx.inbound.find(ref)
        held = list(tx.inbound.devices(request.id, [DeviceState.HELD]))
        party = tx.parties.get(request.party)
        terms = answer_request.terms(ctx, tx, request.clock.day_zero)
        mail = tx.mail.get(request.mail_id)
    unknown = wanted - {row.device for row in held}
    if unknown:
        raise NotFound(f"{', '.join(sorted(unknown))}: not held in {ref}")
    if party is None or not party.active:
        raise NotFound(f"{request.party} is not an active party on the contacts register")
    chosen = [row for row in held if not wanted or row.device in wanted]
    asked = [Found(DeviceId.parse(row.device), row.where, row.device_type) for row in chosen]
    known = device_holdings.Holdings.of(ctx.vault, [asked]).devices(asked)
    rulings = device_decisions.decide_devices(
        asked, known, terms, state=DeviceState.HELD, not_installer=not_installer
    )
    still = set(rulings.by_state(DeviceState.HELD))
    places = [at for at in range(len(chosen)) if at not in still]
    settled = rulings.chosen(places)
    rows = [chosen[at].id for at in places]
    if rows and not dry:
        head = head_of_mail(ctx, mail)
        with ctx.store.transaction("release") as tx:
            tx.inbound.claim(request.id)
            held_now = {row.id for row in tx.inbound.devices(request.id, [DeviceState.HELD])}
            if not held_now.issuperset(rows):
                raise BadInput(f"somebody else is releasing Devices of {ref}; look again")
            parts = answer_request.send_answer(
                ctx, tx, request, party, party.reply_address, head, settled
            )
            for some, outbox_id in parts:
                own = settled.take(some)
                moved = zip(rows[some], own.states, own.reasons.texts(), strict=True)
                tx.inbound.move_many(moved, outbox_id)
            tx.inbound.mark_if_answered(request.id)
            tx.audit.append(
                ctx.now(),
                AuditEvent(
                    "devices.released",
                    ref,
                    party.signifier,
                    {"devices": len(settled), "why": not_installer},
                    actor,
                ),
            )
    counts = settled.counts()
    return Released(
        provided=counts[DeviceState.PROVIDED],
        not_installer=counts[DeviceState.NOT_INSTALLER],
        still_held=len(held) - len(settled),
    )


def open_rows(ctx: Context, ref: str) -> list[RequestedDevice]:
    """Return the rows of a request to us that wait: held for a person, or unreadable.

    Raises NotFound for an unknown reference.
    """
    with ctx.store.reading() as tx:
        return list(tx.inbound.devices(tx.inbound.find(ref).id, _OPEN))


def open_rows_of(ctx: Context, mail: int) -> tuple[str, list[RequestedDevice]]:
    """Return the reference of the request that a mail opened, if any, and its rows that wait."""
    with ctx.store.reading() as tx:
        request = tx.inbound.by_mail(mail)
        if request is None:
            return "", []
        return request.ref, list(tx.inbound.devices(request.id, _OPEN))


def withdraw_devices(ctx: Context, ref: str, why: str, actor: str) -> int:
    """Withdraw the open rows of a request (held or unreadable) for the party that sent it."""
    with ctx.store.transaction("withdraw inbound") as tx:
        request = tx.inbound.find(ref)
        rows = [
            taken_back.OpenRow(row.id, row.device or row.where, row.state)
            for row in tx.inbound.devices(request.id, _OPEN)
        ]
        return taken_back.withdraw(ctx, tx, ref, rows, mask_codes(why), actor)
