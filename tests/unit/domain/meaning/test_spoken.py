"""What statements can do to an answer."""

from __future__ import annotations

import pytest

from exchange.domain.device import DeviceId
from exchange.domain.mail import Kind, MailHead, Understanding
from exchange.domain.meaning.spoken import (
    count_codes,
    count_devices,
    is_of_rows,
    owned_rest,
    qualifies,
    set_apart,
    shown,
)
from exchange.domain.statements import Act, Scope, Statement


@pytest.mark.parametrize(
    ("one", "only_its_rows"),
    [
        (Statement(Act.OWNS, "body", "row 2 is ours", Scope.ROWS, rows=(2,)), True),
        (Statement(Act.OWNS, "body", "gas is ours", Scope.KIND, kinds=("GSME",)), True),
        (Statement(Act.OWNS, "body", "these are ours", Scope.THESE), False),
        (
            Statement(Act.OWNS, "body", "row 2 is Vale's", Scope.ROWS, rows=(2,), subject="Vale"),
            False,
        ),
        (Statement(Act.DENIES, "body", "row 2 is not", Scope.ROWS, rows=(2,)), False),
    ],
)
def test_what_leaves_only_its_rows_open(one: Statement, only_its_rows: bool) -> None:
    assert is_of_rows(one) is only_its_rows


def test_what_takes_back_and_how_it_is_shown() -> None:
    hedged = Statement(Act.OTHER, "body line 3", "one may be ours", hedge="may")
    assert qualifies(hedged)
    assert not qualifies(Statement(Act.OTHER, "body", "see you"))
    assert shown(hedged) == 'their words "one may be ours" at body line 3'
    assert (count_devices(1), count_devices(2)) == ("1 Device", "2 Devices")
    assert (count_codes(1), count_codes(3)) == ("an install code", "3 install codes")


def test_what_is_set_apart_from_the_rest() -> None:
    one, two = (DeviceId(bytes([0, 0x1D, 0x24, 0, 0, 0, 0, n])) for n in (1, 2))
    waits = Statement(Act.OTHER, "body", "it is with our team", Scope.NAMED, (one,))
    rest = Statement(Act.DENIES, "body", "the rest is not ours", Scope.REST)
    said = Understanding(MailHead(), Kind.RESPONSE, statements=(waits, rest))
    assert set_apart(said, [rest], {two}) == [waits]
    assert set_apart(said, [rest], {one}) == []
    assert set_apart(said, [], {two}) == []


def test_the_rest_of_nobody_knows_what() -> None:
    rest = Statement(Act.OWNS, "body", "the others we did", Scope.REST)
    assert owned_rest([Statement(Act.DENIES, "body", "not these", Scope.THESE), rest]) is rest
    named = Statement(Act.DENIES, "body", "row 2 is not", Scope.ROWS, rows=(2,))
    assert owned_rest([named, rest]) is None
