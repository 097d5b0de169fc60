"""The daemon: fetches mails, decides and sends until it is stopped.

The main thread decides, asks and chases; mailboxes and sending have their own threads
(``threads``). No state is kept here: every round reads from the database what is due. All waiting
uses the monotonic clock, so the next round comes whatever happens to the wall clock.
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
from typing import Final

from exchange.bootstrap import open_context, open_courier, open_mailbox
from exchange.daemon.posting import PostingProcess
from exchange.daemon.sdnotify import Supervisor
from exchange.daemon.threads import FIRST_PAUSE, Floor, MailboxWorker, Overseer, Sender, Watcher
from exchange.errors import AlreadyRunning, StoreError
from exchange.later import Log, load_all
from exchange.logs import start_log
from exchange.processes import STRAY
from exchange.rendering import overrides
from exchange.services.answering import intake
from exchange.services.context import Context
from exchange.services.letters import pauses
from exchange.services.mailbox import rounds
from exchange.services.mailbox.rounds import ROUND, Round, bordered, one_round
from exchange.services.people import monthly
from exchange.services.running.heartbeat import Heartbeat
from exchange.services.running.progress import Progress
from exchange.services.running.reach import Reachability, describe_error
from exchange.store.db import another_daemon
from exchange.store.locks import LockGuard

log = Log("exchange.daemon")

_REPORT_SECONDS: Final = 20.0  # after which the work done is logged even within a round
_STEP: Final = 0.2  # seconds between looks at the events
_LOST: Final = 1.0  # seconds between attempts to get a lost lock back
_PATIENCE: Final = 4.0  # of the 5 seconds that a stop may take
_REPORT: Final = "the report"
_WORK: Final = "the work"


def run_once(ctx: Context) -> Round:
    """Do one complete round; raise AlreadyRunning when a daemon holds the database."""
    progress, stop, reach = Progress(), threading.Event(), Reachability()
    overseer = Overseer(progress)
    with ctx.store.sole_daemon() as guard:
        ctx.store.when_lost(stop.set)
        mailboxes = [open_mailbox(ctx, settings) for settings in ctx.settings.mailbox]
        try:
            overseer.start()
            posting = PostingProcess(ctx.folder, stop)
            courier = open_courier(ctx, stop)
            done = one_round(ctx, mailboxes, courier, reach, stop, posting, progress)
            _report(ctx, done, reach)
            if guard.fault is not None:
                raise guard.fault
            if guard.lost.is_set():
                done.troubles.append("the lock of the only daemon was lost: the round ended early")
            return done
        finally:
            overseer.close()
            for mailbox in mailboxes:
                mailbox.close()
            ctx.reader.close()


def run(ctx: Context) -> None:
    """Work until SIGTERM or SIGINT; read the configuration again on SIGHUP.

    Raises AlreadyRunning when another daemon holds the database, even one that took it while our
    lock was lost, and StoreReplaced when a file of the database was replaced after it was opened.
    """
    load_all()
    supervisor = Supervisor()
    signals = _Signals(supervisor)
    with signals.caught(), ctx.store.sole_daemon() as guard:
        heart = _heart(ctx, supervisor)
        ctx.store.when_lost(signals.lock_lost)
        log.info("started", party=ctx.signifier, mailboxes=len(ctx.settings.mailbox))
        _warn_of_oddities(ctx)
        crew = _Crew(ctx, guard, signals, heart)
        try:
            crew.start()
            heart.ready()
            while crew.work():
                heart.reloading()
                crew = _reloaded(crew, guard, signals, heart)
                heart.ready()
        except AlreadyRunning:
            raise  # the heartbeat file belongs to the other daemon now
        except Exception as error:
            heart.stopped(describe_error(error))
            raise
        finally:
            crew.close()
        heart.stopped()
        log.info("stopped")


def _heart(ctx: Context, supervisor: Supervisor) -> Heartbeat:
    """Return our heartbeat; warn if systemd's watchdog is too short for our work."""
    patience, longest = supervisor.watchdog_seconds, ctx.settings.limits.seconds
    if patience and patience < 2 * longest:
        log.warning(
            "the watchdog may interrupt a mail that takes long to read; raise WatchdogSec",
            watchdog_seconds=patience,
            at_least=2 * longest,
        )
    return Heartbeat(ctx.folder, supervisor.tell, patience)


def _reloaded(crew: _Crew, guard: LockGuard, signals: _Signals, heart: Heartbeat) -> _Crew:
    """Return a crew for the present configuration, or the same crew if it cannot be used."""
    before = crew.floor.ctx
    try:
        ctx = open_context(before.folder, before.clock, store=before.store)
        fresh = _Crew(ctx, guard, signals, heart)
    except Exception as error:
        why = describe_error(error)
        log.error("the configuration is refused; the previous one stays in force", why=why)
        return crew
    crew.close()
    ctx.unrecorded.extend(before.unrecorded)
    start_log(ctx.settings.log)
    _warn_of_oddities(ctx)
    _end_pause(ctx)
    log.info("the configuration was read again", mailboxes=len(ctx.settings.mailbox))
    fresh.start()
    return fresh


def _end_pause(ctx: Context) -> None:
    """Send letters at once: the reload may have fixed the cause of the pause."""
    try:
        with ctx.store.transaction("resume") as tx:
            pauses.end(ctx, tx, "SIGHUP")
    except StoreError as error:
        log.warning("outgoing mail stays paused", why=describe_error(error))


def _warn_of_oddities(ctx: Context) -> None:
    """Log what is allowed but probably a mistake, in own templates and in ``not_before``."""
    for mailbox in ctx.settings.mailbox:
        if mailbox.not_before is not None and mailbox.not_before > ctx.now():
            log.warning(
                "not_before is in the future: nothing that arrives is answered until then",
                mailbox=mailbox.name,
                not_before=f"{mailbox.not_before:%Y-%m-%d %H:%M} UTC",
            )
    for one in overrides.check_overrides(ctx.folder / "templates"):
        log.warning("one of our own templates differs", file=one.file, what=one.text)


class _Crew:
    """All threads that work with one configuration."""

    def __init__(self, ctx: Context, guard: LockGuard, signals: _Signals, heart: Heartbeat) -> None:
        ctx = replace(ctx, heart=heart)
        self._heart = heart
        self.floor = Floor(ctx, guard, Reachability(first=FIRST_PAUSE), Progress())
        self._signals = signals
        self._sender = Sender(self.floor, lambda halt: PostingProcess(ctx.folder, halt))
        self._workers, self._watchers = list[MailboxWorker](), list[Watcher]()
        for settings in ctx.settings.mailbox:
            worker = MailboxWorker(self.floor, settings, self._sender)
            self._workers.append(worker)
            self._watchers.append(Watcher(self.floor, settings, worker))
        self._overseer = Overseer(self.floor.progress, [heart.write])
        self._poll = min(one.poll_seconds for one in ctx.settings.mailbox)

    def start(self) -> None:
        """Start all threads."""
        self._signals.take_over(self)
        self._heart.follow(self.floor.progress)
        for one in (*self._watchers, *self._workers, self._sender, self._overseer):
            one.start()
        self.floor.ctx.reader.start()  # so that it is ready for the first mail

    def stop(self) -> None:
        """Tell all threads to stop."""
        self.floor.reach.close()
        self.floor.stop.set()
        self._sender.halt()
        self.floor.wake.set()

    def halt(self) -> None:
        """Start no letter for now."""
        self._sender.halt()

    def work(self) -> bool:
        """Do round after round; return True to reload the configuration, False at the end.

        Raises any error that makes it impossible to continue.
        """
        floor, next_round = self.floor, time.monotonic()
        next_report = next_round + _REPORT_SECONDS
        while not floor.stop.is_set():
            if self._signals.reload.is_set():
                self._signals.reload.clear()
                return True
            self._heart.moved()
            pause = floor.pause_of(_WORK) if self._is_ours() else _LOST
            if pause > 0:
                floor.stop.wait(min(pause, _LOST))
                continue
            if floor.wake.is_set() or time.monotonic() >= next_round:
                floor.wake.clear()
                floor.attempt(_WORK, self._round)
                next_round = time.monotonic() + self._poll
                next_report = time.monotonic()
            if time.monotonic() >= next_report:
                next_report = time.monotonic() + _REPORT_SECONDS
                if not (done := floor.reported()).quiet:
                    log.info("round done", did=done.summary())
            self._rest(min(next_round, next_report))
        return False

    def _is_ours(self) -> bool:
        """Return whether we hold the database; raise an error that makes continuing impossible."""
        floor = self.floor
        ours = floor.guard.check()
        for fault in (floor.fatal, floor.guard.fault):
            if fault is not None:
                raise fault
        if floor.guard.taken:
            raise another_daemon()
        return ours

    def _round(self, done: Round) -> None:
        floor, ctx = self.floor, self.floor.ctx
        mailboxes = [worker.inbox.mailbox for worker in self._workers]
        rounds.begin_round(ctx, mailboxes, done, floor.reach, floor.progress)
        floor.begun.set()
        with self._sender.with_backlog(self):
            decided = intake.Decided()
            rounds.decide_kept(ctx, done, floor.reach, floor.stop, floor.progress, decided)
        rounds.note_left(decided, done, floor.reach)
        if done.decided:
            self._sender.hint()
            for worker in self._workers:
                worker.file()
        rounds.ask_and_chase(ctx, done, floor.reach, floor.progress)
        self._sender.hint()
        _report(ctx, done, floor.reach)
        self._heart.round_ended()
        if not done.troubles:
            floor.progress.through(ROUND)

    def _rest(self, until: float) -> None:
        """Wait until there are mails to decide, or it is time for something else."""
        floor = self.floor
        while not (
            floor.wake.wait(_STEP)
            or floor.stop.is_set()
            or self._signals.reload.is_set()
            or floor.guard.lost.is_set()
            or time.monotonic() >= until
        ):
            self._heart.moved()

    def close(self) -> None:
        """Stop all threads; one that hangs gets a moment and is then left to end by itself."""
        self.stop()
        for watcher, worker in zip(self._watchers, self._workers, strict=True):
            watcher.close()
            worker.close()
        end = time.monotonic() + _PATIENCE / 4
        for thread in (*self._watchers, *self._workers, self._sender):
            if thread.is_alive():
                thread.join(max(0.0, end - time.monotonic()))
        self._overseer.close()
        self.floor.ctx.reader.close()


def _report(ctx: Context, done: Round, reach: Reachability) -> None:
    """Write last month's report if it is due."""

    def write() -> None:
        for month in monthly.write_due(ctx):
            log.info("report written", month=month)

    if reach.worth_trying(_REPORT) and bordered(_REPORT, write, done, reach):
        reach.worked(_REPORT)


class _Signals:
    """The signals that arrive while the daemon works.

    A handler interrupts the main thread anywhere, even inside an event: so it only starts a thread
    that sets the events.
    """

    def __init__(self, supervisor: Supervisor) -> None:
        self.reload = threading.Event()
        self._supervisor = supervisor
        self._crew: _Crew | None = None
        self._stopping = False

    def take_over(self, crew: _Crew) -> None:
        """Make this crew the one that a signal stops."""
        self._crew = crew
        if self._stopping:
            crew.stop()

    def lock_lost(self) -> None:
        """Stop sending: another daemon may be working."""
        if self._crew is not None:
            self._crew.halt()

    @contextmanager
    def caught(self) -> Iterator[None]:
        """Stop on SIGTERM, SIGINT and SIGQUIT, read the configuration again on SIGHUP."""
        handlers = {
            **dict.fromkeys(STRAY, self._ignored),
            **dict.fromkeys((signal.SIGTERM, signal.SIGINT, signal.SIGQUIT), self._on_stop),
            signal.SIGHUP: self._on_reload,
        }
        before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_stop(self, _number: int, _frame: FrameType | None) -> None:
        # Work under way is either committed or will be repeated: ending here is safe.
        impatient = threading.Timer(_PATIENCE, _leave)
        impatient.daemon = True
        impatient.start()
        threading.Thread(target=self._stop, daemon=True).start()

    def _on_reload(self, _number: int, _frame: FrameType | None) -> None:
        threading.Thread(target=self.reload.set, daemon=True).start()

    @staticmethod
    def _ignored(number: int, _frame: FrameType | None) -> None:
        # In a thread, as above: the main thread may be inside the log.
        threading.Thread(target=_log_ignored, args=(number,), daemon=True).start()

    def _stop(self) -> None:
        self._stopping = True
        self._supervisor.tell("STOPPING=1")
        if self._crew is not None:
            self._crew.stop()


def _log_ignored(number: int) -> None:
    name = signal.Signals(number).name if number in list(signal.Signals) else f"signal {number}"
    log.warning(
        "a signal that has no meaning here was ignored",
        signal=name,
        hint="SIGHUP reads the configuration again, SIGTERM stops",
    )


def _leave() -> None:
    log.warning("stopped without waiting for the mail server")
    os._exit(0)
