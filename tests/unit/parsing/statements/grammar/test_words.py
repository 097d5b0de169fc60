"""Words and clauses."""

from __future__ import annotations

from exchange.parsing.statements.grammar.words import Clause, Word


def test_a_clause_has_no_opener_unless_one_is_given() -> None:
    word = Word("W", "we")
    assert word.numbers == ()
    assert Clause((word,), "W", (word,)).opens_with == ""
