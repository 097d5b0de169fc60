"""The sandbox servers by themselves."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.errors import ExchangeError
from exchange.sandbox.servers import HOST, Relayed, SandboxServers
from exchange.transport.imap_session import uid_sets
from tests.adapters.conftest import Account
from tests.servers import trusting

ONE, TWO, THREE = "one@op-a.test", "two@op-b.test", "three@op-c.test"
ACCOUNTS = {ONE: "secret 1", TWO: "secret 2", THREE: "sécret 3"}


class Clock:
    now = datetime(2026, 10, 25, 1, 30, tzinfo=ZoneInfo("Europe/London"))

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def servers(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SandboxServers]:
    # pymap would take its certificate from here.
    monkeypatch.setenv("CERT_FILE", "/nowhere/cert.pem")
    monkeypatch.setenv("KEY_FILE", "/nowhere/key.pem")
    with SandboxServers(tmp_path / "mail", ACCOUNTS, clock) as running:
        yield running


def submit(servers: SandboxServers, sender: str, to: list[str], raw: bytes) -> dict[str, object]:
    context = trusting(servers.ca_file)
    with smtplib.SMTP_SSL(HOST, servers.smtp_port, context=context) as smtp:
        smtp.login(sender, ACCOUNTS[sender])
        return dict(smtp.sendmail(sender, to, raw))


def test_a_mail_to_several_lands_in_each(
    servers: SandboxServers, clock: Clock, mail: Callable[[], bytes]
) -> None:
    raw = mail()
    assert submit(servers, ONE, [TWO, THREE, "Two@OP-b.test"], raw) == {}
    assert servers.mails(TWO) == [raw]
    assert servers.mails(THREE) == [raw]
    assert servers.mails(ONE) == []
    assert servers.sent == [
        Relayed(ONE, (TWO, THREE, "Two@OP-b.test"), raw, clock.now.astimezone(UTC))
    ]


def test_mail_carries_the_time_of_the_clock(
    servers: SandboxServers, clock: Clock, mail: Callable[[], bytes]
) -> None:
    clock.now = datetime(2031, 2, 3, 4, 5, 6, tzinfo=UTC)
    servers.deliver(mail(), ONE)
    mailbox = Account(ONE, ACCOUNTS[ONE], servers.imap_port, servers.ca_file).mailbox()
    assert [one.arrived for one in mailbox.fetch(mailbox.list())] == [clock.now]
    mailbox.close()


def test_recipients_are_refused_as_told(servers: SandboxServers, mail: Callable[[], bytes]) -> None:
    servers.refuse(TWO, 451, "4.2.1 not now")
    servers.refuse(THREE)
    told = submit(servers, ONE, [ONE, TWO, THREE, "nobody@op-a.test"], mail())
    assert told == {
        TWO: (451, b"4.2.1 not now"),
        THREE: (550, b"5.1.1 No such mailbox"),
        "nobody@op-a.test": (550, b"5.1.1 No such mailbox here"),
    }
    assert [sent.recipients for sent in servers.sent] == [(ONE,)]
    servers.accept(TWO)
    assert submit(servers, ONE, [TWO], mail()) == {}
    assert len(servers.mails(TWO)) == 1


def test_nothing_without_a_login_and_nothing_in_the_clear(servers: SandboxServers) -> None:
    context = trusting(servers.ca_file)
    with smtplib.SMTP_SSL(HOST, servers.smtp_port, context=context) as smtp:
        with pytest.raises(smtplib.SMTPAuthenticationError):
            smtp.login(ONE, ACCOUNTS[TWO])
        with pytest.raises(smtplib.SMTPSenderRefused):
            smtp.sendmail(ONE, [TWO], b"x\r\n")
    for port in (servers.imap_port, servers.smtp_port):
        with socket.create_connection((HOST, port), timeout=5) as clear:
            clear.sendall(b"EHLO x\r\n")
            with contextlib.suppress(ConnectionError):
                assert b"EHLO" not in clear.recv(100)
        with (
            socket.create_connection((HOST, port), timeout=5) as plain,
            pytest.raises(ssl.SSLCertVerificationError),
        ):
            ssl.create_default_context().wrap_socket(plain, server_hostname=HOST)


def test_folders_and_unknown_names(servers: SandboxServers, mail: Callable[[], bytes]) -> None:
    raw = mail()
    servers.deliver(raw, TWO.upper())
    mailbox = Account(TWO, ACCOUNTS[TWO], servers.imap_port, servers.ca_file).mailbox()
    mailbox.file(mailbox.list(), "Processed")
    mailbox.close()
    assert servers.folders(TWO) == ["INBOX", "Processed"]
    assert servers.mails(TWO, "Processed") == [raw]
    assert servers.mails(TWO, "Nowhere") == []
    with pytest.raises(ExchangeError, match="not an account"):
        servers.deliver(raw, "nobody@op-a.test")


def test_what_does_not_run_says_so(tmp_path: Path, clock: Clock) -> None:
    servers = SandboxServers(tmp_path, ACCOUNTS, clock)
    with pytest.raises(ExchangeError, match="do not run"):
        servers.mails(ONE)
    with servers:
        assert servers.mails(ONE) == []
        port = servers.imap_port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((HOST, port), timeout=5)
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(ExchangeError, match="did not start"),
        SandboxServers(tmp_path / "file", ACCOUNTS, clock),
    ):
        pass


@given(st.sets(st.integers(1, 2**32 - 1) | st.integers(1, 3000), min_size=1, max_size=2000))
def test_uid_sets_name_exactly_their_uids(uids: set[int]) -> None:
    named: list[int] = []
    for line in uid_sets(uids):
        assert len(line) <= 7000
        for part in line.split(","):
            first, _, last = part.partition(":")
            named.extend(range(int(first), int(last or first) + 1))
    assert named == sorted(uids)
