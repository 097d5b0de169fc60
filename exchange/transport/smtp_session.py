"""One SMTP submission connection: start TLS, log in, and hand over one letter at a time.

``hand_over`` returns what the server's answer means for the letter; an answer about the server or
our account is raised as CourierUnavailable or CourierRefused.
"""

from __future__ import annotations

import contextlib
import re
import ssl
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import aiosmtplib
from aiosmtplib.email import parse_address

from exchange.config import SmtpSettings
from exchange.domain.refusal import About
from exchange.errors import CourierRefused, CourierUnavailable, ExchangeError, Transient
from exchange.ports.mail import Delivery, Letter
from exchange.transport.oauth import TokenProvider
from exchange.transport.smtp_refusal import (
    LOGIN_CODES,
    REMEDIES,
    Refusal,
    Stage,
    read_refusal,
)
from exchange.transport.tls import client_context, connect_fault, shown_reply

CONNECT_SECONDS: Final = 15.0
QUIT_SECONDS: Final = 2.0
# The answer to DATA comes only after the whole mail was sent, however slow the line is.
_BYTES_PER_SECOND: Final = 50_000


class LetterLost(Exception):  # never leaves this package
    """The connection broke while a letter was handed over.

    ``offered`` is whether DATA had begun: then the server may have taken the letter, and
    ``delivery`` is its fate.  Otherwise it was certainly not taken.
    """

    def __init__(self, delivery: Delivery, *, offered: bool) -> None:
        super().__init__(delivery.reply)
        self.delivery = delivery
        self.offered = offered


def server_label(settings: SmtpSettings) -> str:
    """Return what messages call the server."""
    return f"smtp {settings.host}:{settings.port}"


class SmtpSession:
    """A connection that is secured and, when a user is configured, logged in."""

    def __init__(self, client: aiosmtplib.SMTP, settings: SmtpSettings) -> None:
        self.client = client
        self._settings = settings
        self.place = server_label(settings)
        self._used = False  # whether it has carried a letter
        size = client.esmtp_extensions.get("size", "")
        self.size_limit = int(size) if size.isdigit() else 0  # bytes (RFC 1870); 0: not announced

    @property
    def alive(self) -> bool:
        """Return whether the connection is still open, as far as is known."""
        return self.client.is_connected

    async def hand_over(self, letter: Letter) -> Delivery:
        """Send one letter; return its fate.  Ends an unfinished last line (RFC 5321, 4.1.1.4).

        Raises LetterLost when the connection broke meanwhile, CourierRefused or CourierUnavailable
        when the refusal concerns our account or the server: then the letter has no fate.
        """
        if 0 < self.size_limit < len(letter.raw):
            reply = (
                f"not sent: the mail has {len(letter.raw):,} bytes, "
                f"the server takes {self.size_limit:,}"
            )
            return Delivery(
                letter.key, accepted=False, permanent=True, reply=reply, about=About.SIZE
            )
        if fault := self._unsendable(letter):
            return Delivery(
                letter.key, accepted=False, permanent=True, reply=fault, about=About.LETTER
            )
        encoding = "utf-8" if self._international(letter) else "ascii"
        stage = Stage.MAIL
        try:
            await self.client.mail(letter.sender, options=self._options(letter), encoding=encoding)
            stage = Stage.RCPT
            await self.client.rcpt(letter.recipient, encoding=encoding)
            stage = Stage.DATA
            slowly = self._settings.timeout_seconds + len(letter.raw) / _BYTES_PER_SECOND
            taken = await self.client.data(letter.raw, timeout=slowly)
        except aiosmtplib.SMTPResponseException as error:
            return await self._refused(letter, stage, error)
        except (aiosmtplib.SMTPException, OSError) as error:
            self.client.close()
            what = "did not answer" if isinstance(error, TimeoutError) else "broke the connection"
            fate = f"the server {what}: it may have taken the mail or not"
            raise LetterLost(
                Delivery(letter.key, accepted=False, reply=fate), offered=stage is Stage.DATA
            ) from None
        self._used = True
        return Delivery(
            letter.key, accepted=True, reply=shown_reply(f"{taken.code} {taken.message}")
        )

    async def leave(self) -> None:
        """Send QUIT, waiting only briefly; never raises."""
        if self.client.is_connected:
            with contextlib.suppress(aiosmtplib.SMTPException, OSError, ValueError):
                await self.client.quit(timeout=QUIT_SECONDS)
        self.client.close()

    def _unsendable(self, letter: Letter) -> str:
        """Return why this letter cannot be sent unchanged over this connection, or ""."""
        if not (_is_plain(letter.sender) or not letter.sender) or not _is_plain(letter.recipient):
            return "not sent: sender or recipient is not exactly one plain address"
        if not _is_crlf_only(letter.raw):
            # The library would silently correct them, which breaks signatures; a server that
            # accepts them can be made to see two mails (SMTP smuggling).
            return "not sent: the mail contains a line end that is not CRLF"
        if not letter.raw.isascii() and not self.client.supports_extension("8bitmime"):
            return "not sent: the mail has 8-bit bytes, which the server does not accept"
        if self._international(letter) and not self.client.supports_extension("smtputf8"):
            return "not sent: an address is not ASCII and the server does not support SMTPUTF8"
        return ""

    @staticmethod
    def _international(letter: Letter) -> bool:
        return not (letter.sender + letter.recipient).isascii()

    def _options(self, letter: Letter) -> list[str]:
        options = []
        if self.client.supports_extension("size"):
            options.append(f"SIZE={len(letter.raw)}")
        if not letter.raw.isascii():
            options.append("BODY=8BITMIME")
        if self._international(letter):
            options.append("SMTPUTF8")
        return options

    async def _refused(
        self, letter: Letter, stage: Stage, error: aiosmtplib.SMTPResponseException
    ) -> Delivery:
        """Return a refused letter's fate; raise a refusal of our account or by the server."""
        reply = shown_reply(f"{error.code} {error.message}")
        known = bool(self._settings.username)
        refusal = read_refusal(
            stage, error.code, error.message, logged_in=known, sender=letter.sender,
            recipient=letter.recipient,
        )  # fmt: skip
        fate = Delivery(
            letter.key,
            accepted=False,
            permanent=refusal.permanent,
            reply=reply,
            about=refusal.about,
        )
        if error.code == 421:  # the server is about to hang up (RFC 5321, 3.8)
            self.client.close()
        enough = error.code == 421 or (stage is Stage.MAIL and not refusal.permanent)
        if self._used and enough and refusal.about in (About.SERVER, About.THROTTLE):
            # The server wants a new connection after some letters or some time.  If it wants more
            # than that, it refuses again there.
            self.client.close()
            raise LetterLost(fate, offered=False)
        if refusal.ours:
            words = (
                f"the server does not let us send as {letter.sender}"
                if stage is Stage.MAIL and refusal.about is About.ACCOUNT
                else "the server wants another login"
                if error.code in LOGIN_CODES
                else _SAID[refusal.about]
            )
            raise trouble(refusal, f"{words}: {reply}", self.place, letter.key)
        if error.code != 421:
            await self._start_afresh()
        return fate

    async def _start_afresh(self) -> None:
        """Reset the dialogue after a refused letter; close the connection if that fails."""
        try:
            await self.client.rset()
        except (aiosmtplib.SMTPException, OSError):
            self.client.close()


_SAID: Final = {
    About.ACCOUNT: "the server refuses our account",
    About.QUOTA: "our account may not send more for now",
    About.THROTTLE: "the server slows our account down",
    About.SERVER: "the server accepts no mail for now",
}


def trouble(
    refusal: Refusal, message: str, place: str, letter: int | None = None, hint: str = ""
) -> CourierRefused | CourierUnavailable:
    """Return the error for a refusal that is not a letter's fault."""
    kind = CourierRefused if refusal.permanent else CourierUnavailable
    return kind(
        message,
        place=place,
        hint=hint or REMEDIES[refusal.about],
        about=refusal.about,
        named=refusal.named.total_seconds() if refusal.named is not None else None,
        daily=refusal.daily,
        letter=letter,
    )


def alike_trouble(same: Sequence[int], fate: Delivery, place: str) -> CourierRefused:
    """Return the error for all recipients refused in the same words: no letter is at fault."""
    return CourierRefused(
        f"{len(same)} letters to different places were refused alike: {fate.reply}",
        place=place,
        hint=REMEDIES[About.UNCLEAR],
        about=About.UNCLEAR,
        alike=same,
    )


def _is_crlf_only(raw: bytes) -> bool:
    """Return whether every line end is CRLF; counting is ten times faster than a regex."""
    whole = raw.count(b"\r\n")
    return raw.count(b"\r") == whole == raw.count(b"\n")


@lru_cache(maxsize=1024)
def _is_plain(address: str) -> bool:
    """Return whether the library sends exactly this address: it may rewrite others."""
    try:
        return bool(address) and parse_address(address) == address
    except ValueError:
        return False


async def open_session(
    settings: SmtpSettings,
    password: str | Callable[[], str],
    token: TokenProvider | None,
    folder: Path,
) -> SmtpSession:
    """Connect, start TLS and log in; raises CourierUnavailable or CourierRefused."""
    place = server_label(settings)
    context = client_context(settings.ca_file, folder, CourierRefused, place)
    client = aiosmtplib.SMTP(
        hostname=settings.host,
        port=settings.port,
        use_tls=settings.tls == "implicit",
        # Never None: then the library would log in unencrypted where STARTTLS is missing.
        start_tls=settings.tls == "starttls",
        tls_context=context,
        timeout=min(CONNECT_SECONDS, settings.timeout_seconds),
    )
    secret = ""
    try:
        await client.connect()
        client.timeout = settings.timeout_seconds
        if client.is_ehlo_or_helo_needed:
            await client.ehlo()
        if settings.username:
            secret = _secret(token or password, place)
            await _log_in(client, settings, secret, token is not None, place)
    except ExchangeError:
        client.close()
        raise
    except (aiosmtplib.SMTPException, OSError) as error:
        client.close()
        raise _explained(error, place, secret) from None
    return SmtpSession(client, settings)


def _secret(source: str | Callable[[], str], place: str) -> str:
    try:
        return source if isinstance(source, str) else source()
    except Transient as error:
        raise CourierUnavailable(error.message, place=error.place or place) from None
    except ExchangeError as error:
        raise CourierRefused(error.message, place=error.place or place, hint=error.hint) from None


async def _log_in(
    client: aiosmtplib.SMTP, settings: SmtpSettings, secret: str, by_token: bool, place: str
) -> None:
    """Log in with one mechanism, once: trying all would count as several wrong passwords."""
    offered = client.server_auth_methods
    try:
        if by_token and "xoauth2" in offered:
            await client.auth_xoauth2(settings.username, secret)
        elif "plain" in offered and not by_token:
            await client.auth_plain(settings.username, secret)
        elif "login" in offered and not by_token:
            await client.auth_login(settings.username, secret)
        else:
            wanted = "XOAUTH2" if by_token else "a password login"
            raise CourierRefused(f"the server does not offer {wanted}", place=place)
    except aiosmtplib.SMTPAuthenticationError as error:
        reply = shown_reply(f"{error.code} {error.message}", secret)
        refusal = read_refusal(Stage.LOGIN, error.code, error.message)
        if not refusal.permanent:
            raise trouble(refusal, f"cannot log in now: {reply}", place) from None
        words = f"the login as {settings.username} was refused: {reply}"
        raise trouble(refusal, words, place, hint=_login_hint(refusal, error.message)) from None


def _login_hint(refusal: Refusal, text: str) -> str:
    if refusal.about is not About.ACCOUNT:
        return ""
    if _NO_PASSWORDS.search(text):
        return (
            "the provider accepts no password login for this account: have SMTP AUTH switched on "
            "for it, or use another server"
        )
    return "check smtp.username and the password"


_NO_PASSWORDS = re.compile(r"basic.?auth|smtp.?client.?auth|disabled|app.?password", re.IGNORECASE)


def _explained(
    error: aiosmtplib.SMTPException | OSError, place: str, secret: str
) -> CourierUnavailable | CourierRefused:
    """Return our error for a failure before the first letter."""
    cause = error.__cause__
    if isinstance(error, ssl.SSLError):
        return _courier(connect_fault(error, CourierUnavailable, CourierRefused, place))
    if isinstance(error, aiosmtplib.SMTPResponseException):
        reply = shown_reply(f"{error.code} {error.message}", secret)
        refusal = read_refusal(Stage.GREETING, error.code, error.message)
        words = "rejects us" if refusal.permanent else "is not ready"
        return trouble(refusal, f"the server {words}: {reply}", place)
    if isinstance(error, TimeoutError):
        return _courier(connect_fault(TimeoutError(), CourierUnavailable, CourierRefused, place))
    if isinstance(error, aiosmtplib.SMTPConnectError) and isinstance(cause, OSError):
        if isinstance(cause, aiosmtplib.SMTPException):
            return CourierUnavailable("the server hung up at once", place=place)
        return _courier(connect_fault(cause, CourierUnavailable, CourierRefused, place))
    if isinstance(error, aiosmtplib.SMTPServerDisconnected):
        return CourierUnavailable("the server hung up", place=place)
    if isinstance(error, aiosmtplib.SMTPException):
        # The only SMTPException left: STARTTLS is not offered.
        return CourierRefused(
            f"{shown_reply(error.message, secret)} Nothing was sent in the clear.",
            place=place,
            hint='use tls = "implicit" (mostly port 465)',
        )
    return _courier(connect_fault(error, CourierUnavailable, CourierRefused, place))


def _courier(error: ExchangeError) -> CourierUnavailable | CourierRefused:
    if isinstance(error, CourierUnavailable | CourierRefused):
        return error
    return CourierUnavailable(error.message, place=error.place, hint=error.hint)
