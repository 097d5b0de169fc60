"""Build the monthly compliance report from the database; the daemon writes it once a month."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar

from exchange.domain.audit import GENESIS, AuditEvent
from exchange.domain.compliance import (
    InboundByParty,
    InboundFigures,
    MonthlyReport,
    OutboundByParty,
    OutboundFigures,
    ReportParty,
)
from exchange.domain.inbound import DISCHARGED, DeviceState
from exchange.domain.outbound import LegState
from exchange.domain.time.calendar import WorkingCalendar
from exchange.domain.time.sla import local_date, parse_month
from exchange.errors import BadInput, ExchangeError, StoreError
from exchange.files import USUAL, plain_folder, replace_file
from exchange.later import Log
from exchange.rendering.report import report_csv, report_html
from exchange.services.context import Context
from exchange.store.requests.report_queries import AskedByUs, AskedOfUs, DueStatus

log = Log("exchange.monthly")

_WRITTEN: Final = "report.written."
_FAILED: Final = "report.failed."
_RETRY: Final = timedelta(hours=1)
_SETTLED: Final = frozenset(
    {LegState.PROVIDED, LegState.NOT_INSTALLER, LegState.BOUNCED, LegState.WITHDRAWN}
)

AskedRow = TypeVar("AskedRow", AskedOfUs, AskedByUs)


def build(ctx: Context, month: str) -> MonthlyReport:
    """Return the report of a month such as ``2026-10`` (Europe/London), as of now.

    Raises BadInput if the month is invalid or has not begun.
    """
    month = month.strip()
    start, end = parse_month(month)
    now = ctx.now()
    if now < start:
        raise BadInput("the month has not begun yet", place=month)
    with ctx.store.reading() as tx:
        figures = tx.figures
        names = {party.signifier: party.name for party in tx.parties.all()}
        requests_in = figures.requests_to_us(start, end)
        of_us = figures.asked_of_us(start, end, now)
        requests_out = figures.requests_by_us(start, end)
        by_us = figures.asked_by_us(start, end, now)
        disputed = tx.disputes.codes_waiting()
        doubted = len({one.letter for one in tx.reports.waiting()})
        _, head = tx.audit.head()
    return MonthlyReport(
        month=month,
        party=ReportParty(ctx.signifier, ctx.settings.party.name),
        generated_at=now,
        calendar_version=ctx.calendar.version,
        audit_head="" if head == GENESIS else head,
        inbound=_inbound(sum(requests_in.values()), of_us),
        outbound=_outbound(sum(requests_out.values()), by_us),
        inbound_by_party=tuple(
            InboundByParty(signifier, names.get(signifier, signifier), _inbound(number, rows))
            for signifier, number, rows in _by_party(requests_in, of_us)
        ),
        outbound_by_party=tuple(
            OutboundByParty(
                signifier,
                names.get(signifier, signifier),
                _outbound(number, rows),
                median_working_days(rows, ctx.calendar),
            )
            for signifier, number, rows in _by_party(requests_out, by_us)
        ),
        notes=_notes(now, end, of_us, by_us, disputed, doubted),
    )


def write_month(ctx: Context, month: str) -> list[Path]:
    """Write a month's report as CSV and HTML into the report folder; return the two files.

    A file is complete or absent: it is written under another name and then renamed.  Raises
    BadInput if the folder cannot be written to.
    """
    return write_report(ctx, build(ctx, month))


def write_report(ctx: Context, report: MonthlyReport) -> list[Path]:
    """Write a finished report, and record it in the audit log."""
    folder = ctx.folder / ctx.settings.report.folder
    name = f"mp121-{report.month}"
    contents = {
        folder / f"{name}.csv": report_csv(report),
        folder / f"{name}.html": report_html(report, ctx.templates),
    }
    try:
        plain_folder(folder, ctx.folder)
        for path, content in contents.items():
            replace_file(path, content, mode=USUAL)
    except OSError as error:
        raise BadInput(
            f"the report cannot be written: {error.strerror}",
            place=str(error.filename or folder),
            hint="check report.folder in the configuration, its permissions and the free space",
        ) from None
    with ctx.store.transaction("report") as tx:
        # A report of an unfinished month does not replace the final one.
        if report.generated_at >= parse_month(report.month)[1]:
            tx.facts.put(_WRITTEN + report.month, report.generated_at.isoformat())
        tx.audit.append(
            ctx.now(),
            AuditEvent(
                "report.written",
                report.month,
                detail={
                    "audit_head": report.audit_head,
                    "devices_received": report.inbound.devices_received,
                    "devices_asked": report.outbound.devices_asked,
                },
            ),
        )
    return list(contents)


def write_due(ctx: Context) -> list[str]:
    """Write last month's report unless that was done; return the months written.

    Cheap if nothing is due.  A report that cannot be written stops nothing else: that is logged
    once per reason and tried again after an hour.
    """
    if ctx.clock.trouble:
        return []
    month = last_month(ctx.today())
    with ctx.store.reading() as tx:
        if tx.facts.get(_WRITTEN + month):
            return []
        failed_at, _, said_before = tx.facts.get(_FAILED + month).partition(" ")
    if failed_at:
        since = ctx.now() - datetime.fromisoformat(failed_at)
        if timedelta() <= since < _RETRY:
            return []
    try:
        write_month(ctx, month)
    except StoreError:
        raise
    except ExchangeError as error:
        _failed(ctx, month, str(error), said_before)
        return []
    return [month]


def last_month(today: date) -> str:
    """Return the month before ``today``: ``2026-10`` on any day of November 2026."""
    return f"{today.replace(day=1) - timedelta(days=1):%Y-%m}"


def median_working_days(rows: Iterable[AskedByUs], calendar: WorkingCalendar) -> float | None:
    """Return the median Working Days from day zero to the answer; None without answers."""
    alike: Counter[tuple[date, datetime]] = Counter()
    for row in rows:
        if row.day_zero is not None and row.answered_in is not None:
            alike[row.day_zero, row.answered_in] += row.devices
    taken: Counter[int] = Counter()
    for (day_zero, hour), devices in alike.items():
        # Clocks change on the hour, so each hour belongs to one day in Europe/London.
        days = calendar.working_days_between(day_zero, local_date(hour))
        taken[max(0, days)] += devices
    total = sum(taken.values())
    if not total:
        return None
    lower, upper = _nth(taken, (total - 1) // 2), _nth(taken, total // 2)
    return (lower + upper) / 2


def _nth(counted: Counter[int], position: int) -> int:
    """Return the value at ``position`` of the sorted sequence that ``counted`` counts."""
    for value in sorted(counted):
        position -= counted[value]
        if position < 0:
            return value
    raise IndexError(position)


def _by_party(
    requests: Mapping[str, int], rows: Iterable[AskedRow]
) -> list[tuple[str, int, list[AskedRow]]]:
    groups: defaultdict[str, list[AskedRow]] = defaultdict(list)
    for row in rows:
        groups[row.party].append(row)
    return [
        (signifier, requests.get(signifier, 0), groups[signifier])
        for signifier in sorted({*requests, *groups})
    ]


def _inbound(requests: int, rows: Iterable[AskedOfUs]) -> InboundFigures:
    counts: Counter[DueStatus] = Counter()
    state: Counter[DeviceState] = Counter()
    answered: Counter[DeviceState] = Counter()
    for row in rows:
        counts[row.due_status] += row.devices
        state[row.state] += row.devices
        if row.due_status in (DueStatus.ANSWERED_IN_TIME, DueStatus.ANSWERED_LATE):
            answered[row.state] += row.devices
    return InboundFigures(
        requests_received=requests,
        devices_received=state.total(),
        answered_in_time=counts[DueStatus.ANSWERED_IN_TIME],
        answered_late=counts[DueStatus.ANSWERED_LATE],
        open_in_time=counts[DueStatus.OPEN_IN_TIME],
        open_late=counts[DueStatus.OPEN_LATE],
        provided=answered[DeviceState.PROVIDED],
        not_installer=answered[DeviceState.NOT_INSTALLER],
        held=state[DeviceState.HELD],
        unreadable=state[DeviceState.UNREADABLE],
        withdrawn=counts[DueStatus.WITHDRAWN],
    )


def _outbound(requests: int, rows: Iterable[AskedByUs]) -> OutboundFigures:
    state: Counter[LegState] = Counter()
    late = overdue = still_open = escalated = 0
    for row in rows:
        state[row.state] += row.devices
        late += row.late
        escalated += row.escalated
        if row.state not in _SETTLED:
            overdue += row.devices if row.overdue else 0
            still_open += 0 if row.overdue else row.devices
    answered = state[LegState.PROVIDED] + state[LegState.NOT_INSTALLER]
    return OutboundFigures(
        requests_sent=requests,
        devices_asked=state.total(),
        answered_in_time=answered - late,
        answered_late=late,
        open=still_open,
        overdue=overdue,
        provided=state[LegState.PROVIDED],
        not_installer=state[LegState.NOT_INSTALLER],
        bounced=state[LegState.BOUNCED],
        withdrawn=state[LegState.WITHDRAWN],
        escalated=escalated,
    )


def _notes(
    now: datetime,
    end: datetime,
    of_us: Sequence[AskedOfUs],
    by_us: Sequence[AskedByUs],
    disputed: int,
    doubted: int,
) -> tuple[str, ...]:
    notes = []
    if now < end:
        notes.append("The month is not over: the figures will change.")
    undelivered = sum(row.devices for row in of_us if row.undelivered)
    if undelivered:
        notes.append(
            f"The answer for {undelivered:,} of the open devices was written, but its mail was "
            "refused or came back (`exchange inbox list`)."
        )
    underway = sum(
        row.devices
        for row in of_us
        if row.state in DISCHARGED
        and row.due_status in (DueStatus.OPEN_IN_TIME, DueStatus.OPEN_LATE)
        and not row.undelivered
    )
    if underway:
        notes.append(
            f"The answer for {underway:,} of the open devices is written and waits for the "
            "recipient's server to take it."
        )
    refused = sum(row.devices for row in by_us if row.state is LegState.REFUSED)
    if refused:
        notes.append(
            f"{refused:,} of the devices we asked about were refused, which is no answer under "
            "clause 4.16(b): they count as open or overdue."
        )
    if disputed:
        codes = "install code is" if disputed == 1 else "install codes are"
        notes.append(
            f"{disputed:,} {codes} in dispute, having come for two devices: until a person rules "
            "(`exchange inbox rule`), the device it came for first counts as provided."
        )
    if doubted:
        letters = "letter of ours is" if doubted == 1 else "letters of ours are"
        notes.append(
            f"{doubted:,} {letters} said not to have arrived, by reports that nothing proves: "
            "until a person rules (`exchange inbox bounce`), they count as delivered, and their "
            "clocks run."
        )
    return tuple(notes)


def _failed(ctx: Context, month: str, why: str, said_before: str) -> None:
    if why != said_before:
        log.error("the report cannot be written; it is tried again", month=month, why=why)
    with ctx.store.transaction("report failed") as tx:
        tx.facts.put(_FAILED + month, f"{ctx.now().isoformat()} {why}")
