"""Which language a sentence is in, and the parts of its words."""

from __future__ import annotations

import time

import pytest

from exchange.parsing.languages import parts
from exchange.parsing.languages.clauses import clauses_of, fold, language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Keines wurde von uns eingebaut.", "German"),
        ("Keines der Geraete wurde durch uns eingebaut", "German"),
        ("Nicht von uns.", "German"),
        ("Pas nous.", "French"),
        ("No fuimos nosotros.", "Spanish"),
        ("Niet door ons geplaatst.", "Dutch"),
        ("Non siamo stati noi.", "Italian"),
        ("To nie my.", "Polish"),
        ("Nid ni.", "Welsh"),
        ("Ikke installeret af os.", "Danish"),
        ("We did not install these meters.", ""),
        ("Not ours.", ""),
        ("No.", ""),
        ("Please send the install codes for the meters in Die, Dos and War Lane.", ""),
        ("Jan de Vries, Ada Lovelace", ""),
        ("", ""),
        ("\u2460 \u2461", ""),
    ],
)
def test_the_language_of_a_sentence_is_known_from_its_words(text: str, language: str) -> None:
    assert language_of(text) == language


def test_accents_and_capitals_do_not_count() -> None:
    assert fold("ÉTÉ Straße Łódź") == "ete strasse lodz"
    with_accents, without = "Nous n'avons pas été posés.", "nous n'avons pas ete poses."
    assert [one.shape for one in clauses_of(with_accents, "French")] == [
        one.shape for one in clauses_of(without, "French")
    ]


@pytest.mark.parametrize(
    ("text", "language", "part"),
    [
        ("die von Ihnen genannten", "German", parts.LISTED),
        ("unsere Monteure", "German", parts.WE),
        ("unsere Zähler", "German", parts.OURS),
        ("der einbauende Lieferant", "German", parts.INSTALLER),
        ("le fournisseur installateur", "French", parts.INSTALLER),
        ("otro proveedor", "Spanish", parts.OTHER),
    ],
)
def test_words_that_belong_together_have_one_part(text: str, language: str, part: str) -> None:
    (clause,) = clauses_of(text, language)
    assert part in clause.shape
    assert parts.YOU not in clause.shape
    assert parts.OUR not in clause.shape


def test_welsh_ni_is_we_or_not_by_its_place() -> None:
    assert clauses_of("Ni osodwyd y rhain gennym ni", "Welsh")[0].shape.startswith(parts.NOT)
    assert clauses_of("Ni oedd y cyflenwr gosod", "Welsh")[0].shape.startswith(parts.WE)
    assert clauses_of("Nid ni osododd y rhain", "Welsh")[0].shape.startswith("NW")


def test_a_long_text_is_bounded() -> None:
    text = "nicht von uns und " * 200_000
    before = time.process_time()
    assert language_of(text) == "German"
    assert clauses_of(text, "German")
    assert time.process_time() - before < 1
