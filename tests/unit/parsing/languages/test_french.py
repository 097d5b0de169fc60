"""Sentences in French: plain denials, what is no denial, requests, and what is no request."""

from __future__ import annotations

import pytest

from exchange.domain.statements import Act
from tests.unit.parsing.languages.said import act, denied

PLAIN = [
    "Aucun de ces compteurs n'a été posé par nos équipes.",
    "Nous n'avons installé aucun des appareils que vous citez.",
    "Nous ne sommes pas le fournisseur installateur.",
    "Ces compteurs n'ont pas été installés par nous.",
    "Après vérification, aucun des trois appareils n'a été installé par notre société.",
    "Nous vous informons que nous n'avons pas posé ces compteurs.",
    "L'installation n'a pas été réalisée par nos soins.",
    "Nous n'étions pas le fournisseur installateur pour ces deux compteurs.",
    "Aucun n'est à nous.",
    "Ce n'est pas nous qui avons installé ces compteurs.",
    "Ces appareils ont été posés par un autre fournisseur.",
    "Ils ne sont pas à nous.",
]
OPEN = [
    "Ces compteurs ont été posés par nos soins.",
    "Nous n'avons pas installé tous ces compteurs.",
    "Sauf le dernier, aucun de ces compteurs n'a été posé par nous.",
    "Nous n'avons installé que le premier compteur.",
    "Il est possible que nous n'ayons pas installé ces compteurs.",
    "Selon le client, ces compteurs n'ont pas été installés par nous.",
    "Si vous n'avez pas installé ces compteurs, merci de nous le dire.",
]
ASKING = [
    "Pourriez-vous nous transmettre les codes d'installation des compteurs suivants ?",
    "Merci de nous communiquer les codes d'installation.",
    "Nous avons besoin des codes d'installation pour ces appareils.",
    "Si vous êtes le fournisseur installateur, merci de nous envoyer les codes d'installation.",
    "Nous venons de reprendre ces clients et il nous faut les codes d'installation.",
    "Vous serait-il possible de nous fournir les codes d'installation ?",
]
NOT_ASKING = [
    "Veuillez annuler notre demande de codes.",
    "Ne nous envoyez pas les codes.",
    "Notre messagerie a été piratée.",
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
