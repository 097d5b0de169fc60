"""Short answers next to one Device."""

from __future__ import annotations

import pytest

from exchange.parsing.phrases.row_phrases import denied_by_name, is_not_wanted, repeats_answer


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Not installed by Vale Energy", "Vale Energy"),
        ("no, not fitted by Mercia Power and Gas", "Mercia Power and Gas"),
        ("Vale didn't fit this one", "Vale"),
        ("not Vale", "Vale"),
        ("We didn't install this one", ""),
        ("Not installed by us", ""),
        ("Not installed by Vale, I think", ""),
        ("Installed by Vale", ""),
    ],
)
def test_whose_denial_it_is(words: str, name: str) -> None:
    assert denied_by_name(words) == name


@pytest.mark.parametrize("words", ["Nor this.", "ditto", "Same again", "neither is this one"])
def test_the_same_again(words: str) -> None:
    assert repeats_answer(words)


@pytest.mark.parametrize("words", ["Nor can we say", "The same team will check", "not sure"])
def test_something_else(words: str) -> None:
    assert not repeats_answer(words)


@pytest.mark.parametrize(
    ("words", "unwanted"),
    [
        ("Cancelled", True), ("CANCELED 3 Nov", True), ("Withdrawn by the customer", True),
        ("No longer needed", True), ("Please ignore", True), ("please disregard this row", True),
        ("Do not send - query raised", True), ("Don't send the code", True), ("on hold", True),
        ("This one is no longer required, meter scrapped", True), ("request withdrawn", True),
        ("Appointment cancelled", False), ("cancelled visit, code still wanted", False),
        ("Do not send by post", False), ("not required for billing", False), ("", False),
        ("Not installed by us", False), ("Commissioned", False), ("wanted", False),
        ("Please send", False),
    ],
)  # fmt: skip
def test_whether_a_row_is_called_off(words: str, unwanted: bool) -> None:
    assert is_not_wanted(words) is unwanted
