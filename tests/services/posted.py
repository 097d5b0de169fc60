"""A context whose letters go to a scripted server: for what becomes of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from exchange.bootstrap import SetClock, open_context, open_courier
from exchange.domain.time.sla import parse_instant
from exchange.errors import ExchangeError
from exchange.provision import OwnParty, make_folder
from exchange.services.context import Context
from exchange.services.sending import send_mail
from exchange.store.mails.outbox import NewLetter
from tests.servers import HOST
from tests.servers.scripted import ScriptedSmtp
from tests.services.contexts import NOW, add_parties, make_party

RAW = "From: install-codes@lose.example\r\nTo: {to}\r\nMessage-ID: {id}\r\n\r\ntext of {ref}\r\n"


@dataclass
class Post:
    """A working folder and the way out of it; the clock stands where it was set."""

    folder: Path
    ctx: Context
    server: ScriptedSmtp

    def go(self, **minutes: float) -> str:
        """Deliver what is due, later by so much; what hindered it, or an empty text."""
        clock = self.ctx.clock
        assert isinstance(clock, SetClock)
        clock.at += timedelta(**minutes)
        courier = open_courier(self.ctx)
        try:
            send_mail.deliver(self.ctx, courier, Counter())
        except ExchangeError as error:
            return str(error)
        return ""

    def write(self, nth: int, to: str, purpose: str = "answer", party: str = "") -> int:
        """Put a letter into the outbox; its number."""
        ref, message_id = f"MP121-LOSE-2612-A{nth:05d}", f"<letter-{nth}@lose.example>"
        raw = RAW.format(to=to, id=message_id, ref=ref).encode()
        sealed = self.ctx.sealer.seal(raw, "outbox")
        name = party or to.partition("@")[2].partition(".")[0].upper()
        letter = NewLetter(message_id, purpose, ref, name, to, 1, sealed, len(raw))
        with self.ctx.store.transaction("test") as tx:
            return tx.outbox.add(letter, self.ctx.now())

    def states(self) -> dict[int, tuple[str, int]]:
        """State and attempts of each letter."""
        with self.ctx.store.reading() as tx:
            return {one.id: (one.state, one.attempts) for one in tx.outbox.heads()}

    def events(self) -> list[str]:
        """What the audit log tells of letters and of outgoing mail."""
        with self.ctx.store.reading() as tx:
            tx.audit.verify()
            return [row.event for row in tx.audit.rows() if row.event.startswith(("mail", "cour"))]

    def again(self) -> None:
        """As after a restart of the process."""
        self.ctx.store.dispose()
        self.ctx = open_context(self.folder, self.ctx.clock)


def make_post(folder: Path, server: ScriptedSmtp, database: str = "") -> Post:
    """Parties are PA, PB, ... PF, each in a domain of its own."""
    make_folder(folder, OwnParty("LOSE", "Lose Power", "install-codes@lose.example", database))
    config = folder / "config" / "exchange.toml"
    text = config.read_text().replace(
        'host = "smtp.ours.example"',
        f'host = "{HOST}"\nport = {server.port}\nca_file = "{server.ca_file}"\nconnections = 1\n'
        "timeout_seconds = 120",
    )
    config.write_text(text)
    (folder / "secrets" / "smtp-password").write_text("a password")
    (folder / "secrets" / "smtp-password").chmod(0o600)
    ctx = open_context(folder, SetClock(parse_instant(NOW)))
    add_parties(ctx, *(make_party(f"P{letter}") for letter in "ABCDEF"))
    return Post(folder, ctx, server)
