"""What goes wrong on our own side: nothing is lost, nothing answered twice, the rest goes on."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import pytest

from exchange.bootstrap import SetClock, open_context, open_courier, open_mailbox
from exchange.domain.columns.column_map import ColumnMap
from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.mail import Understanding
from exchange.domain.meaning.sent_lines import SentText
from exchange.domain.outbound import Gained
from exchange.domain.time.sla import parse_instant
from exchange.errors import BadInput, ReaderEnded, StoreError
from exchange.ports.reading import Question
from exchange.ports.records import VaultRecord
from exchange.provision import OwnParty, make_folder
from exchange.sandbox.servers import SandboxServers
from exchange.services.answering import intake
from exchange.services.answering.mail_outcome import MailOutcome
from exchange.services.answering.requests import answer_request
from exchange.services.answering.requests.day_tally import DayTally
from exchange.services.asking import request
from exchange.services.context import Context
from exchange.services.mailbox import fetch_and_file
from exchange.services.mailbox.rounds import Reachability, Round, one_round
from exchange.services.people import audit_log, review
from exchange.services.sending import send_mail
from exchange.store.db import Store, Transaction
from exchange.store.mails.mail import KeptMail
from exchange.store.taken import TakenLetter, TakenLetters
from exchange.transport import smtp
from tests.services.contexts import add_parties, make_party
from tests.waiting import until

US, THEM = "codes@lose.example", "codes@gain.example"
PASSWORD = "only-for-this-test"
DEVICE = "00-DB-12-34-56-78-90-A0"
CODE = InstallCode.parse("83FED3407A939723A5C639B26916D505C3B5")
MAIL = (
    "From: {sender}\r\nTo: codes@lose.example\r\nSubject: codes please\r\n"
    "Message-ID: <{number}@gain.example>\r\n\r\nPlease send the code of\r\n{device}\r\n"
)


class Site:
    """A context with real IMAP and SMTP around it."""

    def __init__(self, folder: Path, servers: SandboxServers, clock: SetClock) -> None:
        self.folder, self.servers, self.clock = folder, servers, clock
        make_folder(folder, OwnParty("LOSE", "Lose Power", US))
        config = folder / "config" / "exchange.toml"
        text = config.read_text()
        for host, port in (("imap", servers.imap_port), ("smtp", servers.smtp_port)):
            text = text.replace(
                f'host = "{host}.ours.example"',
                f'host = "127.0.0.1"\nport = {port}\nca_file = "{servers.ca_file}"',
            )
            (folder / "secrets" / f"{host}-password").write_text(PASSWORD)
        config.write_text(text)
        self.ctx = self.open()
        add_parties(self.ctx, make_party("GAIN"))
        self.ctx.vault.put_many([VaultRecord(DeviceId.parse(DEVICE), CODE, True)])

    def open(self) -> Context:
        return open_context(self.folder, self.clock)

    def ask(self, number: int = 1, sender: str = THEM, device: str = DEVICE) -> None:
        raw = MAIL.format(number=number, sender=sender, device=device).encode()
        self.servers.deliver(raw, US)

    def round(self, ctx: Context | None = None) -> Round:
        used = ctx or self.ctx
        box = open_mailbox(used, used.settings.mailbox[0])
        try:
            return one_round(used, [box], open_courier(used), Reachability())
        finally:
            box.close()

    def keep(self) -> int:
        box = open_mailbox(self.ctx, self.ctx.settings.mailbox[0])
        kept = fetch_and_file.keep(self.ctx, box, fetch_and_file.fresh(self.ctx, box))
        box.close()
        return kept

    def went(self) -> list[str]:
        """The Message-IDs of what left, in order."""
        return [str(message_from_bytes(one.raw)["Message-ID"]) for one in self.servers.sent]

    def sql(self, text: str) -> list[tuple[object, ...]]:
        with self.ctx.store.engine.begin() as connection:
            result = connection.exec_driver_sql(text)
            return [tuple(row) for row in result] if result.returns_rows else []


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    yield from a_site(tmp_path)


def a_site(tmp_path: Path) -> Iterator[Site]:
    """The site of one test, taken down after it."""
    clock = SetClock(parse_instant("2026-12-14T09:00"))
    with SandboxServers(tmp_path / "servers", {US: PASSWORD, THEM: PASSWORD}, clock.now) as servers:
        found = Site(tmp_path / "lose", servers, clock)
        yield found
        found.ctx.reader.close()
        found.ctx.store.dispose()


def test_two_at_the_same_mail_answer_it_once(site: Site) -> None:
    site.ask()
    site.keep()
    other = site.open()
    with site.ctx.store.reading() as tx:
        mail = tx.mail.get(1)
    said = site.ctx.reader.read(other.sealer.open(mail.sealed, "mail"))
    read = [intake.Understood(mail, said)]
    (first,), (second,) = (intake.decide(one, read, DayTally()) for one in (site.ctx, other))
    assert (first.folder, second.folder) == ("processed", "processed")
    assert first.ref
    assert not second.ref
    site.round()
    assert len(site.servers.sent) == 1
    assert site.sql("SELECT count(*) FROM inbound_request") == [(1,)]
    other.reader.close()
    other.store.dispose()


def test_a_fault_among_mails_decided_together_stays_with_its_own(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.ask()
    site.ask(sender="stranger@elsewhere.example")
    site.ask()
    take = answer_request.take

    def faulty(ctx: Context, tx: Transaction, mail: KeptMail, *rest: object) -> MailOutcome:
        if mail.id == 1:
            raise RuntimeError("a fault of ours")
        return take(ctx, tx, mail, *rest)  # type: ignore[arg-type]

    with monkeypatch.context() as broken:
        broken.setattr(answer_request, "take", faulty)
        site.round()
    assert site.sql("SELECT id, folder, attempts FROM mail ORDER BY id") == [
        (1, "shunted", 0),
        (2, "review", 0),
        (3, "processed", 0),
    ]
    assert site.sql("SELECT mail_id FROM inbound_request") == [(3,)]
    assert len(site.servers.sent) == 1
    audit_log.verify(site.ctx)


def test_two_people_release_one_mail_once(site: Site) -> None:
    site.ask(sender="stranger@elsewhere.example")
    site.round()
    assert review.release_mail(site.ctx, 1, "GAIN", "kim").folder == "processed"
    with pytest.raises(BadInput, match="does not wait"):
        review.release_mail(site.ctx, 1, "GAIN", "lee")
    site.round()
    (sent,) = site.servers.sent
    assert sent.recipients == (THEM,)


def test_a_database_that_refuses_costs_no_attempt_and_no_mail(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.ask()
    site.keep()
    with monkeypatch.context() as broken:
        real = site.ctx.store.transaction

        def refuse(name: str) -> object:
            if name == "decide":
                raise StoreError("the database refuses: disk is full")
            return real(name)

        broken.setattr(type(site.ctx.store), "transaction", lambda _self, name: refuse(name))
        for _ in range(5):
            with pytest.raises(StoreError):
                site.round()
    assert site.sql("SELECT state, attempts FROM mail") == [("kept", 0)]
    site.round()
    assert len(site.servers.sent) == 1


def _refusing(broken: pytest.MonkeyPatch, name: str, times: int = 10**6) -> None:
    """A disk that fails as often as that, in the transactions of this name."""
    real, left = Store.transaction, iter(range(times))

    def refuse(store: Store, asked: str) -> object:
        if asked == name and next(left, None) is not None:
            raise StoreError("the database refuses: disk I/O error")
        return real(store, asked)

    broken.setattr(Store, "transaction", refuse)


def test_a_letter_that_was_taken_and_not_recorded_does_not_go_again(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full at that moment, and stays so for some rounds."""
    for number in (1, 2):
        site.ask(number)
    with monkeypatch.context() as broken:
        _refusing(broken, "delivered")
        for _ in range(4):
            with pytest.raises(StoreError):
                site.round()
            site.clock.at += timedelta(hours=5)
    assert len(site.went()) == len(set(site.went())) <= 2
    site.round()
    assert len(site.went()) == len(set(site.went())) == 2
    assert site.sql("SELECT state, attempts FROM outbox") == [("sent", 1)] * 2
    assert len(site.sql("SELECT * FROM audit WHERE event = 'mail.accepted'")) == 2
    site.round()
    assert len(site.went()) == 2


def test_a_letter_that_was_taken_does_not_go_again_from_another_process_either(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full at that moment, and the daemon ends (by any signal) before there is room."""
    for number in (1, 2):
        site.ask(number)
    with monkeypatch.context() as broken:
        _refusing(broken, "delivered")
        with pytest.raises(StoreError):
            site.round()
    went = site.went()
    assert went
    for _ in range(2):
        later = site.open()
        site.round(later)
        later.reader.close()
        later.store.dispose()
    assert sorted(site.went()) == sorted(set(site.went()))
    assert site.went()[: len(went)] == went
    assert site.sql("SELECT state, attempts FROM outbox") == [("sent", 1)] * 2
    assert len(site.sql("SELECT * FROM audit WHERE event = 'mail.accepted'")) == 2


class Killed(BaseException):
    """What no border catches, as kill -9."""


def test_a_letter_that_was_taken_does_not_go_again_after_a_kill_while_it_is_recorded(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database has another writer, the daemon waits for it, and is killed."""
    site.ask()

    def kill(store: Store, asked: str) -> object:
        if asked == "delivered":
            raise Killed
        return real(store, asked)

    real = Store.transaction
    with monkeypatch.context() as broken:
        broken.setattr(Store, "transaction", kill)
        broken.setattr(send_mail, "_written_down", lambda *_: nullcontext())  # nobody comes to that
        with pytest.raises(Killed):
            site.round()
    assert len(site.went()) == 1
    for _ in range(2):
        later = site.open()
        site.round(later)
        later.reader.close()
        later.store.dispose()
    assert len(site.went()) == 1
    assert site.sql("SELECT state, attempts FROM outbox") == [("sent", 1)]


def test_letters_under_way_while_the_database_refuses_do_not_go_again(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first of them is told, the disk takes seconds to refuse, and the others arrive."""
    for number in range(1, 9):
        site.ask(number)

    def refuse(store: Store, asked: str) -> object:
        if asked == "delivered":
            until(lambda: len(site.went()) > 1)
            time.sleep(0.2)
            raise StoreError("the database refuses: database is locked")
        return real(store, asked)

    real = Store.transaction
    with monkeypatch.context() as broken:
        broken.setattr(Store, "transaction", refuse)
        broken.setattr(smtp, "_GATHER_SECONDS", 0.0)
        with pytest.raises(StoreError):
            site.round()
    assert len(site.ctx.unrecorded) == len(site.went()) > 1
    site.round()
    assert len(site.went()) == len(set(site.went())) == 8


def test_a_note_of_another_letter_or_a_damaged_one_keeps_nothing_back(site: Site) -> None:
    notes = TakenLetters(site.folder)
    notes.make_room()
    for note in (b"", b"0123456789abcdef [1]\n", b"\xff" * 100):
        (site.folder / "letters.taken").write_bytes(note)
        assert notes.noted() == []
    notes.make_room()
    notes.note([TakenLetter(1, "<of-a-database-put-back@lose.example>", "250 OK")], lasting=True)
    site.ask()
    site.round()
    assert len(site.went()) == 1
    assert notes.noted() == []


@pytest.mark.parametrize("lost", ["gone", "unrecordable"])
def test_a_fate_that_can_never_be_recorded_does_not_stop_the_others(
    site: Site, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    site.ask(1)
    with monkeypatch.context() as broken:
        _refusing(broken, "delivered")
        with pytest.raises(StoreError):
            site.round()
    assert len(site.went()) == 1
    fate = site.ctx.unrecorded.pop()
    if lost == "gone":
        site.sql("UPDATE outbox SET state = 'sent'")
        site.ctx.unrecorded.append(replace(fate, key=fate.key + 1000))
    else:
        site.ctx.unrecorded.append(replace(fate, reply="\ud800"))
    site.ask(2)
    site.clock.at += timedelta(hours=1)
    site.round()
    assert site.ctx.unrecorded == []
    assert len(site.went()) == len(set(site.went())) == 2
    states = [state for (state,) in site.sql("SELECT state FROM outbox ORDER BY id")]
    assert states == [{"gone": "sent", "unrecordable": "held"}[lost], "sent"]


def test_a_mail_that_a_bad_disk_does_not_keep_is_not_at_fault(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some rows have room and others not: the next round keeps it, as it is."""
    site.ask()
    with monkeypatch.context() as broken:
        _refusing(broken, "keep", times=1)
        with pytest.raises(StoreError):
            site.keep()
        assert site.sql("SELECT count(*) FROM mail") == [(0,)]
        assert site.keep() == 1
    site.round()
    assert len(site.went()) == 1


class EndingReader:
    """A reading process that a mail ends every time."""

    def start(self) -> None:
        return

    def read(
        self,
        raw: bytes,
        passwords: Sequence[str] = (),
        file: str = "",
        *,
        columns: Sequence[ColumnMap] = (),
        sent: Sequence[SentText] = (),
        lists: Sequence[str] = (),
        look: bool = False,
    ) -> Understanding:
        raise ReaderEnded("reading it takes more than 120 seconds")

    def ahead(self, mails: Sequence[Question]) -> None:
        return

    def close(self) -> None:
        return


def test_a_mail_that_ends_the_reading_process_is_set_aside_at_last(site: Site) -> None:
    site.ask()
    broken = replace(site.ctx, reader=EndingReader())
    for attempt in (1, 2):
        assert any("waits" in trouble for trouble in site.round(broken).troubles)
        assert site.sql("SELECT state, attempts FROM mail") == [("kept", attempt)]
    site.round(broken)
    ((state, folder, reason),) = site.sql("SELECT state, folder, reason FROM mail")
    assert (state, folder) == ("filed", "shunted")
    assert "120 seconds, 3 times" in str(reason)
    review.replay_mail(site.ctx, 1, "kim")
    site.round()
    assert len(site.servers.sent) == 1


def test_a_damaged_letter_does_not_hold_the_others_up(site: Site) -> None:
    site.ask(1)
    site.ask(2)
    site.keep()
    intake.decide_all(site.ctx)
    site.sql("UPDATE outbox SET sealed = substr(sealed, 1, 40) WHERE id = 1")
    done = site.round()
    assert dict(done.delivered) == {"failed": 1, "sent": 1}
    assert len(site.servers.sent) == 1
    (stuck,) = review.waiting(site.ctx).letters
    assert "not sent" in stuck.reply


def test_a_broken_answer_template_leaves_requests_waiting(site: Site) -> None:
    place = site.folder / "templates" / "answer"
    place.mkdir(parents=True)
    (place / "body.txt").write_text("Dear {{ nobody.knows }}")
    site.ask()
    done = site.round(site.open())
    assert any("body.txt" in trouble for trouble in done.troubles)
    assert site.sql("SELECT state FROM mail") == [("kept",)]
    (place / "body.txt").unlink()
    site.round(site.open())
    assert len(site.servers.sent) == 1


def test_a_broken_request_template_does_not_stop_answers(site: Site) -> None:
    place = site.folder / "templates" / "request"
    place.mkdir(parents=True)
    (place / "subject.txt").write_text("{{ nothing }}")
    broken = site.open()
    gained = [Gained("00-DB-00-00-00-00-02-01", ("GAIN",), "", "row 2")]
    with pytest.raises(Exception, match=r"subject\.txt"):
        request.create(broken, gained, "gained.csv")
    site.ask()
    done = site.round(broken)
    assert any("subject.txt" in trouble for trouble in done.troubles)
    assert [one.recipients for one in site.servers.sent] == [(THEM,)]
    (place / "subject.txt").unlink()
    assert len(site.round(site.open()).raised) == 1
    assert len(site.servers.sent) == 2


def test_a_late_holiday_moves_open_clocks(site: Site) -> None:
    site.ask(device="00-DB-00-00-00-00-03-01")  # unknown to us: held, its clock open
    request.create(site.ctx, [Gained("00-DB-00-00-00-00-02-01", ("GAIN",), "", "row")], "g.csv")
    site.round()
    assert site.sql("SELECT due_on FROM inbound_request") == [("2026-12-30",)]
    calendar = site.folder / "config" / "calendar.toml"
    calendar.write_text('[[add]]\ndate = 2026-12-29\nname = "A day of mourning"\n')
    again = site.open()
    done = site.round(again)
    assert len(done.moved) == 2
    assert site.sql("SELECT due_on FROM inbound_request") == [("2026-12-31",)]
    assert site.sql("SELECT due_on FROM outbound_request") == [("2026-12-31",)]
    assert site.sql("SELECT due_on, next_due FROM leg") == [("2026-12-31", "2026-12-21")]
    events = [row.detail for row in audit_log.rows(again, event="clock.moved")]
    assert len(events) == 2
    assert all('"before":"2026-12-30"' in one and '"after":"2026-12-31"' in one for one in events)
    assert not site.round(again).moved
    audit_log.verify(again)


def test_a_case_that_is_closed_can_be_asked_about_anew(site: Site) -> None:
    gained = [Gained("00-DB-00-00-00-00-02-01", ("GAIN",), "", "row 2")]
    assert request.create(site.ctx, gained, "g.csv").opened == 1
    assert request.create(site.ctx, gained, "g.csv").opened == 0
    request.close(site.ctx, gained[0].device, "the meter was replaced", "kim")
    assert request.create(site.ctx, gained, "g.csv").opened == 1
    assert site.sql("SELECT state FROM gained_case ORDER BY id") == [("closed",), ("seeking",)]
    assert site.sql("SELECT state FROM leg ORDER BY id") == [("withdrawn",), ("queued",)]


def test_an_answer_with_nothing_but_an_address_is_not_believed(site: Site) -> None:
    asked = "00-DB-00-00-00-00-02-01"
    request.create(site.ctx, [Gained(asked, ("GAIN",), "", "row 2")], "g.csv")
    site.round()
    forged = (
        f"From: {THEM}\r\nTo: {US}\r\nSubject: codes\r\nMessage-ID: <f@gain.example>\r\n\r\n"
        f"{asked} {CODE.with_crc}\r\n00-DB-00-00-00-00-09-09 not installed by us\r\n"
    )
    site.servers.deliver(forged.encode(), US)
    site.round()
    assert site.sql("SELECT state FROM leg") == [("sent",)]
    assert site.sql("SELECT folder, kind FROM mail") == [("review", "response")]
