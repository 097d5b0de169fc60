"""``exchange request``: our requests to other Suppliers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from exchange.cli.common import (
    HERE,
    By,
    Folder,
    Json,
    Now,
    Why,
    content_of,
    context_of,
    print_result,
    say,
    table,
    warn,
    who,
)
from exchange.domain.device import mask_codes
from exchange.domain.foreign import storable
from exchange.domain.outbound import LegState
from exchange.later import Later
from exchange.rendering.wording import counted

if TYPE_CHECKING:
    from exchange.errors import BadInput
    from exchange.services.asking import case_status, gained
    from exchange.services.asking import request as asking
else:
    case_status = Later("exchange.services.asking.case_status")
    gained = Later("exchange.services.asking.gained")
    asking = Later("exchange.services.asking.request")

_MOST_PRINTED: Final = 50

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.command()
def create(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX of gained Devices.")],
    device_column: Annotated[
        str | None, typer.Option(help="Header, letter or number of the Device ID's column.")
    ] = None,
    losing_column: Annotated[
        str | None, typer.Option(help="The same for the losing Supplier.")
    ] = None,
    former_column: Annotated[
        list[str] | None,
        typer.Option(help="The same for former Suppliers; again for each column, in order."),
    ] = None,
    type_column: Annotated[
        str | None, typer.Option(help='The same for the device type; "" takes none.')
    ] = None,
    any_type: Annotated[
        bool,
        typer.Option(
            "--any-type", help="Also ask for Communications Hubs, GPFs and Type 2 Devices."
        ),
    ] = False,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Request the good rows and report the bad ones.")
    ] = False,
    by: By = "",
    folder: Folder = HERE,
    now: Now = "",
    as_json: Json = False,
) -> None:
    """Request the install codes of gained Devices: all rows, or none if one is bad.

    A file given twice requests nothing twice.
    """
    ctx = context_of(folder, now)
    content = content_of(file)
    with ctx.store.reading() as tx:
        parties = tx.parties.all(active_only=True)
    notes: list[str] = []
    bad: list[BadInput] = []
    listed = gained.read_gained(
        storable(file.name),
        content,
        parties,
        ctx.limits,
        ours=ctx.settings.party,
        columns=gained.GainedColumns(
            device_column, losing_column, tuple(former_column or ()), type_column
        ),
        notes=notes,
        bad=bad if skip_bad else None,
    )
    made = asking.create(
        ctx, listed, storable(file.name), who(by),
        any_type=any_type, bad=bad if skip_bad else None,
    )  # fmt: skip
    if not as_json:
        for note in notes:
            say(mask_codes(f"note: {note}"))
    print_result(
        as_json,
        {
            "devices": made.devices,
            "opened": made.opened,
            "already_open": made.already_open,
            "requests": list(made.requests),
            "bad_rows": len(bad),
            "rejects": [{"where": one.place, "reason": mask_codes(one.message)} for one in bad],
            "notes": [mask_codes(note) for note in notes],
        },
        f"{counted(made.devices, 'Device')} read, {counted(made.opened, 'case')} opened, "
        f"{made.already_open} open already, {counted(len(made.requests), 'request')} queued"
        + (f": {' '.join(made.requests)}" if made.requests else ""),
    )
    if bad:
        for one in bad[:_MOST_PRINTED]:
            warn(mask_codes(f"exchange: {one}"))
        if len(bad) > _MOST_PRINTED:
            warn(f"exchange: ... and {len(bad) - _MOST_PRINTED} more (--json names all)")
        warn(f"exchange: {counted(len(bad), 'bad row')}; the others were requested")
        raise typer.Exit(1)


@app.command("list")
def list_(folder: Folder = HERE, as_json: Json = False) -> None:
    """List our requests with what is outstanding."""
    ctx = context_of(folder)
    with ctx.store.reading() as tx:
        found = [(one, tx.legs.leg_counts(one.id)) for one in tx.outbound.requests()]
        numbers = [one.id for one, _ in found]
        overdue, suspended = tx.legs.overdue(numbers), tx.reports.suspended(numbers)
    rows = [
        {
            "ref": one.ref,
            "party": one.party,
            "accepted": one.accepted_at,
            "due": one.due_on,
            "overdue": overdue.get(one.id, 0),
            "chase_suspended": one.id in suspended,
            **{state.value: counts[state] for state in LegState if state in counts},
        }
        for one, counts in found
    ]
    if as_json:
        print_result(True, {"requests": rows}, "")
        return
    table(
        "",
        ("reference", "party", "due", "devices", ""),
        (
            (
                one.ref,
                one.party,
                one.due_on or "not accepted yet",
                ", ".join(f"{number:,} {state}" for state, number in counts.items()),
                _standing(overdue.get(one.id, 0), suspended=one.id in suspended),
            )
            for one, counts in found
        ),
    )


def _standing(overdue: int, *, suspended: bool) -> str:
    """Return what is wrong with a request, in a few words."""
    said = [f"{overdue:,} overdue"] if overdue else []
    return ", ".join([*said, "not chased: said not to have arrived"] if suspended else said)


@app.command()
def show(ref: str, folder: Folder = HERE, as_json: Json = False) -> None:
    """Show one of our requests, Device by Device."""
    ctx = context_of(folder)
    with ctx.store.reading() as tx:
        request = tx.outbound.find(ref)
        legs = tx.legs.legs(request_id=request.id)
        sent = tx.outbox.by_ref(ref)
        reports = tx.reports.waiting(ref=ref)
    suspended = any(one.request_id == request.id for one in reports)
    if as_json:
        print_result(
            True,
            {
                "ref": ref,
                "party": request.party,
                "due": request.due_on,
                "chase_suspended": suspended,
                "devices": [
                    {"device_id": leg.device, "state": leg.state, "overdue": leg.overdue}
                    for leg in legs
                ],
                "letters": [
                    {"purpose": one.purpose, "to": one.recipient, "state": one.state}
                    for one in sent
                ],
            },
            "",
        )
        return
    due = f"due {request.due_on}" if request.due_on else "not accepted yet"
    say(f"{ref} to {request.party}, {due}")
    for one in reports:
        rests = "; it is not chased until a person decides" if suspended else ""
        say(
            f"mail {one.mail_id} says that the {one.purpose} to {one.recipient} did not arrive"
            f"{rests}: `exchange inbox bounce {one.mail_id}`"
        )
    table(
        "Letters",
        ("what", "to", "state", "accepted"),
        ((one.purpose, one.recipient, one.state, one.accepted_at or "") for one in sent),
    )
    table("", ("Device ID", "state", ""), (
        (leg.device, leg.state, "overdue" if leg.overdue else "") for leg in legs
    ))  # fmt: skip


@app.command()
def withdraw(
    ref: str,
    why: Why,
    by: By = "",
    folder: Folder = HERE,
    as_json: Json = False,
) -> None:
    """Withdraw the open Devices of a request and ask the next former Supplier."""
    number = asking.withdraw(context_of(folder), ref.upper(), why, who(by))
    print_result(as_json, {"withdrawn": number}, f"{counted(number, 'Device')} of {ref} withdrawn")


@app.command()
def resend(ref: str, by: By = "", folder: Folder = HERE, as_json: Json = False) -> None:
    """Send a bounced request again, to the address now on the contacts register."""
    refs = asking.resend(context_of(folder), ref.upper(), who(by))
    print_result(as_json, {"requests": refs}, f"queued {' '.join(refs)}")


@app.command()
def close(
    why: Why,
    device: Annotated[str, typer.Argument(help="A Device ID.")] = "",
    listed: Annotated[
        Path | None, typer.Option("--list", help="CSV or XLSX of Devices instead of one.")
    ] = None,
    by: By = "",
    folder: Folder = HERE,
    as_json: Json = False,
) -> None:
    """Close the case of a Device, or of a list of Devices; they can then be requested anew."""
    if bool(device) == (listed is not None):
        raise typer.BadParameter("give a Device, or a file of Devices with --list")
    ctx = context_of(folder)
    if listed is None:
        asking.close(ctx, device, why, who(by))
        print_result(as_json, {"closed": device}, f"the case of {device} is closed")
        return
    devices = gained.read_listed(listed.name, content_of(listed), ctx.limits)
    done = asking.close_many(ctx, devices, why, who(by))
    print_result(
        as_json,
        {"closed": done.closed, "not_open": list(done.not_open)},
        f"{counted(done.closed, 'case')} closed, "
        f"{counted(len(done.not_open), 'Device')} without an open case",
    )


@app.command()
def outcomes(
    folder: Folder = HERE,
    codes: Annotated[
        Path | None,
        typer.Option("--codes", help="Write the received codes to this new CSV file (mode 0600)."),
    ] = None,
    by: By = "",
    as_json: Json = False,
) -> None:
    """List the state of every gained Device; with --codes write the received codes (audited)."""
    ctx = context_of(folder)
    lines = case_status.case_lines(ctx)
    if codes is not None:
        number = case_status.write_codes(ctx, codes, who(by))
        print_result(
            as_json,
            {"codes": number, "file": str(codes)},
            f"{counted(number, 'code')} written to {codes}",
        )
        return
    if as_json:
        print_result(True, {"cases": [line.as_json() for line in lines]}, "")
        return
    table(
        "",
        ("Device ID", "state", "asked", "code from"),
        ((line.device, line.state, line.asked, line.code_source) for line in lines),
    )
