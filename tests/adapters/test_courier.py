"""The Courier contract, against the sandbox and against a real Postfix in front of Dovecot."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exchange.domain.refusal import About
from exchange.errors import ConfigError, CourierRefused, CourierUnavailable
from exchange.ports.mail import Letter
from exchange.sandbox.certificates import make_certificate
from exchange.transport.smtp import SmtpCourier
from tests.adapters.conftest import GONE, LATER, Account, SmtpSite
from tests.waiting import PATIENCE

Make = Callable[..., bytes]


def arrived(account: Account, count: int) -> list[bytes]:
    """The inbox once it holds ``count`` mails: Postfix delivers a moment later."""
    end = time.monotonic() + PATIENCE
    while len(found := account.holds()) < count and time.monotonic() < end:
        time.sleep(0.05)
    return found


def test_mails_arrive_byte_for_byte(smtp_site: SmtpSite, mail: Make) -> None:
    one, two = smtp_site.account(), smtp_site.account()
    raws = [
        mail(".\r\n..\r\n.leading dot\r\n\r\n \r\ntrailing blanks  \t"),
        mail("8-bit \xe9\xff\xa0 and \x0c a form feed"),
        mail("x" * 900),
        mail("\r\n\r\n\r\n."),
    ]
    letters = [Letter(key, one.address, two.address, raw) for key, raw in enumerate(raws, start=10)]
    fates = list(smtp_site.courier(one, connections=1).send(letters))
    assert [fate.key for fate in fates] == [10, 11, 12, 13]
    assert all(fate.accepted for fate in fates)
    assert all(fate.reply.startswith("250") for fate in fates)
    found = arrived(two, 4)
    # A real server puts trace headers on top, and may deliver in another order.
    assert all(any(mail.endswith(raw) for mail in found) for raw in raws)
    assert len(found) == 4
    if smtp_site.name == "sandbox":
        assert found == raws


def test_each_letter_has_its_own_fate(smtp_site: SmtpSite, mail: Make) -> None:
    one, two = smtp_site.account(), smtp_site.account()
    raw = mail()
    recipients = [two.address, LATER, GONE, one.address]
    letters = [Letter(key, one.address, to, raw) for key, to in enumerate(recipients)]
    fates = {fate.key: fate for fate in smtp_site.courier(one).send(letters)}
    assert (fates[0].accepted, fates[3].accepted) == (True, True)
    assert (fates[1].accepted, fates[1].permanent) == (False, False)
    assert fates[1].reply.startswith("450 4.2.0")
    assert (fates[2].accepted, fates[2].permanent) == (False, True)
    assert fates[2].reply.startswith("550 5.1.1")
    assert arrived(one, 1)[0].endswith(raw)
    assert arrived(two, 1)[0].endswith(raw)


def test_two_hundred_letters_over_four_connections(smtp_site: SmtpSite, mail: Make) -> None:
    one, two = smtp_site.account(), smtp_site.account()
    raws = [mail() for _ in range(200)]
    letters = [Letter(key, one.address, two.address, raw) for key, raw in enumerate(raws)]
    fates = list(smtp_site.courier(one, connections=4).send(letters))
    assert sorted(fate.key for fate in fates) == list(range(200))
    assert all(fate.accepted for fate in fates)
    found = arrived(two, 200)
    heads = sorted(mail[mail.index(b"From: ops@elsewhere.test") :] for mail in found)
    assert heads == sorted(raws)


def test_told_to_stop_it_tells_the_fate_of_every_letter_that_left(
    smtp_site: SmtpSite, mail: Make
) -> None:
    one, two, stop = smtp_site.account(), smtp_site.account(), threading.Event()
    letters = [Letter(key, one.address, two.address, mail()) for key in range(400)]
    fates = []
    for fate in smtp_site.courier(one, connections=3, stop=stop).send(letters):
        fates.append(fate)
        stop.set()
    assert 1 <= len(fates) < 400
    assert all(fate.accepted for fate in fates)
    arrived(two, len(fates))
    time.sleep(0.5)
    assert len(two.holds()) == len(fates)
    assert list(smtp_site.courier(one, stop=stop).send(letters)) == []


def test_no_letters_need_no_server(smtp_site: SmtpSite) -> None:
    assert list(smtp_site.courier(smtp_site.account(), port=1).send([])) == []


def test_leaving_early_stops_the_sending(smtp_site: SmtpSite, mail: Make) -> None:
    one, two = smtp_site.account(), smtp_site.account()
    letters = [Letter(key, one.address, two.address, mail()) for key in range(300)]
    sending = smtp_site.courier(one, connections=2).send(letters)
    fates = [next(sending) for _ in range(5)]
    assert isinstance(sending, Generator)
    sending.close()
    assert all(fate.accepted for fate in fates)
    # Two connections run at most 16 letters each ahead of whom takes the fates, and the fates of
    # half as many came at once.
    time.sleep(0.5)
    assert 5 <= len(arrived(two, 5)) <= 32 + 16


def test_a_wrong_password_is_refused_without_being_told(smtp_site: SmtpSite, mail: Make) -> None:
    one = smtp_site.account()
    courier = SmtpCourier(smtp_site.settings(one), "not the password", Path("/"))
    with pytest.raises(CourierRefused) as caught:
        list(courier.send([Letter(1, one.address, one.address, mail())]))
    assert one.address in str(caught.value)
    assert "not the password" not in str(caught.value)
    assert one.holds() == []


def test_the_password_is_asked_for_at_every_connect(smtp_site: SmtpSite, mail: Make) -> None:
    one = smtp_site.account()
    answers = iter(["wrong", one.password])
    courier = SmtpCourier(smtp_site.settings(one, connections=1), lambda: next(answers), Path("/"))
    letter = Letter(1, one.address, one.address, mail())
    with pytest.raises(CourierRefused):
        list(courier.send([letter]))
    assert [fate.accepted for fate in courier.send([letter])] == [True]

    def unset() -> str:
        raise ConfigError("$NOWHERE is not set", place="smtp")

    with pytest.raises(CourierRefused, match="NOWHERE"):
        list(SmtpCourier(smtp_site.settings(one), unset, Path("/")).send([letter]))


def test_an_untrusted_certificate_is_refused(
    smtp_site: SmtpSite, mail: Make, tmp_path: Path
) -> None:
    one = smtp_site.account()
    make_certificate(tmp_path)
    letter = Letter(1, one.address, one.address, mail())
    for tls in smtp_site.ports:
        for ca_file in (None, tmp_path / "ca.pem"):
            courier = smtp_site.courier(one, tls=tls, ca_file=ca_file)
            with pytest.raises(CourierRefused, match="certificate is not valid"):
                list(courier.send([letter]))
    with pytest.raises(CourierRefused, match=r"none\.pem cannot be read"):
        list(smtp_site.courier(one, ca_file=tmp_path / "none.pem").send([letter]))
    assert one.holds() == []


def test_nobody_listening_and_no_such_host(smtp_site: SmtpSite, mail: Make) -> None:
    one = smtp_site.account()
    letter = Letter(1, one.address, one.address, mail())
    with pytest.raises(CourierUnavailable, match="nothing listens"):
        list(smtp_site.courier(one, port=1).send([letter]))
    with pytest.raises(CourierUnavailable, match="host name"):
        list(smtp_site.courier(one, host="nowhere.invalid").send([letter]))


def test_every_kind_of_tls_works_and_the_probe_tells(smtp_site: SmtpSite, mail: Make) -> None:
    one = smtp_site.account()
    raw = mail()
    for tls in smtp_site.ports:
        courier = smtp_site.courier(one, tls=tls)
        seen = courier.probe()
        assert seen.fault is None
        assert seen.connected
        assert seen.login_ok is True
        assert seen.tls_version == "TLSv1.3"
        assert seen.certificate_ends == datetime(2040, 1, 1, tzinfo=UTC)
        assert seen.size_limit >= 30_000_000
        assert {"8BITMIME", "SMTPUTF8", "AUTH"} <= set(seen.features)
        [fate] = courier.send([Letter(1, one.address, one.address, raw)])
        assert fate.accepted
    assert len(arrived(one, len(smtp_site.ports))) == len(smtp_site.ports)


def test_the_probe_holds_the_fault(smtp_site: SmtpSite) -> None:
    one = smtp_site.account()
    seen = SmtpCourier(smtp_site.settings(one), "wrong", Path("/")).probe()
    assert isinstance(seen.fault, CourierRefused)
    assert "smtp.username" in seen.fault.hint
    assert isinstance(smtp_site.courier(one, port=1).probe().fault, CourierUnavailable)
    assert smtp_site.courier(one, username="").probe().login_ok is None


def test_the_wrong_kind_of_tls_is_said(smtp_site: SmtpSite) -> None:
    one = smtp_site.account()
    crossed = smtp_site.courier(
        one, tls="starttls", port=smtp_site.ports["implicit"], timeout_seconds=1
    )
    fault = crossed.probe().fault
    assert fault is not None
    assert "implicit" in str(fault)
    if "starttls" in smtp_site.ports:
        fault = smtp_site.courier(one, port=smtp_site.ports["starttls"]).probe().fault
        assert isinstance(fault, CourierRefused)
        assert "starttls" in str(fault)


def test_a_letter_beyond_the_servers_size_is_refused_for_good(
    smtp_site: SmtpSite, mail: Make
) -> None:
    one = smtp_site.account()
    huge = mail(("y" * 900 + "\r\n") * 70_000)  # 63 MB; the servers take 60 and 30
    letters = [
        Letter(1, one.address, one.address, huge),
        Letter(2, one.address, one.address, mail()),
    ]
    fates = {fate.key: fate for fate in smtp_site.courier(one, connections=1).send(letters)}
    assert (fates[1].accepted, fates[1].permanent) == (False, True)
    assert fates[1].about is About.SIZE
    assert fates[1].reply.startswith(
        f"not sent: the mail has {len(huge):,} bytes, the server takes"
    )
    assert fates[2].accepted


def test_without_a_login_nothing_is_taken(smtp_site: SmtpSite, mail: Make) -> None:
    one = smtp_site.account()
    with pytest.raises(CourierRefused):
        list(
            smtp_site.courier(one, username="").send(
                [Letter(1, one.address, "far@elsewhere.test", mail())]
            )
        )
