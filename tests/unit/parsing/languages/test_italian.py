"""Sentences in Italian: plain denials, what is no denial, requests, and what is no request."""

from __future__ import annotations

import pytest

from exchange.domain.statements import Act
from tests.unit.parsing.languages.said import act, denied

PLAIN = [
    "Nessuno di questi contatori è stato installato da noi.",
    "Non siamo il fornitore installatore.",
    "Non abbiamo installato questi dispositivi.",
    "Dopo aver verificato i nostri archivi, confermiamo di non aver installato"
    " nessuno di questi contatori.",
    "Nessuno dei tre dispositivi è stato installato dalla nostra azienda.",
    "L'installazione non è stata eseguita da noi.",
    "Questi contatori non sono nostri.",
    "Non siamo stati noi a installare questi contatori.",
]
OPEN = [
    "Credo che non siano stati installati da noi.",
    "Non tutti questi contatori sono stati installati da noi.",
]
ASKING = [
    "Potreste inviarci i codici di installazione dei seguenti contatori?",
    "Vi chiediamo cortesemente i codici di installazione.",
    "Avremmo bisogno dei codici di installazione.",
    "Richiediamo i codici di installazione per i contatori elencati.",
]
NOT_ASKING = [
    "Non inviate i codici.",
    "Annullate la nostra richiesta di codici.",
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
