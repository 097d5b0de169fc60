"""``python -m tests.benchmarks``: every case against its comparator in the same run."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks import desk_cases, vault_cases
from tests.benchmarks.cases import CASES, Case
from tests.benchmarks.measured import Measured, build, measure

_SHARES = {"full": 1, "small": 20}


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


def _outcome(case: Case, number: int, ours: Measured, other: Measured, *, full: bool) -> dict:
    """One case as benchmarks.json has it; goals are for the full size alone."""
    rate = case.unit != "s"
    own = number / ours.seconds if rate else ours.seconds
    usual = number / other.seconds if rate else other.seconds
    ratio = other.seconds / ours.seconds
    reached = own >= case.goal if rate else own < case.goal
    met = reached and ratio >= case.ratio and ours.peak_mb < case.peak_mb
    return {
        "name": case.name,
        "unit": case.unit,
        "number": number,
        "ours": round(own, 3),
        "cpu_s": round(ours.cpu_seconds, 3),
        "peak_mb": round(ours.peak_mb),
        "comparators": {case.other_name: round(usual, 3)},
        "ratio": round(ratio, 2),
        "cpu_ratio": round(other.cpu_seconds / ours.cpu_seconds, 2),
        "goal": case.goal,
        "met": met if full else None,
    }


def _shown(outcomes: list[dict]) -> Table:
    table = Table(
        "case", "number", "ours", "CPU", "the usual way", "ratio", "peak MB", "goal", "met"
    )
    for one in outcomes:
        name, value = next(iter(one["comparators"].items()), ("none", 0.0))
        met = {True: "yes", False: "no", None: "-"}[one["met"]]
        table.add_row(
            one["name"], f"{one['number']:,}", f"{one['ours']:g} {one['unit']}",
            f"{one['cpu_s']:g} s", f"{value:g} {one['unit']} ({name})", f"{one['ratio']:g}",
            str(one["peak_mb"]), f"{one['goal']:g} {one['unit']}", met,
        )  # fmt: skip
    return table


def main(argv: list[str]) -> int:
    """Run the cases, print the table, write benchmarks.json; 1 when two ways disagree."""
    asked = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    asked.add_argument("--size", choices=sorted(_SHARES), default="full")
    asked.add_argument("--number", type=int, help="things a case, in place of the size's own")
    asked.add_argument("--runs", type=int, default=3, help="the median of so many is told")
    asked.add_argument("--only", default="", help="cases whose name holds this")
    asked.add_argument("--out", type=Path, default=Path("benchmarks.json"))
    given = asked.parse_args(argv)
    outcomes: list[dict] = []
    with tempfile.TemporaryDirectory() as folder:
        for index, case in enumerate(CASES):
            if given.only.lower() not in case.name.lower():
                continue
            number = given.number or case.number // _SHARES[given.size]
            path = Path(folder) / f"case-{index}"
            build(index, number, path)
            ours = measure(index, "ours", path, given.runs)
            other = measure(index, "other", path, given.runs)
            if ours.found != other.found:
                sys.stderr.write(f"{case.name}: {ours.found} and {other.found} devices found\n")
                return 1
            full = given.size == "full" and not given.number
            outcomes.append(_outcome(case, number, ours, other, full=full))
    outcomes += desk_cases.outcomes(_SHARES[given.size], given.number, given.runs, given.only)
    outcomes += vault_cases.outcomes(_SHARES[given.size], given.number, given.runs, given.only)
    written = {"machine": _machine(), "size": given.size, "cases": outcomes}
    given.out.write_text(json.dumps(written, indent=1) + "\n")
    console = Console(width=150)
    console.print(_shown(outcomes))
    for one in outcomes:
        if "stages" in one:
            told = ", ".join(f"{stage} {seconds:g} s" for stage, seconds in one["stages"].items())
            console.print(f"{one['name']}: {told}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
