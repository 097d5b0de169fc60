"""Find which Devices of a list a statement is about, or why that is not plain."""

from __future__ import annotations

from collections.abc import Container
from typing import Final

from exchange.domain.device import DeviceId
from exchange.domain.device_type import DeviceType
from exchange.domain.meaning.thread import ThreadContext
from exchange.domain.statements import Scope, Statement

Devices = tuple[DeviceId, ...]

# A prepayment display may be called electricity as well.
_METERS: Final = frozenset((DeviceType.ESME.value, DeviceType.GSME.value))


def targets_of(one: Statement, rows: Devices, context: ThreadContext) -> Devices | str:
    """Return the Devices of ``rows`` that a statement is about; a text says why it is not plain."""
    if one.scope is Scope.PART:
        return "it does not say which Devices are meant"
    if one.scope is Scope.KIND:
        return _by_kind(one, rows, context)
    if one.scope in (Scope.ROWS, Scope.ALL_BUT):
        return _by_number(one, rows, context)
    if one.scope is Scope.ONE:
        if len(rows) > 1:
            return f"it is about one Device, and the list has {len(rows)}"
        return rows
    if one.count is None or one.count == len(rows):
        return rows
    waiting = _open(rows, context)
    if one.count == len(waiting):
        return waiting
    also = f", {len(waiting)} of them open" if context.rows else ""
    return f"it says {one.count}, and the list has {len(rows)}{also}"


def _by_number(one: Statement, rows: Devices, context: ThreadContext) -> Devices | str:
    if one.endings:
        return _by_ending(one, rows)
    if one.rows and not context.ordered:
        return "it counts rows of a list whose order is not known"
    size = len(rows)
    if not (one.rows or one.devices) or not all(1 <= abs(number) <= size for number in one.rows):
        return f"it counts rows that a list of {size} does not have"
    chosen = dict.fromkeys(rows[n - 1 if n > 0 else n] for n in one.rows)
    if one.scope is Scope.ROWS:
        return tuple(chosen)
    if not set(one.devices) <= set(rows):
        return "it names a Device that is not in the list"
    chosen |= dict.fromkeys(one.devices)
    return tuple(device for device in rows if device not in chosen)


def _by_ending(one: Statement, rows: Devices) -> Devices | str:
    """Return the rows whose Device IDs end as a sentence says; each ending has to be of one row."""
    if one.scope is not Scope.ROWS or one.rows:
        return "it names the last digits of Devices, and not only these"
    chosen: list[DeviceId] = []
    for ending in one.endings:
        found = [device for device in rows if device.raw.hex().upper().endswith(ending)]
        if len(found) != 1:
            return f"{len(found)} Devices of the list end in {ending}"
        chosen += found
    return tuple(dict.fromkeys(chosen))


def _by_kind(one: Statement, rows: Devices, context: ThreadContext) -> Devices | str:
    """Return the rows of a Device type; every row has to have one, or any of them may be meant."""
    if any(not context.types.get(device) for device in rows):
        return f"it names a kind of Device ({', '.join(one.kinds)}), and the list has no types"
    if not {context.types[device] for device in rows} <= _METERS:
        return f"it names a kind of Device ({', '.join(one.kinds)}), and not all are meters"
    chosen = tuple(device for device in rows if context.types[device] in one.kinds)
    if not chosen:
        return f"it names a kind of Device that the list does not have: {', '.join(one.kinds)}"
    if one.count is not None and one.count != len(chosen):
        return f"it says {one.count}, and the list has {len(chosen)} of that kind"
    return chosen


def rest_of(
    one: Statement,
    rows: Devices,
    context: ThreadContext,
    named: Container[DeviceId],
    *,
    any_named: bool,
) -> Devices | str:
    """Return the Devices of ``rows`` that are not ``named`` elsewhere in the mail or before it.

    ``any_named``: the mail answers some Device on its own, so that there is a rest.
    """
    if not rows:
        if any_named:
            return "this mail does not quote the whole list"
        return "it mentions the rest of a list and answers no Device individually"
    rest = tuple(device for device in rows if device not in named)
    waiting = _open(rest, context)
    answered_before = bool(context.rows) and len(waiting) < len(rest)
    if one.count is not None and one.count not in (len(rest), len(waiting)):
        return f"it says {one.count}, and {len(rest)} are not answered"
    if answered_before:
        return waiting
    if any_named or (context.rows and one.count == len(rows)):
        return rest
    return "it mentions the rest of a list and answers no Device individually"


def _open(rows: Devices, context: ThreadContext) -> Devices:
    return tuple(device for device in rows if device in context.open)
