"""The log of a running program, which costs nothing but itself when it cannot be written."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import select
import sys
import threading
from datetime import UTC, datetime
from typing import Final, TextIO

import structlog

from exchange.config import LogSettings
from exchange.domain.device import mask_codes

# A pipe that is ready takes so much at once without blocking (PIPE_BUF on Linux).
_PIECE: Final = 4096
_PATIENCE_MS: Final = 1000  # with a reader of the log that lags behind


class LossyStream:
    """Lines to a file descriptor; one that cannot be written is dropped and counted.

    A full disk, a pipe nobody reads or that was closed: the next line that gets through says how
    many were lost.  Never raises, and never waits for long.
    """

    def __init__(self, stream: TextIO | None, *, as_json: bool = False) -> None:
        self._stream, self._as_json = stream, as_json
        self._lock = threading.Lock()
        self._lost = 0
        self._begun = False  # a line whose end was lost
        self._descriptor = -1
        if stream is not None:
            with contextlib.suppress(OSError, ValueError, AttributeError):
                self._descriptor = stream.fileno()

    def write(self, line: str) -> int:
        """Write a line with its end, or count it as lost."""
        with self._lock:
            note = self._note() if self._lost else ""
            if self._put(("\n" if self._begun else "") + note + line):
                self._lost, self._begun = 0, False
            else:
                self._lost += 1
        return len(line)

    def flush(self) -> None:
        """Nothing waits in it."""

    def isatty(self) -> bool:
        """Whether a person sees it."""
        return self._descriptor >= 0 and os.isatty(self._descriptor)

    def _note(self) -> str:
        words = f"{self._lost} lines of the log could not be written"
        if self._as_json:
            now = datetime.now(UTC).isoformat()
            return json.dumps({"event": words, "level": "warning", "timestamp": now}) + "\n"
        return f"[warning  ] {words}\n"

    def _put(self, text: str) -> bool:
        if self._descriptor < 0:
            return self._put_in_stream(text)
        left = memoryview(text.encode("utf-8", "backslashreplace"))
        try:
            while left:
                if not self._ready():
                    return False
                left = left[os.write(self._descriptor, left[:_PIECE]) :]
                self._begun = bool(left)
        except OSError:
            return False
        return True

    def _ready(self) -> bool:
        poll = select.poll()
        poll.register(self._descriptor, select.POLLOUT)
        # Once lines are lost nobody waits for the reader any more.
        return bool(poll.poll(0 if self._lost else _PATIENCE_MS))

    def _put_in_stream(self, text: str) -> bool:
        """Where there is no descriptor (a test that looks on), as it comes."""
        if self._stream is None:
            return True
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            return False
        return True


class _Masked(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """As usual, but without anything that looks like an install code."""
        return mask_codes(super().format(record))


def _mask(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """The last net: whatever looks like an install code does not reach a log."""
    return {
        key: mask_codes(value) if isinstance(value, str) else value for key, value in event.items()
    }


def start_log(settings: LogSettings) -> None:
    """Log to standard error, as text or JSON lines, codes masked."""
    _open_standard()
    stream = LossyStream(sys.stderr, as_json=settings.format == "json")
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    last: list[structlog.typing.Processor] = (
        [structlog.processors.JSONRenderer()]
        if settings.format == "json"
        else [structlog.dev.ConsoleRenderer(colors=stream.isatty(), pad_event_to=0)]
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _mask,
            *last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(stream),  # type: ignore[arg-type]
        cache_logger_on_first_use=False,
    )
    # Libraries speak of connections and statements: only their warnings are of use.
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Masked(logging.BASIC_FORMAT))
    root = logging.getLogger()
    for ours in [one for one in root.handlers if isinstance(one.formatter, _Masked)]:
        root.removeHandler(ours)  # of the configuration before
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.raiseExceptions = False  # a record that cannot be written is no fault of the work


def _open_standard() -> None:
    """Put something into standard descriptors that were closed before the start.

    Else the next file that is opened, the database's lock say, would be what a child takes for its
    standard error.
    """
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            with contextlib.suppress(OSError):
                nothing = os.open(os.devnull, os.O_RDWR)
                if nothing != descriptor:
                    os.dup2(nothing, descriptor)
                    os.close(nothing)
