"""``exchange run``: the daemon, or one round of its work."""

from __future__ import annotations

from typing import Annotated

import typer

from exchange.cli.common import HERE, Folder, Json, Now, context_of, print_result


def run(
    folder: Folder = HERE,
    once: Annotated[bool, typer.Option("--once", help="Do one complete round, then exit.")] = False,
    now: Now = "",
    as_json: Json = False,
) -> None:
    """Watch the mailboxes and do the work until SIGTERM."""
    from exchange.config import load_settings
    from exchange.daemon import main
    from exchange.logs import start_log

    start_log(load_settings(folder).log)
    ctx = context_of(folder, now, at_once=True)
    if not once:
        main.run(ctx)
        return
    done = main.run_once(ctx)
    print_result(
        as_json,
        {
            "kept": done.kept,
            "decided": dict(done.decided),
            "filed": done.filed,
            "raised": done.raised,
            "moved": done.moved,
            "chased": dict(done.chased),
            "delivered": dict(done.delivered),
            "troubles": done.troubles,
        },
        done.summary(),
    )
    if done.troubles:
        raise typer.Exit(1)
