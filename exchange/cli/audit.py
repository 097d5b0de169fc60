"""``exchange audit``: verify and export the hash-chained log."""

from __future__ import annotations

import json
import re
import sys
from typing import Annotated, Final

import typer

from exchange.cli.common import HERE, Folder, Json, answer, desk_of, warn
from exchange.errors import BadInput
from exchange.services import trail

app = typer.Typer(no_args_is_help=True)
_EVENT: Final = re.compile(r"[a-z_]+(\.[a-z_]+)+")


@app.command()
def verify(folder: Folder = HERE, as_json: Json = False) -> None:
    """Walk the whole chain; exit 1 naming the first row that was changed, added or taken away."""
    rows, head = trail.verify(desk_of(folder))
    answer(
        as_json,
        {"rows": rows, "head": head, "intact": True},
        f"the audit log is intact: {rows} rows, head {head}",
    )


@app.command()
def export(
    folder: Folder = HERE,
    subject: Annotated[
        str, typer.Option(help="Only of this: a Device ID, a reference, mail 12.")
    ] = "",
    event: Annotated[str, typer.Option(help="Only this kind, such as clock.moved.")] = "",
) -> None:
    """Write the log to standard output, one JSON object a line; codes never stand in it."""
    desk, found = desk_of(folder), 0
    if event and event not in (kinds := trail.kinds(desk)):
        there = ", ".join(kinds)
        if not _EVENT.fullmatch(event):
            raise BadInput(f"{event} is no name of an event", hint=f"the log has {there}")
        warn(f"exchange: the log has no event {event}; it has {there}")
        return
    for row in trail.rows(desk, subject=subject, event=event):
        found += 1
        sys.stdout.write(
            json.dumps(
                {
                    "seq": row.seq,
                    "at": row.at,
                    "actor": row.actor,
                    "event": row.event,
                    "subject": row.subject,
                    "party": row.party,
                    "detail": json.loads(row.detail),
                    "previous": row.previous,
                    "hash": row.hash,
                },
                ensure_ascii=False,
            )
            + "\n"
        )
    if subject and not found:
        warn(f"exchange: the log has nothing of {subject}")
