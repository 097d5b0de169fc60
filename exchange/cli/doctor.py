"""``exchange doctor``: check everything the daemon needs."""

from __future__ import annotations

import typer

from exchange.cli.common import HERE, Folder, Json, print_result, say, table


def doctor(folder: Folder = HERE, as_json: Json = False) -> None:
    """Check everything the daemon needs and say what to do about each failure."""
    from exchange.doctor import examine

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
