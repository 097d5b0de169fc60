"""``exchange init``: make a working folder or a database, or bring one up to date."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from exchange.cli.common import HERE, Folder, Json, print_result, say
from exchange.cli.early_options import named_early


def init(
    context: typer.Context,
    place: Annotated[
        Path | None,
        typer.Argument(
            metavar="DIR", help="The new working folder; --folder works too.", show_default="."
        ),
    ] = None,
    folder: Folder = HERE,
    signifier: Annotated[str, typer.Option(help="Our SEC Party Signifier.")] = "",
    name: Annotated[str, typer.Option(help="Our name.")] = "",
    address: Annotated[str, typer.Option(help="The address of our request mailbox.")] = "",
    database: Annotated[
        str,
        typer.Option(help="An empty PostgreSQL database: postgresql+psycopg://user@host/name."),
    ] = "",
    database_only: Annotated[
        bool,
        typer.Option("--database-only", help="Only make the database of the configuration."),
    ] = False,
    upgrade: Annotated[
        bool,
        typer.Option(
            "--upgrade", help="Only upgrade the database to this version's schema, after a backup."
        ),
    ] = False,
    no_backup: Annotated[
        bool, typer.Option("--no-backup", help="Upgrade without a backup, because you have one.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make a working folder: configuration, sample contacts, key, database."""
    new = {"--signifier": signifier, "--name": name, "--address": address, "--database": database}
    given = [option for option, value in new.items() if value]
    if place is not None:
        source = context.get_parameter_source("folder")
        written = source is not None and source.name == "COMMANDLINE"
        if (written or named_early(context)) and folder != place:
            raise typer.BadParameter("name the folder once: as DIR or with --folder")
        folder = place
    if no_backup and not upgrade:
        raise typer.BadParameter("--no-backup is only for --upgrade")
    if upgrade and database_only:
        raise typer.BadParameter("give --upgrade or --database-only, not both")
    if given and (upgrade or database_only):
        raise typer.BadParameter(
            f"{given[0]} is for a new working folder; this one is configured already"
        )
    from exchange import provision
    from exchange.bootstrap import the_clock
    from exchange.config import load_settings
    from exchange.domain.time.sla import local_date

    if upgrade:
        _upgrade(folder, backup=not no_backup, as_json=as_json)
        return
    if database_only:
        made = provision.make_database(folder, load_settings(folder))
    else:
        today = local_date(the_clock().now())
        party = provision.OwnParty(signifier, name, address, database, today)
        made = provision.make_folder(folder, party)
    if as_json:
        print_result(as_json, {"folder": str(folder), "made": made}, "")
        return
    for line in made:
        say(f"made {line}")
    if not database_only:
        say("mail from before today is ignored: see not_before in config/exchange.toml")
    say("next: edit config/exchange.toml, put the passwords into secrets/, then `exchange doctor`")


def _upgrade(folder: Path, *, backup: bool, as_json: bool) -> None:
    from exchange import provision
    from exchange.bootstrap import the_clock

    done = provision.upgrade(folder, the_clock().now(), backup=backup)
    changed = done.before != done.now
    said = f"the database has this version's schema {done.now} already: nothing was changed"
    if changed:
        said = f"the database was upgraded from schema {done.before} to {done.now}"
    if done.backup:
        said = f"backup made and checked: {done.backup}\n{said}"
    print_result(
        as_json,
        {
            "upgraded": changed,
            "from": done.before,
            "to": done.now,
            "backup": str(done.backup) if done.backup else None,
            "notes": list(done.notes),
        },
        "\n".join([said, *(f"note: {note}" for note in done.notes)]),
    )
