"""Sentences in Spanish: plain denials, what is no denial, requests, and what is no request."""

from __future__ import annotations

import pytest

from exchange.domain.statements import Act
from tests.unit.parsing.languages.said import act, denied

PLAIN = [
    "Ninguno de estos contadores fue instalado por nosotros.",
    "No instalamos estos contadores.",
    "No somos el proveedor instalador de ninguno de ellos.",
    "Lamentablemente no hemos instalado ninguno de los dispositivos de la lista.",
    "Ninguno de los tres equipos fue colocado por nuestra empresa.",
    "La instalación no fue realizada por nosotros.",
    "Tras revisar nuestros registros, confirmamos que no hemos instalado estos medidores.",
    "Nosotros no fuimos el proveedor instalador.",
    "Estos contadores los instaló otro proveedor.",
    "No son nuestros.",
    "Ninguno es nuestro.",
]
OPEN = [
    "No instalamos todos estos contadores.",
    "No creemos que los hayamos instalado nosotros.",
    "No instalamos los contadores de gas.",
    "Ninguno salvo el último fue instalado por nosotros.",
    "Si no son el proveedor instalador, por favor indíquenlo.",
]
ASKING = [
    "¿Podrían enviarnos los códigos de instalación de los siguientes contadores?",
    "Necesitamos los códigos de instalación.",
    "Le agradecería que nos facilitara los códigos de instalación.",
    "Solicitamos los códigos de instalación de los contadores adjuntos.",
]
NOT_ASKING = [
    "Por favor, no envíen los códigos.",
    "Cancelen nuestra solicitud de códigos.",
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
