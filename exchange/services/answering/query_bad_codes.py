"""Ask a Supplier to send damaged codes again.

We do not correct or guess install codes.  The query names the Devices, what is wrong with each
code and where it was, never the code.  It discharges nothing: the clock of each leg runs on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from exchange.domain.audit import AuditEvent
from exchange.domain.device import mask_codes
from exchange.domain.mail import Reject, Understanding
from exchange.domain.outbound import OPEN_LEGS, Leg, OutboundRequest
from exchange.domain.party import Party
from exchange.later import Log
from exchange.parsing.identifiers.separate_crc import WRONG_CRCS
from exchange.rendering.workbook import RequestRow
from exchange.services.asking.request import request_files
from exchange.services.context import Context
from exchange.services.letters import letters
from exchange.store.db import Transaction
from exchange.store.mails.mail import KeptMail

log = Log("exchange.query")

QUERY: Final = "query"
_MOST: Final = 3  # queries per request; a machine that sends the same again needs a person


def ask_again(
    ctx: Context,
    tx: Transaction,
    mail: KeptMail,
    said: Understanding,
    party: Party,
    requests: Sequence[OutboundRequest],
) -> frozenset[str]:
    """Write to ``party`` about the damaged codes of ``said``, one letter per request.

    ``requests`` are those that the mail belongs to.  Its good rows have been taken: a Device with
    a good code too is not asked about.  Returns the Device IDs asked about.
    """
    spoilt: dict[str, Reject] = {}
    for reject in said.rejects:
        if reject.spoils_code:
            spoilt.setdefault(str(reject.device), reject)
    if not spoilt or not requests:
        return frozenset()
    legs = tx.legs.newest(party.signifier, spoilt)
    answer = _Answer(mail, said, party, spoilt)
    tx.outbound.note_failed_crcs(
        {leg.case_id for device, leg in legs.items() if spoilt[device].reason in WRONG_CRCS}
    )
    asked: list[str] = []
    for request in requests:
        own = {
            device: legs[device]
            for device in spoilt
            if device in legs
            and legs[device].request_id == request.id
            and legs[device].state in OPEN_LEGS
        }
        # One letter per mail, however often that is decided.
        message_id = ctx.message_id(request.ref, QUERY, mail.content_hash[:12])
        if own and tx.outbox.by_message_id([message_id]):
            asked += own
        elif own and tx.outbox.count(request.ref, QUERY) < _MOST:
            _write(ctx, tx, answer, request, own, message_id)
            asked += own
    return frozenset(asked)


@dataclass(frozen=True, slots=True)
class _Answer:
    """A mail from ``party`` and, by Device ID, what is wrong with its codes."""

    mail: KeptMail
    said: Understanding
    party: Party
    spoilt: Mapping[str, Reject]


def _write(
    ctx: Context,
    tx: Transaction,
    answer: _Answer,
    request: OutboundRequest,
    legs: Mapping[str, Leg],
    message_id: str,
) -> None:
    rows = [
        RequestRow(
            device,
            leg.device_type,
            note=mask_codes(f"{answer.spoilt[device].where}: {answer.spoilt[device].reason}"),
        )
        for device, leg in legs.items()
    ]
    party = answer.party
    letters.queue(
        ctx,
        tx,
        letters.Draft(
            template="query",
            ref=request.ref,
            recipient=party.request_address,
            party=party.signifier,
            marker=QUERY,
            in_reply_to=answer.said.head.message_id,
            references=(request.message_id,),
            context=_context(ctx, tx, answer, request, rows),
            attachments=request_files(ctx, request.ref, rows),
            message_id=message_id,
        ),
    )
    detail: dict[str, str | int | bool | None] = {
        "mail": answer.mail.id,
        "devices": len(rows),
        "message_id": message_id,
    }
    tx.audit.append(ctx.now(), AuditEvent("request.query", request.ref, party.signifier, detail))
    log.info("queried", ref=request.ref, party=party.signifier, devices=len(rows))


def _in_words(reason: str) -> str:
    """Return a reason for its sender; without the CRC nobody could see that it is damaged."""
    if reason in WRONG_CRCS:
        return f"{reason}; please send it with its CRC"
    return mask_codes(reason)


def _context(
    ctx: Context,
    tx: Transaction,
    answer: _Answer,
    request: OutboundRequest,
    rows: Sequence[RequestRow],
) -> dict[str, object]:
    small = ctx.settings.release.body_table_rows
    today = ctx.today()
    due_on = request.due_on or today
    reasons = Counter(_in_words(answer.spoilt[row.device_id].reason) for row in rows)
    return {
        "us": letters.us(ctx),
        "them": letters.them(answer.party),
        "ref": request.ref,
        "received": answer.mail.arrived_at,
        "due": due_on,
        "days_late": ctx.calendar.working_days_between(due_on, today) if today > due_on else 0,
        "asked": tx.legs.asked([request.id]).get(request.id, 0),
        "outstanding": len(rows),
        "reasons": reasons.most_common(),
        "rows": rows if len(rows) <= small else (),
    }
