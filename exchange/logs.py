"""The log of a running program."""

from __future__ import annotations

import logging
import sys

import structlog

from exchange.config import LogSettings
from exchange.domain.device import mask_codes


def _mask(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """The last net: whatever looks like an install code does not reach a log."""
    return {
        key: mask_codes(value) if isinstance(value, str) else value for key, value in event.items()
    }


def start_log(settings: LogSettings) -> None:
    """Log to standard error, as text or JSON lines, codes masked."""
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    last: list[structlog.typing.Processor] = (
        [structlog.processors.JSONRenderer()]
        if settings.format == "json"
        else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0)]
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _mask,
            *last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    # Libraries speak of connections and statements: only their warnings are of use.
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
