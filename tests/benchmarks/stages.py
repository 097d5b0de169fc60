"""Where the time of one pass goes: functions of the product wrapped from outside.

A stage has only the time that no stage inside it has, so that all of them add up to the whole.
"""

from __future__ import annotations

import importlib
import inspect
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any, Final

REST: Final = "other work"


class _Thread:
    """One thread's stages, each open one inside the one before."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.open = [REST]
        self._since = time.perf_counter()

    def turn(self) -> None:
        """Count what passed since the last turn for the innermost stage."""
        now = time.perf_counter()
        name = self.open[-1]
        self.seconds[name] = self.seconds.get(name, 0.0) + now - self._since
        self._since = now


class StageClock:
    """Seconds of wall in each stage.

    What other threads than its maker's spend in a stage is told apart, as time beside the whole;
    what they do outside of stages is not told.
    """

    def __init__(self) -> None:
        self._maker = threading.get_ident()
        self._lock = threading.Lock()
        self._threads: dict[int, _Thread] = {}
        self.begin()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Everything in the block that is not in a stage further in."""
        mine = self._mine()
        mine.turn()
        mine.open.append(name)
        try:
            yield
        finally:
            mine.turn()
            mine.open.pop()

    def begin(self) -> None:
        """Forget what was so far."""
        with self._lock:
            self._threads = {self._maker: _Thread()}

    def end(self) -> dict[str, float]:
        """The stages, the longest first."""
        told: dict[str, float] = {}
        with self._lock:
            for number, one in self._threads.items():
                one.turn()
                for name, spent in one.seconds.items():
                    if number != self._maker and name == REST:
                        continue
                    key = name if number == self._maker else f"{name} (beside)"
                    told[key] = told.get(key, 0.0) + spent
        return dict(sorted(told.items(), key=lambda one: -one[1]))

    def _mine(self) -> _Thread:
        with self._lock:
            return self._threads.setdefault(threading.get_ident(), _Thread())

    def wrap(self, stages: Mapping[str, str]) -> None:
        """Time each function named ``module:name`` or ``module:Class.name``, for good.

        Raises AttributeError where the product has no such function any more: a stage that is
        silently empty would tell nothing.
        """
        for target, name in stages.items():
            module, _, path = target.partition(":")
            owner: Any = importlib.import_module(module)
            *classes, last = path.split(".")
            for one in classes:
                owner = getattr(owner, one)
            setattr(owner, last, self._timed(owner, last, name))

    def _timed(self, owner: Any, name: str, stage: str) -> Any:
        work: Callable[..., Any] = getattr(owner, name)

        @wraps(work)
        def timed(*given: Any, **named: Any) -> Any:
            with self.stage(stage):
                return work(*given, **named)

        bound = isinstance(inspect.getattr_static(owner, name), classmethod | staticmethod)
        return staticmethod(timed) if bound else timed
