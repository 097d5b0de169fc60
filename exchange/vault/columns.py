"""Convert columns, which callers handle in bulk, to the rows of a bucket and back."""

from __future__ import annotations

import numpy as np

from exchange.domain.columns.device_ids import all_ids_valid
from exchange.domain.device import CODE_BYTES
from exchange.domain.device_type import DEVICE_TYPES
from exchange.errors import BadInput
from exchange.ports.vault import CodeColumns
from exchange.vault.records import (
    CODE_OFFSET,
    HAS_CODE,
    INSTALLED,
    ROW,
    TYPE_SHIFT,
    Rows,
    Sources,
    row_devices,
)


def rows_from(columns: CodeColumns, sources: Sources) -> Rows:
    """Return ``columns`` as rows; add their source names to ``sources``.

    Raises BadInput for values that no record can have: a Device ID or a code of all zeros or all
    Fs, a code in a row marked as having none, a type or source out of range, unequal lengths.
    """
    _check(columns)
    numbers = np.array([sources.number(name) for name in columns.source_names], np.uint8)
    rows = np.empty(len(columns), ROW)
    rows["device"] = columns.devices
    words = np.ascontiguousarray(columns.codes).view("<u8").reshape(-1, 2)
    rows["code_a"], rows["code_b"] = words[:, 0], words[:, 1]
    rows["flags"] = (
        columns.has_code.astype(np.uint8) * np.uint8(HAS_CODE)
        | columns.installed.astype(np.uint8) * np.uint8(INSTALLED)
        | columns.types << TYPE_SHIFT
    )
    rows["source"] = numbers[columns.sources]
    rows["days"] = columns.days
    return rows


def columns_from(rows: Rows, sources: tuple[str, ...]) -> CodeColumns:
    """Return rows as columns; ``sources`` are the names by number, the first one empty."""
    content = np.ascontiguousarray(rows).view(np.uint8).reshape(len(rows), ROW.itemsize)
    flags = rows["flags"]
    return CodeColumns(
        devices=row_devices(rows),
        codes=content[:, CODE_OFFSET : CODE_OFFSET + CODE_BYTES],
        has_code=(flags & HAS_CODE) != 0,
        installed=(flags & INSTALLED) != 0,
        types=np.right_shift(flags, np.uint8(TYPE_SHIFT)),
        sources=rows["source"],
        days=rows["days"].astype(np.uint16),
        source_names=sources,
    )


def _check(columns: CodeColumns) -> None:
    number = len(columns)
    if columns.codes.shape != (number, CODE_BYTES) or any(
        len(column) != number
        for column in (
            columns.has_code, columns.installed, columns.types, columns.sources, columns.days,
        )
    ):  # fmt: skip
        raise BadInput("the columns of codes differ in length")
    if not number:
        return
    if not all_ids_valid(columns.devices):
        raise BadInput("a Device ID is not all zeros or all Fs")
    ones = np.uint64((1 << 64) - 1)
    words = np.ascontiguousarray(columns.codes).view("<u8").reshape(-1, 2)
    blank = (words[:, 0] == 0) & (words[:, 1] == 0)
    if np.any(blank & columns.has_code) or np.any(
        (words[:, 0] == ones) & (words[:, 1] == ones) & columns.has_code
    ):
        raise BadInput("an install code is not all zeros or all Fs")
    if np.any(~blank & ~columns.has_code):
        raise BadInput("a row marked as having no code has one")
    if columns.types.max() >= len(DEVICE_TYPES):
        raise BadInput("a device type is out of range")
    if columns.sources.max() >= len(columns.source_names):
        raise BadInput("a source is out of range")
