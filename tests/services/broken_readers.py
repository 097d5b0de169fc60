"""Reading processes that are broken in some way, to be started in place of the real one."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

_READY: Final = r"printf '\0\0\0\0\0\0\0\1.'"
_MAIL: Final = f"{_READY}; head -c 20 >/dev/null"

# What a shell does in place of the reading process; PYTHON is the real interpreter.
SCRIPTS: Final = {
    "ends at once": "exit 3",
    "is killed at once": "kill -9 $$",
    "cannot import": "exec PYTHON -c 'import there_is_no_such_module'",
    "may use no memory": 'ulimit -v 40000; exec PYTHON "$@"',
    "may start no thread and open no file": 'ulimit -n 3; exec PYTHON "$@"',
    "prints something else": "echo 'Traceback (most recent call last):'; exec sleep 20",
    "says a short word": r"printf '\0\0\0\0\0\0\0\2?!'; exec sleep 20",
    "stays silent": "exec sleep 20",
    "ends at the first mail": f"{_MAIL}; exit 1",
    "is killed at the first mail": f"{_MAIL}; kill -9 $$",
    "answers nonsense": _MAIL + r"; printf '\0\0\0\0\0\0\0\3+{}'; sleep 20",
    "answers at random": f"{_MAIL}; head -c 9000 /dev/urandom; sleep 20",
    "has no memory for any mail": _MAIL
    + r"""
printf '\0\0\0\0\0\0\0\36-{"message":"m","memory":true}'; sleep 20""",
}


def broken(folder: Path, how: str) -> str:
    """A program that starts as an interpreter does, and is broken as ``how`` says."""
    path = folder / f"{how.replace(' ', '-')}.sh"
    path.write_text(f"#!/bin/sh\n{SCRIPTS[how].replace('PYTHON', shlex.quote(sys.executable))}\n")
    path.chmod(0o755)
    return str(path)


@contextmanager
def at_each_process(do: Callable[[int], None]) -> Iterator[None]:
    """Do something to each reading process before anybody speaks to it."""
    start = subprocess.Popen

    def started(*words: Any, **more: Any) -> subprocess.Popen[bytes]:
        process: subprocess.Popen[bytes] = start(*words, **more)
        do(process.pid)
        return process

    with patch("exchange.worker.reader.subprocess.Popen", started):
        yield
