"""The vault at size, against SQLCipher and against one Fernet token a row over SQLAlchemy.

Each measurement is a process of its own.  ``import`` is our whole way, from CSV to committed
buckets with every check; SQLCipher is given rows that are parsed already and only inserts them.
Fernet rows are too slow to make ten million of: a tenth is made, which flatters them.

The sides take turns, so that a busy spell meets all of them.  What takes a comparator longer than
twenty seconds is measured once (``comparator_runs``).
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from exchange.domain.device import DeviceId
from tests.benchmarks import engine
from tests.benchmarks import vault_others as others
from tests.benchmarks.vault_others import FERNET, FERNET_SHARE, SQLCIPHER
from tests.benchmarks.vault_rows import asked_of, write_csv
from tests.benchmarks.vault_spent import Spent, each_timed

RECORDS: Final = 10_000_000
ASKED: Final = 500_000
_SINGLE: Final = 3_000  # look-ups of one device
_LONG: Final = 20.0  # seconds
_SIDES: Final = {"ours": "ours", "sqlcipher": SQLCIPHER, "fernet": FERNET}

Task = Callable[[Path, int, int], dict[str, float]]
Told = dict[str, float]


@dataclass(frozen=True)
class _Case:
    """A line of the table: what is measured, and what it should come to."""

    name: str
    unit: str
    task: str  # import, find, one
    goal: float
    ratios: tuple[float, float] = (0, 0)  # at least so many times SQLCipher, Fernet rows
    most_mb: float = 1_000_000
    lower: bool = False  # is better


_CASES: Final = (
    _Case("import 10 M codes from CSV", "codes/s", "import", 400_000, (1.5, 9), 1_000),
    _Case("look up 500,000 of 10 M", "devices/s", "find", 800_000, (6, 14), 1_000),
    _Case("look up one of 10 M", "us p95", "one", 100, lower=True),
    _Case("size at rest", "bytes a record", "import", 36, lower=True),
)
_BY: Final = {"us p95": "p95", "bytes a record": "bytes"}  # what is told; else a rate


def outcomes(share: int, number: int | None, runs: int, only: str) -> list[dict[str, Any]]:
    """The cases as benchmarks.json has them; goals are for the full size alone."""
    records = number or RECORDS // share
    asked = max(1, min(ASKED, records) // (1 if number else share))
    wanted = [case for case in _CASES if only.lower() in case.name.lower()]
    if not wanted:
        return []
    numbers = {"import": (records, 0), "find": (records, asked), "one": (records, _SINGLE)}
    # The others need what the import leaves behind.
    due = ["import", *(case.task for case in wanted if case.task != "import")]
    with tempfile.TemporaryDirectory() as folder:
        _measured("make", Path(folder), records, 0)
        found = {task: _turns(task, Path(folder), *numbers[task], runs) for task in due}
    if "find" in found and any(
        one["found"] != one["asked"] for side in found["find"].values() for one in side
    ):
        raise SystemExit("look up: not every device was found")
    full = share == 1 and not number
    counts = {"import": records, "find": asked, "one": 1}
    return [_outcome(case, found[case.task], counts[case.task], full=full) for case in wanted]


def _turns(task: str, folder: Path, number: int, asked: int, runs: int) -> dict[str, list[Told]]:
    """Each side ``runs`` times, in turns."""
    found: dict[str, list[Told]] = {side: [] for side in _SIDES}
    for _ in range(runs):
        for side, before in found.items():
            if side == "ours" or not before or before[0]["seconds"] < _LONG:
                before.append(_measured(f"{side}-{task}", folder, number, asked))
    return found


def _outcome(
    case: _Case, found: dict[str, list[Told]], number: int, *, full: bool
) -> dict[str, Any]:
    """The medians of one case, side by side."""
    medians = {side: _median(case, told) for side, told in found.items()}
    values = {side: _value(case, one, number) for side, one in medians.items()}
    ours, own = medians["ours"], values["ours"]
    ratios = {
        name: values[side] / own if case.lower else own / values[side]
        for side, name in _SIDES.items()
        if side != "ours"
    }
    met = (
        (own <= case.goal if case.lower else own >= case.goal)
        and all(ratio >= least for ratio, least in zip(ratios.values(), case.ratios, strict=True))
        and ours["peak_mb"] < case.most_mb
    )
    extra = {}
    if case.task == "one":
        extra = {"median_us": round(ours["median"], 1), "cpu_p95_us": round(ours["cpu_p95"], 1)}
    return {
        "name": case.name,
        "unit": case.unit,
        "number": number,
        "ours": round(own, 1),
        "cpu_s": round(ours["cpu"], 3),
        "peak_mb": round(ours["peak_mb"]),
        "comparators": {_SIDES[side]: round(values[side], 1) for side in values if side != "ours"},
        "ratio": round(ratios[SQLCIPHER], 2),
        "ratios": {name: round(ratio, 2) for name, ratio in ratios.items()},
        "cpu_ratios": {
            _SIDES[side]: round(_cpu(one) / _cpu(ours), 2)
            for side, one in medians.items()
            if side != "ours"
        },
        "runs": len(found["ours"]),
        "comparator_runs": min(map(len, found.values())),
        "rows": {_SIDES[side]: round(one["rows"]) for side, one in medians.items()},
        "goal": case.goal,
        "met": met if full else None,
        **extra,
    }


def _median(case: _Case, told: list[Told]) -> Told:
    by = _BY.get(case.unit, "seconds")
    return sorted(told, key=lambda one: one[by])[len(told) // 2]


def _value(case: _Case, told: Told, number: int) -> float:
    if case.unit in _BY:
        return told[_BY[case.unit]]
    return told["done"] / told["seconds"]


def _cpu(told: Told) -> float:
    """Processor seconds for each thing done."""
    return told["cpu"] / told["done"]


def _measured(task: str, folder: Path, number: int, asked: int) -> Told:
    words = [task, str(folder), str(number), str(asked)]
    command = [sys.executable, "-m", "tests.benchmarks.vault_cases", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{task} failed:\n{done.stderr[-2000:]}")
    found: Told = json.loads(done.stdout.splitlines()[-1])
    rows = number // FERNET_SHARE if task.startswith("fernet") else number
    did = {"import": rows, "find": found.get("asked", 0), "one": asked}
    return {"rows": rows, "done": did.get(task.partition("-")[2], 0), **found}


# -- ours --


def _ctx(folder: Path) -> Any:
    from datetime import UTC, datetime

    from exchange.bootstrap import SetClock, open_context
    from exchange.provision import OwnParty, make_folder

    if not (folder / "ours").exists():
        url = engine.make("vault")
        make_folder(folder / "ours", OwnParty("OURS", "Ours", "codes@ours.example", url))
    return open_context(folder / "ours", SetClock(datetime(2026, 11, 22, tzinfo=UTC)))


def ours_import(folder: Path, number: int, _asked: int) -> dict[str, float]:
    import shutil

    from exchange.services.codes.code_file import ReadOptions
    from exchange.services.codes.codes import import_codes
    from exchange.services.codes.import_report import CodeSource

    shutil.rmtree(folder / "ours", ignore_errors=True)
    ctx = _ctx(folder)
    spent = Spent()
    source = CodeSource.at(folder / "codes.csv")
    done = import_codes(ctx, source, ReadOptions(source="bench"), "bench")
    result = spent.told()
    assert done.added == number
    if engine.on_postgresql():
        ctx.store.dispose()
        return {**result, "bytes": engine.size("vault") / number}
    with ctx.store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    ctx.store.dispose()
    return {**result, "bytes": (folder / "ours" / "exchange.db").stat().st_size / number}


def ours_find(folder: Path, number: int, asked: int) -> dict[str, float]:
    ctx = _ctx(folder)
    ctx.vault.stats()
    devices = asked_of(number, asked)
    spent = Spent()
    found = ctx.vault.find_columns(devices)
    return {**spent.told(), "found": int(found.held.sum()), "asked": len(devices)}


def ours_one(folder: Path, number: int, asked: int) -> dict[str, float]:
    ctx = _ctx(folder)
    names = [DeviceId(int(one).to_bytes(8, "big")) for one in asked_of(number, asked)]
    return each_timed(names, lambda name: ctx.vault.find(name) is not None)


_TASKS: Final[dict[str, Task]] = {
    "make": write_csv,
    "ours-import": ours_import,
    "ours-find": ours_find,
    "ours-one": ours_one,
    "sqlcipher-import": others.sqlcipher_import,
    "sqlcipher-find": others.sqlcipher_find,
    "sqlcipher-one": others.sqlcipher_one,
    "fernet-import": others.fernet_import,
    "fernet-find": others.fernet_find,
    "fernet-one": others.fernet_one,
}

if __name__ == "__main__":
    told = _TASKS[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
    sys.stdout.write(json.dumps(told) + "\n")
