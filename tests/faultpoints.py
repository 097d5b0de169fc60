"""Runs commands in processes that are ended, or refused a system call, at a point of one's choice.

A point is a call that changes what is on disk: making, naming or removing a file or folder, syncing
it, and a commit of the database before and after.  The commands run in forks of one process that
has everything loaded, so that a sweep over every point takes seconds.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.waiting import PATIENCE

CALLS = ("link", "replace", "rename", "unlink", "rmdir", "mkdir", "chmod", "fchmod", "fsync")


@dataclass(frozen=True)
class Done:
    """How a command ended: its exit code or minus the signal, and how many points it passed."""

    code: int
    points: int
    out: str
    err: str


class Commands:
    """The far process."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faultpoints"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            cwd=Path(__file__).parent.parent,
        )  # fmt: skip

    def run(self, *words: str, at: int = 0, fault: str = "kill", user: int | None = None) -> Done:
        """Run ``exchange`` with ``words``; the ``at``-th point is its last, or fails by name."""
        return self.together([words], at=at, fault=fault, user=user)[0]

    def together(
        self, commands: Sequence[Sequence[str]], *, at: int = 0, fault: str = "kill",
        user: int | None = None,
    ) -> list[Done]:  # fmt: skip
        """Run several commands at once."""
        assert self._process.stdin
        assert self._process.stdout
        asked = {"commands": [list(one) for one in commands], "at": at, "fault": fault}
        self._process.stdin.write(json.dumps({**asked, "user": user}) + "\n")
        self._process.stdin.flush()
        return [Done(**one) for one in json.loads(self._process.stdout.readline())]

    def close(self) -> None:
        """End it."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(PATIENCE)


@contextmanager
def commands() -> Iterator[Commands]:
    """The far process while the block runs."""
    made = Commands()
    try:
        yield made
    finally:
        made.close()


def _inject(at: int, fault: str, tell: Path) -> None:
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    passed = 0

    def point() -> None:
        nonlocal passed
        passed += 1
        tell.write_bytes(b"%d" % passed)
        if passed == at:
            if fault == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            number = getattr(errno, fault)
            raise OSError(number, os.strerror(number))

    def before(call: Any) -> Any:
        def called(*given: Any, **named: Any) -> Any:
            point()
            return call(*given, **named)

        return called

    for name in CALLS:
        setattr(os, name, before(getattr(os, name)))
    plain = os.open

    def opened(path: Any, flags: int, *given: Any, **named: Any) -> int:
        if flags & os.O_CREAT and Path(os.fsdecode(path)) != tell:
            point()
        return plain(path, flags, *given, **named)

    os.open = opened
    if fault == "kill":  # to a database the disk's own faults are shown elsewhere
        event.listen(Engine, "commit", lambda _connection: point())
        from sqlalchemy.engine.default import DefaultDialect

        commit: Callable[[Any, Any], None] = DefaultDialect.do_commit

        def committed(self: Any, connection: Any) -> None:
            commit(self, connection)
            point()

        DefaultDialect.do_commit = committed  # type: ignore[method-assign]


def _child(words: list[str], asked: dict[str, Any], folder: Path) -> None:
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(folder / name, os.O_CREAT | os.O_WRONLY, 0o666), number)
    (folder / "points").write_bytes(b"0")
    (folder / "points").chmod(0o666)
    if asked["user"] is not None:
        os.setgroups([])
        os.setgid(asked["user"])
        os.setuid(asked["user"])
    _inject(asked["at"], asked["fault"], folder / "points")
    sys.argv = ["exchange", *words]
    from exchange.__main__ import main

    code = 0
    try:
        main()
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    sys.stdout.flush()
    os._exit(code)


def _warm_up() -> None:
    """Load everything before the first fork, also what the first command would load."""

    import exchange.cli.main
    from exchange.bootstrap import open_context, the_clock
    from exchange.provision import OwnParty, make_folder

    with tempfile.TemporaryDirectory(prefix="points-") as at:
        make_folder(Path(at) / "ours", OwnParty("OURS", "Our Energy", "codes@ours.example"))
        ctx = open_context(Path(at) / "ours", the_clock())
        with ctx.store.reading() as tx:
            tx.audit.rows(event="key.rotated")
        ctx.store.dispose()
    # Typer reads every command's parameters at each call.
    exchange.cli.main.app = exchange.cli.main.whole(at_work=True)


def _serve() -> None:
    _warm_up()
    for line in sys.stdin:
        asked = json.loads(line)
        running: list[tuple[int, Path]] = []
        for words in asked["commands"]:
            folder = Path(tempfile.mkdtemp(dir="/tmp", prefix="points-"))
            folder.chmod(0o777)
            pid = os.fork()
            if not pid:
                try:
                    _child(words, asked, folder)
                except BaseException:
                    traceback.print_exc()
                finally:
                    sys.stderr.flush()
                    os._exit(99)
            running.append((pid, folder))
        told = []
        for pid, folder in running:
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            points = int((folder / "points").read_bytes() or b"0")
            out, err = ((folder / name).read_text() for name in ("out", "err"))
            told.append({"code": code, "points": points, "out": out, "err": err})
            for one in folder.iterdir():
                one.unlink()
            folder.rmdir()
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve()
