"""Check whether the machine's clock can be right, by everything else that knows the time.

Witnesses: the monotonic clock (since this process last knew the time), the newest record, and the
mail servers.  None of them alone may stop the work for good: a server whose clock is a day ahead
has always been a day ahead, so we allow for its usual difference from ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

TOLERANCE: Final = timedelta(minutes=5)
# How far off a server may be that was never compared with a clock known to be right.
FIRST_TOLERANCE: Final = timedelta(hours=1)
# For so long after the clock was last known to be right, we need not ask anything else.
RECENT: Final = timedelta(hours=1)
# An outage of a long weekend is plausible; a longer one needs a witness.
USUAL_OUTAGE: Final = timedelta(days=4)
# Our mailboxes get mail every day, so the newest mail shows roughly what day it is.
NEWEST_MAIL: Final = timedelta(days=1)
_FIRST_YEAR, _LAST_YEAR = 2026, 2100  # no other year can be now


@dataclass(frozen=True, slots=True)
class Witness:
    """What a mail server says the time is, corrected by its usual difference from our clock."""

    name: str
    at: datetime
    exact: bool  # its present time; else that of its newest mail: it cannot be earlier
    usual: bool = True  # whether its usual difference is known


@dataclass(frozen=True, slots=True)
class ClockVerdict:
    """Whether the clock can be right: ``trouble`` is empty if so, ``likely`` is the right time.

    ``sure`` says that a witness confirms it.
    """

    trouble: str = ""
    likely: datetime | None = None
    sure: bool = False


def utc_text(at: datetime) -> str:
    """Return an instant as people read it."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def span_text(difference: timedelta) -> str:
    """Return the difference between two instants in words."""
    minutes = abs(difference) // timedelta(minutes=1)
    if minutes >= 2 * 24 * 60:
        return f"{minutes // (24 * 60):,} days"
    return f"{minutes // 60} hours" if minutes >= 180 else f"{minutes} minutes"


def while_running(now: datetime, expected: datetime, witnesses: Sequence[Witness]) -> ClockVerdict:
    """Judge the clock of a running process, which expects it to be ``expected`` now."""
    if abs(now - expected) <= TOLERANCE:
        return ClockVerdict(likely=now, sure=True)
    if _confirmed(now, witnesses):
        return ClockVerdict(
            likely=now, sure=True
        )  # it was wrong before, or the machine stood still
    way = "ahead" if now > expected else "back"
    return ClockVerdict(
        f"the clock jumped {span_text(now - expected)} {way}: it says {utc_text(now)}, but by the "
        f"time that has passed it is {utc_text(expected)}",
        expected,
    )


def at_start(
    now: datetime,
    known: datetime | None,
    recorded: datetime | None,
    witnesses: Sequence[Witness],
) -> ClockVerdict:
    """Judge the clock of a process that has just started.

    ``known`` is when the clock was last known to be right, ``recorded`` the newest instant on
    record.  An impossible instant is no witness: it was recorded under a wrong clock.
    """
    known, recorded = (at if at is not None and possible(at) else None for at in (known, recorded))
    witnesses = [one for one in witnesses if possible(one.at)]
    if not possible(now):
        likely = _latest(known, recorded, *(one.at for one in witnesses))
        return ClockVerdict(f"the clock says {utc_text(now)}, which is impossible", likely)
    if lately(now, known) or _confirmed(now, witnesses):
        return ClockVerdict(likely=now, sure=True)
    for one in witnesses:
        if one.exact:
            return ClockVerdict(
                f"the clock says {utc_text(now)}, by the mail server of {one.name} it is "
                f"{utc_text(one.at)}: {span_text(now - one.at)} apart",
                one.at,
            )
    floors = [(one.at, f"{one.name} has a mail of") for one in witnesses]
    floors += [(at, "there is a record of") for at in (known, recorded) if at is not None]
    if not floors:
        return ClockVerdict(likely=now)
    latest, what = max(floors)
    if now < latest - TOLERANCE:
        return ClockVerdict(
            f"the clock says {utc_text(now)}, but {what} {utc_text(latest)}", latest
        )
    last = _latest(known, recorded)
    if last is not None and now - last > USUAL_OUTAGE and now - latest > NEWEST_MAIL:
        return ClockVerdict(
            f"the clock says {utc_text(now)}, {span_text(now - last)} after the last "
            f"thing on record ({utc_text(last)}), and no mail server confirms it",
            last,
        )
    return ClockVerdict(likely=now)


def possible(at: datetime) -> bool:
    """Return whether this can be the present time at all."""
    return _FIRST_YEAR <= at.year < _LAST_YEAR


def lately(now: datetime, known: datetime | None) -> bool:
    """Return whether the clock was known to be right a short while before ``now``."""
    return known is not None and -TOLERANCE <= now - known <= RECENT


def _confirmed(now: datetime, witnesses: Sequence[Witness]) -> bool:
    return any(
        one.exact and abs(now - one.at) <= (TOLERANCE if one.usual else FIRST_TOLERANCE)
        for one in witnesses
    )


def _latest(*instants: datetime | None) -> datetime | None:
    return max((one for one in instants if one is not None), default=None)
