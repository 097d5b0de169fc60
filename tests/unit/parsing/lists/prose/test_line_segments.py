"""One line of running text: its sentences, its groups of devices, and which code is of which."""

from __future__ import annotations

import pytest

from exchange.domain.mail import Outcome
from exchange.parsing.identifiers.tokens import TokenForm, find_tokens
from exchange.parsing.lists.prose.line_segments import (
    Segment,
    calls_code_otherwise,
    calls_code_wrong,
    calls_otherwise,
    groups_of,
    outcomes_of,
    pairs_of,
    remark_of,
    split_segments,
)

A, B, C = (f"00-DB-12-34-56-78-90-A{number}" for number in range(3))
CODE, OTHER = "83FED3407A939723A5C639B26916D505C3B5", "83FED3407A939723A5C639B269161802AEBB"


def _units(text: str) -> tuple[list[Segment], list[str]]:
    words = find_tokens(text)
    devices = [word for word in words if word.device]
    return split_segments(text, devices, [word for word in words if word.form is TokenForm.CODE])


def _unit(text: str) -> Segment:
    (unit,), _ = _units(text)
    return unit


def _shown(units: list[Segment]) -> list[tuple[list[str], list[str]]]:
    return [
        ([word.text for word in one.devices], [word.text for word in one.codes]) for one in units
    ]


def test_each_sentence_with_a_device_is_a_unit_of_its_own() -> None:
    units, aside = _units(f"We fitted {A}. We did not fit {B}.")
    assert _shown(units) == [([A], []), ([B], [])]
    assert [one.rest.split() for one in units] == [
        ["We", "fitted", "."],
        ["We", "did", "not", "fit", "."],
    ]
    assert aside == []


def test_a_code_in_a_sentence_without_device_holds_the_line_together() -> None:
    units, _ = _units(f"The meter is {A}. Its code is {CODE}.")
    assert _shown(units) == [([A], [CODE])]


def test_a_sentence_about_the_rest_stands_aside() -> None:
    units, aside = _units(f"{A} has the code {CODE}. We did not install the others.")
    assert _shown(units) == [([A], [CODE])]
    assert aside == ["We did not install the others."]


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        (f"{A}, {B} and {C} are not ours", [[A, B, C]]),
        (f"{A} is not ours, {B} we are looking into", [[A], [B]]),
        (f"meter {A} / gas meter {B}", [[A, B]]),
    ],
)
def test_devices_are_one_group_where_only_a_list_joins_them(
    text: str, groups: list[list[str]]
) -> None:
    assert [[word.text for word in group] for group in groups_of(_unit(text))] == groups


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        (f"{A} {CODE} {B} {OTHER}", [(A, CODE), (B, OTHER)]),
        (f"{CODE} for {A}, {OTHER} for {B}", [(A, CODE), (B, OTHER)]),
        (f"{CODE} {A} {OTHER} {B}", []),  # before or behind: nothing says
        (f"{CODE} for {A} for {OTHER} {B}", []),
        (f"{CODE} for {A} of {OTHER} for {B}", []),
        (f"{A} {B} {CODE} {OTHER}", []),
        (f"{A} {B} {CODE}", []),
        (f"{CODE} {A}", [(A, CODE)]),
    ],
)
def test_codes_are_paired_only_where_the_order_is_plain(
    text: str, pairs: list[tuple[str, str]]
) -> None:
    assert [(one.text, code.text) for one, code in pairs_of(_unit(text))] == pairs


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (f"{A}: {CODE}", False),
        (f"{A}: ignore {CODE}", True),
        (f"{A}: the code is not {CODE}", True),
        (f"{A}: is it {CODE}?", True),
        (f"{A}: installed by us, {CODE}", False),
    ],
)
def test_words_that_take_a_code_back(text: str, wrong: bool) -> None:
    assert calls_code_wrong(_unit(text)) is wrong


@pytest.mark.parametrize(
    ("lead", "other"),
    [
        ("tracking number ", True),
        ("SHA checksum ", True),
        ("the install code is ", False),
        ("order number 12, code ", False),
        ("code (our ticket) ", False),
        ("", False),
    ],
)
def test_the_words_before_digits_may_call_them_something_else(lead: str, other: bool) -> None:
    assert calls_otherwise(lead) is other


def test_a_code_is_unlikely_where_only_its_crc_could_prove_it() -> None:
    bare = CODE[:-4]
    assert calls_code_otherwise(_unit(f"{A} tracking number {bare}"))
    assert not calls_code_otherwise(_unit(f"{A} tracking number {CODE}"))
    assert not calls_code_otherwise(_unit(f"{A} install code {bare}"))


def _outcome(text: str) -> Outcome | None:
    return Outcome.NOT_INSTALLER if "not" in text else None


@pytest.mark.parametrize(
    ("gaps", "outcomes"),
    [
        (["", " is not ours, ", " we looked at"], [Outcome.NOT_INSTALLER, None]),
        (["not ours: ", " and ours: ", ""], [Outcome.NOT_INSTALLER, None]),
        (["", " and ", ""], [None, None]),
        (["not ours ", " not ours ", " not ours"], [Outcome.UNCLEAR, Outcome.UNCLEAR]),
    ],
)
def test_words_belong_to_the_group_before_or_after_them_or_to_none(
    gaps: list[str], outcomes: list[Outcome | None]
) -> None:
    assert outcomes_of(gaps, _outcome) == outcomes


def test_a_remark_has_no_punctuation_around_it() -> None:
    assert remark_of(" - : not ours, ") == "not ours"
