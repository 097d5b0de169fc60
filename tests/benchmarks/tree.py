"""The most memory that a process and all it starts hold together.

Looked at from a process of its own, ``python -m tests.benchmarks.tree PID``: a thread beside the
work would wait for the work just when that holds most.  Pages that two processes share count
twice, so what is told is never too little.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tests.benchmarks.peak import peak_mb

_STEP: Final = 0.02  # seconds
_PAGE_MB: Final = os.sysconf("SC_PAGE_SIZE") / 1024 / 1024


class TreePeak:
    """Watches a process and its children while the block runs; then ``mb`` is the peak.

    ``process`` is a number, or 0 for this one.  Where the system does not tell of other processes
    (it has no /proc), ``mb`` is what this process held.
    """

    def __init__(self, process: int = 0) -> None:
        self.mb = 0.0
        self._process = process or os.getpid()
        self._watch: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        if Path("/proc/self/statm").exists():
            command = [sys.executable, "-m", "tests.benchmarks.tree", str(self._process)]
            self._watch = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            assert self._watch.stdout is not None
            self._watch.stdout.readline()  # it looks from here on
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._watch is None:
            self.mb = peak_mb()
            return
        said, _ = self._watch.communicate()
        self.mb = float(said)


def _read(path: str) -> bytes:
    """A small file of /proc; pathlib would take most of the time of a look, from what is measured.

    Raises OSError when the process has ended meanwhile.
    """
    number = os.open(path, os.O_RDONLY)
    try:
        return os.read(number, 1 << 16)
    finally:
        os.close(number)


def _children(process: int) -> list[int]:
    found: list[int] = []
    tasks = f"/proc/{process}/task"
    try:
        numbers = os.listdir(tasks)  # noqa: PTH208 - see _read
    except OSError:  # it ended meanwhile, as a thread may
        return found
    for number in numbers:
        try:
            found += map(int, _read(f"{tasks}/{number}/children").split())
        except OSError:
            continue
    return found


def _held_mb(process: int) -> float:
    """Of the process and its descendants, this one left out."""
    if process == os.getpid():
        return 0.0
    try:
        pages = int(_read(f"/proc/{process}/statm").split()[1])
    except OSError:
        return 0.0
    return pages * _PAGE_MB + sum(map(_held_mb, _children(process)))


def _main(process: int) -> None:
    over = threading.Event()

    def wait() -> None:
        sys.stdin.read()
        over.set()

    threading.Thread(target=wait, daemon=True).start()
    sys.stdout.write("\n")
    sys.stdout.flush()
    most = 0.0
    while not over.wait(_STEP):
        most = max(most, _held_mb(process), peak_mb(process))
    sys.stdout.write(f"{most}\n")


if __name__ == "__main__":
    _main(int(sys.argv[1]))
