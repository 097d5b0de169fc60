"""The daemon's threads: per mailbox one that waits and one that works, and one that sends.

They never wait for each other: they share the database, and events that say "look again". An error
in one thread costs only that thread a pause, unless it makes it impossible to continue.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from exchange.bootstrap import open_courier, open_mailbox
from exchange.config import MailboxSettings
from exchange.errors import (
    LoginRefused,
    MailboxRefused,
    MailboxUnavailable,
    StoreError,
    StoreReplaced,
)
from exchange.later import Log
from exchange.ports.mail import Mailbox
from exchange.services.context import Context
from exchange.services.mailbox.rounds import OUTGOING, SENDING, Inbox, Round, end_posting, send_out
from exchange.services.running.progress import Progress
from exchange.services.running.reach import Reachability, describe_error
from exchange.services.sending.posting import Posting
from exchange.store.locks import LockGuard

log = Log("exchange.daemon")

DATABASE: Final = "the database"
FIRST_PAUSE: Final = 2.0
_LONGEST_PAUSE: Final = 300.0
_DELIVERY_TICK: Final = 20.0  # seconds: lets the rate budget refill
_EARLY: Final = 0.9  # of the poll interval, so that the next tick finds it due
_STEP: Final = 0.2
_SHORTEST: Final = 0.05
_LOGIN_PAUSE: Final = 3600.0  # for a connection that only waits
_REPORTED_FAILURES: Final = 3  # in a row, before a failure to wait is logged
_CALM: Final = 5.0  # seconds between two hints of a server that sends them endlessly
_AT_ONCE: Final = 2.0  # a hint sooner than this after the previous one counts as immediate


@dataclass
class Floor:
    """What the threads of one configuration share."""

    ctx: Context
    guard: LockGuard
    reach: Reachability
    progress: Progress
    stop: threading.Event = field(default_factory=threading.Event)
    wake: threading.Event = field(default_factory=threading.Event)  # mails wait to be decided
    begun: threading.Event = field(default_factory=threading.Event)  # the clock was checked
    fatal: Exception | None = None
    _done: Round = field(default_factory=Round)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def may_work(self) -> bool:
        """Return whether we hold the database and are not asked to stop."""
        return not (self.stop.is_set() or self.guard.lost.is_set())

    def report(self, done: Round) -> None:
        """Add the work done to the next log report."""
        with self._lock:
            self._done.add(done)

    def reported(self) -> Round:
        """Return the work done since the last call."""
        with self._lock:
            done, self._done = self._done, Round()
        return done

    def attempt(self, name: str, work: Callable[[Round], None]) -> bool:
        """Do one pass of a thread; return False and pause after an error that escapes it."""
        done = Round()
        try:
            work(done)
        except StoreReplaced as error:
            self.fatal = error
            self.wake.set()
            return False
        except StoreError as error:
            # Nothing was changed. Better a late answer than an unaudited one.
            self.reach.failed(DATABASE, error, name)
            return False
        except Exception as error:
            self.reach.failed(name, error, "all of it")
            return False
        finally:
            self.report(done)
        self.reach.worked(DATABASE, name)
        self.reach.worked(name, "all of it")
        return True

    def pause_of(self, name: str) -> float:
        """Return how many seconds a thread must still wait after an error."""
        return max(self.reach.pause_left(DATABASE, name), self.reach.pause_left(name, "all of it"))


class MailboxWorker(threading.Thread):
    """Lists, fetches, keeps and files the mails of one mailbox over its own connection."""

    def __init__(self, floor: Floor, settings: MailboxSettings, sender: Sender) -> None:
        super().__init__(name=f"mail-{settings.name}", daemon=True)
        self._floor, self._sender = floor, sender
        self._mailbox: Mailbox = open_mailbox(floor.ctx, settings)
        self.inbox = Inbox(floor.ctx, self._mailbox, floor.reach, floor.progress)
        self._poll = settings.poll_seconds
        self._next_look = 0.0
        self._hinted, self._wake = threading.Event(), threading.Event()

    def look(self) -> None:
        """Signal that there may be new mail."""
        self._hinted.set()
        self._wake.set()

    def file(self) -> None:
        """Signal that decided mails can be filed."""
        self._wake.set()

    def run(self) -> None:
        """Do pass after pass until the daemon stops."""
        floor, name = self._floor, self.inbox.name
        # A mail recorded before the clock is checked would count as evidence for a wrong clock.
        while not (floor.begun.wait(_STEP) or floor.stop.is_set()):
            pass
        while not floor.stop.is_set():
            pause = floor.pause_of(name)
            if pause <= 0 and floor.may_work:
                self._wake.clear()
                floor.attempt(name, self._pass)
            left = self._next_look - time.monotonic()
            self._rest(max(floor.pause_of(name), floor.reach.pause_left(name), left, _SHORTEST))

    def _rest(self, seconds: float) -> None:
        """Wait until there may be work; while we are paused, a hint does not end the wait."""
        floor, name = self._floor, self.inbox.name
        if floor.may_work and floor.pause_of(name) <= 0:
            self._wake.wait(seconds)
        else:
            floor.stop.wait(min(seconds, 1.0))

    def _pass(self, done: Round) -> None:
        floor, inbox = self._floor, self.inbox
        now = time.monotonic()
        if (self._hinted.is_set() or now >= self._next_look) and floor.reach.worth_trying(
            inbox.name
        ):
            self._hinted.clear()
            self._next_look = now  # until it succeeds: again as soon as the pause is over
            if not self._take_in(done):
                return
            self._next_look = now + _EARLY * self._poll
            floor.progress.through(inbox.name)
        if not floor.reach.is_down(inbox.name):
            inbox.file(done)

    def _take_in(self, done: Round) -> bool:
        floor, inbox = self._floor, self.inbox
        if not inbox.look(done):
            return False
        if inbox.backlog:
            self._sender.backlog(self, wanted=True)
        try:
            while True:
                before = done.kept
                if not inbox.keep_some(done):
                    return False
                if done.kept > before:
                    floor.wake.set()
                if not inbox.fresh:
                    return True
                if not floor.may_work:
                    return False
                inbox.file(done)
        finally:
            self._sender.backlog(self, wanted=False)

    def close(self) -> None:
        """Interrupt the work under way."""
        self._wake.set()
        self._mailbox.close()


class Watcher(threading.Thread):
    """Waits for new mail in one mailbox over its own connection."""

    def __init__(self, floor: Floor, settings: MailboxSettings, worker: MailboxWorker) -> None:
        super().__init__(name=f"watch-{settings.name}", daemon=True)
        self._seconds = settings.poll_seconds
        self._mailbox: Mailbox = open_mailbox(floor.ctx, settings)
        self._floor, self._worker = floor, worker
        self._name = f"waiting for mail in mailbox {settings.name}"

    def run(self) -> None:
        """Pass each hint on to the worker.

        While the mailbox cannot be used, only the worker retries: that saves a connection, and a
        wrong password is not tried twice.
        """
        floor, failures, pause, calm = self._floor, 0, FIRST_PAUSE, _SHORTEST
        while not floor.stop.is_set():
            if floor.reach.is_down(self._worker.inbox.name):
                floor.stop.wait(1.0)
                continue
            began = time.monotonic()
            try:
                hinted = self._mailbox.wait(self._seconds)
            except Exception as error:
                if floor.stop.is_set():
                    return
                self._worker.look()  # which reports the error if it is the mailbox's
                failures += 1
                known = isinstance(error, MailboxUnavailable | MailboxRefused)
                if failures >= _REPORTED_FAILURES or not known:
                    floor.reach.failed(self._name, error)
                floor.stop.wait(_LOGIN_PAUSE if isinstance(error, LoginRefused) else pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
                continue
            failures, pause = 0, FIRST_PAUSE
            floor.reach.worked(self._name)
            if hinted:
                self._worker.look()
                # Some servers announce mail whenever IDLE begins, even if there is none: without
                # a pause the inbox would be listed a hundred times a second.
                hurried = time.monotonic() - began < _AT_ONCE
                calm = min(calm * 2, _CALM) if hurried else _SHORTEST
                floor.stop.wait(calm)

    def close(self) -> None:
        """Interrupt the wait under way."""
        self._mailbox.close()


class Sender(threading.Thread):
    """Sends due letters; during a backlog it has a separate process send them."""

    def __init__(self, floor: Floor, posting: Callable[[threading.Event], Posting]) -> None:
        super().__init__(name="send", daemon=True)
        self._floor = floor
        self._halt = threading.Event()  # start no more letters
        self._courier = open_courier(floor.ctx, self._halt)
        self._posting = posting(self._halt)
        self._wake = threading.Event()
        self._crowds: set[object] = set()  # mailboxes with a backlog
        floor.ctx.store.when_lost(self.halt)

    def hint(self) -> None:
        """Signal that there may be letters."""
        self._wake.set()

    def backlog(self, who: object, *, wanted: bool) -> None:
        """Note whether ``who`` has a backlog, for which a separate process should send."""
        (self._crowds.add if wanted else self._crowds.discard)(who)
        self._wake.set()

    @contextmanager
    def with_backlog(self, who: object) -> Iterator[None]:
        """Keep a separate sending process, if there is one, at work until the block ends."""
        if self._crowds:
            self.backlog(who, wanted=True)
        try:
            yield
        finally:
            self.backlog(who, wanted=False)

    def halt(self) -> None:
        """Start no more letters; the fates of those under way are still recorded."""
        self._halt.set()
        self._wake.set()

    def run(self) -> None:
        """Send until the daemon stops."""
        floor = self._floor
        while not floor.stop.is_set():
            self._wake.clear()
            self._halt.clear()  # before the check: who sets it sets the other first
            if not floor.may_work:
                self._halt.set()
            elif floor.pause_of(SENDING) <= 0:
                floor.attempt(SENDING, self._send)
            if floor.may_work and floor.pause_of(SENDING) <= 0:
                self._wake.wait(_DELIVERY_TICK)
            else:
                floor.stop.wait(1.0)

    def _send(self, done: Round) -> None:
        floor = self._floor
        if self._crowds and not floor.ctx.clock.simulated and floor.reach.worth_trying(OUTGOING):
            try:
                with floor.progress.at(SENDING, "sending letters by the posting process"):
                    self._posting.start()
                    while self._crowds and not self._halt.wait(_STEP):
                        pass
            finally:
                end_posting(floor.ctx, self._posting, done, floor.reach)
        send_out(floor.ctx, self._courier, done, floor.reach, floor.progress)


class Overseer(threading.Thread):
    """Checks each second for slow steps: reports them, and cuts them off past their limit.

    It also calls ``beats`` each second; an error in one does not affect the others.
    """

    def __init__(self, progress: Progress, beats: Sequence[Callable[[], None]] = ()) -> None:
        super().__init__(name="oversee", daemon=True)
        self._calls = (progress.look, *beats)
        self._over = threading.Event()
        self._reported: set[str] = set()

    def run(self) -> None:
        """Check until closed."""
        while not self._over.wait(1.0):
            for call in self._calls:
                try:
                    call()
                except Exception as error:
                    reason = describe_error(error)
                    if reason not in self._reported:
                        self._reported.add(reason)
                        log.error("the overseer failed", why=reason)

    def close(self) -> None:
        """Stop checking."""
        self._over.set()
