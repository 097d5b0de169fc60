"""``exchange explain``: how a due date was counted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from exchange.cli.common import HERE, Folder, Json, Now, context_of, print_result
from exchange.errors import NotFound
from exchange.later import Later

if TYPE_CHECKING:
    from exchange.domain.time import sla
    from exchange.domain.time.sla import Explanation
else:
    sla = Later("exchange.domain.time.sla")


def explain(
    ref: Annotated[str, typer.Argument(help="The reference of a request, ours or theirs.")] = "",
    received: Annotated[
        str, typer.Option(help="A time of receipt instead: 2026-12-21T16:45 (Europe/London).")
    ] = "",
    days: Annotated[int, typer.Option(min=1, max=260, help="Working Days to answer.")] = 10,
    folder: Folder = HERE,
    now: Now = "",  # noqa: ARG001 - unused here; every command takes it
    as_json: Json = False,
) -> None:
    """Print a due date day by day, with holidays named and the calendar's version."""
    if bool(ref) == bool(received):
        raise typer.BadParameter("give a reference, or a time with --received")
    if received:
        explanation, note = _explain_instant(folder, received, days), ""
    else:
        explanation, note = _explain_ref(folder, ref)
    print_result(
        as_json, sla.explanation_json(explanation), sla.explanation_text(explanation) + note
    )


def _explain_instant(folder: Path, received: str, days: int) -> Explanation:
    """Explain with the calendar of the working folder, or outside one with the usual calendar."""
    from exchange.calendar_file import open_calendar
    from exchange.config import CONFIG_PATH, load_settings
    from exchange.domain.time.calendar import build_calendar

    instant = sla.parse_date_or_instant(received)
    if not (folder / CONFIG_PATH).exists():
        return sla.explain(instant, sla.SlaRule(days=days), build_calendar("ENG"))
    settings = load_settings(folder)
    rule = sla.SlaRule(
        days=days,
        deemed_receipt=settings.calendar.deemed_receipt,
        deemed_after=settings.calendar.deemed_receipt_after,
    )
    return sla.explain(instant, rule, open_calendar(folder, settings))


def _explain_ref(folder: Path, ref: str) -> tuple[Explanation, str]:
    """Count the stored rule again with today's calendar and say whether the date moves."""
    # Imported only now: a time of receipt is explained without a database.
    from exchange.services.asking.case_status import clock_of

    ctx = context_of(folder)
    try:
        stored = clock_of(ctx, ref.upper())
    except NotFound:
        raise NotFound(f"no request, ours or theirs, has the reference {ref}") from None
    explanation = sla.explain(stored.started, sla.SlaRule.from_text(stored.rule), ctx.calendar)
    if explanation.due_on == stored.due_on:
        return explanation, ""
    return explanation, (
        f"\n\nThe stored date is {stored.due_on.isoformat()}, counted with the calendar "
        f"{stored.calendar}: an open clock moves in the next round"
    )
