"""The vault at size, against SQLCipher and against one Fernet token a row over SQLAlchemy.

Each measurement is a process of its own.  ``import`` is our whole way, from CSV to committed
buckets with every check; SQLCipher is given rows that are parsed already and only inserts them.
Fernet rows are too slow to make ten million of: a tenth is made, and the rate told.
"""

from __future__ import annotations

import base64
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Final

import numpy as np
import numpy.typing as npt

from exchange.domain.device import DeviceId
from tests.benchmarks.peak import peak_mb

RECORDS: Final = 10_000_000
ASKED: Final = 500_000
_BLOCK: Final = 250_000
_AT_ONCE: Final = 500  # names in one IN list
_SINGLE: Final = 3_000  # look-ups of one device
_FERNET_SHARE: Final = 10
_SQLCIPHER, _FERNET = "SQLCipher", "Fernet rows over SQLAlchemy"
_KEY: Final = bytes(range(32))

Task = Callable[[Path, int, int], dict[str, float]]


def outcomes(share: int, number: int | None, runs: int, only: str) -> list[dict]:
    """The cases as benchmarks.json has them; goals are for the full size alone."""
    records = number or RECORDS // share
    asked = max(1, min(ASKED, records) // (1 if number else share))
    names = (
        "import 10 M codes from CSV",
        "look up 500,000 of 10 M",
        "look up one of 10 M",
        "size at rest",
    )
    wanted = [only.lower() in name.lower() for name in names]
    if not any(wanted):
        return []
    full = share == 1 and not number
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        tell = _Teller(full=full)
        _measured("make", at, records, 0)
        once = 1 if records > 2_000_000 else runs
        imports = {name: _median(f"{name}-import", at, records, 0, once) for name in _SIDES}
        found = []
        if wanted[0]:
            rates = _rates(imports, records)
            found.append(tell(names[0], "codes/s", records, rates, imports["ours"], 400_000, 1.5, 9,
                              most_mb=1_000))  # fmt: skip
        if wanted[1]:
            looked = {name: _median(f"{name}-find", at, records, asked, runs) for name in _SIDES}
            if any(one["found"] != one["asked"] for one in looked.values()):
                raise SystemExit(f"{names[1]}: not every device was found")
            rates = {name: one["asked"] / one["seconds"] for name, one in looked.items()}
            found.append(tell(names[1], "devices/s", asked, rates, looked["ours"], 800_000, 6, 14,
                              most_mb=1_000))  # fmt: skip
        if wanted[2]:
            single = {name: _median(f"{name}-one", at, records, _SINGLE, 1) for name in _SIDES}
            spent = {name: one["p95"] for name, one in single.items()}
            found.append(tell(names[2], "us p95", 1, spent, single["ours"], 100, 0, 0, lower=True))
            found[-1]["median_us"] = round(single["ours"]["median"], 1)
            found[-1]["cpu_p95_us"] = round(single["ours"]["cpu_p95"], 1)
        if wanted[3]:
            sizes = {name: one["bytes"] for name, one in imports.items()}
            found.append(tell(names[3], "bytes a record", records, sizes, imports["ours"], 36, 0, 0,
                              lower=True))  # fmt: skip
        return found


class _Teller:
    """Puts one case into the form of benchmarks.json."""

    def __init__(self, *, full: bool) -> None:
        self._full = full

    def __call__(
        self,
        name: str,
        unit: str,
        number: int,
        values: dict[str, float],
        ours: dict[str, float],
        goal: float,
        cipher_ratio: float,
        fernet_ratio: float,
        *,
        lower: bool = False,
        most_mb: int = 1_000_000,
    ) -> dict:
        own, cipher, fernet = (values[side] for side in _SIDES)
        ratios = {
            other: (value / own if lower else own / value)
            for other, value in ((_SQLCIPHER, cipher), (_FERNET, fernet))
        }
        met = (
            (own <= goal if lower else own >= goal)
            and ratios[_SQLCIPHER] >= cipher_ratio
            and ratios[_FERNET] >= fernet_ratio
            and ours["peak_mb"] < most_mb
        )
        return {
            "name": name,
            "unit": unit,
            "number": number,
            "ours": round(own, 1),
            "cpu_s": round(ours["cpu"], 3),
            "peak_mb": round(ours["peak_mb"]),
            "comparators": {_SQLCIPHER: round(cipher, 1), _FERNET: round(fernet, 1)},
            "ratio": round(ratios[_SQLCIPHER], 2),
            "ratios": {other: round(value, 2) for other, value in ratios.items()},
            "goal": goal,
            "met": met if self._full else None,
        }


_SIDES: Final = ("ours", "sqlcipher", "fernet")


def _rates(measured: dict[str, dict[str, float]], records: int) -> dict[str, float]:
    return {
        name: (records // _FERNET_SHARE if name == "fernet" else records) / one["seconds"]
        for name, one in measured.items()
    }


def _median(task: str, folder: Path, number: int, asked: int, runs: int) -> dict[str, float]:
    done = sorted(
        (_measured(task, folder, number, asked) for _ in range(runs)),
        key=lambda one: one["seconds"],
    )
    return done[len(done) // 2]


def _measured(task: str, folder: Path, number: int, asked: int) -> dict[str, float]:
    words = [task, str(folder), str(number), str(asked)]
    command = [sys.executable, "-m", "tests.benchmarks.vault_cases", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{task} failed:\n{done.stderr[-2000:]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


# -- what is imported --


def _devices(places: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    mixed = places * np.uint64(2654435761) & np.uint64(0xFFFFFFFF)
    return mixed | np.uint64(0x00DB_1234_0000_0000)


def _pairs(number: int) -> Iterator[tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]]:
    """(n, 8) Device IDs and (n, 16) codes, the same at every call."""
    for first in range(0, number, _BLOCK):
        many = min(_BLOCK, number - first)
        devices = _devices(np.arange(first, first + many, dtype=np.uint64)).astype(">u8")
        codes = np.random.default_rng(first).integers(1, 255, (many, 16), np.uint8)
        yield devices.view(np.uint8).reshape(many, 8), codes


def _asked(number: int, asked: int) -> npt.NDArray[np.uint64]:
    """Random devices of the first ``number``, each once."""
    places = np.random.default_rng(7).choice(number, min(asked, number), replace=False)
    return _devices(places.astype(np.uint64))


def _hex(content: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    digits = np.frombuffer(b"0123456789ABCDEF", np.uint8)
    return np.stack([digits[content >> 4], digits[content & 15]], axis=2).reshape(len(content), -1)


def make(folder: Path, number: int, _asked: int) -> dict[str, float]:
    """The CSV: device with hyphens, type, code with CRC."""
    from exchange.parsing.codelines import crc_of

    with (folder / "codes.csv").open("wb") as file:
        file.write(b"Device ID,Device Type,Install Code\r\n")
        for devices, codes in _pairs(number):
            many = len(devices)
            written = np.full((many, 8, 3), ord("-"), np.uint8)
            written[:, :, :2] = _hex(devices).reshape(many, 8, 2)
            lead = written.reshape(many, 24)
            lead[:, 23] = ord(",")
            crc = crc_of(codes).astype("<u2").view(np.uint8).reshape(many, 2)
            parts = [
                lead, _constant(b"ESME,", many), _hex(np.concatenate([codes, crc], axis=1)),
                _constant(b"\r\n", many),
            ]  # fmt: skip
            file.write(np.concatenate(parts, axis=1).tobytes())
    return {}


def _constant(text: bytes, many: int) -> npt.NDArray[np.uint8]:
    return np.tile(np.frombuffer(text, np.uint8), (many, 1))


# -- ours --


def _desk(folder: Path):
    from datetime import UTC, datetime

    from exchange.bootstrap import SetClock, open_desk
    from exchange.provision import OwnParty, make_folder

    if not (folder / "ours").exists():
        make_folder(folder / "ours", OwnParty("OURS", "Ours", "codes@ours.example"))
    return open_desk(folder / "ours", SetClock(datetime(2026, 11, 22, tzinfo=UTC)))


def ours_import(folder: Path, number: int, _asked: int) -> dict[str, float]:
    import shutil

    from exchange.services.codefile import Reading
    from exchange.services.codes import import_codes
    from exchange.services.delivered import CodeSource

    shutil.rmtree(folder / "ours", ignore_errors=True)
    desk = _desk(folder)
    spent = _Spent()
    source = CodeSource.at(folder / "codes.csv")
    done = import_codes(desk, source, Reading(source="bench"), "bench")
    result = spent.told()
    assert done.added == number
    with desk.store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    desk.store.dispose()
    return {**result, "bytes": (folder / "ours" / "exchange.db").stat().st_size / number}


def ours_find(folder: Path, number: int, asked: int) -> dict[str, float]:
    desk = _desk(folder)
    desk.vault.stats()
    devices = _asked(number, asked)
    spent = _Spent()
    found = desk.vault.find_columns(devices)
    return {**spent.told(), "found": int(found.held.sum()), "asked": len(devices)}


def ours_one(folder: Path, number: int, asked: int) -> dict[str, float]:
    desk = _desk(folder)
    names = [DeviceId(int(one).to_bytes(8, "big")) for one in _asked(number, asked)]
    return _one_by_one(names, lambda name: desk.vault.find(name) is not None)


# -- SQLCipher --


def _cipher(folder: Path, cache_mb: int = 200):
    import sqlcipher3

    connection = sqlcipher3.connect(str(folder / "cipher.db"), isolation_level=None)
    # The key itself, so that no passphrase is stretched.
    connection.execute(f"PRAGMA key = \"x'{_KEY.hex()}'\"")
    connection.execute(f"PRAGMA cache_size = -{cache_mb * 1000}")
    return connection


def sqlcipher_import(folder: Path, number: int, _asked: int) -> dict[str, float]:
    path = folder / "cipher.db"
    path.unlink(missing_ok=True)
    connection = _cipher(folder, cache_mb=1_000)  # holds the whole tree: inserts are at random
    connection.execute("CREATE TABLE code (device INTEGER PRIMARY KEY, code BLOB NOT NULL)")
    seconds = cpu = 0.0
    connection.execute("BEGIN")
    for devices, codes in _pairs(number):
        numbers = np.ascontiguousarray(devices).view(">i8").ravel().tolist()
        rows = list(zip(numbers, [code.tobytes() for code in codes], strict=True))
        spent = _Spent()
        connection.executemany("INSERT INTO code VALUES (?, ?)", rows)
        told = spent.told()
        seconds, cpu = seconds + told["seconds"], cpu + told["cpu"]
    spent = _Spent()
    connection.execute("COMMIT")
    told = spent.told()
    return {
        "seconds": seconds + told["seconds"], "cpu": cpu + told["cpu"], "peak_mb": peak_mb(),
        "bytes": path.stat().st_size / number,
    }  # fmt: skip


def sqlcipher_find(folder: Path, number: int, asked: int) -> dict[str, float]:
    """The best of three: one by one in order, IN lists, a join with a temporary table."""
    numbers = sorted(_asked(number, asked).tolist())

    def one_by_one(connection) -> int:
        find = connection.cursor().execute
        sql = "SELECT code FROM code WHERE device = ?"
        return sum(find(sql, (device,)).fetchone() is not None for device in numbers)

    def lists(connection) -> int:
        found = 0
        for first in range(0, len(numbers), _AT_ONCE):
            some = numbers[first : first + _AT_ONCE]
            marks = ",".join("?" * len(some))
            sql = f"SELECT device, code FROM code WHERE device IN ({marks})"
            found += len(connection.execute(sql, some).fetchall())
        return found

    def joined(connection) -> int:
        connection.execute("CREATE TEMP TABLE asked (device INTEGER PRIMARY KEY)")
        connection.executemany("INSERT INTO asked VALUES (?)", ((one,) for one in numbers))
        sql = "SELECT device, code FROM asked JOIN code USING (device)"
        return len(connection.execute(sql).fetchall())

    best: dict[str, float] = {}
    for way in (one_by_one, lists, joined):
        connection = _cipher(folder)  # with nothing in its cache, as ours
        spent = _Spent()
        found = way(connection)
        told = {**spent.told(), "found": found, "asked": len(numbers)}
        if not best or told["seconds"] < best["seconds"]:
            best = told
    return best


def sqlcipher_one(folder: Path, number: int, asked: int) -> dict[str, float]:
    connection = _cipher(folder)
    names = _asked(number, asked).tolist()
    sql = "SELECT code FROM code WHERE device = ?"
    return _one_by_one(names, lambda one: connection.execute(sql, (one,)).fetchone() is not None)


# -- one Fernet token a row --


def _rows(folder: Path):
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
    path, many = folder / "fernet.db", number // _FERNET_SHARE
    path.unlink(missing_ok=True)
    engine, metadata, table, fernet = _rows(folder)
    metadata.create_all(engine)
    spent = _Spent()
    with engine.begin() as connection:
        for devices, codes in _pairs(many):
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
    devices = _asked(number // _FERNET_SHARE, asked).astype(">u8").view(np.uint8).reshape(-1, 8)
    names = [device.tobytes().hex("-").upper() for device in devices]
    spent, found = _Spent(), 0
    with engine.connect() as connection:
        for first in range(0, len(names), _AT_ONCE):
            wanted = select(table).where(table.c.device.in_(names[first : first + _AT_ONCE]))
            for _, token in connection.execute(wanted):
                found += len(fernet.decrypt(token)) == 16
    return {**spent.told(), "found": found, "asked": len(names)}


def fernet_one(folder: Path, number: int, asked: int) -> dict[str, float]:
    from sqlalchemy import select

    engine, _, table, fernet = _rows(folder)
    devices = _asked(number // _FERNET_SHARE, asked).astype(">u8").view(np.uint8).reshape(-1, 8)
    names = [device.tobytes().hex("-").upper() for device in devices]
    with engine.connect() as connection:

        def find(name: str) -> bool:
            token = connection.scalar(select(table.c.token).where(table.c.device == name))
            return len(fernet.decrypt(token)) == 16

        return _one_by_one(names, find)


# -- measuring --


class _Spent:
    """Seconds since it was made, on the wall and of the processor."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def told(self) -> dict[str, float]:
        return {
            "seconds": time.perf_counter() - self._wall,
            "cpu": time.process_time() - self._cpu,
            "peak_mb": peak_mb(),
        }


def _one_by_one(names: list, find: Callable[[object], bool]) -> dict[str, float]:
    random.Random(3).shuffle(names)
    for name in names[:50]:
        find(name)
    times: list[float] = []
    spent_cpu: list[int] = []
    spent = _Spent()
    for name in names:
        begun, begun_cpu = time.perf_counter(), time.process_time_ns()
        found = find(name)
        spent_cpu.append(time.process_time_ns() - begun_cpu)
        times.append(time.perf_counter() - begun)
        assert found
    times.sort()
    spent_cpu.sort()
    at = int(len(times) * 0.95)
    return {
        **spent.told(), "p95": times[at] * 1e6, "median": median(times) * 1e6,
        "cpu_p95": spent_cpu[at] / 1e3,
    }  # fmt: skip


_TASKS: Final[dict[str, Task]] = {
    "make": make,
    "ours-import": ours_import,
    "ours-find": ours_find,
    "ours-one": ours_one,
    "sqlcipher-import": sqlcipher_import,
    "sqlcipher-find": sqlcipher_find,
    "sqlcipher-one": sqlcipher_one,
    "fernet-import": fernet_import,
    "fernet-find": fernet_find,
    "fernet-one": fernet_one,
}

if __name__ == "__main__":
    told = _TASKS[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
    sys.stdout.write(json.dumps(told) + "\n")
