"""A log that cannot be written costs the log, and says how much was lost."""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from exchange.config import LogSettings
from exchange.logs import LossyStream, start_log


@pytest.fixture
def pipe() -> Iterator[tuple[int, io.TextIOWrapper]]:
    reading, writing = os.pipe()
    stream = os.fdopen(writing, "w")
    yield reading, stream
    os.close(reading)
    stream.close()


def test_a_pipe_that_nobody_reads_does_not_hold_up_and_tells_what_was_lost(
    pipe: tuple[int, io.TextIOWrapper],
) -> None:
    reading, stream = pipe
    log = LossyStream(stream)
    began = time.monotonic()
    for nth in range(2000):
        log.write(f"{nth:04} {'x' * 94}\n")
    assert time.monotonic() - began < 60
    got = os.read(reading, 1 << 20)
    log.write("after\n")
    got += os.read(reading, 1 << 20)
    *lines, told, last = got.decode().splitlines()
    assert last == "after"
    whole = [line for line in lines if len(line) == 99]
    assert [int(line[:4]) for line in whole] == list(range(len(whole)))
    assert told == f"[warning  ] {2000 - len(whole)} log lines could not be written"


def test_a_full_disk_is_told_of_when_there_is_room_again(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full, (tmp_path / "log").open("w") as disk:
        log = LossyStream(full, as_json=True)
        for _ in range(3):
            assert log.write("lost\n") == 5
        log._descriptor = disk.fileno()
        log.write('{"event": "kept"}\n')
    told, kept = map(json.loads, (tmp_path / "log").read_text().splitlines())
    assert told["event"] == "3 log lines could not be written"
    assert kept["event"] == "kept"


def test_a_closed_pipe_and_no_stream_at_all_raise_nothing() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        LossyStream(pipe).write("nobody\n")
    LossyStream(None).write("nobody\n")
    stream = io.StringIO()
    LossyStream(stream).write("seen\n")
    assert stream.getvalue() == "seen\n"
    stream.close()
    LossyStream(stream).write("lost\n")


_PROGRAM = """
import logging, structlog
from exchange.config import LogSettings
from exchange.logs import start_log
start_log(LogSettings())
structlog.get_logger("x").error("one", code="83FED3407A939723A5C639B26916D505C3B5")
logging.getLogger("library").error("two 83FED3407A939723A5C639B26916D505C3B5")
import os
print(os.open("/etc/passwd", os.O_RDONLY))
"""


@pytest.mark.parametrize("where", ["2>/dev/full", "2>&-", "2>&1 >&- | true", "2>&1 >&-"])
def test_both_logs_survive_it_and_show_no_code(where: str) -> None:
    ran = subprocess.run(
        ["sh", "-c", f'"$0" -c "$1" {where}; echo $?', sys.executable, _PROGRAM],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in ran.stdout + ran.stderr
    assert "83FED" not in ran.stdout + ran.stderr
    if where == "2>&-":
        # A file that is opened later is not what a child takes for its standard error.
        assert int(ran.stdout.split()[0]) > 2
    if where != "2>&1 >&-":
        assert ran.stdout.split()[-1] == "0"


def test_the_configuration_read_again_changes_the_log_and_doubles_nothing(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(sys, "stderr", os.fdopen(os.dup(2), "w"))
    before = structlog.get_config()
    try:
        for form in ("text", "json", "json"):
            start_log(LogSettings(format=form))
        structlog.get_logger("x").error("one")
        root.error("two")
    finally:
        structlog.configure(**before)
        sys.stderr.close()
    lines = capfd.readouterr().err.splitlines()
    assert json.loads(lines[0])["event"] == "one"
    assert lines[1:] == ["ERROR:root:two"]
