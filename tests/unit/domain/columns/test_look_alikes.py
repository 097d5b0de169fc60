"""A Device ID that is a slip for one of ours is found; what is merely near one of ours is not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain.columns.device_ids import ids_from_numbers, ids_of
from exchange.domain.columns.look_alikes import KnownLeads, LookAlikes, first_held, leads_of
from exchange.domain.device import DeviceId
from exchange.domain.inbound import LIKENESSES, Likeness

OURS = ["00-DB-41-07-00-1A-20-31", "00-DB-41-07-00-1A-20-32", "70-B3-D5-1E-40-00-61-05"]


def _found(held: list[str], asked: list[str]) -> dict[int, tuple[str, Likeness]]:
    """Return what rows of ``asked`` may have been meant for, if exactly ``held`` are held."""
    ours, wanted = ids_of(map(DeviceId.parse, held)), ids_of(map(DeviceId.parse, asked))
    candidates = KnownLeads.of(leads_of(ours)).candidates(wanted)
    found = first_held(candidates, np.isin(candidates.ids, ours))
    assert isinstance(found, LookAlikes)
    names = [str(DeviceId(int(one).to_bytes(8, "big"))) for one in found.ids]
    kinds = [LIKENESSES[at] for at in found.likenesses]
    return dict(zip(found.rows.tolist(), zip(names, kinds, strict=True), strict=True))


@pytest.mark.parametrize(
    ("asked", "meant", "likeness"),
    [
        ("32-20-1A-00-07-41-DB-00", OURS[1], Likeness.REVERSED),
        ("05-61-00-40-1E-D5-B3-70", OURS[2], Likeness.REVERSED),
        ("00-DB-14-07-00-1A-20-31", OURS[0], Likeness.TRANSPOSED),
        ("00-BD-41-07-00-1A-20-32", OURS[1], Likeness.TRANSPOSED),
        ("70-B3-5D-1E-40-00-61-05", OURS[2], Likeness.TRANSPOSED),
        ("00-D8-41-07-00-1A-20-31", OURS[0], Likeness.ONE_DIGIT),
        ("10-DB-41-07-00-1A-20-31", OURS[0], Likeness.ONE_DIGIT),
        ("70-B3-D5-1F-40-00-61-05", OURS[2], Likeness.ONE_DIGIT),
    ],
)
def test_a_slip_is_found_with_what_was_meant(asked: str, meant: str, likeness: Likeness) -> None:
    assert _found(OURS, ["00-11-22-33-44-55-66-77", asked]) == {1: (meant, likeness)}


@pytest.mark.parametrize(
    "asked",
    [
        "00-DB-41-07-00-1A-20-33",  # the next one of the range
        "00-DB-41-07-00-1A-30-31",  # another consignment of the same manufacturer
        "00-DB-41-07-00-1A-02-31",
        "00-D8-41-07-00-1A-20-34",  # the other manufacturer's, and nothing of ours ends like it
        "00-DB-14-06-00-1A-20-31",  # two slips
        "31-20-1A-00-07-41-DB-01",
    ],
)
def test_what_is_only_near_one_of_ours_is_not(asked: str) -> None:
    assert _found(OURS, [asked]) == {}


def test_a_manufacturer_whose_number_is_near_another_is_not_a_slip() -> None:
    """Both 00-DB-41-07 and 00-DB-41-08 are ours: neither is a slip for the other."""
    held = [*OURS, "00-DB-41-08-00-00-00-01"]
    assert _found(held, ["00-DB-41-08-00-1A-20-31"]) == {}


def test_the_strongest_likeness_is_named() -> None:
    held = ["12-21-00-00-00-00-00-21", "21-21-00-00-00-00-21-02", "22-21-00-00-00-00-00-21"]
    # One digit from the third, and two transposed away from the first.
    assert _found(held, ["21-21-00-00-00-00-00-21"]) == {}  # its lead is one of ours
    assert _found(held[:1] + held[2:], ["21-21-00-00-00-00-00-21"]) == {
        0: (held[0], Likeness.TRANSPOSED)
    }


def test_where_leads_are_as_many_as_devices_only_the_byte_order_counts() -> None:
    random = np.random.default_rng(3).integers(1, 1 << 63, 6_000, np.uint64)
    leads = KnownLeads.of(leads_of(ids_from_numbers(random)))
    assert len(leads.slips) == 0
    back = leads.candidates(ids_from_numbers(random[:5].byteswap()))
    assert back.ids.tolist() == random[:5].tolist()


_ids = st.integers(1, (1 << 64) - 2)


@settings(max_examples=60, deadline=None)
@given(held=st.lists(_ids, min_size=1, max_size=6), data=st.data())
def test_every_single_slip_in_the_first_bytes_is_a_candidate(
    held: list[int], data: st.DataObject
) -> None:
    meant = data.draw(st.sampled_from(held))
    digits = list(f"{meant:016x}")
    at = data.draw(st.integers(0, 6))
    if data.draw(st.booleans()):
        digits[at], digits[at + 1] = digits[at + 1], digits[at]
    else:
        digits[at] = data.draw(st.sampled_from("0123456789abcdef"))
    slip = int("".join(digits), 16)
    leads = KnownLeads.of(leads_of(ids_from_numbers(held)))
    candidates = leads.candidates(ids_from_numbers([slip]))
    known = any(one >> 32 == slip >> 32 for one in held)
    assert known or meant in candidates.ids.tolist()
    assert (candidates.rows == 0).all()
    # Never anything that is further away.
    for one, kind in zip(candidates.ids.tolist(), candidates.likenesses.tolist(), strict=True):
        apart = sum(a != b for a, b in zip(f"{one:016x}", f"{slip:016x}", strict=True))
        turned = LIKENESSES[kind] is Likeness.REVERSED
        assert turned or (apart <= 2 and one & 0xFFFFFFFF == slip & 0xFFFFFFFF)
