"""``exchange codes remove``: remove Devices from the vault, counting them first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from exchange.cli.codes.codes_import import first_said, profile_of
from exchange.cli.common import (
    HERE,
    By,
    Folder,
    Json,
    Now,
    Quiet,
    at_terminal,
    context_of,
    print_result,
    say,
    warn,
    who,
)
from exchange.domain.device import DeviceId, mask_codes
from exchange.domain.foreign import storable
from exchange.errors import BadInput
from exchange.later import Later
from exchange.rendering.wording import counted

if TYPE_CHECKING:
    from exchange.cli.codes import progress_bar
    from exchange.ports.vault import ReportProgress
    from exchange.services.codes import holdings, import_report, removal
    from exchange.services.codes.holdings import VaultStatus
    from exchange.services.codes.removal import ChosenDevices, Plan
    from exchange.services.context import Context
else:
    holdings = Later("exchange.services.codes.holdings")
    import_report = Later("exchange.services.codes.import_report")
    progress_bar = Later("exchange.cli.codes.progress_bar")
    removal = Later("exchange.services.codes.removal")


def remove(
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE|DEVICE",
            help="A CSV or workbook of Devices, such as the one imported; or Device IDs.",
        ),
    ] = None,
    source: Annotated[
        str,
        typer.Option(
            callback=storable,
            help="Only records from this source; without a list, all of them.",
        ),
    ] = "",
    device_column: Annotated[
        str | None, typer.Option(help="Header, letter or number of the Device ID's column.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Remove without asking.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
    quiet: Quiet = False,
    by: By = "",
    folder: Folder = HERE,
    now: Now = "",
    as_json: Json = False,
) -> None:
    """Remove Devices and their codes from the vault: all that are named, or none.

    Use it to undo a wrong import. Answers already given are not affected.
    """
    if not what and not source.strip():
        raise typer.BadParameter("give Device IDs, a list of Devices, or a source with --source")
    ctx = context_of(folder, now)
    column = first_said(device_column, profile_of(ctx.settings, source).device_column)
    with progress_bar.progress(quiet=quiet) as bar:
        chosen = _chosen(ctx, what or [], column, bar)
        planned = removal.plan(ctx, chosen, source, bar)
    status = holdings.vault_status(ctx)
    if not as_json:
        for line in _plan_lines(planned):
            say(line)
    if planned.counts.removed:
        warn(f"exchange: {_afterwards(planned, status)}")
    removed = 0
    if planned.counts.removed and not dry_run:
        if not yes and (as_json or not at_terminal()):
            raise BadInput(
                "no terminal to ask on; nothing was removed",
                hint="--yes removes them, --dry-run only counts",
            )
        if yes or typer.confirm("Remove them?", default=False):
            with progress_bar.progress(quiet=quiet) as bar:
                removed = removal.remove(ctx, planned, who(by), bar).removed
    if as_json:
        print_result(True, _json(planned, status, removed, dry_run=dry_run), "")
    elif removed:
        say(f"{counted(removed, 'Device')} removed from the vault")
    else:
        say("nothing was removed")


def _chosen(
    ctx: Context, what: list[str], column: str | None, bar: ReportProgress | None
) -> ChosenDevices:
    if not what:
        return removal.everything()
    files = [one for one in what if Path(one).exists()]
    if not files:
        return removal.devices_named([_device(one) for one in what])
    if len(what) > 1:
        raise BadInput("give one file alone, or Device IDs", place=files[0])
    if _is_device(files[0]):
        raise BadInput(
            "this is a Device ID, and there is a file of that name",
            place=files[0],
            hint=f"./{files[0]} is the file",
        )
    return removal.devices_listed(ctx, import_report.CodeSource.at(Path(files[0])), column, bar)


def _device(written: str) -> str:
    try:
        DeviceId.parse(written)
    except BadInput as error:
        raise BadInput(
            f"neither a file nor a Device ID: {error.message}", place=mask_codes(written)
        ) from None
    return written


def _is_device(written: str) -> bool:
    try:
        DeviceId.parse(written)
    except BadInput:
        return False
    return True


def _plan_lines(planned: Plan) -> list[str]:
    chosen, counts = planned.chosen, planned.counts
    lines = [f"note: {note}" for note in chosen.notes]
    name = mask_codes(storable(chosen.name))
    if chosen.numbers is not None:
        lines.append(
            f"{name}: {_many(len(chosen))}, {counts.known} known to the vault,"
            f" {planned.unknown} not known"
        )
    going = f"{counts.removed} to remove"
    if planned.source:
        going = f"from {planned.source}: {going}"
    going += f", {counts.with_code} with a code, {counts.installed} installed by us"
    if planned.spared:
        going += f"; {planned.spared} stay, their records came from other sources"
    return [*lines, going]


def _many(number: int) -> str:
    return f"{number} Device" if number == 1 else f"{number} Devices"


def _afterwards(planned: Plan, status: VaultStatus) -> str:
    """Return how a request about a removed Device will be answered."""
    if status.complete_as_of is not None and planned.ends_declaration:
        return (
            "no installed Device is left: the declaration that the register is complete goes with"
            " the last one, and unknown Devices are held for a person"
        )
    if status.complete_as_of is not None and status.current:
        return (
            "the register is declared complete as of"
            f" {status.complete_as_of.isoformat()}: once removed, a Device is answered with"
            ' "not the installing Supplier"; `exchange codes complete-as-of none` holds them'
            " for a person instead"
        )
    return "once removed, a Device is held for a person: there is no current declaration"


def _json(planned: Plan, status: VaultStatus, removed: int, *, dry_run: bool) -> dict[str, object]:
    chosen, counts = planned.chosen, planned.counts
    return {
        "file": mask_codes(storable(chosen.name)) if chosen.sha256 else None,
        "sha256": chosen.sha256 or None,
        "source": planned.source or None,
        "listed": None if chosen.numbers is None else len(chosen),
        "known": counts.known,
        "unknown": planned.unknown,
        "of_other_sources": planned.spared,
        "to_remove": counts.removed,
        "with_code": counts.with_code,
        "installed_by_us": counts.installed,
        "removed": removed,
        "dry_run": dry_run,
        "complete_as_of": status.complete_as_of,
        "answered_not_installer": bool(counts.removed)
        and status.current
        and not planned.ends_declaration,
        "notes": list(chosen.notes),
    }
