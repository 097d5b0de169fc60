"""Devices of which nothing is said yet: long lists and single ones in one order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

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


_STEPS = st.lists(
    st.tuples(st.sampled_from(("one", "many", "last", "remove")), st.integers(0, 6)), max_size=12
)


@given(_STEPS)
def test_a_long_list_waits_as_its_devices_would_one_by_one(steps: list[tuple[str, int]]) -> None:
    waiting, plain = WaitingDevices(), list[DeviceId]()
    for step, number in steps:
        if step == "one":
            waiting.append(WaitingDevice(DEVICES[number], ""))
            plain.append(DEVICES[number])
        elif step == "many" and number:
            waiting.extend(ListedColumns.of([Found(one, "") for one in DEVICES[:number]]), 1)
            plain += DEVICES[:number]
        elif step == "last" and number:
            assert [one.device for one in waiting.last(number)] == plain[-number:]
        elif step == "remove" and 0 < number <= len(plain):
            waiting.remove(waiting.last(number)[0])
            del plain[-number]
        assert [one.device for one in waiting] == plain
        assert bool(waiting) == bool(plain)
