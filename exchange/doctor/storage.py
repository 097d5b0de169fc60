"""Check the key, the database and its content."""

from __future__ import annotations

import shutil
import stat
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import make_url, text
from sqlalchemy.exc import SQLAlchemyError

from exchange.bootstrap import database_url, key_provider, unfinished_key_change
from exchange.config import Settings
from exchange.doctor.check import Check, failed, faults, ok, warning
from exchange.domain.audit import GENESIS
from exchange.errors import ExchangeError
from exchange.rendering.wording import counted
from exchange.services.running.heartbeat import lives, read_heartbeat, when
from exchange.services.running.signs import silence
from exchange.store.db import Store, sqlite_path
from exchange.store.upkeep import schema, shape
from exchange.store.upkeep.read_only_store import ReadOnlyStore
from exchange.vault.keys.keys import KeyProvider, load_key_file
from exchange.vault.vault import SealedVault
from exchange.vault.vault_header import open_data_keys, reading

_CONNECT_SECONDS: Final = 10
_SCARCE, _LOW = 100_000_000, 1_000_000_000  # bytes free
_RESTORE: Final = "restore it from its backup; `exchange init` in an empty folder makes a new one"
_MEGABYTE: Final = 1_000_000


def key_file(folder: Path, settings: Settings) -> tuple[list[Check], KeyProvider]:
    """Check that the key file exists, is private and complete; ``vault`` tries any other source."""
    provider = key_provider(folder, settings.keys)
    if not settings.keys.by_file or settings.keys.old is not None:
        summary = "none: the key has another source, which the check of the vault tries"
        return [ok("key file", summary)], provider
    path = folder / settings.keys.file
    try:
        key = load_key_file(path)
    except ExchangeError as error:
        return faults("key file", error, "restore the key file from its backup"), provider
    checks = [ok("key file", f"{path}, key {key.key_id}; keep a copy apart from the database")]
    if waits := unfinished_key_change(folder, settings):
        checks.append(warning("key file", waits, "`exchange codes rotate-key`"))
    return checks, provider


def database(folder: Path, settings: Settings) -> tuple[list[Check], Store | None]:
    """Check that the database exists, intact and of this version; None if it cannot be used."""
    what = "database"
    try:
        url = database_url(folder, settings)
    except ExchangeError as error:
        return faults(what, error, "correct [database]"), None
    except SQLAlchemyError:
        return [failed(what, "database.url is not understood", "correct [database]")], None
    checks: list[Check] = []
    if url.startswith("sqlite"):
        path = sqlite_path(url)
        if not path.is_file():
            return [
                failed(
                    what, f"there is no database at {path}", f"check database.url, or {_RESTORE}"
                )
            ], None
        checks += _file(path)
    else:
        # A server that does not answer must not delay everything.
        parsed = make_url(url).update_query_dict({"connect_timeout": str(_CONNECT_SECONDS)})
        url = parsed.render_as_string(hide_password=False)
    found, store = _opened(url)
    return [*found, *checks], store


def _opened(url: str) -> tuple[list[Check], Store | None]:
    what = "database"
    store: Store | None = None
    try:
        store = Store(url)
        schema.check_schema(store.engine)
        faulty = _quick_check(store)
        altered = _altered(store)
    except ExchangeError as error:
        checks = faults(what, error, _RESTORE)
    except SQLAlchemyError as error:
        # The first line of the driver's message: the others repeat the statement.
        reason = str(getattr(error, "orig", None) or type(error).__name__).splitlines()[0]
        checks = [
            failed(what, f"it cannot be used: {reason}", f"check database.url, or {_RESTORE}")
        ]
    except ImportError as error:
        checks = [
            failed(
                what,
                f"the driver of database.url is not installed ({error.name})",
                "for PostgreSQL install mp121-exchange[postgresql]",
            )
        ]
    else:
        if not faulty:
            found = f"{_place(store)}; schema of this version, no damage found"
            fit = not any(check.state == "failed" for check in altered)
            return [*([ok(what, found)] if fit else []), *altered], store
        checks = [
            failed(what, f"{_place(store)} is damaged: {faulty}", "stop the daemon; " + _RESTORE)
        ]
        return checks, store
    if store is not None:
        store.dispose()
    return checks, None


def _altered(store: Store) -> list[Check]:
    """Report where tables differ from the schema: changed by hand, or restored in part."""
    with store.engine.connect() as connection:
        found = shape.differences(connection, schema.revisions()[-1])
    advice = "restore the database, or correct it by hand: commands may fail until then"
    faults = (
        [f"{_place(store)} is not as its schema says: {found.summary()}"] if found.faults else []
    )
    added = "remove it unless you need it"
    return [
        *(failed("database", one, advice) for one in faults),
        *(warning("database", f"{note}: somebody added it", added) for note in found.notes),
    ]


def _place(store: Store) -> str:
    url = make_url(store.url)
    if url.get_backend_name() == "sqlite":
        return url.database or ""
    return f"{url.database} on {url.host or 'this machine'}"


def _quick_check(store: Store) -> str:
    """Have SQLite check its pages and rows; return its first finding, or an empty text."""
    if store.engine.dialect.name != "sqlite":
        return ""
    with store.engine.connect() as connection:
        found = connection.execute(text("PRAGMA quick_check(1)")).scalar()
    return "" if found == "ok" else str(found).splitlines()[-1]


def _file(path: Path) -> list[Check]:
    checks = []
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        checks.append(
            warning(
                "database file",
                f"{path} is accessible to other users (mode {mode:04o}); its codes are "
                "encrypted, its addresses are not",
                f"chmod 600 {path}",
            )
        )
    free = shutil.disk_usage(path.parent).free
    summary = f"{free / _MEGABYTE:,.0f} MB free"
    advice = f"free some space on the disk of {path.parent}"
    if free < _SCARCE:
        checks.append(
            failed("disk", f"{summary}: answers might not be recorded, so none are sent", advice)
        )
    elif free < _LOW:
        checks.append(warning("disk", summary, advice))
    else:
        checks.append(ok("disk", summary))
    return checks


def vault(store: Store, key: KeyProvider) -> tuple[list[Check], datetime | None]:
    """Check vault and audit log; return also the instant of the log's newest row, if any."""
    audit, newest = _audit(store)
    return [*_sealed(store, key), *audit], newest


def _sealed(store: Store, key: KeyProvider) -> list[Check]:
    try:
        with reading(store.engine) as connection:
            open_data_keys(connection, key)
        stats = SealedVault(store.engine, key).stats()
    except ExchangeError as error:
        return faults("vault", error, "put back the key file that belongs to this database")
    summary = (
        f"opens with the key: {counted(stats.records, 'Device')}, {stats.with_code:,} with a code, "
        f"{stats.installed_by_us:,} installed by us"
    )
    if not stats.records:
        return [
            warning("vault", f"{summary}; no request can be answered from it",
                    "`exchange codes import FILE`")
        ]  # fmt: skip
    return [ok("vault", f"{summary}; `exchange codes verify` opens every bucket")]


def _audit(store: Store) -> tuple[list[Check], datetime | None]:
    what = "audit log"
    advice = "`exchange audit verify`, and keep a copy of the database as it is"
    try:
        with store.reading() as tx:
            number, head = tx.audit.head()
            last = list(tx.audit.rows(after=max(number - 1, 0)))
    except ExchangeError as error:
        return faults(what, error, advice), None
    if not number and head == GENESIS and not last:
        return [ok(what, "empty")], None
    if len(last) != 1 or (last[0].seq, last[0].hash) != (number, head):
        return [failed(what, "its head is not that of its newest row", advice)], None
    summary = f"{counted(number, 'row')}, head {head[:16]}; `exchange audit verify` checks them all"
    return [ok(what, summary)], datetime.fromisoformat(last[0].at)


def check_running(store: Store, folder: Path) -> list[Check]:
    """Check whether a daemon uses this database now, by looking at its lock without taking it."""
    what = "daemon"
    try:
        holder = ReadOnlyStore(store.url, float(_CONNECT_SECONDS)).holder()
    except ExchangeError as error:
        advice = "run doctor as the daemon's own user"
        return [warning(what, f"cannot be determined: {error.message}", advice)]
    beat = read_heartbeat(folder)
    alive = lives(beat, holder.held)
    if alive is None:
        summary = "cannot be determined: the kernel does not list its locks"
        return [warning(what, summary, "`exchange health` says when it was last seen")]
    if not alive:
        last = f"; the last one was seen {_ago(beat.written)}" if beat else ""
        last += f" and ended: {beat.why}" if beat and beat.why else ""
        return [ok(what, f"none is running; `exchange run` starts one{last}")]
    if beat is None:
        known = f" (process {holder.pid})" if holder.pid else ""
        return [warning(what, f"one is running on this database{known}, and gives no sign of life",
                        "check that it may write into the working folder")]  # fmt: skip
    if (mute := silence(beat)) is not None:
        return [warning(what, f"process {holder.pid or beat.pid} {mute[0]}", mute[1])]
    last = f"last round {_ago(beat.last_round)}" if beat.last_round is not None else "no round yet"
    summary = (
        f"one is running on this database: process {holder.pid or beat.pid}, since "
        f"{when(beat.started):%Y-%m-%d %H:%M:%S} UTC; {last}; `exchange health` says more"
    )
    return [ok(what, summary)]


def _ago(seconds: float) -> str:
    return f"{when(seconds):%Y-%m-%d %H:%M:%S} UTC"
