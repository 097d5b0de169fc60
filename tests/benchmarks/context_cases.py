"""Cases that need a whole working folder: due work, the monthly report, bulk asking.

Each runs in a process of its own, ``python -m tests.benchmarks.context_cases NAME NUMBER RUNS``,
and prints what it found as JSON: wall and processor seconds, peak memory, comparators, stages.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any, Final

import structlog
from sqlalchemy import text

from exchange.domain.outbound import CaseState
from exchange.services.asking import chase
from exchange.services.context import Context
from exchange.services.people import monthly
from tests.benchmarks import engine
from tests.benchmarks.asking import story
from tests.benchmarks.ledger import NOW, Ledger, make_context
from tests.benchmarks.peak import peak_mb
from tests.benchmarks.usual_chase import chase_the_usual_way

_DUE: Final = date(2026, 11, 24)  # five Working Days after 17 November: the first reminder
_SIZE: Final = 33  # devices a request
_CLOSED: Final = 10  # closed legs for each open one


@dataclass(frozen=True)
class ContextCase:
    """One line of the table; ``goal`` in seconds, ``ratio`` against the comparator or 0."""

    name: str
    number: int
    goal: float
    ratio: float
    peak_mb: int
    run: Callable[[int, int], dict[str, Any]]


@contextmanager
def _folder() -> Iterator[Context]:
    with tempfile.TemporaryDirectory() as folder, engine.database("ctx") as url:
        ctx = make_context(Path(folder) / "ctx", NOW, url)
        try:
            yield ctx
        finally:
            ctx.store.dispose()


def _timed(work: Callable[[], object], runs: int, before: Callable[[], object]) -> dict[str, Any]:
    wall, cpu, server = [], [], []
    for _ in range(runs):
        before()
        server_used = engine.server_cpu()
        started, used = time.perf_counter(), time.process_time()
        work()
        wall.append(time.perf_counter() - started)
        cpu.append(time.process_time() - used)
        server.append(engine.server_cpu() - server_used)
    return {"wall": median(wall), "cpu": median(cpu), "server_cpu": median(server)}


def _chased_again(ctx: Context) -> None:
    """Everything as it was before the tick."""
    with ctx.store.engine.begin() as connection:
        for statement in (
            "DELETE FROM leg_rung",
            "DELETE FROM outbox WHERE purpose = 'reminder'",
            f"UPDATE leg SET next_due = '{_DUE}' WHERE accepted_on = '2026-11-17'"
            " AND next_due IS NOT NULL",
        ):
            connection.execute(text(statement))


def _tick(ctx: Context, due: int, runs: int) -> dict[str, Any]:
    letters: Counter[str] = Counter()

    def once() -> None:
        letters.clear()
        letters.update(chase.chase(ctx))

    taken = _timed(once, runs, lambda: _chased_again(ctx))
    assert letters["reminder"] == -(-due // _SIZE), letters
    with ctx.store.engine.connect() as connection:
        rungs = connection.execute(text("SELECT count(*) FROM leg_rung")).scalar_one()
    assert rungs == due, rungs
    return taken


def _open_legs(ledger: Ledger, number: int) -> int:
    due = number // 100
    ledger.asked(number - due, _SIZE, "2026-11-20T10:00", date(2026, 11, 27))
    ledger.asked(due, _SIZE, "2026-11-17T10:00", _DUE)
    ledger.settled()
    return due


def _chase(number: int, runs: int) -> dict[str, Any]:
    with _folder() as ctx:
        due = _open_legs(Ledger(ctx), number)
        ours = _tick(ctx, due, runs) | {"peak_mb": peak_mb()}
        _chased_again(ctx)
        started = time.perf_counter()
        letters = chase_the_usual_way(ctx, _DUE)
        usual = time.perf_counter() - started
        assert letters == -(-due // _SIZE), letters
    return ours | {"comparators": {"every open leg an object, a commit a letter": usual}}


def _chase_beside(number: int, runs: int) -> dict[str, Any]:
    """The tick with closed legs beside, against the same tick before they were put in."""
    with _folder() as ctx:
        ledger = Ledger(ctx)
        due = _open_legs(ledger, number)
        without = _tick(ctx, due, runs)
        _chased_again(ctx)
        ledger.asked(number * _CLOSED, _SIZE, "2026-06-01T10:00", None, "2026-06-04T10:00")
        ledger.settled()
        ours = _tick(ctx, due, runs) | {"peak_mb": peak_mb()}
    return ours | {
        "comparators": {"without the closed legs": without["wall"]},
        "comparator_cpu": without["cpu"],
        "comparator_runs": runs,
    }


def _report(number: int, runs: int) -> dict[str, Any]:
    half = number // 2
    with _folder() as ctx:
        ledger = Ledger(ctx)
        ledger.asked_of_us(half, 500, "2026-10-05T10:00", "2026-10-14T10:00")
        ledger.asked(half, 500, "2026-10-05T10:00", None, "2026-10-14T10:00")
        ledger.settled()
        ours = _timed(lambda: monthly.build(ctx, "2026-10"), runs, lambda: None)
        ours["peak_mb"] = peak_mb()
        report = monthly.build(ctx, "2026-10")
        assert report.inbound.answered_in_time == report.outbound.answered_in_time == half
        started = time.perf_counter()
        assert _counted_in_python(ctx) == number
        usual = time.perf_counter() - started
    return ours | {"comparators": {"every row read and counted in Python": usual}}


def _counted_in_python(ctx: Context) -> int:
    counted: Counter[tuple[object, ...]] = Counter()
    queries = (
        "SELECT r.party, d.state, o.state, o.accepted_at < r.due_at FROM inbound_device d"
        " JOIN inbound_request r ON r.id = d.request_id LEFT JOIN outbox o ON o.id = d.outbox_id",
        "SELECT r.party, l.state, l.level, l.answered_at < r.due_at FROM leg l"
        " JOIN outbound_request r ON r.id = l.request_id",
    )
    with ctx.store.engine.connect() as connection:
        for query in queries:
            counted.update(map(tuple, connection.execute(text(query))))
    return counted.total()


def _asking(number: int, _runs: int) -> dict[str, Any]:
    with _folder() as ctx:
        stages = story(ctx, number)
        assert stages.found["closed"] == number, stages.found
        with ctx.store.reading() as tx:
            assert tx.outbound.case_counts() == {CaseState.CLOSED: number}
    return {
        "wall": sum(stages.wall.values()),
        "cpu": sum(stages.cpu.values()),
        "peak_mb": peak_mb(),
        "comparators": {},
        "runs": 1,
        "comparator_runs": 0,
        "stages": {name: round(seconds, 2) for name, seconds in stages.wall.items()},
        "stages_cpu": {name: round(seconds, 2) for name, seconds in stages.cpu.items()},
    }


CASES: Final = {
    "chase": ContextCase("chase tick, 100,000 open legs, 1 % due", 100_000, 1.0, 0.0, 400, _chase),
    "chase-beside": ContextCase(
        "the same with 1,000,000 closed legs beside", 100_000, 1.0, 1 / 1.2, 400, _chase_beside
    ),
    "report": ContextCase(
        "monthly report over 2,000,000 items, from rows", 2_000_000, 2.0, 0.0, 400, _report
    ),
    "asking": ContextCase(
        "100,000 gained devices asked of 30 Suppliers, answered, closed", 100_000, 120.0, 0.0,
        600, _asking,
    ),
}  # fmt: skip


def outcomes(share: int, number: int | None, runs: int, only: str) -> Iterator[dict[str, Any]]:
    """Every case whose name holds ``only``, as benchmarks.json has it; goals at full size alone."""
    for key, case in CASES.items():
        if only.lower() not in case.name.lower():
            continue
        size = number or case.number // share
        command = [
            sys.executable,
            "-m",
            "tests.benchmarks.context_cases",
            key,
            str(size),
            str(runs),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{case.name} failed:\n{done.stderr[-2000:]}")
        full = share == 1 and number is None
        yield _outcome(case, size, json.loads(done.stdout), runs, full=full)


def _outcome(
    case: ContextCase, number: int, told: dict[str, Any], runs: int, *, full: bool
) -> dict[str, Any]:
    wall, usual = told.pop("wall"), told.pop("comparators")
    ratio = min(usual.values()) / wall if usual else 0.0
    met = wall < case.goal and ratio >= case.ratio and told["peak_mb"] < case.peak_mb
    return {
        "name": case.name,
        "unit": "s",
        "number": number,
        "ours": round(wall, 3),
        "comparators": {name: round(seconds, 3) for name, seconds in usual.items()},
        "ratio": round(ratio, 2),
        "goal": case.goal,
        "goal_ratio": round(case.ratio, 2),
        "met": met if full else None,
        "cpu_s": round(told.pop("cpu"), 3),
        "peak_mb": round(told.pop("peak_mb")),
        "runs": runs,
        "comparator_runs": 1,
        **told,
    }


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    sys.stdout.write(json.dumps(CASES[sys.argv[1]].run(int(sys.argv[2]), int(sys.argv[3]))))
