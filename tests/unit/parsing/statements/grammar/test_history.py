"""Who supplied whom is told apart from who installed what."""

from __future__ import annotations

import pytest

from exchange.parsing.statements.grammar.clauses import clauses_of
from exchange.parsing.statements.grammar.history import is_passive, tells_of_supply


@pytest.mark.parametrize(
    ("text", "history"),
    [
        ("we took the customer on in 2021", True),
        ("the account left us in 2024", True),
        ("the premises were with another supplier until 2020", True),
        ("we only gained the site last year", True),
        ("the customer may be ours", False),
        ("we fitted the site", False),
        ("the codes are on the account", False),
        ("perhaps the site was gained", False),
    ],
)
def test_history_tells_only_of_supply(text: str, history: bool) -> None:
    assert tells_of_supply(clauses_of(text)[0]) is history


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("we inherited these meters", "."),
        ("we acquired these meters from Rowan", "."),
        ("we inherited the business", "~"),
        ("we acquired Rowan", "~"),
    ],
)
def test_taking_over_customers_is_not_taking_over_a_company(text: str, part: str) -> None:
    (clause,) = clauses_of(text)
    word = next(one for one in clause.words if one.text in ("inherited", "acquired"))
    assert word.part == part


@pytest.mark.parametrize(
    ("text", "passive"),
    [
        ("they were fitted in 2019", True),
        ("both were installed before we took over", True),
        ("they were fitted through our scheme", False),
        ("they were fitted by Rowan", False),
        ("we fitted them", False),
    ],
)
def test_nobody_is_said_to_have_installed_them(text: str, passive: bool) -> None:
    assert is_passive(clauses_of(text)[0]) is passive
