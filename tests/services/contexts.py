"""A complete working folder for a test: real SQLite database, key file, vault, and a set clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import typer
from typer.testing import CliRunner

from exchange.bootstrap import SetClock, open_context
from exchange.domain.party import EscalationContact, Party, diff
from exchange.domain.time.sla import parse_instant
from exchange.errors import BadInputs, ExchangeError
from exchange.provision import OwnParty, make_folder
from exchange.services.context import Context

NOW = "2026-12-01T10:00"
INIT = ("--signifier", "OURS", "--name", "Our Energy", "--address", "codes@ours.example")


def make_context(folder: Path, signifier: str = "LOSE", now: str = NOW) -> Context:
    """Make ``folder`` as ``exchange init`` does and open it; ``context.clock.at`` may be set."""
    address = f"install-codes@{signifier.lower()}.example"
    make_folder(folder, OwnParty(signifier, f"{signifier.title()} Power", address))
    return open_context(folder, SetClock(parse_instant(now)))


def make_party(signifier: str, name: str = "", *mpids: str, active: bool = True) -> Party:
    """A party with plausible addresses and one escalation contact."""
    domain = f"{signifier.lower()}.example"
    return Party(
        signifier=signifier,
        name=name or f"{signifier.title()} Energy",
        mpids=mpids or (signifier[:4].ljust(4, "X"),),
        role="supplier",
        request_address=f"codes@{domain}",
        reply_address=f"codes@{domain}",
        escalation=(EscalationContact(1, "", f"lead@{domain}"),),
        active=active,
    )


def add_parties(ctx: Context, *parties: Party) -> None:
    """Put parties on the register, past any file."""
    with ctx.store.transaction("test") as tx:
        tx.parties.apply(
            parties, diff(tx.parties.all(), parties), ctx.now(), actor="test", source="test"
        )


@dataclass(frozen=True)
class Said:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def all(self) -> str:
        """Everything a person or a log could see of it."""
        return self.out + self.err


def command(
    app: typer.Typer,
    folder: Path,
    *words: str,
    now: str = NOW,
    typed: str = "",
    columns: int = 400,
) -> Said:
    """Run a command in ``folder``; our own errors end as the entry point lets them end."""
    result = CliRunner().invoke(
        app,
        list(words),
        input=typed,
        env={"EXCHANGE_FOLDER": str(folder), "EXCHANGE_NOW": now, "COLUMNS": str(columns)},
    )
    err = result.stderr
    failure = result.exception
    if isinstance(failure, ExchangeError):
        err += "".join(f"{line}\n" for line in _lines(failure))
    elif failure is not None and not isinstance(failure, SystemExit):
        raise failure
    return Said(result.exit_code, result.stdout, err)


def _lines(failure: ExchangeError) -> Sequence[str]:
    if isinstance(failure, BadInputs):
        return [str(fault) for fault in failure.faults] + [str(failure)]
    return [str(failure)]


def bytes_of(folder: Path) -> bytes:
    """Every byte of every file under ``folder``: what a thief of the folder would search."""
    return b"\n".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
