"""Which Devices the words of a clause are about."""

from __future__ import annotations

import pytest

from exchange.domain.statements import Scope
from exchange.parsing.statements.clauses import clauses_of
from exchange.parsing.statements.scopes import fuels_in, kinds_of, scope_in


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
