"""Devices that stand in more than one row of a table."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

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


@given(st.lists(st.lists(st.sampled_from(DEVICES[:9]), max_size=6), max_size=8), st.data())
def test_runs_of_rows_and_single_rows_are_one_list(
    runs: list[list[DeviceId]], data: st.DataObject
) -> None:
    together, one_by_one = DuplicateRows(), DuplicateRows()
    number = 1
    for run in runs:
        numbers = np.arange(number, number + len(run))
        number += len(run) - data.draw(st.integers(0, 1))  # two devices on one row, now and then
        for device, row in zip(run, numbers.tolist(), strict=True):
            one_by_one.add(device, row)
        if data.draw(st.booleans()):
            together.add_many(ids_of(run), numbers)
        else:
            for device, row in zip(run, numbers.tolist(), strict=True):
                together.add(device, row)
    assert together.describe() == one_by_one.describe()
