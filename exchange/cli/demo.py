"""``exchange demo``: three suppliers play one month on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from exchange.cli.common import Json, print_result, say, table
from exchange.errors import BadInput


def demo(
    folder: Annotated[
        Path, typer.Option("--folder", "-C", help="Where the demo leaves its files.")
    ] = Path("mp121-demo"),
    keep: Annotated[
        bool,
        typer.Option("--keep", help="Keep the folder of an earlier demo and use another one."),
    ] = False,
    fast: Annotated[bool, typer.Option("--fast", help="Do not pause for reading.")] = False,
    kill_after: Annotated[
        str,
        typer.Option(
            "--kill-after",
            help="Kill the losing Supplier's agent (as kill -9 does) after this commit: keep, "
            "decide, delivered or file. It is restarted; nothing may be lost.",
        ),
    ] = "",
    as_json: Json = False,
) -> None:
    """Three suppliers exchange install codes through one simulated month, on this machine only."""
    if kill_after not in ("", "keep", "decide", "delivered", "file"):
        raise typer.BadParameter("keep, decide, delivered or file", param_hint="--kill-after")
    try:
        from exchange.sandbox.demo import play, prepare
    except ModuleNotFoundError as error:
        raise BadInput(
            f"the demo starts mail servers of its own, and one is not installed ({error.name})",
            hint="pip install 'mp121-exchange[demo]', or `make demo` in a source tree",
        ) from None
    place = prepare(folder, keep=keep)
    result = play(place, None if as_json else say, fast=fast or as_json, kill_after=kill_after)
    if as_json:
        print_result(True, result.as_json(), "")
    else:
        say("")
        table(
            "The month",
            ("", "number"),
            (
                ("Devices asked about", result.devices_asked),
                ("codes received", result.codes_received),
                ("codes verified: right meter, right code", result.codes_verified),
                ("not the installer, according to every Supplier asked", result.not_installer),
                ("held for a person", result.held),
                ("unreadable rows reported back", result.unreadable),
                ("overdue", result.overdue),
                ("escalated", result.escalated),
                ("wrong codes", result.wrong),
                ("lost", result.lost),
                ("mails over SMTP", result.mails),
            ),
        )
        say(f"{result.seconds} s. Look around in {place}: mails/, and for each supplier its")
        say("database, configuration and reports/. For example:")
        say(f"  exchange audit verify --folder {place}/gain")
        say(f"  exchange request list --folder {place}/gain")
        say(f"  exchange inbox list --folder {place}/lose")
    if result.lost or result.wrong:
        raise typer.Exit(1)
