"""Runs steps of an agent, or a few lines of Python, each in a process that may kill itself.

The processes are forks of one that has everything loaded: a new interpreter for each would spend
most of its time on importing.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from exchange.sandbox.agent import KILL_AFTER


class Forks:
    """The far process, which has the program loaded and starts the others."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.scenarios.forks"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            cwd=Path(__file__).parents[2],
        )  # fmt: skip

    def step(self, folder: Path, step: dict[str, str], kill_after: str = "") -> int:
        """Do one step of the agent in a folder; return its exit code, or minus the signal."""
        return self._ask({"folder": str(folder), "step": step, "kill_after": kill_after})

    def run(self, program: str, *words: str) -> int:
        """Run Python as ``python -c`` does; return its exit code, or minus the signal."""
        return self._ask({"program": program, "words": list(words)})

    def _ask(self, wanted: dict[str, object]) -> int:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(wanted) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """End it."""
        self._process.communicate()


@contextmanager
def forks() -> Iterator[Forks]:
    """The far process while the block runs."""
    made = Forks()
    try:
        yield made
    finally:
        made.close()


def _child(wanted: dict[str, object]) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)  # the questions are for the process that forked us
    os.dup2(null, 1)
    if "program" in wanted:
        assert isinstance(wanted["words"], list)
        sys.argv = ["-c", *wanted["words"]]
        exec(str(wanted["program"]), {"__name__": "__main__"})
        return
    from exchange.sandbox import agent

    os.environ[KILL_AFTER] = str(wanted["kill_after"])
    sys.argv = ["agent", str(wanted["folder"])]
    sys.stdin = io.StringIO(json.dumps(wanted["step"]) + "\n")
    agent.main()


def _serve() -> None:
    from exchange.later import load_all

    load_all()
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            code = 99
            try:
                _child(json.loads(line))
                code = 0
            except SystemExit as ended:
                code = ended.code if isinstance(ended.code, int) else 1
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(code)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve()
