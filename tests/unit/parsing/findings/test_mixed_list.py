"""A list of single findings and whole columns behaves as a plain list does."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain.columns.device_columns import ListedColumns
from exchange.domain.device import DeviceId
from exchange.domain.mail import Found
from exchange.parsing.findings.mixed_list import MixedList

FOUND = [Found(DeviceId.parse(f"00-DB-12-34-56-78-90-{n:02X}"), f"row {n}") for n in range(6)]
PIECES = st.lists(
    st.tuples(st.booleans(), st.lists(st.sampled_from(FOUND), max_size=3)), max_size=5
)


def _columns(found: list[Found]) -> ListedColumns:
    return ListedColumns.of(found)


@given(PIECES, st.sampled_from(FOUND))
@settings(max_examples=80, deadline=None)
def test_it_is_the_list_of_all_its_pieces(
    pieces: list[tuple[bool, list[Found]]], last: Found
) -> None:
    mixed: MixedList[Found] = MixedList()
    plain: list[Found] = []
    for columns, found in pieces:
        mixed += _columns(found) if columns else found
        plain += found
    mixed.append(last)
    plain.append(last)
    assert (list(mixed), len(mixed), bool(mixed)) == (plain, len(plain), True)
    assert mixed == plain
    assert mixed != [*plain, last]
    assert mixed.singles_only == (not any(columns and found for columns, found in pieces))
    singles = [one for columns, found in pieces if not columns for one in found]
    assert list(mixed.singles()) == [*singles, last]
    assert [list(one) for one in mixed.columns()] == [
        found for columns, found in pieces if columns and found
    ]
    joined: MixedList[Found] = MixedList(mixed)
    joined += mixed
    assert list(joined) == plain * 2
    assert [mixed[at] for at in range(len(plain))] == plain


def test_an_empty_list_is_false_and_has_no_piece() -> None:
    mixed: MixedList[Found] = MixedList([])
    mixed += []
    mixed += _columns([])
    assert not mixed
    assert (len(mixed), mixed.pieces) == (0, [])


def test_a_list_can_be_added_to_itself() -> None:
    mixed = MixedList(FOUND[:2])
    mixed += mixed
    assert list(mixed) == FOUND[:2] * 2


def test_the_list_that_was_given_is_not_changed() -> None:
    given_list = FOUND[:1]
    mixed = MixedList(given_list)
    mixed.append(FOUND[1])
    assert given_list == FOUND[:1]


def test_one_finding_is_replaced_even_within_columns() -> None:
    mixed: MixedList[Found] = MixedList(FOUND[:1])
    mixed += _columns(FOUND[1:4])
    mixed[2] = FOUND[5]
    assert list(mixed) == [FOUND[0], FOUND[1], FOUND[5], FOUND[3]]
    with pytest.raises(IndexError):
        mixed[4]


def test_it_is_no_key_and_equals_no_other_thing() -> None:
    with pytest.raises(TypeError):
        hash(MixedList([1]))
    assert MixedList([1]) != 1
    assert repr(MixedList([1, 2])) == "MixedList(2 findings)"
