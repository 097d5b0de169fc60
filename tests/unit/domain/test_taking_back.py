"""Only what takes a request back and leaves nothing open is withdrawn unattended."""

from __future__ import annotations

import pytest

from exchange.domain.device import DeviceId
from exchange.domain.statements import Act, Scope, Statement
from exchange.domain.taking_back import number_named, takes_back_plainly

METER = DeviceId.parse("00-DB-12-34-56-78-90-A0")


def said(words: str, act: Act = Act.TAKES_BACK, *devices: DeviceId) -> Statement:
    return Statement(act, "body line 1", words, Scope.THESE, devices)


@pytest.mark.parametrize(
    "words",
    [
        "Please cancel our request for the install codes of these meters.",
        "We no longer require the install codes for the Devices below.",
        "Kindly disregard this request.",
        "Our request MP121-GAIN-2612-Q00007 is hereby withdrawn.",
        "This list was sent in error.",
        "We don't need these codes.",
        "Please take the following off, and withdraw these from our open request.",
    ],
)
def test_plain(words: str) -> None:
    assert takes_back_plainly([said(words)], named=True)
    assert takes_back_plainly([said(words), said("Thank you.", Act.THANKS)], named=True)
    # Anything else that is said, asked or not understood is for a person.
    for other in set(Act) - {Act.TAKES_BACK, Act.THANKS}:
        assert not takes_back_plainly([said(words), said("...", other)], named=True)


@pytest.mark.parametrize(
    "words",
    [
        "We may no longer need these codes.",
        "Please cancel our request unless the codes are on their way.",
        "Can you cancel our request?",
        "We no longer need the codes for some of these.",
        "Please do not cancel our request.",
        "We no longer need these codes, only the one below.",
        "Ignore the list, and use the attached one.",
        "Please hold our request until Monday.",
        "Two of these codes are no longer needed.",
        "The customer has cancelled the appointment.",
        "Please do not send the codes.",
    ],
)
def test_not_plain(words: str) -> None:
    assert not takes_back_plainly([said(words)], named=True)
    assert not takes_back_plainly([said(words)], named=False)


def test_a_sentence_that_was_cut_may_go_on() -> None:
    words = "We no longer need these codes, since " + "the customers have left and " * 10
    assert not takes_back_plainly([said(words[:300])], named=True)
    assert takes_back_plainly([said(words[:299])], named=True)


def test_a_list_below_words_on_another_mail_may_be_the_new_one() -> None:
    words = "Please ignore our previous list."
    assert not takes_back_plainly([said(words)], named=True)
    assert takes_back_plainly([said(words)], named=False)
    named = said("Please ignore our previous request for it.", Act.TAKES_BACK, METER)
    assert takes_back_plainly([named], named=True)


def test_one_plain_sentence_is_enough_where_none_leaves_it_open() -> None:
    subject, plain = said("Withdrawal"), said("We withdraw our request for these.")
    assert takes_back_plainly([subject, plain], named=True)
    assert not takes_back_plainly([subject], named=True)
    assert not takes_back_plainly([said("Withdrawal, perhaps"), plain], named=True)


def test_without_devices_the_whole_request_has_to_be_meant() -> None:
    assert takes_back_plainly([said("We no longer need any of this.")], named=False)
    assert not takes_back_plainly([said("No longer needed, they are commissioned.")], named=False)
    assert not takes_back_plainly([], named=False)


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("We no longer need these 3 devices.", 3),
        ("Please withdraw all four meters of the request", 4),
        ("Please withdraw MP121-GAIN-2612-Q00007", None),
        ("We withdraw our request of 14 December", None),
    ],
)
def test_the_number_that_is_named(words: str, number: int | None) -> None:
    assert number_named([said(words)]) == number
