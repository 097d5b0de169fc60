"""Who stands by an answer: the sender, a company that is named, or others."""

from __future__ import annotations

import pytest

from exchange.parsing.statements.clauses import clauses_of
from exchange.parsing.statements.vouching import others_word, vouched_by


@pytest.mark.parametrize(
    ("text", "company", "others"),
    [
        ("We confirm that we did not install these.", "", ""),
        ("Vale Energy confirm that these were not installed by them.", "Vale Energy", ""),
        ("Please confirm that you did not install these.", "", "Please"),
        ("Their records show that we did not install these.", "", "Their"),
    ],
)
def test_who_vouches(text: str, company: str, others: str) -> None:
    clauses = clauses_of(text)
    assert (vouched_by(clauses), others_word(clauses)) == (company, others)
