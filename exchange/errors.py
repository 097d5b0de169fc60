"""One root for every error of ours, with a message a person can act on.

Adapters decide whether a failure is permanent or transient and raise one of these; no exception
of a library crosses a layer.  A message never carries an install code, a password or a key.
"""

from __future__ import annotations

from collections.abc import Sequence


class ExchangeError(Exception):
    """Root of all our errors.

    ``place`` names where the fault stands (``contacts.csv > row 14 > MPIDs``), and ``hint`` says
    what to do about it; both may be empty.
    """

    def __init__(self, message: str, *, place: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.hint = hint

    def __str__(self) -> str:
        said = f"{self.place}: {self.message}" if self.place else self.message
        return f"{said} ({self.hint})" if self.hint else said


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
    """Nothing is known under the name that was asked for."""


class AlreadyRunning(ExchangeError):
    """Another daemon holds this database."""


class Unreadable(ExchangeError):
    """A mail or a part of it cannot be understood, or passes a ceiling; it is shunted."""


class NotDecrypted(Unreadable):
    """No key of ours opens an encrypted part.

    The whole mail goes to a person: an answer would tell its sender whether the part opened.
    """


class ReaderEnded(Unreadable):
    """The process that understands a mail was ended by it, by time or by memory."""


class Transient(ExchangeError):
    """The far side failed in a way that may pass: try again later."""


class Permanent(ExchangeError):
    """The far side refused for good: trying the same again is of no use."""


class ReaderUnavailable(Transient):
    """The process that understands mails cannot be used; no mail is at fault."""


class MailboxUnavailable(Transient):
    """The IMAP server does not answer, or dropped the connection."""


class MailboxRefused(Permanent):
    """The IMAP server refuses the login, the certificate does not hold, or a folder is missing."""


class LoginRefused(Permanent):
    """A name and password (or token) was refused: trying it often may lock the account."""


class MailboxLoginRefused(MailboxRefused, LoginRefused):
    """The IMAP server refuses the login."""


class MailboxClaimed(MailboxRefused):
    """Another exchange works on the mailbox."""


class CourierTrouble(ExchangeError):
    """Sending as a whole is hindered, whatever the letter.

    ``about`` is what the server spoke of (``domain.refusal.About``), empty where it said nothing;
    ``named`` the seconds after which it asked to be tried again, ``daily`` that it spoke of a
    quota by the day, ``letter`` the one that was at its turn, ``alike`` those refused in the same
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
    """The SMTP server does not answer, or asks to try later."""


class CourierRefused(CourierTrouble, Permanent):
    """The SMTP server refuses our account, or the connection is not safe."""


class CourierPaused(CourierTrouble, Transient):
    """Sending rests after such trouble; nothing was tried."""


class StoreError(ExchangeError):
    """The database cannot be used: missing, locked, full, or of another version."""


class NotStorable(ExchangeError):
    """The database cannot take just this: whatever else is written may be taken."""


class StoreReplaced(StoreError):
    """A file of the database was replaced or deleted while it was open: nothing may go on."""


class VaultError(ExchangeError):
    """The vault cannot be used."""


class WrongKey(VaultError):
    """The key does not open this vault or this sealed text."""


class VaultDamaged(VaultError):
    """A sealed bucket or text was changed, swapped or cut short."""
