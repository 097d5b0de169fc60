"""``exchange clock``: a person confirms the machine's clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from exchange.cli.common import HERE, By, Folder, Json, context_of, print_result, who
from exchange.domain.time.timekeeping import utc_text
from exchange.later import Later

if TYPE_CHECKING:
    from exchange.services.running import clock_guard
else:
    clock_guard = Later("exchange.services.running.clock_guard")

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def _clock() -> None:
    """Confirm the machine's clock after it jumped."""


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
    """Confirm that the machine's clock is right, so that paused work continues."""
    from exchange.domain.time.sla import parse_instant

    at = parse_instant(now)
    clock_guard.confirm(context_of(folder), at, who(by))
    print_result(
        as_json,
        {"confirmed": at.isoformat()},
        f"the clock is confirmed: {utc_text(at)}; the daemon continues within a minute",
    )
