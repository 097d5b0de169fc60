"""What people say next to a Device or about a list, and what only sounds like it."""

from __future__ import annotations

import pytest

from exchange.domain.device_type import NAMED_TYPES, DeviceType
from exchange.domain.mail import Outcome
from exchange.parsing.phrases.answer_phrases import (
    asks_for_codes,
    denies_all,
    expresses_doubt,
    is_denial_heading,
    is_sign_off,
    leaves_rest_open,
    mentions_rest,
    mentions_several,
    normalise_phrase,
    read_remark,
    says_no,
)


@pytest.mark.parametrize(
    "text",
    [
        "not the installing Supplier",
        "We are not the installing supplier",
        "Not installed by us",
        "wasn't installed by us",
        "We didn’t install this meter",
        "we did not install",
        "not ours",
        "This isn't one of ours",
        "Not our install - gained 3 May 2026",
        "installed by another supplier",
        "Not installed by us so no code held",
        "none of these were installed by us",
    ],
)
def test_plain_denials(text: str) -> None:
    assert read_remark(text) == (Outcome.NOT_INSTALLER, True)


@pytest.mark.parametrize(
    "text",
    [
        "not ours?",
        "not sure, probably not installed by us",
        "not installed by us unless it was before 2018",
        "please confirm you are not the installing supplier",
        "not the installing supplier but we hold a code",
        "not installed",
        "never installed",
        "not installed by Op B",
        "not our meter",
        "we think it was not installed by us",
        "not ours, still investigating",
        "being looked into",
        "no record",
        "cannot locate this device",
        "we don't hold a code",
        "IC to follow",
        "not readable",
        "tbc",
    ],
)
def test_doubts_are_unclear(text: str) -> None:
    assert read_remark(text).outcome is Outcome.UNCLEAR


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12 High Street",
        "Pending",
        "InstalledNotCommissioned",
        "we did not install the comms hub",
        "gained on 3 November",
        "could not be commissioned",
        "No access",
    ],
)
def test_words_that_answer_nothing(text: str) -> None:
    assert read_remark(text).outcome is None


@pytest.mark.parametrize("kind", NAMED_TYPES)
def test_a_denial_of_one_kind_of_device_does_not_deny_a_whole_list(kind: DeviceType) -> None:
    for written in (kind.value, f"{kind.value}s", kind.value.lower()):
        assert not denies_all(f"None of the {written} were installed by us.")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("None of these meters were installed by us.", True),
        ("We are not the installing supplier for any of the devices listed", True),
        ("The following were not installed by us:", True),
        ("None of the attached are ours", True),
        ("Some of these were not installed by us", False),
        ("All but two of these were not installed by us", False),
        ("Not installed by us", False),
        ("Please tell us which of these you did not install", False),
        ("or confirm that you are not the installing Supplier for all of them", False),
    ],
)
def test_denials_of_a_whole_list(text: str, expected: bool) -> None:
    assert denies_all(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Please send the install codes", True),
        ("Can you provide the codes for the attached?", True),
        ("Install codes required", True),
        ("We request the ICs of the following meters", True),
        ("MP121: request for install codes", True),
        ("Please find attached the codes", False),
        ("Thank you, received", False),
        ("Please call me", False),
    ],
)
def test_asking(text: str, expected: bool) -> None:
    assert asks_for_codes(text) is expected


def test_a_phrase_is_one_line_with_plain_apostrophes_and_an_end() -> None:
    assert normalise_phrase("We\n didn\u2019t  \u2018see\u2018 it") == "We didn't 'see' it"
    assert len(normalise_phrase("x" * 5000)) == 500


@pytest.mark.parametrize(
    "text",
    [
        "I would not say it was not installed by us",
        "She said that it was not installed by us",
        "No reason to believe it was not installed by us",
        "not installed by us before the merger",
    ],
)
def test_words_around_a_denial_can_reverse_it(text: str) -> None:
    assert read_remark(text).outcome is Outcome.UNCLEAR


@pytest.mark.parametrize("text", ["Our records show this was not installed by us", "No, not ours"])
def test_harmless_words_around_a_denial_change_nothing(text: str) -> None:
    assert read_remark(text) == (Outcome.NOT_INSTALLER, True)


def test_a_code_that_is_announced_and_words_that_need_a_reply() -> None:
    assert read_remark("install code provided") == (Outcome.PROVIDED, True)
    assert read_remark("tbc") == (Outcome.UNCLEAR, False)
    assert read_remark("no record") == (Outcome.UNCLEAR, True)


@pytest.mark.parametrize(
    ("cell", "no"),
    [("No", True), (" n. ", True), ("FALSE", True), ("\u2717", True), ("yes", False), ("", False),
     ("none", False), ("not yet", False)],
)  # fmt: skip
def test_a_yes_or_no_cell(cell: str, no: bool) -> None:
    assert says_no(cell) is no


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Not ours:", True),
        ("The following were not installed by us:", True),
        ("Some were not installed by us:", False),
        ("Install codes:", False),
    ],
)
def test_headings_that_deny_what_is_below(text: str, expected: bool) -> None:
    assert is_denial_heading(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("None of the gas meters were installed by us", False),
        ("None of these gas meters were installed by us:", True),
        ("None of the remaining three were installed by us", True),
    ],
)
def test_words_about_one_kind_of_device_deny_no_whole_list(text: str, expected: bool) -> None:
    assert denies_all(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kind regards", True),
        ("Many thanks, Ann", True),
        ("Sent from my phone", True),
        ("-- ", True),
        ("Thanks for the list. None of these are ours", False),
        ("Regards " + "x" * 200, False),
        ("Dear all", False),
    ],
)
def test_closing_words(text: str, expected: bool) -> None:
    assert is_sign_off(text) is expected


@pytest.mark.parametrize(
    ("text", "rest", "left_open", "several"),
    [
        ("All the rest are being looked into", True, True, True),
        ("None of the others", True, True, True),
        ("The other two are with our contractor", True, False, True),
        ("Everything else was checked", True, False, True),
        ("None of these are ours", False, False, True),
        ("This one", False, False, False),
    ],
)
def test_words_about_the_rest_of_a_list(
    text: str, rest: bool, left_open: bool, several: bool
) -> None:
    assert mentions_rest(text) is rest
    assert leaves_rest_open(text) is left_open
    assert mentions_several(text) is several


def test_doubt() -> None:
    assert expresses_doubt("Is it?")
    assert expresses_doubt("perhaps")
    assert not expresses_doubt("Good morning, in May")


@pytest.mark.parametrize(
    "word", ["not ", "no ", "we did not install ", "please ", "none of these "]
)
def test_a_long_line_is_read_in_no_time(word: str) -> None:
    line = word * 20_000
    assert read_remark(line).outcome in (None, *Outcome)
    assert asks_for_codes(line) is False
    assert len(normalise_phrase(line)) <= 500
