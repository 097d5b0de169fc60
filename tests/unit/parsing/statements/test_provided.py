"""What a sentence says of codes that it gives."""

from __future__ import annotations

from exchange.domain.statements import Act, Scope
from exchange.parsing.statements.grammar.clauses import clauses_of
from exchange.parsing.statements.provided import provided
from exchange.parsing.statements.sentences import CODE_MARK, Sentence
from exchange.parsing.text.lines import Line


def test_codes_of_a_row_and_codes_in_a_file() -> None:
    text = f"for the second please use {CODE_MARK}"
    sentence = Sentence(text, Line(1, text), codes=1)
    (found,) = provided(sentence, clauses_of(text), "body line 1", text, [])
    assert (found.act, found.scope, found.rows) == (Act.PROVIDES, Scope.ROWS, (2,))
    text = "The codes are in the attached workbook."
    (found,) = provided(Sentence(text, Line(1, text)), clauses_of(text), "body", text, [])
    assert found.reason == "attached"
    text = "Many thanks for the list."
    assert provided(Sentence(text, Line(1, text)), clauses_of(text), "body", text, []) == []
