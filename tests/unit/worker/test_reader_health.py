"""A reading process that is broken is said to be broken: no mail is blamed for it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange.domain.limits import Limits
from exchange.errors import ReaderEnded, ReaderUnavailable, Unreadable
from exchange.ports.reading import Question
from exchange.worker.reader import WorkerReader
from tests.services.broken_readers import SCRIPTS, at_each_process, broken

OURS = frozenset({"install-codes@lose.example"})
MAIL = b"From: a@gain.example\r\nSubject: codes\r\n\r\nPlease send:\r\n00-DB-12-34-56-78-90-A1\r\n"


@pytest.fixture
def reader() -> Iterator[WorkerReader]:
    found = WorkerReader(Limits(), OURS, seconds=200, memory_bytes=1 << 30)
    yield found
    found.close()


def _reads(reader: WorkerReader) -> bool:
    return [str(one.device) for one in reader.read(MAIL).devices] == ["00-DB-12-34-56-78-90-A1"]


@pytest.mark.parametrize(
    ("how", "ahead"),
    [(how, False) for how in SCRIPTS] + [("ends at once", True), ("answers nonsense", True)],
)
def test_a_broken_process_is_no_fault_of_the_mail(
    reader: WorkerReader, how: str, ahead: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exchange.worker.reader._START_SECONDS", 0.5)
    with monkeypatch.context() as changed:
        changed.setattr(sys, "executable", broken(tmp_path, how))
        if ahead:
            reader.ahead([Question(MAIL), Question(MAIL + b"and thanks")])
        with pytest.raises(ReaderUnavailable, match="no mail is at fault") as said:
            reader.read(MAIL)
        assert not isinstance(said.value, Unreadable)
    monkeypatch.setattr("exchange.worker.reader._START_SECONDS", 200)
    assert _reads(reader)  # mended: at once, with nothing left of what was broken


@pytest.mark.parametrize("path", ["no-such-interpreter", "a-folder", "not-executable"])
def test_a_process_that_cannot_be_started(
    reader: WorkerReader, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a-folder").mkdir()
    (tmp_path / "not-executable").write_text("#!/bin/sh\nexit 0\n")
    with monkeypatch.context() as changed:
        changed.setattr(sys, "executable", str(tmp_path / path))
        reader.start()  # a hint, which does not raise
        with pytest.raises(ReaderUnavailable, match=r"cannot be started: [A-Z]"):
            reader.read(MAIL)
    assert _reads(reader)


def test_a_machine_without_memory_for_another_process(
    reader: WorkerReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_words: object, **_more: object) -> None:
        raise OSError(12, os.strerror(12))

    with monkeypatch.context() as changed:
        changed.setattr("exchange.worker.reader.subprocess.Popen", refuse)
        with pytest.raises(ReaderUnavailable, match="cannot be started: Cannot allocate memory"):
            reader.read(MAIL)
    assert _reads(reader)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM])
def test_somebody_who_ends_or_stops_every_process(
    reader: WorkerReader, number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exchange.worker.reader._START_SECONDS", 0.5)
    with at_each_process(lambda pid: os.kill(pid, number)):
        for _ in range(2):
            with pytest.raises(ReaderUnavailable):
                reader.read(MAIL)
    monkeypatch.setattr("exchange.worker.reader._START_SECONDS", 200)
    assert _reads(reader)


def test_a_process_that_died_between_mails_costs_nothing(reader: WorkerReader) -> None:
    for _ in range(2):
        assert _reads(reader)
        assert reader._process is not None
        os.kill(reader._process.pid, signal.SIGKILL)
        reader._process.wait()
    assert _reads(reader)


def test_a_mail_is_blamed_only_when_the_simplest_one_is_read_after_it(
    reader: WorkerReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop() -> None:
        assert _reads(reader)
        assert reader._process is not None
        os.kill(reader._process.pid, signal.SIGSTOP)  # it ends at this mail, by its time
        reader._seconds = 0.2

    stop()
    with pytest.raises(ReaderEnded, match=r"0\.2 seconds"):
        reader.read(MAIL)
    reader._seconds = 200
    stop()
    monkeypatch.setattr("exchange.worker.reader._START_SECONDS", 0.5)
    with monkeypatch.context() as changed:
        changed.setattr(sys, "executable", broken(tmp_path, "stays silent"))
        with pytest.raises(ReaderUnavailable):
            reader.read(MAIL)
