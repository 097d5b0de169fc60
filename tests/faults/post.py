"""The far side of the sweep: IMAP, by Dovecot where it is installed, and SMTP that keeps all."""

from __future__ import annotations

import contextlib
import imaplib
import multiprocessing
import ssl
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from exchange.sandbox.servers import SandboxServers
from tests.servers import HOST, trusting
from tests.servers.dovecot import Dovecot

PASSWORD: Final = "for-the-sweep-alone"
FOLDERS: Final = ("INBOX", "Processed", "Review", "Shunted")


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail as the SMTP server took it."""

    to: str
    raw: bytes


@dataclass(slots=True)
class Post:
    """Both servers; each trial has an inbox of its own."""

    imap_port: int
    smtp_port: int
    imap_ca: Path
    smtp_ca: Path
    server: str
    _trusted: ssl.SSLContext
    _line: Connection
    _inboxes: Iterator[str]

    @property
    def ports(self) -> dict[int, str]:
        """What the sockets of the points are called."""
        return {self.imap_port: "imap", self.smtp_port: "smtp"}

    def new_inbox(self) -> str:
        """The login of a mailbox that nobody has used."""
        return next(self._inboxes)

    def sent(self) -> list[Sent]:
        """What was sent since the last ``forget``, oldest first."""
        self._line.send("sent")
        found: list[Sent] = self._line.recv()
        return found

    def forget(self) -> None:
        """Begin anew."""
        self._line.send("forget")
        self._line.recv()

    def put(self, login: str, mails: Sequence[bytes], at: datetime) -> None:
        """Put mails into an inbox."""
        with self._logged_in(login) as connection:
            for raw in mails:
                stamp = imaplib.Time2Internaldate(at)
                status, words = connection.append("INBOX", "", stamp, raw)
                if status != "OK":
                    raise RuntimeError(f"a mail was not taken: {words!r}")

    def lying(self, login: str) -> list[tuple[str, str]]:
        """Every mail of a mailbox: its folder and Message-ID."""
        found = []
        with self._logged_in(login) as connection:
            for folder in FOLDERS:
                status, many = connection.select(folder, readonly=True)
                if status != "OK" or many == [b"0"]:
                    continue
                _, listed = connection.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")
                for one in listed:
                    if isinstance(one, tuple):
                        found.append((folder, str(message_from_bytes(one[1])["Message-ID"])))
        return found

    @contextlib.contextmanager
    def _logged_in(self, login: str) -> Iterator[imaplib.IMAP4_SSL]:
        with imaplib.IMAP4_SSL(HOST, self.imap_port, ssl_context=self._trusted) as connection:
            connection.login(login, PASSWORD)
            yield connection


def _serve(line: Connection, folder: str, accounts: list[str]) -> None:
    """A process of its own: what forks must have no threads."""
    with SandboxServers(
        Path(folder), dict.fromkeys(accounts, PASSWORD), lambda: datetime.now(UTC)
    ) as servers:
        line.send((servers.imap_port, servers.smtp_port, str(servers.ca_file)))
        begin = 0
        while True:
            try:
                wanted = line.recv()
            except EOFError:
                return
            if wanted == "forget":
                begin = len(servers.sent)
                line.send(None)
            else:
                # A mail whose acceptance is on the wire: the command may have ended already.
                time.sleep(0.05)
                line.send(
                    [
                        Sent(address, one.raw)
                        for one in servers.sent[begin:]
                        for address in one.recipients
                    ]
                )


@contextlib.contextmanager
def post(recipients: Sequence[str], inboxes: int, *, dovecot: bool = True) -> Iterator[Post]:
    """The servers for as long as the block runs; ``inboxes`` is how many trials there may be."""
    logins = [f"t{number:04}@lose.example" for number in range(inboxes)]
    real = dovecot and not Dovecot.missing()
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="sweep-post-"))
        accounts = [*recipients, *([] if real else logins)]
        process: Any = context.Process(target=_serve, args=(theirs, folder, accounts), daemon=True)
        process.start()
        stack.callback(process.join, 10)
        stack.callback(ours.close)
        theirs.close()
        imap_port, smtp_port, smtp_ca = ours.recv()
        imap_ca, server = Path(smtp_ca), "the sandbox's IMAP server"
        if real:
            running = stack.enter_context(Dovecot(dict.fromkeys(logins, PASSWORD)))
            imap_port, imap_ca, server = running.imap_port, running.ca_file, "Dovecot"
        yield Post(
            imap_port, smtp_port, imap_ca, Path(smtp_ca), server, trusting(imap_ca), ours,
            iter(logins),
        )  # fmt: skip
