"""Opens the database and gives out transactions.

SQLite (WAL) is the embedded default; PostgreSQL the other.  A write transaction on SQLite takes
its lock at once (BEGIN IMMEDIATE), so that what a use case read is still true when it writes.
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
from exchange.store.copying import grown, look_at
from exchange.store.disputes import DisputeStore
from exchange.store.figures import Figures
from exchange.store.inbound import InboundStore
from exchange.store.legs import LegStore
from exchange.store.locks import DAEMON, SENDER, FileLock, Guard, Held, LockName, SessionLock
from exchange.store.mail import MailLedger
from exchange.store.outbound import OutboundStore
from exchange.store.outbox import Outbox
from exchange.store.parties import PartyStore
from exchange.store.places import MailPlaces
from exchange.store.pulse import Pulse
from exchange.store.references import References
from exchange.store.samefile import SameDatabase, SameFiles
from exchange.store.sealed import SealedTexts
from exchange.store.small import Counters, Facts
from exchange.store.waiting import WaitingMails

_WRITING = "exchange_writing"
_BUSY_SECONDS = 30.0
_NAP_SECONDS = 0.002
# A server that says nothing at all any more is given up after some twenty seconds, not two hours.
_SILENCE: Final = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}


class Transaction:
    """Everything the services read and write, inside one database transaction."""

    def __init__(self, session: Session, references: References | None = None) -> None:
        self.mail = MailLedger(session)
        self.places = MailPlaces(session)
        self.outbox = Outbox(session)
        self.inbound = InboundStore(session, self.outbox)
        self.outbound = OutboundStore(session)
        self.legs = LegStore(session)
        self.disputes = DisputeStore(session)
        self.parties = PartyStore(session)
        self.audit = AuditLog(session)
        self.counters = Counters(session, references)
        self.facts = Facts(session)
        self.figures = Figures(session)
        self.pulse = Pulse(session)
        self.waiting = WaitingMails(session)
        self.sealed = SealedTexts(session)
        self._afterwards: list[Callable[[], object]] = []

    def afterwards(self, call: Callable[[], object]) -> None:
        """Call this once it has committed: what is rolled back is not said to have happened."""
        self._afterwards.append(call)

    def committed(self) -> None:
        """Call what waits for it."""
        for call in self._afterwards:
            call()

    def flush(self) -> None:
        """Write what was only noted so far; the store does so before it commits."""
        for part in (self.mail, self.outbox, self.inbound, self.counters, self.audit):
            part.flush()


class Store:
    """One database.

    ``after_commit`` is called with each write transaction's name once it has committed; a test
    uses it to stop the process between two commits.  ``references`` remembers outside the
    database how far references were given; without it none should be.
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
        # SQLite has one writer: threads of ours wait in line, and not by looking again.
        self._writer = Lock() if self.engine.dialect.name == "sqlite" else nullcontext()

    @contextmanager
    def transaction(self, name: str) -> Iterator[Transaction]:
        """One write transaction; commits when the block ends, rolls back when it raises.

        Raises StoreError when the database cannot take it; then nothing was changed.
        """
        with self._writer, translated(self.engine), Session(self._writing) as session:
            work = Transaction(session, self._references)
            yield work
            work.flush()
            many = grown(session.connection())
            session.commit()
        work.committed()
        look_at(self.engine, many)
        if self._after_commit:
            self._after_commit(name)

    @contextmanager
    def joined(self, transaction: object) -> Iterator[Transaction]:
        """Write as a part of an open transaction of the vault in this database, which ends it."""
        if not isinstance(transaction, Connection):
            raise TypeError("not a transaction of this database")
        with (
            translated(self.engine),
            Session(transaction, join_transaction_mode="rollback_only") as session,
        ):
            work = Transaction(session, self._references)
            yield work
            work.flush()
            session.flush()

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """A read of one instant, whoever writes meanwhile; writing in it is a fault.

        While it lasts, the database keeps whatever others replace: what takes long is read in
        several, as the audit log is (services/trail.py).
        """
        with translated(self.engine), Session(self._reading) as session:
            yield Transaction(session)
            session.rollback()

    def when_lost(self, call: Callable[[], None]) -> None:
        """Call this, from any thread, as soon as a lock of ours turns out to be lost."""
        self._when_lost.append(call)

    @contextmanager
    def sole_daemon(self) -> Iterator[Guard]:
        """Hold the database as its one daemon; raises AlreadyRunning when another does.

        The lock goes with the process, however it ends.  One that is lost is taken again.
        """
        with self._sole(DAEMON, again=True) as guard:
            if guard is None:
                raise another_daemon()
            yield guard

    @contextmanager
    def sole_sender(self) -> Iterator[Guard | None]:
        """Whether nobody else sends this database's letters; nobody does while the block runs.

        The lock goes with the process, however it ends.
        """
        with self._sole(SENDER, again=False) as guard:
            yield guard

    @contextmanager
    def _sole(self, name: LockName, *, again: bool) -> Iterator[Guard | None]:
        held = self._taken(name)
        if held is None:
            yield None
            return
        guard = Guard(held, name, self._lost, again=again)
        try:
            yield guard
        finally:
            guard.close()

    def _taken(self, name: LockName) -> Held | None:
        if self.engine.dialect.name == "sqlite":
            return FileLock.take(sqlite_path(self.url), name, self._files)
        lock = SessionLock(self.engine, name)
        with translated(self.engine):
            return lock if lock.take() else None

    def _lost(self) -> None:
        for call in self._when_lost:
            call()

    def dispose(self) -> None:
        """Give all connections up."""
        self.engine.dispose()


def sqlite_path(url: str) -> Path:
    """The file behind a SQLite URL."""
    return Path(make_url(url).database or "")


def _database_file(url: str) -> Path:
    try:
        return sqlite_path(url)
    except SQLAlchemyError:
        return Path()  # ``_engine`` has the words for it


def another_daemon() -> AlreadyRunning:
    """What to raise when another daemon holds the database."""
    return AlreadyRunning(
        "another exchange daemon is working on this database",
        hint="stop it first, or use another folder",
    )


@contextmanager
def address_faults() -> Iterator[None]:
    """Raise StoreError in place of what an engine for a wrong or foreign address raises."""
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
            given = {name: value for name, value in _SILENCE.items() if name not in parsed.query}
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
        # In KiB: long lists go into several indexes, whose pages would be written time and again.
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
            _begin_writing(connection)
        else:
            connection.exec_driver_sql("BEGIN")

    return engine


def _postgresql(engine: Engine) -> Engine:
    from psycopg import Cursor
    from psycopg.pq import Format

    # As text a sealed mail comes in hex digits, twice as long.
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
    """The same engine, all of whose transaction sees the database as it is at its first query."""
    if engine.dialect.name == "sqlite":
        return engine  # in WAL mode every transaction does
    # By default each statement would see another instant.  A transaction that writes nothing is
    # never refused for what others write, nor does it keep them waiting.
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _begin_writing(connection: Connection) -> None:
    """BEGIN IMMEDIATE, waiting for another process that writes.

    SQLite's own naps grow to a tenth of a second, in which others come and go: between two
    batches of the daemon its posting process would rarely have its turn.
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
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # once more, for its error
    finally:
        driver.execute(f"PRAGMA busy_timeout = {int(_BUSY_SECONDS * 1000)}")


def writing_engine(engine: Engine) -> Engine:
    """The same engine whose transactions take SQLite's write lock when they begin."""
    return engine.execution_options(**{_WRITING: True})


@contextmanager
def translated(engine: Engine) -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        raise _store_error(engine, error) from None


_UNWRITABLE: Final = "`exchange doctor` names the file or folder that cannot be written to"


def _store_error(engine: Engine, error: DatabaseError) -> StoreError | NotStorable:
    """A sentence a person can act on; never the statement's parameters."""
    said = str(error.orig).splitlines()[0] if error.orig else type(error).__name__
    hints = {
        "database is locked": "another process holds it; it is tried again",
        "disk is full": "free some space; nothing was changed",
        "disk I/O error": "see to the disk and to quotas; nothing was changed",
        "unable to open database file": _UNWRITABLE,
        "readonly database": _UNWRITABLE,
        "no such table": "run `exchange init` in a new folder, or `exchange doctor`",
        "no such column": "`exchange doctor` says how the tables differ from their schema",
        "file is not a database": "this is not an exchange database",
    }
    hint = next((text for sign, text in hints.items() if sign in said), "")
    place = str(sqlite_path(str(engine.url))) if engine.dialect.name == "sqlite" else "database"
    kind = NotStorable if isinstance(error, DataError | IntegrityError) else StoreError
    return kind(f"the database refuses: {said}", place=place, hint=hint)
