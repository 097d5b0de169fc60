"""XOAUTH2 against a real Dovecot that checks signed tokens by itself."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from exchange.config import SmtpSettings
from exchange.errors import (
    CourierRefused,
    CourierUnavailable,
    MailboxRefused,
    MailboxUnavailable,
    Permanent,
    Transient,
)
from exchange.ports.mail import Letter
from exchange.transport.imap import ImapMailbox
from exchange.transport.oauth import refusal_of
from exchange.transport.smtp import SmtpCourier
from tests.adapters.conftest import ACCOUNTS, Account, given
from tests.servers import HOST, want
from tests.servers.dovecot import Dovecot
from tests.servers.postfix import Postfix

KEY = rsa.generate_private_key(65537, 2048)
PUBLIC = KEY.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)
ADDRESS, PASSWORD = next(iter(ACCOUNTS.items()))


def part(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


def token_for(address: str, *, lives: int = 600, issuer: str = "issuer.test") -> str:
    """A signed token (RFC 7519) as a sign-in service would give it."""
    now = int(time.time())
    claims = {"sub": address, "email": address, "iss": issuer, "iat": now - 5, "exp": now + lives}
    head = {"alg": "RS256", "typ": "JWT", "kid": "test"}
    signed = part(json.dumps(head).encode()) + b"." + part(json.dumps(claims).encode())
    signature = KEY.sign(signed, padding.PKCS1v15(), hashes.SHA256())
    return (signed + b"." + part(signature)).decode()


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    want(Dovecot.missing())
    with Dovecot(ACCOUNTS, token_key=PUBLIC.decode()) as running:
        yield running


def mailbox_at(dovecot: Dovecot, token: Callable[[], str]) -> ImapMailbox:
    account = Account(ADDRESS, PASSWORD, dovecot.imap_port, dovecot.ca_file)
    return ImapMailbox(account.settings(), "", Path("/"), token=token)


def test_a_fresh_token_is_asked_for_at_every_connect(
    dovecot: Dovecot, mail: Callable[[], bytes]
) -> None:
    asked: list[str] = []

    def token() -> str:
        asked.append(token_for(ADDRESS))
        return asked[-1]

    raw = mail()
    Account(ADDRESS, PASSWORD, dovecot.imap_port, dovecot.ca_file).put(raw)
    mailbox = mailbox_at(dovecot, token)
    assert given(mailbox, mailbox.list()) == [raw]
    assert len(asked) == 1
    mailbox.close()
    assert len(mailbox.list()) == 1
    assert len(asked) == 2
    mailbox.close()


@pytest.mark.parametrize(
    "token",
    [
        lambda: token_for(ADDRESS, lives=-60),
        lambda: token_for("somebody@else.test"),
        lambda: token_for(ADDRESS, issuer="nobody.test"),
        lambda: token_for(ADDRESS)[:-20] + "A" * 20,
        lambda: "no token at all",
    ],
)
def test_a_bad_token_is_refused_without_being_told(
    dovecot: Dovecot, token: Callable[[], str]
) -> None:
    with pytest.raises(MailboxRefused) as caught:
        mailbox_at(dovecot, token).list()
    assert token()[:20] not in str(caught.value)
    assert ADDRESS in str(caught.value)


def test_a_sign_in_service_in_trouble(dovecot: Dovecot) -> None:
    def away() -> str:
        raise Transient("the sign-in service does not answer")

    def closed() -> str:
        raise Permanent("AADSTS7000222: the client secret has expired")

    with pytest.raises(MailboxUnavailable, match="does not answer"):
        mailbox_at(dovecot, away).list()
    with pytest.raises(MailboxRefused, match="AADSTS7000222"):
        mailbox_at(dovecot, closed).list()


def test_a_server_without_xoauth2_is_said() -> None:
    want(Dovecot.missing())
    with (
        Dovecot(ACCOUNTS) as plain,
        pytest.raises(MailboxRefused, match="XOAUTH2"),
    ):
        mailbox_at(plain, lambda: token_for(ADDRESS)).list()


def test_submission_with_a_token(dovecot: Dovecot, mail: Callable[[], bytes]) -> None:
    want(Postfix.missing())
    want(Postfix.forbidden(), may_lack=True)
    settings = {"host": HOST, "username": ADDRESS, "ca_file": dovecot.ca_file}
    letter = Letter(1, ADDRESS, "u5@op-a.test", mail())
    with Postfix(dovecot, {}) as postfix:
        smtp = SmtpSettings.model_validate(settings | {"port": postfix.smtp_port})
        good = SmtpCourier(smtp, "", Path("/"), token=lambda: token_for(ADDRESS))
        assert [fate.accepted for fate in good.send([letter])] == [True]
        old = SmtpCourier(smtp, "", Path("/"), token=lambda: token_for(ADDRESS, lives=-60))
        with pytest.raises(CourierRefused):
            list(old.send([letter]))

        def away() -> str:
            raise Transient("the sign-in service does not answer")

        with pytest.raises(CourierUnavailable, match="does not answer"):
            list(SmtpCourier(smtp, "", Path("/"), token=away).send([letter]))


@pytest.mark.parametrize(
    ("challenge", "told"),
    [
        (b'{"status":"401","schemes":"bearer"}', "status 401"),
        (b"\xff", ""),
        (b"[]", ""),
        (b"{}", ""),
    ],
)
def test_the_readable_part_of_a_refusal(challenge: bytes, told: str) -> None:
    assert refusal_of(challenge) == told
