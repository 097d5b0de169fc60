"""What a mail server's refusal is about, and how long sending rests when it is about ourselves.

A letter fails only by what is said of its recipient or of the letter itself.  Whatever is said of
our account, its quota or its rights, or of the server, would be said of every letter alike: no
letter fails by it, sending as a whole pauses, and the pauses grow: throttles punish who goes on.
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
    """Of what a refusal speaks."""

    RECIPIENT = "recipient"  # its address or mailbox
    LETTER = "letter"  # its content
    SIZE = "size"  # larger than the server takes
    ACCOUNT = "account"  # our login, rights, sender address, licence, standing
    QUOTA = "quota"  # how much our account may send
    THROTTLE = "throttle"  # how fast it may
    SERVER = "server"  # the server itself, for now
    UNCLEAR = "unclear"  # nothing of these for certain


OURS: Final = frozenset({About.ACCOUNT, About.QUOTA, About.THROTTLE, About.SERVER})

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# The first pause, doubled each time it was of no use, and the longest.
PAUSES: Final = {
    About.SERVER: (_MINUTE, _HOUR),
    About.THROTTLE: (5 * _MINUTE, 4 * _HOUR),
    About.ACCOUNT: (10 * _MINUTE, 4 * _HOUR),
    About.UNCLEAR: (10 * _MINUTE, 4 * _HOUR),
    About.QUOTA: (_HOUR, 12 * _HOUR),
}
_MOST_NAMED: Final = _DAY  # of what a server asks for
_NEXT_DAY: Final = time(0, 10)  # when a day's quota is tried again, in Europe/London


def paused_until(
    now: datetime, about: About, times: int, *, named: timedelta | None = None, daily: bool = False
) -> datetime:
    """When sending is tried again after the ``times``-th trouble in a row.

    ``named`` is what the server asked for; ``daily``: it spoke of a quota by the day.
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


# So many refusals in the same words, to as many domains, are about us and not about the letters.
_ALIKE: Final = 2
# The same where each speaks plainly of its recipient: several stale addresses are nothing unusual.
_ALIKE_THOUGH_PLAIN: Final = 5
_ADDRESS = re.compile(r"<[^>]*>|\S+@\S+")
_WORD = re.compile(r"\S+")


@dataclass(slots=True)
class Alike:
    """Refusals since a letter was last accepted: the same words for everybody are about us."""

    noted: list[tuple[int, str, str]] = field(default_factory=list)  # letter, domain, words

    def accepted(self) -> bool:
        """A letter was taken; whether that wipes anything out."""
        had = bool(self.noted)
        self.noted.clear()
        return had

    def note(self, letter: int, recipient: str, reply: str, *, plain: bool) -> Sequence[int]:
        """The letters refused alike, this one last, once they are too many to be chance."""
        domain = recipient.rpartition("@")[2].lower()
        words = _fingerprint(reply, domain)
        self.noted = [one for one in self.noted if one[0] != letter]
        self.noted.append((letter, domain, words))
        same = [one for one in self.noted if one[2] == words]
        domains = {one[1] for one in same}
        if len(domains) < (_ALIKE_THOUGH_PLAIN if plain else _ALIKE):
            return ()
        return [one[0] for one in same]


def _fingerprint(reply: str, domain: str) -> str:
    """What a refusal says to everybody: without addresses, numbers and names of machines."""
    text = _ADDRESS.sub(" ", reply.lower()).replace(domain, " ") if domain else reply.lower()
    code, _, rest = text.partition(" ")
    words = [one for one in _WORD.findall(rest) if not any(c.isdigit() for c in one)]
    return " ".join([code, *words])
