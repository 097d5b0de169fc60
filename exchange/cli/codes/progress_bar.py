"""Report the progress of a long command: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from exchange.cli.common import warn
from exchange.ports.vault import ReportProgress as Report

_LINE_SECONDS: Final = 5.0  # between two lines of progress where there is no terminal


class _Rate(ProgressColumn):
    """Shows the rate, in the units that the task counts."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(_pace(task.description, speed) if speed else "")


def _pace(what: str, speed: float) -> str:
    if what == "reading" and speed > 100_000:  # text files are counted in bytes
        return f"{speed / 1e6:,.0f} MB/s"
    return f"{speed:,.0f}/s"


@contextmanager
def progress(*, quiet: bool) -> Iterator[Report | None]:
    """Report progress: a bar on a terminal, a line now and then elsewhere."""
    if quiet:
        yield None
        return
    if not sys.stderr.isatty():
        yield _lines(time.monotonic)
        return
    columns = (
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), _Rate(),
        TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        tasks = {}

        def report(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done)

        yield report


def _lines(clock: Callable[[], float]) -> Report:
    """Report progress in lines, and nothing for work of a few seconds."""
    begun: dict[str, float] = {}
    last = clock()

    def report(what: str, done: int, total: int) -> None:
        nonlocal last
        now = clock()
        begun.setdefault(what, now)
        spent = now - begun[what]
        if now - last < _LINE_SECONDS or not spent or not done:
            return
        last = now
        left = spent * (total - done) / done
        share = f"{100 * done / total:.0f} %" if total else ""
        warn(f"exchange: {what} {share}, {_pace(what, done / spent)}, {left:,.0f} s left")

    return report
