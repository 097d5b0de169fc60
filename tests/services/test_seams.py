"""What must hold where two things meet: parties and mails, keys and seals, a mail and its batch."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from exchange.bootstrap import open_key_change
from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.outbound import Gained
from exchange.errors import BadInput, NotFound, StoreError, Unreadable
from exchange.ports.mail import FetchedMail, MailRef
from exchange.ports.records import VaultRecord
from exchange.services.answering import answer_request, intake
from exchange.services.asking import request
from exchange.services.mailbox import fetch_and_file
from exchange.services.people import audit_log, review, review_devices
from exchange.services.running.clock_guard import WatchedClock
from exchange.store.db import Store, writing_engine
from exchange.vault.keys.seal import BlobSealer
from tests.services import test_faults
from tests.services.contexts import add_parties, make_context, make_party
from tests.services.test_faults import CODE, DEVICE, THEM, Site

UNKNOWN = "00-DB-00-00-00-00-03-01"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    yield from test_faults.a_site(tmp_path)


def _inactive(site: Site) -> None:
    add_parties(site.ctx, make_party("GAIN", active=False))


# -- an inactive party


def test_a_mail_of_an_inactive_party_is_answered_by_nobody(site: Site) -> None:
    _inactive(site)
    site.ask()
    site.round()
    assert site.sql("SELECT folder, party FROM mail") == [("review", "")]
    assert site.servers.sent == []


def test_no_mail_is_released_as_an_inactive_partys(site: Site) -> None:
    site.ask(sender="stranger@elsewhere.example")
    site.round()
    _inactive(site)
    with pytest.raises(NotFound, match="GAIN is not an active party"):
        review.release_mail(site.ctx, 1, "GAIN", "kim")
    assert site.sql("SELECT state, folder, resolved_at FROM mail") == [("filed", "review", None)]
    assert site.sql("SELECT count(*) FROM outbox") == [(0,)]


def test_a_mail_that_waits_for_nobody_is_not_released(site: Site) -> None:
    site.ask()
    site.round()
    with pytest.raises(BadInput, match="does not wait for a person"):
        review.release_mail(site.ctx, 1, "GAIN", "kim")
    site.ask(2)
    site.keep()  # kept, and not decided yet
    with pytest.raises(BadInput, match="does not wait for a person"):
        review.release_mail(site.ctx, 2, "GAIN", "kim")
    assert site.sql("SELECT count(*) FROM outbox") == [(1,)]


def test_no_device_is_released_to_an_inactive_party(site: Site) -> None:
    site.ask(device=UNKNOWN)
    site.round()
    ((ref,),) = site.sql("SELECT ref FROM inbound_request")
    device = DeviceId.parse(UNKNOWN)
    site.ctx.vault.put_many([VaultRecord(device, InstallCode(bytes(15) + b"\1"), True)])
    _inactive(site)
    sent = len(site.servers.sent)
    with pytest.raises(NotFound, match="GAIN is not an active party"):
        review_devices.release_devices(site.ctx, str(ref), "kim")
    site.round()
    assert site.sql("SELECT state FROM inbound_device") == [("held",)]
    assert len(site.servers.sent) == sent


def test_an_inactive_party_is_asked_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = [Gained("00-DB-00-00-00-00-02-01", ("GAIN",), "", "row 2")]
    with monkeypatch.context() as ended:  # before anything was asked
        ended.setattr(request, "raise_requests", lambda _ctx: [])
        request.create(site.ctx, asked, "g.csv")
    _inactive(site)
    assert site.round().raised == []
    assert site.servers.sent == []
    add_parties(site.ctx, make_party("GAIN"))
    assert len(site.round().raised) == 1


# -- a change of key


@pytest.fixture
def ctx(tmp_path: Path) -> Iterator[Any]:
    found = make_context(tmp_path / "lose")
    yield found
    found.store.dispose()


def test_a_new_data_key_seals_after_a_second_at_most(
    ctx: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By then whoever changed it takes it that nothing is sealed under the old one any more."""
    instant = [0.0]
    monkeypatch.setattr("exchange.vault.keys.seal.time.monotonic", lambda: instant[0])
    sealer = BlobSealer(ctx.vault.data_keys(), reload=ctx.vault.data_keys)
    change = open_key_change(ctx)
    old, new = change.current_key(), change.new_data_key()
    assert old in sealer.seal(b"text", "mail")[:30]
    assert change.settle <= 2.0
    instant[0] += 0.51 * change.settle
    sealed = sealer.seal(b"text", "mail")
    assert new in sealed[:30]
    assert sealer.open(sealed, "mail") == b"text"


def test_a_text_under_a_newer_key_is_opened_at_once(ctx: Any) -> None:
    sealer = BlobSealer(ctx.vault.data_keys(), reload=ctx.vault.data_keys)
    change = open_key_change(ctx)
    change.new_data_key()
    assert sealer.open(change.sealer().seal(b"text", "mail"), "mail") == b"text"


# -- receipt


class _Box:
    """A mailbox with one mail, whose server says when it came."""

    name = "requests"
    uidnext = 0

    def __init__(self, arrived: datetime) -> None:
        self._arrived = arrived

    def fetch(self, refs: Any, not_before: datetime | None = None) -> Iterator[FetchedMail]:
        raw = test_faults.MAIL.format(number=1, sender=THEM, device=DEVICE).encode()
        yield FetchedMail(MailRef(1, 1), raw, self._arrived)


@pytest.mark.parametrize(
    ("off", "counted"),
    [
        (timedelta(days=1), timedelta()),
        (timedelta(seconds=90), timedelta()),
        (timedelta(days=400), timedelta()),
        (timedelta(hours=-5), timedelta(hours=-5)),
    ],
)
def test_a_mail_is_received_when_its_server_says_and_never_later_than_now(
    ctx: Any, off: timedelta, counted: timedelta
) -> None:
    now = datetime(2026, 12, 14, 9, tzinfo=UTC)
    there = replace(ctx, clock=WatchedClock(lambda: now, lambda: 0.0))
    add_parties(there, make_party("GAIN"))
    there.vault.put_many([VaultRecord(DeviceId.parse(DEVICE), CODE, True)])
    fetch_and_file.keep(there, _Box(now + off), [MailRef(1, 1)])  # type: ignore[arg-type]
    intake.decide_all(there)
    with there.store.reading() as tx:
        assert tx.mail.get(1).arrived_at == now + counted
        ref = tx.mail.get(1).request_ref
        assert tx.inbound.find(ref).clock.received_at == now + counted
    there.reader.close()


# -- one mail and its batch


class _Odd(Exception):
    """A fault that nobody has thought of."""


@pytest.mark.parametrize(
    ("fault", "at"),
    [(_Odd("00DB"), 1), (Unreadable("odd"), 3), (ZeroDivisionError(), 5)],
)
def test_a_request_that_sets_off_a_fault_costs_itself(
    site: Site, monkeypatch: pytest.MonkeyPatch, fault: Exception, at: int
) -> None:
    for number in range(1, 6):
        site.ask(number)
    real = answer_request.take

    def take(ctx: Any, tx: Any, mail: Any, *more: Any) -> Any:
        outcome = real(ctx, tx, mail, *more)  # what it wrote by then must go as well
        if mail.id == at:
            raise fault
        return outcome

    monkeypatch.setattr(answer_request, "take", take)
    assert site.round().decided == {"processed": 4, "shunted": 1}
    assert site.sql("SELECT id FROM mail WHERE folder = 'shunted'") == [(at,)]
    assert len(site.servers.sent) == 4
    rows = site.sql("SELECT mail_id FROM inbound_request ORDER BY mail_id")
    assert rows == [(one,) for one in range(1, 6) if one != at]
    assert site.sql("SELECT count(*) FROM outbox") == [(4,)]
    audit_log.verify(site.ctx)


def test_a_fault_of_ours_leaves_its_mail_waiting_and_the_others_go_on(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    from exchange.errors import ConfigError

    for number in range(1, 4):
        site.ask(number)
    real = answer_request.take

    def take(ctx: Any, tx: Any, mail: Any, *more: Any) -> Any:
        if mail.id == 2:
            raise ConfigError("a template is broken")
        return real(ctx, tx, mail, *more)

    with monkeypatch.context() as broken:
        broken.setattr(answer_request, "take", take)
        done = site.round()
    assert done.decided == {"processed": 2}
    assert any("a template is broken" in one for one in done.troubles)
    assert site.sql("SELECT state FROM mail WHERE id = 2") == [("kept",)]
    assert site.round().decided == {"processed": 1}


def test_a_mail_that_somebody_decided_meanwhile_is_not_set_aside(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends the reading process here, while a person has it decided."""
    site.ask()
    site.keep()
    other = site.open()
    real = site.ctx.reader.read

    def read(*words: Any, **more: Any) -> Any:
        assert intake.decide_all(other).folders == {"processed": 1}
        raise Unreadable("it passes a ceiling")

    monkeypatch.setattr(site.ctx.reader, "read", read)
    intake.decide_all(site.ctx)
    monkeypatch.setattr(site.ctx.reader, "read", real)
    assert site.sql("SELECT folder FROM mail") == [("processed",)]
    assert len(list(audit_log.rows(site.ctx, event="mail.shunted"))) == 0
    assert len(list(audit_log.rows(site.ctx, event="mail.processed"))) == 1
    other.reader.close()
    other.store.dispose()


# -- the database


def test_every_connection_waits_for_the_disk(tmp_path: Path) -> None:
    """FULL (2): what is committed stands after the power fails."""
    store = Store(f"sqlite:///{tmp_path / 'x.db'}")
    wanted = {
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "journal_mode": "wal",
    }
    found: list[dict[str, object]] = []
    ready = threading.Barrier(3)

    def look(engine: Any) -> None:
        with engine.connect() as connection:
            ready.wait()  # three connections at once, none of them used again by another
            read = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
            found.append(read)
            ready.wait()

    engines = [store.engine, writing_engine(store.engine), store.engine]
    for _ in range(2):
        threads = [threading.Thread(target=look, args=(one,)) for one in engines]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        store.dispose()  # the next ones are made anew
    assert found == [wanted] * 6


def test_what_a_reading_wrote_is_gone(ctx: Any) -> None:
    with ctx.store.reading() as tx:
        tx.facts.put("a", "b")
    with ctx.store.reading() as tx:
        assert tx.facts.get("a") == ""


def test_a_transaction_that_raises_changed_nothing(ctx: Any) -> None:
    def write() -> None:
        with ctx.store.transaction("odd") as tx:
            tx.facts.put("a", "b")
            tx.counters.next("n")
            raise _Odd

    with pytest.raises(_Odd):
        write()
    with ctx.store.transaction("fine") as tx:
        assert tx.facts.get("a") == ""
        assert tx.counters.next("n") == 1


def test_a_letter_that_nobody_sent_is_recorded_by_nobody(ctx: Any) -> None:
    with pytest.raises((NotFound, StoreError)), ctx.store.transaction("odd") as tx:
        tx.outbox.accepted([(17, "250 ok")], datetime(2026, 12, 1, tzinfo=UTC))
