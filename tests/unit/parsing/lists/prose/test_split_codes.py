"""Device IDs on one line, and install codes that were split into words as long as a Device ID."""

from __future__ import annotations

import pytest

from exchange.parsing.identifiers.tokens import find_tokens
from exchange.parsing.lists.prose.split_codes import ends_in_a_piece, separate_split_codes

ONE, OTHER = "00DB1234567890A0", "00DB1234567890A1"
FIRST_HALF, SECOND_HALF = "83FED3407A939723", "A5C639B26916D505"


def _apart(text: str) -> tuple[list[str], list[list[str]]]:
    devices, doubtful = separate_split_codes(text, find_tokens(text))
    return [word.text for word in devices], [[word.text for word in run] for run in doubtful]


def test_devices_of_one_maker_side_by_side_are_devices() -> None:
    assert _apart(f"{ONE} {OTHER}") == ([ONE, OTHER], [])


def test_two_numbers_of_different_makers_may_be_the_halves_of_a_code() -> None:
    assert _apart(f"{FIRST_HALF} {SECOND_HALF}") == ([], [[FIRST_HALF, SECOND_HALF]])


@pytest.mark.parametrize("between", [", ", " and ", "\t"])
def test_numbers_with_anything_but_blanks_between_are_devices(between: str) -> None:
    text = f"{FIRST_HALF}{between}{SECOND_HALF}"
    assert _apart(text) == ([FIRST_HALF, SECOND_HALF], [])


def test_a_label_or_a_crc_makes_a_code_of_numbers_that_are_alike() -> None:
    assert _apart(f"install code: {ONE} {OTHER}") == ([], [[ONE, OTHER]])
    assert _apart(f"{ONE} {OTHER} C3B5") == ([], [[ONE, OTHER]])


def test_a_device_with_hyphens_is_never_half_a_code() -> None:
    written = "00-DB-12-34-56-78-90-A0"
    assert _apart(f"{written} {FIRST_HALF} {SECOND_HALF}") == (
        [written],
        [[FIRST_HALF, SECOND_HALF]],
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the code is 83FE D340 7A93 9723 A5C6", True),
        ("the code is 83FED3407A939723A5C6", True),
        (f"half of it: {FIRST_HALF}", True),
        ("the job was 12345678", False),  # digits alone: a number of theirs
        ("ends in 83FED3", False),  # too short to be worth a question
        ("83FED3407A939723A5C639B26916D505C3B5", False),  # whole
        ("83FED3407A939723A5C639B26916D505", False),
        ("no digits here", False),
    ],
)
def test_a_line_that_ends_within_a_code_is_noticed(text: str, expected: bool) -> None:
    assert ends_in_a_piece(text, []) is expected


def test_a_device_at_the_end_of_a_line_is_no_piece() -> None:
    text = f"the meter is {ONE}"
    assert not ends_in_a_piece(text, find_tokens(text))
