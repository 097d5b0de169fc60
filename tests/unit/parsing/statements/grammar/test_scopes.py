"""Which Devices the words of a clause are about."""

from __future__ import annotations

import pytest

from exchange.domain.statements import Scope
from exchange.parsing.statements.grammar.clauses import clauses_of
from exchange.parsing.statements.grammar.scopes import (
    fuels_in,
    kinds_of,
    ordinal_at,
    scope_in,
    with_endings_marked,
    with_rows_marked,
)
from exchange.parsing.statements.grammar.words import ENDS_MARK, ROWS_MARK


@pytest.mark.parametrize(
    ("text", "scope", "rows", "number"),
    [
        ("the gas meter was not installed", Scope.KIND, (), 1),
        ("the gas ones were not installed", Scope.KIND, (), None),
        ("none of the two ESMEs were installed", Scope.KIND, (), 2),
        ("some of the gas meters were not installed", Scope.PART, (), None),
        ("the first gas meter was not installed", Scope.PART, (1,), None),
        ("the SMETS1 gas meters were not installed", Scope.PART, (), None),
        ("these three were not installed", Scope.THESE, (), 3),
        ("the rest were not installed", Scope.REST, (), None),
        ("row 2 was not installed", Scope.ROWS, (2,), None),
    ],
)
def test_words_have_a_scope(
    text: str, scope: Scope, rows: tuple[int, ...], number: int | None
) -> None:
    found, at, count = scope_in(clauses_of(text)[0].kept)
    assert (found, count) == (scope, number)
    assert at == (rows if scope is not Scope.PART else ())


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ("the gas meter", ("GSME",)),
        ("electricity ones", ("ESME",)),
        ("GSMEs", ("GSME",)),
        ("the gas or electricity meters", ("ESME", "GSME")),
        ("the gas or hub devices", ()),
        ("the region", ()),
        ("the meter", ()),
    ],
)
def test_types_of_meters_are_named_or_none(text: str, types: tuple[str, ...]) -> None:
    assert fuels_in(clauses_of(text)[0].kept) == types


def test_the_last_clause_with_a_type_names_it() -> None:
    assert kinds_of(clauses_of("as to the gas meter, it was not ours")) == ("GSME",)
    assert kinds_of(clauses_of("it was not ours")) == ()


def test_numbers_of_rows_are_marked() -> None:
    assert with_rows_marked("rows 2-4 and 6 are ours") == (
        f" {ROWS_MARK}  are ours",
        [(2, 3, 4, 6)],
    )
    assert with_rows_marked("we have two vans") == ("we have two vans", [])


@pytest.mark.parametrize(
    ("text", "endings"),
    [
        ("...C438 is not ours", ["C438"]),
        ("the ones ending F4-8B and C41A", ["F48B C41A"]),
        ("last four digits 6031", ["6031"]),
        ("xxxx9BFF", ["9BFF"]),
        ("the meter at the end", []),
        ("ending soon", []),
    ],
)
def test_last_digits_are_marked(text: str, endings: list[str]) -> None:
    marked, found = with_endings_marked(text)
    assert found == endings
    assert (ENDS_MARK in marked) is bool(endings)


def test_an_ordinal_is_a_row_unless_it_is_a_time() -> None:
    second = ordinal_at(["the", "second", "one"], 1)
    assert second is not None
    assert second[1].numbers == (2,)
    assert ordinal_at(["the", "second", "week"], 1) is None
