"""The log of a running program; when it cannot be written, the work continues."""

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

# A pipe that is ready takes this much at once without blocking (PIPE_BUF on Linux).
_PIECE: Final = 4096
_PATIENCE_MS: Final = 1000  # how long to wait for a slow reader of the log


class LossyStream:
    """Write lines to a file descriptor; drop and count those that cannot be written.

    After a full disk, or a pipe that nobody reads or that was closed, the next line that gets
    through says how many were lost.  Never raises, and never waits for long.
    """

    def __init__(self, stream: TextIO | None, *, as_json: bool = False) -> None:
        self._stream, self._as_json = stream, as_json
        self._lock = threading.Lock()
        self._lost = 0
        self._begun = False  # the end of the last line was lost
        self._descriptor = -1
        if stream is not None:
            with contextlib.suppress(OSError, ValueError, AttributeError):
                self._descriptor = stream.fileno()

    def write(self, line: str) -> int:
        """Write a complete line, or count it as lost."""
        with self._lock:
            note = self._note() if self._lost else ""
            if self._put(("\n" if self._begun else "") + note + line):
                self._lost, self._begun = 0, False
            else:
                self._lost += 1
        return len(line)

    def flush(self) -> None:
        """Do nothing: nothing is buffered."""

    def isatty(self) -> bool:
        """Return whether it is a terminal."""
        return self._descriptor >= 0 and os.isatty(self._descriptor)

    def _note(self) -> str:
        lines = "1 log line" if self._lost == 1 else f"{self._lost} log lines"
        words = f"{lines} could not be written"
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
        # Once lines are lost, stop waiting for the reader.
        return bool(poll.poll(0 if self._lost else _PATIENCE_MS))

    def _put_in_stream(self, text: str) -> bool:
        """Write to a stream without a descriptor, as in tests."""
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
        """Format as usual, then mask everything that looks like an install code."""
        return mask_codes(super().format(record))


def _mask(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Mask everything that looks like an install code: the last safeguard of the log."""
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
    # Libraries log connections and statements: only their warnings are useful.
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Masked(logging.BASIC_FORMAT))
    root = logging.getLogger()
    for ours in [one for one in root.handlers if isinstance(one.formatter, _Masked)]:
        root.removeHandler(ours)  # from the previous configuration
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.raiseExceptions = False  # a record that cannot be written must not stop the work


def _open_standard() -> None:
    """Open standard descriptors that were closed before the start, on /dev/null.

    Otherwise the next file opened (the database's lock, say) would become a child's standard
    error.
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
