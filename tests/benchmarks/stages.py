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


class StageClock:
    """Seconds of wall in each stage, on the thread that made it."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._thread = threading.get_ident()
        self._open = [REST]
        self._since = time.perf_counter()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Everything in the block that is not in a stage further in."""
        if threading.get_ident() != self._thread:
            yield
            return
        self._turn()
        self._open.append(name)
        try:
            yield
        finally:
            self._turn()
            self._open.pop()

    def begin(self) -> None:
        """Forget what was so far."""
        self.seconds.clear()
        self._since = time.perf_counter()

    def end(self) -> dict[str, float]:
        """The stages, the longest first."""
        self._turn()
        return dict(sorted(self.seconds.items(), key=lambda one: -one[1]))

    def _turn(self) -> None:
        now = time.perf_counter()
        name = self._open[-1]
        self.seconds[name] = self.seconds.get(name, 0.0) + now - self._since
        self._since = now

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
