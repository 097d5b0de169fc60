"""Record the outcome of a mail: where it is filed, and why."""

from __future__ import annotations

from dataclasses import dataclass

from exchange.domain.audit import AuditEvent
from exchange.domain.device import mask_codes
from exchange.domain.mail import Understanding
from exchange.domain.meaning.copies import asks_of
from exchange.later import Log
from exchange.services.context import Context
from exchange.store.db import Transaction
from exchange.store.mails.mail import PROCESSED, KeptMail

log = Log("exchange.keeping")


@dataclass(frozen=True, slots=True)
class MailOutcome:
    """``folder`` is processed, review or shunted; ``reason`` is for a person."""

    folder: str
    kind: str = ""
    reason: str = ""
    party: str = ""
    ref: str = ""


def record_outcome(
    ctx: Context,
    tx: Transaction,
    mail: KeptMail,
    outcome: MailOutcome,
    said: Understanding | None = None,
) -> None:
    """Write the outcome of a mail into the ledger and the audit log.

    ``said`` is what it says, if it could be read.
    """
    now = ctx.now()
    reason = mask_codes(outcome.reason)
    tx.mail.decide(
        mail.id,
        now,
        folder=outcome.folder,
        kind=outcome.kind,
        reason=reason,
        party=outcome.party,
        ref=outcome.ref,
        asks=asks_of(said) if said else None,
    )
    tx.audit.append(
        now,
        AuditEvent(
            f"mail.{outcome.folder}",
            f"mail {mail.id}",
            outcome.party,
            {"kind": str(outcome.kind), "reason": reason, "ref": outcome.ref},
        ),
    )
    if outcome.folder != PROCESSED:
        tx.afterwards(
            lambda: log.warning(
                "a mail waits for a person", mail=mail.id, folder=outcome.folder, reason=reason
            )
        )
