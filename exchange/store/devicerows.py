"""Rows of ``inbound_device`` from columns: half a million without an object for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection
from sqlmodel import Session

from exchange.domain.inbound import DISCHARGED, DeviceState
from exchange.domain.listed import Places, Words
from exchange.domain.written import Written
from exchange.store.many import insert_rows
from exchange.store.tables import InboundDeviceRow, table_of

COLUMNS: Final = (
    "request_id", "device", "device_type", "place", "state", "reason", "seen", "outbox_id",
)  # fmt: skip
# Kinds of rows that one statement has parameters for; SQLite takes 32,766 parameters.
_MOST_KINDS: Final = 1_000
_AT_ONCE: Final = 200_000

# Every row's part of the blobs by its number; ``substr`` of a blob does not walk through it.  A
# statement that runs by itself leaves the interpreter to others, unlike one for each row.
_INSERT: Final = """
WITH RECURSIVE
one(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM one WHERE n + 1 < ?),
kind(k, device_type, lead, numbered, state, reason, letter) AS MATERIALIZED (VALUES {kinds})
INSERT INTO inbound_device
(request_id, device, device_type, place, state, reason, outbox_id)
SELECT ?, CAST(substr(?, n * {device} + 1, {device}) AS TEXT), device_type,
CASE WHEN numbered THEN lead || CAST(CAST(substr(?, n * 16 + 1, 16) AS TEXT) AS INTEGER)
ELSE lead END, state, reason, letter
FROM one CROSS JOIN kind ON k = CAST(CAST(substr(?, n * 4 + 1, 4) AS TEXT) AS INTEGER)
"""


@dataclass(frozen=True, slots=True)
class DeviceColumns:
    """Devices of a request, decided, in the order in which they are kept."""

    devices: Written  # all present
    types: Words
    places: Places
    states: tuple[DeviceState, ...]  # those of each decision ...
    reasons: Words  # ... whose reason this is, row by row

    def __len__(self) -> int:
        return len(self.reasons.which)

    def taken(self, rows: slice) -> DeviceColumns:
        """Some of the rows."""
        return DeviceColumns(
            self.devices.taken(rows),
            self.types.taken(rows),
            self.places.taken(rows),
            self.states,
            self.reasons.taken(rows),
        )


def insert_columns(
    session: Session, request_id: int, columns: DeviceColumns, outbox_id: int | None
) -> None:
    """Insert the rows; discharged ones belong to the letter ``outbox_id``."""
    letters = tuple(outbox_id if state in DISCHARGED else None for state in columns.states)
    connection = session.connection()
    for start in range(0, len(columns), _AT_ONCE):
        some = columns.taken(slice(start, start + _AT_ONCE))
        kinds = _kinds(some) if connection.dialect.name == "sqlite" else None
        if kinds is None:
            rows = _rows(request_id, some, letters)
            insert_rows(session, table_of(InboundDeviceRow), COLUMNS, rows)
        else:
            _insert(connection, request_id, some, kinds, letters)


class _Kinds(NamedTuple):
    """What rows have in common: a row of each kind, and the kind of each row."""

    first: list[int]
    which: npt.NDArray[np.intp]


def _kinds(columns: DeviceColumns) -> _Kinds | None:
    """None when hardly two rows are alike."""
    leads, numbers = columns.places
    keys = (numbers >= 0).astype(np.int64)
    for words in (leads, columns.types, columns.reasons):
        if len(words.words) > 1 << 20:
            return None
        keys = keys * len(words.words) + words.which
    _, first, which = np.unique(keys, return_index=True, return_inverse=True)
    return _Kinds(first.tolist(), which) if len(first) <= _MOST_KINDS else None


def _insert(
    connection: Connection,
    request_id: int,
    columns: DeviceColumns,
    kinds: _Kinds,
    letters: tuple[int | None, ...],
) -> None:
    values: list[object] = [len(columns)]
    for nth, at in enumerate(kinds.first):
        decision = int(columns.reasons.which[at])
        values += [
            nth,
            columns.types.words[int(columns.types.which[at])],
            columns.places.leads.words[int(columns.places.leads.which[at])],
            bool(columns.places.numbers[at] >= 0),
            columns.states[decision].value,
            columns.reasons.words[decision],
            letters[decision],
        ]
    statement = _INSERT.format(
        kinds=",".join(["(?,?,?,?,?,?,?)"] * len(kinds.first)),
        device=columns.devices.letters.shape[1],
    )
    values += [request_id, np.ascontiguousarray(columns.devices.letters).tobytes()]
    values += [_digits(columns.places.numbers, 16), _digits(kinds.which, 4)]
    connection.exec_driver_sql(statement, tuple(values))


def _digits(numbers: npt.NDArray[np.int64] | npt.NDArray[np.intp], width: int) -> bytes:
    """Decimal digits of each, zeros before them; of a negative number nothing that means any."""
    found = np.full((len(numbers), width), ord("0"), np.uint8)
    left = np.maximum(numbers, 0)
    for place in range(width - 1, -1, -1):
        if not left.any():
            break
        rest = left // 10
        found[:, place] += (left - 10 * rest).astype(np.uint8)
        left = rest
    return found.tobytes()


def _rows(
    request_id: int, columns: DeviceColumns, letters: tuple[int | None, ...]
) -> Iterator[tuple[object, ...]]:
    decisions = columns.reasons.which.tolist()
    return zip(
        repeat(request_id, len(columns)),
        columns.devices.texts(),
        columns.types.texts(),
        columns.places.texts(),
        [columns.states[at].value for at in decisions],
        columns.reasons.texts(),
        repeat(None, len(columns)),
        [letters[at] for at in decisions],
        strict=True,
    )
