"""Whether a mail that asks for codes was meant for another company."""

from __future__ import annotations

import pytest

from exchange.domain.mail import Kind, MailHead, Understanding
from exchange.domain.meaning.addressees import meant_for_another
from exchange.domain.meaning.resolve import resolve
from exchange.domain.meaning.thread import ThreadContext

HEAD = MailHead(
    sender="codes@vale.example", sender_name="Vale", to=("codes@harbour-light.example",)
)
OWN = ("Harbour Light Energy", "HARB")
OTHERS = ("Northgate Energy Ltd", "Harbour Light Energy", "Vale Energy")


def said(*addressed: str, of: tuple[str, ...] = ()) -> Understanding:
    return Understanding(HEAD, Kind.REQUEST, addressed=addressed, spoken_of=of)


@pytest.mark.parametrize(
    "name",
    ["Harbour Light team", "Harbour Light Energy Ltd", "Harbour", "HARB", "Smart Metering team",
     "Priya", "Install Codes desk", "Energy team", "from Vale Energy"],
)  # fmt: skip
def test_our_own_names_desks_and_people_are_not_another_company(name: str) -> None:
    assert meant_for_another(said(name), OWN, OTHERS) == ""


@pytest.mark.parametrize(
    "name", ["Cobalt team", "Corvid Energy", "Northgate", "from Northgate", "Vale Energy"]
)
def test_another_company(name: str) -> None:
    assert name in meant_for_another(said(name), OWN, OTHERS)


def test_a_name_alone_is_a_company_only_if_it_is_registered() -> None:
    assert meant_for_another(said("Northgate"), OWN) == ""


def test_we_are_spoken_of_as_of_others() -> None:
    assert "as of others" in meant_for_another(said(of=("Harbour Light",)), OWN, OTHERS)
    assert meant_for_another(said(of=("Northgate",)), OWN, OTHERS) == ""


def test_without_our_names_the_address_tells_them() -> None:
    assert meant_for_another(said("Harbour Light team"), ()) == ""
    found = resolve(said("Cobalt team"), ThreadContext())
    assert (found.kind, found.doubts) == (
        Kind.UNKNOWN,
        ('it calls on "Cobalt team", which is not us',),
    )
