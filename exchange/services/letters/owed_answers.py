"""What we still owe an answer to: open requests, and mails in Review that may be requests.

A mail that waits has the due date that its request would have: the receipt rule and the answer time
agreed with its party, from when it arrived.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from exchange.config import Settings
from exchange.domain.inbound import RequestClock
from exchange.domain.meaning.doubts import devices_doubt, mail_doubt
from exchange.domain.party import Party
from exchange.domain.time.calendar import WorkingCalendar
from exchange.domain.time.sla import DEFAULT_DAYS, SlaRule, due
from exchange.domain.time.warning_days import Clock, Nearness, days_left, nearness
from exchange.errors import BadInput
from exchange.services.context import Context, sla_rule
from exchange.store.db import Transaction
from exchange.store.mails.waiting import ClockedMail, MailFilter
from exchange.store.pulse import OpenRequest


class Owed(NamedTuple):
    """One answer that we owe, or may owe, with its clock."""

    clock: Clock
    of: OpenRequest | ClockedMail


class Standing(NamedTuple):
    """When an answer is due, how near that is, and what it waits for."""

    due_on: date
    left: int  # Working Days; negative: since the due day
    nearness: Nearness
    doubt: str


@dataclass(frozen=True, slots=True)
class OwedAnswer:
    """One answer that we owe, or may owe, as people read it; nothing is made safe yet."""

    what: str  # our reference, or "mail 12"
    party: str
    sender: str
    subject: str
    arrived: datetime
    due_on: date
    doubt: str
    reason: str  # of a mail: why it waits
    command: str


def owed_answers(tx: Transaction, settings: Settings, calendar: WorkingCalendar) -> list[Owed]:
    """Return every answer that we owe or may owe, by due date and then by arrival."""
    requests = [Owed(Clock(one.due_on, _days(one.rule)), one) for one in tx.pulse.open_requests()]
    owed = requests + mail_clocks(tx, MailFilter(), settings, calendar)
    return sorted(owed, key=_order)


def mail_clocks(
    tx: Transaction, chosen: MailFilter, settings: Settings, calendar: WorkingCalendar
) -> list[Owed]:
    """Return the waiting mails that may be requests, with the clocks that these would have."""
    found = tx.waiting.with_clocks(chosen)
    parties = {one.signifier: one for one in tx.parties.all()} if found else {}
    return sorted(
        (Owed(_clock(one, settings, calendar, parties), one) for one in found), key=_order
    )


def by_due_date(ctx: Context, tx: Transaction, chosen: MailFilter) -> dict[int, Standing | None]:
    """Return the chosen mails by number: by due date, then those without one, newest first."""
    found: dict[int, Standing | None] = {
        of.id: standing(ctx, clock, mail_doubt(of.kind, of.party))
        for clock, of in mail_clocks(tx, chosen, ctx.settings, ctx.calendar)
        if isinstance(of, ClockedMail)
    }
    for number in tx.waiting.in_order(chosen):
        found.setdefault(number, None)
    return found


def standing(ctx: Context, clock: Clock, doubt: str) -> Standing:
    """Return how near a due day is today."""
    today = ctx.today()
    left = days_left(clock.due_on, today, ctx.calendar)
    return Standing(clock.due_on, left, nearness(clock, today, ctx.calendar), doubt)


def request_standing(ctx: Context, clock: RequestClock, held: int, unreadable: int) -> Standing:
    """Return how near the due day of an open request is today."""
    return standing(ctx, Clock(clock.due_on, _days(clock.rule)), devices_doubt(held, unreadable))


def count_near(
    owed: Iterable[Owed], today: date, calendar: WorkingCalendar
) -> Mapping[Nearness, int]:
    """Count the answers of each nearness."""
    counts = dict.fromkeys(Nearness, 0)
    for one in owed:
        counts[nearness(one.clock, today, calendar)] += 1
    return counts


def first_mail_due(owed: Iterable[Owed]) -> date | None:
    """Return when the first of the waiting mails that may be requests is due."""
    dates = (one.clock.due_on for one in owed if isinstance(one.of, ClockedMail))
    return min(dates, default=None)


def describe(tx: Transaction, owed: Sequence[Owed]) -> list[OwedAnswer]:
    """Return what people read of each: its mail's subject, and what it waits for."""
    requests = [one.of for one in owed if isinstance(one.of, OpenRequest)]
    doubts = tx.pulse.in_doubt([one.id for one in requests])
    numbers = [one.mail_id for one in requests]
    numbers += [one.of.id for one in owed if isinstance(one.of, ClockedMail)]
    mails = {mail.id: mail for mail in tx.waiting.rows(numbers)}
    found = []
    for clock, of in owed:
        if isinstance(of, OpenRequest):
            mail = mails[of.mail_id]
            what, arrived, reason = of.ref, of.received_at, ""
            doubt, command = devices_doubt(*doubts[of.id]), f"exchange inbox show {of.ref}"
            if not doubt:
                doubt, command = "its answer has not left", "exchange letters list"
        else:
            mail = mails[of.id]
            what, arrived, reason = f"mail {of.id}", of.arrived_at, mail.reason
            doubt, command = mail_doubt(of.kind, of.party), f"exchange inbox show {of.id}"
        found.append(
            OwedAnswer(
                what, of.party, mail.sender, mail.subject, arrived, clock.due_on, doubt, reason,
                command,
            )
        )  # fmt: skip
    return found


def _days(rule: str) -> int:
    try:
        return SlaRule.from_text(rule).days
    except BadInput:  # its due date stands; only the days of warning are the usual ones
        return DEFAULT_DAYS


def _clock(
    mail: ClockedMail,
    settings: Settings,
    calendar: WorkingCalendar,
    parties: Mapping[str, Party],
) -> Clock:
    rule = sla_rule(settings, parties.get(mail.party))
    return Clock(due(mail.arrived_at, rule, calendar).due_on, rule.days)


def _order(owed: Owed) -> tuple[date, datetime]:
    of = owed.of
    return owed.clock.due_on, of.received_at if isinstance(of, OpenRequest) else of.arrived_at
