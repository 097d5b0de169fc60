"""What the vault is measured against: SQLCipher, and one Fernet token a row over SQLAlchemy.

Both keep device and code alone, take them in one transaction, and are given rows that are parsed
already.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any, Final

import numpy as np

from tests.benchmarks.peak import peak_mb
from tests.benchmarks.vault_rows import asked_of, pairs
from tests.benchmarks.vault_spent import Spent, each_timed

SQLCIPHER, FERNET = "SQLCipher", "Fernet rows over SQLAlchemy (a tenth as many)"
FERNET_SHARE: Final = 10
_AT_ONCE: Final = 500  # names in one IN list
_INSERTED: Final = 250_000  # rows made at a time
_KEY: Final = bytes(range(32))


def _cipher(folder: Path, cache_mb: int = 200) -> Any:
    import sqlcipher3

    connection = sqlcipher3.connect(str(folder / "cipher.db"), isolation_level=None)
    # The key itself, so that no passphrase is stretched.
    connection.execute(f"PRAGMA key = \"x'{_KEY.hex()}'\"")
    connection.execute(f"PRAGMA cache_size = -{cache_mb * 1000}")
    return connection


def sqlcipher_import(folder: Path, number: int, _asked: int) -> dict[str, float]:
    """In the order of its tree: twice as quick as in the file's, and the sorting is not timed."""
    path = folder / "cipher.db"
    path.unlink(missing_ok=True)
    connection = _cipher(folder, cache_mb=1_000)
    connection.execute("CREATE TABLE code (device INTEGER PRIMARY KEY, code BLOB NOT NULL)")
    made = list(pairs(number))
    devices = np.concatenate([ids.view(">i8").ravel() for ids, _ in made]).astype(np.int64)
    codes, order = np.concatenate([codes for _, codes in made]), np.argsort(devices)
    del made
    seconds = cpu = 0.0
    connection.execute("BEGIN")
    for first in range(0, number, _INSERTED):
        some = order[first : first + _INSERTED]
        rows = list(zip(devices[some].tolist(), map(bytes, codes[some]), strict=True))
        spent = Spent()
        connection.executemany("INSERT INTO code VALUES (?, ?)", rows)
        told = spent.told()
        seconds, cpu = seconds + told["seconds"], cpu + told["cpu"]
    spent = Spent()
    connection.execute("COMMIT")
    told = spent.told()
    return {
        "seconds": seconds + told["seconds"], "cpu": cpu + told["cpu"], "peak_mb": peak_mb(),
        "bytes": path.stat().st_size / number,
    }  # fmt: skip


def sqlcipher_find(folder: Path, number: int, asked: int) -> dict[str, float]:
    """The best of four, each in order and in one transaction.

    One by one, IN lists, a join with a temporary table in memory, a join with a JSON array.
    Outside a transaction each statement would decrypt the first page again, seven times as slow.
    """
    numbers = sorted(asked_of(number, asked).tolist())

    def one_by_one(connection: Any) -> int:
        find = connection.cursor().execute
        sql = "SELECT code FROM code WHERE device = ?"
        return sum(find(sql, (device,)).fetchone() is not None for device in numbers)

    def lists(connection: Any) -> int:
        found = 0
        for first in range(0, len(numbers), _AT_ONCE):
            some = numbers[first : first + _AT_ONCE]
            marks = ",".join("?" * len(some))
            sql = f"SELECT device, code FROM code WHERE device IN ({marks})"
            found += len(connection.execute(sql, some).fetchall())
        return found

    def joined(connection: Any) -> int:
        connection.execute("CREATE TEMP TABLE asked (device INTEGER PRIMARY KEY)")
        connection.executemany("INSERT INTO asked VALUES (?)", ((one,) for one in numbers))
        sql = "SELECT device, code FROM asked JOIN code USING (device)"
        return len(connection.execute(sql).fetchall())

    def listed(connection: Any) -> int:
        sql = "SELECT device, code FROM json_each(?) AS one CROSS JOIN code ON device = one.value"
        return len(connection.execute(sql, (json.dumps(numbers),)).fetchall())

    best: dict[str, float] = {}
    for way in (one_by_one, lists, joined, listed):
        connection = _cipher(folder)  # with nothing in its cache, as ours
        connection.execute("PRAGMA temp_store = MEMORY")
        spent = Spent()
        connection.execute("BEGIN")
        found = way(connection)
        connection.execute("COMMIT")
        told = {**spent.told(), "found": found, "asked": len(numbers)}
        if not best or told["seconds"] < best["seconds"]:
            best = told
    return best


def sqlcipher_one(folder: Path, number: int, asked: int) -> dict[str, float]:
    connection = _cipher(folder)
    names = asked_of(number, asked).tolist()
    sql = "SELECT code FROM code WHERE device = ?"
    return each_timed(names, lambda one: connection.execute(sql, (one,)).fetchone() is not None)


# -- one Fernet token a row --


def _rows(folder: Path) -> Any:
    from cryptography.fernet import Fernet
    from sqlalchemy import Column, LargeBinary, MetaData, String, Table, create_engine

    metadata = MetaData()
    table = Table(
        "code", metadata, Column("device", String(23), primary_key=True),
        Column("token", LargeBinary, nullable=False),
    )  # fmt: skip
    engine = create_engine(f"sqlite:///{folder / 'fernet.db'}")
    return engine, metadata, table, Fernet(base64.urlsafe_b64encode(_KEY))


def fernet_import(folder: Path, number: int, _asked: int) -> dict[str, float]:
    path, many = folder / "fernet.db", number // FERNET_SHARE
    path.unlink(missing_ok=True)
    engine, metadata, table, fernet = _rows(folder)
    metadata.create_all(engine)
    spent = Spent()
    with engine.begin() as connection:
        for devices, codes in pairs(many):
            connection.execute(
                table.insert(),
                [
                    {"device": device.tobytes().hex("-").upper(), "token": fernet.encrypt(code)}
                    for device, code in zip(devices, map(bytes, codes), strict=True)
                ],
            )
    return {**spent.told(), "bytes": path.stat().st_size / many}


def fernet_find(folder: Path, number: int, asked: int) -> dict[str, float]:
    from sqlalchemy import select

    engine, _, table, fernet = _rows(folder)
    devices = asked_of(number // FERNET_SHARE, asked).astype(">u8").view(np.uint8).reshape(-1, 8)
    names = [device.tobytes().hex("-").upper() for device in devices]
    spent, found = Spent(), 0
    with engine.connect() as connection:
        for first in range(0, len(names), _AT_ONCE):
            wanted = select(table).where(table.c.device.in_(names[first : first + _AT_ONCE]))
            for _, token in connection.execute(wanted):
                found += len(fernet.decrypt(token)) == 16
    return {**spent.told(), "found": found, "asked": len(names)}


def fernet_one(folder: Path, number: int, asked: int) -> dict[str, float]:
    from sqlalchemy import select

    engine, _, table, fernet = _rows(folder)
    devices = asked_of(number // FERNET_SHARE, asked).astype(">u8").view(np.uint8).reshape(-1, 8)
    names = [device.tobytes().hex("-").upper() for device in devices]
    with engine.connect() as connection:

        def find(name: str) -> bool:
            token = connection.scalar(select(table.c.token).where(table.c.device == name))
            return len(fernet.decrypt(token)) == 16

        return each_timed(names, find)
