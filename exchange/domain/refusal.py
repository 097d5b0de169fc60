"""What a mail server's refusal is about, and how long sending pauses when it is about ourselves.

A letter fails only if its recipient or the letter itself is refused.  A refusal about our account,
its quota or rights, or about the server would be the same for every letter: it fails no letter but
pauses all sending, for longer each time, because servers punish senders that do not stop.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

_LONDON: Final = ZoneInfo("Europe/London")


class About(StrEnum):
    """What a refusal is about."""

    RECIPIENT = "recipient"  # its address or mailbox
    LETTER = "letter"  # its content
    SIZE = "size"  # larger than the server takes
    ACCOUNT = "account"  # our login, rights, sender address, licence, standing
    QUOTA = "quota"  # how much our account may send
    THROTTLE = "throttle"  # how fast it may
    SERVER = "server"  # the server itself, for now
    UNCLEAR = "unclear"  # none of these for certain


OURS: Final = frozenset({About.ACCOUNT, About.QUOTA, About.THROTTLE, About.SERVER})

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# The first pause, doubled each time it did not help, and the longest.
PAUSES: Final = {
    About.SERVER: (_MINUTE, _HOUR),
    About.THROTTLE: (5 * _MINUTE, 4 * _HOUR),
    About.ACCOUNT: (10 * _MINUTE, 4 * _HOUR),
    About.UNCLEAR: (10 * _MINUTE, 4 * _HOUR),
    About.QUOTA: (_HOUR, 12 * _HOUR),
}
_MOST_NAMED: Final = _DAY  # the longest pause that we grant a server that asks for one
_NEXT_DAY: Final = time(0, 10)  # when a day's quota is tried again, in Europe/London


def paused_until(
    now: datetime, about: About, times: int, *, named: timedelta | None = None, daily: bool = False
) -> datetime:
    """Return when to try sending again after the ``times``-th failure in a row.

    ``named`` is the pause that the server asked for; ``daily`` says that it named a daily quota.
    """
    first, longest = PAUSES[about]
    grown = min(first * 2 ** min(times - 1, 20), longest)
    if named is not None:
        return now + min(max(named, grown if times > 1 else _MINUTE), _MOST_NAMED)
    if daily and times == 1:
        tomorrow = now.astimezone(_LONDON).date() + _DAY
        return datetime.combine(tomorrow, _NEXT_DAY, _LONDON).astimezone(UTC)
    pause: timedelta = grown
    return now + pause


# Refusals in the same words for this many domains are about us, not about the letters.
_ALIKE: Final = 2
# The same for refusals that are clearly about the recipient: several stale addresses are usual.
_ALIKE_ABOUT_RECIPIENTS: Final = 5
_ADDRESS = re.compile(r"<[^>]*>|\S+@\S+")
_WORD = re.compile(r"\S+")


@dataclass(slots=True)
class Alike:
    """Refusals since a letter was last accepted: equal ones for everybody are about our account."""

    noted: list[tuple[int, str, str]] = field(default_factory=list)  # letter, domain, words

    def accepted(self) -> bool:
        """Forget the refusals because a letter was accepted; return whether there were any."""
        had = bool(self.noted)
        self.noted.clear()
        return had

    def note(
        self, letter: int, recipient: str, reply: str, *, about_recipient: bool
    ) -> Sequence[int]:
        """Note a refusal; return the letters refused in the same words once that is no chance."""
        domain = recipient.rpartition("@")[2].lower()
        words = _fingerprint(reply, domain)
        self.noted = [one for one in self.noted if one[0] != letter]
        self.noted.append((letter, domain, words))
        same = [one for one in self.noted if one[2] == words]
        domains = {one[1] for one in same}
        if len(domains) < (_ALIKE_ABOUT_RECIPIENTS if about_recipient else _ALIKE):
            return ()
        return [one[0] for one in same]


def _fingerprint(reply: str, domain: str) -> str:
    """Return the words of a refusal without addresses, numbers and host names."""
    text = _ADDRESS.sub(" ", reply.lower()).replace(domain, " ") if domain else reply.lower()
    code, _, rest = text.partition(" ")
    words = [one for one in _WORD.findall(rest) if not any(c.isdigit() for c in one)]
    return " ".join([code, *words])
