"""Whatever a mailbox or a step of a round sets off costs that alone, and is said."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

import pytest
import structlog
from sqlalchemy.exc import InvalidRequestError

from exchange.bootstrap import open_context, open_courier, the_clock
from exchange.daemon.threads import Floor, MailboxWorker, Watcher
from exchange.domain.device import DeviceId, InstallCode
from exchange.errors import (
    ConfigError,
    MailboxLoginRefused,
    MailboxRefused,
    MailboxUnavailable,
    StoreError,
)
from exchange.ports.mail import FetchedMail, MailRef
from exchange.ports.records import VaultRecord
from exchange.provision import OwnParty, make_folder
from exchange.sandbox.servers import SandboxServers
from exchange.services.answering import intake
from exchange.services.asking import chase, clocks, request
from exchange.services.context import Context
from exchange.services.mailbox.rounds import Round, one_round
from exchange.services.people import monthly
from exchange.services.running.progress import Progress
from exchange.services.running.reach import Reachability
from exchange.services.sending import send_mail
from tests.servers import HOST
from tests.services.contexts import add_parties, make_party
from tests.waiting import PATIENCE, until

_US, _THEM, _WORD = "codes@lose.example", "codes@gain.example", "pass word"
_CODE = InstallCode.parse("83FED3407A939723A5C639B26916D505C3B5")
_QUOTED = "83FED3407A939723A5C639B26916D505C3B5"  # as a library might quote a mail
_FAULTS = [
    TypeError(_QUOTED),
    RecursionError(_QUOTED),
    MemoryError(_QUOTED),
    UnicodeEncodeError("utf-8", _QUOTED, 0, 1, _QUOTED),
    InvalidRequestError(_QUOTED),
    StopIteration(_QUOTED),
]


def _device(nth: int) -> str:
    return f"00-DB-12-34-56-78-90-{nth:02X}"


class _Mailbox:
    """One request mail; a call named in ``faults`` raises in place of its work."""

    def __init__(self, name: str, nth: int, **faults: BaseException) -> None:
        self.name, self._nth, self.faults = name, nth, faults
        self.uidnext = 0
        self.inbox = [MailRef(1, nth)]
        self.closed = 0

    def _do(self, call: str) -> None:
        if call in self.faults:
            raise self.faults[call]

    def list(self) -> Sequence[MailRef]:
        self._do("list")
        return list(self.inbox)

    def since(self, day: date) -> Sequence[MailRef]:
        return list(self.inbox)

    def server_time(self) -> None:
        return None

    def fetch(
        self, refs: Sequence[MailRef], not_before: datetime | None = None
    ) -> Iterator[FetchedMail]:
        for ref in refs:
            self._do("fetch")
            raw = (
                f"From: {_THEM}\r\nTo: {_US}\r\nSubject: codes please\r\n"
                f"Message-ID: <{self._nth}@gain.example>\r\n\r\n"
                f"Please send the code of\r\n{_device(self._nth)}\r\n"
            ).encode()
            yield FetchedMail(ref, raw, datetime.now(UTC))

    def file(self, refs: Sequence[MailRef], folder: str) -> None:
        self._do("file")
        self.inbox = [ref for ref in self.inbox if ref not in refs]

    def close(self) -> None:
        self.closed += 1


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServers]:
    folder = tmp_path_factory.mktemp("site")
    with SandboxServers(folder, {_US: _WORD, _THEM: "theirs"}, lambda: datetime.now(UTC)) as site:
        yield site


@pytest.fixture
def ctx(tmp_path: Path, site: SandboxServers) -> Iterator[Context]:
    site.sent.clear()
    folder = tmp_path / "lose"
    make_folder(folder, OwnParty("LOSE", "Lose Power", _US))
    word = folder / "secrets" / "word"
    word.write_text(_WORD)
    word.chmod(0o600)
    boxes = "".join(
        f'[[mailbox]]\nname = "{name}"\nhost = "{HOST}"\nusername = "{name}.{_US}"\n'
        'password_file = "secrets/word"\n'
        for name in ("a", "b")
    )
    (folder / "config" / "exchange.toml").write_text(
        f"""
[party]
signifier = "LOSE"
name = "Lose Power"
address = "{_US}"
{boxes}
[smtp]
host = "{HOST}"
port = {site.smtp_port}
ca_file = "{site.ca_file}"
username = "{_US}"
password_file = "secrets/word"
per_minute = 0
"""
    )
    ctx = open_context(folder, the_clock())
    add_parties(ctx, make_party("GAIN"))
    ctx.vault.put_many(
        VaultRecord(DeviceId.parse(_device(nth)), InstallCode(_CODE.raw[:15] + bytes([nth])), True)
        for nth in range(60)
    )
    yield ctx
    ctx.reader.close()
    ctx.store.dispose()


def _round(ctx: Context, *boxes: _Mailbox, reach: Reachability | None = None) -> Round:
    return one_round(ctx, boxes, open_courier(ctx), reach or Reachability())  # type: ignore[arg-type]


def test_a_mailbox_that_sets_anything_off_costs_itself_alone(
    ctx: Context, site: SandboxServers
) -> None:
    nth = 0
    for call in ("list", "fetch", "file"):
        for fault in _FAULTS:
            nth += 2
            site.sent.clear()
            bad, good = _Mailbox("a", nth, **{call: fault}), _Mailbox("b", nth + 1)
            with structlog.testing.capture_logs() as said:
                done = _round(ctx, bad, good)
            (trouble,) = done.troubles
            # What a generator lets out, Python calls by another name.
            stop = call == "fetch" and isinstance(fault, StopIteration)
            kind = "RuntimeError" if stop else type(fault).__name__
            assert trouble.startswith(f"mailbox a: an internal fault ({kind} in exchange.services")
            assert ".py line" in trouble
            assert _QUOTED not in f"{said}{done.troubles}"
            assert [one["what"] for one in said if one["log_level"] == "error"] == ["mailbox a"]
            assert bad.closed == 1  # nobody knows where in an answer it stumbled
            assert good.inbox == []
            answered = 2 if call == "file" else 1
            assert done.delivered == {"sent": answered}
            assert len(site.sent) == answered
            bad.faults.clear()
            assert not _round(ctx, bad, good).troubles
            assert bad.inbox == []
            assert len(site.sent) == 2


_STEPS = (
    (clocks, "recompute_clocks"), (intake, "decide_all"), (request, "raise_requests"),
    (chase, "chase"), (send_mail, "deliver"),
)  # fmt: skip


def test_a_step_that_fails_keeps_the_others_from_nothing(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    failing: list[tuple[str, Exception]] = []

    def watch(work: Callable[..., object], step: str) -> Callable[..., object]:
        def watched(*given: object) -> object:
            steps.append(step)
            if step == failing[-1][0]:
                raise failing[-1][1]
            return work(*given)

        return watched

    for module, name in _STEPS:
        monkeypatch.setattr(module, name, watch(getattr(module, name), name))
    for _, name in _STEPS:
        for fault in (_FAULTS[0], ConfigError("a template is broken")):
            failing.append((name, fault))
            steps.clear()
            done = _round(ctx, _Mailbox("a", len(failing)))
            assert steps == [step for _, step in _STEPS]
            (trouble,) = done.troubles
            assert _QUOTED not in trouble
            assert ("a template is broken" in trouble) == isinstance(fault, ConfigError)


def test_a_database_that_refuses_ends_the_round(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object) -> None:
        raise StoreError("the database refuses: disk is full")

    monkeypatch.setattr(intake, "decide_all", refuses)
    with pytest.raises(StoreError):
        _round(ctx, _Mailbox("a", 1))


def test_a_report_that_cannot_be_written_is_trouble_of_the_round(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    from exchange.daemon import main

    def refuses(_ctx: Context) -> None:
        raise PermissionError(13, _QUOTED)

    monkeypatch.setattr(monthly, "write_due", refuses)
    done = Round()
    main._report(ctx, done, Reachability())
    (trouble,) = done.troubles
    assert "PermissionError" in trouble
    assert _QUOTED not in trouble


# -- what is said, and when it is tried again


class _Clock:
    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def _attempts(reach: Reachability, clock: _Clock, fault: Exception, seconds: float) -> list[float]:
    """When something is tried in so many seconds, by whoever asks each second."""
    began, tried = clock.at, []
    while clock.at < began + seconds:
        if reach.worth_trying("it"):
            tried.append(clock.at - began)
            reach.failed("it", fault)
        clock.at += 1
    return tried


@pytest.mark.parametrize("fault", [MailboxLoginRefused("no")])
def test_a_wrong_password_is_tried_so_rarely_that_no_account_is_locked(fault: Exception) -> None:
    clock = _Clock()
    with structlog.testing.capture_logs() as said:
        tried = _attempts(Reachability(clock, first=2.0), clock, fault, 4 * 3600)
    assert len(tried) == 6
    assert min(b - a for a, b in pairwise(tried)) >= 600
    assert max(b - a for a, b in pairwise(tried)) <= 3601
    (line,) = said
    assert line["again_in_seconds"] == 600


def test_what_passes_is_tried_again_soon_and_then_more_rarely() -> None:
    clock = _Clock()
    tried = _attempts(Reachability(clock, first=2.0), clock, MailboxUnavailable("gone"), 3600)
    assert tried[:4] == [0, 2, 6, 14]
    assert 290 < tried[-1] - tried[-2] < 310


def test_two_reasons_that_take_turns_are_two_lines_and_no_more() -> None:
    reach = Reachability()
    with structlog.testing.capture_logs() as said:
        for nth in range(20):
            reach.failed("it", MailboxRefused(f"session {nth}: no folder" if nth % 2 else "no"))
        reach.worked("it")
    assert [one["event"] for one in said] == ["cannot be used; it is tried again"] * 2 + [
        "can be used again"
    ]


def test_one_outage_that_several_meet_is_one_line_until_none_meets_it() -> None:
    reach = Reachability()
    with structlog.testing.capture_logs() as said:
        for who in ("a", "b", "a"):
            reach.failed("the database", StoreError(f"{who} cannot write"), who)
        reach.worked("the database", "a")
        assert len(said) == 1
        reach.worked("the database", "b")
    assert [one["log_level"] for one in said] == ["error", "info"]


def test_a_mailbox_that_can_be_read_and_not_filed_is_said_once(ctx: Context) -> None:
    reach, box = Reachability(), _Mailbox("a", 1, file=MailboxUnavailable("over quota"))
    with structlog.testing.capture_logs() as said:
        for _ in range(4):
            assert _round(ctx, box, reach=reach).troubles == ["over quota"]
        box.faults.clear()
        assert not _round(ctx, box, reach=reach).troubles
    told = [one["event"] for one in said if one.get("what") == "mailbox a"]
    assert told == ["cannot be used; it is tried again", "can be used again"]


# -- where it is


def test_what_takes_a_minute_is_said_once_with_its_place_and_cut_off_at_its_end() -> None:
    clock, cut = _Clock(), []
    progress = Progress(clock)
    with (
        structlog.testing.capture_logs() as said,
        progress.at("mailbox b", "fetching from mailbox b", 300, lambda: cut.append(clock.at)),
    ):
        for _ in range(400):
            progress.look()
            clock.at += 1
    assert [(one["event"], one.get("seconds")) for one in said] == [
        ("still fetching from mailbox b", 60),
        ("took too long and was ended; will be retried", None),
    ]
    assert cut == [400.0]
    assert not progress.steps()


def test_a_thread_that_meets_a_fault_goes_on(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    box = _Mailbox("a", 1)
    monkeypatch.setattr("exchange.daemon.threads.open_mailbox", lambda *_: box)

    class Guarded:
        lost = threading.Event()

    floor = Floor(ctx, Guarded(), Reachability(first=0.1), Progress())  # type: ignore[arg-type]
    floor.begun.set()
    sender = type("Sender", (), {"beside": lambda *_, **__: None})()
    worker = MailboxWorker(floor, ctx.settings.mailbox[0], sender)
    faults = iter([TypeError(), StoreError("locked"), MemoryError()])
    look = worker.inbox.look

    def stumbling(done: Round) -> bool:
        for fault in faults:
            raise fault
        return look(done)

    monkeypatch.setattr(worker.inbox, "look", stumbling)
    worker.start()
    try:
        assert floor.wake.wait(PATIENCE), "the mail was not kept"
    finally:
        floor.stop.set()
        worker.close()
        worker.join(PATIENCE)
    assert not worker.is_alive()
    assert floor.reported().kept == 1


def test_a_server_that_announces_mail_without_end_is_not_asked_without_end(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = _Mailbox("a", 1)
    box.wait = lambda _seconds: True  # type: ignore[attr-defined]
    monkeypatch.setattr("exchange.daemon.threads.open_mailbox", lambda *_: box)

    class Worker:
        inbox, looks = box, 0

        def look(self) -> None:
            self.looks += 1

    floor, worker = Floor(ctx, None, Reachability(), Progress()), Worker()  # type: ignore[arg-type]
    watcher = Watcher(floor, ctx.settings.mailbox[0], worker)  # type: ignore[arg-type]
    began = time.monotonic()
    watcher.start()
    until(lambda: worker.looks > 1)
    floor.stop.wait(1.0)
    floor.stop.set()
    watcher.join(PATIENCE)
    assert not watcher.is_alive()
    assert worker.looks < 3 + 5 * (time.monotonic() - began)
