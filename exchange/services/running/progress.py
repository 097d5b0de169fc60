"""Track what the work is doing, and since when: for the log, a health file, and deadlines.

Each line of work (``round``, ``mailbox requests``, ``sending``) does one thing at a time.  All
seconds are by the monotonic clock.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from exchange.later import Log

log = Log("exchange.progress")

_LOG_AFTER: Final = 60.0  # seconds in one step


@dataclass(slots=True)
class ProgressStep:
    """One step of a line of work."""

    doing: str  # words to follow "still ..."
    since: float
    limit: float  # seconds; 0 for no limit
    cut: Callable[[], None] | None = field(default=None, repr=False)
    logged: bool = False
    cut_off: bool = False


class Progress:
    """What every line of work is doing, and when it last succeeded; thread-safe."""

    def __init__(self, instant: Callable[[], float] = time.monotonic) -> None:
        self._instant = instant
        self._lock = threading.Lock()
        self._steps: dict[str, ProgressStep] = {}
        self._good: dict[str, float] = {}

    @contextmanager
    def at(
        self, line: str, doing: str, limit: float = 0.0, cut: Callable[[], None] | None = None
    ) -> Iterator[None]:
        """Note that ``line`` is ``doing`` something; after ``limit`` seconds ``cut`` ends it.

        ``cut`` is called from another thread; the interrupted step raises in this one.
        """
        step = ProgressStep(doing, self._instant(), limit, cut)
        with self._lock:
            before = self._steps.get(line)
            self._steps[line] = step
        try:
            yield
        finally:
            with self._lock:
                if before is None:
                    self._steps.pop(line, None)
                else:
                    self._steps[line] = before

    def through(self, line: str) -> None:
        """Note that a line of work did all its work without trouble."""
        with self._lock:
            self._good[line] = self._instant()

    def steps(self) -> Mapping[str, ProgressStep]:
        """Return the present step of each busy line of work."""
        with self._lock:
            return dict(self._steps)

    def last_through(self) -> Mapping[str, float]:
        """Return when each kind of work last succeeded."""
        with self._lock:
            return dict(self._good)

    def look(self) -> None:
        """Log once each step that takes over a minute, and end those past their limit."""
        now = self._instant()
        for line, step in self.steps().items():
            spent = now - step.since
            if spent >= _LOG_AFTER and not step.logged:
                step.logged = True
                log.warning(f"still {step.doing}", line=line, seconds=round(spent))
            if 0 < step.limit <= spent and step.cut is not None and not step.cut_off:
                step.cut_off = True
                log.warning(
                    "took too long and was ended; will be retried", line=line, doing=step.doing
                )
                with suppress(Exception):  # the error appears in the line of work itself
                    step.cut()
