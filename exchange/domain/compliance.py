"""The monthly compliance report, as values: what was asked of us and what we asked.

Every figure counts devices unless its name says requests.  A device belongs to the month in which
its request was received (inbound) or sent (outbound); its state is that at ``generated_at``.
In time means answered by its own due date: ten Working Days (SEC Appendix AC, clause 4.16(b)) or
whatever was agreed instead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from exchange.errors import BadInput

_MONTH: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class InboundFigures:
    """What was asked of us.

    ``answered_in_time``, ``answered_late``, ``open_in_time``, ``open_late`` and ``withdrawn``
    add up to ``devices_received``; ``provided`` and ``not_installer`` add up to the answered;
    ``held`` and ``unreadable`` are parts of the open.
    """

    requests_received: int = 0
    devices_received: int = 0
    answered_in_time: int = 0
    answered_late: int = 0
    open_in_time: int = 0
    open_late: int = 0
    provided: int = 0
    not_installer: int = 0
    held: int = 0
    unreadable: int = 0
    withdrawn: int = 0

    @property
    def in_time_share(self) -> float | None:
        """Return the share in time (0 to 1) of those answered or overdue; None without any."""
        return _share(self.answered_in_time, self.answered_late + self.open_late)

    @property
    def unaccounted(self) -> int:
        """Return how many devices no figure counts; the report warns unless it is 0."""
        return self.devices_received - (
            self.answered_in_time
            + self.answered_late
            + self.open_in_time
            + self.open_late
            + self.withdrawn
        )


@dataclass(frozen=True, slots=True)
class OutboundFigures:
    """What we asked: one device asked of one Supplier counts once.

    ``answered_in_time``, ``answered_late``, ``open``, ``overdue``, ``bounced`` and ``withdrawn``
    add up to ``devices_asked``; ``provided`` and ``not_installer`` add up to the answered;
    ``escalated`` counts those, in any state, for which at least a breach notice was sent.
    """

    requests_sent: int = 0
    devices_asked: int = 0
    answered_in_time: int = 0
    answered_late: int = 0
    open: int = 0
    overdue: int = 0
    provided: int = 0
    not_installer: int = 0
    bounced: int = 0
    withdrawn: int = 0
    escalated: int = 0

    @property
    def in_time_share(self) -> float | None:
        """Return the share in time (0 to 1) of those answered or overdue; None without any."""
        return _share(self.answered_in_time, self.answered_late + self.overdue)

    @property
    def unaccounted(self) -> int:
        """Return how many devices no figure counts; the report warns unless it is 0."""
        return self.devices_asked - (
            self.answered_in_time
            + self.answered_late
            + self.open
            + self.overdue
            + self.bounced
            + self.withdrawn
        )


def _share(in_time: int, not_in_time: int) -> float | None:
    settled = in_time + not_in_time
    return in_time / settled if settled else None


@dataclass(frozen=True, slots=True)
class InboundByParty:
    """What one Supplier asked of us."""

    signifier: str
    name: str
    figures: InboundFigures


@dataclass(frozen=True, slots=True)
class OutboundByParty:
    """What we asked of one Supplier."""

    signifier: str
    name: str
    figures: OutboundFigures
    median_working_days: float | None = None  # from receipt to answer; None: nothing answered


@dataclass(frozen=True, slots=True)
class ReportParty:
    """Whose report it is."""

    signifier: str
    name: str


@dataclass(frozen=True, slots=True)
class MonthlyReport:
    """One month, both directions.  Raises BadInput when ``month`` is not ``YYYY-MM``."""

    month: str  # 2026-10
    party: ReportParty
    generated_at: datetime  # aware
    calendar_version: str
    audit_head: str  # the hash of the last audit row; empty when there is none
    inbound: InboundFigures
    outbound: OutboundFigures
    inbound_by_party: tuple[InboundByParty, ...] = ()
    outbound_by_party: tuple[OutboundByParty, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _MONTH.fullmatch(self.month):
            raise BadInput("a month is written 2026-10", place=self.month)
