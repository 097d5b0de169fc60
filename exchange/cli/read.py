"""``exchange read``: what we make of a mail or a file, for anyone who wants to try our reading."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer

from exchange.cli.common import answer, say, table, warn
from exchange.domain.device import MASKED, InstallCode, mask_codes
from exchange.domain.mail import Understanding
from exchange.errors import ExchangeError, Unreadable
from exchange.parsing.headers import one_line
from exchange.parsing.limits import DEFAULT
from exchange.parsing.message import understand_file


def read_command(
    file: Annotated[Path, typer.Argument(help="A mail (.eml) or a bare attachment.")],
    as_json: Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")] = False,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show install codes.")] = False,
) -> None:
    """Read a mail or a file and say which devices, answers and rejects stand in it.

    Needs no working folder.  Ends with 0 when the file was understood, whatever kind it is, and
    with 1 when it cannot be read.
    """
    # What a damaged PDF makes its library say is no help to anyone, and quotes the file.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        understood = understand_file(_shown_name(file), _content(file))
    except ExchangeError as error:
        warn(mask_codes(f"{_shown_name(file)}: {error}"))
        raise typer.Exit(1) from None
    if as_json:
        answer(True, as_object(understood, reveal=reveal), "")
    else:
        _tell(understood, reveal=reveal)


def _shown_name(file: Path) -> str:
    # A file name may hold bytes that are no text; they must not end the output.
    return str(file.name or file).encode("utf-8", "replace").decode("utf-8")


def _content(file: Path) -> bytes:
    try:
        size = file.stat().st_size
        if size > DEFAULT.mail_bytes:
            raise Unreadable(f"the file has {size:,} bytes, more than {DEFAULT.mail_bytes:,}")
        return file.read_bytes()
    except FileNotFoundError:
        raise Unreadable("there is no such file") from None
    except OSError as error:
        raise Unreadable(error.strerror or "cannot be read") from None


def as_object(said: Understanding, *, reveal: bool) -> dict[str, object]:
    """An understanding as JSON values; install codes and what may be one masked unless revealed.

    ``install_code`` is 32 hex digits without the CRC, ``[masked]``, or null.
    """

    def shown(text: str) -> str:
        return text if reveal else mask_codes(text)

    def code(one: InstallCode | None) -> str | None:
        if one is None:
            return None
        return one.hex if reveal else MASKED

    return {
        "kind": said.kind.value,
        "subkind": said.subkind,
        "devices": [
            {"device_id": str(one.device), "where": shown(one.where)} for one in said.devices
        ],
        "answers": [
            {
                "device_id": str(one.device),
                "outcome": one.outcome.value,
                "install_code": code(one.code),
                "where": shown(one.where),
            }
            for one in said.answers
        ],
        "rejects": [
            {"text": shown(one.text), "reason": shown(one.reason), "where": shown(one.where)}
            for one in said.rejects
        ],
        "warnings": [shown(text) for text in said.warnings],
        "references": list(said.references),
        "bounces": [
            {
                "recipient": one.recipient,
                "permanent": one.permanent,
                "status": one.status,
                "diagnostic": shown(one.diagnostic),
                "original_message_id": shown(one.original_message_id),
            }
            for one in said.bounces
        ],
        "returns_on": said.returns_on.isoformat() if said.returns_on else None,
    }


def _tell(said: Understanding, *, reveal: bool) -> None:
    def shown(text: str) -> str:
        # A stranger's words: no control character of theirs reaches the terminal.
        return one_line(text if reveal else mask_codes(text))

    kind = f"{said.kind.value} ({said.subkind})" if said.subkind else said.kind.value
    say(
        f"{kind}: {len(said.devices):,} devices, {len(said.answers):,} answers,"
        f" {len(said.rejects):,} rejects"
    )
    answered = {one.device for one in said.answers}
    devices = [one for one in said.devices if one.device not in answered]
    if devices:
        rows = [(str(one.device), one.device_type, shown(one.where)) for one in devices]
        table("Devices", ("Device ID", "Type", "Where"), rows)
    if said.answers:
        answers = [
            (
                str(one.device),
                one.outcome.value,
                (one.code.grouped if reveal else MASKED) if one.code else "",
                shown(one.where),
            )
            for one in said.answers
        ]
        table("Answers", ("Device ID", "Outcome", "Install code", "Where"), answers)
    if said.rejects:
        rejects = [(shown(one.text), shown(one.reason), shown(one.where)) for one in said.rejects]
        table("Rejects", ("Seen", "Reason", "Where"), rejects)
    for bounce in said.bounces:
        fate = "given up" if bounce.permanent else "not yet delivered"
        say(shown(f"{fate}: {bounce.recipient} {bounce.status} {bounce.diagnostic}".rstrip()))
    if said.returns_on:
        say(f"back on {said.returns_on:%d/%m/%Y}")
    for text in said.warnings:
        say(f"note: {shown(text)}")
