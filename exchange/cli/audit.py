"""``exchange audit``: verify and export the hash-chained log."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Annotated, Final

import typer

from exchange.cli.common import HERE, Folder, Json, context_of, print_result, warn
from exchange.errors import BadInput
from exchange.later import Later
from exchange.rendering.wording import counted

if TYPE_CHECKING:
    from exchange.services.people import audit_log
else:
    audit_log = Later("exchange.services.people.audit_log")

app = typer.Typer(no_args_is_help=True, add_completion=False)
_EVENT: Final = re.compile(r"[a-z_]+(\.[a-z_]+)+")


@app.command()
def verify(folder: Folder = HERE, as_json: Json = False) -> None:
    """Check the whole chain; exit with 1 and name the first row changed, added or removed."""
    rows, head = audit_log.verify(context_of(folder))
    print_result(
        as_json,
        {"rows": rows, "head": head, "intact": True},
        f"the audit log is intact: {counted(rows, 'row')}, head {head}",
    )


@app.command()
def export(
    folder: Folder = HERE,
    subject: Annotated[
        str, typer.Option(help="Only entries about this: a Device ID, a reference, mail 12.")
    ] = "",
    event: Annotated[str, typer.Option(help="Only events of this name, such as clock.moved.")] = "",
) -> None:
    """Write the log to standard output, one JSON object a line; it never contains codes."""
    ctx, found = context_of(folder), 0
    if event and event not in (kinds := audit_log.kinds(ctx)):
        there = ", ".join(kinds)
        if not _EVENT.fullmatch(event):
            raise BadInput(f"{event} is not the name of an event", hint=f"the log has {there}")
        warn(f"exchange: the log has no event {event}; it has {there}")
        return
    for row in audit_log.rows(ctx, subject=subject, event=event):
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
        warn(f"exchange: the log has nothing about {subject}")
