"""Count what each party was sent today, for the circuit breaker and the volume guard."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from exchange.domain.release import DayUsage
from exchange.services.context import Context
from exchange.store.db import Transaction

LONDON = ZoneInfo("Europe/London")


class DayTally:
    """What we sent each party today, read once from the database and then kept up to date.

    It serves one pass over the kept mails: only the daemon answers requests.  Call ``forget``
    after a rollback.
    """

    def __init__(self) -> None:
        self._day: date | None = None
        self._had: dict[str, tuple[int, int]] = {}  # answers, devices asked for

    def usage(self, ctx: Context, tx: Transaction, party: str, asked: int) -> DayUsage:
        """Return what a party had today, and the devices that this request asks for."""
        today = ctx.today()
        if today != self._day:
            self._day, self._had = today, {}
        if party not in self._had:
            midnight = datetime.combine(today, time(0), LONDON)
            answers, _codes = tx.outbox.sent_to(party, midnight, "answer")
            self._had[party] = answers, tx.inbound.devices_since(party, midnight)
        answers, devices = self._had[party]
        return DayUsage(answers=answers, devices=devices, asked=asked)

    def note(self, party: str, letters: int, rows: int) -> None:
        """Add a request of ``rows`` rows, answered in so many letters."""
        if party in self._had:
            answers, devices = self._had[party]
            self._had[party] = answers + letters, devices + rows

    def forget(self) -> None:
        """Count again: what was noted may not have been committed."""
        self._had.clear()
