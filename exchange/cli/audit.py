"""``exchange audit``: verify and export the hash-chained log."""

from __future__ import annotations

import json
import sys

import typer

from exchange.cli.common import HERE, Folder, Json, answer, desk_of
from exchange.services.people import audit_log

app = typer.Typer(no_args_is_help=True)


@app.command()
def verify(folder: Folder = HERE, as_json: Json = False) -> None:
    """Walk the whole chain; exit 1 naming the first row that was changed, added or taken away."""
    rows, head = audit_log.verify(desk_of(folder))
    answer(
        as_json,
        {"rows": rows, "head": head, "intact": True},
        f"the audit log is intact: {rows} rows, head {head}",
    )


@app.command()
def export(folder: Folder = HERE, subject: str = "", event: str = "") -> None:
    """Write the log to standard output, one JSON object a line; codes never stand in it."""
    for row in audit_log.rows(desk_of(folder), subject=subject, event=event):
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
