"""Find Devices that we hold and that a Device we do not hold may have been meant for.

An ID with one wrong digit or two transposed ones is a Device ID all the same, and within a
manufacturer's consecutive range most single digits lead from one real Device to another.  So only
the first four bytes are looked at, and only where no Device of ours begins with the four that were
sent; and the whole ID with its bytes reversed.  Decision 0015 has the figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from exchange.domain.columns.device_columns import BoolArray, Int64Array
from exchange.domain.columns.device_ids import DeviceIds, blank_ids, ids_from_numbers
from exchange.domain.inbound import LIKENESSES, Likeness

Leads = npt.NDArray[np.uint32]  # the first four bytes of Device IDs, as numbers

_LEAD_BITS: Final = np.uint64(32)
_LEAD_DIGITS: Final = 8
# Manufacturers number in blocks: a vault of 200,000 meters has some dozens of leads.  Where there
# are more than this, the first bytes say nothing of a manufacturer, and digits are not looked at.
_MOST_LEADS: Final = 4096


def leads_of(ids: DeviceIds) -> Leads:
    """Return the first four bytes of ``ids``, each once, sorted."""
    return np.unique((ids >> _LEAD_BITS).astype(np.uint32))


class Candidates(NamedTuple):
    """Devices that others may have been meant for: rows of the list, and what to look up."""

    rows: Int64Array  # ascending for each likeness, the strongest likeness first
    ids: DeviceIds
    likenesses: npt.NDArray[np.uint8]  # the index in ``LIKENESSES``


class LookAlikes(NamedTuple):
    """Held Devices that others may have been meant for, at most one for each row of a list."""

    rows: Int64Array
    ids: DeviceIds
    likenesses: npt.NDArray[np.uint8]

    @classmethod
    def none(cls) -> LookAlikes:
        """Return that there are none."""
        return cls(np.empty(0, np.int64), blank_ids(), np.empty(0, np.uint8))


@dataclass(frozen=True, slots=True)
class KnownLeads:
    """The leads of all Devices that we hold, and the leads that one slip makes of them."""

    leads: Leads
    slips: Leads  # sorted; none of them is in ``leads``
    meant: Leads  # what each of ``slips`` may have been meant for
    likenesses: npt.NDArray[np.uint8]  # of each of ``slips``

    @classmethod
    def of(cls, leads: Leads) -> KnownLeads:
        """Return what ``leads``, sorted and each once, can have been mistyped as."""
        slips, meant, kinds = [leads[:0]], [leads[:0]], [np.empty(0, np.uint8)]
        if len(leads) <= _MOST_LEADS:
            for likeness, made in _slips(leads):
                wrong = ~np.isin(made, leads)
                slips.append(made[wrong])
                meant.append(leads[wrong])
                at = LIKENESSES.index(likeness)
                kinds.append(np.full(np.count_nonzero(wrong), at, np.uint8))
        found = np.concatenate(slips)
        order = np.argsort(found, kind="stable")
        return cls(leads, found[order], np.concatenate(meant)[order], np.concatenate(kinds)[order])

    def candidates(self, asked: DeviceIds) -> Candidates:
        """Return the Devices that ``asked``, none of which we hold, may have been meant for."""
        back = ids_from_numbers(asked.byteswap())
        turned = np.flatnonzero(self._has((back >> _LEAD_BITS).astype(np.uint32)))
        lead = (asked >> _LEAD_BITS).astype(np.uint32)
        first = np.searchsorted(self.slips, lead, "left")
        number = np.searchsorted(self.slips, lead, "right") - first
        rows = np.repeat(np.arange(len(asked)), number)
        # The places in ``slips`` of each row's lead: first, first + 1 and so on.
        nth = np.arange(len(rows)) - np.repeat(np.cumsum(number) - number, number)
        at = np.repeat(first, number) + nth
        ids = (self.meant[at].astype(np.uint64) << _LEAD_BITS) | (asked[rows] & _LOW)
        kinds = np.concatenate([np.full(len(turned), _REVERSED, np.uint8), self.likenesses[at]])
        rows = np.concatenate([turned, rows])
        ids = ids_from_numbers(np.concatenate([back[turned], ids]))
        order = np.argsort(kinds, kind="stable")
        return Candidates(rows[order], ids[order], kinds[order])

    def _has(self, leads: Leads) -> BoolArray:
        found: BoolArray = np.isin(leads, self.leads)
        return found


_LOW: Final = np.uint64((1 << 32) - 1)
_REVERSED: Final = LIKENESSES.index(Likeness.REVERSED)


def first_held(candidates: Candidates, held: BoolArray) -> LookAlikes:
    """Return for each row its first candidate that is ``held``."""
    rows = candidates.rows[held]
    rows, first = np.unique(rows, return_index=True)
    return LookAlikes(rows, candidates.ids[held][first], candidates.likenesses[held][first])


def _slips(leads: Leads) -> list[tuple[Likeness, Leads]]:
    """Return the leads with two neighbouring digits transposed, and with one digit changed."""
    digits = [np.uint32(4 * at) for at in range(_LEAD_DIGITS)]
    made = []
    for low, high in pairwise(digits):
        differ = ((leads >> low) ^ (leads >> high)) & np.uint32(15)
        made.append((Likeness.TRANSPOSED, leads ^ (differ << low) ^ (differ << high)))
    made += [
        (Likeness.ONE_DIGIT, leads ^ np.uint32(change << int(at)))
        for at in digits
        for change in range(1, 16)
    ]
    return made
