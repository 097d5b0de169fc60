"""Shared by the vault's tests: engines, records, and direct access to the rows."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event

from exchange.domain.device import DeviceId, InstallCode
from exchange.ports.records import VaultRecord
from exchange.vault import tables
from exchange.vault.keys.keys import WrappingKey
from exchange.vault.vault import SealedVault
from exchange.vault.vault_header import create_vault

DAY = date(2026, 11, 3)


def sqlite_engine(path: Path) -> Engine:
    """Return an engine for a SQLite file whose transactions begin where SQLAlchemy's do."""
    engine = create_engine(f"sqlite:///{path}", connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def fresh(engine: Engine, key: WrappingKey, **sizes: Any) -> SealedVault:
    """Make an empty vault in empty tables."""
    tables.metadata.drop_all(engine)
    tables.metadata.create_all(engine)
    with engine.begin() as connection:
        create_vault(connection, key)
    return SealedVault(engine, key, **sizes)


def device(number: int) -> DeviceId:
    """Return a made-up Device ID."""
    return DeviceId(b"\x00\xdb" + hashlib.blake2b(b"d%d" % number, digest_size=6).digest())


def code(number: int) -> InstallCode:
    """Return a made-up install code."""
    return InstallCode(hashlib.blake2b(b"c%d" % number, digest_size=16).digest())


def record(
    number: int,
    code_number: int | None = -1,
    *,
    installed: bool = False,
    kind: str = "",
    source: str = "",
    day: date = DAY,
) -> VaultRecord:
    """Return the record of device ``number``, with its own code unless another is given."""
    held = None if code_number is None else code(number if code_number == -1 else code_number)
    return VaultRecord(device(number), held, installed, kind, source, day)


def records(count: int) -> list[VaultRecord]:
    """Return records of every kind."""
    kinds = ("", "ESME", "GSME", "HCALCS", "CAD")
    return [
        record(
            n,
            None if n % 7 == 0 else -1,
            installed=n % 3 == 0,
            kind=kinds[n % 5],
            source=f"delivery {n % 4}" if n % 4 else "",
            day=date(1970 + n % 150, 1 + n % 12, 1 + n % 28),
        )
        for n in range(count)
    ]


def contents(vault: SealedVault) -> dict[DeviceId, VaultRecord]:
    """Return all records of the vault."""
    found = list(vault.iter_all())
    by_device = {each.device: each for each in found}
    assert len(by_device) == len(found)
    return by_device
