"""One complete round: keep, decide, file, ask, chase, deliver."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from exchange.config import MailboxSettings
from exchange.errors import (
    ConfigError,
    CourierUnavailable,
    MailboxRefused,
    MailboxUnavailable,
    Permanent,
    Transient,
    VaultError,
)
from exchange.ports import Courier, Mailbox, MailRef
from exchange.services import chase, clocks, deliver, intake, keeping, request
from exchange.services.desk import Desk
from exchange.services.posting import Posting
from exchange.store.mail import PROCESSED, REVIEW, SHUNTED

log = structlog.get_logger("exchange.rounds")

_OUTGOING: Final = "outgoing mail"
_AT_ONCE: Final = 2000  # mails of one mailbox
_BACKLOG: Final = 500  # from so many on letters leave while further mails are decided


@dataclass(slots=True)
class Round:
    """What one round did."""

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
        """Whether nothing at all happened."""
        return not (
            self.kept or self.decided or self.filed or self.raised or self.chased
            or self.moved
            or self.delivered or self.troubles
        )  # fmt: skip

    def summary(self) -> str:
        """One line for people."""
        parts = [
            f"{self.kept} mails kept",
            *(f"{number} {folder}" for folder, number in sorted(self.decided.items())),
            f"{len(self.raised)} requests raised",
            *([f"{len(self.moved)} due dates moved"] if self.moved else []),
            *(f"{number} {kind}" for kind, number in sorted(self.chased.items())),
            *(f"{number} letters {state}" for state, number in sorted(self.delivered.items())),
        ]
        return ", ".join(parts)


class Reachability:
    """Which parts of the outside can be used: said once per change, tried with growing pauses.

    ``instant`` gives seconds that only grow; ``first`` and ``longest`` are pauses in seconds, and
    a first pause of 0 tries in every round.
    """

    def __init__(
        self,
        instant: Callable[[], float] = time.monotonic,
        first: float = 0.0,
        longest: float = 300.0,
    ) -> None:
        self._instant, self._first, self._longest = instant, first, longest
        self._down: dict[str, str] = {}
        self._pause: dict[str, float] = {}
        self._not_before: dict[str, float] = {}

    def worth_trying(self, what: str) -> bool:
        """Whether the pause after the last failure is over."""
        return self._instant() >= self._not_before.get(what, 0.0)

    def failed(self, what: str, error: Exception) -> bool:
        """Note a failure; True when it is news.

        An outage is one piece of news however its reason reads: a server that goes away first
        drops the connection and then refuses the next.  A server that refuses us says what to
        mend, so each new reason is told.
        """
        said = str(error)
        passing = isinstance(error, MailboxUnavailable | CourierUnavailable)
        reason = type(error).__name__ if passing else said
        news = self._down.get(what) != reason
        self._down[what] = reason
        self._pause[what] = min(max(self._pause.get(what, 0.0) * 2, self._first), self._longest)
        self._not_before[what] = self._instant() + self._pause[what]
        if news:
            log.error("cannot be used; it is tried again", what=what, why=said)
        return news

    def told_once(self, what: str, said: str) -> None:
        """Say something about one thing, once until it changes."""
        if self._down.get(what) != said:
            self._down[what] = said
            log.error("cannot be done yet; it is tried again", what=what, why=said)

    def worked(self, what: str) -> None:
        """Note a success."""
        self._pause.pop(what, None)
        self._not_before.pop(what, None)
        if self._down.pop(what, None) is not None:
            log.info("can be used again", what=what)


def folders_of(settings: MailboxSettings) -> Mapping[str, str]:
    """The server's folder for each of our three."""
    return {
        PROCESSED: settings.processed,
        REVIEW: settings.review,
        SHUNTED: settings.shunted,
    }


@dataclass(slots=True)
class _Inbox:
    """A mailbox that can be used, and those mails in it that we do not have yet."""

    mailbox: Mailbox
    folders: Mapping[str, str]
    fresh: list[MailRef] = field(default_factory=list)

    @property
    def name(self) -> str:
        """How messages name it."""
        return f"mailbox {self.mailbox.name}"


def take_in(
    desk: Desk,
    mailboxes: Sequence[Mailbox],
    done: Round,
    reach: Reachability,
    posting: Posting | None,
    stop: threading.Event,
) -> None:
    """Keep what is new in each mailbox, decide everything kept, file what is decided.

    Some thousand mails at a time: of a backlog the first are answered while the last still wait on
    the server, and once ``stop`` is set they stay there.  A mailbox that cannot be used does not
    hold the others up.
    """
    folders = {one.name: folders_of(one) for one in desk.settings.mailbox}
    inboxes = [_Inbox(mailbox, folders[mailbox.name]) for mailbox in mailboxes]
    inboxes = [one for one in inboxes if reach.worth_trying(one.name)]
    inboxes = [one for one in inboxes if _works(_look, desk, one, done, reach)]
    backlog = any(len(one.fresh) > _BACKLOG for one in inboxes)
    # A process of its own cannot have a clock that somebody set here.
    if posting and backlog and not desk.clock.simulated and reach.worth_trying(_OUTGOING):
        posting.start()
    decided = intake.Decided()
    while True:
        inboxes = [one for one in inboxes if _works(_keep, desk, one, done, reach)]
        desk.heart.step("deciding what is kept")
        intake.decide_all(desk, decided, stop)
        inboxes = [one for one in inboxes if _works(_file, desk, one, done, reach)]
        if stop.is_set() or not any(one.fresh for one in inboxes):
            break
    done.decided += decided.folders
    for number, why in decided.left.items():
        reach.told_once(f"mail {number}", f"it waits: {why}")
        done.troubles.append(f"mail {number} waits: {why}")


_Work = Callable[[Desk, _Inbox, Round, Reachability], None]


def _works(work: _Work, desk: Desk, inbox: _Inbox, done: Round, reach: Reachability) -> bool:
    """Whether that could be done; what hindered it is told."""
    try:
        work(desk, inbox, done, reach)
    except (MailboxUnavailable, MailboxRefused) as error:
        desk.heart.mailbox_failed(inbox.mailbox.name, str(error))
        reach.failed(inbox.name, error)
        done.troubles.append(str(error))
        return False
    return True


def _look(desk: Desk, inbox: _Inbox, _done: Round, _reach: Reachability) -> None:
    desk.heart.step(f"looking into {inbox.name}")
    inbox.fresh = keeping.fresh(desk, inbox.mailbox)


def _keep(desk: Desk, inbox: _Inbox, done: Round, reach: Reachability) -> None:
    some, inbox.fresh = inbox.fresh[:_AT_ONCE], inbox.fresh[_AT_ONCE:]
    if some:
        desk.heart.step(f"keeping mails of {inbox.name}")
    done.kept += keeping.keep(desk, inbox.mailbox, some)
    desk.heart.mailbox_good(inbox.mailbox.name)
    reach.worked(inbox.name)


def _file(desk: Desk, inbox: _Inbox, done: Round, _reach: Reachability) -> None:
    desk.heart.step(f"filing in {inbox.name}")
    done.filed += keeping.file(desk, inbox.mailbox, inbox.folders)


def send_out(desk: Desk, courier: Courier, done: Round, reach: Reachability) -> None:
    """Deliver what is due."""
    if not reach.worth_trying(_OUTGOING):
        return
    desk.heart.step("sending letters")
    try:
        deliver.deliver(desk, courier, done.delivered)
    except (Transient, Permanent) as error:
        reach.failed(_OUTGOING, error)
        done.troubles.append(str(error))
    else:
        reach.worked(_OUTGOING)


def one_round(
    desk: Desk,
    mailboxes: Sequence[Mailbox],
    courier: Courier,
    reach: Reachability,
    stop: threading.Event | None = None,
    posting: Posting | None = None,
) -> Round:
    """Everything there is to do now, or what is under way when ``stop`` is set.

    ``posting`` is what may deliver beside the work on a backlog.
    """
    done, stop = Round(), stop or threading.Event()
    for moved in clocks.replay(desk):
        done.moved.append(moved.ref)
    try:
        take_in(desk, mailboxes, done, reach, posting, stop)
    finally:
        if posting:
            desk.heart.step("waiting for the posting process")
            _end(posting, done, reach)
    for what, work in (("asking", _ask), ("chasing", _chase)):
        desk.heart.step(what)
        try:
            work(desk, done)
        except (ConfigError, VaultError) as error:
            # A broken template, say: what is decided already is delivered all the same.
            reach.told_once(what, str(error))
            done.troubles.append(str(error))
        else:
            reach.worked(what)
    send_out(desk, courier, done, reach)
    desk.heart.round_ended()
    return done


def _end(posting: Posting, done: Round, reach: Reachability) -> None:
    """Have the sending beside us end, and note what it did."""
    posted = posting.finish()
    done.delivered += posted.fates
    if posted.fault is not None:
        reach.failed(_OUTGOING, posted.fault)
        done.troubles.append(str(posted.fault))


def _ask(desk: Desk, done: Round) -> None:
    done.raised = request.raise_requests(desk)


def _chase(desk: Desk, done: Round) -> None:
    done.chased = chase.chase(desk)
