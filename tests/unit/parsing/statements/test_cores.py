"""The answer in a clause, and whose it is."""

from __future__ import annotations

import pytest

from exchange.domain.statements import Act
from exchange.parsing.statements.cores import core_of
from exchange.parsing.statements.grammar.clauses import clauses_of


@pytest.mark.parametrize(
    ("text", "act", "who"),
    [
        ("none of the four went in under us", Act.DENIES, "us"),
        ("we had no part in fitting these", Act.DENIES, "us"),
        ("no installation of these was done by Rowan", Act.DENIES, "Rowan"),
        ("we did none of these installs", Act.DENIES, "us"),
        ("they were hung in 2019 by another supplier", Act.DENIES, ""),
        ("they were put up by Rowan", Act.OWNS, "Rowan"),
    ],
)
def test_who_did_and_who_did_not(text: str, act: Act, who: str) -> None:
    core = core_of(clauses_of(text), 0)
    assert core is not None
    assert (core.act, core.who) == (act, who)


def test_a_subject_may_stand_in_the_clause_before() -> None:
    clauses = clauses_of("we took over the supply and did not fit them")
    core = core_of(clauses, len(clauses) - 1)
    assert core is not None
    assert (core.act, core.who) == (Act.DENIES, "us")
    clauses = clauses_of("they moved in and did not fit them")
    assert core_of(clauses, len(clauses) - 1) is None
