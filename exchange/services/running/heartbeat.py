"""Write the daemon's signs of life and current work to a file and to its supervisor.

The file (``exchange.heartbeat`` in the working folder) is for ``exchange health`` and ``exchange
doctor``, which must work even if the database does not answer, and must not disturb it.  All its
times are by the monotonic clock, plus one moment by both clocks: setting the wall clock makes
nothing look older or newer.
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

from exchange.domain.device import mask_codes
from exchange.later import Log
from exchange.ports.heart import Heart
from exchange.services.running.progress import Progress, ProgressStep

log = Log("exchange.heartbeat")

HEARTBEAT_FILE: Final = "exchange.heartbeat"
STILL: Final = 300.0  # seconds without progress; at least twice limits.seconds
SILENCE: Final = 60.0  # seconds without a sign, which is written each second
_STATUS_CHARS: Final = 300
_BLOCK: Final = 1024
_LOOKS, _LOOK_PAUSE = 5, 0.02
_MOST_BYTES: Final = 100_000
_WHY_CHARS: Final = 300

Tell = Callable[..., None]


class Heartbeat(Heart):
    """Collects progress from all of the daemon's threads; ``write`` puts it into the file.

    ``tell`` gets assignments of sd_notify(3).  Only this feeds the supervisor's watchdog
    (``watchdog_seconds``, 0 for none): in the main thread, and only after progress.  A separate
    thread for that would hide a hang.
    """

    def __init__(self, folder: Path, tell: Tell, watchdog_seconds: float = 0.0) -> None:
        self._slate = _Slate(folder / HEARTBEAT_FILE)
        self._tell, self._pause = tell, watchdog_seconds / 4
        self._lock = threading.Lock()
        self._main = threading.main_thread().ident
        self._started = self._moved = time.monotonic()
        self._progress = Progress()
        self._mailboxes = _known_before(folder)
        self._last_round: float | None = None
        self._fed = float("-inf")
        self._unwritten = self._ended = False
        self._last_status = ""

    def follow(self, progress: Progress) -> None:
        """Read what each line of work is doing from ``progress`` from now on."""
        self._progress = progress

    # -- calls of the daemon

    def ready(self) -> None:
        """Note that the work begins, or continues with a reloaded configuration."""
        self._tell("READY=1")
        self.moved()
        self.write()

    def reloading(self) -> None:
        """Note that the configuration is being reloaded, until ``ready``."""
        self._tell("RELOADING=1", f"MONOTONIC_USEC={int(time.monotonic() * 1_000_000)}")

    def stopped(self, why: str = "") -> None:
        """Note that the daemon has ended: normally, or because of ``why``."""
        self.write(ended=True, why=why)

    # -- calls of the work

    def moved(self) -> None:
        """Note progress in the current work."""
        if threading.get_ident() != self._main:
            return
        now = self._moved = time.monotonic()
        if self._pause and now - self._fed >= self._pause:
            self._fed = now
            self._tell("WATCHDOG=1")

    def mailbox_good(self, name: str) -> None:
        """Note that a mailbox was polled and its mails were kept."""
        with self._lock:
            self._mailboxes[name] = {"good": time.monotonic(), "failed": None, "why": ""}

    def mailbox_failed(self, name: str, why: str) -> None:
        """Note that a mailbox cannot be used."""
        with self._lock:
            known = self._mailboxes.setdefault(name, {"good": None, "failed": None})
            known["why"] = mask_codes(why)[:_WHY_CHARS]
            if known["failed"] is None:
                known["failed"] = time.monotonic()

    def round_ended(self) -> None:
        """Note that a whole round is done."""
        self._last_round = time.monotonic()
        self.moved()

    # -- output

    def write(self, *, ended: bool = False, why: str = "") -> None:
        """Write the heartbeat file and send the status to the supervisor; called each second.

        If the file cannot be written, that is logged once and nothing else fails.
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
        text = ", ".join(busy) or "waiting for mail"
        if down:
            text += f"; cannot be used: mailbox {', mailbox '.join(down)}"
        if text != self._last_status:
            self._last_status = text
            self._tell(status(text))

    def _content(self, steps: Mapping[str, ProgressStep], *, ended: bool) -> dict[str, Any]:
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
    """A small file overwritten in place, which costs a tenth of recreating it each time.

    A reader may find half of each version, and then reads again.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1

    def write(self, content: bytes) -> None:
        """Overwrite or create the file, without following links or waiting for the disk."""
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
        """Close the file, as it is."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = -1


def _known_before(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what the previous daemon knew of each mailbox, with times on our clock."""
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
    """What is known of one mailbox, in seconds ago; None for never."""

    name: str
    good: float | None
    failed: float | None
    why: str


@dataclass(frozen=True, slots=True)
class Lane:
    """A busy line of work, such as one mailbox: its current step, and for how many seconds."""

    name: str
    step: str
    since: float


@dataclass(frozen=True, slots=True)
class Beat:
    """The last signs of life; all times are in seconds ago."""

    pid: int
    here: bool  # whether this process can look up ``pid``
    same_boot: bool
    written: float
    started: float
    ended: bool  # whether that daemon noted its end
    why: str  # why it ended; empty if it was stopped
    moved: float  # since the last progress of its main thread
    last_round: float | None
    lanes: tuple[Lane, ...]  # lines of work that are busy
    mailboxes: tuple[MailboxBeat, ...]

    @property
    def doing(self) -> str:
        """Return what it is doing, in words."""
        return ", ".join(one.step for one in self.lanes) or "waits for mail"

    @property
    def process_lives(self) -> bool:
        """Return whether a process with that number exists (it may be another one by now)."""
        if not self.here or not self.same_boot:
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except OSError:
            return True  # belongs to another user
        return True

    @property
    def halted(self) -> bool:
        """Return whether its process is stopped by a signal (SIGSTOP, SIGTSTP, a debugger)."""
        if not self.process_lives:
            return False
        with contextlib.suppress(OSError, LookupError):
            status = Path(f"/proc/{self.pid}/stat").read_text("utf-8", "replace")
            return status.rpartition(")")[2].split()[0] in "Tt"
        return False


def read_heartbeat(folder: Path) -> Beat | None:
    """Read the signs of life in ``folder``; None if there are none or they are unreadable."""
    for _ in range(_LOOKS):
        try:
            with (folder / HEARTBEAT_FILE).open("rb") as file:
                return _beat(json.loads(file.read(_MOST_BYTES)))
        except OSError:
            return None
        except (ValueError, LookupError, TypeError, AttributeError, OverflowError):
            time.sleep(_LOOK_PAUSE)  # it may be in the middle of a write
    return None


def lives(beat: Beat | None, held: bool | None) -> bool | None:
    """Return whether a daemon is running; ``held`` is whether its lock is held, None if unknown.

    Returns None if that cannot be determined.
    """
    if held:
        return True
    # A lock of another container is not in our kernel's list, but then the file is fresh.
    elsewhere = beat is not None and not beat.here and not beat.ended and beat.written < STILL
    if held is False:
        return elsewhere
    if beat is None:
        return None
    if beat.ended or (beat.here and not beat.process_lives):
        return False
    return True if beat.process_lives or elsewhere else None


def _beat(content: Mapping[str, Any]) -> Beat:
    same_boot = content["boot"] == boot() and bool(content["boot"])
    at = float(content["now"])
    if same_boot and time.monotonic() >= at:
        written = time.monotonic() - at
    else:  # before the machine restarted: only the wall clock spans that
        wall = datetime.fromisoformat(content["wall"])
        written = max(0.0, (datetime.now(UTC) - wall).total_seconds())

    def ago(moment: float | None) -> float | None:
        return None if moment is None else written + (at - float(moment))

    return Beat(
        pid=int(content["pid"]),
        here=content["pid_space"] == pid_space(),
        same_boot=same_boot,
        written=written,
        started=ago(content["started"]) or 0.0,
        ended=bool(content["ended"]),
        why=str(content.get("why", "")),
        moved=ago(content["moved"]) or 0.0,
        last_round=ago(content["last_round"]),
        lanes=tuple(
            Lane(str(name), str(one["step"]), ago(one["since"]) or 0.0)
            for name, one in content["at"].items()
        ),
        mailboxes=tuple(
            MailboxBeat(
                str(name), ago(one.get("good")), ago(one.get("failed")), str(one.get("why", ""))
            )
            for name, one in content["mailboxes"].items()
        ),
    )


def status(said: str) -> str:
    """Return a status line for the supervisor, short enough to read."""
    return f"STATUS={' '.join(said.split())[:_STATUS_CHARS]}"


def when(ago: float) -> datetime:
    """Return the instant so many seconds ago, to the second."""
    return (datetime.now(UTC) - timedelta(seconds=ago)).replace(microsecond=0)


def boot() -> str:
    """Return an ID of this boot of the machine; empty if unknown."""
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    return ""


def pid_space() -> str:
    """Return an ID of our process namespace; empty if unknown."""
    with contextlib.suppress(OSError):
        return str(Path("/proc/self/ns/pid").readlink())
    return ""
