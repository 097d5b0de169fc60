"""Signals that come while the program is still being loaded, or when nothing is under way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from exchange.processes import package_root
from tests.waiting import PATIENCE

WAIT = """\
import sys
import exchange.__main__ as entry

def loading():
    print("loading", flush=True)
    sys.stdin.readline()
    sys.exit(7)

entry.app = loading
entry.main()
"""


@pytest.mark.parametrize(("word", "code"), [("run", 7), ("doctor", -signal.SIGHUP)])
def test_a_reload_during_the_start_does_not_end_the_daemon(
    tmp_path: Path, word: str, code: int
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WAIT, word, "--folder", str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGHUP)
        process.stdin.close()
        assert process.wait(PATIENCE) == code


def test_the_end_does_not_wait_for_a_look_through_the_memory() -> None:
    """A heap as large as the daemon's would cost a second or more of the five."""
    script = (
        "import gc, exchange.__main__ as entry\n"
        "kept = [[[]] for _ in range(100_000)]\n"
        "entry.app = lambda: None\n"
        "entry.main()\n"
        "assert gc.get_freeze_count() > 100_000, gc.get_freeze_count()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_signals_that_mean_nothing_end_nothing() -> None:
    """Each kind that a tool may send, to a process as the daemon's helpers are."""
    script = (
        "import os\n"
        "from exchange.processes import STRAY, ignore_signals\n"
        "ignore_signals()\n"
        "for number in STRAY: os.kill(os.getpid(), number)\n"
        "print(len(STRAY))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 8


def test_a_command_typed_in_a_folder_that_was_deleted(tmp_path: Path) -> None:
    script = (
        "import os, sys\n"
        f"os.mkdir({str(tmp_path / 'gone')!r}); os.chdir({str(tmp_path / 'gone')!r})\n"
        f"os.rmdir({str(tmp_path / 'gone')!r})\n"
        "import exchange.__main__ as entry\n"
        f"sys.argv = ['exchange', 'inbox', 'list', '--folder', {str(tmp_path / 'none')!r}]\n"
        "entry.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": package_root()},
    )
    assert done.returncode == 1
    assert done.stderr.startswith("exchange: ")
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
