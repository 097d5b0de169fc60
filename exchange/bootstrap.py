"""Read the configuration and build the adapters, in this order; no other module does.

``open_context`` builds one supplier's end: settings, calendar, database, keys, vault, templates.
``open_mailbox`` and ``open_courier`` add the connections to the mail servers.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import stat
import threading
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from exchange.calendar_file import calendar_of
from exchange.config import (
    CONFIG_PATH,
    Credential,
    KeySettings,
    KeySource,
    MailboxSettings,
    Settings,
    load_settings,
)
from exchange.credentials import password_of
from exchange.domain.audit import AuditEvent
from exchange.domain.limits import Limits
from exchange.domain.time.sla import parse_date_or_instant
from exchange.errors import BadInput, ConfigError, VaultError
from exchange.files import linked
from exchange.later import Later, later
from exchange.owner import Owner, check_owner, owner_of
from exchange.ports.clock import Clock
from exchange.services.context import Context
from exchange.services.running.clock_guard import WatchedClock
from exchange.store.db import Store, sqlite_path
from exchange.store.references import References
from exchange.store.upkeep import schema
from exchange.vault.keys.keyfile import KeyFile

if TYPE_CHECKING:
    from exchange.rendering import templates
    from exchange.vault import vault
    from exchange.vault.keys import mailkeys, providers, seal
    from exchange.vault.keys.keys import KeyProvider
    from exchange.worker import reader
else:
    mailkeys = Later("exchange.vault.keys.mailkeys")
    providers = Later("exchange.vault.keys.providers")
    reader = Later("exchange.worker.reader")
    seal = Later("exchange.vault.keys.seal")
    templates = Later("exchange.rendering.templates")
    vault = Later("exchange.vault.vault")

# What only some commands use is imported where it is built: a command that lists waits for no more.
if TYPE_CHECKING:
    from exchange.transport.imap import ImapMailbox
    from exchange.transport.imap_claim import Claimant
    from exchange.transport.smtp import SmtpCourier
    from exchange.vault.rekeying.keychange import VaultKeyChange

T = TypeVar("T")
INSTANCE = "instance"  # the file that tells this folder from its copies
NOW_VARIABLE = "EXCHANGE_NOW"
_SESSION = secrets.token_hex(8)  # this process


class SystemClock(WatchedClock):
    """The machine's clock."""


class SetClock:
    """A clock that somebody set; it stands still until it is set again."""

    simulated = True
    trouble = ""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """Return the instant it was set to."""
        return self.at


def the_clock(now: str = "") -> Clock:
    """Return the machine's clock, or one set by ``--now`` or $EXCHANGE_NOW."""
    text = now or os.environ.get(NOW_VARIABLE, "")
    return SetClock(parse_date_or_instant(text)) if text else SystemClock()


def database_url(folder: Path, settings: Settings) -> str:
    """Return the database's URL, with a SQLite path made absolute and the password filled in."""
    try:
        url = make_url(settings.database.url)
    except ArgumentError:
        raise ConfigError("is not a database address", place="database.url") from None
    if url.get_backend_name() == "sqlite":
        path = folder / (url.database or "exchange.db")
        if at := linked(path, folder):
            raise ConfigError(
                "the database is under a symbolic link, which no write follows",
                place=str(at),
                hint="name the file itself, with its full path, in database.url",
            )
        # Not built by hand: "%" and "?" have a meaning in a URL, and may be in a path.
        return URL.create("sqlite", database=str(path.resolve())).render_as_string()
    if settings.database.password_env:
        password = os.environ.get(settings.database.password_env, "")
        if not password:
            raise ConfigError(
                f"${settings.database.password_env} is not set", place="database.password_env"
            )
        url = url.set(password=password)
    return url.render_as_string(hide_password=False)


def open_store(
    folder: Path, settings: Settings, after_commit: Callable[[str], None] | None = None
) -> Store:
    """Open the database, which must exist and have this version's schema."""
    url = database_url(folder, settings)
    check_owner(folder, working_owner(folder, settings))
    if url.startswith("sqlite") and not sqlite_path(url).exists():
        raise BadInput(
            "there is no database", place=str(sqlite_path(url)), hint="run `exchange init`"
        )
    store = Store(url, after_commit, References(folder))
    schema.check_schema(store.engine)
    return store


def working_owner(folder: Path, settings: Settings) -> Owner:
    """Return the owner of a working folder."""
    url = database_url(folder, settings)
    return owner_of(
        folder,
        sqlite_path(url) if url.startswith("sqlite") else None,
        folder / settings.keys.file if settings.keys.by_file else None,
    )


def key_provider(folder: Path, settings: KeySettings) -> KeyProvider:
    """Return the source of the key; nothing is read until the key is needed."""
    now = _key_source(folder, settings)
    if settings.old:
        return providers.EitherKey(now, _key_source(folder, settings.old))
    return now


def _key_source(folder: Path, source: KeySource) -> KeyProvider:
    if source.passphrase:
        credential = Credential(
            password_file=source.passphrase_file,
            password_env=source.passphrase_env,
            password_credential=source.passphrase_credential,
        )
        return providers.Passphrase(lambda: _passphrase(credential, folder))
    if source.env:
        return providers.environment_key(source.env)
    if source.credential:
        return providers.credential_key(source.credential)
    if source.command:
        return providers.command_key(source.command, source.command_seconds, folder)
    return KeyFile(folder / source.file)


def _passphrase(credential: Credential, folder: Path) -> str:
    """Return the passphrase; refuses a file that other users can access, as for key files."""
    found = password_of(credential, folder, f"{CONFIG_PATH} > keys")
    if credential.password_file:
        path = folder / credential.password_file
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise VaultError(
                f"the passphrase file is accessible to other users (mode {mode:04o})",
                place=str(path),
                hint=f"chmod 600 {path}",
            )
    return found


def unfinished_key_change(folder: Path, settings: Settings) -> str:
    """Return what a person should know about an unfinished key change; empty if there is none."""
    sources = (settings.keys, settings.keys.old)
    files = (KeyFile(folder / one.file) for one in sources if one and one.by_file)
    return next((said for file in files if (said := file.unfinished())), "")


def open_key_change(ctx: Context) -> VaultKeyChange:
    """Return what changes the keys of a context's vault."""
    from exchange.vault.rekeying.keychange import VaultKeyChange

    return VaultKeyChange(ctx.store.engine, key_provider(ctx.folder, ctx.settings.keys))


def restore_key_file(folder: Path, clock: Clock, by: str) -> tuple[Path, Path | None, str]:
    """Restore the key file that opens the vault (``keychange.restore_key_file``); audited.

    Works when no context can be opened because the key is missing.
    """
    from exchange.vault.rekeying.keychange import restore_key_file as put_key_back

    settings = load_settings(folder)
    store = open_store(folder, settings)

    def note(transaction: object, key_id: str) -> None:
        with store.joined(transaction) as tx:
            tx.audit.append(
                clock.now(), AuditEvent("key.restored", "keys", detail={"key": key_id}, actor=by)
            )

    try:
        return put_key_back(store.engine, key_provider(folder, settings.keys), note)
    finally:
        store.dispose()


def open_reader(
    folder: Path, settings: Settings, own_addresses: frozenset[str] = frozenset()
) -> tuple[reader.WorkerReader, Limits]:
    """Return the reader of mails, and the limits from the configuration that it works under.

    ``own_addresses`` are our addresses in addition to the configured one.
    """
    ceilings, limits = settings.limits, limits_of(settings)
    opened = reader.WorkerReader(
        limits,
        own_addresses | {settings.party.address.lower()},
        seconds=ceilings.seconds,
        memory_bytes=ceilings.memory_mb << 20,
        unwrap=mailkeys.MailKeys(folder, settings.smime).unwrap if settings.smime else None,
    )
    return opened, limits


def limits_of(settings: Settings) -> Limits:
    """Return the limits on what a mail may contain."""
    ceilings = settings.limits
    return Limits(
        mail_bytes=ceilings.mail_bytes,
        parts=ceilings.parts,
        depth=ceilings.depth,
        rows=ceilings.rows,
    )


def open_context(
    folder: Path,
    clock: Clock,
    after_commit: Callable[[str], None] | None = None,
    *,
    store: Store | None = None,
    at_once: bool = True,
) -> Context:
    """Open one supplier's end from its working folder.

    ``store`` is the database if this process has it open already.  It must not be opened twice:
    closing a file releases all the process's locks on it (POSIX), SQLite's too.
    With ``at_once`` the key is read now, and whatever is wrong with it is found now; without, what
    the command does not use (vault, sealer, reader, templates, calendar) is never made.
    Raises ConfigError, BadInput, StoreError or VaultError, each saying what to do.
    """
    settings = load_settings(folder)
    calendar = calendar_of(folder, settings)
    if store is None:
        store = open_store(folder, settings, after_commit)
    elif store.url != database_url(folder, settings):
        raise ConfigError(
            "cannot be changed while it is open", place="database.url", hint="restart the daemon"
        )
    key = key_provider(folder, settings.keys)
    engine, made = store.engine, _now if at_once else later
    codes = made(lambda: vault.SealedVault(engine, key, folder=folder))
    return Context(
        settings=settings,
        folder=folder,
        store=store,
        vault=codes,
        sealer=made(lambda: seal.BlobSealer(codes.data_keys(), reload=codes.data_keys)),
        reader=made(lambda: open_reader(folder, settings)[0]),
        clock=clock,
        calendar=made(calendar),
        templates=made(lambda: templates.Templates([folder / "templates"])),
        limits=limits_of(settings),
    )


def _now(make: Callable[[], T]) -> T:
    return make()


def open_mailbox(ctx: Context, settings: MailboxSettings) -> ImapMailbox:
    """Return a new connection to one mailbox; it is made at the first call."""
    from exchange.transport.imap import ImapMailbox
    from exchange.transport.imap_claim import MailboxClaim

    password = password_of(settings, ctx.folder, f"{CONFIG_PATH} > mailbox {settings.name}")
    claim = MailboxClaim(settings.claim, holder_of(ctx.folder)) if settings.claim else None
    return ImapMailbox(
        settings, password, ctx.folder, max_bytes=ctx.settings.limits.mail_bytes, claim=claim
    )


def holder_of(folder: Path) -> Claimant:
    """Return the name under which we claim our mailboxes: this working folder and this process.

    A copy of the folder is a different holder: the change time of the file that identifies the
    folder cannot be copied.
    """
    from exchange.transport.imap_claim import Claimant

    path, host = folder / INSTANCE, socket.gethostname()
    try:
        with contextlib.suppress(FileExistsError):
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            with os.fdopen(os.open(path, flags, 0o600), "w") as file:
                file.write(f"{secrets.token_hex(16)}\n")
        number, state = path.read_bytes().decode("ascii", "replace"), path.stat()
        known = f"{number} {state.st_ino} {state.st_ctime_ns}"
    except OSError:  # a folder that may not be written to
        known = f"{host} {folder.resolve()} {folder.stat().st_ino}"
    words = f"{folder.resolve()} on {host}"
    return Claimant(sha256(known.encode()).hexdigest()[:32], _SESSION, " ".join(words.split()))


def open_courier(ctx: Context, stop: threading.Event | None = None) -> SmtpCourier:
    """Return the connection to the mail server; once ``stop`` is set it begins no letter."""
    from exchange.transport.smtp import SmtpCourier

    settings = ctx.settings.smtp
    password = (
        password_of(settings, ctx.folder, f"{CONFIG_PATH} > smtp") if settings.username else ""
    )
    return SmtpCourier(settings, password, ctx.folder, stop=stop)
