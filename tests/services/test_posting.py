"""A backlog is answered, by a process of its own, while it is still being read."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from email import message_from_bytes
from pathlib import Path

import pytest

from exchange.bootstrap import open_context, open_courier, the_clock
from exchange.daemon.posting import PostingProcess
from exchange.domain.device import DeviceId, InstallCode
from exchange.ports.mail import FetchedMail, MailRef
from exchange.ports.records import VaultRecord
from exchange.provision import OwnParty, make_folder
from exchange.sandbox.servers import SandboxServers
from exchange.services.answering import intake
from exchange.services.context import Context
from exchange.services.mailbox import rounds
from tests.servers import HOST, free_ports
from tests.services.contexts import add_parties, make_party
from tests.waiting import PATIENCE, until

_MAILS, _AT_ONCE = 13, 5
_CODE = InstallCode.parse("83FED3407A939723A5C639B26916D505C3B5")
_US, _THEM, _WORD = "codes@lose.example", "codes@gain.example", "pass word"


def _device(nth: int) -> str:
    return f"00-DB-12-34-56-78-90-{nth:02X}"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SandboxServers]:
    accounts = {_US: _WORD, _THEM: "theirs"}
    with SandboxServers(tmp_path / "site", accounts, lambda: datetime.now(UTC)) as site:
        yield site


@pytest.fixture
def ctx(tmp_path: Path, site: SandboxServers, monkeypatch: pytest.MonkeyPatch) -> Iterator[Context]:
    monkeypatch.setattr(rounds, "_AT_ONCE", _AT_ONCE)
    monkeypatch.setattr(rounds, "_BACKLOG", _AT_ONCE)
    folder = tmp_path / "lose"
    make_folder(folder, OwnParty("LOSE", "Lose Power", _US))
    _configure(folder, site, site.smtp_port)
    ctx = open_context(folder, the_clock(""))
    add_parties(ctx, make_party("GAIN"))
    ctx.vault.put_many(
        VaultRecord(DeviceId.parse(_device(nth)), InstallCode(_CODE.raw[:15] + bytes([nth])), True)
        for nth in range(_MAILS)
    )
    yield ctx
    ctx.reader.close()
    ctx.store.dispose()


def _configure(folder: Path, site: SandboxServers, port: int, per_minute: int = 0) -> None:
    word = folder / "secrets" / "smtp.txt"
    word.write_text(_WORD)
    word.chmod(0o600)
    (folder / "config" / "exchange.toml").write_text(
        f"""
[party]
signifier = "LOSE"
name = "Lose Power"
address = "{_US}"

[[mailbox]]
host = "{HOST}"
username = "{_US}"
password_file = "secrets/smtp.txt"

[smtp]
host = "{HOST}"
port = {port}
ca_file = "{site.ca_file}"
username = "{_US}"
password_file = "secrets/smtp.txt"
per_minute = {per_minute}
"""
    )


class _Mailbox:
    """The request mailbox; its last mails come only after ``then`` came back."""

    uidnext = 0

    def __init__(self, ctx: Context, then: Callable[[], object]) -> None:
        self.name = ctx.settings.mailbox[0].name
        self._ctx, self._then = ctx, then
        self.inbox = [MailRef(1, nth + 1) for nth in range(_MAILS)]

    def list(self) -> Sequence[MailRef]:
        return list(self.inbox)

    def since(self, day: date) -> Sequence[MailRef]:
        return self.list()

    def fetch(
        self, refs: Sequence[MailRef], not_before: datetime | None = None
    ) -> Iterator[FetchedMail]:
        for ref in refs:
            if ref.uid == 2 * _AT_ONCE + 1:
                self._then()
            raw = (
                f"From: {_THEM}\r\nTo: {_US}\r\nSubject: codes please\r\n"
                f"Message-ID: <{ref.uid}@gain.example>\r\n\r\n"
                f"Please send the code of\r\n{_device(ref.uid - 1)}\r\n"
            ).encode()
            yield FetchedMail(ref, raw, self._ctx.now())

    def file(self, refs: Sequence[MailRef], folder: str) -> None:
        assert folder == self._ctx.settings.mailbox[0].processed
        self.inbox = [ref for ref in self.inbox if ref not in refs]


class _Round:
    """Rounds over one mailbox, with what sends beside them."""

    def __init__(self, ctx: Context, then: Callable[[], object] = lambda: None) -> None:
        self._ctx = ctx
        self.stop = threading.Event()
        self.posting = PostingProcess(ctx.folder, self.stop)
        self.mailbox = _Mailbox(ctx, then)

    def __call__(self) -> rounds.Round:
        courier = open_courier(self._ctx)
        reach = rounds.Reachability()
        return rounds.one_round(
            self._ctx,
            [self.mailbox],  # type: ignore[list-item]
            courier,
            reach,
            self.stop,
            self.posting,
        )

    @property
    def process(self) -> subprocess.Popen[bytes]:
        process = self.posting._process
        assert process is not None
        return process


def _answered(site: SandboxServers) -> Counter[str]:
    """Which requests were answered, by what the answers refer to."""
    return Counter(str(message_from_bytes(one.raw)["In-Reply-To"]) for one in site.sent)


_EVERY_MAIL_ONCE = Counter({f"<{nth + 1}@gain.example>": 1 for nth in range(_MAILS)})


def test_the_first_answers_leave_while_the_last_mails_are_still_on_the_server(
    ctx: Context, site: SandboxServers
) -> None:
    held: list[int] = []

    def then() -> None:
        until(lambda: len(site.sent) >= 2 * _AT_ONCE)
        held.append(len(work.mailbox.inbox))

    work = _Round(ctx, then)
    done = work()
    assert held == [_MAILS - 2 * _AT_ONCE], "no letter left before everything was read"
    assert (done.kept, dict(done.decided), done.filed) == (_MAILS, {"processed": _MAILS}, _MAILS)
    assert not done.troubles
    assert done.delivered == {"sent": _MAILS}
    assert _answered(site) == _EVERY_MAIL_ONCE
    assert work.mailbox.inbox == []
    with ctx.store.reading() as tx:
        assert tx.outbox.counts() == {"sent": _MAILS}
        tx.audit.verify()


def test_told_to_stop_in_a_backlog_it_ends_what_it_holds_and_leaves_the_rest(
    ctx: Context, site: SandboxServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "_DECIDE_BATCH", 2)
    work = _Round(ctx)
    work.stop.set()
    done = work()
    assert (done.kept, dict(done.decided), done.filed) == (_AT_ONCE, {"processed": 2}, 2)
    assert len(work.mailbox.inbox) == _MAILS - 2
    work.stop.clear()
    done = work()
    assert dict(done.decided) == {"processed": _MAILS - 2}
    assert _answered(site) == _EVERY_MAIL_ONCE
    assert work.mailbox.inbox == []


def test_a_server_that_takes_no_letters_is_told_and_everything_goes_later(
    ctx: Context, site: SandboxServers
) -> None:
    (nobody,) = free_ports(1)
    _configure(ctx.folder, site, nobody)  # read by the process beside, not by this one
    work = _Round(ctx)
    done = work()
    assert [one for one in done.troubles if f"smtp {HOST}:{nobody}" in one]
    assert (done.kept, dict(done.decided)) == (_MAILS, {"processed": _MAILS})
    assert done.delivered == {"sent": _MAILS}  # by the round's own sending
    assert _answered(site) == _EVERY_MAIL_ONCE


def test_when_the_process_is_killed_the_rest_goes_all_the_same(
    ctx: Context, site: SandboxServers
) -> None:
    def then() -> None:
        until(lambda: bool(site.sent))
        work.process.kill()

    work = _Round(ctx, then)
    done = work()
    assert (done.kept, dict(done.decided)) == (_MAILS, {"processed": _MAILS})
    answered = _answered(site)
    assert answered.keys() == _EVERY_MAIL_ONCE.keys()
    # What was under way goes again, and is recognisable as the same.
    for of in [one for one, times in answered.items() if times > 1]:
        mails = [message_from_bytes(one.raw) for one in site.sent]
        same = {mail["Message-ID"] for mail in mails if mail["In-Reply-To"] == of}
        assert len(same) == 1
    with ctx.store.reading() as tx:
        assert tx.outbox.counts() == {"sent": _MAILS}
        tx.audit.verify()


def test_what_it_sent_and_could_not_record_is_told_and_does_not_go_again(
    ctx: Context, site: SandboxServers
) -> None:
    with ctx.store.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER refuse BEFORE INSERT ON audit WHEN new.event = 'mail.accepted'"
            " BEGIN SELECT RAISE(ABORT, 'refused'); END"
        )
    work = _Round(ctx, lambda: until(lambda: bool(site.sent)))
    done = work()
    assert [one for one in done.troubles if "refuses: refused" in one]
    went = [message_from_bytes(one.raw)["Message-ID"] for one in site.sent]
    assert went
    assert len(went) == len(set(went))
    with ctx.store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER refuse")
    work()
    assert _answered(site) == _EVERY_MAIL_ONCE
    with ctx.store.reading() as tx:
        counts = tx.outbox.counts()
        tx.audit.verify()
    assert set(counts) <= {"held", "sent"}
    assert sum(counts.values()) == _MAILS


def test_a_process_that_hangs_is_ended_and_the_rest_goes_all_the_same(
    ctx: Context, site: SandboxServers
) -> None:
    stopped: list[int] = []

    def then() -> None:
        until(lambda: bool(work.posting._output))
        stopped.append(work.process.pid)
        with suppress(ProcessLookupError):  # it was silent so long by itself, and was ended
            os.kill(work.process.pid, signal.SIGSTOP)

    work = _Round(ctx, then)
    work.posting = PostingProcess(ctx.folder, work.stop, silent_seconds=3.0)
    done = work()
    assert (done.kept, dict(done.decided)) == (_MAILS, {"processed": _MAILS})
    (trouble,) = done.troubles
    assert "no sign of life" in trouble
    assert not Path(f"/proc/{stopped[0]}").exists()
    assert _answered(site).keys() == _EVERY_MAIL_ONCE.keys()
    with ctx.store.reading() as tx:
        assert tx.outbox.counts() == {"sent": _MAILS}


def test_a_process_that_hangs_does_not_outlive_a_stop(ctx: Context) -> None:
    stop = threading.Event()
    hanging = PostingProcess(ctx.folder, stop)
    hanging.start()
    process = hanging._process
    assert process is not None
    os.kill(process.pid, signal.SIGSTOP)
    stop.set()
    assert hanging.finish().fates == {}
    assert process.returncode == -signal.SIGKILL


def test_the_process_ends_by_itself_when_whoever_started_it_is_gone(ctx: Context) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "exchange.daemon.posting", str(ctx.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.close()  # as the kernel does for a process that was killed
        process.stdout.close()
        assert process.wait(PATIENCE) == 0
        assert process.stderr.read() == b""


def test_the_process_ends_when_all_is_to_stop(ctx: Context) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "exchange.daemon.posting", str(ctx.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        status = Path(f"/proc/{process.pid}/status")
        until(lambda: _handles(signal.SIGTERM, status.read_text()))
        process.terminate()
        assert process.wait(PATIENCE) == 0


def _handles(number: signal.Signals, status: str) -> bool:
    return bool(int(status.split("SigCgt:")[1].split()[0], 16) & 1 << (number - 1))


def test_two_never_send_the_same_letters(ctx: Context, site: SandboxServers) -> None:
    work = _Round(ctx)
    with ctx.store.sole_sender() as ours:
        assert ours
        done = work()  # as after a daemon was killed whose posting process still sends
        assert not done.troubles
        assert done.delivered == {}
        assert site.sent == []
    with ctx.store.reading() as tx:
        assert tx.outbox.counts() == {"queued": _MAILS}
    assert work().delivered == {"sent": _MAILS}
    assert _answered(site) == _EVERY_MAIL_ONCE


def test_no_more_letters_leave_in_a_minute_than_the_provider_allows(
    ctx: Context, site: SandboxServers
) -> None:
    _configure(ctx.folder, site, site.smtp_port, per_minute=4)
    object.__setattr__(ctx.settings.smtp, "per_minute", 4)
    work = _Round(ctx)
    assert work().delivered == {"sent": 4}
    assert work().delivered == {}
    with ctx.store.reading() as tx:
        assert tx.outbox.counts() == {"sent": 4, "queued": _MAILS - 4}
    with ctx.store.engine.begin() as connection:  # as if it had been long ago
        connection.exec_driver_sql(
            "UPDATE outbox SET attempted_at = '2020-01-01T00:00:00.000000Z' WHERE state = 'sent'"
        )
    assert work().delivered == {"sent": 4}
    assert len(site.sent) == 8
