"""The phrases of answers: a known part each, the longest first."""

from __future__ import annotations

import pytest

from exchange.parsing.phrases import statement_words as parts
from exchange.parsing.phrases.statement_phrases import PHRASES


def part_of(phrase: str) -> str | None:
    words = tuple(phrase.split())
    return dict(PHRASES.get(words[0], ())).get(words)


def test_every_phrase_has_a_part_that_is_known_and_begins_with_its_word() -> None:
    known = {one for one in vars(parts).values() if isinstance(one, str) and len(one) == 1}
    for first, listed in PHRASES.items():
        assert all(phrase[0] == first and part in known for phrase, part in listed), first


def test_phrases_of_a_word_begin_with_the_longest() -> None:
    lengths = [[len(phrase) for phrase, _ in listed] for listed in PHRASES.values()]
    assert any(len(set(one)) > 2 for one in lengths)
    assert all(one == sorted(one, reverse=True) for one in lengths)


def test_phrases_are_in_lower_case_as_the_words_that_are_looked_up() -> None:
    assert all(
        word == word.lower() for several in PHRASES.values() for one, _ in several for word in one
    )


@pytest.mark.parametrize(
    ("phrase", "part"),
    [
        ("not", parts.NEGATION),
        ("none", parts.NO_ONE),
        ("installed", parts.INSTALL),
        ("installing supplier", parts.INSTALLER),
        ("we", parts.WE),
        ("meters", parts.DEVICE),
        ("meter", parts.ONE_DEVICE),
        ("rest", parts.REST),
        ("another supplier", parts.OTHERS),
        ("but", parts.CONTRAST),
        ("install codes", parts.CODE),
    ],
)
def test_a_word_has_its_part(phrase: str, part: str) -> None:
    assert part_of(phrase) == part


@pytest.mark.parametrize(
    "phrase",
    ["except", "some", "not all", "maybe", "if", "probably", "contractor", "draft", "wrong"],
)  # fmt: skip
def test_words_that_leave_an_answer_open_are_hedges(phrase: str) -> None:
    assert part_of(phrase) in parts.HEDGES


def test_no_word_of_a_plain_answer_is_a_hedge() -> None:
    plain = {parts.NEGATION, parts.NO_ONE, parts.INSTALL, parts.WE, parts.OURS, parts.DEVICE}
    assert not plain & parts.HEDGES


def test_i_and_me_are_the_sender() -> None:
    assert part_of("i") == part_of("me") == parts.WE


@pytest.mark.parametrize(
    ("word", "number"),
    [("3", 3), ("two", 2), ("fifty", 50), ("999999", 999_999), ("1000000", None), ("some", None),
     ("", None), ("\u00b2", None), ("-3", None)],
)  # fmt: skip
def test_small_numbers_are_read_and_nothing_else(word: str, number: int | None) -> None:
    assert parts.number_of(word) == number


def test_the_last_row_is_counted_from_the_end() -> None:
    assert parts.ORDINALS["last"] == parts.ORDINALS["bottom"] == -1
    assert (parts.ORDINALS["first"], parts.ORDINALS["2nd"]) == (1, 2)
