"""Examine a mailbox for ``exchange doctor`` step by step, changing nothing."""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from exchange.config import MailboxSettings
from exchange.errors import ExchangeError, MailboxRefused, MailboxUnavailable
from exchange.transport.imap_counts import JunkFolder, junk_folders, oldest_of_inbox
from exchange.transport.imap_login import mailbox_label, open_session
from exchange.transport.imap_session import Session, as_our_error, nonsense
from exchange.transport.oauth import TokenProvider
from exchange.transport.tls import certificate_end


@dataclass(frozen=True, slots=True)
class MailboxProbe:
    """The findings; ``fault`` says what stopped the examination, and what to do."""

    name: str
    login_ok: bool = False
    greeting: str = ""
    tls_version: str = ""  # TLSv1.3
    certificate_ends: datetime | None = None  # UTC
    capabilities: tuple[str, ...] = ()
    mails: int = 0  # in the inbox
    oldest: datetime | None = None  # of them, UTC
    junk: tuple[JunkFolder, ...] = ()
    folders_found: tuple[str, ...] = ()  # as configured
    folders_missing: tuple[str, ...] = ()  # made when the first mail is filed there
    moves_by: str = ""  # MOVE, COPY, or empty: mails cannot be filed
    idle_works: bool | None = None  # None: not configured
    fault: MailboxUnavailable | MailboxRefused | None = None


def probe_mailbox(
    settings: MailboxSettings,
    password: str | Callable[[], str],
    token: TokenProvider | None,
    folder: Path,
) -> MailboxProbe:
    """Log in, examine and log out. Server errors are not raised but put into ``fault``."""
    seen = MailboxProbe(settings.name)
    try:
        session = open_session(settings, password, token, folder)
    except (MailboxUnavailable, MailboxRefused) as error:
        return replace(seen, fault=error)
    try:
        seen = _greeted(seen, session)
        seen = _folders(seen, session, settings)
        seen = _inbox(seen, session, settings)
        seen = replace(seen, oldest=oldest_of_inbox(session, seen.mails))
        seen = replace(seen, junk=junk_folders(session))
    except (MailboxUnavailable, MailboxRefused) as error:
        return replace(seen, fault=error)
    except (OSError, imaplib.IMAP4.error) as error:
        return replace(
            seen, fault=_ours(as_our_error(error, mailbox_label(settings), "examine the mailbox"))
        )
    except Exception as error:
        return replace(seen, fault=nonsense(error, mailbox_label(settings)))
    finally:
        session.leave()
    return seen


def _ours(error: ExchangeError) -> MailboxUnavailable | MailboxRefused:
    if isinstance(error, MailboxUnavailable | MailboxRefused):
        return error
    return MailboxRefused(error.message, place=error.place, hint=error.hint)


def _greeted(seen: MailboxProbe, session: Session) -> MailboxProbe:
    sock = session.client.socket()
    secured = sock if isinstance(sock, ssl.SSLSocket) else None
    return replace(
        seen,
        login_ok=True,
        greeting=session.greeting,
        tls_version=(secured.version() or "") if secured else "",
        certificate_ends=certificate_end(secured) if secured else None,
        capabilities=tuple(
            name.decode("ascii", "replace") for name in session.client.capabilities()
        ),
        moves_by=session.moves_by,
    )


def _folders(seen: MailboxProbe, session: Session, settings: MailboxSettings) -> MailboxProbe:
    names = (settings.inbox, settings.processed, settings.review, settings.shunted)
    there = {name: session.folder_exists(session.full_name(name)) for name in names}
    return replace(
        seen,
        folders_found=tuple(name for name in there if there[name]),
        folders_missing=tuple(name for name in there if not there[name]),
    )


def _inbox(seen: MailboxProbe, session: Session, settings: MailboxSettings) -> MailboxProbe:
    seen = replace(seen, mails=session.select(readonly=True))
    if not settings.idle:
        return seen
    if not session.client.has_capability("IDLE"):
        return replace(seen, idle_works=False)
    try:
        session.idle(0.0)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        return replace(seen, idle_works=False)
    return replace(seen, idle_works=True)
