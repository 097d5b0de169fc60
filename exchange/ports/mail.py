"""Mailboxes and the mail server, as the services see them."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypeAlias

from exchange.domain.refusal import About


@dataclass(frozen=True, slots=True)
class ServerTime:
    """What a mail server says the time is."""

    at: datetime
    exact: bool  # its present time; else the time of its newest mail, which is no later


@dataclass(frozen=True, slots=True)
class MailRef:
    """One mail in one folder, by its lasting IMAP name: UIDVALIDITY and UID (RFC 9051, 2.3.1)."""

    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True)
class FetchedMail:
    """A mail's bytes and the instant the server received it (INTERNALDATE, UTC)."""

    ref: MailRef
    raw: bytes
    arrived: datetime | None  # None: the server does not say
    oversize: int = 0  # the mail's bytes when it is too large and ``raw`` is only its header


@dataclass(frozen=True, slots=True)
class OldMail:
    """A mail received before the day from which the mailbox is answered: not fetched."""

    ref: MailRef
    head: bytes  # From, Subject and Message-ID, where the server gave them
    arrived: datetime
    size: int


@dataclass(frozen=True, slots=True)
class NotGiven:
    """A mail that the server lists but does not hand over."""

    ref: MailRef
    reason: str  # in the server's words, where it has any
    size: int = 0  # as announced; 0: not known
    arrived: datetime | None = None
    vanished: bool = False  # it is not in the inbox any more


Fetched: TypeAlias = FetchedMail | OldMail | NotGiven


class Mailbox(Protocol):
    """A request mailbox.

    Every call may raise MailboxUnavailable (temporary) or MailboxRefused (lasts until somebody
    changes something).  Nothing is ever deleted, and ``\\Seen`` is neither read nor set.
    """

    name: str

    @property
    def uidnext(self) -> int:
        """Return the lowest UID for new mail, as of the last ``list``; 0 if unknown."""

    def list(self) -> Sequence[MailRef]:
        """List every mail now in the inbox, oldest first."""

    def since(self, day: date) -> Sequence[MailRef]:
        """List the inbox's mails received on ``day`` or later, as the server counts days."""

    def fetch(
        self, refs: Sequence[MailRef], not_before: datetime | None = None
    ) -> Iterator[Fetched]:
        """Yield what the server gives for each of ``refs``; fetches in batches.

        Only a few header fields are fetched of mails received before ``not_before``.  Mails of
        another UIDVALIDITY, and no others, are left out.
        """

    def file(self, refs: Sequence[MailRef], folder: str) -> None:
        """Move mails out of the inbox into ``folder`` (created when missing).

        Repeatable: a mail that is no longer there is left out without an error.
        """

    def wait(self, seconds: float) -> bool:
        """Wait for new mail at most ``seconds``; return True when the server hinted at some.

        A hint only: the caller lists after every wait.
        """

    def server_time(self) -> ServerTime | None:
        """Return what the server says the time is, or None."""

    def close(self) -> None:
        """Give up the connection; wakes a ``wait`` in another thread. Never raises."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One outgoing mail to one recipient, exactly as it is sent."""

    key: int  # the outbox row
    sender: str  # envelope MAIL FROM
    recipient: str  # envelope RCPT TO
    raw: bytes  # RFC 5322 with CRLF


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one letter: accepted, refused for now, or refused for good."""

    key: int
    accepted: bool
    permanent: bool = False  # only when not accepted
    reply: str = ""  # the server's words, codes masked
    about: About = About.UNCLEAR  # what a refusal is about: never our account


class Courier(Protocol):
    """Hands letters to a mail server."""

    @property
    def size_limit(self) -> int | None:
        """Return the largest mail, in bytes, that the server last announced; 0 for no limit.

        None until the server was first reached.
        """

    def send_many(self, letters: Sequence[Letter]) -> Generator[Sequence[Delivery], None, None]:
        """Send each letter once, over a few connections; yield results as they become known.

        No further letter is started after some seconds; those letters get no result and are to be
        given again.  Raises CourierUnavailable or CourierRefused when the server itself cannot be
        used; letters without a result by then are not known to be sent.
        """

    def left_over(self) -> Sequence[Delivery]:
        """Return, once, the results of letters in progress when the iteration was left early."""
