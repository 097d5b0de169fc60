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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import structlog

from exchange.domain.device import mask_codes
from exchange.ports.heart import Heart
from exchange.services.running.progress import Progress, Step

log = structlog.get_logger("exchange.heartbeat")

FILE: Final = "exchange.heartbeat"
STILL: Final = 300.0  # seconds without any progress; twice limits.seconds at least
SILENCE: Final = 60.0  # seconds without a sign, where one is written each second
_STATUS_CHARS: Final = 300
_BLOCK: Final = 1024
_LOOKS, _LOOK_PAUSE = 5, 0.02
_MOST_BYTES: Final = 100_000
_WHY_CHARS: Final = 300

Tell = Callable[..., None]


class Heartbeat(Heart):
    """Hears of the work from all of the daemon's threads; ``write`` puts it into the file.

    ``tell`` gets assignments of sd_notify(3).  The supervisor's watchdog (``watchdog_seconds``, 0:
    none) is fed here and nowhere else: by the main thread, and only when it says that the work has
    come further.  A thread of its own for that would hide a hang.
    """

    def __init__(self, folder: Path, tell: Tell, watchdog_seconds: float = 0.0) -> None:
        self._slate = _Slate(folder / FILE)
        self._tell, self._pause = tell, watchdog_seconds / 4
        self._lock = threading.Lock()
        self._main = threading.main_thread().ident
        self._started = self._moved = time.monotonic()
        self._progress = Progress()
        self._mailboxes = _known_before(folder)
        self._last_round: float | None = None
        self._fed = float("-inf")
        self._unwritten = self._ended = False
        self._said = ""

    def follow(self, progress: Progress) -> None:
        """From now on this is where the lines of work say what they are at."""
        self._progress = progress

    # -- what the daemon says

    def ready(self) -> None:
        """The work begins, or goes on with a configuration read again."""
        self._tell("READY=1")
        self.moved()
        self.write()

    def reloading(self) -> None:
        """The configuration is read again; ``ready`` says when that is done."""
        self._tell("RELOADING=1", f"MONOTONIC_USEC={int(time.monotonic() * 1_000_000)}")

    def stopped(self, why: str = "") -> None:
        """The daemon has ended: in good order, or because of ``why``."""
        self.write(ended=True, why=why)

    # -- what the work says

    def moved(self) -> None:
        """The work at hand has come further."""
        if threading.get_ident() != self._main:
            return
        now = self._moved = time.monotonic()
        if self._pause and now - self._fed >= self._pause:
            self._fed = now
            self._tell("WATCHDOG=1")

    def mailbox_good(self, name: str) -> None:
        """A mailbox was looked at, and what it handed over is kept."""
        with self._lock:
            self._mailboxes[name] = {"good": time.monotonic(), "failed": None, "why": ""}

    def mailbox_failed(self, name: str, why: str) -> None:
        """A mailbox cannot be used."""
        with self._lock:
            known = self._mailboxes.setdefault(name, {"good": None, "failed": None})
            known["why"] = mask_codes(why)[:_WHY_CHARS]
            if known["failed"] is None:
                known["failed"] = time.monotonic()

    def round_ended(self) -> None:
        """A whole round is done."""
        self._last_round = time.monotonic()
        self.moved()

    # -- saying it

    def write(self, *, ended: bool = False, why: str = "") -> None:
        """Put it all into the file, and the status to the supervisor; called each second.

        A file that cannot be written costs the file, and is said once.
        """
        with self._lock:
            if self._ended:
                return
            self._ended = ended
            steps = self._progress.steps()
            self._say_status([step.doing for step in steps.values()])
            content = self._content({} if ended else steps, ended=ended)
            content["why"] = mask_codes(why)[:_WHY_CHARS]
            try:
                self._slate.write(json.dumps(content).encode("ascii"))
            except (OSError, ValueError) as error:
                if not self._unwritten:
                    why = getattr(error, "strerror", None) or type(error).__name__
                    log.warning("the heartbeat cannot be written", why=why)
                self._unwritten = True
            else:
                self._unwritten = False
            if ended:
                self._slate.close()

    def _say_status(self, busy: Sequence[str]) -> None:
        down = sorted(name for name, one in self._mailboxes.items() if one.get("why"))
        said = ", ".join(busy) or "waiting for mail"
        if down:
            said += f"; cannot be used: mailbox {', mailbox '.join(down)}"
        if said != self._said:
            self._said = said
            self._tell(status(said))

    def _content(self, steps: Mapping[str, Step], *, ended: bool) -> dict[str, Any]:
        return {
            "pid": os.getpid(),
            "pid_space": pid_space(),
            "boot": boot(),
            "wall": datetime.now(UTC).isoformat(),
            "now": time.monotonic(),
            "started": self._started,
            "ended": ended,
            "moved": self._moved,
            "last_round": self._last_round,
            "at": {line: {"step": one.doing, "since": one.since} for line, one in steps.items()},
            "mailboxes": self._mailboxes,
        }


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
    """What one line of work is at, and since when: seconds ago."""

    name: str
    step: str
    since: float


@dataclass(frozen=True, slots=True)
class Beat:
    """The last signs of life that were written; all spans are seconds before now."""

    pid: int
    here: bool  # whether ``pid`` is a number that this process can look up
    same_boot: bool
    written: float
    started: float
    ended: bool  # whether that daemon has said that it ends
    why: str  # what made it end; empty where it was stopped
    moved: float  # since its main thread last came further
    last_round: float | None
    lanes: tuple[Lane, ...]  # lines of work that are at something
    mailboxes: tuple[MailboxBeat, ...]

    @property
    def doing(self) -> str:
        """What it is at, in words."""
        return ", ".join(one.step for one in self.lanes) or "waits for mail"

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

    @property
    def halted(self) -> bool:
        """Whether its process is held by a signal (SIGSTOP, SIGTSTP, a debugger)."""
        if not self.process_lives:
            return False
        with contextlib.suppress(OSError, LookupError):
            status = Path(f"/proc/{self.pid}/stat").read_text("utf-8", "replace")
            return status.rpartition(")")[2].split()[0] in "Tt"
        return False


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
        ended=bool(told["ended"]),
        why=str(told.get("why", "")),
        moved=ago(told["moved"]) or 0.0,
        last_round=ago(told["last_round"]),
        lanes=tuple(
            Lane(str(name), str(one["step"]), ago(one["since"]) or 0.0)
            for name, one in told["at"].items()
        ),
        mailboxes=tuple(
            MailboxBeat(
                str(name), ago(one.get("good")), ago(one.get("failed")), str(one.get("why", ""))
            )
            for name, one in told["mailboxes"].items()
        ),
    )


def status(said: str) -> str:
    """A status line for the supervisor: one line, of a length that people read."""
    return f"STATUS={' '.join(said.split())[:_STATUS_CHARS]}"


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
