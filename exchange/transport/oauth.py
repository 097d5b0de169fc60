"""Sign in with an access token instead of a password (XOAUTH2).

The mechanism: ``user=<address>^Aauth=Bearer <token>^A^A`` as one base64 response, ^A being byte 1;
a refusal comes as a base64 JSON challenge that must be answered with an empty line.  Source: Google
and Microsoft publish the same description of XOAUTH2; there is no RFC for it.
"""

from __future__ import annotations

import json
from typing import Protocol

from exchange.domain.device import mask_codes


class TokenProvider(Protocol):
    """Returns a token that is valid now.

    Called at every connect; the adapters never keep the token, because tokens live for about an
    hour and a mailbox for months.  May raise Transient (the sign-in service does not answer) or
    any other of our errors (somebody has to act).
    """

    def __call__(self) -> str:
        """Return an access token, without ``Bearer``."""


def xoauth2_response(username: str, token: str) -> bytes:
    """Return the first and only response of XOAUTH2, before base64."""
    return f"user={username}\x01auth=Bearer {token}\x01\x01".encode()


def refusal_of(challenge: bytes) -> str:
    """Return the status in a refusal challenge (base64 already decoded), or an empty text."""
    try:
        values = json.loads(challenge)
    except ValueError:  # includes UnicodeDecodeError
        return ""
    if not isinstance(values, dict):
        return ""
    status = values.get("status")
    return mask_codes(f"status {status}")[:60] if isinstance(status, str | int) else ""
