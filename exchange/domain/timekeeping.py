"""Whether the machine's clock can be right, by everything else that tells the time.

Witnesses: a clock that only runs on (since this process last knew the time), what is on record,
and the mail servers.  None of them alone may stop the work for good: a server whose clock is a day
ahead has always been a day ahead, so what counts is its usual difference to ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

TOLERANCE: Final = timedelta(minutes=5)
# A server that was never compared with a clock known to be right may be this far off.
FIRST_TOLERANCE: Final = timedelta(hours=1)
# So long after the clock was last known to be right nothing else needs to be asked.
RECENT: Final = timedelta(hours=1)
# An outage of a long week-end needs no explanation; a longer one needs a witness.
USUAL_OUTAGE: Final = timedelta(days=4)
# A mailbox of ours gets some mail a day, so its newest mail says about what day it is.
NEWEST_MAIL: Final = timedelta(days=1)
_FIRST_YEAR, _LAST_YEAR = 2026, 2100  # no other year can be now


@dataclass(frozen=True, slots=True)
class Witness:
    """What a mail server says of the time, its usual difference to our clock taken off."""

    name: str
    at: datetime
    exact: bool  # its present time; else its newest mail: it cannot be earlier than that
    usual: bool = True  # whether its usual difference is known


@dataclass(frozen=True, slots=True)
class Verdict:
    """``trouble`` is empty where the clock can be right; ``likely`` is the time that it should be.

    ``sure`` says that a witness confirms it.
    """

    trouble: str = ""
    likely: datetime | None = None
    sure: bool = False


def told(at: datetime) -> str:
    """An instant as people read it."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def apart(difference: timedelta) -> str:
    """How far two instants are apart, in words."""
    minutes = abs(difference) // timedelta(minutes=1)
    if minutes >= 2 * 24 * 60:
        return f"{minutes // (24 * 60):,} days"
    return f"{minutes // 60} hours" if minutes >= 180 else f"{minutes} minutes"


def while_running(now: datetime, expected: datetime, witnesses: Sequence[Witness]) -> Verdict:
    """Of a process that knew the time, where it should be ``expected`` by now."""
    if abs(now - expected) <= TOLERANCE:
        return Verdict(likely=now, sure=True)
    if _confirmed(now, witnesses):
        return Verdict(likely=now, sure=True)  # it was wrong before, or the machine stood still
    way = "ahead" if now > expected else "back"
    return Verdict(
        f"the clock jumped {apart(now - expected)} {way}: it says {told(now)}, by the time that "
        f"has passed since it is {told(expected)}",
        expected,
    )


def at_start(
    now: datetime,
    known: datetime | None,
    recorded: datetime | None,
    witnesses: Sequence[Witness],
) -> Verdict:
    """Of a process that has just begun.

    ``known`` is when the clock was last known to be right, ``recorded`` the newest instant on
    record.  What names a time that cannot be is no witness: it was written under such a clock.
    """
    known, recorded = (at if at is not None and possible(at) else None for at in (known, recorded))
    witnesses = [one for one in witnesses if possible(one.at)]
    if not possible(now):
        likely = _latest(known, recorded, *(one.at for one in witnesses))
        return Verdict(f"the clock says {told(now)}, which cannot be", likely)
    if lately(now, known) or _confirmed(now, witnesses):
        return Verdict(likely=now, sure=True)
    for one in witnesses:
        if one.exact:
            return Verdict(
                f"the clock says {told(now)}, by the mail server of {one.name} it is "
                f"{told(one.at)}: {apart(now - one.at)} apart",
                one.at,
            )
    floors = [(one.at, f"{one.name} has a mail of") for one in witnesses]
    floors += [(at, "there is a record of") for at in (known, recorded) if at is not None]
    if not floors:
        return Verdict(likely=now)
    latest, what = max(floors)
    if now < latest - TOLERANCE:
        return Verdict(f"the clock says {told(now)}, but {what} {told(latest)}", latest)
    last = _latest(known, recorded)
    if last is not None and now - last > USUAL_OUTAGE and now - latest > NEWEST_MAIL:
        return Verdict(
            f"the clock says {told(now)}, {apart(now - last)} after the last thing on record "
            f"({told(last)}), and no mail server confirms it",
            last,
        )
    return Verdict(likely=now)


def possible(at: datetime) -> bool:
    """Whether this can be now at all."""
    return _FIRST_YEAR <= at.year < _LAST_YEAR


def lately(now: datetime, known: datetime | None) -> bool:
    """Whether the clock was known to be right a short while before ``now``."""
    return known is not None and -TOLERANCE <= now - known <= RECENT


def _confirmed(now: datetime, witnesses: Sequence[Witness]) -> bool:
    return any(
        one.exact and abs(now - one.at) <= (TOLERANCE if one.usual else FIRST_TOLERANCE)
        for one in witnesses
    )


def _latest(*instants: datetime | None) -> datetime | None:
    return max((one for one in instants if one is not None), default=None)
