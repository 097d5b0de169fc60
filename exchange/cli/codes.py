"""``exchange codes``: fill the vault, ask it, and declare the register of installed devices."""

from __future__ import annotations

import csv
import io
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from exchange.cli.common import HERE, Folder, Json, Now, answer, desk_of, say, table, warn
from exchange.cli.people import By, content_of, who
from exchange.domain.device import MASKED, DeviceId, mask_codes
from exchange.errors import BadInput
from exchange.ports import VaultRecord
from exchange.services import codes
from exchange.services.codefile import Progress as Told
from exchange.services.codefile import Reading, RejectedRow, rejects_csv_rows
from exchange.services.codes import Imported, RejectedRows, Standing

app = typer.Typer(no_args_is_help=True)

_MOST_PRINTED = 50
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX of install codes.")],
    device_column: Annotated[
        str | None, typer.Option(help="Header, letter or number of the Device ID's column.")
    ] = None,
    code_column: Annotated[
        str | None, typer.Option(help="The same for the install code's column.")
    ] = None,
    type_column: Annotated[
        str | None, typer.Option(help='The same for the device type; "" takes none.')
    ] = None,
    installed_column: Annotated[
        str | None, typer.Option(help='Holds yes or no: installed by us; "" takes none.')
    ] = None,
    source: Annotated[str, typer.Option(help="A name for where the codes come from.")] = "",
    installed_only: Annotated[
        bool, typer.Option("--installed-only", help="A list of installed Devices without codes.")
    ] = False,
    not_installed: Annotated[
        bool, typer.Option("--not-installed", help="Codes of Devices that we did not install.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Overwrite other codes that the vault holds.")
    ] = False,
    by: By = "",
    folder: Folder = HERE,
    now: Now = "",
    as_json: Json = False,
) -> None:
    """Seal the codes of a file in the vault: all rows, or none and every bad row said why."""
    desk = desk_of(folder, now)
    reading = Reading(
        device_column=device_column,
        code_column=code_column,
        type_column=type_column,
        installed_column=installed_column,
        installed_only=installed_only,
        installed_by_us=not not_installed,
        source=" ".join(source.split()),
    )
    content = content_of(file)
    actor = who(by)
    try:
        with _progress() as told:
            done = codes.import_codes(
                desk, file.name, content, reading, actor, replacing=replace, progress=told
            )
    except RejectedRows as error:
        _refuse(file, error.rejects, as_json)
        raise typer.Exit(1) from None
    if not as_json:
        for note in done.notes:
            say(mask_codes(f"note: {note}"))
    answer(as_json, _imported_json(done), _imported_line(done))


@app.command("find")
def find(
    device: Annotated[str, typer.Argument(help="A Device ID, however written.")],
    reveal: Annotated[bool, typer.Option("--reveal", help="Show the code; audited.")] = False,
    by: By = "",
    folder: Folder = HERE,
    now: Now = "",
    as_json: Json = False,
) -> None:
    """What the vault knows of one Device; masked unless --reveal, audited always."""
    named = DeviceId.parse(device)
    found = codes.look_up(desk_of(folder, now), named, who(by), revealed=reveal)
    answer(as_json, _found_json(named, found, reveal), _found_line(named, found, reveal))
    if found is None:
        raise typer.Exit(1)


@app.command("stats")
def stats(folder: Folder = HERE, now: Now = "", as_json: Json = False) -> None:
    """How many Devices and codes the vault holds, and how current its register is."""
    _show_standing(codes.standing(desk_of(folder, now)), as_json, verified=False)


@app.command("verify")
def verify(folder: Folder = HERE, now: Now = "", as_json: Json = False) -> None:
    """Open every bucket of the vault and check it; exit 1 naming the damaged ones."""
    _show_standing(codes.standing(desk_of(folder, now), verify=True), as_json, verified=True)


@app.command("complete-as-of")
def complete_as_of(
    day: Annotated[str, typer.Argument(metavar="DATE", help='2026-12-01; "none" takes it back.')],
    empty: Annotated[
        bool, typer.Option("--empty", help="We installed no Device at all; the vault is right.")
    ] = False,
    by: By = "",
    folder: Folder = HERE,
    now: Now = "",
    as_json: Json = False,
) -> None:
    """Declare that the vault knows every Device we installed, up to and including DATE.

    Only then is a Device it does not know answered with "not the installing Supplier".
    """
    as_of = None if day.strip().lower() == "none" else _day(day)
    desk = desk_of(folder, now)
    before = codes.declare_complete(desk, as_of, who(by), empty=empty)
    known = codes.standing(desk).stats.installed_by_us
    was = f" (before: {before.isoformat()})" if before else ""
    said = (
        f"declared complete as of {as_of.isoformat()}, {known} installed Devices known"
        if as_of
        else "declaration taken back: Devices the vault does not know are held for a person"
    )
    answer(
        as_json,
        {"complete_as_of": as_of, "before": before, "installed_by_us": known},
        f"{said}{was}",
    )


def _day(written: str) -> date:
    try:
        if _DAY.fullmatch(written.strip()):
            return date.fromisoformat(written.strip())
    except ValueError:
        pass
    raise BadInput(f"{written!r} is not a date", hint="write for example 2026-12-01")


@contextmanager
def _progress() -> Iterator[Told | None]:
    """A bar on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    console = Console(file=sys.stderr)
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    )  # fmt: skip
    with Progress(*columns, console=console, transient=True) as bar:
        tasks = {}

        def told(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done)

        yield told


def _refuse(file: Path, rejects: Sequence[RejectedRow], as_json: bool) -> None:
    """Say every bad row: the first ones here, all of them in a file that holds no code."""
    target = file.with_name(f"{file.name}.rejects.csv")
    written = _write_rejects(target, rejects)
    if as_json:
        answer(
            True,
            {
                "file": mask_codes(file.name),
                "imported": 0,
                "bad_rows": len(rejects),
                "rejects": [
                    {
                        "where": mask_codes(one.where),
                        "row": one.row,
                        "device_id": one.device,
                        "reason": one.reason,
                    }
                    for one in rejects
                ],
            },
            "",
        )
    for one in rejects[:_MOST_PRINTED]:
        warn(f"exchange: {one.fault}")
    if len(rejects) > _MOST_PRINTED:
        warn(f"exchange: ... and {len(rejects) - _MOST_PRINTED} more")
    warn(f"exchange: {len(rejects)} bad rows; nothing was changed")
    if written:
        warn(f"exchange: all of them stand in {mask_codes(str(target))}")
    else:
        warn(f"exchange: {mask_codes(str(target))} could not be written")


def _write_rejects(target: Path, rejects: Sequence[RejectedRow]) -> bool:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(("Sheet", "Row", "Device ID", "Reason"))
    writer.writerows(rejects_csv_rows(rejects))
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
        descriptor = os.open(target, flags, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(out.getvalue())
    except OSError:
        # A read-only folder: the rows are said all the same.
        return False
    return True


def _imported_line(done: Imported) -> str:
    name = mask_codes(done.name)
    repeated = f", {done.repeated} rows said the same twice" if done.repeated else ""
    if not done.added and not done.updated:
        return f"{name}: nothing new, {done.unchanged} Devices known already{repeated}"
    return (
        f"{name}: {done.devices} Devices, {done.without_code} of them without a code:"
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
        "added": done.added,
        "updated": done.updated,
        "unchanged": done.unchanged,
        "notes": [mask_codes(note) for note in done.notes],
    }


def _found_line(device: DeviceId, found: VaultRecord | None, reveal: bool) -> str:
    if found is None:
        return f"{device}: not known"
    if found.code is None:
        code = "no code is held"
    else:
        code = f"install code {found.code.grouped if reveal else f'{MASKED} (--reveal shows it)'}"
    parts = [
        found.device_type or "type not known",
        "installed by us" if found.installed_by_us else "not installed by us",
        code,
        f"imported on {found.imported_on.isoformat()} from {found.source or 'no source'}",
    ]
    return f"{device}: {', '.join(parts)}"


def _found_json(device: DeviceId, found: VaultRecord | None, reveal: bool) -> dict[str, object]:
    if found is None:
        return {"device_id": str(device), "found": False}
    shown: dict[str, object] = {
        "device_id": str(device),
        "found": True,
        "device_type": found.device_type,
        "installed_by_us": found.installed_by_us,
        "code_held": found.code is not None,
        "source": found.source,
        "imported_on": found.imported_on,
        "install_code": None,
    }
    if found.code is not None:
        shown["install_code"] = found.code.hex if reveal else MASKED
        if reveal:
            shown["install_code_with_crc"] = found.code.with_crc
    return shown


def _show_standing(found: Standing, as_json: bool, *, verified: bool) -> None:
    counts = found.stats
    if as_json:
        answer(
            True,
            {
                "records": counts.records,
                "with_code": counts.with_code,
                "without_code": counts.records - counts.with_code,
                "installed_by_us": counts.installed_by_us,
                "buckets": counts.buckets,
                "key_id": counts.key_id,
                "complete_as_of": found.complete_as_of,
                "declaration_current": found.current,
                "verified": verified,
            },
            "",
        )
        return
    rows = [
        ("Devices", counts.records),
        ("with a code", counts.with_code),
        ("without a code", counts.records - counts.with_code),
        ("installed by us", counts.installed_by_us),
        ("sealed buckets", counts.buckets),
        ("key", counts.key_id),
        ("declared complete as of", _declared(found)),
    ]
    table("", ("the vault", ""), rows)
    if verified:
        say(f"every bucket is intact: {counts.buckets} buckets, {counts.records} Devices")


def _declared(found: Standing) -> str:
    if found.complete_as_of is None:
        return "never; Devices it does not know are held for a person"
    if found.current:
        return found.complete_as_of.isoformat()
    return (
        f"{found.complete_as_of.isoformat()}, {found.age_days} days ago: older than"
        f" {found.max_age_days}; Devices it does not know are held for a person"
    )
