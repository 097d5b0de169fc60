"""Refusals of a real Postfix: our own account's, a recipient's, and for a mail's size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from exchange.config import SmtpSettings
from exchange.domain.refusal import About
from exchange.errors import CourierRefused
from exchange.ports.mail import Letter
from exchange.transport.smtp import SmtpCourier
from tests.servers import HOST, want
from tests.servers.dovecot import Dovecot
from tests.servers.postfix import Postfix

OURS, SHARED, THEIRS, FULL = (f"{one}@op-a.test" for one in ("ours", "codes", "theirs", "full"))
PASSWORD = "pass word"
Send = Callable[..., SmtpCourier]


@pytest.fixture(scope="module")
def courier() -> Iterator[SmtpCourier]:
    want(Dovecot.missing() or Postfix.missing())
    want(Postfix.forbidden(), may_lack=True)
    accounts = dict.fromkeys((OURS, THEIRS), PASSWORD)
    refusals = {FULL: "552 5.2.2 mailbox over quota"}
    with (
        Dovecot(accounts) as dovecot,
        Postfix(dovecot, refusals, senders={OURS: OURS, SHARED: THEIRS}, size=50_000) as postfix,
    ):
        settings = SmtpSettings.model_validate(
            {
                "host": HOST, "port": postfix.smtp_port, "username": OURS,
                "ca_file": dovecot.ca_file, "timeout_seconds": 10, "connections": 1,
            }
        )  # fmt: skip
        yield SmtpCourier(settings, PASSWORD, Path("/"))


def _letters(sender: str, *recipients: str, size: int = 0) -> list[Letter]:
    raw = f"From: {sender}\r\nSubject: x\r\n\r\n{'text' * 18}\r\n".encode()
    raw += (b"y" * 70 + b"\r\n") * (size // 72)
    return [Letter(key, sender, to, raw) for key, to in enumerate(recipients)]


def test_a_sender_address_that_is_not_ours_is_no_recipients_refusal(courier: SmtpCourier) -> None:
    """Postfix says so at RCPT, in the words that begin with the sender's address."""
    fates = []
    with pytest.raises(CourierRefused, match="not owned by user") as caught:
        fates += list(courier.send(_letters(SHARED, THEIRS, OURS, THEIRS)))
    assert fates == []
    assert (caught.value.about, caught.value.letter) == (About.ACCOUNT, 0)
    assert "party.address" in caught.value.hint


def test_a_full_mailbox_at_rcpt_is_the_recipients(courier: SmtpCourier) -> None:
    full, fine = courier.send(_letters(OURS, FULL, THEIRS))
    assert (full.accepted, full.permanent, full.about) == (False, True, About.RECIPIENT)
    assert fine.accepted


def test_the_announced_size_is_known_and_nothing_larger_is_offered(courier: SmtpCourier) -> None:
    (fate,) = courier.send(_letters(OURS, THEIRS, size=60_000))
    assert (fate.accepted, fate.permanent, fate.about) == (False, True, About.SIZE)
    assert courier.size_limit == 50_000
    assert next(courier.send(_letters(OURS, THEIRS, size=40_000))).accepted
