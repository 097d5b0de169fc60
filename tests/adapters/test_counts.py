"""What ``exchange doctor`` counts in a mailbox: its oldest mail, and whom Junk holds back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from imapclient.imap_utf7 import encode

from exchange.doctor import mail as doctor
from exchange.transport import imap_counts
from tests.adapters.conftest import Account
from tests.servers import want
from tests.servers.dovecot import Dovecot

NAMES = [
    "Junk", "INBOX/Spam", "Courrier indésirable", "Junk-E-Mail", "Ongewenste e-mail",
    "Нежелательная почта",
]  # fmt: skip


def _from(sender: str, number: int = 1) -> bytes:
    return f"From: {sender}\r\nSubject: codes {number}\r\n\r\ntext\r\n".encode()


def _make(account: Account, folder: str, *raws: bytes) -> str:
    name = '"' + encode(folder).decode() + '"'
    with account.visit() as client:
        status, told = client.create(name)
        assert status == "OK", told
        for raw in raws:
            status, told = client.append(name, "", '"05-Oct-2026 10:30:00 +0100"', raw)
            assert status == "OK", told
    return folder


def test_the_oldest_mail_of_the_inbox(account: Account) -> None:
    assert account.mailbox().probe().oldest is None
    with account.visit() as client:
        for day in ("07-Mar-2024 23:30:00 -0500", "01-Nov-2026 10:00:00 +0000"):
            client.append("INBOX", "", f'"{day}"', _from("a@gain.example"))
    seen = account.mailbox().probe()
    assert seen.mails == 2
    assert seen.oldest == datetime(2024, 3, 8, 4, 30, tzinfo=UTC)
    settings = account.settings()
    checks = {one.what: one for one in doctor._of_mailbox("mailbox x", settings, seen)}
    told = checks["mailbox x: inbox"]
    assert told.state == "warning"
    assert "2 mails in INBOX, the oldest of 2024-03-08" in told.found
    assert "not_before" in told.advice
    settings = account.settings(not_before="2025-11-30")
    checks = {one.what: one for one in doctor._of_mailbox("mailbox x", settings, seen)}
    assert checks["mailbox x: inbox"].state == "ok"
    assert "older than 2025-11-30" in checks["mailbox x: inbox"].found
    settings = account.settings(not_before="2162-11-30")
    checks = {one.what: one for one in doctor._of_mailbox("mailbox x", settings, seen)}
    assert checks["mailbox x: inbox"].state == "warning"
    assert "in the future" in checks["mailbox x: inbox"].found


@pytest.mark.parametrize("name", NAMES)
def test_junk_by_its_usual_names(account: Account, name: str) -> None:
    _make(account, name, _from("Ann <Codes@GAIN.example>"), _from("win@prize.example"))
    _make(account, "Junkets and spammers", _from("codes@gain.example"))
    before = account.flags(f'"{encode(name).decode()}"')
    seen = account.mailbox().probe()
    assert [(one.name, one.mails) for one in seen.junk] == [(name, 2)]
    settings = account.settings()
    checks = {
        one.what: one
        for one in doctor._of_mailbox("mailbox x", settings, seen, {"codes@gain.example"})
    }
    told = checks["mailbox x: Junk"]
    assert told.state == "warning"
    assert f"{name}: 2 mails, of them 1 from addresses of registered parties" in told.found
    assert account.flags(f'"{encode(name).decode()}"') == before
    checks = {one.what: one for one in doctor._of_mailbox("mailbox x", settings, seen, {"x@y.z"})}
    assert checks["mailbox x: Junk"].state == "ok"


def test_junk_by_what_the_server_says_of_it() -> None:
    want(Dovecot.missing())
    with Dovecot({"a@op-a.test": "word"}, junk="Sammelbecken") as server:
        account = Account("a@op-a.test", "word", server.imap_port, server.ca_file)
        _make(account, "Sammelbecken", _from("codes@gain.example"))
        (seen,) = account.mailbox().probe().junk
    assert (seen.name, seen.mails) == ("Sammelbecken", 1)
    assert b"codes@gain.example" in seen.senders[0]


def test_no_more_than_the_last_thousand_are_looked_at(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_counts, "MOST_HEADERS", 3)
    monkeypatch.setattr(doctor, "MOST_HEADERS", 3)
    _make(account, "Junk", *(_from(f"codes@g{number}.example", number) for number in range(8)))
    seen = account.mailbox().probe()
    assert [one.strip() for one in seen.junk[0].senders] == [
        f"From: codes@g{number}.example".encode() for number in (5, 6, 7)
    ]
    checks = doctor._of_mailbox("x", account.settings(), seen, {"codes@g7.example"})
    (told,) = [one.found for one in checks if one.what == "x: Junk"]
    assert told == "Junk: 8 mails, of the last 3 1 from addresses of registered parties"
