"""Merge new rows into the held ones: one rule, applied to whole arrays.

Each record is compared with what the vault knows of its device, in the order of the call:

- an unknown device is added;
- a code that differs from the held one is a conflict: the record is not taken, unless the caller
  replaces and no earlier record of the same call brought the held code;
- a code where none was held, a new "installed by us", or another device type is new: the record
  is taken, with its source and day;
- anything else is known already and changes nothing.  A record never removes anything: without a
  code, a type or the installed flag it leaves the held ones as they are;
- a record that repeats an earlier one of the call has the same outcome and changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from exchange.vault.radix_sort import Mask, Order, order_of, rows_where
from exchange.vault.records import (
    FACT_BYTES,
    HAS_CODE,
    INSTALLED,
    ROW,
    TYPE_MASK,
    Rows,
    joined,
    row_devices,
)

UNCHANGED: Final = 0
ADDED: Final = 1
UPDATED: Final = 2
CONFLICT: Final = 3


@dataclass(frozen=True, slots=True)
class Merged:
    """``rows`` after the merge, which of them ``changed``, and an outcome per incoming row."""

    rows: Rows
    changed: Mask
    outcomes: npt.NDArray[np.uint8]


def merge(held: Rows, incoming: Rows, *, replace: bool) -> Merged:
    """Merge ``incoming`` (in the order of the call) into ``held`` (each device once, any order)."""
    held = held.take(order_of(row_devices(held)))
    held_devices = row_devices(held)
    devices, slot = np.unique(row_devices(incoming), return_inverse=True)
    at = np.searchsorted(held_devices, devices)
    known = np.zeros(len(devices), bool)
    inside = at < len(held)
    known[inside] = held_devices[at[inside]] == devices[inside]

    state = _State(np.zeros(len(devices), ROW), known.copy(), replace)
    state.rows["device"] = devices
    state.rows[known] = held.take(at[known])
    outcomes = np.full(len(incoming), UNCHANGED, np.uint8)
    if len(devices) == len(incoming):
        outcomes = state.take(incoming, slot)
    else:
        first = _first_equal(incoming)
        for turn in _rounds(slot, first):
            outcomes[turn] = state.take(incoming[turn], slot[turn])
        shares = first != np.arange(len(incoming))
        outcomes[shares] = np.where(
            outcomes[first[shares]] == CONFLICT, np.uint8(CONFLICT), np.uint8(UNCHANGED)
        )

    held[at[known]] = state.rows[known]
    changed = np.zeros(len(held), bool)
    changed[at[known]] = state.changed[known]
    rows = joined([held, rows_where(state.rows, ~known)])
    return Merged(rows, np.concatenate([changed, np.ones(len(rows) - len(held), bool)]), outcomes)


class _State:
    """One row per device of the call, with the records merged so far."""

    def __init__(self, rows: Rows, known: Mask, replace: bool) -> None:
        self.rows = rows
        self.changed: Mask = np.zeros(len(rows), bool)
        self._known = known
        self._code_is_new: Mask = np.zeros(len(rows), bool)
        self._replace = replace

    def take(self, incoming: Rows, slot: Order) -> npt.NDArray[np.uint8]:
        """Merge at most one record per device; return their outcomes."""
        outcomes = np.full(len(slot), ADDED, np.uint8)
        known = self._known[slot]
        if known.any():
            outcomes[known] = self._take_known(rows_where(incoming, known), slot[known])
            incoming, slot = rows_where(incoming, ~known), slot[~known]
        self.rows[slot] = incoming
        self._known[slot] = True
        self._code_is_new[slot] = (incoming["flags"] & HAS_CODE) != 0
        return outcomes

    def _take_known(self, incoming: Rows, slot: Order) -> npt.NDArray[np.uint8]:
        old = self.rows.take(slot)
        new_flags, old_flags = incoming["flags"], old["flags"]
        brings = (new_flags & HAS_CODE) != 0
        holds = (old_flags & HAS_CODE) != 0
        other = (incoming["code_a"] != old["code_a"]) | (incoming["code_b"] != old["code_b"])
        conflict = brings & holds & other
        if self._replace:
            conflict &= self._code_is_new[slot]
        takes_code = brings & (~holds | other) & ~conflict
        installed = ((new_flags & ~old_flags) & INSTALLED) != 0
        new_type = new_flags & TYPE_MASK
        retyped = (new_type != 0) & (new_type != (old_flags & TYPE_MASK))
        takes = ~conflict & (takes_code | installed | retyped)

        after = old.copy()
        for word in ("code_a", "code_b"):
            after[word] = np.where(takes_code, incoming[word], old[word])
        kept_type = np.where(new_type != 0, new_type, old_flags & TYPE_MASK)
        after["flags"] = ((old_flags | new_flags) & (HAS_CODE | INSTALLED)) | kept_type
        after["source"], after["days"] = incoming["source"], incoming["days"]
        self.rows[slot[takes]] = rows_where(after, takes)
        self.changed[slot[takes]] = True
        self._code_is_new[slot[brings & ~conflict]] = True
        outcomes = np.where(takes, np.uint8(UPDATED), np.uint8(UNCHANGED))
        outcomes[conflict] = CONFLICT
        return outcomes


def _first_equal(rows: Rows) -> Order:
    """Return for each row the position of the first row equal to it."""
    content = rows.view(np.uint8).reshape(len(rows), ROW.itemsize)
    facts = np.ascontiguousarray(content[:, :FACT_BYTES]).view(f"V{FACT_BYTES}").ravel()
    _, first, inverse = np.unique(facts, return_index=True, return_inverse=True)
    return first[inverse]


def _rounds(slot: Order, first: Order) -> list[Order]:
    """Return the rows that repeat no earlier one, in rounds with each device at most once."""
    own = np.flatnonzero(first == np.arange(len(slot)))
    by_device = own[np.argsort(slot[own], kind="stable")]
    slots = slot[by_device]
    opens = np.flatnonzero(np.concatenate([[True], slots[1:] != slots[:-1]]))
    lengths = np.diff(np.append(opens, len(slots)))
    turn = np.arange(len(slots)) - np.repeat(opens, lengths)
    order = np.argsort(turn, kind="stable")
    cuts = np.flatnonzero(np.diff(turn[order])) + 1
    return np.split(by_device[order], cuts)
