"""Devices of which nothing is said yet: long lists and single ones in one order."""

from __future__ import annotations

from exchange.domain.columns.device_columns import ListedColumns
from exchange.domain.device import DeviceId
from exchange.domain.mail import Found
from exchange.parsing.findings.waiting_devices import WaitingDevice, WaitingDevices

DEVICES = [DeviceId.parse(f"00-DB-12-34-56-78-90-{number:02X}") for number in range(40)]


def _waitlist() -> WaitingDevices:
    """One device, thirty as columns, two more."""
    made = WaitingDevices()
    made.append(WaitingDevice(DEVICES[0], "line 1"))
    made.extend(ListedColumns.of([Found(one, "") for one in DEVICES[1:31]]), 1)
    made.append(WaitingDevice(DEVICES[31], "line 32", block=2))
    made.append(WaitingDevice(DEVICES[32], "line 33", block=2))
    return made


def test_all_come_in_their_order() -> None:
    assert [one.device for one in _waitlist()] == DEVICES[:33]


def test_the_newest_reach_into_the_long_list_and_nothing_is_lost() -> None:
    waiting = _waitlist()
    for number in (1, 2, 3, 10, 32, 33):
        assert [one.device for one in waiting.last(number)] == DEVICES[33 - number : 33]
    assert [one.device for one in waiting.last(100)] == DEVICES[:33]
    assert [one.block for one in waiting] == [0] + [1] * 30 + [2] * 2


def test_one_that_is_answered_waits_no_more() -> None:
    waiting = _waitlist()
    waiting.remove(waiting.last(5)[1])
    assert [one.device for one in waiting] == [*DEVICES[:29], *DEVICES[30:33]]


def test_an_empty_list_is_false() -> None:
    waiting = _waitlist()
    assert waiting
    waiting.clear()
    assert not waiting
    assert waiting.last(3) == []
    assert not list(waiting)
