"""Runs a command of ours in a process of its own and stops it at one of its calls."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import gc
import os
import re
import signal
import socket
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from tests.faults.seccomp import Asked, Listener, surrender

_BY_PATH: Final = {  # which argument is the path that changes; -1: the folder's descriptor before
    "open": 0, "creat": 0, "rename": 1, "link": 1, "symlink": 1, "unlink": 0, "mkdir": 0,
    "rmdir": 0, "chmod": 0, "truncate": 0,
    "openat": 1, "renameat": 3, "renameat2": 3, "linkat": 3, "symlinkat": 2, "unlinkat": 1,
    "mkdirat": 1, "fchmodat": 1,
}  # fmt: skip
_AT_FOLDER: Final = {"renameat": 2, "renameat2": 2, "linkat": 2, "symlinkat": 1}
_AT_CWD: Final = 2**32 - 100
_SPACE: Final = frozenset(
    {
        "write", "pwrite64", "writev", "pwritev", "ftruncate", "fallocate", "open", "creat",
        "openat", "rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat",
        "mkdir", "mkdirat", "fsync", "fdatasync",
    }
)  # fmt: skip
_OPENING: Final = frozenset({"open", "creat", "openat"})
_SOCKET: Final = re.compile(r"socket:\[(\d+)\]")
_TIMEOUT: Final = 180.0
_LEFT_SECONDS: Final = 60.0  # in which what a command started has to end after it


class How(StrEnum):
    """What happens at the point."""

    KILL = "kill"  # the process that makes the call ends before it, as by kill -9
    FULL = "ENOSPC"  # the disk is full from this call on
    BROKEN = "EIO"  # this one call fails


@dataclass(frozen=True, slots=True)
class Point:
    """The nth call of a kind to one target: the same one in every run of the same scenario."""

    call: str
    target: str
    nth: int

    def __str__(self) -> str:
        return f"{self.call} {self.target} #{self.nth}"

    @property
    def of_a_file(self) -> bool:
        """Whether a disk can refuse it."""
        return not self.target.startswith("socket") and self.call != "flock"


@dataclass(slots=True)
class Ran:
    """How a run ended."""

    code: int  # negative: the signal that ended it
    said: str
    points: list[Point] = field(default_factory=list)
    hit: bool = False  # whether the point was reached
    left: int = 0  # processes that went on after it and had to be ended
    hung: bool = False
    seconds: float = 0.0


class _Naming:
    """Names what a call changes, alike in every run."""

    def __init__(self, folders: Mapping[str, Path], ports: Mapping[int, str]) -> None:
        self._folders = sorted(
            ((str(path.resolve()), name) for name, path in folders.items()), reverse=True
        )
        self._ports = ports
        self._sockets: dict[str, str] = {}

    def target(self, asked: Asked) -> str:
        """What it changes; empty for what is nobody else's affair (pipes, devices)."""
        if asked.call in _BY_PATH:
            return self._file(self._path(asked))
        try:
            link = os.readlink(f"/proc/{asked.pid}/fd/{asked.args[0]}")  # noqa: PTH115
        except OSError:
            return ""
        if found := _SOCKET.fullmatch(link):
            return self._socket(asked.pid, found[1])
        return self._file(link) if link.startswith("/") else ""

    def needs_space(self, asked: Asked) -> bool:
        """Whether a full disk refuses it: a file that is there can be opened on one."""
        if asked.call in _OPENING:
            return not os.path.lexists(self._path(asked))
        return asked.call in _SPACE

    def _path(self, asked: Asked) -> str:
        at = _BY_PATH[asked.call]
        text = _text(asked.pid, asked.args[at])
        if text.startswith("/"):
            return text
        base = asked.args[_AT_FOLDER.get(asked.call, 0)] & 0xFFFFFFFF
        inside = "cwd" if not asked.call.endswith(("at", "at2")) or base == _AT_CWD else (
            f"fd/{base}"
        )  # fmt: skip
        try:
            folder = os.readlink(f"/proc/{asked.pid}/{inside}")  # noqa: PTH115
        except OSError:
            return text
        return os.path.normpath(f"{folder}/{text}")

    def _file(self, path: str) -> str:
        for whole, name in self._folders:
            if path == whole or path.startswith(f"{whole}/"):
                path = f"{name}{path[len(whole) :]}"
                break
        else:
            if path.startswith(("/dev/", "/proc/", "/memfd:")):
                return ""
        path = re.sub(r"#\d+ \(deleted\)", "#unnamed", path)
        path = re.sub(r"(etilqs_|/tmp)\w+", r"\1*", path)
        path = re.sub(r"[0-9a-f]{8}\.part$", "*.part", path)
        return re.sub(r"[0-9a-f]{16}", "KEYID", path)

    def _socket(self, pid: int, inode: str) -> str:
        if inode not in self._sockets:
            self._sockets[inode] = self._looked_up(pid, inode)
        return self._sockets[inode]

    def _looked_up(self, pid: int, inode: str) -> str:
        for family in ("tcp", "tcp6"):
            try:
                lines = Path(f"/proc/{pid}/net/{family}").read_text().splitlines()[1:]
            except OSError:
                continue
            for line in lines:
                cells = line.split()
                if cells[9] == inode:
                    port = int(cells[2].rpartition(":")[2], 16)
                    return f"socket {self._ports.get(port, 'elsewhere')}"
        return ""


def _text(pid: int, address: int) -> str:
    """A path in the memory of another process."""
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:  # noqa: PTH123
        memory.seek(address)
        found = b""
        while b"\0" not in found and len(found) < 4096:
            # To the end of a page only: the next one may not be there.
            piece = memory.read(4096 - (address + len(found)) % 4096)
            if not piece:
                break
            found += piece
    return os.fsdecode(found.partition(b"\0")[0])


def become_reaper() -> None:
    """What a killed command leaves running becomes a child of ours, so that it is seen."""
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)


def children() -> list[int]:
    """Processes that are children of ours now."""
    return [
        int(pid)
        for task in Path("/proc/self/task").iterdir()
        for pid in (task / "children").read_text().split()
    ]


def run(
    words: Sequence[str],
    folders: Mapping[str, Path],
    *,
    environment: Mapping[str, str],
    ports: Mapping[int, str] | None = None,
    at: Point | None = None,
    how: How = How.KILL,
    said: Path,
) -> Ran:
    """Run ``exchange words`` once; ``folders`` are those whose files are named in the points."""
    begun = time.monotonic()
    ours, theirs = socket.socketpair()
    known = set(children())
    pid = os.fork()
    if pid == 0:
        ours.close()
        _be(words, environment, said, theirs)
    theirs.close()
    _, handed, _, _ = socket.recv_fds(ours, 1, 1)
    ours.close()
    if not handed:
        os.waitpid(pid, 0)
        raise RuntimeError(f"the command could not be stopped: {said.read_text()}")
    ran = Ran(0, "")
    listener = Listener(handed[0])
    try:
        status = _supervise(listener, pid, ran, _Naming(folders, ports or {}), at, how, known)
    finally:
        listener.close()
    ran.code = os.waitstatus_to_exitcode(status)
    ran.said = said.read_text(errors="replace")
    ran.seconds = time.monotonic() - begun
    return ran


def _be(
    words: Sequence[str], environment: Mapping[str, str], said: Path, control: socket.socket
) -> None:
    """Become the command."""
    code = 70
    try:
        os.setsid()
        output = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for target, source in ((0, nothing), (1, output), (2, output)):
            os.dup2(source, target)
        sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", closefd=False)  # noqa: SIM115
        os.environ.update(environment)
        sys.argv = ["exchange", *words]
        surrender(control)
        from exchange.__main__ import main

        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1 if end.code else 0
        # As the interpreter does at its end; ours must not, for it is a fork of the sweep.
        gc.collect()
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException as error:
        sys.stderr.write(f"Traceback: {type(error).__name__}: {error}\n")
        sys.stderr.flush()
    finally:
        os._exit(code)


def _supervise(
    listener: Listener,
    pid: int,
    ran: Ran,
    naming: _Naming,
    at: Point | None,
    how: How,
    known: set[int],
) -> int:
    """Answer every call until the command and all that it started are gone."""
    counted: Counter[tuple[str, str]] = Counter()
    status: int | None = None
    end = time.monotonic() + _TIMEOUT
    broken = False
    while True:
        ready = listener.ready(0.05)
        if ready:
            asked = listener.receive()
            if asked is None:
                continue
            target = naming.target(asked)
            if not target:
                listener.let(asked)
                continue
            counted[asked.call, target] += 1
            point = Point(asked.call, target, counted[asked.call, target])
            ran.points.append(point)
            if point == at and status is None:
                ran.hit = True
                broken = how is How.FULL
                if how is How.KILL:
                    os.kill(_process_of(asked.pid), signal.SIGKILL)
                    continue
                if how is How.BROKEN:
                    listener.let(asked, errno.EIO)
                    continue
            full = broken and point.of_a_file and naming.needs_space(asked)
            listener.let(asked, errno.ENOSPC if full else 0)
            continue
        if status is None:
            found, so_far = os.waitpid(pid, os.WNOHANG)
            if found:
                status = so_far
                end = min(end, time.monotonic() + _LEFT_SECONDS)
        if status is not None:
            _reap(known)
            if not set(children()) - known:
                return status
        if time.monotonic() > end:
            if status is None:
                ran.hung = True
                os.kill(pid, signal.SIGKILL)
                end = time.monotonic() + _LEFT_SECONDS
                continue
            for other in set(children()) - known:
                ran.left += 1
                os.kill(other, signal.SIGKILL)
            end = time.monotonic() + _LEFT_SECONDS


def _reap(known: set[int]) -> None:
    for other in set(children()) - known:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(other, os.WNOHANG)


def _process_of(thread: int) -> int:
    for line in Path(f"/proc/{thread}/status").read_text().splitlines():
        if line.startswith("Tgid:"):
            return int(line.split()[1])
    return thread
