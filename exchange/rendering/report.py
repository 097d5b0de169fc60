"""Write the monthly compliance report as CSV, as one HTML page, or as text for a terminal."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Final

from exchange.domain.compliance import (
    InboundByParty,
    InboundFigures,
    MonthlyReport,
    OutboundByParty,
    OutboundFigures,
)
from exchange.rendering.charts import Piece, bar
from exchange.rendering.templates import Templates
from exchange.rendering.wording import moment, month, one_line, percent

_ALL: Final = "ALL"
# Measures in column order: name of the figure, heading, meaning.  Every form of the report takes
# its legend from here, so that it defines each figure that it shows.
INBOUND: Final = (
    ("requests_received", "Requests", "request mails received in the month"),
    ("devices_received", "Devices", "devices listed in them, including unreadable rows"),
    ("answered_in_time", "Answered in time", "answered by the end of their due date"),
    ("answered_late", "Answered late", "answered after their due date"),
    ("open_in_time", "Open in time", "not answered yet; the due date has not passed"),
    ("open_late", "Open late", "not answered yet; the due date has passed"),
    ("provided", "Code provided", "of the answered: the install code was provided"),
    (
        "not_installer",
        "Not installer",
        "of the answered: we confirmed that we are not the installer",
    ),
    ("held", "Held", "of the open: waiting for a person here"),
    ("unreadable", "Not readable", "of the open: unreadable Device ID; we asked for a correction"),
    ("withdrawn", "Withdrawn", "withdrawn by them, or corrected in a later request"),
)
OUTBOUND: Final = (
    ("requests_sent", "Requests", "request mails that we sent in the month"),
    ("devices_asked", "Devices", "devices in them; a device asked of two Suppliers counts twice"),
    ("answered_in_time", "Answered in time", "answered by the end of their due date"),
    ("answered_late", "Answered late", "answered after their due date"),
    ("open", "Open", "not answered yet; the due date has not passed, or no clock runs yet"),
    ("overdue", "Overdue", "not answered yet; the due date has passed"),
    ("provided", "Code provided", "of the answered: we got an install code with a matching CRC"),
    (
        "not_installer",
        "Not installer",
        "of the answered: the Supplier confirmed that it is not the installer",
    ),
    ("bounced", "Bounced", "the mail could not be delivered, so no clock ran"),
    ("withdrawn", "Withdrawn", "withdrawn by us"),
    ("escalated", "Escalated", "of all devices: we sent a breach notice or a later step"),
)
SHARE: Final = (
    "Answered inside ten Working Days",
    "the devices answered in time, as a share of those that are answered or whose due date has "
    "passed (a due date counts ten Working Days, or what was agreed with the Supplier instead); "
    "rounded down",
)
MEDIAN: Final = (
    "Median Working Days",
    "from receipt to answer: half of the answered devices took no longer",
)


def _cells(figures: InboundFigures | OutboundFigures) -> list[int]:
    measures = INBOUND if isinstance(figures, InboundFigures) else OUTBOUND
    return [getattr(figures, name) for name, _, _ in measures]


def _median(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def doubts(report: MonthlyReport) -> tuple[str, ...]:
    """Return the report's notes, and a warning for each direction with inconsistent figures."""
    notes = list(report.notes)
    for direction, missing in (
        ("received from other Suppliers", report.inbound.unaccounted),
        ("asked of other Suppliers", report.outbound.unaccounted),
    ):
        if missing:
            notes.append(
                f"The figures do not add up: {abs(missing):,} of the devices {direction} "
                f"{'are in no figure' if missing > 0 else 'are in two figures'}. "
                "Do not use this report before the cause is known."
            )
    return tuple(notes)


CSV_HEADERS: Final = (
    "Month", "Direction", "Signifier", "Supplier", "Requests", "Devices", "Answered in time",
    "Answered late", "Open in time", "Open late", "Answered in time %", "Code provided",
    "Not installer", "Held", "Not readable", "Bounced", "Withdrawn", "Escalated",
    "Median Working Days", "Calendar", "Generated", "Audit head",
)  # fmt: skip


def report_csv(report: MonthlyReport) -> bytes:
    """Return one row per direction and Supplier, totals (signifier ``ALL``) first.

    UTF-8 with BOM, CRLF, RFC 4180.  Directions are ``received`` and ``asked``; a cell
    that does not apply to a direction is empty.
    """
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(CSV_HEADERS)
    for signifier, name, inbound in _inbound_rows(report):
        writer.writerow(_csv_row(report, "received", signifier, name, _inbound_csv(inbound), ""))
    for signifier, name, outbound, median in _outbound_rows(report):
        shown = "" if median is None else f"{median:.1f}"
        writer.writerow(_csv_row(report, "asked", signifier, name, _outbound_csv(outbound), shown))
    return target.getvalue().encode("utf-8-sig")


def _inbound_rows(report: MonthlyReport) -> list[tuple[str, str, InboundFigures]]:
    return [
        (_ALL, "all Suppliers", report.inbound),
        *((one.signifier, one.name, one.figures) for one in report.inbound_by_party),
    ]


def _outbound_rows(report: MonthlyReport) -> list[tuple[str, str, OutboundFigures, float | None]]:
    return [
        (_ALL, "all Suppliers", report.outbound, None),
        *(
            (one.signifier, one.name, one.figures, one.median_working_days)
            for one in report.outbound_by_party
        ),
    ]


def _csv_row(
    report: MonthlyReport,
    direction: str,
    signifier: str,
    name: str,
    figures: Sequence[object],
    median: str,
) -> list[object]:
    return [
        report.month,
        direction,
        signifier,
        _plain(name),
        *figures,
        median,
        report.calendar_version,
        report.generated_at.isoformat(timespec="seconds"),
        report.audit_head,
    ]


def _plain(name: str) -> str:
    """Return a name that no spreadsheet takes for a formula."""
    shown = one_line(name, 100)
    return f"'{shown}" if shown[:1] in tuple("=+-@") else shown


def _share_cell(share: float | None) -> str:
    return "" if share is None else percent(share).removesuffix(" %")


def _inbound_csv(one: InboundFigures) -> list[object]:
    return [
        one.requests_received, one.devices_received, one.answered_in_time, one.answered_late,
        one.open_in_time, one.open_late, _share_cell(one.in_time_share), one.provided,
        one.not_installer, one.held, one.unreadable, "", one.withdrawn, "",
    ]  # fmt: skip


def _outbound_csv(one: OutboundFigures) -> list[object]:
    return [
        one.requests_sent, one.devices_asked, one.answered_in_time, one.answered_late,
        one.open, one.overdue, _share_cell(one.in_time_share), one.provided,
        one.not_installer, "", "", one.bounced, one.withdrawn, one.escalated,
    ]  # fmt: skip


def report_html(report: MonthlyReport, templates: Templates) -> bytes:
    """Return one self-contained page, UTF-8, from template ``report/report.html``.

    Raises ConfigError when the template is broken.
    """
    context = {
        "report": report,
        "title": f"MP121 compliance report, {month(report.month)}",
        "notes": doubts(report),
        "inbound_measures": INBOUND,
        "outbound_measures": OUTBOUND,
        "share": SHARE,
        "median": MEDIAN,
        "figure": getattr,
        "days": _median,
        "bar": _bar,
        "widest_in": max((o.figures.devices_received for o in report.inbound_by_party), default=0),
        "widest_out": max((o.figures.devices_asked for o in report.outbound_by_party), default=0),
    }
    return templates.render("report/report.html", context).encode()


def _bar(figures: InboundFigures | OutboundFigures, scale: int = 0) -> str:
    if isinstance(figures, InboundFigures):
        still_open, late = figures.open_in_time, figures.answered_late + figures.open_late
    else:
        still_open, late = figures.open, figures.answered_late + figures.overdue
    pieces = (
        Piece("in time", figures.answered_in_time, "in-time"),
        Piece("late", late, "late"),
        Piece("open", still_open, "open"),
    )
    return bar(pieces, scale)


def report_text(report: MonthlyReport) -> str:
    """Return plain text in fixed columns for a terminal, with a final line end."""
    blocks = [
        f"MP121 compliance report, {month(report.month)}",
        f"{one_line(report.party.name)} ({report.party.signifier})",
        "",
        *_section("What other Suppliers asked of us", INBOUND, report.inbound),
        *_table(report.inbound_by_party, ("Open", "Late")),
        "",
        *_section("What we asked of other Suppliers", OUTBOUND, report.outbound),
        *_table(report.outbound_by_party, ("Open", "Late", "Median days")),
        "",
        *(f"! {one_line(note)}" for note in doubts(report)),
        f"As of {moment(report.generated_at)}; calendar {report.calendar_version}; "
        f"audit head {report.audit_head or 'none'}",
    ]
    return "\n".join(line.rstrip() for line in blocks) + "\n"


def _section(
    title: str,
    measures: Sequence[tuple[str, str, str]],
    figures: InboundFigures | OutboundFigures,
) -> list[str]:
    lines = [title, "-" * len(title)]
    for (_, heading, meaning), count in zip(measures, _cells(figures), strict=True):
        lines.append(f"  {heading:<18}{count:>10,}  {meaning}")
    lines.append(f"  {SHARE[0]}: {percent(figures.in_time_share)}")
    return lines


def _table(
    parties: Sequence[InboundByParty | OutboundByParty], headings: Sequence[str]
) -> list[str]:
    """Return a line per Supplier: devices, in time, open, late, share, median if we asked."""
    if not parties:
        return []
    names = [f"{one_line(one.name, 32)} ({one.signifier})" for one in parties]
    width = max(map(len, ["Supplier", *names]))
    head = f"  {'Supplier':<{width}}{'Devices':>10}{'In time':>10}"
    head += "".join(
        f"{heading:>13}" if " " in heading else f"{heading:>10}" for heading in headings
    )
    lines = ["", head + f"{'In time %':>11}"]
    for name, one in zip(names, parties, strict=True):
        lines.append(f"  {name:<{width}}" + _table_row(one))
    return lines


def _table_row(one: InboundByParty | OutboundByParty) -> str:
    share = f"{percent(one.figures.in_time_share):>11}"
    if isinstance(one, InboundByParty):
        taken = one.figures
        late = taken.answered_late + taken.open_late
        return (
            f"{taken.devices_received:>10,}{taken.answered_in_time:>10,}"
            f"{taken.open_in_time:>10,}{late:>10,}{share}"
        )
    asked = one.figures
    late = asked.answered_late + asked.overdue
    return (
        f"{asked.devices_asked:>10,}{asked.answered_in_time:>10,}{asked.open:>10,}{late:>10,}"
        f"{_median(one.median_working_days):>13}{share}"
    )
