"""Which statement decides what a list of Devices is sent for."""

from __future__ import annotations

from dataclasses import replace

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


def test_who_installed_it_is_in_dispute_only_in_a_reply() -> None:
    said = [
        Statement(Act.DISPUTES, "line 1", "Both were fitted by your engineers."),
        Statement(Act.ASKS, "line 2", "Kindly send the codes."),
    ]
    assert why_no_request(said) is Subkind.NONE
    assert why_no_request(said, reply=True) is Subkind.DISPUTES
    doubting = [replace(said[0], words="They were fitted by your engineers, not ours."), said[1]]
    assert why_no_request(doubting) is Subkind.DISPUTES
