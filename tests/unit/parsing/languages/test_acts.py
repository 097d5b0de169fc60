"""What is asked, taken back and warned of in other languages."""

from __future__ import annotations

import pytest

from exchange.domain.statements import Act
from exchange.parsing.languages.acts import names_codes_in, shows_codes
from tests.unit.parsing.languages.said import act


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (Act.WARNS, "Unser Postfach wurde kompromittiert."),
        (Act.REPORTS, "Der Installationscode funktioniert nicht."),
        (Act.TAKES_BACK, "Veuillez annuler notre demande de codes."),
        (Act.OTHER, "Wir senden Ihnen die Codes morgen."),
        (Act.THANKS, "Diolch am y codau, wedi eu derbyn."),
        (Act.OTHER, "Gestern haben wir die Codes erhalten und sie stehen im System."),
        (Act.CHASES, "Wir erinnern an unser Schreiben, das noch ausstehend ist."),
        (Act.DISPUTES, "Wir widersprechen: Sie haben die Geräte eingebaut."),
        (Act.ASKS_ELSE, "Bitte bauen Sie die Zähler aus."),
        (Act.ASKS_ELSE, "De code klopt niet. Graag controleren."),
        (Act.OTHER, "Wir holen diese am Montag ab."),
        (Act.ASKS_ELSE, "Bitte Z\u00e4hlerst\u00e4nde mitteilen."),
        (Act.OTHER, "Nous vous envoyons les codes par notre prestataire, merci de patienter."),
    ],
)
def test_a_sentence_has_its_act(expected: Act, text: str) -> None:
    assert act(text) is expected


@pytest.mark.parametrize("text", ["Mit freundlichen Grüßen", "Sehr geehrte Damen und Herren,"])
def test_a_courtesy_is_about_nothing(text: str) -> None:
    assert act(text) is None


def test_what_is_asked_for_may_have_been_named_before() -> None:
    text = "Könnten Sie uns diese bitte senden?"
    assert act(text, about_codes=True) is Act.ASKS
    assert act(text) is Act.ASKS_ELSE


def test_codes_are_named_in_the_words_of_each_language() -> None:
    assert names_codes_in("die Installationscodes", "German")
    assert names_codes_in("los códigos de instalación", "Spanish")
    assert not names_codes_in("die Zähler", "German")


def test_codes_that_come_with_a_mail_are_not_asked_for() -> None:
    assert shows_codes(set("@k"))
    assert not shows_codes(set("@kg"))
    assert act("Anbei die Installationscodes der Geräte.") is not Act.ASKS
