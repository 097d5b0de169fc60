"""Slips of the words of a denial."""

from __future__ import annotations

from exchange.parsing.phrases.typos import TYPOS


def test_slips_lead_to_other_words_that_are_no_slips() -> None:
    assert TYPOS["suplier"] == "supplier"
    assert TYPOS["niether"] == "neither"
    assert not set(TYPOS) & set(TYPOS.values())
    assert min(map(len, TYPOS)) >= 5
