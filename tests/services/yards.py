"""A working folder and a scripted mail server, on either engine: what is listed, kept, decided."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Protocol
from unittest.mock import patch

from exchange.bootstrap import SetClock, open_context
from exchange.config import MailboxSettings
from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.time.sla import parse_instant
from exchange.errors import MailboxRefused, MailboxUnavailable
from exchange.ports.records import VaultRecord
from exchange.provision import OwnParty, make_folder
from exchange.services.answering import intake
from exchange.services.mailbox import fetch_and_file
from exchange.services.mailbox.rounds import folders_of
from exchange.store.mails.mail import KeptMail
from exchange.transport.imap import ImapMailbox
from tests.scenarios.stage import kept_reader
from tests.servers import HOST
from tests.services.contexts import add_parties, make_party

DEVICE = "00-DB-12-34-56-78-90-A0"
CODE = InstallCode.parse("83FED3407A939723A5C639B26916D505C3B5")
US, THEM = "codes@lose.example", "codes@gain.example"


def asks(number: int, subject: str = "codes please", head: str = "") -> bytes:
    """A request of its own Message-ID."""
    return (
        f"From: {THEM}\r\nTo: {US}\r\nSubject: {subject}\r\n{head}"
        f"Message-ID: <{number}@gain.example>\r\n\r\nPlease send the code of\r\n{DEVICE}\r\n"
    ).encode("utf-8", "surrogateescape")


class Server(Protocol):
    """An IMAP server with the account of ours."""

    @property
    def port(self) -> int: ...

    @property
    def ca_file(self) -> Path: ...


class Yard:
    """The context, its server, and rounds without sending."""

    def __init__(
        self, folder: Path, server: Server, database: str = "", not_before: str = ""
    ) -> None:
        make_folder(folder, OwnParty("LOSE", "Lose Power", US, database))
        config = folder / "config" / "exchange.toml"
        text = config.read_text()
        if not_before:
            text = text.replace("[[mailbox]]\n", f"[[mailbox]]\nnot_before = {not_before}\n", 1)
        config.write_text(text)
        # Not a simulated clock: the server's own times count.
        self.clock = RealClock("2026-12-14T09:00")
        with patch("exchange.worker.reader.WorkerReader", kept_reader):
            self.ctx = open_context(folder, self.clock)
        add_parties(self.ctx, make_party("GAIN"))
        self.ctx.vault.put_many([VaultRecord(DeviceId.parse(DEVICE), CODE, True)])
        self._server = server
        self.box = self.mailbox()
        self.troubles: list[str] = []

    def mailbox(self, timeout: float = 6.0) -> ImapMailbox:
        settings = MailboxSettings(
            name=self.ctx.settings.mailbox[0].name,
            host=HOST,
            port=self._server.port,
            username=US,
            ca_file=self._server.ca_file,
            timeout_seconds=timeout,
        )
        return ImapMailbox(settings, "secret", Path("/"), max_bytes=1_000_000)

    def round(self) -> Counter[str]:
        """Keep, decide, file; what the server refuses is remembered, nothing else may be raised."""
        decided = Counter[str]()
        folders = folders_of(self.ctx.settings.mailbox[0])
        try:
            fetch_and_file.keep(self.ctx, self.box, fetch_and_file.fresh(self.ctx, self.box))
            decided = intake.decide_all(self.ctx).folders
            fetch_and_file.file(self.ctx, self.box, folders)
        except (MailboxUnavailable, MailboxRefused) as error:
            self.troubles.append(str(error))
        return decided

    def later(self, minutes: float) -> None:
        self.clock.at += timedelta(minutes=minutes)

    def rows(self) -> list[KeptMail]:
        with self.ctx.store.reading() as tx:
            return [tx.mail.get(number) for number in self.numbers()]

    def numbers(self) -> list[int]:
        return [int(str(row[0])) for row in self.sql("SELECT id FROM mail ORDER BY id")]

    def sql(self, text: str) -> list[tuple[object, ...]]:
        with self.ctx.store.engine.begin() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(text)]

    def sql_write(self, text: str) -> None:
        with self.ctx.store.engine.begin() as connection:
            connection.exec_driver_sql(text)

    def raw(self, number: int) -> bytes:
        with self.ctx.store.reading() as tx:
            return self.ctx.sealer.open(tx.mail.get(number).sealed, "mail")

    def answers(self) -> int:
        """How many answers were written."""
        return len(self.sql("SELECT id FROM outbox WHERE purpose = 'answer'"))

    def close(self) -> None:
        self.box.close()
        self.ctx.store.dispose()


class RealClock(SetClock):
    """Set by a test, and taken for the clock of a server that is in step with others."""

    simulated = False

    def __init__(self, at: str) -> None:
        super().__init__(parse_instant(at))
