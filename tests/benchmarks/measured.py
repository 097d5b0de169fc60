"""One side of one case, in a process of its own, so that its peak of memory is its own."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.benchmarks.cases import CASES


class Measured(NamedTuple):
    """Median seconds and processor seconds, peak memory in MB, and how many were found."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    found: int


def measure(case: int, side: str, path: Path, runs: int) -> Measured:
    """Run ``side`` ("ours" or "other") of the case over the file, ``runs`` times."""
    command = [sys.executable, "-m", "tests.benchmarks.measured", str(case), side, str(path)]
    done = subprocess.run([*command, str(runs)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{CASES[case].name} ({side}) failed:\n{done.stderr[-2000:]}")
    return Measured(*json.loads(done.stdout))


def build(case: int, number: int, path: Path) -> None:
    """Write the case's file, also in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.measured", str(case), "build", str(path)]
    subprocess.run([*command, str(number)], check=True)


def _peak_mb() -> float:
    status = Path("/proc/self/status")
    if status.exists():
        # Linux keeps ru_maxrss over exec, so that it tells of the parent as well; this does not.
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _main(case: int, side: str, path: Path, number: int) -> None:
    chosen = CASES[case]
    if side == "build":
        path.write_bytes(chosen.build(number))
        return
    run = chosen.ours if side == "ours" else chosen.other
    raw = path.read_bytes()
    times: list[float] = []
    busy: list[float] = []
    found = 0
    for _ in range(number):
        started, worked = time.perf_counter(), time.process_time()
        found = run(raw)
        times.append(time.perf_counter() - started)
        busy.append(time.process_time() - worked)
    sys.stdout.write(json.dumps([median(times), median(busy), _peak_mb(), found]))


if __name__ == "__main__":
    _main(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
