"""What all commands share: common options, the working folder, output for people or programs."""

from __future__ import annotations

import getpass
import json
import os
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from exchange.domain.foreign import storable
from exchange.errors import BadInput

if TYPE_CHECKING:
    from exchange.services.context import Context

Folder = Annotated[
    Path,
    typer.Option(
        "--folder", "-C", envvar="EXCHANGE_FOLDER", help="The working folder.", show_default="."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Do not report progress.")]
Now = Annotated[
    str,
    typer.Option(
        "--now", help="Set the clock, outside production: 2026-12-21T16:45 (Europe/London)."
    ),
]
HERE: Final = Path()
HIGHEST_NUMBER: Final = 10**9  # the highest number and count accepted: no column or sum overflows
Number = Annotated[int, typer.Argument(metavar="NUMBER", min=1, max=HIGHEST_NUMBER)]
By = Annotated[
    str, typer.Option("--by", help="Your name, for the audit log.", show_default="login name")
]


def _reason(text: str) -> str:
    """Return a reason fit for the record; raise BadParameter where it is blank."""
    if not text.strip():
        raise typer.BadParameter("give a reason: it must not be blank")
    return storable(text)


def reason_if_given(text: str | None) -> str | None:
    """Return an optional reason fit for the record; raise BadParameter where it is blank."""
    return None if text is None else _reason(text)


Why = Annotated[str, typer.Option(help="The reason, for the record.", callback=_reason)]

# Control characters except line feed and tab, and those that change the direction of text.
_COMMANDING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
_PIPE_WIDTH = 200


def context_of(folder: Path, now: str = "", *, at_once: bool = False) -> Context:
    """Open a working folder and return its context; ``at_once`` as in ``open_context``."""
    # Imported only now: it loads most of the program, which `exchange read` does not need.
    from exchange.bootstrap import open_context, the_clock, unfinished_key_change

    ctx = open_context(folder, the_clock(now), at_once=at_once)
    if warning := unfinished_key_change(folder, ctx.settings):
        warn(f"exchange: {warning}")
    return ctx


def printable(text: str) -> str:
    """Return the text without control characters: much of it was written by strangers."""
    return _COMMANDING.sub("\ufffd", storable(text))


def say(line: str) -> None:
    """Print one line for people on standard output."""
    sys.stdout.write(f"{printable(line)}\n")
    sys.stdout.flush()


def warn(line: str) -> None:
    """Print one line for people on standard error."""
    sys.stderr.write(f"{printable(line)}\n")
    sys.stderr.flush()


def print_result(as_json: bool, content: object, line: str) -> None:
    """Print the result: as JSON when asked for, else as one line."""
    if as_json:
        # Not through `printable`: JSON escapes control characters; programs want the rest as it is.
        sys.stdout.write(
            f"{storable(json.dumps(content, ensure_ascii=False, indent=2, default=str))}\n"
        )
        sys.stdout.flush()
    else:
        say(line)


def table(title: str, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table for people, or "none" under its title; plain text in a pipe.

    Addresses and IDs are never broken: where a terminal is too narrow for that, each row is printed
    as a block of lines.
    """
    listed = [[printable(str(cell)) for cell in row] for row in rows]
    if not listed:
        say(f"{title}: none" if title else "none")
        return
    most = max(len(headers), *map(len, listed))
    headers = [*headers, *[""] * (most - len(headers))]
    listed = [[*row, *[""] * (most - len(row))] for row in listed]
    # Imported only now: most commands print no table.
    from rich.console import Console
    from rich.table import Table

    from exchange.cli.layout import blocks, column_widths, narrowest, table_width

    console = Console(file=sys.stdout)
    width = console.width
    if not (sys.stdout.isatty() or os.environ.get("COLUMNS")):
        # In a pipe nobody sees an edge: wide enough that a line of a table is a line of text.
        width = max(_PIPE_WIDTH, table_width(narrowest(headers, listed)))
    widths = column_widths(headers, listed, width)
    if widths is None:
        for line in (*([title] if title else []), *blocks(headers, listed, width)):
            say(line)
        return
    listing = Table(title=title or None, title_justify="left")
    for header, column in zip(headers, widths, strict=True):
        listing.add_column(header, overflow="fold", width=column)
    for row in listed:
        listing.add_row(*row)
    Console(file=sys.stdout, width=width).print(listing, markup=False)


def who(by: str) -> str:
    """Return the actor for the audit log: the name in ``by``, else the login name."""
    if by.strip():
        return storable(" ".join(by.split()))
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container may run under a user number without a name.
        raise BadInput("your login has no name; give yours with --by") from None


def content_of(file: Path) -> bytes:
    """Return a file's bytes; raise BadInput with its path where it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise BadInput(error.strerror or "cannot be read", place=str(file)) from None


def at_terminal() -> bool:
    """Return whether a person can be asked: input and output are a terminal."""
    return sys.stdin.isatty() and sys.stdout.isatty()
