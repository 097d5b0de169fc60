"""Words next to an answer that leave it open."""

from __future__ import annotations

import pytest

from exchange.parsing.statements.grammar.clauses import clauses_of
from exchange.parsing.statements.hedges import doubts_in_passing


@pytest.mark.parametrize(
    ("text", "doubt"),
    [("perhaps", "perhaps"), ("as far as we know", "as far as"), ("so no installs by us", "")],
)
def test_a_clause_doubts_or_supports(text: str, doubt: str) -> None:
    assert doubts_in_passing(clauses_of(text)[0], before=False) == doubt
