"""``exchange mailbox``: which exchange works on a mailbox."""

from __future__ import annotations

from typing import Annotated

import typer

from exchange.cli.common import HERE, Folder, Json, answer, context_of
from exchange.errors import NotFound

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _mailbox() -> None:
    """The request mailboxes."""


@app.command("take-over")
def take_over(
    name: Annotated[str, typer.Argument(help="The mailbox, as the configuration names it.")],
    folder: Folder = HERE,
    as_json: Json = False,
) -> None:
    """Have this folder work on a mailbox that another one has claimed; stop that one first."""
    from exchange.bootstrap import open_mailbox

    ctx = context_of(folder)
    settings = next((one for one in ctx.settings.mailbox if one.name == name), None)
    if settings is None:
        known = ", ".join(one.name for one in ctx.settings.mailbox)
        raise NotFound(f"no mailbox is called {name}", hint=f"there is {known}")
    mailbox = open_mailbox(ctx, settings)
    try:
        before = mailbox.take_over()
    finally:
        mailbox.close()
    said = f"taken over from {'; '.join(before)}" if before else "nobody else had claimed it"
    answer(as_json, {"mailbox": name, "from": list(before)}, f"mailbox {name}: {said}")
