"""Say in the audit log what we answered whom about which device."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from exchange.domain.audit import AuditEvent
from exchange.domain.columns.device_columns import Int64Array
from exchange.domain.inbound import DeviceState
from exchange.services.answering.device_decisions import DecidedRows

_EVENT_PER_ROW = 1000
_DEVICES_PER_EVENT = 500


def audit_events(
    decided_rows: DecidedRows, ref: str, party: str, address: str, message_id: str
) -> Iterator[AuditEvent]:
    """Yield audit events: what we answered whom on which device.

    A short answer gives an event for each row; a long one an event for some hundreds of rows with
    the same decision, naming each device.
    """
    if len(decided_rows) <= _EVENT_PER_ROW:
        yield from _event_per_row(decided_rows, ref, party, address, message_id)
        return
    for (state, reason), chosen in _group_by_decision(decided_rows):
        detail = _detail(state, reason, ref, address, message_id)
        event = "codes.released" if state is DeviceState.PROVIDED else f"devices.{state}"
        devices = decided_rows.devices.take(chosen)
        for start in range(0, len(chosen), _DEVICES_PER_EVENT):
            some = slice(start, min(start + _DEVICES_PER_EVENT, len(chosen)))
            unread = state is DeviceState.UNREADABLE
            named = {} if unread else {"device_ids": devices.take(some).join(",")}
            yield AuditEvent(event, ref, party, detail | {"devices": some.stop - start} | named)


def _event_per_row(
    decided_rows: DecidedRows, ref: str, party: str, address: str, message_id: str
) -> Iterator[AuditEvent]:
    alike: dict[int, list[str]] = {}
    rows = zip(
        decided_rows.which.tolist(),
        decided_rows.devices.texts(),
        decided_rows.places.texts(),
        strict=True,
    )
    for at, device, place in rows:
        alike.setdefault(at, []).append(device or place)
    for at, subjects in alike.items():
        state, reason = decided_rows.decisions[at]
        detail = _detail(state, reason, ref, address, message_id)
        event = "code.released" if state is DeviceState.PROVIDED else f"device.{state}"
        yield from (AuditEvent(event, subject, party, detail) for subject in subjects)


def _detail(
    state: DeviceState, reason: str, ref: str, address: str, message_id: str
) -> dict[str, str | int | bool | None]:
    if state in (DeviceState.PROVIDED, DeviceState.NOT_INSTALLER):
        return {"ref": ref, "address": address, "message_id": message_id}
    return {"ref": ref, "reason": reason}


def _group_by_decision(
    decided_rows: DecidedRows,
) -> Iterator[tuple[tuple[DeviceState, str], Int64Array]]:
    """Return the decisions in order of first occurrence, each with its rows."""
    order = np.argsort(decided_rows.which, kind="stable")
    bounds = np.searchsorted(
        decided_rows.which[order], np.arange(len(decided_rows.decisions) + 1)
    ).tolist()
    groups = [
        (decision, order[start:end])
        for decision, (start, end) in zip(decided_rows.decisions, pairwise(bounds), strict=True)
        if end > start
    ]
    yield from sorted(groups, key=lambda group: int(group[1][0]))
