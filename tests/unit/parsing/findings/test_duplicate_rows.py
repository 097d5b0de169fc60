"""Devices that stand in more than one row of a table."""

from __future__ import annotations

import numpy as np

from exchange.domain.columns.device_ids import ids_of
from exchange.domain.device import DeviceId
from exchange.parsing.findings.duplicate_rows import DuplicateRows

DEVICES = [DeviceId.parse(f"00-DB-12-34-56-78-90-{number:02X}") for number in range(20)]


def test_devices_in_one_row_each_are_not_named() -> None:
    repeats = DuplicateRows()
    assert repeats.describe() == ""
    repeats.add(DEVICES[0], 2)
    repeats.add(DEVICES[1], 3)
    repeats.add(DEVICES[1], 3)  # twice on one row: two columns of IDs
    assert repeats.describe() == ""


def test_a_device_in_two_rows_is_named_with_both_whichever_way_it_came() -> None:
    repeats = DuplicateRows()
    repeats.add(DEVICES[0], 2)
    repeats.add_many(ids_of(DEVICES[1:3]), np.array([3, 4]))
    repeats.add(DEVICES[2], 9)
    assert repeats.describe() == f"{DEVICES[2]} in rows 4 and 9"


def test_after_five_the_rest_is_counted() -> None:
    repeats = DuplicateRows()
    for row, device in enumerate([*DEVICES[:8], *DEVICES[:8]], 2):
        repeats.add(device, row)
    text = repeats.describe()
    assert text.startswith(f"{DEVICES[0]} in rows 2 and 10; ")
    assert text.endswith("; and 3 more")
    assert text.count("in rows") == 5
