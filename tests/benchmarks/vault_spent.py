"""Times what a vault's case does: on the wall, of the processor, and one call at a time."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from statistics import median
from typing import TypeVar

from tests.benchmarks import engine
from tests.benchmarks.peak import peak_mb

T = TypeVar("T")


class Spent:
    """Seconds since it was made, on the wall and of the processor."""

    def __init__(self) -> None:
        self._server = engine.server_cpu()
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def told(self) -> dict[str, float]:
        wall, cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu
        return {
            "seconds": wall,
            "cpu": cpu,
            "server_cpu": engine.server_cpu() - self._server,
            "peak_mb": peak_mb(),
        }


def each_timed(names: list[T], find: Callable[[T], bool]) -> dict[str, float]:
    random.Random(3).shuffle(names)
    for name in names[:50]:
        find(name)
    times: list[float] = []
    spent_cpu: list[int] = []
    spent = Spent()
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
