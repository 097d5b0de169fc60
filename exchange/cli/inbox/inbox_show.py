"""``exchange inbox show``: one mail as it was understood, or what is open of a request to us."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from exchange.cli.common import (
    HERE,
    HIGHEST_NUMBER,
    Folder,
    Json,
    context_of,
    print_result,
    say,
    table,
)
from exchange.domain.device import mask_codes
from exchange.errors import BadInput
from exchange.files import make_file
from exchange.later import Later
from exchange.rendering.wording import counted

if TYPE_CHECKING:
    from exchange.domain.inbound import RequestedDevice
    from exchange.domain.mail import Understanding
    from exchange.services.context import Context
    from exchange.services.people import review, review_devices
    from exchange.store.mails.mail import KeptMail
else:
    review = Later("exchange.services.people.review")
    review_devices = Later("exchange.services.people.review_devices")

_REFERENCE: Final = re.compile(r"[A-Z0-9]+(-[A-Z0-9_]+)+", re.IGNORECASE)
_MOST_ROWS: Final = 50  # --json has all of them


def show(
    what: Annotated[
        str,
        typer.Argument(metavar="NUMBER|REFERENCE", help="A mail, or a request to us."),
    ],
    folder: Folder = HERE,
    raw: Annotated[
        Path | None, typer.Option("--raw", help="Write the mail as received to this new file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what was understood of one mail, with codes masked, or what is open of a request."""
    number = _number(what)
    ctx = context_of(folder)
    if number is None:
        if raw is not None:
            raise typer.BadParameter("--raw takes the number of a mail")
        _show_request(ctx, what.upper(), as_json)
        return
    if raw is not None:
        content = review.raw_mail(ctx, number)
        try:
            make_file(raw, content)
        except OSError as error:
            raise BadInput(error.strerror or "cannot be written", place=str(raw)) from None
        print_result(as_json, {"file": str(raw)}, f"mail {number} in {raw}")
        return
    mail, said = review.show_mail(ctx, number)
    ref, rows = review_devices.open_rows_of(ctx, number)
    if as_json:
        content_of_mail = {**_mail_values(mail, said), "open": list(map(_row_values, rows))}
        print_result(True, content_of_mail, "")
        return
    _say_mail(mail, said)
    if rows:
        _say_rows(ref, rows)


def _number(what: str) -> int | None:
    """Return the number of a mail, None for a reference; raise BadParameter for anything else."""
    if what.isascii() and what.isdigit() and 1 <= int(what[:20]) <= HIGHEST_NUMBER:
        return int(what)
    if _REFERENCE.fullmatch(what) and not what[0].isdigit():
        return None
    raise typer.BadParameter(f"{what!r} is neither the number of a mail nor a reference")


def _show_request(ctx: Context, ref: str, as_json: bool) -> None:
    rows = review_devices.open_rows(ctx, ref)
    if as_json:
        print_result(True, {"ref": ref, "open": list(map(_row_values, rows))}, "")
    elif rows:
        _say_rows(ref, rows)
    else:
        say(f"{ref}: every Device is answered")


def _mail_values(mail: KeptMail, said: Understanding) -> Mapping[str, object]:
    return {
        "number": mail.id,
        "folder": mail.folder,
        "reason": mail.reason,
        "resolved_at": mail.resolved_at,
        "resolution": mail.resolution,
        "from": mail.sender,
        "subject": mail.subject,
        "kind": said.kind,
        "subkind": said.subkind,
        "devices": [
            {"device_id": str(one.device), "where": mask_codes(one.where)} for one in said.devices
        ],
        "answers": [
            {
                "device_id": str(one.device),
                "outcome": one.outcome,
                "where": mask_codes(one.where),
            }
            for one in said.answers
        ],
        "rejects": [
            {
                "text": one.masked,
                "reason": one.reason,
                "where": mask_codes(one.where),
            }
            for one in said.rejects
        ],
        "warnings": [mask_codes(one) for one in said.warnings],
        "attachments": [
            {"name": mask_codes(one.name), "media": one.media, "bytes": one.size}
            for one in said.enclosed
        ],
        "links": [mask_codes(one) for one in said.links],
    }


def _say_mail(mail: KeptMail, said: Understanding) -> None:
    arrived = f"{mail.arrived_at:%Y-%m-%d %H:%M} UTC"
    say(f"mail {mail.id} from {mail.sender or 'nobody certain'}, {arrived}")
    say(f"subject: {mail.subject}")
    say(f"{mail.folder}: {mail.reason}")
    if mail.resolved_at is not None:
        say(f"closed: {mail.resolution}, {mail.resolved_at:%Y-%m-%d %H:%M} UTC")
    kind = f"{said.kind} ({said.subkind})" if said.subkind else said.kind
    say(
        f"{kind}: {counted(len(said.devices), 'Device')}, {counted(len(said.answers), 'answer')}, "
        f"{counted(len(said.rejects), 'reject')}"
    )
    for reject in said.rejects:
        say(f"  {mask_codes(reject.where)}: {reject.masked!r}: {reject.reason}")
    for warning in said.warnings:
        say(f"  note: {mask_codes(warning)}")
    for one in said.enclosed:
        say(f"  attached: {mask_codes(one.name)} ({one.media}, {one.size:,} bytes)")
    for link in said.links:
        say(f"  link: {mask_codes(link)}")
    say("")
    say(mask_codes(said.text))


def _row_values(row: RequestedDevice) -> Mapping[str, object]:
    return {
        "device_id": row.device,
        "type": row.device_type,
        "where": row.where,
        "state": row.state,
        "reason": row.reason,
    }


def _say_rows(ref: str, rows: Sequence[RequestedDevice]) -> None:
    table(
        f"{ref}: rows that are not answered yet",
        ("Device ID", "where", "state", "reason"),
        ((row.device, row.where, row.state, row.reason) for row in rows[:_MOST_ROWS]),
    )
    if len(rows) > _MOST_ROWS:
        say(f"... and {len(rows) - _MOST_ROWS:,} more; --json has all of them")
