"""A reply is taken for what we asked for only if it says nothing else, and brings no more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exchange.domain.device import DeviceId
from exchange.domain.mail import Found, Kind, MailHead, Subkind, Understanding
from exchange.domain.meaning.corrections import corrects, may_correct
from exchange.domain.statements import Act, Scope, Statement

OLD = DeviceId.parse("00-DB-12-34-56-78-90-A0")
NEW = DeviceId.parse("00-DB-12-34-56-78-90-A1")
REPLY = Understanding(MailHead(), Kind.UNKNOWN, Subkind.REPLY, devices=(Found(NEW, "body line 1"),))


def saying(words: str, act: Act = Act.OTHER, hedge: str = "") -> Understanding:
    said = Statement(act, "body line 1", words, Scope.THESE, hedge=hedge)
    return replace(REPLY, subkind=Subkind.NOT_UNDERSTOOD, statements=(said,))


def test_a_bare_reply() -> None:
    assert may_correct(REPLY)
    assert not may_correct(replace(REPLY, devices=()))
    assert not may_correct(replace(REPLY, kind=Kind.RESPONSE))
    assert not may_correct(replace(REPLY, subkind=Subkind.DISPUTES))
    assert not may_correct(replace(REPLY, by_machine=True))


@pytest.mark.parametrize(
    "said",
    [
        saying("Apologies for the typing slip.", Act.CORRECTS),
        saying("The last one should read \u2460."),
        saying("Here is the same workbook without its password."),
        saying("Many thanks.", Act.THANKS),
    ],
)
def test_plain(said: Understanding) -> None:
    assert may_correct(said)


@pytest.mark.parametrize(
    "said",
    [
        saying("The code for \u2460 is not the right one."),
        saying("Which file did you get?"),
        saying("\u2460 has been exchanged."),
        saying("It should have been \u2460, unless the label is wrong.", Act.CORRECTS, "unless"),
        saying("We no longer want \u2460.", Act.TAKES_BACK),
    ],
)
def test_not_plain(said: Understanding) -> None:
    assert not may_correct(said)


def test_no_more_than_we_asked_for() -> None:
    assert corrects(REPLY, {str(OLD)}, 1, 0)
    assert not corrects(REPLY, {str(NEW)}, 1, 0)
    assert not corrects(REPLY, {str(OLD)}, 0, 0)
    assert corrects(REPLY, {str(OLD)}, 0, 1)
    many = replace(REPLY, devices=(Found(NEW, "body line 1"), Found(OLD, "body line 2")))
    assert not corrects(many, (), 1, 0)
    assert corrects(many, {str(OLD)}, 1, 0)
