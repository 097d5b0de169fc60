"""``exchange codes import``: import a file of install codes of any size into the vault."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from exchange.cli.common import (
    HERE,
    By,
    Folder,
    Json,
    Now,
    Quiet,
    context_of,
    print_result,
    say,
    warn,
    who,
)
from exchange.domain.device import mask_codes
from exchange.domain.foreign import storable
from exchange.files import replace_file
from exchange.later import Later
from exchange.rendering.wording import counted

if TYPE_CHECKING:
    from exchange.cli.codes import progress_bar
    from exchange.config import Settings, SourceSettings
    from exchange.services.codes import code_file, codes, import_report
    from exchange.services.codes.codes import Imported, RejectedRows, Rejects
else:
    code_file = Later("exchange.services.codes.code_file")
    codes = Later("exchange.services.codes.codes")
    import_report = Later("exchange.services.codes.import_report")
    progress_bar = Later("exchange.cli.codes.progress_bar")

_MOST_PRINTED: Final = 50


def import_(
    file: Annotated[Path, typer.Argument(help="CSV or workbook of install codes.")],
    device_column: Annotated[
        str | None, typer.Option(help="Header, letter or number of the Device ID's column.")
    ] = None,
    code_column: Annotated[
        str | None, typer.Option(help="The same for the install code's column.")
    ] = None,
    crc_column: Annotated[
        str | None,
        typer.Option(
            help='The same for the CRC\'s column, if it is apart; "" takes codes without a CRC too.'
        ),
    ] = None,
    type_column: Annotated[
        str | None, typer.Option(help='The same for the device type; "" takes none.')
    ] = None,
    installed_column: Annotated[
        str | None, typer.Option(help='Holds yes or no: installed by us; "" takes none.')
    ] = None,
    date_column: Annotated[
        str | None,
        typer.Option(help="The same for the record's date; else the day of import."),
    ] = None,
    date_format: Annotated[
        str | None,
        typer.Option(help="The format of dates, such as %d/%m/%Y; else 2026-11-03."),
    ] = None,
    source: Annotated[
        str,
        typer.Option(
            callback=storable,
            help="Where the codes come from; a source table of that name in the configuration"
            " says how to read the file.",
        ),
    ] = "",
    installed_only: Annotated[
        bool, typer.Option("--installed-only", help="A list of installed Devices without codes.")
    ] = False,
    not_installed: Annotated[
        bool, typer.Option("--not-installed", help="Codes of Devices that we did not install.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Overwrite different codes in the vault.")
    ] = False,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Import the good rows and report the bad ones.")
    ] = False,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="Import the good rows in steps; continue where this file was cut off.",
        ),
    ] = False,
    quiet: Quiet = False,
    by: By = "",
    folder: Folder = HERE,
    now: Now = "",
    as_json: Json = False,
) -> None:
    """Import a file of install codes into the vault: all rows, or none if one is bad."""
    ctx = context_of(folder, now)
    profile = profile_of(ctx.settings, source)
    reading = code_file.ReadOptions(
        device_column=first_said(device_column, profile.device_column),
        code_column=first_said(code_column, profile.code_column),
        crc_column=first_said(crc_column, profile.crc_column),
        type_column=first_said(type_column, profile.type_column),
        installed_column=first_said(installed_column, profile.installed_column),
        date_column=first_said(date_column, profile.date_column),
        date_format=first_said(date_format, profile.date_format) or "",
        device_type=profile.device_type,
        installed_only=installed_only or profile.installed_only,
        installed_by_us=profile.installed_by_us and not not_installed,
        source=" ".join(source.split()),
    )
    actor = who(by)
    try:
        with progress_bar.progress(quiet=quiet) as report:
            done = codes.import_codes(
                ctx,
                import_report.CodeSource.at(file),
                reading,
                actor,
                replacing=replace,
                good=skip_bad,
                resume=resume,
                progress=report,
            )
    except codes.RejectedRows as error:
        _refuse(file, error, as_json)
        raise typer.Exit(1) from None
    if not as_json:
        for note in done.notes:
            say(mask_codes(f"note: {note}"))
    print_result(as_json, _imported_json(done), _imported_line(done))
    if len(done.rejects):
        _show_rejects(file, done.rejects, "the others were imported")
        raise typer.Exit(1)


def profile_of(settings: Settings, source: str) -> SourceSettings:
    """Return the profile of a source, or an empty one if the configuration has none."""
    from exchange.config import SourceSettings

    wanted = " ".join(source.split())
    for profile in settings.source:
        if wanted and profile.name == wanted:
            return profile
    return SourceSettings(name=wanted or "any")


def first_said(said: str | None, usual: str | None) -> str | None:
    return usual if said is None else said


def _refuse(file: Path, error: RejectedRows, as_json: bool) -> None:
    """Report the bad rows: the first ones here, all of them in a file without codes."""
    if as_json:
        print_result(
            True,
            {
                "file": mask_codes(storable(file.name)),
                "imported": 0,
                "bad_rows": len(error.rejects),
                "conflicts": error.rejects.conflicts,
                "repeated_rows": error.repeated,
                "rejects": _rejects_json(error.rejects),
            },
            "",
        )
    _show_rejects(file, error.rejects, "nothing was changed")


def _show_rejects(file: Path, rejects: Rejects, outcome: str) -> None:
    target = file.with_name(f"{file.name}.rejects.csv")
    written = _write_rejects(target, rejects)
    for number, one in enumerate(rejects):
        if number == _MOST_PRINTED:
            break
        warn(f"exchange: {one.fault}")
    if len(rejects) > _MOST_PRINTED:
        warn(f"exchange: ... and {len(rejects) - _MOST_PRINTED} more")
    warn(f"exchange: {counted(len(rejects), 'bad row')}; {outcome}")
    if written:
        warn(f"exchange: all of them are listed in {mask_codes(str(target))}")
    else:
        warn(f"exchange: {mask_codes(str(target))} could not be written")


def _rejects_json(rejects: Rejects) -> list[dict[str, object]]:
    return [
        {
            "where": mask_codes(one.where),
            "row": one.row,
            "device_id": one.device,
            "reason": one.reason,
        }
        for one in rejects
    ]


def _write_rejects(target: Path, rejects: Rejects) -> bool:
    try:
        listed = io.StringIO(newline="")
        writer = csv.writer(listed, lineterminator="\r\n")
        writer.writerow(("Sheet", "Row", "Device ID", "Reason"))
        writer.writerows(code_file.rejects_csv_rows(rejects))
        replace_file(target, listed.getvalue().encode())
    except OSError:
        # A read-only folder: the rows are only printed.
        return False
    return True


def _imported_line(done: Imported) -> str:
    name = mask_codes(done.name)
    repeated = f", {counted(done.repeated, 'repeated row')}" if done.repeated else ""
    if len(done.rejects):
        conflicts = counted(done.rejects.conflicts, "conflict")
        repeated += f", {counted(len(done.rejects), 'row')} refused ({conflicts})"
    if done.resumed:
        repeated += ", continued where it was cut off"
    if not done.added and not done.updated:
        return f"{name}: nothing new, {counted(done.unchanged, 'Device')} known already{repeated}"
    return (
        f"{name}: {counted(done.devices, 'Device')}, {done.without_code} of them without a code:"
        f" {done.added} added, {done.updated} updated, {done.unchanged} known already{repeated}"
    )


def _imported_json(done: Imported) -> dict[str, object]:
    return {
        "file": mask_codes(done.name),
        "sha256": done.sha256,
        "source": done.source,
        "rows": done.rows,
        "repeated_rows": done.repeated,
        "devices": done.devices,
        "without_code": done.without_code,
        "without_crc": done.without_crc,
        "added": done.added,
        "updated": done.updated,
        "unchanged": done.unchanged,
        "resumed": done.resumed,
        "bad_rows": len(done.rejects),
        "conflicts": done.rejects.conflicts,
        "rejects": _rejects_json(done.rejects),
        "notes": [mask_codes(note) for note in done.notes],
    }
