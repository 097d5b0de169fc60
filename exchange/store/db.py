"""Open the database and its transactions.

SQLite (WAL) is the embedded default; PostgreSQL is the alternative.  A write transaction on SQLite
takes its lock at once (BEGIN IMMEDIATE), so what a use case read is still true when it writes.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DatabaseError, DataError, IntegrityError, SQLAlchemyError
from sqlmodel import Session

from exchange.errors import AlreadyRunning, NotStorable, StoreError
from exchange.store.audit import AuditLog
from exchange.store.bulk.pg_copy import analyze, tables_to_analyze
from exchange.store.counters import Counters
from exchange.store.facts import FactStore
from exchange.store.locks import (
    DAEMON_LOCK,
    SENDER,
    FileLock,
    HeldLock,
    LockGuard,
    LockName,
    SessionLock,
)
from exchange.store.mails.mail import MailLedger
from exchange.store.mails.outbox import Outbox
from exchange.store.mails.places import MailPlaces
from exchange.store.mails.sealed import SealedTexts
from exchange.store.mails.waiting import WaitingMails
from exchange.store.parties import PartyStore
from exchange.store.pulse import Pulse
from exchange.store.references import References
from exchange.store.requests.delivery_reports import DeliveryReportStore
from exchange.store.requests.disputes import DisputeStore
from exchange.store.requests.inbound import InboundStore
from exchange.store.requests.legs import LegStore
from exchange.store.requests.outbound import OutboundStore
from exchange.store.requests.report_queries import Figures
from exchange.store.samefile import SameDatabase, SameFiles

_WRITING = "exchange_writing"
_BUSY_SECONDS = 30.0
_NAP_SECONDS = 0.002
# Give up a server that is completely silent after some twenty seconds, not two hours.
_GIVE_UP_AFTER: Final = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}


class Transaction:
    """All stores that the services read and write, in one database transaction."""

    def __init__(self, session: Session, references: References | None = None) -> None:
        self.mail = MailLedger(session)
        self.places = MailPlaces(session)
        self.outbox = Outbox(session)
        self.inbound = InboundStore(session, self.outbox)
        self.outbound = OutboundStore(session)
        self.legs = LegStore(session)
        self.disputes = DisputeStore(session)
        self.reports = DeliveryReportStore(session)
        self.parties = PartyStore(session)
        self.audit = AuditLog(session)
        self.counters = Counters(session, references)
        self.facts = FactStore(session)
        self.figures = Figures(session)
        self.pulse = Pulse(session)
        self.waiting = WaitingMails(session)
        self.sealed = SealedTexts(session)
        self._afterwards: list[Callable[[], object]] = []

    def afterwards(self, call: Callable[[], object]) -> None:
        """Call this after the commit, and not at all after a rollback."""
        self._afterwards.append(call)

    def committed(self) -> None:
        """Make the calls that wait for the commit."""
        for call in self._afterwards:
            call()

    def flush(self) -> None:
        """Write all pending rows; the store does this before it commits."""
        for part in (self.mail, self.outbox, self.inbound, self.counters, self.audit):
            part.flush()


class Store:
    """One database.

    ``after_commit`` is called with the name of each write transaction after its commit; a test uses
    it to stop the process between two commits.  ``references`` records outside the database which
    references were issued; without it none should be issued.
    """

    def __init__(
        self,
        url: str,
        after_commit: Callable[[str], None] | None = None,
        references: References | None = None,
    ) -> None:
        self.url = url
        self._files = SameFiles(_database_file(url))
        self._when_lost: list[Callable[[], None]] = []
        self.engine = _engine(url, self._files)
        self._references = references
        self._writing = self.engine.execution_options(**{_WRITING: True})
        self._reading = _reading(self.engine)
        self._after_commit = after_commit
        # SQLite has one writer: our threads wait for this lock instead of polling.
        self._writer = Lock() if self.engine.dialect.name == "sqlite" else nullcontext()

    @contextmanager
    def transaction(self, name: str) -> Iterator[Transaction]:
        """Open a write transaction; commit when the block ends, roll back when it raises.

        Raises StoreError when the database refuses it; then nothing was changed.
        """
        with self._writer, translate_errors(self.engine), Session(self._writing) as session:
            tx = Transaction(session, self._references)
            yield tx
            tx.flush()
            grown_tables = tables_to_analyze(session.connection())
            session.commit()
        tx.committed()
        analyze(self.engine, grown_tables)
        if self._after_commit:
            self._after_commit(name)

    @contextmanager
    def joined(self, transaction: object) -> Iterator[Transaction]:
        """Join an open vault transaction in this database; the vault commits it."""
        if not isinstance(transaction, Connection):
            raise TypeError("not a transaction of this database")
        with (
            translate_errors(self.engine),
            Session(transaction, join_transaction_mode="rollback_only") as session,
        ):
            tx = Transaction(session, self._references)
            yield tx
            tx.flush()
            session.flush()

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Open a read transaction that sees one instant; writing in it is an error.

        Meanwhile the database keeps all old versions of rows: split long reads into several, as
        services/people/audit_log.py does.
        """
        with translate_errors(self.engine), Session(self._reading) as session:
            yield Transaction(session)
            session.rollback()

    def when_lost(self, call: Callable[[], None]) -> None:
        """Call this, from any thread, as soon as one of our locks is found to be lost."""
        self._when_lost.append(call)

    @contextmanager
    def sole_daemon(self) -> Iterator[LockGuard]:
        """Lock the database as its only daemon; raises AlreadyRunning if there is another.

        The lock ends with the process, however that ends.  A lost lock is taken again.
        """
        with self._sole(DAEMON_LOCK, again=True) as guard:
            if guard is None:
                raise another_daemon()
            yield guard

    @contextmanager
    def sole_sender(self) -> Iterator[LockGuard | None]:
        """Lock the sending of this database's letters; yield None if another process sends.

        The lock ends with the process, however that ends.
        """
        with self._sole(SENDER, again=False) as guard:
            yield guard

    @contextmanager
    def _sole(self, name: LockName, *, again: bool) -> Iterator[LockGuard | None]:
        held = self._take_lock(name)
        if held is None:
            yield None
            return
        guard = LockGuard(held, name, self._lost, again=again)
        try:
            yield guard
        finally:
            guard.close()

    def _take_lock(self, name: LockName) -> HeldLock | None:
        if self.engine.dialect.name == "sqlite":
            return FileLock.take(sqlite_path(self.url), name, self._files)
        lock = SessionLock(self.engine, name)
        with translate_errors(self.engine):
            return lock if lock.take() else None

    def _lost(self) -> None:
        for call in self._when_lost:
            call()

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def sqlite_path(url: str) -> Path:
    """Return the file of a SQLite URL."""
    return Path(make_url(url).database or "")


def _database_file(url: str) -> Path:
    try:
        return sqlite_path(url)
    except SQLAlchemyError:
        return Path()  # ``_engine`` reports it


def another_daemon() -> AlreadyRunning:
    """Return the error to raise when another daemon holds the database."""
    return AlreadyRunning(
        "another exchange daemon is working on this database",
        hint="stop it first, or use another folder",
    )


@contextmanager
def address_faults() -> Iterator[None]:
    """Raise StoreError in place of the errors of an engine for a wrong database address."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise StoreError(
            f"the driver {error.name} is not installed",
            place="database.url",
            hint="pip install 'mp121-exchange[postgresql]'",
        ) from None
    except SQLAlchemyError as error:
        raise StoreError(
            f"the database address is not understood ({type(error).__name__})",
            place="database.url",
        ) from None


def _engine(url: str, files: SameFiles) -> Engine:
    with address_faults():
        parsed = make_url(url)
        if parsed.get_backend_name() != "sqlite":
            given = {
                name: value for name, value in _GIVE_UP_AFTER.items() if name not in parsed.query
            }
            return _postgresql(
                create_engine(parsed, pool_pre_ping=True, hide_parameters=True, connect_args=given)
            )
        engine = create_engine(
            parsed,
            hide_parameters=True,
            # "LEGACY": sqlite3 leaves BEGIN to us, see _begin.
            connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
        )

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA secure_delete=ON")
        # In KiB: long lists change several indexes, whose pages would be written again and again.
        cursor.execute("PRAGMA cache_size=-65536")
        cursor.close()
        files.opened()

    @event.listens_for(engine, "close")
    def _closed(_connection: Any, _record: Any) -> None:
        files.closed()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        files.check()
        if connection.get_execution_options().get(_WRITING):
            _begin_immediate(connection)
        else:
            connection.exec_driver_sql("BEGIN")

    return engine


def _postgresql(engine: Engine) -> Engine:
    from psycopg import Cursor
    from psycopg.pq import Format

    # In text format a sealed mail comes as hex digits, twice as long.
    class Binary(Cursor[Any]):
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            self.format = Format.BINARY

    same = SameDatabase()

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        number, name = connection.execute(SameDatabase.QUERY).fetchone()
        connection.rollback()
        same.opened(int(number), str(name))
        connection.cursor_factory = Binary

    return engine


def _reading(engine: Engine) -> Engine:
    """Return this engine with transactions that see the database at their first query."""
    if engine.dialect.name == "sqlite":
        return engine  # in WAL mode every transaction does
    # By default each statement would see a later state.  A read-only transaction never fails
    # because of other writers, and does not block them.
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _begin_immediate(connection: Connection) -> None:
    """Run BEGIN IMMEDIATE, waiting while another process writes.

    SQLite's own pauses grow to a tenth of a second: the posting process would rarely get the lock
    between two batches of the daemon.
    """
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        end = time.monotonic() + _BUSY_SECONDS
        while time.monotonic() < end:
            try:
                driver.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    break
            time.sleep(_NAP_SECONDS)
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # once more, to raise its error
    finally:
        driver.execute(f"PRAGMA busy_timeout = {int(_BUSY_SECONDS * 1000)}")


def writing_engine(engine: Engine) -> Engine:
    """Return this engine with transactions that take SQLite's write lock when they begin."""
    return engine.execution_options(**{_WRITING: True})


@contextmanager
def translate_errors(engine: Engine) -> Iterator[None]:
    """Raise StoreError or NotStorable in place of the database's errors."""
    try:
        yield
    except DatabaseError as error:
        raise _store_error(engine, error) from None


_UNWRITABLE: Final = "`exchange doctor` names the file or folder that cannot be written to"


def _store_error(engine: Engine, error: DatabaseError) -> StoreError | NotStorable:
    """Return an error that a person can act on, never with the statement's parameters."""
    reason = str(error.orig).splitlines()[0] if error.orig else type(error).__name__
    hints = {
        "database is locked": "another process is using it; this is tried again",
        "disk is full": "free some space; nothing was changed",
        "disk I/O error": "check the disk and quotas; nothing was changed",
        "unable to open database file": _UNWRITABLE,
        "readonly database": _UNWRITABLE,
        "no such table": "run `exchange init` in a new folder, or `exchange doctor`",
        "no such column": "`exchange doctor` says how the tables differ from their schema",
        "file is not a database": "this is not an exchange database",
    }
    hint = next((text for sign, text in hints.items() if sign in reason), "")
    place = str(sqlite_path(str(engine.url))) if engine.dialect.name == "sqlite" else "database"
    kind = NotStorable if isinstance(error, DataError | IntegrityError) else StoreError
    return kind(f"the database refuses: {reason}", place=place, hint=hint)
