"""What the commands share by which people import files: who did it, the file, a yes or no."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import Annotated

import typer

from exchange.domain.foreign import storable
from exchange.errors import BadInput

By = Annotated[
    str, typer.Option("--by", help="Who does this, for the audit log.", show_default="login name")
]


def _reason(written: str) -> str:
    """What may go into the record; nothing but spaces is no reason."""
    if not written.strip():
        raise typer.BadParameter("say why: an empty reason is none")
    return storable(written)


Why = Annotated[str, typer.Option(help="The reason, for the record.", callback=_reason)]


def who(by: str) -> str:
    """The actor for the audit log: what was said, else the login name."""
    if by.strip():
        return storable(" ".join(by.split()))
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container may run under a number that has no name.
        raise BadInput("your login has no name; say who you are with --by") from None


def content_of(file: Path) -> bytes:
    """A file's bytes; raises BadInput with its place."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise BadInput(error.strerror or "cannot be read", place=str(file)) from None


def at_terminal() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()
