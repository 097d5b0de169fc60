"""``exchange codes``: fill and query the vault, and declare the register of installed Devices."""

from __future__ import annotations

import re
import time
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from exchange.cli.codes.codes_import import import_
from exchange.cli.codes.codes_remove import remove
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
    table,
    who,
)
from exchange.domain.device import MASKED, DeviceId
from exchange.errors import BadInput
from exchange.later import Later
from exchange.rendering.wording import counted

if TYPE_CHECKING:
    from exchange import bootstrap
    from exchange.cli.codes import progress_bar
    from exchange.ports.records import VaultRecord
    from exchange.services.codes import holdings, rotate
    from exchange.services.codes.holdings import VaultStatus
else:
    bootstrap = Later("exchange.bootstrap")
    holdings = Later("exchange.services.codes.holdings")
    progress_bar = Later("exchange.cli.codes.progress_bar")
    rotate = Later("exchange.services.codes.rotate")

app = typer.Typer(no_args_is_help=True, add_completion=False)

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
app.command("import")(import_)
app.command("remove")(remove)


@app.command("find")
def find(
    device: Annotated[str, typer.Argument(help="A Device ID in any usual spelling.")],
    reveal: Annotated[bool, typer.Option("--reveal", help="Show the code (audited).")] = False,
    by: By = "",
    folder: Folder = HERE,
    now: Now = "",
    as_json: Json = False,
) -> None:
    """Show what the vault holds for one Device; code masked unless --reveal, always audited."""
    named = DeviceId.parse(device)
    found = holdings.look_up(context_of(folder, now), named, who(by), revealed=reveal)
    print_result(as_json, _found_json(named, found, reveal), _found_line(named, found, reveal))
    if found is None:
        raise typer.Exit(1)


@app.command("stats")
def stats(folder: Folder = HERE, now: Now = "", as_json: Json = False) -> None:
    """Count the Devices and codes in the vault, and say how current its register is."""
    _show_standing(holdings.vault_status(context_of(folder, now)), as_json, verified=False)


@app.command("verify")
def verify(folder: Folder = HERE, now: Now = "", as_json: Json = False) -> None:
    """Open and check every bucket of the vault; exit with 1 and name damaged ones."""
    ctx = context_of(folder, now)
    found = holdings.vault_status(ctx, verify=True)
    older = rotate.under_other_keys(ctx, bootstrap.open_key_change(ctx))
    _show_standing(found, as_json, verified=True, older=older)
    if older and not as_json:
        say(
            f"{older} buckets and texts are under an older data key:"
            " `exchange codes rotate-key --only-reseal` continues"
        )


@app.command("rotate-key")
def rotate_key(
    reseal: Annotated[
        bool,
        typer.Option("--reseal", help="Also encrypt everything again; the daemon may run."),
    ] = False,
    only_reseal: Annotated[
        bool,
        typer.Option("--only-reseal", help="Keep the key; continue where it was cut off."),
    ] = False,
    quiet: Quiet = False,
    by: By = "",
    folder: Folder = HERE,
    now: Now = "",
    as_json: Json = False,
) -> None:
    """Lock the vault with a new key at once; --reseal also replaces the data key.

    A key file is replaced by a new one, and the old one is kept next to it for older backups. For
    any other kind of key, first put the new one in table keys of the configuration and the present
    one in keys.old.
    """
    ctx = context_of(folder, now)
    change, actor = bootstrap.open_key_change(ctx), who(by)
    result: dict[str, object] = {}
    if not only_reseal:
        old, new = rotate.rotate(ctx, change, actor)
        result |= {"old_key": old, "new_key": new}
        if not as_json:
            alone = f"; key {old} opens only older backups" if old not in ("", new) else ""
            say(f"the vault is locked by key {new}{alone}")
    if reseal or only_reseal:
        with progress_bar.progress(quiet=quiet) as bar:
            done = rotate.reseal(ctx, change, actor, time.sleep, bar)
        result |= {
            "data_key": done.key_id, "buckets": done.buckets, "texts": done.texts,
            "resumed": done.resumed, "left_under_old_keys": 0,
        }  # fmt: skip
        if not as_json:
            how = "continued: " if done.resumed else ""
            say(
                f"{how}{counted(done.buckets, 'bucket')} and {counted(done.texts, 'text')} sealed"
                f" again; nothing is left under an older key: {counted(done.records, 'Device')}"
                f" opened, {counted(done.kept_texts, 'text')} counted"
            )
    if as_json:
        print_result(True, result, "")


@app.command("restore-key")
def restore_key(by: By = "", folder: Folder = HERE, now: Now = "", as_json: Json = False) -> None:
    """Put the key of the vault back in its place, from any file in the folder keys/.

    The database says which key locks it; the file with that key is found whatever its name. A file
    already in its place is kept under another name.
    """
    path, held, key_id = bootstrap.restore_key_file(folder, bootstrap.the_clock(now), who(by))
    found = f"put back from {held}" if held else "in its place already"
    print_result(
        as_json,
        {"key_id": key_id, "file": str(path), "from": str(held) if held else None},
        f"{path}: key {key_id} is {found}; it opens the vault",
    )


@app.command("complete-as-of")
def complete_as_of(
    day: Annotated[str, typer.Argument(metavar="DATE", help='2026-12-01; "none" withdraws it.')],
    empty: Annotated[
        bool, typer.Option("--empty", help="We really installed no Device at all.")
    ] = False,
    by: By = "",
    folder: Folder = HERE,
    now: Now = "",
    as_json: Json = False,
) -> None:
    """Declare that the vault holds every Device we installed, up to and including DATE.

    Only then is an unknown Device answered with "not the installing Supplier".
    """
    as_of = None if day.strip().lower() == "none" else _day(day)
    ctx = context_of(folder, now)
    before = holdings.declare_complete(ctx, as_of, who(by), empty=empty)
    known = holdings.vault_status(ctx).stats.installed_by_us
    was = f" (before: {before.isoformat()})" if before else ""
    text = (
        f"declared complete as of {as_of.isoformat()}, {known} installed Devices known"
        if as_of
        else "declaration withdrawn: unknown Devices are held for a person"
    )
    print_result(
        as_json,
        {"complete_as_of": as_of, "before": before, "installed_by_us": known},
        f"{text}{was}",
    )


def _day(written: str) -> date:
    try:
        if _DAY.fullmatch(written.strip()):
            return date.fromisoformat(written.strip())
    except ValueError:
        pass
    raise BadInput(f"{written!r} is not a date", hint="write it like 2026-12-01")


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


def _show_standing(found: VaultStatus, as_json: bool, *, verified: bool, older: int = 0) -> None:
    counts = found.stats
    if as_json:
        print_result(
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
                **({"under_older_keys": older} if verified else {}),
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
        known = counted(counts.records, "Device")
        say(f"every bucket is intact: {counted(counts.buckets, 'bucket')}, {known}")


def _declared(found: VaultStatus) -> str:
    if found.complete_as_of is None:
        return "never; Devices it does not know are held for a person"
    if found.current:
        return found.complete_as_of.isoformat()
    return (
        f"{found.complete_as_of.isoformat()}, {counted(found.age_days, 'day')} ago: older than"
        f" {found.max_age_days}; Devices it does not know are held for a person"
    )
