"""One SMTP submission connection: TLS, login, and handing over one letter at a time.

``hand_over`` decides what a server's answer means for the letter; whatever concerns the server or
our account instead is raised as CourierUnavailable or CourierRefused.
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
# The answer to DATA comes only after the whole mail went up the line, however slow that is.
_BYTES_PER_SECOND: Final = 50_000


class LetterLost(Exception):  # never leaves this package
    """The connection broke while a letter was handed over.

    ``offered`` tells whether its bytes were on their way already: then the server may have taken
    it, and ``delivery`` is its fate.  Otherwise it was certainly not taken.
    """

    def __init__(self, delivery: Delivery, *, offered: bool) -> None:
        super().__init__(delivery.reply)
        self.delivery = delivery
        self.offered = offered


def place_of(settings: SmtpSettings) -> str:
    """How messages name the server."""
    return f"smtp {settings.host}:{settings.port}"


class SmtpSession:
    """A connection that is secured and, when a user is configured, logged in."""

    def __init__(self, client: aiosmtplib.SMTP, settings: SmtpSettings) -> None:
        self.client = client
        self._settings = settings
        self.place = place_of(settings)
        self._used = False  # whether a letter went over it
        told = client.esmtp_extensions.get("size", "")
        self.size_limit = int(told) if told.isdigit() else 0  # bytes a mail (RFC 1870); 0: not told

    @property
    def alive(self) -> bool:
        """Whether the connection still stands, as far as is known."""
        return self.client.is_connected

    async def hand_over(self, letter: Letter) -> Delivery:
        """Send one letter; its fate.  A last line without its end gets one (RFC 5321, 4.1.1.4).

        Raises LetterLost when the connection broke meanwhile, CourierRefused or CourierUnavailable
        when the refusal is about our account or the server: then it has no fate.
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
        """QUIT, briefly; never raises."""
        if self.client.is_connected:
            with contextlib.suppress(aiosmtplib.SMTPException, OSError, ValueError):
                await self.client.quit(timeout=QUIT_SECONDS)
        self.client.close()

    def _unsendable(self, letter: Letter) -> str:
        """Why this letter cannot go over this connection unchanged, or an empty text."""
        if not (_is_plain(letter.sender) or not letter.sender) or not _is_plain(letter.recipient):
            return "not sent: an address is more, or less, than one plain address"
        if not _is_crlf_only(letter.raw):
            # The library would mend them silently, which breaks signatures; servers that take
            # them as they are can be made to see two mails (SMTP smuggling).
            return "not sent: the mail holds a line end that is not CRLF"
        if not letter.raw.isascii() and not self.client.supports_extension("8bitmime"):
            return "not sent: the mail has 8-bit bytes and the server takes none"
        if self._international(letter) and not self.client.supports_extension("smtputf8"):
            return "not sent: an address is not ASCII and the server knows no SMTPUTF8"
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
        """The fate of a refused letter; what is said of our account or the server is raised."""
        told = shown_reply(f"{error.code} {error.message}")
        known = bool(self._settings.username)
        refusal = read_refusal(
            stage, error.code, error.message, logged_in=known, sender=letter.sender,
            recipient=letter.recipient,
        )  # fmt: skip
        fate = Delivery(
            letter.key,
            accepted=False,
            permanent=refusal.permanent,
            reply=told,
            about=refusal.about,
        )
        if error.code == 421:  # the server is about to hang up (RFC 5321, 3.8)
            self.client.close()
        enough = error.code == 421 or (stage is Stage.MAIL and not refusal.permanent)
        if self._used and enough and refusal.about in (About.SERVER, About.THROTTLE):
            # It wants a fresh connection after so many letters, or so much time.  Where it wants
            # more than that, it says so again there.
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
            raise trouble(refusal, f"{words}: {told}", self.place, letter.key)
        if error.code != 421:
            await self._start_afresh()
        return fate

    async def _start_afresh(self) -> None:
        """Forget the refused letter's envelope; a connection that cannot is given up."""
        try:
            await self.client.rset()
        except (aiosmtplib.SMTPException, OSError):
            self.client.close()


_SAID: Final = {
    About.ACCOUNT: "the server refuses our account",
    About.QUOTA: "our account may send no more for now",
    About.THROTTLE: "the server slows our account down",
    About.SERVER: "the server takes no mail for now",
}


def trouble(
    refusal: Refusal, message: str, place: str, letter: int | None = None, hint: str = ""
) -> CourierRefused | CourierUnavailable:
    """A refusal that no letter is to blame for, as it is raised."""
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
    """Everybody is refused in the same words: no letter is to blame."""
    return CourierRefused(
        f"{len(same)} letters to different places were refused alike: {fate.reply}",
        place=place,
        hint=REMEDIES[About.UNCLEAR],
        about=About.UNCLEAR,
        alike=same,
    )


def _is_crlf_only(raw: bytes) -> bool:
    """Whether every line end is CRLF; counting takes a tenth of what an expression takes."""
    whole = raw.count(b"\r\n")
    return raw.count(b"\r") == whole == raw.count(b"\n")


@lru_cache(maxsize=1024)
def _is_plain(address: str) -> bool:
    """Whether the library will put exactly this address on the wire: it tries to be helpful."""
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
    """Connect, secure and log in; raises CourierUnavailable or CourierRefused."""
    place = place_of(settings)
    context = client_context(settings.ca_file, folder, CourierRefused, place)
    client = aiosmtplib.SMTP(
        hostname=settings.host,
        port=settings.port,
        use_tls=settings.tls == "implicit",
        # Never None: the library would then log in over clear text where STARTTLS is missing.
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
    """One attempt by one mechanism: trying them all would count as several wrong passwords."""
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
        told = shown_reply(f"{error.code} {error.message}", secret)
        refusal = read_refusal(Stage.LOGIN, error.code, error.message)
        if not refusal.permanent:
            raise trouble(refusal, f"cannot log in now: {told}", place) from None
        words = f"the login as {settings.username} was refused: {told}"
        raise trouble(refusal, words, place, hint=_login_hint(refusal, error.message)) from None


def _login_hint(refusal: Refusal, text: str) -> str:
    if refusal.about is not About.ACCOUNT:
        return ""
    if _NO_PASSWORDS.search(text):
        return (
            "the provider takes no password login for this account: have SMTP AUTH switched on for "
            "it, or use another server"
        )
    return "check smtp.username and the password"


_NO_PASSWORDS = re.compile(r"basic.?auth|smtp.?client.?auth|disabled|app.?password", re.IGNORECASE)


def _explained(
    error: aiosmtplib.SMTPException | OSError, place: str, secret: str
) -> CourierUnavailable | CourierRefused:
    """What a failure before the first letter means."""
    cause = error.__cause__
    if isinstance(error, ssl.SSLError):
        return _courier(connect_fault(error, CourierUnavailable, CourierRefused, place))
    if isinstance(error, aiosmtplib.SMTPResponseException):
        told = shown_reply(f"{error.code} {error.message}", secret)
        refusal = read_refusal(Stage.GREETING, error.code, error.message)
        words = "sends us away" if refusal.permanent else "is not ready"
        return trouble(refusal, f"the server {words}: {told}", place)
    if isinstance(error, TimeoutError):
        return _courier(connect_fault(TimeoutError(), CourierUnavailable, CourierRefused, place))
    if isinstance(error, aiosmtplib.SMTPConnectError) and isinstance(cause, OSError):
        if isinstance(cause, aiosmtplib.SMTPException):
            return CourierUnavailable("the server hangs up at once", place=place)
        return _courier(connect_fault(cause, CourierUnavailable, CourierRefused, place))
    if isinstance(error, aiosmtplib.SMTPServerDisconnected):
        return CourierUnavailable("the server hung up", place=place)
    if isinstance(error, aiosmtplib.SMTPException):
        # The one plain exception left: STARTTLS is not offered.
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
