"""A backlog is answered while it is still being read."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from email import message_from_bytes
from pathlib import Path

import pytest

from exchange.bootstrap import open_desk, the_clock
from exchange.domain.device import DeviceId, InstallCode
from exchange.errors import CourierUnavailable
from exchange.ports import Delivery, FetchedMail, Letter, MailRef, VaultRecord
from exchange.provision import OwnParty, make_folder
from exchange.services import posting, rounds
from exchange.services.desk import Desk
from tests.services.desks import add_parties, make_party

_MAILS, _AT_ONCE = 13, 5
_CODE = InstallCode.parse("83FED3407A939723A5C639B26916D505C3B5")


def _device(nth: int) -> str:
    return f"00-DB-12-34-56-78-90-{nth:02X}"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(rounds, "_AT_ONCE", _AT_ONCE)
    monkeypatch.setattr(rounds, "_BACKLOG", _AT_ONCE)
    monkeypatch.setattr(posting, "_LOOK_SECONDS", 0.01)
    make_folder(tmp_path, OwnParty("LOSE", "Lose Power", "codes@lose.example"))
    desk = open_desk(tmp_path, the_clock(""))
    object.__setattr__(desk.settings.smtp, "per_minute", 0)
    add_parties(desk, make_party("GAIN"))
    desk.vault.put_many(
        VaultRecord(DeviceId.parse(_device(nth)), InstallCode(_CODE.raw[:15] + bytes([nth])), True)
        for nth in range(_MAILS)
    )
    yield desk
    desk.reader.close()
    desk.store.dispose()


class _Server:
    """The far side: a mailbox whose last mails come only after a letter was taken."""

    name = "ops"
    unreadable: dict[MailRef, str] = {}  # noqa: RUF012

    def __init__(self, desk: Desk) -> None:
        self.name = desk.settings.mailbox[0].name
        self._desk = desk
        self.first_taken = threading.Event()
        self.waited: list[bool] = []
        self.taken: list[Letter] = []
        self.inbox = [MailRef(1, nth + 1) for nth in range(_MAILS)]
        self.fault: Exception | None = None

    def list(self) -> Sequence[MailRef]:
        return list(self.inbox)

    def fetch(self, refs: Sequence[MailRef]) -> Iterator[FetchedMail]:
        for ref in refs:
            if ref.uid > 2 * _AT_ONCE and not self.waited:
                self.waited.append(self.first_taken.wait(20))
            raw = (
                "From: codes@gain.example\r\nTo: codes@lose.example\r\nSubject: codes please\r\n"
                f"Message-ID: <{ref.uid}@gain.example>\r\n\r\n"
                f"Please send the code of\r\n{_device(ref.uid - 1)}\r\n"
            ).encode()
            yield FetchedMail(ref, raw, self._desk.now())

    def file(self, refs: Sequence[MailRef], folder: str) -> None:
        assert folder == self._desk.settings.mailbox[0].processed
        self.inbox = [ref for ref in self.inbox if ref not in refs]

    def send_many(self, letters: Sequence[Letter]) -> Iterator[Sequence[Delivery]]:
        if self.fault is not None:
            self.first_taken.set()
            raise self.fault
        for letter in letters:
            self.taken.append(letter)
            self.first_taken.set()
            yield [Delivery(letter.key, accepted=True, reply="250 ok")]

    def round(self, stop: threading.Event | None = None) -> rounds.Round:
        return rounds.one_round(self._desk, [self], self, rounds.Reachability(), stop)  # type: ignore[list-item]

    def answered(self) -> Counter[str]:
        """Which requests were answered, by what the answers refer to."""
        mails = [message_from_bytes(letter.raw) for letter in self.taken]
        return Counter(str(mail["In-Reply-To"]) for mail in mails)


_EVERY_MAIL_ONCE = Counter({f"<{nth + 1}@gain.example>": 1 for nth in range(_MAILS)})


def test_the_first_answers_leave_while_the_last_mails_are_still_on_the_server(desk: Desk) -> None:
    server = _Server(desk)
    done = server.round()
    assert server.waited == [True], "no letter left before everything was read"
    assert (done.kept, dict(done.decided), done.filed) == (_MAILS, {"processed": _MAILS}, _MAILS)
    assert not done.troubles
    assert done.delivered == {"sent": _MAILS}
    assert server.answered() == _EVERY_MAIL_ONCE
    assert server.inbox == []
    with desk.store.reading() as tx:
        assert tx.outbox.counts() == {"sent": _MAILS}
        tx.audit.verify()


def test_told_to_stop_in_a_backlog_it_ends_what_it_holds_and_leaves_the_rest(desk: Desk) -> None:
    server, stop = _Server(desk), threading.Event()
    stop.set()
    done = server.round(stop)
    assert (done.kept, dict(done.decided), done.filed) == (5, {"processed": _AT_ONCE}, _AT_ONCE)
    assert len(server.inbox) == _MAILS - _AT_ONCE
    server.first_taken.set()
    server.round()
    assert server.answered() == _EVERY_MAIL_ONCE
    assert server.inbox == []


def test_a_server_that_takes_no_letters_is_told_and_everything_goes_later(desk: Desk) -> None:
    server = _Server(desk)
    server.fault = CourierUnavailable("the server hung up", place="smtp")
    done = server.round()
    assert any("hung up" in trouble for trouble in done.troubles)
    assert (done.kept, dict(done.decided)) == (_MAILS, {"processed": _MAILS})
    assert server.taken == []
    server.fault = None
    assert server.round().delivered == {"sent": _MAILS}
    assert server.answered() == _EVERY_MAIL_ONCE


def test_a_fault_of_ours_in_the_sending_is_not_swallowed(desk: Desk) -> None:
    server = _Server(desk)
    server.fault = RuntimeError("a fault of ours")
    with pytest.raises(RuntimeError, match="a fault of ours"):
        server.round()
    server.fault = None
    server.round()
    assert server.answered() == _EVERY_MAIL_ONCE


def test_no_more_letters_leave_in_a_minute_than_the_provider_allows(desk: Desk) -> None:
    object.__setattr__(desk.settings.smtp, "per_minute", 4)
    server = _Server(desk)
    server.first_taken.set()
    assert server.round().delivered == {"sent": 4}
    assert server.round().delivered == {}
    with desk.store.reading() as tx:
        assert tx.outbox.counts() == {"sent": 4, "queued": _MAILS - 4}
    with desk.store.engine.begin() as connection:  # as if it had been long ago
        connection.exec_driver_sql(
            "UPDATE outbox SET attempted_at = '2020-01-01T00:00:00.000000Z' WHERE state = 'sent'"
        )
    assert server.round().delivered == {"sent": 4}
