"""What waits for a person while the clock of an answer runs, in words for our own team."""

from __future__ import annotations

import re
from typing import Final

from exchange.domain.device import MASKED, mask_codes
from exchange.domain.mail import Kind

# Device IDs in any form, and numbers as long as a supply point's: a warning needs neither.
_IDENTIFIER: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:(?:[0-9A-Fa-f]{2}[-: ]){7}[0-9A-Fa-f]{2}"
    r"|(?:0[xX])?[0-9A-Fa-f]{16,24}|[0-9]{8,15})(?![0-9A-Za-z])"
)


def mail_doubt(kind: str, party: str) -> str:
    """Return what a mail that waits for a person is in doubt for, if it may be a request.

    ``kind`` is the mail's kind, empty if it was never read; ``party`` is the party that it is known
    to come from.  Empty: it is none, and no answer is due.
    """
    if kind == Kind.REQUEST:
        return "a request that waits for a person"
    if not kind:
        return "a mail that could not be read"
    if kind == Kind.UNKNOWN and party:
        return "a mail of a party that may be a request"
    return ""


def devices_doubt(held: int, unreadable: int) -> str:
    """Return what keeps a request open, in words; empty: nothing that a person decides."""
    parts = []
    if held:
        parts.append(f"{held:,} {'Device' if held == 1 else 'Devices'} held")
    if unreadable:
        parts.append(f"{unreadable:,} {'row' if unreadable == 1 else 'rows'} not readable")
    return ", ".join(parts)


def without_identifiers(text: str) -> str:
    """Return a subject or a reason without codes, Device IDs and numbers of supply points."""
    return _IDENTIFIER.sub(MASKED, mask_codes(text))
