"""``exchange clock``: a person says that the machine's clock is right."""

from __future__ import annotations

from typing import Annotated

import typer

from exchange.cli.common import HERE, By, Folder, Json, answer, context_of, who
from exchange.domain.time.timekeeping import told
from exchange.services.running import clock_guard

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _clock() -> None:
    """The machine's clock, where it was set or cannot be right."""


@app.command()
def confirm(
    now: Annotated[
        str,
        typer.Argument(help="The time by another clock: 2026-12-21T16:45 (Europe/London)."),
    ],
    folder: Folder = HERE,
    by: By = "",
    as_json: Json = False,
) -> None:
    """Say that the machine's clock is right: what was paused because it jumped goes on."""
    from exchange.domain.time.sla import parse_instant

    at = parse_instant(now)
    clock_guard.confirm(context_of(folder), at, who(by))
    answer(
        as_json,
        {"confirmed": at.isoformat()},
        f"the clock is confirmed: {told(at)}; a daemon goes on within a minute",
    )
