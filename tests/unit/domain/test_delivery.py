"""Which letter a report is about, and what proves it."""

from __future__ import annotations

import pytest

from exchange.domain.delivery import (
    about_recipient,
    return_address,
    return_tags,
    same_address,
)
from exchange.domain.mail import Bounce

OURS = "install-codes@ours.example"
DIGEST = "0123456789abcdef0123456789abcdef"


def test_a_tag_comes_back_from_its_address() -> None:
    address = return_address(OURS, 12, DIGEST)
    assert address == "install-codes+b12-0123456789abcdef0123@ours.example"
    (tag,) = return_tags([OURS, address.upper(), "someone@else.example"], OURS)
    assert tag.letter == 12
    assert tag.proves(DIGEST)
    assert not tag.proves(DIGEST.replace("3", "4"))


@pytest.mark.parametrize(
    "address",
    [
        OURS,
        "install-codes+b12@ours.example",
        "install-codes+b12-0123456789abcdef012@ours.example",  # a digit short
        "install-codes+b12-0123456789abcdef0123@other.example",
        "codes+b12-0123456789abcdef0123@ours.example",
        "install-codes+b-0123456789abcdef0123@ours.example",
        "install-codes+x+b12-0123456789abcdef0123@ours.example",
    ],
)
def test_another_address_has_no_tag(address: str) -> None:
    assert return_tags([address], OURS) == []


def test_an_address_that_would_become_too_long_stays_as_it_is() -> None:
    long = "a" * 50 + "@ours.example"
    assert return_address(long, 12, DIGEST) == long


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Codes@Gain.Example", "codes@gain.example", True),
        ("<codes@gain.example>", "codes@gain.example", True),
        ("codes@gain.example.", "codes@gain.example", True),
        ("code\u212a@gain.example", "codek@gain.example", False),  # a Kelvin sign is no k
        ("codes@gain.example.org", "codes@gain.example", False),
        ("", "", False),
    ],
)
def test_addresses_are_compared_as_the_register_keeps_them(
    one: str, other: str, same: bool
) -> None:
    assert same_address(one, other) is same


def test_what_is_said_of_another_recipient_does_not_count() -> None:
    theirs = Bounce("colleague@gain.example", True)
    late, lost = Bounce("codes@gain.example", False), Bounce("Codes@gain.example", True)
    assert about_recipient([theirs], "codes@gain.example") is None
    assert about_recipient([theirs, late], "codes@gain.example") == late
    assert about_recipient([late, lost], "codes@gain.example") == lost
