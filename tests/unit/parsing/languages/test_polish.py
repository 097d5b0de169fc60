"""Sentences in Polish: plain denials, what is no denial, requests, and what is no request."""

from __future__ import annotations

import pytest

from exchange.domain.statements import Act
from tests.unit.parsing.languages.said import act, denied

PLAIN = [
    "Żaden z tych liczników nie został zainstalowany przez nas.",
    "Nie jesteśmy dostawcą instalującym.",
    "Nie instalowaliśmy tych urządzeń.",
    "Po sprawdzeniu rejestrów potwierdzamy, że nie zamontowaliśmy żadnego z tych urządzeń.",
    "Żaden z trzech liczników nie był instalowany przez naszą firmę.",
    "Montaż nie został wykonany przez nas.",
    "To nie my instalowaliśmy te liczniki.",
    "Te liczniki nie są nasze.",
    "Te liczniki zainstalował inny dostawca.",
]
OPEN = [
    "Jeśli nie zainstalowaliśmy tych liczników, proszę dać znać.",
    "Nie zainstalowaliśmy wszystkich tych liczników.",
    "Wydaje się, że nie instalowaliśmy tych liczników.",
]
ASKING = [
    "Prosimy o przesłanie kodów instalacyjnych dla poniższych liczników.",
    "Potrzebujemy kodów instalacyjnych.",
    "Zwracamy się z prośbą o kody instalacyjne.",
    "Czy mogliby Państwo przesłać nam kody instalacyjne?",
]
NOT_ASKING = [
    "Prosimy nie wysyłać kodów.",
    "Nie potrzebujemy już kodów.",
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
