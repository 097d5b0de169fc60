"""Which statement decides what a list of Devices is sent for."""

from __future__ import annotations

import pytest

from exchange.domain.mail import Subkind
from exchange.domain.statements import Act, Statement
from exchange.parsing.mailkinds.asking import asks, why_no_request


@pytest.mark.parametrize(
    ("acts", "subkind"),
    [
        ([], Subkind.NONE),
        ([Act.ASKS], Subkind.NONE),
        ([Act.ASKS, Act.OTHER, Act.CHASES, Act.ASKS_ELSE, Act.THANKS], Subkind.NONE),
        ([Act.ASKS, Act.REPORTS], Subkind.REPORTS),
        ([Act.ASKS, Act.TAKES_BACK, Act.DISPUTES], Subkind.TAKES_BACK),
        ([Act.TAKES_BACK, Act.WARNS, Act.ASKS], Subkind.WARNS),
        ([Act.CORRECTS, Act.ASKS], Subkind.CORRECTS),
        ([Act.OTHER], Subkind.NOT_UNDERSTOOD),
        ([Act.OTHER, Act.CHASES], Subkind.CHASES),
        ([Act.THANKS, Act.ASKS_ELSE], Subkind.ASKS_ELSE),
    ],
)
def test_what_speaks_against_a_request_comes_first(acts: list[Act], subkind: Subkind) -> None:
    statements = [Statement(act, "line 1", "words") for act in acts]
    assert why_no_request(statements) is subkind
    assert asks(statements) is (Act.ASKS in acts)
