"""One root for every error of ours, with a message a person can act on.

Adapters decide whether a failure is permanent or transient and raise one of these; no exception
of a library crosses a layer.  A message never carries an install code, a password or a key.
"""

from __future__ import annotations


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


class MailboxClaimed(MailboxRefused):
    """Another exchange works on the mailbox."""


class CourierUnavailable(Transient):
    """The SMTP server does not answer, or asks to try later."""


class CourierRefused(Permanent):
    """The SMTP server refuses the login or the connection is not safe."""


class StoreError(ExchangeError):
    """The database cannot be used: missing, locked, full, or of another version."""


class VaultError(ExchangeError):
    """The vault cannot be used."""


class WrongKey(VaultError):
    """The key does not open this vault or this sealed text."""


class VaultDamaged(VaultError):
    """A sealed bucket or text was changed, swapped or cut short."""
