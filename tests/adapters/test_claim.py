"""Two working folders on one mailbox: the second is refused, so nothing is answered twice."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import structlog

from exchange.bootstrap import SetClock, holder_of, open_context, open_courier, open_mailbox
from exchange.config import MailboxSettings
from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.time.sla import parse_instant
from exchange.errors import MailboxClaimed
from exchange.ports.records import VaultRecord
from exchange.provision import OwnParty, make_folder
from exchange.services.context import Context
from exchange.services.mailbox.rounds import Reachability, Round, one_round
from exchange.transport import imap_claim
from exchange.transport.imap import ImapMailbox
from exchange.transport.imap_claim import Claimant, MailboxClaim
from tests.adapters.conftest import Account
from tests.servers import want
from tests.servers.dovecot import Dovecot
from tests.servers.scripted import Line, ScriptedImap
from tests.services.contexts import add_parties, make_party
from tests.waiting import until

FOLDER = "MP121-claim"


class Clock:
    """Seconds that only grow, as fast as a test wants."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def steady() -> Clock:
    return Clock()


def _holder(name: str, session: str = "1") -> Claimant:
    return Claimant(name * 8, f"{name}{session}", f"/srv/{name} on {name}.example")


@pytest.fixture
def box(account: Account, steady: Clock) -> Callable[..., ImapMailbox]:
    def make(holder: Claimant) -> ImapMailbox:
        claim = MailboxClaim(FOLDER, holder, steady)
        return ImapMailbox(account.settings(), account.password, Path("/"), claim=claim)

    return make


@pytest.fixture
def put(account: Account) -> None:
    account.put(b"Subject: one\r\n\r\ntext\r\n")


@pytest.mark.usefixtures("put")
def test_the_second_is_refused_until_the_first_has_stopped(
    account: Account, box: Callable[..., ImapMailbox]
) -> None:
    first, second = box(_holder("a")), box(_holder("b"))
    (ref,) = first.list()
    for work in (
        second.list,
        lambda: list(second.fetch([ref])),
        lambda: second.file([ref], "Processed"),
    ):
        with pytest.raises(MailboxClaimed, match=r"/srv/a on a\.example.*aaaaaaaa.*take-over"):
            work()
    assert len(account.holds()) == 1
    assert len(list(first.fetch([ref]))) == 1
    first.close()
    assert account.holds(FOLDER) == []
    assert second.list() == [ref]
    second.close()


@pytest.mark.usefixtures("put")
def test_it_is_renewed_and_only_two_mails_of_it_stay(
    account: Account, box: Callable[..., ImapMailbox], steady: Clock
) -> None:
    first = box(_holder("a"))
    for _ in range(6):
        assert first.list()
        steady.at += imap_claim.RENEW_SECONDS
    assert len(account.holds(FOLDER)) == 2
    with pytest.raises(MailboxClaimed):
        box(_holder("b")).list()
    assert len(account.holds(FOLDER)) == 2  # who is refused leaves nothing
    assert first.list()


@pytest.mark.usefixtures("put")
def test_after_a_crash_the_same_folder_goes_on_at_once(
    account: Account, box: Callable[..., ImapMailbox], steady: Clock
) -> None:
    crashed = box(_holder("a"))
    assert crashed.list()
    again = box(_holder("a", session="2"))
    assert again.list()
    assert len(account.holds(FOLDER)) == 1
    # It was no crash but a copy of the whole machine: that one finds out when it renews.
    steady.at += imap_claim.RENEW_SECONDS
    with pytest.raises(MailboxClaimed):
        crashed.list()
    assert again.list()


@pytest.mark.usefixtures("put")
def test_a_claim_without_a_sign_of_life_dies_and_its_holder_finds_out(
    account: Account,
    box: Callable[..., ImapMailbox],
    steady: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    silent, other = box(_holder("a")), box(_holder("b"))
    assert silent.list()
    monkeypatch.setattr(imap_claim, "LEASE", -imap_claim.LEASE)  # every former sign is too old
    assert other.list()
    monkeypatch.undo()
    steady.at += imap_claim.RENEW_SECONDS
    with pytest.raises(MailboxClaimed):
        silent.list()
    assert other.list()


@pytest.mark.usefixtures("put")
def test_of_many_that_begin_at_once_one_works_at_most(box: Callable[..., ImapMailbox]) -> None:
    boxes = [box(_holder(name)) for name in "abcdef"]
    start, worked, refused = threading.Barrier(len(boxes)), list[int](), list[int]()

    def begin(number: int) -> None:
        start.wait()
        try:
            boxes[number].list()
            worked.append(number)
        except MailboxClaimed:
            refused.append(number)

    threads = [threading.Thread(target=begin, args=(one,)) for one in range(len(boxes))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(worked) <= 1
    assert len(worked) + len(refused) == len(boxes)
    for one in boxes:
        one.close()


@pytest.mark.usefixtures("put")
def test_a_take_over_pushes_the_other_out_before_it_begins(
    account: Account,
    box: Callable[..., ImapMailbox],
    steady: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As long as the other may not have noticed, both would answer."""
    first, second = box(_holder("a")), box(_holder("b"))
    assert first.list()
    (said,) = box(_holder("b", session="cli")).take_over()
    assert said.startswith("/srv/a on a.example")
    assert "5 minutes" in said
    left = len(account.holds(FOLDER))
    for _ in range(3):
        with pytest.raises(MailboxClaimed, match=r"taken over at .* may work there until"):
            second.list()
    assert len(account.holds(FOLDER)) == left
    assert first.list()  # it has not looked again
    steady.at += imap_claim.RENEW_SECONDS
    with pytest.raises(MailboxClaimed, match="/srv/b"):
        first.list()
    with pytest.raises(MailboxClaimed):
        box(_holder("c")).list()
    monkeypatch.setattr(imap_claim, "_NOTICED", timedelta(seconds=-1))  # that time has passed
    assert second.list()
    assert len(account.holds(FOLDER)) == 1
    # A needless one does no harm.
    assert box(_holder("b", session="cli")).take_over() == []
    steady.at += imap_claim.RENEW_SECONDS
    assert second.list()


@pytest.mark.usefixtures("put")
def test_a_take_over_from_one_that_is_silent_for_long_begins_at_once(
    account: Account, box: Callable[..., ImapMailbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert box(_holder("a")).list()
    monkeypatch.setattr(imap_claim, "_NOTICED", timedelta(seconds=-1))
    (said,) = box(_holder("b", session="cli")).take_over()
    assert "minutes" not in said
    monkeypatch.undo()
    assert box(_holder("b")).list()
    assert len(account.holds(FOLDER)) == 1


def test_other_mails_in_its_folder_are_let_be(
    account: Account, box: Callable[..., ImapMailbox]
) -> None:
    with account.visit() as client:
        client.create(FOLDER)
    strange = [
        b"Subject: a note of a colleague\r\n\r\nhello\r\n",
        b"X-MP121-Claim: too few\r\n\r\n",
        b"X-MP121-Claim: \xff\xfe =?utf-7?Q?+2AA-?= x y z\r\nX-MP121-Holder: \0\r\n\r\n",
    ]
    account.put(*strange[:1], folder=FOLDER)
    account.put(*strange[1:2], folder=FOLDER)
    first = box(_holder("a"))
    first.list()
    first.close()
    assert account.holds(FOLDER) == strange[:2]


def test_it_tells_the_servers_time(account: Account, box: Callable[..., ImapMailbox]) -> None:
    said = box(_holder("a")).server_time()
    assert said is not None
    assert said.exact
    account.put(b"Subject: one\r\n\r\ntext\r\n")
    said = account.mailbox().server_time()
    assert said is not None
    assert (str(said.at), said.exact) == ("2026-10-05 09:30:00+00:00", False)


@pytest.mark.parametrize(
    "answer",
    [
        "* 1 FETCH (UID 1 INTERNALDATE)",
        "* 1 FETCH (UID 1 BODY[HEADER] (((",
        '* 1 FETCH (UID 1 INTERNALDATE "01-Jan-9999 00:00:00 -2359" BODY[HEADER] "")',
        "* 1 FETCH",
    ],
)
def test_claims_that_cannot_be_read_do_not_cost_the_mailbox(
    tmp_path: Path, answer: str, steady: Clock
) -> None:
    with ScriptedImap(tmp_path, {1: b"Subject: one\r\n\r\ntext\r\n"}) as server:

        def flaw(line: Line, tag: str, arguments: str) -> None:
            if "CLAIM" in arguments:
                line.write(answer, f"{tag} OK done")
            else:
                server.proper(line, tag, arguments)

        server.flaws["UID FETCH"] = flaw
        settings = MailboxSettings.model_validate(
            {"host": "127.0.0.1", "port": server.port, "username": "u", "ca_file": server.ca_file}
        )
        box = ImapMailbox(
            settings, "secret", tmp_path, claim=MailboxClaim(FOLDER, _holder("a"), steady)
        )
        with structlog.testing.capture_logs() as said:
            (ref,) = box.list()
            assert len(list(box.fetch([ref]))) == 1
        box.close()
    assert [one["event"][:26] for one in said] == ["no claim can be left in th"]


def _refusal(text: str) -> Callable[[Line, str, str], None]:
    return lambda line, tag, _: line.write(f"{tag} NO {text}")


@pytest.mark.parametrize(
    "flaws",
    [
        {"APPEND": _refusal("[NOPERM] not allowed")},
        {"APPEND": _refusal("[OVERQUOTA] full")},
        {
            "LIST": lambda line, tag, _: line.write(f"{tag} OK done"),
            "CREATE": _refusal("no folders"),
        },
    ],
)
def test_a_server_that_takes_no_claim_is_worked_on_without(
    tmp_path: Path, flaws: dict[str, Callable[[Line, str, str], None]], steady: Clock
) -> None:
    with ScriptedImap(tmp_path, {3: b"Subject: one\r\n\r\ntext\r\n"}, flaws=flaws) as server:
        settings = MailboxSettings.model_validate(
            {"host": "127.0.0.1", "port": server.port, "username": "u", "ca_file": server.ca_file}
        )
        box = ImapMailbox(
            settings, "secret", tmp_path, claim=MailboxClaim(FOLDER, _holder("a"), steady)
        )
        with structlog.testing.capture_logs() as said:
            for _ in range(3):
                (ref,) = box.list()
                assert len(list(box.fetch([ref]))) == 1
                steady.at += imap_claim.RENEW_SECONDS
        box.close()
    (line,) = [one for one in said if one["log_level"] == "warning"]
    assert "no claim can be left" in line["event"]


# -- who we are


def test_a_copy_of_a_folder_is_another_one(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    ours = holder_of(folder)
    assert holder_of(folder) == ours
    shutil.copytree(folder, tmp_path / "two")  # with its times
    assert (tmp_path / "two" / "instance").read_bytes() == (folder / "instance").read_bytes()
    assert holder_of(tmp_path / "two").instance != ours.instance
    folder.rename(tmp_path / "renamed")
    assert holder_of(tmp_path / "renamed").instance == ours.instance


# -- two folders, forty requests

US, THEM = "codes@lose.example", "codes@gain.example"
PASSWORD = "only-for-this-test"
DEVICES = [DeviceId(bytes((0, 0xDB, 0, 0, 0, 0, 1, number))) for number in range(1, 41)]


def _ctx(folder: Path, dovecot: Dovecot) -> Context:
    make_folder(folder, OwnParty("LOSE", "Lose Power", US))
    config = folder / "config" / "exchange.toml"
    text = config.read_text().replace('host = "smtp.ours.example"', 'host = "127.0.0.1"\nport = 1')
    config.write_text(
        text.replace(
            'host = "imap.ours.example"',
            f'host = "127.0.0.1"\nport = {dovecot.imap_port}\nca_file = "{dovecot.ca_file}"',
        )
    )
    for name in ("imap", "smtp"):
        (folder / "secrets" / f"{name}-password").write_text(PASSWORD)
    ctx = open_context(folder, SetClock(parse_instant("2026-12-14T09:00")))
    add_parties(ctx, make_party("GAIN"))
    codes = (InstallCode(bytes(15) + one.raw[-1:]) for one in DEVICES)
    ctx.vault.put_many(
        VaultRecord(one, code, True) for one, code in zip(DEVICES, codes, strict=True)
    )
    return ctx


def test_two_folders_answer_each_of_forty_requests_once(tmp_path: Path) -> None:
    want(Dovecot.missing())
    with Dovecot({US: PASSWORD}) as dovecot:
        contexts = [_ctx(tmp_path / name, dovecot) for name in ("one", "two")]
        boxes = [open_mailbox(ctx, ctx.settings.mailbox[0]) for ctx in contexts]
        # Each as a process of its own, which they are not here.
        for number, box in enumerate(boxes):
            assert box._claim is not None
            box._claim._holder = replace(box._claim._holder, session=f"process{number}")
        troubles: list[list[str]] = [[], []]
        over = threading.Event()

        def work(number: int) -> None:
            reach = Reachability()
            ctx = contexts[number]
            while not over.is_set():
                done: Round = one_round(ctx, [boxes[number]], open_courier(ctx), reach)
                troubles[number] += [one for one in done.troubles if "another exchange" in one]
                over.wait(0.05)

        threads = [threading.Thread(target=work, args=(number,)) for number in (0, 1)]
        for thread in threads:
            thread.start()
        for number, device in enumerate(DEVICES):
            dovecot.deliver(
                f"From: {THEM}\r\nTo: {US}\r\nSubject: codes\r\nMessage-ID: <{number}@gain.example>"
                f"\r\n\r\nPlease send the code of\r\n{device}\r\n".encode(),
                US,
            )
        try:
            until(lambda: sum(len(_answered(ctx)) for ctx in contexts) >= len(DEVICES))
            until(lambda: any(troubles))
        except AssertionError:
            over.set()
            raise
        over.wait(0.5)
        over.set()
        for thread in threads:
            thread.join()
        found = [ref for ctx in contexts for ref in _answered(ctx)]
        for box, ctx in zip(boxes, contexts, strict=True):
            box.close()
            ctx.reader.close()
            ctx.store.dispose()
        assert sorted(found) == sorted(f"<{number}@gain.example>" for number in range(40))
        assert len([one for one in troubles if one]) >= 1  # one of the two was refused


def _answered(ctx: Context) -> list[str]:
    with ctx.store.engine.begin() as connection:
        found = connection.exec_driver_sql(
            "SELECT m.message_id FROM inbound_request r JOIN mail m ON m.id = r.mail_id"
        )
        return [row[0] for row in found]
