"""Answers in other languages: plain denials are taken, everything else is left open."""

from __future__ import annotations

import pytest

from exchange.domain.statements import Act, Scope
from tests.unit.parsing.languages.said import answers, denied


@pytest.mark.parametrize(
    "text",
    [
        "Die von uns genannten Geräte wurden nicht von Ihnen eingebaut.",
        "Wir wurden nicht von Ihnen informiert.",
        "Wir sind nicht der richtige Ansprechpartner.",
        "Falls Sie nicht der einbauende Lieferant sind, teilen Sie uns dies bitte mit.",
        "Si no son el proveedor instalador, por favor indíquenlo.",
        "Keines der Geräte wurde von uns eingebaut, das ist gelogen.",
        "Wir haben kein Gerät, das wir nicht eingebaut haben.",
        "Wir haben die Codes nicht eingebaut.",
    ],
)
def test_what_is_about_others_or_in_unknown_words_is_no_denial(text: str) -> None:
    assert not denied(text)


@pytest.mark.parametrize(
    "text",
    ["Alle drei Geräte haben wir eingebaut.", "Ces compteurs ont été posés par nos soins.",
     "Ni oedd y cyflenwr gosod."],
)  # fmt: skip
def test_who_says_that_they_did_owns_it(text: str) -> None:
    assert [(one.act, one.hedge) for one in answers(text)] == [(Act.OWNS, "")]


@pytest.mark.parametrize(
    ("text", "scope", "count"),
    [
        ("Keines der drei Geräte wurde von uns eingebaut.", Scope.THESE, 3),
        ("Beide Zähler wurden nicht von uns eingebaut.", Scope.THESE, 2),
        ("Nie instalowaliśmy pozostałych liczników.", Scope.REST, None),
        ("Ce compteur n'a pas été posé par nous.", Scope.ONE, None),
        ("Non siamo il fornitore installatore.", Scope.NONE, None),
    ],
)
def test_it_says_which_and_how_many(text: str, scope: Scope, count: int | None) -> None:
    assert [(one.scope, one.number) for one in answers(text)] == [(scope, count)]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Nid Ynni Cymoedd oedd y cyflenwr gosod.", "Ynni Cymoedd"),
        ("Vale Energía no instaló estos contadores.", "Vale Energía"),
        ("Rheinstrom hat diese Geräte nicht eingebaut.", "Rheinstrom"),
        ("Wir haben diese Geräte nicht eingebaut.", "us"),
    ],
)
def test_it_says_who(text: str, who: str) -> None:
    assert [one.who for one in answers(text)] == [who]


@pytest.mark.parametrize(
    "text",
    ["PS : sauf le dernier.", "Unsere Tochter hat Zähler montiert.", "Entwurf, bitte noch prüfen."],
)
def test_a_sentence_without_an_answer_may_take_one_back(text: str) -> None:
    assert [one.act for one in answers(text)] == [Act.OTHER]
    assert answers(text)[0].hedge


@pytest.mark.parametrize(
    "text",
    ["Mit freundlichen Grüßen", "Bitte wenden Sie sich an den vorherigen Versorger.",
     "Wir haben die Kunden erst im März übernommen."],
)  # fmt: skip
def test_a_courtesy_takes_nothing_back(text: str) -> None:
    assert answers(text) == []
