"""The command line: each command is one use case, said in one line when it is done."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.main import get_command

from exchange import __version__
from exchange.cli.common import say
from exchange.cli.lazy import Entry, group_of

COMMANDS = (
    Entry(
        "init",
        "init",
        "init",
        "Make a working folder: configuration, sample contacts, key, database.",
    ),
    Entry(
        "doctor",
        "doctor",
        "doctor",
        "Check everything the daemon needs and say what to do about each failure.",
    ),
    Entry(
        "health",
        "health",
        "health",
        "Say whether all is well now: the daemon, mailboxes, what waits and is due, the disk.",
    ),
    Entry("run", "run", "run", "Watch the mailboxes and do the work, until SIGTERM."),
    Entry(
        "demo",
        "demo",
        "demo",
        "Three suppliers exchange install codes through one simulated month, on this machine only.",
    ),
    Entry("codes", "codes.codes", "app", "Install codes and the register of installed Devices."),
    Entry("contacts", "contacts.contacts", "app", "The contacts register."),
    Entry("request", "requests", "app", "What we ask of other Suppliers."),
    Entry("inbox", "inbox.inbox", "app", "What waits for a person."),
    Entry("letters", "inbox.letters", "app", "What waits to be sent."),
    Entry(
        "explain",
        "explain",
        "explain",
        "Print a due date day by day, with holidays named and the calendar's version.",
    ),
    Entry(
        "report",
        "report",
        "report",
        "Print a month's compliance report and write it as CSV and HTML.",
    ),
    Entry("clock", "clock", "app", "The machine's clock, where it cannot be right."),
    Entry("mailbox", "mailbox", "app", "Which exchange works on a mailbox."),
    Entry("audit", "audit", "app", "The hash-chained audit log."),
    Entry(
        "read",
        "reading.read",
        "read_command",
        "Read mails or files and say which devices, answers and rejects stand in them.",
    ),
)

app = typer.Typer(
    name="exchange",
    cls=group_of(COMMANDS),
    help="Runs a supplier's end of the MP121 install code exchange by email.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
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


def whole() -> Any:
    """Return the group with every command loaded: for whoever walks through all of them."""
    group = get_command(app)
    for one in COMMANDS:
        group.get_command(None, one.name)  # type: ignore[attr-defined]
    return group
