"""The Mailbox contract, against the sandbox and against a real Dovecot."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from exchange.errors import ConfigError, MailboxRefused, MailboxUnavailable
from exchange.ports.mail import MailRef, NotGiven
from exchange.sandbox.certificates import make_certificate
from exchange.transport.imap import ImapMailbox
from tests.adapters.conftest import Account, ImapSite, fetched, given
from tests.waiting import PATIENCE

Make = Callable[..., bytes]


def later(seconds: float, what: Callable[[], object]) -> threading.Timer:
    timer = threading.Timer(seconds, what)
    timer.daemon = True
    timer.start()
    return timer


# -- list, fetch, file


def test_mails_come_out_as_they_went_in_oldest_first(account: Account, mail: Make) -> None:
    raws = [mail() for _ in range(5)]
    account.put(*raws)
    mailbox = account.mailbox()
    refs = mailbox.list()
    mails = fetched(mailbox, refs)
    assert [one.raw for one in mails] == raws
    assert [one.ref for one in mails] == refs
    assert [ref.uid for ref in refs] == sorted(ref.uid for ref in refs)
    assert {one.arrived for one in mails} == {datetime(2026, 10, 5, 9, 30, tzinfo=UTC)}
    assert {one.arrived and one.arrived.tzinfo for one in mails} == {UTC}
    mailbox.close()


def test_fetching_leaves_the_flags_alone(account: Account, mail: Make) -> None:
    account.put(mail(), mail())
    mailbox = account.mailbox()
    assert len(list(mailbox.fetch(mailbox.list()))) == 2
    mailbox.close()
    assert account.flags() == [set(), set()]


def test_an_empty_inbox_is_an_empty_list(account: Account) -> None:
    mailbox = account.mailbox()
    assert list(mailbox.list()) == []
    assert list(mailbox.fetch([])) == []
    mailbox.file([], "Processed")
    mailbox.close()
    assert account.holds("Processed") == []


def test_delivered_mail_is_found_with_its_time(
    imap_site: ImapSite, account: Account, mail: Make
) -> None:
    raw = mail()
    before = datetime.now(UTC) - timedelta(seconds=2)
    imap_site.deliver(raw, account.address)
    mailbox = account.mailbox()
    [one] = fetched(mailbox, mailbox.list())
    mailbox.close()
    assert one.raw.endswith(raw)
    if imap_site.name == "sandbox":
        assert one.arrived == datetime(2026, 10, 5, 9, 30, tzinfo=UTC)
    else:
        assert one.arrived is not None
        assert before <= one.arrived <= datetime.now(UTC) + timedelta(seconds=2)


def test_filing_moves_and_may_be_repeated(account: Account, mail: Make) -> None:
    raws = [mail() for _ in range(4)]
    account.put(*raws)
    mailbox = account.mailbox()
    refs = mailbox.list()
    mailbox.file([refs[0], refs[2]], "Processed")
    mailbox.file([refs[0], refs[1]], "Processed")
    mailbox.file(refs[:3], "Processed")
    assert list(mailbox.list()) == [refs[3]]
    mailbox.close()
    assert account.holds("Processed") == [raws[0], raws[2], raws[1]]
    assert account.holds() == [raws[3]]
    assert account.flags("Processed") == [set()] * 3
    assert "Processed" in account.subscribed()


def test_a_folder_below_another_and_one_with_an_odd_name(account: Account, mail: Make) -> None:
    raws = [mail(), mail()]
    account.put(*raws)
    mailbox = account.mailbox()
    refs = mailbox.list()
    mailbox.file(refs[:1], "Done/Two words")
    mailbox.file(refs[1:], "Prüfen & Co")
    mailbox.close()
    assert account.holds("Done/Two words") == raws[:1]
    assert account.holds("Pr&APw-fen &- Co") == raws[1:]


def test_a_folder_removed_meanwhile_is_made_again(account: Account, mail: Make) -> None:
    raws = [mail(), mail()]
    account.put(*raws)
    mailbox = account.mailbox()
    refs = mailbox.list()
    mailbox.file(refs[:1], "Processed")
    with account.visit() as client:
        client.delete("Processed")
    mailbox.file(refs[1:], "Processed")
    mailbox.close()
    assert account.holds("Processed") == raws[1:]


def test_vanished_mails_are_said_to_have_vanished(account: Account, mail: Make) -> None:
    raws = [mail() for _ in range(3)]
    account.put(*raws)
    mailbox = account.mailbox()
    refs = mailbox.list()
    with account.visit() as client:
        client.select()
        client.uid("STORE", str(refs[1].uid), "+FLAGS", r"(\Deleted)")
        client.expunge()
    assert given(mailbox, refs) == [raws[0], raws[2]]
    assert [one.vanished for one in mailbox.fetch(refs) if isinstance(one, NotGiven)] == [True]
    mailbox.file(refs[1:2], "Review")
    mailbox.file(refs, "Processed")
    mailbox.close()
    assert account.holds("Processed") == [raws[0], raws[2]]
    assert account.holds() == []


def test_a_mail_that_vanishes_between_two_batches(account: Account, mail: Make) -> None:
    account.put(*[mail("x" * 100) for _ in range(3)])
    mailbox = account.mailbox()
    refs = mailbox.list()
    going = mailbox.fetch([*refs[:1]])
    next(going)
    mailbox.file(refs[1:2], "Review")  # the mailbox may be used between two mails
    assert [one.ref for one in fetched(mailbox, refs)] == [refs[0], refs[2]]
    mailbox.close()


def test_five_hundred_mails_move_at_once(account: Account, mail: Make) -> None:
    raws = [mail() for _ in range(500)]
    account.put(*raws)
    mailbox = account.mailbox()
    refs = mailbox.list()
    assert sum(1 for _ in mailbox.fetch(refs)) == 500
    mailbox.file(refs, "Processed")
    assert list(mailbox.list()) == []
    mailbox.close()
    assert sorted(account.holds("Processed")) == sorted(raws)


def test_a_long_list_and_heavy_mails_go_in_pieces(
    imap_site: ImapSite, account: Account, mail: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    raws = [mail("z" * 200) for _ in range(23)]
    account.put(*raws)
    if imap_site.name != "sandbox":  # pymap takes sequence numbers in a UID SEARCH for UIDs
        monkeypatch.setattr("exchange.transport.imap_session._SEARCH_SPAN", 5)
    monkeypatch.setattr("exchange.transport.imap._BATCH_BYTES", 1000)
    monkeypatch.setattr("exchange.transport.imap._BATCH_MAILS", 10)
    mailbox = account.mailbox()
    refs = mailbox.list()
    assert given(mailbox, refs) == raws
    monkeypatch.setattr("exchange.transport.imap_session._UID_SET_BYTES", 8)
    mailbox.file(refs[::2], "Processed")
    assert list(mailbox.list()) == refs[1::2]
    mailbox.close()
    assert sorted(account.holds("Processed")) == sorted(raws[::2])


def test_odd_bytes_survive(imap_site: ImapSite, account: Account) -> None:
    """Bytes outside ASCII and lines far too long, as some senders make them."""
    raw = (
        b"From: x@elsewhere.test\r\nSubject: caf\xe9 \xff\r\n\r\n"
        b"8-bit \x80\xfe\r\n.\r\n..dots\r\n\ttab \x01\x7f\r\n" + b"z" * 5000 + b"\r\nno end"
    )
    account.put(raw)
    mailbox = account.mailbox()
    [one] = fetched(mailbox, mailbox.list())
    mailbox.close()
    assert one.raw == raw


def test_nul_and_bare_line_feeds_do_not_stop_the_mailbox(
    imap_site: ImapSite, account: Account, mail: Make
) -> None:
    """No server has to keep these bytes (RFC 9051, 4.3.1), but the mail and the next must come."""
    after = mail()
    imap_site.deliver(b"Subject: odd\r\n\r\nnul \x00 here\nbare\nfeeds\r\n", account.address)
    account.put(after)
    mailbox = account.mailbox()
    first, second = fetched(mailbox, mailbox.list())
    mailbox.close()
    text = first.raw.replace(b"\r\n", b"\n")
    assert text.endswith((b"nul \x00 here\nbare\nfeeds\n", b"nul \x80 here\nbare\nfeeds\n"))
    assert second.raw == after


def test_a_too_large_mail_gives_its_header_only(account: Account, mail: Make) -> None:
    small, large = mail("small"), mail("large " * 40_000)
    account.put(small, large, small)
    mailbox = ImapMailbox(account.settings(), account.password, Path("/"), max_bytes=100_000)
    refs = mailbox.list()
    mails = fetched(mailbox, refs)
    mailbox.close()
    head = large.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    assert [one.raw for one in mails] == [small, head, small]
    assert [one.oversize for one in mails] == [0, len(large), 0]


def test_a_mail_of_exactly_the_ceiling_is_whole(account: Account, mail: Make) -> None:
    raw = mail("y" * 2000)
    account.put(raw)
    mailbox = ImapMailbox(account.settings(), account.password, Path("/"), max_bytes=len(raw))
    assert [(one.raw, one.oversize) for one in fetched(mailbox, mailbox.list())] == [(raw, 0)]
    mailbox.close()


def test_refs_of_another_uidvalidity_are_left_out(account: Account, mail: Make) -> None:
    old, new = mail("old"), mail("new")
    with account.visit() as client:
        client.create("Requests")
    account.put(old, old, folder="Requests")
    mailbox = account.mailbox(inbox="Requests")
    before = mailbox.list()
    time.sleep(1.1)  # Dovecot's UIDVALIDITY is the second of the creation
    with account.visit() as client:
        client.delete("Requests")
        client.create("Requests")
    account.put(new, folder="Requests")
    assert list(mailbox.fetch(before)) == []
    mailbox.file(before, "Processed")
    after = mailbox.list()
    assert {ref.uidvalidity for ref in after}.isdisjoint(ref.uidvalidity for ref in before)
    assert given(mailbox, [*before, *after]) == [new]
    mailbox.close()
    assert account.holds("Processed") == []
    assert account.holds("Requests") == [new]


def test_two_readers_share_a_mailbox(imap_site: ImapSite, account: Account, mail: Make) -> None:
    raws = [mail() for _ in range(60)]
    account.put(*raws)

    def read(folder: str) -> list[bytes]:
        mailbox = account.mailbox()
        seen: list[bytes] = []
        while refs := mailbox.list():
            some = refs[:7]
            seen += given(mailbox, some)
            mailbox.file(some, folder)
        mailbox.close()
        return seen

    with ThreadPoolExecutor(2) as pool:
        one, two = pool.map(read, ["Processed", "Review"])
    assert {*one, *two} == set(raws)
    filed = account.holds("Processed") + account.holds("Review")
    assert set(filed) == set(raws)
    assert account.holds() == []
    if imap_site.name == "sandbox":  # Dovecot may copy a mail for each: see ImapMailbox.file
        assert len(filed) == len(raws)


# -- waiting


def test_idle_wakes_when_mail_arrives(imap_site: ImapSite, account: Account, mail: Make) -> None:
    mailbox = account.mailbox()
    mailbox.list()
    later(0.3, lambda: imap_site.deliver(mail(), account.address))
    started = time.monotonic()
    assert mailbox.wait(2 * PATIENCE) is True
    assert time.monotonic() - started < PATIENCE
    assert len(mailbox.list()) == 1
    mailbox.close()


def test_wait_ends_by_itself(account: Account) -> None:
    mailbox = account.mailbox()
    mailbox.list()
    assert mailbox.wait(0.2) is False
    assert mailbox.wait(0) is False
    mailbox.close()


def test_mail_that_came_before_the_wait_is_not_waited_for(
    imap_site: ImapSite, account: Account, mail: Make
) -> None:
    mailbox = account.mailbox()
    account.put(mail())
    refs = mailbox.list()
    imap_site.deliver(mail(), account.address)
    list(mailbox.fetch(refs))  # this answer tells of the new mail, so IDLE will not
    started = time.monotonic()
    assert mailbox.wait(2 * PATIENCE) is True
    assert time.monotonic() - started < PATIENCE
    mailbox.close()


@pytest.mark.parametrize("idle", [True, False])
def test_close_wakes_a_wait(account: Account, idle: bool) -> None:
    mailbox = account.mailbox(idle=idle)
    mailbox.list()
    later(0.3, mailbox.close)
    started = time.monotonic()
    assert mailbox.wait(2 * PATIENCE) is False
    assert time.monotonic() - started < PATIENCE


def test_close_before_a_wait_ends_that_wait_only(account: Account, mail: Make) -> None:
    mailbox = account.mailbox()
    mailbox.close()
    started = time.monotonic()
    assert mailbox.wait(2 * PATIENCE) is False
    assert time.monotonic() - started < PATIENCE
    account.put(mail())
    assert len(mailbox.list()) == 1  # and the mailbox still serves
    mailbox.close()
    mailbox.close()


# -- the server goes and comes


def test_a_server_that_was_away_is_found_again(
    imap_site: ImapSite, account: Account, mail: Make
) -> None:
    raw = mail()
    account.put(raw)
    mailbox = account.mailbox()
    refs = mailbox.list()
    imap_site.down()
    try:
        for call in (mailbox.list, lambda: list(mailbox.fetch(refs)), lambda: mailbox.wait(5)):
            with pytest.raises(MailboxUnavailable, match=str(account.imap_port)):
                call()
        with pytest.raises(MailboxUnavailable):
            mailbox.file(refs, "Processed")
    finally:
        imap_site.up()
    assert given(mailbox, refs) == [raw]
    mailbox.file(refs, "Processed")
    mailbox.close()
    assert account.holds("Processed") == [raw]


def test_a_connection_lost_between_two_calls_is_replaced(
    imap_site: ImapSite, account: Account, mail: Make
) -> None:
    account.put(mail())
    mailbox = account.mailbox()
    mailbox.list()
    imap_site.down()
    imap_site.up()
    assert len(mailbox.list()) == 1
    mailbox.close()


def test_a_server_killed_during_idle_is_noticed(imap_site: ImapSite, account: Account) -> None:
    mailbox = account.mailbox()
    mailbox.list()
    timer = later(0.3, imap_site.down)
    started = time.monotonic()
    try:
        with pytest.raises(MailboxUnavailable):
            mailbox.wait(2 * PATIENCE)
        assert time.monotonic() - started < PATIENCE
    finally:
        timer.join()
        imap_site.up()
    assert list(mailbox.list()) == []
    mailbox.close()


# -- refusals


def test_a_wrong_password_is_refused_without_being_told(account: Account) -> None:
    mailbox = ImapMailbox(account.settings(), "not the password", Path("/"))
    with pytest.raises(MailboxRefused) as caught:
        mailbox.list()
    said = str(caught.value)
    assert account.address in said
    assert "check username and password" in said
    assert "not the password" not in said
    with pytest.raises(MailboxRefused):
        mailbox.wait(1)


def test_the_password_is_asked_for_at_every_connect(imap_site: ImapSite, account: Account) -> None:
    answers = iter(["wrong", account.password, account.password])
    mailbox = ImapMailbox(account.settings(), lambda: next(answers), Path("/"))
    with pytest.raises(MailboxRefused):
        mailbox.list()
    assert list(mailbox.list()) == []
    mailbox.close()
    assert list(mailbox.list()) == []
    mailbox.close()

    def unset() -> str:
        raise ConfigError("$NOWHERE is not set", place="mailbox requests")

    with pytest.raises(MailboxRefused, match="NOWHERE"):
        ImapMailbox(account.settings(), unset, Path("/")).list()


def test_a_certificate_of_another_authority_is_refused(account: Account, tmp_path: Path) -> None:
    make_certificate(tmp_path)
    mailbox = ImapMailbox(account.settings(ca_file="ca.pem"), account.password, tmp_path)
    with pytest.raises(MailboxRefused, match="certificate is not valid"):
        mailbox.list()
    with pytest.raises(MailboxRefused, match="certificate is not valid"):
        ImapMailbox(account.settings(ca_file=None), account.password, tmp_path).list()


def test_an_unusable_authority_file_is_named(account: Account, tmp_path: Path) -> None:
    mailbox = ImapMailbox(account.settings(ca_file="none.pem"), account.password, tmp_path)
    with pytest.raises(MailboxRefused, match=r"none\.pem cannot be read"):
        mailbox.list()
    (tmp_path / "none.pem").write_text("nothing of use")
    with pytest.raises(MailboxRefused, match=r"none\.pem holds no certificate"):
        mailbox.list()


def test_a_missing_inbox_is_refused(account: Account) -> None:
    with pytest.raises(MailboxRefused):
        account.mailbox(inbox="Nowhere").list()


def test_nobody_listening_and_no_such_host(account: Account) -> None:
    with pytest.raises(MailboxUnavailable, match="nothing listens"):
        account.mailbox(port=1).list()
    with pytest.raises(MailboxUnavailable, match="host name"):
        account.mailbox(host="nowhere.invalid").list()


# -- the probe


def test_the_probe_tells_all_and_changes_nothing(account: Account, mail: Make) -> None:
    account.put(mail())
    mailbox = account.mailbox()
    mailbox.file(mailbox.list(), "Review")
    account.put(mail())
    seen = mailbox.probe()
    assert seen.login_ok
    assert seen.fault is None
    assert seen.mails == 1
    assert seen.folders_found == ("INBOX", "Review")
    assert seen.folders_missing == ("Processed", "Shunted")
    assert seen.moves_by == "MOVE"
    assert seen.idle_works is True
    assert seen.tls_version == "TLSv1.3"
    assert seen.certificate_ends == datetime(2040, 1, 1, tzinfo=UTC)
    assert "IDLE" in seen.capabilities
    assert "ready" in seen.greeting
    again = mailbox.probe()
    assert replace(again, greeting="") == replace(seen, greeting="")
    assert account.mailbox(idle=False).probe().idle_works is None
    mailbox.close()


def test_the_probe_holds_the_fault(account: Account) -> None:
    seen = ImapMailbox(account.settings(), "wrong", Path("/")).probe()
    assert isinstance(seen.fault, MailboxRefused)
    assert not seen.login_ok
    seen = account.mailbox(inbox="Nowhere").probe()
    assert seen.login_ok
    assert isinstance(seen.fault, MailboxRefused)
    assert "Nowhere" in seen.folders_missing
    assert isinstance(account.mailbox(port=1).probe().fault, MailboxUnavailable)


def test_refs_of_nowhere_are_left_out(account: Account) -> None:
    mailbox = account.mailbox()
    assert list(mailbox.fetch([MailRef(1, 1), MailRef(4_000_000_001, 9)])) == []
    mailbox.file([MailRef(1, 1)], "Processed")
    mailbox.close()
