"""Whether a mail that asks for codes was meant for another company."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exchange.domain.mail import Kind, MailHead, Understanding
from exchange.domain.meaning.addressees import meant_for_another, names_somebody
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


@pytest.mark.parametrize(
    ("subject", "another"),
    [
        ("Install codes - Northgate Energy", True),
        ("Codes: Northgate", True),
        ("Severn Power: install codes", True),
        ("MP121 request to Harbour Light Energy", False),
        ("Install codes - Vale Energy", False),  # who writes
        ("Install Codes - Elm Court", False),
    ],
)
def test_a_subject_calls_on_another_company(subject: str, another: bool) -> None:
    mail = Understanding(replace(HEAD, subject=subject), Kind.REQUEST)
    assert bool(meant_for_another(mail, OWN, OTHERS, ("Vale Energy",))) == another
    assert names_somebody(mail) or not another


def test_next_to_our_address_those_of_others_are_not_ours() -> None:
    both = replace(HEAD, to=("codes@northgate.example", "codes@harbour-light.example"))
    mail = Understanding(both, Kind.REQUEST, addressed=("Northgate Energy",))
    assert "Northgate" in meant_for_another(mail, OWN, OTHERS)
