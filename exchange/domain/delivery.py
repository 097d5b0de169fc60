"""Which letter a delivery report is about, and what proves it.

Anybody can write a report that names a letter of ours: whoever saw it knows its Message-ID.  So a
report counts only for the address that the letter was sent to, and it proves nothing unless it
came to the return address of that letter, whose tag nobody can make without our key.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from exchange.domain.mail import Bounce
from exchange.domain.party import parse_address
from exchange.errors import BadInput

_MAC_DIGITS: Final = 20  # 80 bits
_MOST_LOCAL: Final = 64  # RFC 5321 4.5.3.1.1
_TAG = re.compile(rf"b([0-9]{{1,18}})-([0-9a-f]{{{_MAC_DIGITS}}})", re.ASCII)


class ReturnTag(NamedTuple):
    """The mark in a letter's return address: its number, and a keyed digest of its Message-ID."""

    letter: int
    digest: str  # hexadecimal

    def proves(self, digest: str) -> bool:
        """Whether the tag was made with ``digest``, the keyed digest of that letter."""
        return hmac.compare_digest(self.digest, digest[:_MAC_DIGITS])


def return_address(address: str, letter: int, digest: str) -> str:
    """Return ``codes+b12-0123..@ours.example``, or ``address`` where that would be too long."""
    local, _, domain = address.rpartition("@")
    tagged = f"{local}+b{letter}-{digest[:_MAC_DIGITS]}"
    return f"{tagged}@{domain}" if len(tagged) <= _MOST_LOCAL else address


def return_tags(addresses: Iterable[str], ours: str) -> list[ReturnTag]:
    """Return the tags in those of ``addresses`` that are return addresses of ``ours``."""
    local, _, domain = ours.lower().rpartition("@")
    found = []
    for one in addresses:
        name, _, place = one.lower().rpartition("@")
        if place == domain and name.startswith(f"{local}+"):
            match = _TAG.fullmatch(name[len(local) + 1 :])
            if match:
                found.append(ReturnTag(int(match[1]), match[2]))
    return found


def same_address(one: str, other: str) -> bool:
    """Whether two addresses are the same in the form in which the register keeps them."""
    return bool(one) and _canonical(one) == _canonical(other)


def _canonical(address: str) -> str:
    try:
        return parse_address(address.strip().strip("<>").rstrip("."))
    except BadInput:
        return address


def about_recipient(bounces: Sequence[Bounce], recipient: str) -> Bounce | None:
    """Return what a report says of ``recipient``: a failure before a delay, None for nothing."""
    named = [one for one in bounces if same_address(one.recipient, recipient)]
    return max(named, key=lambda one: one.permanent, default=None)
