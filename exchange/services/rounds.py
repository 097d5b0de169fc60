"""One complete round: keep, decide, file, ask, chase, deliver."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from exchange.config import MailboxSettings
from exchange.errors import MailboxRefused, MailboxUnavailable, Permanent, Transient
from exchange.ports import Courier, Mailbox
from exchange.services import chase, deliver, intake, request
from exchange.services.desk import Desk
from exchange.store.mail import PROCESSED, REVIEW, SHUNTED

log = structlog.get_logger("exchange.rounds")


@dataclass(slots=True)
class Round:
    """What one round did."""

    kept: int = 0
    decided: Counter[str] = field(default_factory=Counter)
    filed: int = 0
    raised: list[str] = field(default_factory=list)
    chased: Counter[str] = field(default_factory=Counter)
    delivered: Counter[str] = field(default_factory=Counter)
    troubles: list[str] = field(default_factory=list)

    @property
    def quiet(self) -> bool:
        """Whether nothing at all happened."""
        return not (
            self.kept or self.decided or self.filed or self.raised or self.chased
            or self.delivered or self.troubles
        )  # fmt: skip

    def summary(self) -> str:
        """One line for people."""
        parts = [
            f"{self.kept} mails kept",
            *(f"{number} {folder}" for folder, number in sorted(self.decided.items())),
            f"{len(self.raised)} requests raised",
            *(f"{number} {kind}" for kind, number in sorted(self.chased.items())),
            *(f"{number} letters {state}" for state, number in sorted(self.delivered.items())),
        ]
        return ", ".join(parts)


class Reachability:
    """Says once per change whether a mailbox or the courier can be used."""

    def __init__(self) -> None:
        self._down: dict[str, str] = {}

    def failed(self, what: str, error: Exception) -> bool:
        """Note a failure; True when it is news."""
        said = str(error)
        news = self._down.get(what) != said
        self._down[what] = said
        if news:
            log.error("cannot be used; it is tried again", what=what, why=said)
        return news

    def worked(self, what: str) -> None:
        """Note a success."""
        if self._down.pop(what, None) is not None:
            log.info("can be used again", what=what)


def folders_of(settings: MailboxSettings) -> Mapping[str, str]:
    """The server's folder for each of our three."""
    return {
        PROCESSED: settings.processed,
        REVIEW: settings.review,
        SHUNTED: settings.shunted,
    }


def take_in(desk: Desk, mailboxes: Sequence[Mailbox], done: Round, reach: Reachability) -> None:
    """Keep what is new in each mailbox, decide everything kept, file what is decided.

    A mailbox that cannot be used does not hold the others up.
    """
    usable = []
    for mailbox in mailboxes:
        try:
            done.kept += intake.keep(desk, mailbox)
        except (MailboxUnavailable, MailboxRefused) as error:
            reach.failed(f"mailbox {mailbox.name}", error)
            done.troubles.append(str(error))
        else:
            reach.worked(f"mailbox {mailbox.name}")
            usable.append(mailbox)
    done.decided += intake.decide_all(desk)
    by_name = {one.name: dict(folders_of(one)) for one in desk.settings.mailbox}
    for mailbox in usable:
        try:
            done.filed += intake.file(desk, mailbox, by_name[mailbox.name])
        except (MailboxUnavailable, MailboxRefused) as error:
            reach.failed(f"mailbox {mailbox.name}", error)
            done.troubles.append(str(error))


def send_out(desk: Desk, courier: Courier, done: Round, reach: Reachability) -> None:
    """Deliver what is due."""
    try:
        done.delivered += deliver.deliver(desk, courier)
    except (Transient, Permanent) as error:
        reach.failed("outgoing mail", error)
        done.troubles.append(str(error))
    else:
        reach.worked("outgoing mail")


def one_round(
    desk: Desk, mailboxes: Sequence[Mailbox], courier: Courier, reach: Reachability
) -> Round:
    """Everything there is to do now."""
    done = Round()
    take_in(desk, mailboxes, done, reach)
    done.raised = request.raise_requests(desk)
    done.chased = chase.chase(desk)
    send_out(desk, courier, done, reach)
    return done
