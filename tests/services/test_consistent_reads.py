"""Reads beside a writer at full speed: each sees one instant, and hinders nobody."""

from __future__ import annotations

import itertools
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from exchange.bootstrap import SetClock, key_provider, open_context
from exchange.doctor import storage
from exchange.domain.audit import AuditEvent
from exchange.domain.device import DeviceId
from exchange.domain.inbound import DeviceState
from exchange.domain.time.sla import parse_instant
from exchange.errors import StoreError
from exchange.ports.records import VaultRecord
from exchange.provision import OwnParty, make_folder
from exchange.services.context import Context
from exchange.services.people import audit_log, monthly
from exchange.store.db import Store, sqlite_path
from exchange.vault.vault import SealedVault
from tests.servers import want
from tests.servers.postgres import missing, postgres
from tests.waiting import PATIENCE

NOW = "2026-12-14T09:00"
SECONDS = 1.2  # of reading beside the writer, a test
ALWAYS = [VaultRecord(DeviceId(bytes((0, 0xDB, 0, 0, 0, 1, 0, one))), None, True) for one in (1, 2)]
SOMETIMES = [
    VaultRecord(DeviceId(bytes((0, 0xDB, 0, 0, 0, 2, one >> 8, one & 255))), None, True)
    for one in range(300)
]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def ctx(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Context]:
    folder = tmp_path_factory.mktemp("lose")
    if request.param == "sqlite":
        yield from _ctx(folder, "")
        return
    want(missing())
    with postgres(alone=True) as url:
        yield from _ctx(folder, url)


def _ctx(folder: Path, url: str) -> Iterator[Context]:
    make_folder(folder, OwnParty("LOSE", "Lose Power", "codes@lose.example", url))
    ctx = open_context(folder, SetClock(parse_instant(NOW)))
    ctx.vault.put_many(ALWAYS)
    with ctx.store.transaction("made") as tx:
        _ask(tx.figures._session, ctx)
    yield ctx
    ctx.store.dispose()


def _ask(session: object, ctx: Context) -> None:
    """Two requests of December, of two Suppliers, with two Devices each: one provided, one held."""
    connection = session.connection()  # type: ignore[attr-defined]
    at = "2026-12-01T10:00:00.000000Z"
    for number, party in ((1, "GAIN"), (2, "MORE")):
        connection.execute(
            text(
                "INSERT INTO mail (id, mailbox, uidvalidity, uid, content_hash, message_id, sender,"
                " subject, size, arrived_at, kept_at, sealed, state, folder, kind, reason, party,"
                " ref, attempts, resolution) VALUES (:id, 'm', 1, :id, '', '', '', '', 1, :at, :at,"
                " :none, 'filed', 'processed', '', '', '', '', 0, '')"
            ),
            {"id": number, "at": at, "none": b""},
        )
        connection.execute(
            text(
                "INSERT INTO inbound_request (id, ref, mail_id, party, their_ref, received_at,"
                " day_zero, due_on, due_at, rule, calendar, answered) VALUES (:id, :ref, :id,"
                " :party, '', :at, '2026-12-01', '2026-12-15', '2026-12-16T00:00:00.000000Z', '',"
                " '', false)"
            ),
            {"id": number, "ref": f"R{number}", "party": party, "at": at},
        )
        for device, state in (
            (2 * number - 1, DeviceState.UNREADABLE),
            (2 * number, DeviceState.HELD),
        ):
            connection.execute(
                text(
                    "INSERT INTO inbound_device (id, request_id, device, device_type, place, state,"
                    " reason) VALUES (:id, :request, '', '', '', :state, '')"
                ),
                {"id": device, "request": number, "state": state.value},
            )


class Writer(threading.Thread):
    """Writes as fast as it can through connections of its own, until ``over``."""

    def __init__(self, ctx: Context) -> None:
        super().__init__()
        self.over = threading.Event()
        self.commits = 0
        self.fault: BaseException | None = None
        self._ctx = ctx

    def run(self) -> None:
        store = Store(self._ctx.store.url)
        key = key_provider(self._ctx.folder, self._ctx.settings.keys)
        vault = SealedVault(store.engine, key, bucket_records=40)
        swap = (
            "UPDATE inbound_device SET state = CASE state WHEN 'held' THEN 'unreadable'"
            " ELSE 'held' END"
        )
        try:
            for turn in itertools.count():
                if self.over.is_set():
                    break
                with store.transaction("write") as tx:
                    events = [AuditEvent("test.written", f"thing {one}") for one in range(20)]
                    tx.audit.append(self._ctx.now(), *events)
                    tx.figures._session.connection().execute(text(swap))
                    tx.facts.put("pair.first", str(turn))
                    tx.facts.put("pair.second", str(turn))
                if turn % 3 == 0:
                    vault.put_many(SOMETIMES)
                elif turn % 3 == 1:
                    vault.remove_many([one.device for one in SOMETIMES])
                self.commits += 1
        except BaseException as error:
            self.fault = error
        finally:
            store.dispose()


@contextmanager
def writing(ctx: Context) -> Iterator[Writer]:
    writer = Writer(ctx)
    writer.start()
    try:
        while not writer.commits and writer.is_alive():
            time.sleep(0.005)
        yield writer
        assert writer.fault is None
    finally:
        writer.over.set()
        writer.join(PATIENCE)


def _while_writing(writer: Writer) -> Iterator[int]:
    """Some seconds' worth of turns, and on a busy machine until enough was written meanwhile."""
    began, start = writer.commits, time.monotonic()
    for number in itertools.count():
        yield number
        passed = time.monotonic() - start
        if passed > SECONDS and number >= 10 and writer.commits > began + 10:
            return
        assert passed < PATIENCE, "the writer does not come to write"


def test_the_audit_log_is_found_intact(ctx: Context) -> None:
    with writing(ctx) as writer:
        for _ in _while_writing(writer):
            rows, head = audit_log.verify(ctx)
            assert rows
            assert len(head) == 64
            with ctx.store.reading() as tx:
                assert tx.audit.verify() >= rows
            exported = list(audit_log.rows(ctx))
            assert [one.seq for one in exported] == list(range(1, len(exported) + 1))
            assert len(exported) >= rows
            assert exported[rows - 1].hash == head


def test_a_changed_row_is_found_beside_the_writer(ctx: Context) -> None:
    def put(subject: str) -> None:
        with ctx.store.transaction("tamper") as tx:
            connection = tx.audit._session.connection()
            connection.execute(
                text("UPDATE audit SET subject = :to WHERE seq = 3"), {"to": subject}
            )

    with ctx.store.transaction("first") as tx:
        tx.audit.append(ctx.now(), *(AuditEvent("first", "thing") for _ in range(3)))
    with ctx.store.reading() as tx:
        *_, third = tx.audit.rows(until=3)
    with writing(ctx):
        put("another")
        with pytest.raises(StoreError, match="audit row 3 was changed"):
            audit_log.verify(ctx)
        put(third.subject)
        audit_log.verify(ctx)


def test_two_queries_of_one_reading_see_one_instant(ctx: Context) -> None:
    with writing(ctx) as writer:
        for _ in _while_writing(writer):
            with ctx.store.reading() as tx:
                first = tx.facts.get("pair.first")
                time.sleep(0.002)
                assert tx.facts.get("pair.second") == first


def test_the_vault_verifies_and_counts(ctx: Context) -> None:
    with writing(ctx) as writer:
        for _ in _while_writing(writer):
            found = ctx.vault.verify()
            assert found.records in (len(ALWAYS), len(ALWAYS) + len(SOMETIMES))
            assert ctx.vault.stats().records in (len(ALWAYS), len(ALWAYS) + len(SOMETIMES))
            assert {one.device for one in ALWAYS} <= {one.device for one in ctx.vault.iter_all()}


def test_the_report_adds_up(ctx: Context) -> None:
    with writing(ctx) as writer:
        for _ in _while_writing(writer):
            report = monthly.build(ctx, "2026-12")
            figures = report.inbound
            assert figures.requests_received == 2
            assert (figures.devices_received, figures.held, figures.unreadable) == (4, 2, 2)
            assert [one.figures.devices_received for one in report.inbound_by_party] == [2, 2]


def test_doctor_cries_no_tampering(ctx: Context) -> None:
    store = Store(ctx.store.url)
    key = key_provider(ctx.folder, ctx.settings.keys)
    try:
        with writing(ctx) as writer:
            for _ in _while_writing(writer):
                checks, newest = storage.vault(store, key)
                assert [(one.what, one.state) for one in checks] == [
                    ("vault", "ok" if checks[0].state == "ok" else "warning"),
                    ("audit log", "ok"),
                ]
                assert newest == ctx.now()
    finally:
        store.dispose()


def test_an_export_that_nobody_reads_on_holds_nothing_back(ctx: Context) -> None:
    with ctx.store.transaction("some") as tx:
        tx.audit.append(ctx.now(), *(AuditEvent("more", f"{one}") for one in range(6_000)))
    paused = audit_log.rows(ctx)
    next(paused)
    if ctx.store.engine.dialect.name == "postgresql":
        with ctx.store.engine.connect() as connection:
            held = connection.scalar(
                text(
                    "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                    " AND (backend_xmin IS NOT NULL OR state LIKE 'idle in transaction%')"
                    " AND backend_type = 'client backend'"
                )
            )
        assert held == 0
    else:
        log = sqlite_path(ctx.store.url + "-wal")
        with ctx.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as line:
            # Other tests of this database made it long; it is shortened where nobody reads.
            driver = line.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            line.rollback()
            assert driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        for _ in range(150):
            with ctx.store.transaction("write") as tx:
                tx.audit.append(ctx.now(), *(AuditEvent("x", "y") for _ in range(200)))
        assert log.stat().st_size < 12_000_000
    assert sum(1 for _ in paused) >= 5_999


def test_writing_in_a_reading_is_refused(ctx: Context) -> None:
    if ctx.store.engine.dialect.name != "postgresql":
        pytest.skip("SQLite rolls it back")
    with pytest.raises(StoreError, match="read-only"), ctx.store.reading() as tx:
        tx.facts.put("x", "y")
    with ctx.store.transaction("after") as tx:  # the connection writes again when it comes back
        tx.facts.put("x", "y")
