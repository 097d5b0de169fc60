"""``python -m tests.benchmarks``: every case against its comparators in the same run.

Prints the table and writes benchmarks.json, after every case anew, so that a run that is ended
early has told what it knew.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from tests.benchmarks import answering, context_cases, engine, mailbox, vault_cases
from tests.benchmarks.cases import CASES, Case
from tests.benchmarks.measured import Measured, build, measure

_SHARES: Final = {"full": 1, "small": 20}


def _machine() -> dict[str, object]:
    model = platform.processor() or platform.machine()
    cpus = Path("/proc/cpuinfo")
    if cpus.exists():
        for line in cpus.read_text().splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
    }


# -- understanding lists and mails --


def _readings(given: argparse.Namespace) -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        for index, case in enumerate(CASES):
            if given.only.lower() not in case.name.lower():
                continue
            number = given.number or case.number // _SHARES[given.size]
            path = Path(folder) / f"case-{index}"
            build(index, number, path)
            ours = measure(index, "ours", path, given.runs)
            others = {name: measure(index, name, path, given.runs) for name in case.others}
            path.unlink()
            for name, other in others.items():
                if other.found != ours.found:
                    raise SystemExit(
                        f"{case.name}: {ours.found} devices found, and {other.found} by {name}"
                    )
            full = given.size == "full" and not given.number
            yield _outcome(case, number, ours, others, full=full)


def _outcome(
    case: Case, number: int, ours: Measured, others: dict[str, Measured], *, full: bool
) -> dict[str, Any]:
    """One case as benchmarks.json has it; goals are for the full size alone."""
    rate = case.unit != "s"
    own = number / ours.seconds if rate else ours.seconds
    values = {name: number / one.seconds if rate else one.seconds for name, one in others.items()}
    ratios = {name: one.seconds / ours.seconds for name, one in others.items()}
    first = next(iter(others.values()))
    ratio = first.seconds / ours.seconds
    reached = own >= case.goal if rate else own < case.goal
    met = reached and ratio >= case.ratio and ours.peak_mb < case.peak_mb
    return {
        "name": case.name,
        "unit": case.unit,
        "number": number,
        "ours": round(own, 3),
        "cpu_s": round(ours.cpu_seconds, 3),
        "peak_mb": round(ours.peak_mb),
        "comparators": {name: round(value, 3) for name, value in values.items()},
        "ratio": round(ratio, 2),
        "ratios": {name: round(value, 2) for name, value in ratios.items()},
        "cpu_ratio": round(first.cpu_seconds / ours.cpu_seconds, 2),
        "goal": case.goal,
        "goal_ratio": case.ratio,
        "met": met if full else None,
        "runs": ours.runs,
        "comparator_runs": min(one.runs for one in others.values()),
    }


# -- all of them --


def _outcomes(given: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Every case asked for, in the order of the table."""
    asked = (_SHARES[given.size], given.number, given.runs, given.only)
    yield from vault_cases.outcomes(*asked)
    yield from _readings(given)
    yield from answering.outcomes(*asked)
    if not mailbox.missing():
        yield from mailbox.outcomes(*asked)
    yield from context_cases.outcomes(*asked)


def _skipped(only: str) -> list[dict[str, str]]:
    """What cannot be measured on this machine, and why."""
    if only.lower() not in mailbox.NAME.lower():
        return []
    found = []
    if mailbox.missing():
        found.append({"name": mailbox.NAME, "why": mailbox.missing()})
    elif not mailbox.has_comparator():
        why = "django-helpdesk is not installed: `make bench` does so"
        found.append({"name": f"{mailbox.NAME}: {mailbox.USUAL}", "why": why})
    return found


def _figure(value: float, unit: str) -> str:
    written = f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"
    return f"{written} {unit}"


def _shown(outcomes: list[dict[str, Any]]) -> Table:
    table = Table("case", "number", "ours", "the usual way", "ratio", "peak MB", "goal", "met")
    for one in outcomes:
        unit, others = one["unit"], one["comparators"]
        ratios = one.get("ratios") or dict.fromkeys(others, one["ratio"])
        met = {True: "yes", False: "no", None: "-"}[one["met"]]
        table.add_row(
            one["name"],
            f"{one['number']:,}",
            _figure(one["ours"], unit),
            "\n".join(f"{_figure(value, unit)}  {name}" for name, value in others.items()),
            "\n".join(f"{ratios[name]:g}" for name in others),
            f"{one['peak_mb']:,}",
            _figure(one["goal"], unit),
            met,
        )
    return table


def _arguments(argv: list[str]) -> argparse.Namespace:
    asked = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    asked.add_argument("--size", choices=sorted(_SHARES), default="small")
    asked.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    asked.add_argument("--number", type=int, help="things a case, in place of the size's own")
    asked.add_argument("--runs", type=int, default=5, help="the median of so many is told")
    asked.add_argument("--only", default="", help="cases whose name holds this")
    asked.add_argument("--out", type=Path, default=Path("benchmarks.json"))
    return asked.parse_args(argv)


def main(argv: list[str]) -> int:
    """Run the cases, print the table, write benchmarks.json; 1 when two ways disagree."""
    given = _arguments(argv)
    console = Console(width=170)
    outcomes: list[dict[str, Any]] = []
    skipped = _skipped(given.only)
    written = {
        "machine": _machine(),
        "size": given.size,
        "store": given.store,
        "cases": outcomes,
        "skipped": skipped,
    }
    since = time.monotonic()
    with engine.server(given.store):
        for one in _outcomes(given):
            outcomes.append(one)
            given.out.write_text(json.dumps(written, indent=1) + "\n")
            own = _figure(one["ours"], one["unit"])
            sys.stderr.write(f"{time.monotonic() - since:6.0f} s  {one['name']}: {own}\n")
    given.out.write_text(json.dumps(written, indent=1) + "\n")
    console.print(_shown(outcomes))
    for one in outcomes:
        if "stages" in one:
            told = ", ".join(f"{stage} {seconds:g} s" for stage, seconds in one["stages"].items())
            console.print(f"{one['name']}: {told}")
    for no in skipped:
        console.print(f"skipped: {no['name']}: {no['why']}")
    if given.size != "full" or given.number:
        console.print("The goals are for --size full: at other sizes nothing is met or missed.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
