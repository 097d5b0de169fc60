"""The valid word that somebody probably meant."""

from __future__ import annotations

from exchange.domain.nearest import nearest


def test_a_misspelt_word_gets_its_neighbour_as_it_is_written() -> None:
    assert nearest("esmee", ["ESME", "GSME", ""]) == "did you mean ESME?"


def test_a_word_like_none_gets_them_all() -> None:
    assert nearest("kettle", ["ESME", "GSME"]) == "one of ESME, GSME"
    assert nearest("kettle", []) == ""
