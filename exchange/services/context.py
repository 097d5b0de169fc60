"""Define what every use case works with; ``bootstrap`` puts it together once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from exchange.config import Settings
from exchange.domain.audit import AuditEvent
from exchange.domain.escalation import Ladder
from exchange.domain.limits import Limits
from exchange.domain.party import Party
from exchange.domain.time.calendar import WorkingCalendar
from exchange.domain.time.sla import SlaRule, local_date
from exchange.later import Log
from exchange.ports.heart import SILENT, Heart

if TYPE_CHECKING:
    from exchange.ports.clock import Clock
    from exchange.ports.mail import Delivery
    from exchange.ports.reading import Reader
    from exchange.ports.sealing import Sealer
    from exchange.ports.vault import CodeVault
    from exchange.rendering.templates import Templates
    from exchange.store.db import Store, Transaction

log = Log("exchange.context")


@dataclass(frozen=True, slots=True)
class Context:
    """One supplier's end of the exchange."""

    settings: Settings
    folder: Path
    store: Store
    vault: CodeVault
    sealer: Sealer
    reader: Reader
    clock: Clock
    calendar: WorkingCalendar
    templates: Templates
    limits: Limits
    heart: Heart = SILENT  # gets reports of progress
    # Results of letters that the database refused; nothing is sent until they are recorded.
    unrecorded: list[Delivery] = field(default_factory=list)

    @property
    def signifier(self) -> str:
        """Return our own SEC Party Signifier."""
        return self.settings.party.signifier

    @property
    def own_addresses(self) -> frozenset[str]:
        """Return the addresses that our own mails come from."""
        return frozenset({self.settings.party.address.lower()})

    def now(self) -> datetime:
        """Return this instant, aware UTC."""
        return self.clock.now()

    def today(self) -> date:
        """Return today in Europe/London."""
        return local_date(self.clock.now())

    def sla(self, party: Party | None) -> SlaRule:
        """Return the answer time between us and a party."""
        return sla_rule(self.settings, party)

    def mail_bytes(self, party: Party) -> int:
        """Return the largest mail that ``party`` takes, in bytes as sent; 0 for no limit."""
        return (party.max_mail_mb or self.settings.release.max_mail_mb) * 1_000_000

    def ladder(self) -> Ladder:
        """Return the escalation ladder for our requests."""
        steps = self.settings.escalation
        return Ladder(
            reminder_days=steps.reminder_days,
            breach_day=steps.breach_day,
            next_level_every=steps.next_level_every,
        )

    def new_ref(self, tx: Transaction, kind: str) -> str:
        """Return the next reference: ``kind`` is ``Q`` for our requests, ``A`` for our answers."""
        month = f"{self.today():%y%m}"
        number = tx.counters.next(f"{kind}{month}")
        ref = f"MP121-{self.signifier}-{month}-{kind}{number:05d}"
        before = tx.counters.gaps.pop(f"{kind}{month}", None)
        if before is not None:
            log.warning("references continue at a higher number: some may be used already", ref=ref)
            detail = {"last_known": before, "number": number}
            tx.audit.append(self.now(), AuditEvent("references.gap", ref, detail=detail))
        return ref

    def new_message_id(self, ref: str, purpose: str) -> str:
        """Return a new Message-ID; its random part keeps it unique even if the database is lost."""
        return self.message_id(ref, purpose, secrets.token_hex(6))

    def message_id(self, ref: str, purpose: str, mark: str) -> str:
        """Return the Message-ID of a letter; ``mark`` makes it unique among its kind."""
        domain = self.settings.party.address.rpartition("@")[2].lower()
        return f"<{ref.lower()}.{purpose}.{mark}@{domain}>"


def sla_rule(settings: Settings, party: Party | None) -> SlaRule:
    """Return the answer time agreed with a party, else the usual one."""
    return SlaRule(
        days=(party.sla_days if party and party.sla_days else settings.sla.days),
        deemed_receipt=settings.calendar.deemed_receipt,
        deemed_after=settings.calendar.deemed_receipt_after,
        agreed=party.sla_agreed if party and party.sla_days else "",
    )
