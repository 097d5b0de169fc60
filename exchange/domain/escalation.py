"""The ladder of reminders and escalations for our requests, as a table of Working Days.

SEC Appendix AC 4.16 names no escalation route.  This one is ours: reminders to the request
address, a breach notice to the first escalation contact, then one level after another, and finally
an evidence file for our own compliance contact.  A rung's name is the idempotency key of its mail,
so names never depend on what was sent before.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from exchange.domain.time.calendar import WorkingCalendar
from exchange.domain.time.sla import DEFAULT_DAYS
from exchange.errors import BadInput

EVIDENCE: Final = "evidence"
BREACH: Final = "breach"
NO_CONTACT: Final = "no escalation contact is registered, so this goes to the request address"

RungKind = Literal["reminder", "breach", "escalation", "evidence"]
Recipient = Literal["request", "escalation", "compliance"]


@dataclass(frozen=True, slots=True)
class Ladder:
    """When each rung is due, in Working Days after day zero, for an answer time of ten.

    Raises BadInput when the days do not increase or a number makes no sense.
    """

    reminder_days: tuple[int, ...] = (5, 8)
    breach_day: int = 11
    next_level_every: int = 3

    def __post_init__(self) -> None:
        if list(self.reminder_days) != sorted(set(self.reminder_days)):
            raise BadInput(
                "each reminder day must be later than the one before", place="reminder_days"
            )
        if any(day < 1 for day in self.reminder_days):
            raise BadInput("a reminder day is at least 1", place="reminder_days")
        if self.breach_day < 1:
            raise BadInput("the breach day is at least 1", place="breach_day")
        if self.next_level_every < 1:
            raise BadInput("the levels are at least 1 Working Day apart", place="next_level_every")


@dataclass(frozen=True, slots=True)
class Rung:
    """One mail that is due while there is no answer."""

    name: str  # reminder-1, reminder-2, breach, level-2, ..., evidence
    day: int  # Working Days after day zero
    kind: RungKind
    level: int  # the escalation contact it goes to, from 1; 0 for any other recipient

    @property
    def recipient(self) -> Recipient:
        """Return who gets it: the party's request address, one of its contacts, or us."""
        if self.kind == EVIDENCE:
            return "compliance"
        return "escalation" if self.level else "request"

    @property
    def note(self) -> str:
        """Return what the mail and the audit say about an unusual recipient, or nothing."""
        return NO_CONTACT if self.kind == BREACH and not self.level else ""


@lru_cache(maxsize=256)
def rungs(ladder: Ladder, levels: int, sla_days: int = DEFAULT_DAYS) -> tuple[Rung, ...]:
    """Return every rung in order, for a party with ``levels`` escalation contacts.

    The configured days are meant for an answer time of ten Working Days.  For ``sla_days``:
    reminders keep their distance from the due day (5 and 2 days before it, by default) and are left
    out if that is before day 1 or not before the due day; the breach notice is due on the later of
    ``breach_day`` and the day after the due day.
    """
    if levels < 0:
        raise BadInput("a party has 0 or more escalation contacts")
    if sla_days < 1:
        raise BadInput("an answer time is at least 1 Working Day")
    shift = sla_days - DEFAULT_DAYS
    table = [
        Rung(f"reminder-{number}", day + shift, "reminder", 0)
        for number, day in enumerate(ladder.reminder_days, 1)
        if 1 <= day + shift < sla_days
    ]
    day = max(ladder.breach_day, sla_days + 1)
    table.append(Rung(BREACH, day, "breach", min(levels, 1)))
    for level in range(2, levels + 1):
        day += ladder.next_level_every
        table.append(Rung(f"level-{level}", day, "escalation", level))
    table.append(Rung(EVIDENCE, day + ladder.next_level_every, "evidence", 0))
    return tuple(table)


class LadderStep(NamedTuple):
    """Which rung is due for a leg today, when the next one is, and which are left out."""

    now: Rung | None  # to be sent today
    next_on: date | None  # when to look again once ``now`` is sent; None at the end of the ladder
    skipped: tuple[Rung, ...]  # reminders that ``now`` replaces: record them as done, do not send


def next_rung(
    done: Collection[str],
    accepted_on: date,
    today: date,
    *,
    ladder: Ladder,
    levels: int,
    calendar: WorkingCalendar,
    sla_days: int = DEFAULT_DAYS,
    last_on: date | None = None,
) -> LadderStep:
    """Return what is due ``today`` for a leg whose day zero is ``accepted_on``.

    ``done`` names the rungs that were sent or skipped; ``last_on`` is the local date of the last
    one sent, when known.  At most one rung is due at a time.  After an outage only the latest
    reminder that is due is sent, and none once the breach notice is due.  Breach notice, levels
    and evidence are never skipped and keep their distance: each is sent at the earliest
    ``next_level_every`` Working Days after the one before was really sent, so that each contact
    has time to act before the next one is notified.
    """
    table = rungs(ladder, levels, sla_days)
    if EVIDENCE in done:
        return LadderStep(None, None, ())
    # Skip every rung before one that is done: a longer answer time, say, came after it was sent.
    furthest = max((i for i, rung in enumerate(table) if rung.name in done), default=-1)
    pending = table[furthest + 1 :]

    def due_on(rung: Rung, sent: date | None) -> date:
        planned = calendar.add(accepted_on, rung.day)
        if sent is None or rung.kind not in ("escalation", "evidence"):
            return planned
        return max(planned, calendar.add(sent, ladder.next_level_every))

    due_now: Rung | None = None
    for rung in pending:
        if due_on(rung, last_on) > today:
            break
        due_now = rung
        if rung.kind != "reminder":
            break
    if due_now is None:
        return LadderStep(None, due_on(pending[0], last_on), ())
    reached = pending.index(due_now)
    after = pending[reached + 1 :]
    return LadderStep(
        now=due_now,
        next_on=due_on(after[0], today) if after else None,
        skipped=pending[:reached],
    )
