"""``exchange contacts columns``: say which columns of one party's tables hold what."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from exchange.cli.common import (
    HERE,
    HIGHEST_NUMBER,
    By,
    Folder,
    Json,
    Now,
    content_of,
    context_of,
    print_result,
    say,
    table,
    who,
)
from exchange.domain.columns.column_map import ColumnMap, as_values
from exchange.domain.device import mask_codes
from exchange.domain.mail import Outcome, TablePreview, Understanding
from exchange.later import Later
from exchange.rendering.wording import one_line

if TYPE_CHECKING:
    from exchange.services.answering import party_columns
    from exchange.services.people import review
else:
    party_columns = Later("exchange.services.answering.party_columns")
    review = Later("exchange.services.people.review")

_NOUNS = frozenset(("devices", "rejects"))  # of what is counted, the rest are outcomes
app = typer.Typer(no_args_is_help=True, add_completion=False)
_FEW = 5

PartyArgument = Annotated[
    str, typer.Argument(metavar="PARTY", help="Its signifier.", show_default=False)
]
_OF = "Header, letter or number of the column of "
Device = Annotated[str, typer.Option("--device", help=f"{_OF}Device IDs.")]
Code = Annotated[
    list[str] | None,
    typer.Option("--code", help=f"{_OF}install codes; twice where a code is split over two."),
]
Status = Annotated[str | None, typer.Option("--status", help=f"{_OF}the answers.")]
Comment = Annotated[str | None, typer.Option("--comment", help=f"{_OF}comments.")]
DeviceTypeOption = Annotated[str | None, typer.Option("--type", help=f"{_OF}device types.")]
Installed = Annotated[
    str | None, typer.Option("--installed", help=f"{_OF}yes or no: installed by the party.")
]
HeaderRow = Annotated[
    int,
    typer.Option("--header-row", min=0, help="Its row number; else it is searched for."),
]
ForFiles = Annotated[str, typer.Option("--file", help="Only files of this name: 'MP121*.xlsx'.")]
ForSheets = Annotated[str, typer.Option("--sheet", help="Only sheets of this name.")]


@app.command("set")
def set_(
    party: PartyArgument,
    device: Device,
    code: Code = None,
    status: Status = None,
    comment: Comment = None,
    device_type: DeviceTypeOption = None,
    installed: Installed = None,
    header_row: HeaderRow = 0,
    file: ForFiles = "",
    sheet: ForSheets = "",
    also: Annotated[
        bool,
        typer.Option("--also", help="Keep the others; use this one where they do not fit."),
    ] = False,
    by: By = "",
    folder: Folder = HERE,
    now: Now = "",
    as_json: Json = False,
) -> None:
    """Set which columns of a party's tables hold what; replaces earlier settings for those tables.

    A column that is not named is recognised as usual; "" means that there is none.
    """
    one = _mapping(device, code, status, comment, device_type, installed, header_row, file, sheet)
    signifier = party.upper()
    maps = party_columns.save_columns(context_of(folder, now), signifier, one, who(by), keep=also)
    if as_json:
        print_result(True, {"signifier": signifier, "columns": as_values(maps)}, "")
        return
    _list(signifier, maps)


@app.command()
def show(party: PartyArgument, folder: Folder = HERE, as_json: Json = False) -> None:
    """Show what is stored for a party."""
    signifier = party.upper()
    maps = party_columns.of_party(context_of(folder), signifier)
    if as_json:
        print_result(True, {"signifier": signifier, "columns": as_values(maps)}, "")
        return
    _list(signifier, maps)


@app.command()
def clear(
    party: PartyArgument,
    number: Annotated[
        int, typer.Option("--number", min=0, help="Only this mapping, by number.")
    ] = 0,
    by: By = "",
    folder: Folder = HERE,
    now: Now = "",
    as_json: Json = False,
) -> None:
    """Delete mappings, so that the tables are read like everybody else's again."""
    signifier = party.upper()
    maps = party_columns.take_off(context_of(folder, now), signifier, who(by), number)
    if as_json:
        print_result(True, {"signifier": signifier, "columns": as_values(maps)}, "")
        return
    _list(signifier, maps)


@app.command()
def preview(
    party: PartyArgument,
    path: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A mail, a workbook or a CSV.")
    ] = None,
    mail: Annotated[
        int,
        typer.Option("--mail", min=0, max=HIGHEST_NUMBER, help="A stored mail instead, by number."),
    ] = 0,
    device: Annotated[
        str, typer.Option("--device", help="Try these columns instead of the stored ones.")
    ] = "",
    code: Code = None,
    status: Status = None,
    comment: Comment = None,
    device_type: DeviceTypeOption = None,
    installed: Installed = None,
    header_row: HeaderRow = 0,
    file: ForFiles = "",
    sheet: ForSheets = "",
    folder: Folder = HERE,
    as_json: Json = False,
) -> None:
    """Read a mail or a file as the party's, without and with its columns; change nothing.

    Install codes are masked.
    """
    ctx, signifier = context_of(folder), party.upper()
    if (path is None) == (mail == 0):
        raise typer.BadParameter("give either a file or --mail with a number")
    given = (code, status, comment, device_type, installed)
    if device:
        tried = _mapping(
            device, code, status, comment, device_type, installed, header_row, file, sheet
        )
        maps: tuple[ColumnMap, ...] = (tried,)
    elif any(one is not None for one in given) or header_row or file or sheet:
        raise typer.BadParameter("name the column of the Device IDs with --device")
    else:
        maps = party_columns.of_party(ctx, signifier)
    if path is not None:
        name, content = path.name, content_of(path)
    else:
        name, content = f"mail {mail}.eml", review.raw_mail(ctx, mail)
    try:
        seen = party_columns.preview(ctx, signifier, name, content, maps)
    finally:
        ctx.reader.close()
    if as_json:
        print_result(True, _as_object(signifier, maps, seen), "")
        return
    for look in seen.with_maps.tables:
        _show_table(look)
    if not seen.with_maps.tables:
        say("no table with a list of devices")
    _print_counts("as usual", seen.usual)
    if maps:
        _print_counts("with the columns", seen.with_maps)
    else:
        say(f"no columns are stored for {signifier}; try some with --device")


def _mapping(
    device: str,
    code: list[str] | None,
    status: str | None,
    comment: str | None,
    device_type: str | None,
    installed: str | None,
    header_row: int,
    file: str,
    sheet: str,
) -> ColumnMap:
    codes = None if code is None else () if code == [""] else tuple(code)
    return ColumnMap(
        device, codes, status, comment, device_type, installed, header_row, file, sheet
    )


def _list(signifier: str, maps: tuple[ColumnMap, ...]) -> None:
    for number, one in enumerate(maps, 1):
        say(f"{number}. {one}")
    say(f"{len(maps) or 'none'} on file for {signifier}")


def _plain(text: str) -> str:
    # Strangers' words must not send control characters to the terminal.
    return one_line(mask_codes(text))


def _show_table(look: TablePreview) -> None:
    rows: list[tuple[str, ...]] = [("title", *map(_plain, look.titles))]
    rows.append(("as usual", *look.usual))
    if look.mapped:
        rows.append(("with the columns", *look.mapped))
    rows += [(f"row {number}", *map(_plain, cells)) for number, cells in look.rows]
    table(_plain(look.where), ("", *look.letters), rows)
    if look.misfit:
        say(f"note: {_plain(look.misfit)}")


def _counts(said: Understanding) -> dict[str, int]:
    outcomes = Counter(one.outcome for one in said.answers)
    return {
        "devices": len(said.devices),
        **{outcome.value: outcomes[outcome] for outcome in Outcome},
        "rejects": len(said.rejects),
    }


def _print_counts(how: str, said: Understanding) -> None:
    kind = f"{said.kind.value} ({said.subkind})" if said.subkind else said.kind.value
    found = ", ".join(
        f"{count:,} {what[:-1] if count == 1 and what in _NOUNS else what}"
        for what, count in _counts(said).items()
    )
    say(f"{how}: {kind.replace('_', ' ')}: {found.replace('_', ' ')}")
    for reject in said.rejects[:_FEW]:
        say(f"  {_plain(reject.where)}: {_plain(reject.reason)}")
    if len(said.rejects) > _FEW:
        say(f"  and {len(said.rejects) - _FEW:,} more")
    for text in said.warnings:
        say(f"  note: {_plain(text)}")


def _as_object(
    signifier: str, maps: tuple[ColumnMap, ...], seen: party_columns.Preview
) -> dict[str, object]:
    def reading(said: Understanding) -> dict[str, object]:
        return {
            "kind": said.kind.value,
            "subkind": said.subkind,
            **_counts(said),
            "reject_places": [
                {"where": _plain(one.where), "reason": _plain(one.reason)} for one in said.rejects
            ],
            "warnings": [_plain(text) for text in said.warnings],
        }

    return {
        "signifier": signifier,
        "columns": as_values(maps),
        "tables": [
            {
                "where": _plain(look.where),
                "letters": look.letters,
                "titles": [_plain(one) for one in look.titles],
                "usual": look.usual,
                "mapped": look.mapped,
                "misfit": _plain(look.misfit),
                "rows": [
                    {"row": number, "cells": [_plain(cell) for cell in cells]}
                    for number, cells in look.rows
                ],
            }
            for look in seen.with_maps.tables
        ],
        "usual": reading(seen.usual),
        "mapped": reading(seen.with_maps) if maps else None,
    }
