"""Open an IMAP connection: TLS first, then the login, then the server's capabilities.

Nothing secret is sent before the certificate has been checked.
"""

from __future__ import annotations

import contextlib
import imaplib
import logging
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Final

from imapclient import SocketTimeout

from exchange.config import MailboxSettings
from exchange.errors import (
    ExchangeError,
    MailboxLoginRefused,
    MailboxRefused,
    MailboxUnavailable,
    Transient,
)
from exchange.transport.imap_session import (
    Connection,
    Session,
    as_our_error,
    error_text,
    is_passing,
    nonsense,
)
from exchange.transport.imap_wire import WatchedClient
from exchange.transport.oauth import TokenProvider, refusal_of, xoauth2_response
from exchange.transport.tls import client_context, connect_fault, shown_reply

CONNECT_SECONDS: Final = 10.0
# What the library raises on an answer that breaks the standard.
_STUMBLES: Final = (ValueError, TypeError, LookupError, AttributeError)


def open_session(
    settings: MailboxSettings,
    password: str | Callable[[], str],
    token: TokenProvider | None,
    folder: Path,
) -> Session:
    """Connect, start TLS and log in; raise MailboxUnavailable or MailboxRefused."""
    place = mailbox_label(settings)
    client = _connect(settings, folder, place)
    session = Session(client=client, settings=settings, place=place)
    try:
        session.greeting = shown_reply(getattr(client, "welcome", b"") or b"")
        _log_in(client, settings, password, token, place)
        session.prefix, session.separator = _namespace(client)
    except (OSError, imaplib.IMAP4.error) as error:
        session.abandon()
        raise as_our_error(error, place, "open the mailbox") from None
    except ExchangeError:
        session.abandon()
        raise
    except Exception as error:
        session.abandon()
        raise nonsense(error, place) from None
    except BaseException:
        session.abandon()
        raise
    return session


def mailbox_label(settings: MailboxSettings) -> str:
    """Return what messages call the mailbox."""
    return f"mailbox {settings.name} ({settings.host}:{settings.port})"


def _connect(settings: MailboxSettings, folder: Path, place: str) -> Connection:
    context = client_context(settings.ca_file, folder, MailboxRefused, place)
    # The library logs every line of the connection here, including mails with codes.
    logging.getLogger("imapclient.imaplib").disabled = True
    timeout = SocketTimeout(
        min(CONNECT_SECONDS, settings.timeout_seconds), settings.timeout_seconds
    )
    implicit = settings.tls == "implicit"
    client: Connection | None = None
    try:
        client = WatchedClient(
            settings.host,
            settings.port,
            ssl=implicit,
            ssl_context=context if implicit else None,
            timeout=timeout,
        )
        if not implicit:
            _secure(client, context, place)
    except OSError as error:
        _abandon(client)
        raise connect_fault(error, MailboxUnavailable, MailboxRefused, place) from None
    except imaplib.IMAP4.error as error:
        _abandon(client)
        raise MailboxUnavailable(
            f"the server does not speak IMAP here, or rejects us: {error_text(error)}", place=place
        ) from None
    except ExchangeError:
        _abandon(client)
        raise
    except Exception as error:
        _abandon(client)
        raise nonsense(error, place) from None
    # The library sends a command in pieces; the last would wait 40 ms until the first is confirmed.
    client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def _secure(client: Connection, context: object, place: str) -> None:
    """Start TLS, or refuse: without it the password would be sent in the clear."""
    if not client.has_capability("STARTTLS"):
        raise MailboxRefused(
            "the server offers no STARTTLS; nothing was sent in the clear",
            place=place,
            hint='use tls = "implicit" (mostly port 993)',
        )
    client.starttls(ssl_context=context)  # type: ignore[arg-type]


def _abandon(client: Connection | None) -> None:
    if client is not None:
        with contextlib.suppress(Exception):
            client.shutdown()


def _log_in(
    client: Connection,
    settings: MailboxSettings,
    password: str | Callable[[], str],
    token: TokenProvider | None,
    place: str,
) -> None:
    secret = _secret(token or password, place)
    offered = client.capabilities()
    try:
        if token is not None:
            _log_in_with_token(client, settings.username, secret, place)
        elif b"AUTH=PLAIN" in offered:
            client.plain_login(settings.username, secret)
        elif b"LOGINDISABLED" not in offered:
            client.login(settings.username, secret)
        else:
            raise MailboxRefused(
                "the server does not accept a password login", place=place, hint="it may want OAuth"
            )
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        reply = error_text(error, secret)
        # The library reports "login failed" for a broken connection, too.
        if is_passing(error) or isinstance(error.__context__, imaplib.IMAP4.abort):
            raise MailboxUnavailable(f"cannot log in now: {reply}", place=place) from None
        raise MailboxLoginRefused(
            f"the login as {settings.username} was refused: {reply}",
            place=place,
            hint="check username and password",
        ) from None
    except UnicodeEncodeError:
        raise MailboxRefused(
            "the server takes only ASCII in username and password", place=place
        ) from None


def _secret(source: str | Callable[[], str], place: str) -> str:
    """Return the current password or token; raise our two errors if it is not available."""
    try:
        secret = source if isinstance(source, str) else source()
    except Transient as error:
        raise MailboxUnavailable(error.message, place=error.place or place) from None
    except ExchangeError as error:
        raise MailboxRefused(error.message, place=error.place or place, hint=error.hint) from None
    # A line end would start another command.
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in secret):
        raise MailboxRefused("the password holds a control character", place=place)
    return secret


def _log_in_with_token(client: Connection, username: str, token: str, place: str) -> None:
    if not client.has_capability("AUTH=XOAUTH2"):
        raise MailboxRefused("the server does not offer XOAUTH2", place=place)
    reasons: list[str] = []

    def respond(challenge: bytes) -> bytes:
        if not challenge:
            return xoauth2_response(username, token)
        reasons.append(refusal_of(challenge))
        return b""

    try:
        client.sasl_login("XOAUTH2", respond)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        lost = isinstance(error.__context__, imaplib.IMAP4.abort)
        if lost or is_passing(error) or not any(reasons):
            raise
        raise MailboxLoginRefused(
            f"the token for {username} was refused: {' '.join(reasons)}",
            place=place,
            hint="check that the account may use IMAP with this application",
        ) from None


def _namespace(client: Connection) -> tuple[str, str]:
    """Return prefix and separator of the personal namespace (RFC 2342)."""
    with contextlib.suppress(*_STUMBLES):  # no usable answer: there is no prefix
        if client.has_capability("NAMESPACE"):
            prefix, separator = (client.namespace()[0] or [("", None)])[0]
            if prefix or separator:
                return prefix, separator or "/"
    for _, separator_bytes, _ in client.list_folders("", ""):
        if separator_bytes:
            return "", separator_bytes.decode("ascii", "replace")
    return "", "/"
