"""TLS for both mail adapters: always verified, with errors explained in words.

The certificate check cannot be switched off: name a private authority with ``ca_file`` instead.
"""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from exchange.domain.device import mask_codes
from exchange.domain.foreign import storable
from exchange.errors import (
    CourierRefused,
    CourierUnavailable,
    MailboxRefused,
    MailboxUnavailable,
)

# A handshake that ends like this may succeed a minute later: the server was shutting down.
_PASSING: Final = (ssl.SSLEOFError, ssl.SSLZeroReturnError)
_REPLY_LIMIT: Final = 300


def client_context(
    ca_file: Path | None,
    folder: Path,
    refused: type[MailboxRefused] | type[CourierRefused],
    place: str,
) -> ssl.SSLContext:
    """Return a TLS context that checks certificate and host name, TLS 1.2 at least.

    With ``ca_file`` (relative to the working folder) only that authority is trusted, otherwise
    those of the system.  Raises ``refused`` when the file cannot be used.
    """
    if ca_file is None:
        context = ssl.create_default_context()
    else:
        path = folder / ca_file
        try:
            context = ssl.create_default_context(cafile=str(path))
        except ssl.SSLError:
            raise refused(
                f"{path} holds no certificate in PEM form", place=f"{place} > ca_file"
            ) from None
        except OSError as error:
            raise refused(
                f"{path} cannot be read: {error.strerror}", place=f"{place} > ca_file"
            ) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def connect_fault(
    error: OSError,
    unavailable: type[MailboxUnavailable] | type[CourierUnavailable],
    refused: type[MailboxRefused] | type[CourierRefused],
    place: str,
) -> MailboxUnavailable | MailboxRefused | CourierUnavailable | CourierRefused:
    """Return our error for a failed connection: ``refused`` if only a person can fix it."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return refused(
            f"the server's certificate is not valid: {error.verify_message or error.reason}",
            place=place,
            hint="check host and the clock, or name the server's own CA with ca_file",
        )
    if isinstance(error, ssl.SSLError):
        reason = (error.reason or "").replace("_", " ").lower()
        if isinstance(error, _PASSING) or not reason or "shutdown" in reason:
            return unavailable("the server broke the connection", place=place)
        return refused(
            f"TLS is not possible: {reason}",
            place=place,
            hint='check whether this port needs tls = "implicit" or "starttls"',
        )
    if isinstance(error, socket.gaierror):
        return unavailable(
            "the host name is not found", place=place, hint="check host, or the name service"
        )
    if isinstance(error, TimeoutError):
        return unavailable(
            "the server does not answer in time",
            place=place,
            hint='check host and port, and tls: with the wrong one of "implicit" and "starttls" '
            "the server stays silent too",
        )
    if isinstance(error, ConnectionRefusedError):
        return unavailable("nothing listens there", place=place, hint="check host and port")
    return unavailable(
        f"the connection failed: {error.strerror or type(error).__name__}", place=place
    )


def certificate_end(sock: ssl.SSLSocket | ssl.SSLObject) -> datetime | None:
    """Return when the server's certificate expires (UTC), or None."""
    ends = (sock.getpeercert() or {}).get("notAfter")
    if not isinstance(ends, str):
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC)


def shown_reply(reply: object, secret: str = "") -> str:
    """Return a server's reply safe to show and store: one short line, codes and secret masked."""
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else str(reply)
    # Some libraries turn undecodable bytes into lone surrogates.
    text = storable(text)
    if len(secret) > 3:
        text = text.replace(secret, "[password]")
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    # Masked before it is cut: half a code would no longer be recognised.
    return mask_codes(text)[:_REPLY_LIMIT]
