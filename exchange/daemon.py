"""The daemon: watches the mailboxes and does one round after the other until it is told to stop.

Watchers (one thread and one connection per mailbox) and the ticker only say "look again"; all
work is done by the main thread, one round at a time.  Nothing is remembered here: what is due is
read from the database in every round.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import FrameType

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from exchange.bootstrap import open_courier, open_mailbox
from exchange.errors import (
    ExchangeError,
    MailboxRefused,
    MailboxUnavailable,
)
from exchange.ports import Mailbox
from exchange.posting import PostingProcess
from exchange.sdnotify import Supervisor
from exchange.services import monthly
from exchange.services.desk import Desk
from exchange.services.heartbeat import Heartbeat
from exchange.services.rounds import Reachability, Round, one_round, send_out

log = structlog.get_logger("exchange.daemon")

_DELIVERY_TICK = 20.0  # seconds: lets the rate budget refill
_REPORT_TICK = 3600.0
_FIRST_PAUSE, _LONGEST_PAUSE = 2.0, 300.0
_STEP = 0.2  # seconds between looks at the two events
_PATIENCE = 4.0  # of the 5 seconds a stop may take


def run_once(desk: Desk) -> Round:
    """One complete round; raises AlreadyRunning when a daemon holds the database."""
    with desk.store.sole_daemon():
        mailboxes = [open_mailbox(desk, settings) for settings in desk.settings.mailbox]
        try:
            stop = threading.Event()
            posting = PostingProcess(desk.folder, stop)
            done = one_round(desk, mailboxes, open_courier(desk), Reachability(), stop, posting)
            monthly.write_due(desk)
            return done
        finally:
            for mailbox in mailboxes:
                mailbox.close()
            desk.reader.close()


def run(desk: Desk) -> None:
    """Work until SIGTERM or SIGINT; raises AlreadyRunning when a daemon holds the database."""
    stop, wake, tick = threading.Event(), threading.Event(), threading.Event()
    supervisor = Supervisor()
    with desk.store.sole_daemon(), _stopping(stop, wake, supervisor):
        heart = _heart(desk, supervisor)
        desk = replace(desk, heart=heart)
        log.info("started", party=desk.signifier, mailboxes=len(desk.settings.mailbox))
        watchers = [_Watcher(desk, one.name, stop, wake) for one in desk.settings.mailbox]
        ticker = _ticker(desk, tick)
        try:
            for watcher in watchers:
                watcher.start()
            ticker.start()
            desk.reader.start()  # ready by the time of the first mail
            _work(desk, heart, stop, wake, tick)
        finally:
            ticker.shutdown(wait=False)
            for watcher in watchers:
                watcher.close()
            for watcher in watchers:
                watcher.join(1.0)
        heart.stopped()
        log.info("stopped")


def _heart(desk: Desk, supervisor: Supervisor) -> Heartbeat:
    """Our signs of life; a watchdog that would end good work is named at once."""
    patience, longest = supervisor.watchdog_seconds, desk.settings.limits.seconds
    if patience and patience < 2 * longest:
        log.warning(
            "the watchdog may end a mail that is read for long; WatchdogSec should be larger",
            watchdog_seconds=patience,
            at_least=2 * longest,
        )
    return Heartbeat(desk.folder, supervisor.tell, patience)


def _work(
    desk: Desk,
    heart: Heartbeat,
    stop: threading.Event,
    wake: threading.Event,
    tick: threading.Event,
) -> None:
    mailboxes = [open_mailbox(desk, settings) for settings in desk.settings.mailbox]
    courier, reach = open_courier(desk, stop), Reachability(first=_FIRST_PAUSE)
    posting = PostingProcess(desk.folder, stop)
    pause = _FIRST_PAUSE
    next_look = 0.0
    poll = min(one.poll_seconds for one in desk.settings.mailbox)
    heart.ready()
    try:
        while not stop.is_set():
            hinted = wake.is_set()
            wake.clear()
            try:
                if hinted or time.monotonic() >= next_look:
                    done = one_round(desk, mailboxes, courier, reach, stop, posting)
                    next_look = time.monotonic() + 0.9 * poll
                else:
                    # Between two looks only the outbox moves on, as the rate budget refills.
                    done = Round()
                    send_out(desk, courier, done, reach)
                heart.step("the monthly report")
                for month in monthly.write_due(desk):
                    log.info("report written", month=month)
                reach.worked("the work")
            except ExchangeError as error:
                # Database, vault or configuration: nothing was changed.  Better no answer for a
                # while than an unaudited one.
                reach.failed("the work", error)
                _pause(stop, pause, heart)
                pause = min(pause * 2, _LONGEST_PAUSE)
                continue
            pause = _FIRST_PAUSE
            if not done.quiet:
                log.info("round done", did=done.summary())
            _rest(wake, tick, heart)
    finally:
        for mailbox in mailboxes:
            mailbox.close()
        desk.reader.close()


def _rest(wake: threading.Event, tick: threading.Event, heart: Heartbeat) -> None:
    """Until a watcher hints at new mail, or the ticker says that it is time for something."""
    tick.clear()
    while not wake.is_set() and not tick.wait(_STEP):
        heart.rest()


def _pause(stop: threading.Event, seconds: float, heart: Heartbeat) -> None:
    """Wait before the next attempt, or until all is to stop."""
    heart.step("waiting for the database")
    end = time.monotonic() + seconds
    while not stop.wait(min(1.0, max(0.0, end - time.monotonic()))) and time.monotonic() < end:
        heart.moved()


def _ticker(desk: Desk, tick: threading.Event) -> BackgroundScheduler:
    """Interval jobs that only wake the worker; due dates live in the database."""
    ticker = BackgroundScheduler(
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    poll = min(one.poll_seconds for one in desk.settings.mailbox)
    for name, seconds in (("poll", poll), ("deliver", _DELIVERY_TICK), ("report", _REPORT_TICK)):
        ticker.add_job(tick.set, "interval", seconds=seconds, id=name)
    return ticker


class _Watcher(threading.Thread):
    """Waits for new mail in one mailbox over a connection of its own."""

    def __init__(self, desk: Desk, name: str, stop: threading.Event, wake: threading.Event) -> None:
        super().__init__(name=f"watch-{name}", daemon=True)
        settings = next(one for one in desk.settings.mailbox if one.name == name)
        self._seconds = settings.poll_seconds
        self._mailbox: Mailbox = open_mailbox(desk, settings)
        self._stop_event, self._wake = stop, wake

    def run(self) -> None:
        """Wake the worker at each hint; failures are told by the worker's own connection."""
        pause = _FIRST_PAUSE
        while not self._stop_event.is_set():
            try:
                hinted = self._mailbox.wait(self._seconds)
            except (MailboxUnavailable, MailboxRefused):
                self._stop_event.wait(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
                continue
            pause = _FIRST_PAUSE
            if hinted:
                self._wake.set()

    def close(self) -> None:
        """End the wait that is under way."""
        self._mailbox.close()


@contextmanager
def _stopping(
    stop: threading.Event, wake: threading.Event, supervisor: Supervisor
) -> Iterator[None]:
    """Stop on SIGTERM and SIGINT; give a far side that hangs only a few seconds."""

    def told(_number: int, _frame: FrameType | None) -> None:
        supervisor.tell("STOPPING=1")
        supervisor.tell("STOPPING=1")
        stop.set()
        wake.set()
        # Whatever is under way is either committed or will be done again: ending here is safe.
        impatient = threading.Timer(_PATIENCE, _leave)
        impatient.daemon = True
        impatient.start()

    before = {number: signal.signal(number, told) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave() -> None:
    log.warning("stopped without waiting for the far side")
    os._exit(0)
