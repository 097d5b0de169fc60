"""Statements as values of the messages between the two processes."""

from __future__ import annotations

from typing import Any

from exchange.domain.device import DeviceId
from exchange.domain.statements import Act, Scope, Statement


def of_statements(statements: tuple[Statement, ...]) -> list[dict[str, Any]]:
    """Return statements as JSON values."""
    return [
        {
            "act": one.act.value,
            "where": one.where,
            "words": one.words,
            "scope": one.scope.value,
            "devices": of_ids(one.devices),
            "rows": one.rows,
            "count": one.count,
            "subject": one.subject,
            "hedge": one.hedge,
            "reason": one.reason,
            "kinds": one.kinds,
            "endings": one.endings,
            "order": one.order,
            "day": one.day,
        }
        for one in statements
    ]


def to_statements(values: list[dict[str, Any]]) -> tuple[Statement, ...]:
    """Return the statements in ``values``; raises ValueError or LookupError if they are none."""
    return tuple(
        Statement(
            Act(one["act"]),
            str(one["where"]),
            str(one["words"]),
            Scope(one["scope"]),
            to_ids(one["devices"]),
            tuple(map(int, one["rows"])),
            None if one["count"] is None else int(one["count"]),
            str(one["subject"]),
            str(one["hedge"]),
            str(one["reason"]),
            tuple(map(str, one["kinds"])),
            tuple(map(str, one["endings"])),
            int(one["order"]),
            str(one["day"]),
        )
        for one in values
    )


def of_ids(devices: tuple[DeviceId, ...]) -> list[str]:
    """Return Device IDs as hex text."""
    return [one.raw.hex() for one in devices]


def to_ids(values: list[str]) -> tuple[DeviceId, ...]:
    """Return the Device IDs in ``values``; raises ValueError or BadInput if one is none."""
    return tuple(DeviceId(bytes.fromhex(one)) for one in values)
