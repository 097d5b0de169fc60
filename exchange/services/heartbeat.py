"""The daemon's signs of life: what it is at, written to a file, and told to its supervisor.

The file (``exchange.heartbeat`` in the working folder) is for ``exchange health`` and ``exchange
doctor``, which must say something when the database does not answer, and must not disturb it.
Every moment in it is of the monotonic clock, with one moment of both clocks beside: a wall clock
that is set makes nothing look old or new.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import structlog

from exchange.domain.device import mask_codes

log = structlog.get_logger("exchange.heartbeat")

FILE: Final = "exchange.heartbeat"
STOPPED: Final = "stopped"
STILL: Final = 300.0  # seconds without any progress; twice limits.seconds at least
_WRITTEN_EVERY: Final = 2.0  # seconds at least between two writes where no step begins
_BLOCK: Final = 1024
_LOOKS, _LOOK_PAUSE = 5, 0.02
_MOST_BYTES: Final = 100_000
_WHY_CHARS: Final = 300

Tell = Callable[..., None]


class Heart:
    """Where nobody listens: a command, a test, a round by hand."""

    def step(self, what: str) -> None:
        """A step of the work begins, in this thread."""

    def moved(self) -> None:
        """The step at hand has come further: some mails, one letter, one command."""

    def mailbox_good(self, name: str) -> None:
        """A mailbox was looked at and all that it handed over is kept."""

    def mailbox_failed(self, name: str, why: str) -> None:
        """A mailbox cannot be used."""

    def round_ended(self) -> None:
        """A whole round is done."""


SILENT: Final = Heart()


class Heartbeat(Heart):
    """Called by the daemon's threads; the file is written as each step begins.

    ``tell`` gets assignments of sd_notify(3).  The supervisor's watchdog (``watchdog_seconds``, 0:
    none) is fed here and nowhere else: by the main thread, and only when it says that the work has
    come further.  A thread of its own for that would hide a hang.
    """

    def __init__(self, folder: Path, tell: Tell, watchdog_seconds: float = 0.0) -> None:
        self._slate = _Slate(folder / FILE)
        self._tell, self._pause = tell, watchdog_seconds / 4
        self._lock = threading.RLock()
        self._main = threading.main_thread().ident
        self._started = time.monotonic()
        self._lanes: dict[str, dict[str, Any]] = {}
        self._mailboxes = _known_before(folder)
        self._rounds, self._last_round = 0, 0.0
        self._written = self._fed = float("-inf")
        self._fresh = True
        self._unwritten = False
        self._said = ""

    # -- what the daemon says

    def ready(self) -> None:
        """The work begins, or goes on with a configuration read again."""
        self._tell("READY=1", self._status())
        self._feed()
        self._write(now=True)

    def reloading(self) -> None:
        """The configuration is read again; ``ready`` says when that is done."""
        self._tell("RELOADING=1", f"MONOTONIC_USEC={int(time.monotonic() * 1_000_000)}")

    def stopping(self) -> None:
        """A stop was asked for.  Safe in a signal handler: takes no lock and writes nothing."""
        self._tell("STOPPING=1")

    def stopped(self) -> None:
        """The daemon has ended in good order."""
        with self._lock:
            self._lanes = {"main": _lane(STOPPED)}
            self._write(now=True)
            self._slate.close()

    def rest(self) -> None:
        """Nothing is to do at this moment."""
        if self._lanes.get(_lane_name(), {}).get("step") != "":
            self.step("")
        else:
            self.moved()

    # -- what the work says

    def step(self, what: str) -> None:
        """A step of the work begins, in this thread."""
        with self._lock:
            self._lanes[_lane_name()] = _lane(what)
            self._fresh = True
        self._alive()

    def moved(self) -> None:
        """The step at hand has come further."""
        with self._lock:
            lane = self._lanes.setdefault(_lane_name(), _lane(""))
            lane["moved"] = time.monotonic()
        self._alive()

    def mailbox_good(self, name: str) -> None:
        """A mailbox was looked at and all that it handed over is kept."""
        with self._lock:
            known = self._mailboxes.setdefault(name, {})
            self._fresh = self._fresh or bool(known.get("why"))
            known.update(good=time.monotonic(), why="", failed=None)
        self.moved()

    def mailbox_failed(self, name: str, why: str) -> None:
        """A mailbox cannot be used."""
        with self._lock:
            known = self._mailboxes.setdefault(name, {})
            said = mask_codes(why)[:_WHY_CHARS]
            if known.get("why") != said:
                self._fresh = True
            if known.get("failed") is None:
                known["failed"] = time.monotonic()
            known["why"] = said
        self.moved()

    def round_ended(self) -> None:
        """A whole round is done."""
        with self._lock:
            self._rounds, self._last_round = self._rounds + 1, time.monotonic()
            self._fresh = True
        self._alive()

    # -- below

    def _alive(self) -> None:
        if threading.get_ident() == self._main:
            self._feed()
        self._write()

    def _feed(self) -> None:
        now = time.monotonic()
        if self._pause and now - self._fed >= self._pause:
            self._fed = now
            self._tell("WATCHDOG=1")

    def _write(self, *, now: bool = False) -> None:
        with self._lock:
            # A step is written when it begins: it may be the one that everything hangs in.
            if not (now or self._fresh or time.monotonic() - self._written >= _WRITTEN_EVERY):
                return
            self._written, self._fresh = time.monotonic(), False
            self._say_status()
            content = json.dumps(self._content(), ensure_ascii=False).encode("utf-8", "replace")
            try:
                self._slate.write(content)
            except OSError as error:
                if not self._unwritten:
                    log.warning("the heartbeat cannot be written", why=error.strerror)
                self._unwritten = True
            else:
                self._unwritten = False

    def _say_status(self) -> None:
        said = self._status()
        if said != self._said:
            self._said = said
            self._tell(said)

    def _status(self) -> str:
        with self._lock:
            busy = [lane["step"] for lane in self._lanes.values() if lane["step"]]
            down = sorted(name for name, one in self._mailboxes.items() if one.get("why"))
        said = f"at: {', '.join(busy)}" if busy else "waiting for mail"
        if down:
            said += f"; cannot be used: mailbox {', mailbox '.join(down)}"
        return f"STATUS={said}"

    def _content(self) -> dict[str, Any]:
        return {
            "pid": os.getpid(),
            "pid_space": pid_space(),
            "boot": boot(),
            "wall": datetime.now(UTC).isoformat(),
            "now": time.monotonic(),
            "started": self._started,
            "rounds": self._rounds,
            "last_round": self._last_round or None,
            "at": self._lanes,
            "mailboxes": self._mailboxes,
        }


def _lane_name() -> str:
    thread = threading.current_thread()
    return "main" if thread is threading.main_thread() else thread.name


def _lane(what: str) -> dict[str, Any]:
    now = time.monotonic()
    return {"step": what, "since": now, "moved": now}


class _Slate:
    """A small file written over in place, which costs a tenth of making it anew each time.

    A reader that comes in between finds half of each and reads once more.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1

    def write(self, content: bytes) -> None:
        """Write the file over, or make it; no link is followed, and nothing waits for the disk."""
        if self._descriptor >= 0 and not os.fstat(self._descriptor).st_nlink:
            self.close()  # somebody deleted it
        if self._descriptor < 0:
            flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            self._descriptor = os.open(self._path, flags, 0o600)
            os.ftruncate(self._descriptor, 0)
        room = -len(content) % _BLOCK
        os.pwrite(self._descriptor, content + b" " * room, 0)
        os.ftruncate(self._descriptor, len(content) + room)

    def close(self) -> None:
        """Give the file up, as it is."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = -1


def _known_before(folder: Path) -> dict[str, dict[str, Any]]:
    """What the daemon before this one knew of each mailbox, its moments put on our clock."""
    before, now = read_heartbeat(folder), time.monotonic()
    if before is None:
        return {}
    return {
        one.name: {"good": None if one.good is None else now - one.good, "failed": None, "why": ""}
        for one in before.mailboxes
    }


# -- reading it ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MailboxBeat:
    """What is known of one mailbox; seconds ago, None: never."""

    name: str
    good: float | None
    failed: float | None
    why: str


@dataclass(frozen=True, slots=True)
class Lane:
    """What one thread is at; an empty step: it waits.  Seconds ago."""

    name: str
    step: str
    since: float
    moved: float


@dataclass(frozen=True, slots=True)
class Beat:
    """The last signs of life that were written; all spans are seconds before now."""

    pid: int
    here: bool  # whether ``pid`` is a number that this process can look up
    same_boot: bool
    written: float
    started: float
    rounds: int
    last_round: float | None
    lanes: tuple[Lane, ...]
    mailboxes: tuple[MailboxBeat, ...] = field(default=())

    @property
    def main(self) -> Lane | None:
        """What the main thread is at."""
        return next((one for one in self.lanes if one.name == "main"), None)

    @property
    def ended(self) -> bool:
        """Whether the daemon that wrote this has stopped in good order."""
        return self.main is not None and self.main.step == STOPPED

    @property
    def moved(self) -> float:
        """Seconds since the main thread last came further."""
        return self.main.moved if self.main else self.written

    @property
    def process_lives(self) -> bool:
        """Whether a process of that number is there (it may be another one by now)."""
        if not self.here or not self.same_boot:
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except OSError:
            return True  # of another user
        return True


def read_heartbeat(folder: Path) -> Beat | None:
    """The signs of life in ``folder``; None where there are none that can be read."""
    for _ in range(_LOOKS):
        try:
            with (folder / FILE).open("rb") as file:
                return _beat(json.loads(file.read(_MOST_BYTES)))
        except OSError:
            return None
        except (ValueError, LookupError, TypeError, AttributeError, OverflowError):
            time.sleep(_LOOK_PAUSE)  # perhaps it is just being written
    return None


def lives(beat: Beat | None, held: bool | None) -> bool | None:
    """Whether a daemon is at work; ``held``: whether its lock is seen held, None: nobody knows.

    None where it cannot be seen at all.
    """
    if held:
        return True
    # A lock of another container is not in our kernel's list, but the file is fresh, then.
    elsewhere = beat is not None and not beat.here and not beat.ended and beat.written < STILL
    if held is False:
        return elsewhere
    if beat is None:
        return None
    if beat.ended or (beat.here and not beat.process_lives):
        return False
    return True if beat.process_lives or elsewhere else None


def _beat(told: Mapping[str, Any]) -> Beat:
    same_boot = told["boot"] == boot() and bool(told["boot"])
    at = float(told["now"])
    if same_boot and time.monotonic() >= at:
        written = time.monotonic() - at
    else:  # before a restart of the machine: only the wall clock joins the two
        wall = datetime.fromisoformat(told["wall"])
        written = max(0.0, (datetime.now(UTC) - wall).total_seconds())

    def ago(moment: float | None) -> float | None:
        return None if moment is None else written + (at - float(moment))

    return Beat(
        pid=int(told["pid"]),
        here=told["pid_space"] == pid_space(),
        same_boot=same_boot,
        written=written,
        started=ago(told["started"]) or 0.0,
        rounds=int(told["rounds"]),
        last_round=ago(told["last_round"]),
        lanes=tuple(
            Lane(str(name), str(one["step"]), ago(one["since"]) or 0.0, ago(one["moved"]) or 0.0)
            for name, one in told["at"].items()
        ),
        mailboxes=tuple(
            MailboxBeat(
                str(name), ago(one.get("good")), ago(one.get("failed")), str(one.get("why", ""))
            )
            for name, one in told["mailboxes"].items()
        ),
    )


def when(ago: float) -> datetime:
    """The instant so many seconds ago, to the second."""
    return (datetime.now(UTC) - timedelta(seconds=ago)).replace(microsecond=0)


def boot() -> str:
    """Which start of this machine it is; empty where that cannot be known."""
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    return ""


def pid_space() -> str:
    """Within which containers our process numbers mean something; empty where nobody says."""
    with contextlib.suppress(OSError):
        return str(Path("/proc/self/ns/pid").readlink())
    return ""
