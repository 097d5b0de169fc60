"""How many Devices a mail says that it lists."""

from __future__ import annotations

import pytest

from exchange.parsing.findings.stated_counts import miscount, stated_counts


@pytest.mark.parametrize(
    ("sentence", "counts"),
    [
        ("Please send the install codes for these 12 devices:", [12]),
        ("Could we have the codes for the following twelve smart meters?", [12]),
        ("Attached is a list of 1,200 Device IDs.", [1200]),
        ("12 meters are listed below, codes please", [12]),
        ("We need the codes for 3 electricity meters and 2 gas meters below", [3, 2]),
        ("Please send the codes for these SMETS 2 meters within 10 Working Days", []),
        ("We gained 300 meters and need codes for some of them", []),
        ("one of 12 devices failed; the codes for the others, please", []),
    ],
)
def test_numbers_that_state_the_size_of_the_list(sentence: str, counts: list[int]) -> None:
    assert stated_counts(sentence) == counts


@pytest.mark.parametrize("lengths", [{12}, {11, 12}, {7, 12}])
def test_a_number_that_fits_is_no_contradiction(lengths: set[int]) -> None:
    assert miscount(["codes for these 12 devices"], lengths, []) == ""


def test_several_numbers_may_be_parts_of_the_list() -> None:
    sentences = ["the codes for the 3 meters attached", "and for these 2 meters"]
    assert miscount(sentences, {5}, []) == ""
    assert miscount(sentences, {9}, [3, 6]) == ""


def test_a_number_that_fits_nothing_is_said_with_the_length_of_the_list() -> None:
    said = miscount(["codes for these 12 devices"], {10, 11}, [11])
    assert said == "the mail says 12 Devices, and lists 11"
