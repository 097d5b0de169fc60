"""``exchange health``: whether all is well at this moment, for a person or for monitoring."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from exchange.cli.common import HERE, Folder, Json, print_result, say, table
from exchange.domain.device import mask_codes
from exchange.errors import BadInput, BadInputs, StoreError

if TYPE_CHECKING:
    from exchange.services.people.health import Health


def health(folder: Folder = HERE, as_json: Json = False) -> None:
    """Say whether all is well now: daemon, mailboxes, waiting and due work, disk space.

    Takes a few seconds at most, even if the database hangs; contacts no mail server; changes
    nothing. Exits with 0 when all is well, else with 1.
    """
    from exchange.services.people.health import Health, Sign

    try:
        found = _examined(folder)
    except BadInput as error:
        faults = error.faults if isinstance(error, BadInputs) else [error]
        found = Health(
            tuple(
                Sign("configuration", False, str(one), one.hint or "correct it; `exchange doctor`")
                for one in faults
            ),
            {},
        )
    problems = found.problems
    if as_json:
        print_result(
            True,
            {
                "healthy": not problems,
                "problems": [
                    {"what": one.what, "found": mask_codes(one.found), "advice": one.advice}
                    for one in problems
                ],
                **found.values,
            },
            "",
        )
    else:
        table(
            "",
            ("", "what", "found", "what to do"),
            (
                ("ok" if one.well else "problem", one.what, mask_codes(one.found), one.advice)
                for one in found.signs
            ),
        )
        say("all is well" if not problems else f"{len(problems)} not well")
    if problems:
        raise typer.Exit(1)


def _examined(folder: Path) -> Health:
    from exchange.bootstrap import database_url, the_clock
    from exchange.calendar_file import open_calendar
    from exchange.config import load_settings
    from exchange.services.people.health import DATABASE_SECONDS, check_health
    from exchange.store.db import sqlite_path
    from exchange.store.upkeep.read_only_store import ReadOnlyStore

    settings = load_settings(folder)
    calendar = open_calendar(folder, settings)

    def opens() -> ReadOnlyStore:
        url = database_url(folder, settings)
        if url.startswith("sqlite") and not sqlite_path(url).exists():
            raise StoreError(
                "there is no database",
                place=str(sqlite_path(url)),
                hint="restore it from its backup; `exchange init` makes a new one",
            )
        return ReadOnlyStore(url, DATABASE_SECONDS)

    return check_health(folder, settings, calendar, opens, the_clock().now())
