"""Run one complete round: keep, decide, file, ask, chase, send."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from exchange.config import MailboxSettings
from exchange.errors import CourierPaused, ExchangeError, StoreError
from exchange.ports.mail import Courier, Mailbox, MailRef
from exchange.rendering.wording import counted
from exchange.services.answering import intake
from exchange.services.asking import chase, clocks, request
from exchange.services.context import Context
from exchange.services.letters import digest
from exchange.services.mailbox import fetch_and_file
from exchange.services.running import clock_guard
from exchange.services.running.progress import Progress
from exchange.services.running.reach import Reachability as Reachability
from exchange.services.running.reach import describe_error
from exchange.services.sending import send_mail
from exchange.services.sending.posting import Posting
from exchange.store.mails.mail import PROCESSED, REVIEW, SHUNTED

# The names of the parts of the work in messages and ``Progress``.
ROUND: Final = "round"
SENDING: Final = "sending"
OUTGOING: Final = "outgoing mail"
_FILING: Final = "filing"
_READING: Final = "the reading of mails"
_AT_ONCE: Final = 2000  # mails of one mailbox
_BACKLOG: Final = 500  # from this many on, letters leave while further mails are decided
_STEP_SECONDS: Final = 3600.0  # one step at one mailbox; a slow line may have much to transfer


@dataclass(slots=True)
class Round:
    """The result of one round."""

    kept: int = 0
    decided: Counter[str] = field(default_factory=Counter)
    filed: int = 0
    raised: list[str] = field(default_factory=list)
    chased: Counter[str] = field(default_factory=Counter)
    delivered: Counter[str] = field(default_factory=Counter)
    moved: list[str] = field(default_factory=list)  # references whose due date the calendar moved
    troubles: list[str] = field(default_factory=list)

    @property
    def quiet(self) -> bool:
        """Return whether nothing was done; troubles were reported when they began."""
        return not (
            self.kept or self.decided or self.filed or self.raised or self.chased
            or self.moved
            or self.delivered
        )  # fmt: skip

    def add(self, other: Round) -> None:
        """Add the result of another round."""
        self.kept += other.kept
        self.decided += other.decided
        self.filed += other.filed
        self.raised += other.raised
        self.chased += other.chased
        self.delivered += other.delivered
        self.moved += other.moved
        self.troubles += other.troubles

    def summary(self) -> str:
        """Return one line for people."""
        parts = [
            f"{counted(self.kept, 'mail')} kept",
            *(f"{number} {folder}" for folder, number in sorted(self.decided.items())),
            f"{counted(len(self.raised), 'request')} raised",
            *([f"{counted(len(self.moved), 'due date')} moved"] if self.moved else []),
            *(f"{number} {kind}" for kind, number in sorted(self.chased.items())),
            *(
                f"{counted(number, 'letter')} {state}"
                for state, number in sorted(self.delivered.items())
            ),
        ]
        return ", ".join(parts)


def folders_of(settings: MailboxSettings) -> Mapping[str, str]:
    """Return the server's folder for each of our three."""
    return {
        PROCESSED: settings.processed,
        REVIEW: settings.review,
        SHUNTED: settings.shunted,
    }


def bordered(
    what: str, work: Callable[[], None], done: Round, reach: Reachability, by: str = ""
) -> bool:
    """Run one step; on an error report it, pause the step and return False.

    Only StoreError ends more than the step and is raised, and CourierPaused, which is no failure.
    The error is reported once and is a trouble of the round.
    """
    try:
        work()
    except (StoreError, CourierPaused):
        raise
    except Exception as error:
        reach.failed(what, error, by)
        said = describe_error(error)
        done.troubles.append(said if isinstance(error, ExchangeError) else f"{what}: {said}")
        return False
    return True


class Inbox:
    """A mailbox, and its mails that we do not have yet."""

    def __init__(
        self, ctx: Context, mailbox: Mailbox, reach: Reachability, progress: Progress
    ) -> None:
        self.name = f"mailbox {mailbox.name}"  # the name in messages
        self.fresh: list[MailRef] = []
        self.mailbox = mailbox
        self._ctx, self._reach, self._progress = ctx, reach, progress
        settings = next(one for one in ctx.settings.mailbox if one.name == mailbox.name)
        self._folders = folders_of(settings)

    @property
    def backlog(self) -> bool:
        """Return whether so much waits that letters leave while further mails are decided."""
        return len(self.fresh) > _BACKLOG

    def look(self, done: Round) -> bool:
        """List new mails; return False if the mailbox cannot be used."""
        return self._step("listing", self._list, done)

    def keep_some(self, done: Round) -> bool:
        """Keep the next new mails; return False if the mailbox can no longer be used."""
        if not self._step("fetching from", lambda: self._keep(done), done):
            return False
        self._ctx.heart.mailbox_good(self.mailbox.name)
        if not self.fresh:
            self._reach.worked(self.name)
        return True

    def file(self, done: Round) -> bool:
        """File decided mails; return False if that is impossible now."""
        if not self._reach.worth_trying(self.name, _FILING):
            return False
        if not self._step("filing in", lambda: self._file(done), done, _FILING):
            return False
        self._reach.worked(self.name, _FILING)
        return True

    def _step(self, doing: str, work: Callable[[], None], done: Round, by: str = "") -> bool:
        def timed() -> None:
            what = f"{doing} {self.name}"
            with self._progress.at(self.name, what, _STEP_SECONDS, self._cut):
                try:
                    work()
                except ExchangeError:
                    raise
                except Exception:
                    with suppress(Exception):
                        self.mailbox.close()  # the connection's state is unknown
                    raise

        if bordered(self.name, timed, done, self._reach, by):
            return True
        self._ctx.heart.mailbox_failed(self.mailbox.name, done.troubles[-1])
        self.fresh = []
        return False

    def _cut(self) -> None:
        self.mailbox.close()

    def _list(self) -> None:
        self.fresh = list(fetch_and_file.fresh(self._ctx, self.mailbox))

    def _keep(self, done: Round) -> None:
        some, self.fresh = self.fresh[:_AT_ONCE], self.fresh[_AT_ONCE:]
        done.kept += fetch_and_file.keep(self._ctx, self.mailbox, some)

    def _file(self, done: Round) -> None:
        done.filed += fetch_and_file.file(self._ctx, self.mailbox, self._folders)


def take_in(
    ctx: Context,
    mailboxes: Sequence[Mailbox],
    done: Round,
    reach: Reachability,
    posting: Posting | None,
    stop: threading.Event,
    progress: Progress,
) -> None:
    """Keep what is new in each mailbox, decide everything kept, file what is decided.

    It takes some thousand mails at a time: the first mails of a backlog are answered while the
    last still wait on the server, and stay there once ``stop`` is set.  A mailbox that cannot be
    used does not stop the others.
    """
    every = [Inbox(ctx, mailbox, reach, progress) for mailbox in mailboxes]
    inboxes = [one for one in every if reach.worth_trying(one.name) and one.look(done)]
    # A separate process cannot use a clock simulated here.
    alone = posting is not None and not ctx.clock.simulated
    if posting and alone and any(one.backlog for one in inboxes) and reach.worth_trying(OUTGOING):
        posting.start()
    decided = intake.Decided()
    while True:
        inboxes = [one for one in inboxes if one.keep_some(done)]
        decide_kept(ctx, done, reach, stop, progress, decided)
        for one in inboxes:
            one.file(done)
        if stop.is_set() or not any(one.fresh for one in inboxes):
            break
    note_left(decided, done, reach)


def decide_kept(
    ctx: Context,
    done: Round,
    reach: Reachability,
    stop: threading.Event,
    progress: Progress,
    decided: intake.Decided,
) -> None:
    """Decide every kept mail; ``decided`` is from earlier passes in this round."""
    if not (reach.worth_trying("deciding") and reach.worth_trying(_READING)):
        return
    before = Counter(decided.folders)

    def work() -> None:
        with progress.at(ROUND, "deciding mails"):
            intake.decide_all(ctx, decided, stop)

    if bordered("deciding", work, done, reach):
        reach.worked("deciding")
    done.decided += decided.folders - before


def note_left(decided: intake.Decided, done: Round, reach: Reachability) -> None:
    """Report mails that could not be decided, and whether mails can be read at all."""
    if decided.unread:
        reach.failed(_READING, decided.unread)
        done.troubles.append(str(decided.unread))
    elif decided.read:
        reach.worked(_READING)
    for number, why in decided.left.items():
        reach.report_once(f"mail {number}", f"it waits: {why}")
        done.troubles.append(f"mail {number} waits: {why}")


def send_out(
    ctx: Context,
    courier: Courier,
    done: Round,
    reach: Reachability,
    progress: Progress | None = None,
) -> None:
    """Send what is due."""
    if not reach.worth_trying(OUTGOING):
        return

    def work() -> None:
        with (progress or Progress()).at(SENDING, "sending letters"):
            send_mail.deliver(ctx, courier, done.delivered)

    try:
        worked = bordered(OUTGOING, work, done, reach)
    except CourierPaused as error:  # the stored pause applies
        if reach.report_once(OUTGOING, str(error)):
            done.troubles.append(str(error))
    else:
        if worked:
            reach.worked(OUTGOING)


def begin_round(
    ctx: Context,
    mailboxes: Sequence[Mailbox],
    done: Round,
    reach: Reachability,
    progress: Progress,
) -> None:
    """Check the clock, and recompute due dates if the calendar changed."""
    _one_step(
        "looking at the clock", lambda: _look_at_clock(ctx, mailboxes, done), done, reach, progress
    )
    _one_step("counting the clocks again", lambda: _replay(ctx, done), done, reach, progress)


def ask_and_chase(ctx: Context, done: Round, reach: Reachability, progress: Progress) -> None:
    """Send new requests, reminders and the digest to our team, as the stored dates require."""
    _one_step("asking", lambda: _ask(ctx, done), done, reach, progress)
    _one_step("chasing", lambda: _chase(ctx, done), done, reach, progress)
    _one_step("warning our team", lambda: _warn_team(ctx, done), done, reach, progress)


def _one_step(
    what: str, work: Callable[[], None], done: Round, reach: Reachability, progress: Progress
) -> None:
    """Run a step; a fault of ours, such as a broken template, stops only this step."""
    if not reach.worth_trying(what):
        return

    def timed() -> None:
        with progress.at(ROUND, what):
            work()

    if bordered(what, timed, done, reach):
        reach.worked(what)


def one_round(
    ctx: Context,
    mailboxes: Sequence[Mailbox],
    courier: Courier,
    reach: Reachability,
    stop: threading.Event | None = None,
    posting: Posting | None = None,
    progress: Progress | None = None,
) -> Round:
    """Do everything that is due; once ``stop`` is set, finish only what was begun.

    ``posting`` may send in parallel with the work on a backlog.  Steps run one after the other,
    so that a simulated clock always gives the same result; the daemon runs the same steps in
    separate threads (``exchange.daemon.threads``).
    """
    done, stop, progress = Round(), stop or threading.Event(), progress or Progress()
    begin_round(ctx, mailboxes, done, reach, progress)
    try:
        take_in(ctx, mailboxes, done, reach, posting, stop, progress)
    finally:
        if posting:
            end_posting(ctx, posting, done, reach)
    ask_and_chase(ctx, done, reach, progress)
    send_out(ctx, courier, done, reach, progress)
    return done


def end_posting(ctx: Context, posting: Posting, done: Round, reach: Reachability) -> None:
    """End the parallel sending, and add its result."""
    posted = posting.finish()
    ctx.unrecorded.extend(posted.unrecorded)
    done.delivered += posted.fates
    if posted.trouble:
        done.troubles.append(posted.trouble)
    if isinstance(posted.fault, StoreError):
        raise posted.fault
    if isinstance(posted.fault, CourierPaused):
        reach.report_once(OUTGOING, str(posted.fault))
    elif posted.fault is not None:
        reach.failed(OUTGOING, posted.fault)
        done.troubles.append(str(posted.fault))


def _look_at_clock(ctx: Context, mailboxes: Sequence[Mailbox], done: Round) -> None:
    if wrong := clock_guard.check_clock(ctx, mailboxes):
        done.troubles.append(f"{wrong} ({clock_guard.HINT})")


def _replay(ctx: Context, done: Round) -> None:
    for moved in clocks.recompute_clocks(ctx):
        done.moved.append(moved.ref)


def _ask(ctx: Context, done: Round) -> None:
    done.raised += request.raise_requests(ctx)


def _chase(ctx: Context, done: Round) -> None:
    done.chased += chase.chase(ctx)


def _warn_team(ctx: Context, done: Round) -> None:
    if digest.warn_team(ctx):
        done.chased["alert"] += 1
