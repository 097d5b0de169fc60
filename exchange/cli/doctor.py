"""``exchange doctor``: check everything the daemon needs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from exchange.cli.common import HERE, Folder, Json, context_of, print_result, say, table


def doctor(
    folder: Folder = HERE,
    return_address: Annotated[
        bool,
        typer.Option(
            "--return-address",
            help="Only send a mail to ourselves, to prove that return addresses may carry tags.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Check everything the daemon needs and say what to do about each failure."""
    from exchange.doctor import examine

    if return_address:
        _probe(folder, as_json)
        return
    checks = examine(folder)
    failed = [check for check in checks if check.state == "failed"]
    if as_json:
        print_result(
            True,
            {
                "healthy": not failed,
                "checks": [
                    {
                        "what": check.what,
                        "state": check.state,
                        "found": check.found,
                        "advice": check.advice,
                    }
                    for check in checks
                ],
            },
            "",
        )
    else:
        table(
            "",
            ("", "what", "found", "what to do"),
            ((check.state, check.what, check.found, check.advice) for check in checks),
        )
        say(f"{len(checks)} checks, {len(failed)} failed")
    if failed:
        raise typer.Exit(1)


def _probe(folder: Path, as_json: bool) -> None:
    from exchange.bootstrap import open_courier
    from exchange.services.letters import return_tags

    ctx = context_of(folder)
    address = return_tags.probe(ctx, open_courier(ctx))
    print_result(
        as_json,
        {"sent_to": address},
        f"a mail from and to {address} was sent; once a round finds it in a mailbox, letters "
        "carry tags",
    )
