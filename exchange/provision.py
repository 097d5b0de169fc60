"""Make a working folder: configuration, sample contacts, key, database, empty vault."""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect
from sqlalchemy.exc import SQLAlchemyError

from exchange.bootstrap import database_url, key_provider, working_owner
from exchange.config import CONFIG_PATH, Settings, load_settings, settings_in, settings_of
from exchange.errors import BadInput, BadInputs, ExchangeError, StoreError
from exchange.files import (
    USUAL,
    asides,
    folder_lock,
    make_file,
    plain_folder,
    replace_file,
    sync_folder,
)
from exchange.owner import check_owner, owner_of
from exchange.rendering.shipped import shipped_folder
from exchange.store.counters import keep_references
from exchange.store.db import Store, sqlite_path, writing_engine
from exchange.store.references import References
from exchange.store.upkeep import schema
from exchange.store.upkeep.upgrading import Upgraded, bring_forward
from exchange.toml_file import TomlFile
from exchange.vault.keys.keys import KeyProvider
from exchange.vault.rekeying.keychange import first_key
from exchange.vault.tables import vault_head
from exchange.vault.vault_header import create_vault, read_header

# What of the configuration each option of ``exchange init`` sets.
_OPTIONS: Final = {
    "party.signifier": "--signifier",
    "party.name": "--name",
    "party.address": "--address",
    "database.url": "--database",
}


@dataclass(frozen=True, slots=True)
class OwnParty:
    """What ``exchange init`` writes into the configuration; empty fields keep the sample's."""

    signifier: str = ""
    name: str = ""
    address: str = ""
    database: str = ""  # the database's address, instead of a SQLite file
    first_day: date | None = None  # older mail is ignored; None: all mail is answered


def make_folder(folder: Path, party: OwnParty) -> list[str]:
    """Make ``folder`` a working folder; return what was made, one line each.

    The configuration gets its name last, when everything else exists. Until then it is called
    ``exchange.toml.unfinished``: where that exists, this call continues an earlier one that was cut
    off. A key made earlier is kept. Raises BadInput if it is a working folder already; then nothing
    was changed.
    """
    if os.path.lexists(folder):
        check_owner(folder, owner_of(folder, None, None))
    config = folder / CONFIG_PATH
    unfinished = config.with_name(f"{config.name}.unfinished")
    with _explained("the working folder cannot be made", folder):
        _refuse_another(config)
        shipped = shipped_folder("config")
        text = _filled((shipped / "exchange.toml").read_text(encoding="utf-8"), party)
        _check_options(TomlFile.parse(text, str(config)))
        _make_folders(folder)
        with folder_lock(config.parent, 0.0):
            _refuse_another(config)
            goes_on = unfinished.exists()
            _remove_leftovers(folder)
            replace_file(unfinished, text.encode(), mode=USUAL)
            made = [f"{CONFIG_PATH}: the configuration, every option commented"]
            made += _samples(folder, shipped)
            try:
                made += _made_database(folder, settings_in(unfinished), goes_on=goes_on)
            except ExchangeError:
                if not goes_on:
                    unfinished.unlink()
                raise
            unfinished.replace(config)
            sync_folder(config.parent)
    return made


def _check_options(file: TomlFile) -> None:
    """Raise BadInput naming the option of ``exchange init`` that the configuration cannot have."""
    try:
        settings_of(file)
    except BadInput as error:
        faults = error.faults if isinstance(error, BadInputs) else [error]
        named = [_by_option(one) for one in faults]
        if len(named) == 1:
            raise named[0] from None
        raise BadInputs(error.message, named) from None


def _by_option(fault: BadInput) -> BadInput:
    option = _OPTIONS.get(fault.place.rpartition(" > ")[2], fault.place)
    return BadInput(fault.message.replace(" in quotes", ""), place=option, hint=fault.hint)


@contextmanager
def _explained(what: str, folder: Path) -> Iterator[None]:
    """Turn errors of the file system into BadInput with a remedy."""
    try:
        yield
    except BlockingIOError:
        raise BadInput("another `exchange init` is running here", place=str(folder)) from None
    except OSError as error:
        raise BadInput(
            f"{what}: {error.strerror}",
            place=str(error.filename or folder),
            hint="check the folder, its owner, its mode and the free space; then run the same"
            " command again",
        ) from None


def _remove_leftovers(folder: Path) -> None:
    """Remove temporary files of an interrupted call."""
    samples = (folder / CONFIG_PATH).parent.glob(".*.part")
    others = (folder / name for name in ("keys/exchange.key", "exchange.db"))
    for one in (*samples, *(aside for path in others for aside in asides(path))):
        one.unlink()


def _refuse_another(config: Path) -> None:
    if config.exists():
        raise BadInput(
            "this is a working folder already",
            place=str(config),
            hint="--database-only makes a new, empty database where the configuration names one",
        )


def _make_folders(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    plain_folder(folder / "config", folder)
    for private in ("keys", "secrets"):
        plain_folder(folder / private, folder).chmod(0o700)


def _samples(folder: Path, shipped: Path) -> list[str]:
    made = []
    for name, what in (
        ("calendar.toml", "dated additions to and removals from the bank holidays"),
        ("contacts.csv", "a sample of the contacts register"),
    ):
        target = folder / "config" / name
        if not os.path.lexists(target):
            make_file(target, (shipped / name).read_bytes(), mode=USUAL)
            made.append(f"config/{name}: {what}")
    return made


def make_database(folder: Path, settings: Settings) -> list[str]:
    """Make the key, the database and an empty vault where they are missing."""
    check_owner(folder, working_owner(folder, settings))
    with _explained("the database cannot be made", folder):
        return _made_database(folder, settings, goes_on=False)


def _made_database(folder: Path, settings: Settings, *, goes_on: bool) -> list[str]:
    made = []
    url = database_url(folder, settings)
    path = sqlite_path(url) if url.startswith("sqlite") else None
    if path is not None and not goes_on and _has_tables(path):
        raise BadInput("there is a database already", place=str(path))
    provider = key_provider(folder, settings.keys)
    new = settings.keys.by_file and not os.path.lexists(folder / settings.keys.file)
    key = first_key(provider)
    if new:
        made.append(f"{settings.keys.file}: the key; back it up apart from the database")
    if path is not None and not path.exists():
        # Made by us, for its mode: SQLite would use whatever the umask allows.
        make_file(path, b"")
    store = Store(url)
    try:
        with writing_engine(store.engine).begin() as connection:
            # One transaction: a call that was cut off left all of it or nothing.
            if not (goes_on and _made_before(connection, provider)):
                schema.upgrade(connection)
                create_vault(connection, key)
                keep_references(connection, References(folder))
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or type(error).__name__).splitlines()[0]
        raise StoreError(
            f"the database cannot be made: {reason}", place=str(path or "database")
        ) from None
    finally:
        store.dispose()
    made.append("the database, with an empty vault")
    return made


def _has_tables(path: Path) -> bool:
    """Return whether a SQLite file has any content, without changing it.

    Only if a process was killed in a transaction, the file is opened for writing: it cannot be
    read until SQLite has rolled that transaction back.
    """
    if not path.exists() or not path.stat().st_size:
        return False
    mode = "rw" if path.with_name(f"{path.name}-journal").exists() else "ro"
    address = f"{path.absolute().as_uri()}?mode={mode}"
    try:
        with closing(sqlite3.connect(address, uri=True)) as found:
            return bool(found.execute("SELECT 1 FROM sqlite_master").fetchone())
    except sqlite3.Error:
        return True  # not a database, or damaged: we must not use it


def _made_before(connection: Connection, provider: KeyProvider) -> bool:
    """Return whether a call that was cut off made this database: its vault is empty and ours."""
    if not inspect(connection).has_table(vault_head.name):
        return False
    header = read_header(connection, provider, None)
    if header.manifest.entries["records"].sum():
        raise BadInput(
            "there is a database already, with records in its vault",
            hint="`exchange init` makes a new one; correct database.url, or restore the"
            " configuration of this one",
        )
    return True


def upgrade(folder: Path, at: datetime, *, backup: bool = True) -> Upgraded:
    """Back up the database of a working folder and upgrade it to this version's schema.

    Raises StoreError or AlreadyRunning; then nothing was changed.
    """
    settings = load_settings(folder)
    check_owner(folder, working_owner(folder, settings))
    store = Store(database_url(folder, settings))
    try:
        with schema.opened(store.engine), store.sole_daemon():
            return bring_forward(store, folder, at, backup=backup)
    finally:
        store.dispose()


def _filled(text: str, party: OwnParty) -> str:
    def put(text: str, key: str, value: str) -> str:
        # A JSON string is a TOML basic string.
        line = f"{key} = {json.dumps(value, ensure_ascii=False)}"
        return re.sub(rf'^{key} = "[^"]*"', lambda _: line, text, count=1, flags=re.M)

    if party.database:
        line = f"url = {json.dumps(party.database)}"
        text = re.sub(r"^# url = .*$", lambda _: line, text, count=1, flags=re.M)
    if party.first_day:
        text = _begun_on(text, party.first_day)
    if party.signifier:
        text = put(text, "signifier", party.signifier)
        text = re.sub(r"^mpids = \[[^\]]*\]", "mpids = []", text, count=1, flags=re.M)
    if party.name:
        text = put(text, "name", party.name)
    if party.address:
        text = put(text, "address", party.address)
        text = re.sub(
            r'^username = "[^"]*"',
            lambda _: f"username = {json.dumps(party.address)}",
            text,
            flags=re.M,
        )
    return text


def _begun_on(text: str, day: date) -> str:
    """Write the day from which the exchange answers into the mailbox's table."""
    line = f"not_before = {day.isoformat()}"
    comment = "  # the day of `exchange init`: older mail is listed and ignored"
    return re.sub(r"^# not_before = .*$", lambda _: line + comment, text, count=1, flags=re.M)
