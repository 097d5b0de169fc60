"""Recognise a second copy of a mail: the same in what it asks.

The ledger compares sender, Message-ID and the bytes of the body.  The rest of the header decides
what those bytes say: how they are decoded, what they answer, whether a machine wrote them.  So a
copy is the same mail only if all of that is the same too; who has seen a mail can forge one that is
not, and it must not stand in the way of the real one.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

from exchange.domain.mail import Understanding


class DecidedCopy(NamedTuple):
    """A processed mail with the same sender, Message-ID and body as another."""

    id: int
    subject: str  # codes masked
    kind: str
    asks: str | None  # see ``asks_of``; None for a mail decided before schema 0003


def asks_of(said: Understanding) -> str:
    """Return a fingerprint of what a mail asks, but for the bytes of its body.

    The lists themselves are not hashed: the same bytes, decoded in the same way, are the same list,
    however long, and whichever version of this program reads them.
    """
    head = said.head
    what = (
        said.kind.value, head.sender, head.reply_to, head.subject, head.in_reply_to,
        head.references, head.own_marker, head.content, head.fault,
    )  # fmt: skip
    return sha256(repr(what).encode("utf-8", "replace")).hexdigest()


def first_copy(
    number: int, subject: str, said: Understanding, known: Iterable[DecidedCopy]
) -> int | None:
    """Return the first of ``known`` that asks the same as mail ``number``, None if none does.

    ``subject`` is that of the mail as the ledger keeps it.
    """
    asks = asks_of(said)
    alike = [
        one.id
        for one in known
        if one.id != number
        and (
            one.asks == asks
            if one.asks is not None
            else (one.subject, one.kind) == (subject, said.kind)
        )
    ]
    return min(alike, default=None)
