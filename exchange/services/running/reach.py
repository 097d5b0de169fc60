"""Track what cannot be used: report each outage once, and retry with growing pauses."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Final

from exchange.domain.device import mask_codes
from exchange.errors import (
    ExchangeError,
    LoginRefused,
    MailboxClaimed,
    StoreError,
    Transient,
)
from exchange.later import Log

log = Log("exchange.rounds")

# Providers lock an account after some five to ten wrong passwords within half an hour.
_LOGIN_FIRST: Final = 600.0
_LOGIN_LONGEST: Final = 3600.0
_MOST_REASONS: Final = 5  # reported per outage
_LONG: Final = 60.0  # pauses of this many seconds or more are reported
_NUMBER = re.compile(r"\d+")
_PACKAGE: Final = "exchange"


def describe_error(error: BaseException) -> str:
    """Describe an error: ours in full, any other only by its type and place.

    The message of any other error may quote a mail.
    """
    if isinstance(error, ExchangeError):
        return mask_codes(str(error))
    return f"an internal fault ({type(error).__name__}{_place_of(error)})"


def _place_of(error: BaseException) -> str:
    """Return the innermost line of our code in the traceback."""
    found = ""
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        module = str(trace.tb_frame.f_globals.get("__name__", ""))
        if module.partition(".")[0] == _PACKAGE:
            file = PurePath(code.co_filename).name
            found = f" in {module} ({file} line {trace.tb_lineno}, {code.co_name})"
        trace = trace.tb_next
    return found


@dataclass(slots=True)
class _Wait:
    """The pause of one user of something that is down."""

    pause: float = 0.0
    not_before: float = 0.0


@dataclass(slots=True)
class _Outage:
    """Something that is down."""

    reported: set[str] = field(default_factory=set)  # reasons, without their numbers
    waits: dict[str, _Wait] = field(default_factory=dict)  # by user


class Reachability:
    """Which servers can be used: outages are reported once and retried with growing pauses.

    ``by`` names one of several users of the same thing: they share one outage, which ends when
    it has ended for all of them; each has its own pauses.  ``instant`` returns monotonic seconds;
    ``first`` and ``longest`` are pauses in seconds, and a first pause of 0 retries in every
    round.  Thread-safe.
    """

    def __init__(
        self,
        instant: Callable[[], float] = time.monotonic,
        first: float = 0.0,
        longest: float = 300.0,
    ) -> None:
        self._instant, self._first, self._longest = instant, first, longest
        self._lock = threading.Lock()
        self._down: dict[str, _Outage] = {}
        self._closed = False

    def close(self) -> None:
        """Report nothing from now on: what fails from here on fails because we are stopping."""
        self._closed = True

    def is_down(self, what: str, by: str = "") -> bool:
        """Return whether it could not be used the last time."""
        with self._lock:
            outage = self._down.get(what)
            return outage is not None and by in outage.waits

    def worth_trying(self, what: str, by: str = "") -> bool:
        """Return whether the pause after the last failure is over."""
        return self.pause_left(what, by) <= 0

    def pause_left(self, what: str, by: str = "") -> float:
        """Return the seconds until it is worth trying again."""
        with self._lock:
            outage = self._down.get(what)
            wait = outage.waits.get(by) if outage else None
            return max(0.0, wait.not_before - self._instant()) if wait else 0.0

    def failed(self, what: str, error: Exception, by: str = "") -> bool:
        """Note a failure; return whether it was reported.

        An outage is reported once, whatever its reasons: a server that goes down first drops the
        connection and then refuses the next.  A server that refuses us says what to correct, so
        each new reason is reported once per outage.
        """
        text = describe_error(error)
        passing = isinstance(error, Transient | MailboxClaimed | StoreError)
        reason = type(error).__name__ if passing else _NUMBER.sub("#", text)
        with self._lock:
            outage = self._down.setdefault(what, _Outage())
            wait = outage.waits.setdefault(by, _Wait())
            wait.pause = self._next_pause(wait.pause, error)
            wait.not_before = self._instant() + wait.pause
            news = reason not in outage.reported and len(outage.reported) < _MOST_REASONS
            if news:
                outage.reported.add(reason)
            pause = wait.pause
        if news and not self._closed:
            again = {"again_in_seconds": round(pause)} if pause >= _LONG else {}
            log.error("cannot be used; it is tried again", what=what, why=text, **again)
        return news

    def _next_pause(self, before: float, error: Exception) -> float:
        if self._first <= 0:
            return 0.0
        first, longest = self._first, self._longest
        if isinstance(error, LoginRefused):
            first, longest = _LOGIN_FIRST, _LOGIN_LONGEST
        return min(max(before * 2, first), longest)

    def report_once(self, what: str, message: str) -> bool:
        """Report something once until it changes; return whether it was reported."""
        with self._lock:
            outage = self._down.setdefault(what, _Outage())
            news = message not in outage.reported
            outage.reported = {message}
        if news:
            log.error("cannot be done yet; it is tried again", what=what, why=message)
        return news

    def worked(self, what: str, by: str = "") -> None:
        """Note a success; the outage ends once every user that had it has succeeded."""
        if what not in self._down:
            return
        with self._lock:
            outage = self._down.get(what)
            if outage is None:
                return
            outage.waits.pop(by, None)
            if outage.waits:
                return
            del self._down[what]
        log.info("can be used again", what=what)
