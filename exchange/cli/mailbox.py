"""``exchange mailbox``: which working folder serves a mailbox."""

from __future__ import annotations

from typing import Annotated

import typer

from exchange.cli.common import HERE, Folder, Json, context_of, print_result
from exchange.errors import NotFound

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def _mailbox() -> None:
    """Choose which working folder serves a mailbox."""


@app.command("take-over")
def take_over(
    name: Annotated[str, typer.Argument(help="The mailbox, as the configuration names it.")],
    folder: Folder = HERE,
    as_json: Json = False,
) -> None:
    """Take over a mailbox that another working folder has claimed; stop that one first."""
    from exchange.bootstrap import open_mailbox

    ctx = context_of(folder)
    settings = next((one for one in ctx.settings.mailbox if one.name == name), None)
    if settings is None:
        known = ", ".join(one.name for one in ctx.settings.mailbox)
        raise NotFound(f"no mailbox is called {name}", hint=f"configured: {known}")
    mailbox = open_mailbox(ctx, settings)
    try:
        before = mailbox.take_over()
    finally:
        mailbox.close()
    said = f"taken over from {'; '.join(before)}" if before else "nobody else had claimed it"
    print_result(as_json, {"mailbox": name, "from": list(before)}, f"mailbox {name}: {said}")
