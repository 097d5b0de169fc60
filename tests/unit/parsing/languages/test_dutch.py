"""Sentences in Dutch: plain denials, what is no denial, requests, and what is no request."""

from __future__ import annotations

import pytest

from exchange.domain.statements import Act
from tests.unit.parsing.languages.said import act, denied

PLAIN = [
    "Geen van deze meters is door ons geplaatst.",
    "Wij zijn niet de installerende leverancier.",
    "Wij hebben deze apparaten niet geïnstalleerd.",
    "Na controle van onze gegevens blijkt dat geen van de drie meters door ons is geplaatst.",
    "Wij waren niet de leverancier die heeft geïnstalleerd.",
    "De installatie is niet door ons uitgevoerd.",
    "Deze meters zijn niet van ons.",
    "Geen enkele van deze apparaten hebben wij geplaatst.",
    "De meters zijn door een andere leverancier geplaatst.",
]
OPEN = [
    "Als wij de meters niet hebben geplaatst, wie dan?",
    "Waarschijnlijk zijn deze niet door ons geplaatst.",
    "De gasmeter is niet door ons geplaatst.",
]
ASKING = [
    "Graag ontvangen wij de installatiecodes van onderstaande meters.",
    "Kunt u ons de installatiecodes toesturen?",
    "Hierbij vragen wij de installatiecodes op van de volgende meters.",
    "Wilt u ons de installatiecodes van onderstaande meters geven?",
]
NOT_ASKING = [
    "Gelieve geen codes te sturen.",
]


@pytest.mark.parametrize("text", PLAIN)
def test_a_plain_denial_is_taken(text: str) -> None:
    assert denied(text)


@pytest.mark.parametrize("text", OPEN)
def test_what_is_doubted_narrowed_or_of_others_is_no_denial(text: str) -> None:
    assert not denied(text)


@pytest.mark.parametrize("text", ASKING)
def test_a_request_asks(text: str) -> None:
    assert act(text) is Act.ASKS


@pytest.mark.parametrize("text", NOT_ASKING)
def test_what_forbids_warns_or_promises_does_not_ask(text: str) -> None:
    assert act(text) not in (None, Act.ASKS)
