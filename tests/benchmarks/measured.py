"""One side of one case, in a process of its own, so that its peak of memory is its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

from tests.benchmarks.cases import CASES
from tests.benchmarks.peak import peak_mb

_ENOUGH: Final = 90.0  # seconds of one side; then its median is of fewer runs


class Measured(NamedTuple):
    """Median seconds and processor seconds, peak memory in MB, how many were found, and runs."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    found: int
    runs: int


def measure(case: int, side: str, path: Path, runs: int) -> Measured:
    """Run ``side`` ("ours" or the name of a comparator) of the case over the file, ``runs`` times.

    What takes minutes is run less often: no further run begins after a minute and a half.
    """
    command = [sys.executable, "-m", "tests.benchmarks.measured", str(case), side, str(path)]
    done = subprocess.run([*command, str(runs)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{CASES[case].name} ({side}) failed:\n{done.stderr[-2000:]}")
    return Measured(*json.loads(done.stdout))


def build(case: int, number: int, path: Path) -> None:
    """Write the case's file, also in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.measured", str(case), "build", str(path)]
    subprocess.run([*command, str(number)], check=True)


def _main(case: int, side: str, path: Path, number: int) -> None:
    chosen = CASES[case]
    if side == "build":
        path.write_bytes(chosen.build(number))
        return
    run = chosen.ours if side == "ours" else chosen.others[side]
    raw = path.read_bytes()
    times: list[float] = []
    busy: list[float] = []
    found = 0
    while len(times) < number and sum(times) < _ENOUGH:
        started, worked = time.perf_counter(), time.process_time()
        found = run(raw)
        times.append(time.perf_counter() - started)
        busy.append(time.process_time() - worked)
    sys.stdout.write(json.dumps([median(times), median(busy), peak_mb(), found, len(times)]))


if __name__ == "__main__":
    _main(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
