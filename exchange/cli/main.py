"""The command line: each command is one use case and reports its result in one line."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated, Any, Final

import typer
from typer.main import get_command

from exchange import __version__
from exchange.cli.common import say
from exchange.cli.lazy import Entry, group_of
from exchange.later import load_all

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
        "Say whether all is well now: daemon, mailboxes, waiting and due work, disk space.",
    ),
    Entry("run", "run", "run", "Watch the mailboxes and do the work until SIGTERM."),
    Entry(
        "demo",
        "demo",
        "demo",
        "Three suppliers exchange install codes through one simulated month, on this machine only.",
    ),
    Entry("codes", "codes.codes", "app", "Install codes and the register of installed Devices."),
    Entry("contacts", "contacts.contacts", "app", "The contacts register of other parties."),
    Entry("request", "requests", "app", "Our requests to other Suppliers."),
    Entry("inbox", "inbox.inbox", "app", "Mails, Devices and letters that wait for a person."),
    Entry("letters", "inbox.letters", "app", "Outgoing letters: list, hold, release, cancel."),
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
    Entry("clock", "clock", "app", "Confirm the machine's clock after it jumped."),
    Entry("mailbox", "mailbox", "app", "Choose which working folder serves a mailbox."),
    Entry("audit", "audit", "app", "Verify and export the hash-chained audit log."),
    Entry(
        "read",
        "reading.read",
        "read_command",
        "Read mails or files and list the Devices, answers and rejects found in them.",
    ),
)

# What functions import when they run, besides each Later.
_AT_WORK: Final = (
    "alembic.command",
    "exchange.bootstrap",
    "exchange.daemon.main",
    "exchange.doctor",
    "exchange.logs",
    "exchange.parsing.reading.understand",
    "exchange.provision",
    "exchange.rendering.report",
    "exchange.services.people.health",
    "exchange.services.people.monthly",
    "exchange.store.upkeep.read_only_store",
    "exchange.transport.imap",
    "exchange.transport.smtp",
    "exchange.vault.rekeying.keychange",
    "rich.progress",
    "rich.table",
)

app = typer.Typer(
    name="exchange",
    cls=group_of(COMMANDS),
    help="Run a supplier's end of the MP121 install code exchange by email.",
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
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Run a supplier's end of the MP121 install code exchange by email."""


def whole(*, at_work: bool = False) -> Any:
    """Return the group with every command loaded: for whoever walks through all of them.

    ``at_work``: also load what commands import only when their work begins.
    """
    group = get_command(app)
    for one in COMMANDS:
        group.get_command(None, one.name)  # type: ignore[attr-defined]
    if at_work:
        for name in _AT_WORK:
            import_module(name)
        load_all()
    return group
