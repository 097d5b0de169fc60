"""Who may be answered, and where to: the seven steps, one by one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exchange.domain.mail import Kind, MailHead
from exchange.domain.party import Party
from exchange.domain.release import (
    Ceilings,
    DayUsage,
    MailAddresses,
    address_now,
    identify,
    may_answer,
    misdirected,
)
from tests.services.contexts import make_party

PARTY = replace(make_party("THRS"), reply_address="reply@thrs.example")
HEAD = MailHead(sender=PARTY.request_address)
USAGE, CEILINGS = DayUsage(0, 0, 3), Ceilings(5, 100)
STANDING = MailAddresses(
    True, "ask@t.example", "reply@t.example", ("one@t.example", "two@t.example")
)


def _reason(
    kind: Kind = Kind.REQUEST,
    head: MailHead = HEAD,
    parties: tuple[Party, ...] = (PARTY,),
    usage: DayUsage = USAGE,
    ceilings: Ceilings = CEILINGS,
) -> str:
    verdict = may_answer(kind, head, parties, "OURS", usage, ceilings)
    assert bool(verdict.reason) != bool(verdict.address)
    return verdict.reason


def test_a_request_of_a_party_is_answered_at_the_reply_address_of_the_register() -> None:
    verdict = may_answer(Kind.REQUEST, HEAD, [PARTY], "OURS", USAGE, CEILINGS)
    assert (verdict.party, verdict.address, verdict.reason) == (PARTY, PARTY.reply_address, "")


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.REQUEST])
def test_only_requests_are_answered(kind: Kind) -> None:
    assert _reason(kind) == "the mail is not a request"


def test_each_step_has_its_reason() -> None:
    assert "exactly one sender" in _reason(head=replace(HEAD, sender=""))
    assert "not on the contacts register" in _reason(head=replace(HEAD, sender="x@y.example"))
    assert "not on the contacts register" in _reason(parties=())
    twin = replace(PARTY, signifier="TWIN")
    assert "of several parties: THRS, TWIN" in _reason(parties=(PARTY, twin))
    assert "is not active" in _reason(parties=(replace(PARTY, active=False),))
    assert "as ourselves" in _reason(parties=(replace(PARTY, signifier="OURS"),))


def test_the_reply_address_is_the_partys_too() -> None:
    head = replace(HEAD, sender=PARTY.reply_address)
    assert identify(head, [PARTY], "OURS").party == PARTY


@pytest.mark.parametrize(
    ("usage", "ceilings", "reason"),
    [
        (DayUsage(4, 97, 3), Ceilings(5, 100), ""),
        (DayUsage(5, 0, 1), Ceilings(5, 100), "circuit-breaker"),
        (DayUsage(0, 98, 3), Ceilings(5, 100), "volume guard"),
        (DayUsage(0, 10**6, 10**6), Ceilings(5, 0), ""),  # 0: no ceiling
    ],
)
def test_a_party_has_a_ceiling_a_day(usage: DayUsage, ceilings: Ceilings, reason: str) -> None:
    assert _reason(usage=usage, ceilings=ceilings).startswith(reason)
    assert bool(_reason(usage=usage, ceilings=ceilings)) == bool(reason)


@pytest.mark.parametrize(
    ("purpose", "right", "wrong"),
    [
        ("answer", "reply@t.example", "ask@t.example"),
        ("request", "ask@t.example", "reply@t.example"),
        ("reminder", "ask@t.example", "one@t.example"),
        ("escalation", "two@t.example", "reply@t.example"),
        ("breach", "ask@t.example", "reply@t.example"),
    ],
)
def test_a_letter_goes_only_where_the_register_still_sends_it(
    purpose: str, right: str, wrong: str
) -> None:
    assert misdirected(purpose, right, "THRS", STANDING) == ""
    assert "is not the address of THRS" in misdirected(purpose, wrong, "THRS", STANDING)
    inactive = replace(STANDING, active=False)
    assert "is not active" in misdirected(purpose, right, "THRS", inactive)
    assert "not on the contacts register" in misdirected(purpose, right, "THRS", None)


def test_a_letter_to_ourselves_is_not_held() -> None:
    assert misdirected("summary", "anyone@ours.example", "THRS", None) == ""


@pytest.mark.parametrize(
    ("level", "address"),
    [(0, "one@t.example"), (1, "one@t.example"), (2, "two@t.example"), (9, "two@t.example")],
)
def test_an_escalation_goes_to_the_contact_of_its_level(level: int, address: str) -> None:
    assert address_now("escalation", level, STANDING) == address
    assert address_now("reminder", level, STANDING) == "ask@t.example"
    alone = replace(STANDING, contacts=())
    assert address_now("escalation", level, alone) == "ask@t.example"
