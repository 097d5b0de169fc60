"""What a sentence says of other companies."""

from __future__ import annotations

import pytest

from exchange.parsing.statements.grammar.clauses import clauses_of
from exchange.parsing.statements.other_companies import is_of_companies, was_before_sender


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("Northmere put these in before we had the supply", True),
        ("The installing supplier was Northmere", True),
        ("Northmere put these in, we only took over supply later", True),
        ("Northmere put these in", False),
        ("Northmere put these in for us", False),
    ],
)
def test_who_was_there_before(text: str, before: bool) -> None:
    assert was_before_sender(text, clauses_of(text)[0]) is before


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("Harbour Energy is a trading name of Harbour Supply Ltd", True),
        ("Harbour Energy is a subsidiary of Tidal Gas", True),
        ("Harbour was our trading name", False),
        ("Tidal installed these on behalf of Harbour", False),
        ("Harbour supplies Bristol", False),
    ],
)
def test_who_belongs_to_whom(text: str, only: bool) -> None:
    assert is_of_companies(clauses_of(text)) is only
