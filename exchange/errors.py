"""All our errors, under one root, each with a message a person can act on.

Adapters decide whether a failure is permanent or transient and raise one of these; no library's
exception crosses a layer.  A message never contains an install code, a password or a key.
"""

from __future__ import annotations

from collections.abc import Sequence


class ExchangeError(Exception):
    """Root of all our errors.

    ``place`` names where the fault is (``contacts.csv > row 14 > MPIDs``), and ``hint`` says what
    to do about it; both may be empty.
    """

    def __init__(self, message: str, *, place: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.hint = hint

    def __str__(self) -> str:
        text = f"{self.place}: {self.message}" if self.place else self.message
        return f"{text} ({self.hint})" if self.hint else text


class BadInput(ExchangeError):
    """Something a person wrote (a file, an option) is wrong; nothing was changed."""


class ConfigError(BadInput):
    """The configuration is wrong."""


class BadInputs(BadInput):
    """Several faults of one file, each with its place; nothing was changed."""

    def __init__(self, message: str, faults: list[BadInput], *, place: str = "") -> None:
        super().__init__(message, place=place)
        self.faults = faults


class NotFound(ExchangeError):
    """Nothing has the name that was asked for."""


class AlreadyRunning(ExchangeError):
    """Another daemon holds this database."""


class Unreadable(ExchangeError):
    """A mail or a part of it cannot be understood, or exceeds a limit; it is shunted."""


class NotDecrypted(Unreadable):
    """No key of ours opens an encrypted part.

    The whole mail goes to a person: an answer would reveal whether the part could be opened.
    """


class ReaderEnded(Unreadable):
    """A mail ended the reading process by using too much time or memory."""


class Transient(ExchangeError):
    """The other side failed temporarily: try again later."""


class Permanent(ExchangeError):
    """The other side refused for good: trying again does not help."""


class ReaderUnavailable(Transient):
    """The reading process cannot be used; no mail is at fault."""


class MailboxUnavailable(Transient):
    """The IMAP server does not answer, or it dropped the connection."""


class MailboxRefused(Permanent):
    """The IMAP server refuses the login, its certificate is not valid, or a folder is missing."""


class LoginRefused(Permanent):
    """A user name and password (or token) was refused: retrying often may lock the account."""


class MailboxLoginRefused(MailboxRefused, LoginRefused):
    """The IMAP server refuses the login."""


class MailboxClaimed(MailboxRefused):
    """Another exchange is working on the mailbox."""


class CourierTrouble(ExchangeError):
    """No letter can be sent at present.

    ``about`` is what the refusal is about (``domain.refusal.About``), empty if the server did not
    say; ``named`` the seconds after which it asked us to try again; ``daily`` whether it named a
    daily quota; ``letter`` the letter that was being sent; ``alike`` those refused in the same
    words.
    """

    def __init__(
        self,
        message: str,
        *,
        place: str = "",
        hint: str = "",
        about: str = "",
        named: float | None = None,
        daily: bool = False,
        letter: int | None = None,
        alike: Sequence[int] = (),
    ) -> None:
        super().__init__(message, place=place, hint=hint)
        self.about = about
        self.named = named
        self.daily = daily
        self.letter = letter
        self.alike = tuple(alike)


class CourierUnavailable(CourierTrouble, Transient):
    """The SMTP server does not answer, or asks us to try later."""


class CourierRefused(CourierTrouble, Permanent):
    """The SMTP server refuses our account, or the connection is not safe."""


class CourierPaused(CourierTrouble, Transient):
    """Sending is paused after such an error; nothing was tried."""


class StoreError(ExchangeError):
    """The database cannot be used: missing, locked, full, or of another version."""


class NotStorable(ExchangeError):
    """The database cannot store this one value; it may store others."""


class StoreReplaced(StoreError):
    """A file of the database was replaced or deleted while it was open: all work must stop."""


class VaultError(ExchangeError):
    """The vault cannot be used."""


class WrongKey(VaultError):
    """The key does not open this vault or this sealed text."""


class VaultDamaged(VaultError):
    """A sealed bucket or text was changed, swapped or cut short."""
