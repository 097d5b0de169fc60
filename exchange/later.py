"""Load and make things when they are first used: a person waits for every command to start.

What only some commands need is named with one of these three, so that listing contacts does not
load the libraries that read workbooks. ``tests/unit/cli/test_front_door.py`` holds what each
command loads. ``parsing/`` uses none: the process that reads mails is confined once it has started.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from threading import RLock
from types import ModuleType
from typing import Any, ClassVar, Generic, TypeVar, cast

T = TypeVar("T")


class Later:
    """A module that is imported when one of its names is first used, not before.

    Write it next to the import that type checkers see::

        if TYPE_CHECKING:
            import numpy as np
        else:
            np = Later("numpy")
    """

    names: ClassVar[list[str]] = []  # of every such module

    def __init__(self, name: str) -> None:
        self.names.append(name)
        self._name = name
        self._module: ModuleType | None = None

    def __getattr__(self, name: str) -> Any:
        if self._module is None:
            self._module = import_module(self._name)
        return getattr(self._module, name)


def load_all() -> None:
    """Import every module that is still to be imported when it is used.

    For a process that runs for months: an upgrade may replace the files meanwhile.
    """
    for name in Later.names:
        import_module(name)


def later(make: Callable[[], T]) -> T:
    """Return a stand-in for what ``make`` returns; it is made when its first attribute is used.

    Made once, whichever thread asks first; where ``make`` raises, the next use tries again.
    """
    return cast(T, _Made(make))


class _Made(Generic[T]):
    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._lock = RLock()
        self._made: list[T] = []

    def __getattr__(self, name: str) -> Any:
        if not self._made:
            with self._lock:
                if not self._made:
                    self._made.append(self._make())
        return getattr(self._made[0], name)


class Log:
    """The log of one part of the program; structlog is loaded at the first event."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, level: str) -> Any:
        import structlog

        return getattr(structlog.get_logger(self._name), level)
