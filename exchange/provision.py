"""Makes a working folder: configuration, sample contacts, key, database, empty vault."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from exchange.bootstrap import database_url, key_provider
from exchange.config import CONFIG_PATH, Settings, load_settings
from exchange.errors import BadInput, ExchangeError
from exchange.rendering.shipped import shipped_folder
from exchange.store import schema
from exchange.store.db import Store, sqlite_path, writing_engine
from exchange.vault.head import create
from exchange.vault.keychange import first_key


@dataclass(frozen=True, slots=True)
class OwnParty:
    """What ``exchange init`` may fill into the configuration; empty fields keep the sample's."""

    signifier: str = ""
    name: str = ""
    address: str = ""
    database: str = ""  # the database's address, instead of a SQLite file
    first_day: date | None = None  # mail from before it is left alone; None: all is answered


def make_folder(folder: Path, party: OwnParty) -> list[str]:
    """Make ``folder`` ready; returns what was made, one line each.

    Raises BadInput when it is a working folder already; then nothing was changed.
    """
    config = folder / CONFIG_PATH
    if config.exists():
        raise BadInput(
            "this is a working folder already",
            place=str(config),
            hint="--database-only makes a new, empty database where the configuration names one",
        )
    shipped = shipped_folder("config")
    text = _filled((shipped / "exchange.toml").read_text(encoding="utf-8"), party)
    made = []
    (folder / "config").mkdir(parents=True, exist_ok=True)
    for private in ("keys", "secrets"):
        (folder / private).mkdir(exist_ok=True)
        (folder / private).chmod(0o700)
    config.write_text(text, encoding="utf-8")
    made.append(f"{CONFIG_PATH}: the configuration, every option commented")
    for name, what in (
        ("calendar.toml", "dated additions to and removals from the bank holidays"),
        ("contacts.csv", "a sample of the contacts register"),
    ):
        target = folder / "config" / name
        if not target.exists():
            target.write_bytes((shipped / name).read_bytes())
            made.append(f"config/{name}: {what}")
    try:
        made += make_database(folder, load_settings(folder))
    except ExchangeError:
        # A configuration without its database would keep the next attempt from starting.
        config.unlink()
        raise
    return made


def make_database(folder: Path, settings: Settings) -> list[str]:
    """The key, the database and an empty vault, where they are missing."""
    made = []
    url = database_url(folder, settings)
    if url.startswith("sqlite") and sqlite_path(url).exists():
        raise BadInput("there is a database already", place=str(sqlite_path(url)))
    by_file = settings.keys.by_file
    new = by_file and not (folder / settings.keys.file).exists()
    key = first_key(key_provider(folder, settings.keys))
    if new:
        made.append(f"{settings.keys.file}: the key; back it up apart from the database")
    store = Store(url)
    try:
        with writing_engine(store.engine).begin() as connection:
            schema.upgrade(connection)
            create(connection, key)
    finally:
        store.dispose()
    if url.startswith("sqlite"):
        sqlite_path(url).chmod(0o600)
    made.append("the database, with an empty vault")
    return made


def upgrade(folder: Path) -> None:
    """Bring the database of a working folder to this version's schema."""
    settings = load_settings(folder)
    store = Store(database_url(folder, settings))
    try:
        with store.sole_daemon(), writing_engine(store.engine).begin() as connection:
            schema.upgrade(connection)
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
    """Write into the mailbox's table that the exchange answers from this day on."""
    line = f"not_before = {day.isoformat()}"
    comment = "  # the day of `exchange init`: older mail is listed and left alone"
    return re.sub(r"^# not_before = .*$", lambda _: line + comment, text, count=1, flags=re.M)
