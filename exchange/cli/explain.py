"""``exchange explain``: how a due date came about."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from exchange.calendar_file import open_calendar
from exchange.cli.common import HERE, Folder, Json, Now, answer, context_of
from exchange.config import CONFIG_PATH, Settings, load_settings
from exchange.domain.time.calendar import build_calendar
from exchange.domain.time.sla import (
    Explanation,
    SlaRule,
    explanation_json,
    explanation_text,
    parse_date_or_instant,
)
from exchange.domain.time.sla import explain as explain_due


def explain(
    ref: Annotated[str, typer.Argument(help="A reference of either direction.")] = "",
    received: Annotated[
        str, typer.Option(help="Any instant instead: 2026-12-21T16:45 (Europe/London).")
    ] = "",
    days: Annotated[int, typer.Option(min=1, max=260, help="Working Days to answer.")] = 10,
    folder: Folder = HERE,
    now: Now = "",  # noqa: ARG001 - nothing here depends on the clock; accepted for uniformity
    as_json: Json = False,
) -> None:
    """Print a due date day by day, with holidays named and the calendar's version."""
    if bool(ref) == bool(received):
        raise typer.BadParameter("name a reference, or an instant with --received")
    if received:
        told, note = _explain_instant(folder, received, days), ""
    else:
        told, note = _explain_ref(folder, ref)
    answer(as_json, explanation_json(told), explanation_text(told) + note)


def _explain_instant(folder: Path, received: str, days: int) -> Explanation:
    """Works anywhere: in a working folder with its calendar, elsewhere with the usual one."""
    instant = parse_date_or_instant(received)
    if not (folder / CONFIG_PATH).exists():
        return explain_due(instant, SlaRule(days=days), build_calendar("ENG"))
    settings: Settings = load_settings(folder)
    rule = SlaRule(
        days=days,
        deemed_receipt=settings.calendar.deemed_receipt,
        deemed_after=settings.calendar.deemed_receipt_after,
    )
    return explain_due(instant, rule, open_calendar(folder, settings))


def _explain_ref(folder: Path, ref: str) -> tuple[Explanation, str]:
    """Counts the stored rule again with today's calendar, and says when that moves the date."""
    # Only now: an instant is explained without a database.
    from exchange.services.asking.case_status import clock_of

    ctx = context_of(folder)
    stored = clock_of(ctx, ref.upper())
    told = explain_due(stored.started, SlaRule.from_text(stored.rule), ctx.calendar)
    if told.due_on == stored.due_on:
        return told, ""
    return told, (
        f"\n\nStored is {stored.due_on.isoformat()}, counted with the calendar {stored.calendar}: "
        "an open clock moves in the next round"
    )
