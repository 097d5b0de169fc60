"""Clauses: cut at pauses, each word with its part; rows, counts and openers are kept."""

from __future__ import annotations

import time

import pytest

from exchange.parsing.phrases import statement_words as parts
from exchange.parsing.statements.grammar.clauses import clauses_of
from exchange.parsing.statements.grammar.words import Clause
from exchange.parsing.statements.sentences import CODE_MARK, DEVICE_MARK


def only(text: str) -> Clause:
    (one,) = clauses_of(text)
    return one


def numbers(text: str) -> list[tuple[int, ...]]:
    return [one.numbers for clause in clauses_of(text) for one in clause.kept if one.numbers]


def test_the_shape_has_the_parts_of_all_words_but_fillers() -> None:
    clause = only("We did not install these meters")
    assert clause.shape == "".join(
        (parts.WE, parts.NEGATION, parts.INSTALL, parts.THESE, parts.DEVICE)
    )
    assert [one.text for one in clause.kept] == ["We", "not", "install", "these", "meters"]
    assert "did" in [one.text for one in clause.words]


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("We didn't install these", "We did not install these"),
        ("They can't be ours", "They cannot be ours"),
        ("It wasn't us", "It was not us"),
        ("We've not installed them", "We have not installed them"),
    ],
)
def test_a_shortened_word_reads_like_the_long_one(short: str, long: str) -> None:
    assert only(short).shape == only(long).shape
    assert parts.NEGATION in only(short).shape


def test_pauses_cut_and_a_conjunction_opens_the_next_clause() -> None:
    found = clauses_of("The meters are ours, but we did not install them, and they were exchanged.")
    assert [one.opens_with for one in found] == ["", "but", "and"]
    assert [parts.NEGATION in one.shape for one in found] == [False, True, False]


def test_nor_opens_a_clause_and_denies_in_it() -> None:
    first, second = clauses_of("These are ours, nor did we fit those")
    assert parts.NEGATION not in first.shape
    assert second.shape.startswith(parts.NEGATION)


def test_a_text_without_words_has_no_clause() -> None:
    assert clauses_of(" ,;: ... ") == []
    assert clauses_of("") == []


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("Rows 1 to 3 are not ours", [(1, 2, 3)]),
        ("Rows 2 and 5 were fitted by us", [(2, 5)]),
        ("The second is ours", [(2,)]),
        ("The last two are ours", [(-1, -2)]),
        ("The first, the second and the fourth are ours", [(1,), (2,), (4,)]),
    ],
)
def test_rows_keep_their_numbers(text: str, rows: list[tuple[int, ...]]) -> None:
    assert numbers(text) == rows


def test_rows_that_are_counted_up_are_one_subject() -> None:
    clause = only("The first, the second and the fourth are ours")
    assert clause.shape == parts.ROW * 3 + parts.OURS


def test_a_count_of_devices_is_a_number_and_a_year_is_none() -> None:
    clause = only("None of the 3 were installed by us in 2019")
    assert [(one.part, one.numbers) for one in clause.kept if one.text in ("3", "2019")] == [
        (parts.NUMBER, (3,)),
        (parts.MOMENT, ()),
    ]


def test_a_part_of_the_list_is_not_the_list() -> None:
    assert parts.PARTLY in only("We did not install all of them").shape
    assert parts.PARTLY not in only("All of them were not installed by us").shape


def test_marks_are_a_device_and_a_code() -> None:
    assert only(f"{DEVICE_MARK} has {CODE_MARK}").shape == parts.DEVICE + parts.CODE


def test_a_word_that_is_not_listed_is_unknown_or_with_a_capital_a_name() -> None:
    assert parts.UNKNOWN in only("We did not quibble").shape
    assert parts.UNKNOWN not in only("We did not install these").shape
    assert only("Quibble did not install these").kept[0] == (parts.NAME, "Quibble", ())


@pytest.mark.parametrize(
    "piece", ["rows 1-999, ", "not ", "the first ", "put ", "1 to 2 and ", "a"]
)
def test_a_hostile_sentence_is_short_work(piece: str) -> None:
    began = time.process_time()
    clauses = clauses_of(piece * 20_000)
    assert time.process_time() - began < 2.0
    words = [one for clause in clauses for one in clause.words]
    assert words
    assert all(len(one.numbers) <= 500 for one in words)
