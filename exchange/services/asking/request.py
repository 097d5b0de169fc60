"""Ask for the codes of gained devices: cases and legs, one mail per Supplier.

The database makes this idempotent: a device has one open case, so importing the same list twice
opens nothing twice, and a leg belongs to one request.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from exchange.domain.audit import AuditEvent
from exchange.domain.device import DeviceId, mask_codes
from exchange.domain.device_type import DeviceType
from exchange.domain.outbound import (
    CaseState,
    Gained,
    Leg,
    LegEvent,
    LegState,
    OutboundRequest,
    leg_takes,
)
from exchange.domain.party import Party
from exchange.domain.time.sla import due
from exchange.errors import BadInput, NotFound
from exchange.rendering.compose import Attachment
from exchange.rendering.workbook import (
    XLSX,
    RequestRow,
    SheetFacts,
    requests_csv,
    requests_workbook,
)
from exchange.services.asking.idle_reports import close_idle_reports
from exchange.services.asking.next_supplier import next_turn
from exchange.services.context import Context
from exchange.services.import_rows import raise_all
from exchange.services.letters import letters
from exchange.store.db import Transaction
from exchange.store.mails.outbox import CANCELLED, FAILED

_CLOSED_AT_ONCE = 20_000
# Bytes in the mail: per row in both files together; and of text, headers and boundaries.
_ROW_BYTES, _ROOM, _LEAST_ROOM = 150, 100_000, 14_000


@dataclass(frozen=True, slots=True)
class Created:
    """The result of ``create``."""

    devices: int  # in the list, each once
    opened: int
    already_open: int
    requests: tuple[str, ...]  # references of the mails queued


def create(
    ctx: Context,
    gained: Sequence[Gained],
    source: str,
    actor: str = "exchange",
    *,
    any_type: bool = False,
    bad: list[BadInput] | None = None,
) -> Created:
    """Open a case for each device that has none, and ask the first Supplier of each.

    Raises BadInput if a Supplier is not on the contacts register or, unless ``any_type``, for
    device types outside clause 4.16; then nothing was changed.  ``bad`` collects the latter
    instead, and the others are asked for.
    """
    refused = () if any_type else ctx.settings.release.refused_device_types
    outside = [one for one in gained if DeviceType.of(one.device_type) in refused]
    faults = [
        BadInput(
            f"{one.device} is a {DeviceType.of(one.device_type)}, "
            "to which clause 4.16 does not apply",
            place=one.where,
            hint="remove the row, or ask nevertheless with --any-type",
        )
        for one in outside
    ]
    if bad is None:
        raise_all(faults, source)
    else:
        bad += faults
        gained = [one for one in gained if DeviceType.of(one.device_type) not in refused]
    unique = list({one.device: one for one in gained}.values())
    now = ctx.now()
    with ctx.store.transaction("create") as tx:
        known = {party.signifier for party in tx.parties.all(active_only=True)}
        for one in unique:
            for supplier in one.suppliers:
                if supplier not in known:
                    raise BadInput(
                        f"{supplier} is not on the contacts register",
                        place=one.where,
                        hint="`exchange contacts import` adds parties",
                    )
        open_already = tx.outbound.open_devices([one.device for one in unique])
        fresh = [one for one in unique if one.device not in open_already]
        tx.outbound.open_cases(fresh, now, mask_codes(source))
        asked = {one.suppliers: {"ask": " ".join(one.suppliers)} for one in fresh}
        tx.audit.append(
            now,
            *(
                AuditEvent("case.opened", one.device, detail=asked[one.suppliers], actor=actor)
                for one in fresh
            ),
        )
    return Created(len(unique), len(fresh), len(open_already), tuple(raise_requests(ctx)))


def raise_requests(ctx: Context, only: str = "", at_most: int = 0) -> list[str]:
    """Send one request per Supplier for all queued legs without one; return the references.

    ``only`` limits it to one party, ``at_most`` the bytes of a mail.
    """
    if ctx.clock.trouble:
        return []
    with ctx.store.reading() as tx:
        waiting = [only] if only else tx.legs.queued_parties()
    refs = []
    for signifier in waiting:
        with ctx.store.transaction("raise") as tx:
            party = tx.parties.get(signifier)
            legs = tx.legs.to_ask(signifier)
            if party is None or not party.active or not legs:
                continue
            portions = _portions(tx, party, legs, at_most)
            refs += [_raise(ctx, tx, party, some) for some in portions]
    return refs


def rows_within(most: int) -> int:
    """Return how many Devices fit a request of ``most`` bytes; 0 if not even one."""
    room = min(_ROOM, max(_LEAST_ROOM, most // 4))
    return max(0, (most - room) // _ROW_BYTES)


def _portions(
    tx: Transaction, party: Party, legs: Sequence[Leg], at_most: int
) -> Iterator[Sequence[Leg]]:
    """Split legs into mails within the limits of the party's server and ours.

    If not even one leg fits, all go into one mail, which is held until a larger one is allowed.
    """
    theirs = (party.max_mail_mb or 0) * 1_000_000
    most = min((one for one in (theirs, letters.server_limit(tx), at_most) if one), default=0)
    rows = rows_within(most)
    if not rows or len(legs) <= rows:
        yield legs
        return
    parts = -(-len(legs) // rows)
    bounds = [len(legs) * nth // parts for nth in range(parts + 1)]
    yield from (legs[first:last] for first, last in pairwise(bounds))


def _raise(ctx: Context, tx: Transaction, party: Party, legs: Sequence[Leg]) -> str:
    now = ctx.now()
    ref = ctx.new_ref(tx, "Q")
    rule = ctx.sla(party)
    message_id = ctx.new_message_id(ref, "request")
    rows = [RequestRow(device_id=leg.device, device_type=leg.device_type) for leg in legs]
    small = ctx.settings.release.body_table_rows
    draft = letters.Draft(
        template="request",
        ref=ref,
        recipient=party.request_address,
        party=party.signifier,
        marker="request",
        message_id=message_id,
        context={
            "us": letters.us(ctx),
            "them": letters.them(party),
            "ref": ref,
            "due": due(now, rule, ctx.calendar).due_on,
            "sla_days": rule.days,
            "count": len(rows),
            "rows": rows if len(rows) <= small else (),
        },
        attachments=request_files(ctx, ref, rows),
    )
    letters.queue(ctx, tx, draft)
    request_id = tx.outbound.add_request(ref, party.signifier, message_id, rule.days, now)
    tx.legs.carry([leg.id for leg in legs], request_id)
    tx.audit.append(
        now,
        AuditEvent(
            "request.raised",
            ref,
            party.signifier,
            {"devices": len(legs), "address": party.request_address, "message_id": message_id},
        ),
    )
    return ref


def request_files(ctx: Context, ref: str, rows: Sequence[RequestRow]) -> tuple[Attachment, ...]:
    """Return the list as workbook and CSV, each complete."""
    facts = SheetFacts("Install codes requested under MP121", ref, ctx.now())
    return (
        Attachment(f"{ref}.xlsx", XLSX, requests_workbook(rows, facts)),
        Attachment(f"{ref}.csv", "text/csv", requests_csv(rows)),
    )


def resend(ctx: Context, ref: str, actor: str = "exchange") -> list[str]:
    """Ask again for the legs of a request that bounced, at the present contact."""
    with ctx.store.transaction("resend") as tx:
        request = tx.outbound.find(ref)
        legs = [
            leg
            for leg in tx.legs.legs(request_id=request.id, states=[LegState.BOUNCED])
            if leg_takes(leg.state, LegEvent.RESEND)
        ]
        if not legs:
            raise BadInput(f"nothing of {ref} has bounced")
        numbers = [leg.id for leg in legs]
        tx.legs.move_legs(numbers, LegState.QUEUED)
        tx.legs.unask(numbers)
        failed = [one.id for one in tx.outbox.heads(ref=ref, states=(FAILED,))]
        tx.outbox.put_aside(failed, CANCELLED, "requested again")
        tx.audit.append(
            ctx.now(),
            AuditEvent("request.resent", ref, request.party, {"devices": len(legs)}, actor),
        )
    return raise_requests(ctx)


def unask(tx: Transaction, request: OutboundRequest) -> int:
    """Take the legs out of a request that was not sent; return how many. Another will ask them."""
    legs = tx.legs.legs(request_id=request.id, states=[LegState.QUEUED, LegState.BOUNCED])
    numbers = [leg.id for leg in legs]
    tx.legs.move_legs(numbers, LegState.QUEUED)
    tx.legs.unask(numbers)
    return len(numbers)


def withdraw(ctx: Context, ref: str, why: str, actor: str = "exchange") -> int:
    """Withdraw what our request still waits for; return the devices."""
    with ctx.store.transaction("withdraw") as tx:
        request = tx.outbound.find(ref)
        legs = [
            leg
            for leg in tx.legs.legs(request_id=request.id)
            if leg_takes(leg.state, LegEvent.WITHDRAW)
        ]
        tx.legs.move_legs([leg.id for leg in legs], LegState.WITHDRAWN)
        detail = {"ref": ref, "why": why}
        events = [AuditEvent("leg.withdrawn", leg.device, leg.party, detail, actor) for leg in legs]
        events += next_turn(tx, {leg.case_id: leg.device for leg in legs}, ctx.now())
        tx.audit.append(ctx.now(), *events)
        close_idle_reports(ctx, tx, f"the request was withdrawn: {why}", actor)
    return len(legs)


@dataclass(frozen=True, slots=True)
class Closed:
    """The result of ``close_many``."""

    closed: int
    not_open: tuple[str, ...]  # Devices without an open case: nothing was changed for them


def close(ctx: Context, device: str, why: str, actor: str) -> None:
    """Close our case of a device, which can be asked about again later.

    Raises NotFound if the device has no open case.
    """
    wanted = DeviceId.parse(device)
    if close_many(ctx, [wanted], why, actor).not_open:
        raise NotFound(f"{wanted} has no open case")


def close_many(ctx: Context, devices: Iterable[DeviceId], why: str, actor: str) -> Closed:
    """Close the open cases of these devices and withdraw what we still ask about them."""
    wanted, now = list(dict.fromkeys(map(str, devices))), ctx.now()
    detail = {"why": why}
    closed: set[str] = set()
    for start in range(0, len(wanted), _CLOSED_AT_ONCE):
        with ctx.store.transaction("close") as tx:
            cases = tx.outbound.open_cases_of(wanted[start : start + _CLOSED_AT_ONCE])
            open_legs = [
                leg.id
                for leg in tx.legs.of_cases(cases.values())
                if leg_takes(leg.state, LegEvent.WITHDRAW)
            ]
            tx.legs.move_legs(open_legs, LegState.WITHDRAWN)
            tx.outbound.move_cases(list(cases.values()), CaseState.CLOSED, closed_at=now)
            tx.audit.append(
                now,
                *(
                    AuditEvent("case.closed", device, detail=detail, actor=actor)
                    for device in cases
                ),
            )
            close_idle_reports(ctx, tx, f"the cases were closed: {why}", actor)
        closed |= cases.keys()
    return Closed(len(closed), tuple(device for device in wanted if device not in closed))
