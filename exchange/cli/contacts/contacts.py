"""``exchange contacts``: the register of other parties, maintained by people."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from exchange.cli.common import (
    HERE,
    By,
    Folder,
    Json,
    Now,
    at_terminal,
    content_of,
    context_of,
    print_result,
    say,
    table,
    who,
)
from exchange.cli.contacts import columns
from exchange.domain.foreign import storable
from exchange.errors import BadInput
from exchange.later import Later
from exchange.rendering.wording import counted

if TYPE_CHECKING:
    from exchange.domain.party import Change, Party
    from exchange.services.answering import party_passwords
    from exchange.services.answering.requests import read_again
    from exchange.services.letters.party_holds import PartyHold
    from exchange.services.people import contacts
else:
    party_passwords = Later("exchange.services.answering.party_passwords")
    contacts = Later("exchange.services.people.contacts")
    read_again = Later("exchange.services.answering.requests.read_again")

app = typer.Typer(no_args_is_help=True, add_completion=False)
app.add_typer(columns.app, name="columns", help="Say which columns of a party's tables hold what.")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX; config/contacts.csv is a sample.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Apply without asking.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show the changes.")] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Make parties inactive that are not in the file.")
    ] = False,
    by: By = "",
    folder: Folder = HERE,
    now: Now = "",
    as_json: Json = False,
) -> None:
    """Compare a file with the register, show the changes, and apply them once confirmed."""
    ctx = context_of(folder, now)
    plan = contacts.plan_import(ctx, storable(file.name), content_of(file), replacing=replace)
    if not as_json:
        _show(plan, replacing=replace)
    applied = 0
    refused = ""
    if plan.changes and not dry_run:
        if yes or (not as_json and at_terminal() and typer.confirm("Apply?", default=False)):
            applied = contacts.apply_plan(ctx, plan, who(by))
        elif as_json or not at_terminal():
            refused = "no terminal to ask on; nothing was changed"
    if as_json:
        print_result(True, _plan_json(plan, applied), "")
    elif applied:
        changed = counted(applied, "party", "parties")
        say(f"{file.name}: {changed} changed; see `exchange contacts check`")
    elif plan.changes and not refused:
        say("nothing was changed")
    if refused:
        raise BadInput(refused, hint="--yes applies the changes, --dry-run only shows them")


@app.command("list")
def list_(folder: Folder = HERE, as_json: Json = False) -> None:
    """List every party of the register."""
    ctx = context_of(folder)
    parties, holds = contacts.list_parties(ctx), contacts.holds(ctx)
    if as_json:
        held = {name: hold.why for name, hold in holds.items()}
        print_result(
            True,
            [_party_json(one) | {"letters_held": held.get(one.signifier, "")} for one in parties],
            "",
        )
        return
    table(
        "",
        ("signifier", "party", "MPIDs", "requests to", "replies to", "escalation", "days", ""),
        (
            (
                party.signifier,
                party.name,
                " ".join(party.mpids),
                party.request_address,
                party.reply_address,
                "; ".join(map(str, party.escalation)),
                party.sla_days or "",
                ", ".join(_standing(party, holds)),
            )
            for party in parties
        ),
    )
    active = sum(party.active for party in parties)
    say(f"{counted(len(parties), 'party', 'parties')}, {active} active")


def _standing(party: Party, holds: Mapping[str, PartyHold]) -> list[str]:
    found = [] if party.active else ["not active"]
    return found + (["letters held"] if party.signifier in holds else [])


@app.command("check")
def check(
    stale_after_days: Annotated[
        int | None,
        typer.Option(
            "--stale-after",
            min=0,
            help="Days since confirmed_on; 0: never stale.",
            show_default="half a year",
        ),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 for any finding.")] = False,
    folder: Folder = HERE,
    now: Now = "",
    as_json: Json = False,
) -> None:
    """List missing escalation contacts, addresses used twice and stale entries."""
    from exchange.domain.party import STALE_AFTER_DAYS

    days = STALE_AFTER_DAYS if stale_after_days is None else stale_after_days
    findings = contacts.check_register(context_of(folder, now), days)
    if as_json:
        print_result(
            True,
            [
                {"signifier": one.signifier, "problem": one.problem, "advice": one.advice}
                for one in findings
            ],
            "",
        )
    else:
        if findings:
            table(
                "",
                ("party", "problem", "what to do"),
                ((one.signifier, one.problem, one.advice) for one in findings),
            )
        say(counted(len(findings), "finding") if findings else "no findings")
    if findings and strict:
        raise typer.Exit(1)


@app.command("history")
def history(
    signifier: Annotated[str, typer.Argument(help="A party's signifier; else all.")] = "",
    folder: Folder = HERE,
    as_json: Json = False,
) -> None:
    """List what was changed, when, by whom and from which file."""
    past = contacts.history(context_of(folder), signifier)
    if as_json:
        print_result(
            True,
            [
                {"at": one.at, "by": one.actor, "source": one.source, **_change_json(one.change)}
                for one in past
            ],
            "",
        )
        return
    table(
        "",
        ("at (UTC)", "by", "source", "party", "field", "before", "after"),
        (
            (
                f"{one.at:%Y-%m-%d %H:%M:%S}",
                one.actor,
                one.source,
                one.change.signifier,
                one.change.field,
                one.change.before,
                one.change.after,
            )
            for one in past
        ),
    )
    say(counted(len(past), "change"))


def _show(plan: contacts.ContactsPlan, *, replacing: bool) -> None:
    for note in plan.notes:
        say(f"note: {note}")
    if plan.not_in_file:
        fate = "made inactive" if replacing else "left alone"
        say(f"not in the file, {fate}: {', '.join(plan.not_in_file)}")
    if not plan.changes:
        say(f"{plan.source}: no changes")
        return
    for change in plan.changes:
        say(_change_line(change))


def _change_line(change: Change) -> str:
    if change.kind == "added":
        return f"+ {change.signifier}: {change.after}"
    return (
        f"~ {change.signifier} {change.field}: {change.before or '(none)'}"
        f" -> {change.after or '(none)'}"
    )


def _plan_json(plan: contacts.ContactsPlan, applied: int) -> dict[str, object]:
    return {
        "file": plan.source,
        "rows": plan.rows,
        "applied": bool(applied),
        "parties_changed": len(plan.parties),
        "changes": [_change_json(change) for change in plan.changes],
        "not_in_file": list(plan.not_in_file),
        "notes": list(plan.notes),
    }


def _change_json(change: Change) -> dict[str, object]:
    return {
        "signifier": change.signifier,
        "kind": change.kind,
        "field": change.field,
        "before": change.before,
        "after": change.after,
    }


def _party_json(party: Party) -> dict[str, object]:
    return {
        "signifier": party.signifier,
        "party": party.name,
        "mpids": list(party.mpids),
        "role": party.role,
        "request_address": party.request_address,
        "reply_address": party.reply_address,
        "escalation": [
            {"level": one.level, "name": one.name, "address": one.address}
            for one in party.escalation
        ],
        "sla_days": party.sla_days,
        "sla_agreed": party.sla_agreed,
        "max_mail_mb": party.max_mail_mb,
        "active": party.active,
        "confirmed_on": party.confirmed_on,
    }


@app.command()
def passwords(
    signifier: str,
    forget: Annotated[bool, typer.Option("--forget", help="Delete them.")] = False,
    by: By = "",
    folder: Folder = HERE,
    as_json: Json = False,
) -> None:
    """Store the passwords that open a party's protected workbooks and archives.

    Asked for on a terminal; in a pipe read from standard input, one a line.
    """
    found: list[str] = []
    if not forget:
        if at_terminal():
            found = [str(typer.prompt("Password", hide_input=True))]
        else:
            found = [line.rstrip("\r\n") for line in sys.stdin]
        found = [one for one in found if one]
        if not found:
            raise BadInput("no password was given", place="standard input")
    ctx, party = context_of(folder), signifier.upper()
    party_passwords.save_passwords(ctx, party, found, who(by))
    locked = read_again.locked_mails(ctx, party) if found else []
    print_result(
        as_json,
        {"signifier": party, "on_file": len(found), "locked_mails": locked},
        f"{counted(len(found), 'password')} on file for {party}",
    )
    if not as_json:
        for number in locked:
            say(f"mail {number} has a file that needs one: `exchange inbox replay {number}`")
