"""``exchange report``: the monthly compliance report, printed and written."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from exchange.cli.common import HERE, Folder, Json, Now, context_of, print_result, say

if TYPE_CHECKING:
    from exchange.domain.compliance import InboundFigures, MonthlyReport, OutboundFigures


def report(
    month: Annotated[str, typer.Argument(help="The month: 2026-10.")],
    folder: Folder = HERE,
    now: Now = "",
    as_json: Json = False,
) -> None:
    """Print a month's compliance report and write it as CSV and HTML."""
    from exchange.rendering.report import report_text
    from exchange.services.people import monthly

    ctx = context_of(folder, now)
    built = monthly.build(ctx, month)
    files = monthly.write_report(ctx, built)
    if as_json:
        print_result(True, report_json(built, files), "")
        return
    say(report_text(built))
    say("written to " + " and ".join(str(path) for path in files))


def report_json(built: MonthlyReport, files: list[Path]) -> dict[str, object]:
    """Return every figure of the report; ``unaccounted`` is 0 unless the report is wrong."""
    from exchange.rendering.report import doubts

    return {
        "month": built.month,
        "party": asdict(built.party),
        "generated_at": built.generated_at.isoformat(),
        "calendar": built.calendar_version,
        "audit_head": built.audit_head,
        "inbound": _figures(built.inbound),
        "outbound": _figures(built.outbound),
        "inbound_by_party": [
            {"signifier": one.signifier, "name": one.name, **_figures(one.figures)}
            for one in built.inbound_by_party
        ],
        "outbound_by_party": [
            {
                "signifier": one.signifier,
                "name": one.name,
                **_figures(one.figures),
                "median_working_days": one.median_working_days,
            }
            for one in built.outbound_by_party
        ],
        "notes": list(doubts(built)),
        "files": [str(path) for path in files],
    }


def _figures(figures: InboundFigures | OutboundFigures) -> dict[str, object]:
    return {
        **asdict(figures),
        "in_time_share": figures.in_time_share,
        "unaccounted": figures.unaccounted,
    }
