"""One kind of site, twice: the sandbox servers, and Dovecot with Postfix before it.

Servers live as long as the test module; each test takes accounts that no other has used.
"""

from __future__ import annotations

import imaplib
import itertools
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exchange.config import MailboxSettings, SmtpSettings
from exchange.ports.mail import FetchedMail, MailRef, NotGiven
from exchange.sandbox.servers import SandboxServers
from exchange.transport.imap import ImapMailbox
from exchange.transport.smtp import SmtpCourier
from tests.servers import HOST, trusting, want
from tests.servers.dovecot import Dovecot
from tests.servers.postfix import Postfix

NOW = datetime(2026, 10, 5, 9, 30, tzinfo=UTC)
ACCOUNTS = {f"u{number}@op-a.test": f"pass wörd {number}" for number in range(80)}
LATER = "later@op-a.test"  # refused for now by every site
GONE = "gone@op-a.test"  # known nowhere


def given(mailbox: ImapMailbox, refs: Sequence[MailRef]) -> list[bytes]:
    """The bytes of those of ``refs`` that the server gives."""
    return [one.raw for one in fetched(mailbox, refs)]


def fetched(mailbox: ImapMailbox, refs: Sequence[MailRef]) -> list[FetchedMail]:
    """Those of ``refs`` that the server gives."""
    return [one for one in mailbox.fetch(refs) if isinstance(one, FetchedMail)]


def withheld(mailbox: ImapMailbox, refs: Sequence[MailRef]) -> dict[int, str]:
    """Why the server does not give the others, by UID."""
    return {one.ref.uid: one.reason for one in mailbox.fetch(refs) if isinstance(one, NotGiven)}


@dataclass
class Account:
    """One mailbox at a site, with a look at it that shares no code with the adapters."""

    address: str
    password: str
    imap_port: int
    ca_file: Path

    def settings(self, **changes: object) -> MailboxSettings:
        fields: dict[str, object] = {
            "host": HOST,
            "port": self.imap_port,
            "username": self.address,
            "ca_file": self.ca_file,
            "timeout_seconds": 30,
        }
        return MailboxSettings.model_validate(fields | changes)

    def mailbox(self, **changes: object) -> ImapMailbox:
        return ImapMailbox(self.settings(**changes), self.password, Path("/"))

    def visit(self) -> imaplib.IMAP4_SSL:
        client = imaplib.IMAP4_SSL(HOST, self.imap_port, ssl_context=trusting(self.ca_file))
        client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.authenticate("PLAIN", lambda _: f"\0{self.address}\0{self.password}".encode())
        return client

    def put(self, *raws: bytes, folder: str = "INBOX") -> None:
        """Store mails as they are, by APPEND."""
        with self.visit() as client:
            for raw in raws:
                kind, told = client.append(folder, "", '"05-Oct-2026 10:30:00 +0100"', raw)
                assert kind == "OK", told

    def holds(self, folder: str = "INBOX") -> list[bytes]:
        """The mails of a folder, oldest first."""
        with self.visit() as client:
            kind, _ = client.select(f'"{folder}"', readonly=True)
            if kind != "OK":
                return []
            _, told = client.uid("FETCH", "1:*", "(BODY.PEEK[])")
            return [part[1] for part in told if isinstance(part, tuple)]

    def flags(self, folder: str = "INBOX") -> list[set[bytes]]:
        with self.visit() as client:
            client.select(folder, readonly=True)
            _, told = client.uid("FETCH", "1:*", "(FLAGS)")
            return [
                set(imaplib.ParseFlags(line)) - {b"\\Recent"}
                for line in told
                if isinstance(line, bytes)
            ]

    def subscribed(self) -> set[str]:
        with self.visit() as client:
            _, told = client.lsub()
            lines = [line.decode() for line in told if isinstance(line, bytes)]
            return {line.rpartition(' "/" ')[2].strip('"') for line in lines}


@dataclass
class ImapSite:
    name: str
    imap_port: int
    ca_file: Path
    deliver: Callable[[bytes, str], None]
    down: Callable[[], None]
    up: Callable[[], None]
    accounts: Iterator[tuple[str, str]]

    def account(self) -> Account:
        address, password = next(self.accounts)
        return Account(address, password, self.imap_port, self.ca_file)


@pytest.fixture(scope="module", params=["sandbox", "dovecot"])
def imap_site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ImapSite]:
    accounts = iter(ACCOUNTS.items())
    if request.param == "sandbox":
        folder = tmp_path_factory.mktemp("sandbox")
        with SandboxServers(folder, ACCOUNTS, lambda: NOW) as sandbox:
            yield ImapSite(
                "sandbox", sandbox.imap_port, sandbox.ca_file, sandbox.deliver,
                sandbox.imap_down, sandbox.imap_up, accounts,
            )  # fmt: skip
        return
    want(Dovecot.missing())
    with Dovecot(ACCOUNTS) as dovecot:
        yield ImapSite(
            "dovecot", dovecot.imap_port, dovecot.ca_file, dovecot.deliver,
            dovecot.kill, dovecot.start, accounts,
        )  # fmt: skip


@pytest.fixture
def account(imap_site: ImapSite) -> Account:
    return imap_site.account()


@dataclass
class SmtpSite:
    name: str
    ports: dict[str, int]  # tls kind -> port
    ca_file: Path
    imap_port: int
    accounts: Iterator[tuple[str, str]]

    def account(self) -> Account:
        address, password = next(self.accounts)
        return Account(address, password, self.imap_port, self.ca_file)

    def settings(self, sender: Account, **changes: object) -> SmtpSettings:
        tls = str(changes.get("tls", "implicit"))
        fields: dict[str, object] = {
            "host": HOST,
            "port": self.ports.get(tls, 0) or changes["port"],
            "username": sender.address,
            "ca_file": self.ca_file,
            "timeout_seconds": 30,
        }
        return SmtpSettings.model_validate(fields | changes)

    def courier(
        self, sender: Account, *, stop: threading.Event | None = None, **changes: object
    ) -> SmtpCourier:
        settings = self.settings(sender, **changes)
        return SmtpCourier(settings, sender.password, Path("/"), stop=stop)


@pytest.fixture(scope="module", params=["sandbox", "postfix"])
def smtp_site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SmtpSite]:
    accounts = iter(ACCOUNTS.items())
    with ExitStack() as stack:
        if request.param == "sandbox":
            folder = tmp_path_factory.mktemp("sandbox")
            sandbox = stack.enter_context(SandboxServers(folder, ACCOUNTS, lambda: NOW))
            sandbox.refuse(LATER, 450, "4.2.0 later")
            ports = {"implicit": sandbox.smtp_port}
            yield SmtpSite("sandbox", ports, sandbox.ca_file, sandbox.imap_port, accounts)
            return
        want(Dovecot.missing() or Postfix.missing())
        want(Postfix.forbidden(), may_lack=True)
        dovecot = stack.enter_context(Dovecot(ACCOUNTS))
        postfix = stack.enter_context(Postfix(dovecot, {LATER: "450 4.2.0 later"}))
        ports = {"implicit": postfix.smtp_port, "starttls": postfix.starttls_port}
        yield SmtpSite("postfix", ports, dovecot.ca_file, dovecot.imap_port, accounts)


@pytest.fixture
def mail() -> Callable[[str], bytes]:
    """Makes mails that are all different."""
    numbers = itertools.count(1)

    def make(body: str = "text") -> bytes:
        number = next(numbers)
        return (
            "From: ops@elsewhere.test\r\n"
            "To: codes@op-a.test\r\n"
            f"Subject: mail {number}\r\n"
            f"Message-ID: <{number}@elsewhere.test>\r\n"
            "Date: Mon, 05 Oct 2026 09:30:00 +0000\r\n"
            "\r\n"
            f"{body}\r\n"
        ).encode("latin-1")

    return make
