"""The command line: each command is one use case, said in one line when it is done."""

from __future__ import annotations

from typing import Annotated

import typer

from exchange import __version__
from exchange.cli import audit, clock, contacts, demo, health, mailbox, operate, report, requests
from exchange.cli.codes import codes
from exchange.cli.common import say
from exchange.cli.inbox import inbox, letters
from exchange.cli.read import read_command

app = typer.Typer(
    name="exchange",
    help="Runs a supplier's end of the MP121 install code exchange by email.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        say(f"exchange {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    _show_version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """Runs a supplier's end of the MP121 install code exchange by email."""


app.command("init")(operate.init)
app.command("doctor")(operate.doctor)
app.command("health")(health.health)
app.command("run")(operate.run)
app.command("demo")(demo.demo)
app.add_typer(codes.app, name="codes", help="Install codes and the register of installed Devices.")
app.add_typer(contacts.app, name="contacts", help="The contacts register.")
app.add_typer(requests.app, name="request", help="What we ask of other Suppliers.")
app.add_typer(inbox.app, name="inbox", help="What waits for a person.")
app.add_typer(letters.app, name="letters", help="What waits to be sent.")
app.command("explain")(requests.explain)
app.command("report")(report.report)
app.add_typer(clock.app, name="clock", help="The machine's clock, where it cannot be right.")
app.add_typer(mailbox.app, name="mailbox", help="Which exchange works on a mailbox.")
app.add_typer(audit.app, name="audit", help="The hash-chained audit log.")
app.command("read")(read_command)
